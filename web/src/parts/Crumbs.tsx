/** Where one is. */

import { useQuery } from "@tanstack/react-query";
import { Link, useRouterState } from "@tanstack/react-router";
import { runQuery } from "../api/queries";

export function Crumbs() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [, place, id] = path.split("/");
  const name = id === undefined ? "" : decodeURIComponent(id);
  return (
    <nav className="crumbs" aria-label="Where you are">
      {place === "experiments" && <span aria-current="page">{name}</span>}
      {place === "compare" && <span aria-current="page">Compare</span>}
      {place === "runs" && <RunCrumbs uid={name} />}
    </nav>
  );
}

function RunCrumbs({ uid }: { uid: string }) {
  const { data } = useQuery(runQuery(uid));
  if (data === undefined) return null;
  return (
    <>
      <Link to="/experiments/$name" params={{ name: data.experiment_name }} className="cut">
        {data.experiment_display_name || data.experiment_name}
      </Link>
      <span className="dim" aria-hidden="true">
        /
      </span>
      <span aria-current="page" className="cut">
        {data.display_name || data.name}
      </span>
    </>
  );
}
