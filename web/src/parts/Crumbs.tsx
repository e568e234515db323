/** Where one is. */

import { useQuery } from "@tanstack/react-query";
import { Link, useRouterState } from "@tanstack/react-router";
import { experimentsQuery, runQuery } from "../api/queries";
import { useTexts } from "../url/useTexts";
import { Icon } from "./Icon";
import { useMayWrite } from "./mayWrite";

export function Crumbs() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [, place, id] = path.split("/");
  const name = id === undefined ? "" : decodeURIComponent(id);
  return (
    <nav className="crumbs" aria-label="Where you are">
      {place === "experiments" && <ExperimentCrumb name={name} />}
      {place === "compare" && <span aria-current="page">Compare</span>}
      {place === "settings" && <span aria-current="page">Settings</span>}
      {place === "lineage" && <LineageCrumbs />}
      {place === "runs" && <RunCrumbs uid={name} />}
    </nav>
  );
}

function ExperimentCrumb({ name }: { name: string }) {
  const [texts, change] = useTexts();
  const mayWrite = useMayWrite();
  const { data } = useQuery(experimentsQuery);
  const description = data?.find((one) => one.name === name)?.description;
  return (
    <>
      <span aria-current="page">{name}</span>
      {mayWrite && description?.trim() === "" && texts.note !== "edit" && (
        <button
          type="button"
          className="quiet"
          title="Add a note"
          aria-label="Add a note on the experiment"
          onClick={() => change({ note: "edit" })}
        >
          <Icon name="edit" />
        </button>
      )}
    </>
  );
}

function LineageCrumbs() {
  const [{ experiment }] = useTexts();
  return (
    <>
      {experiment !== undefined && (
        <>
          <Link to="/experiments/$name" params={{ name: experiment }} className="cut">
            {experiment}
          </Link>
          <span className="dim" aria-hidden="true">
            /
          </span>
        </>
      )}
      <span aria-current="page">Lineage</span>
    </>
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
