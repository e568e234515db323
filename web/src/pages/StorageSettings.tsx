/** What the workspace takes, and which experiments take it. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Storage, storageQuery } from "../api/workspace";
import { bytes, count, many } from "../look/numbers";
import { Failure, Skeleton } from "../parts/Failure";
import { Icon } from "../parts/Icon";
import { useTexts } from "../url/useTexts";

type Experiment = Storage["experiments"][number];
const MOST_ROWS = 500;
const ORDERS = {
  name: (one: Experiment) => one.name,
  runs: (one: Experiment) => one.runs,
  points: (one: Experiment) => one.point_bytes,
  artifacts: (one: Experiment) => one.object_bytes,
  total: (one: Experiment) => one.point_bytes + one.object_bytes,
} as const;
type Order = keyof typeof ORDERS;
const HEADS: readonly (readonly [Order, string])[] = [
  ["name", "Experiment"],
  ["runs", "Runs"],
  ["points", "Points"],
  ["artifacts", "Artifacts"],
  ["total", "Together"],
];

export function StorageSettings() {
  const storage = useQuery(storageQuery);
  if (storage.isPending) return <Skeleton lines={8} label="Measuring" />;
  if (storage.data === undefined) {
    return (
      <Failure
        what="What the workspace takes can't be measured."
        error={storage.error}
        retry={() => void storage.refetch()}
      />
    );
  }
  const { data } = storage;
  const total = data.point_bytes + data.object_bytes;
  return (
    <>
      <dl className="figures">
        <div>
          <dt>Together</dt>
          <dd title={`${count(total)} bytes`}>{bytes(total)}</dd>
        </div>
        <div>
          <dt>Points</dt>
          <dd title={`${count(data.point_bytes)} bytes`}>{bytes(data.point_bytes)}</dd>
        </div>
        <div>
          <dt>Artifacts</dt>
          <dd title={`${count(data.object_bytes)} bytes`}>{bytes(data.object_bytes)}</dd>
        </div>
        <div>
          <dt>Runs</dt>
          <dd>{count(data.runs)}</dd>
        </div>
        {data.quota_bytes !== null && (
          <div>
            <dt>Quota</dt>
            <dd title={`${count(data.quota_bytes)} bytes`}>
              {bytes(data.quota_bytes)}
              <meter
                min={0}
                max={Math.max(data.quota_bytes, 1)}
                high={data.quota_bytes * 0.9}
                value={total}
                aria-label="Used of the quota"
              />
            </dd>
          </div>
        )}
      </dl>
      {data.trash.things > 0 && (
        <p className="note">
          {many(data.trash.things, "thing")} in the trash: emptying it frees{" "}
          <strong>{bytes(data.trash.frees_bytes)}</strong>.{" "}
          <Link to="/settings" search={{ tab: "trash" }} className="link">
            Look at the trash
          </Link>
        </p>
      )}
      {data.experiments.length === 0 ? (
        <p className="empty dim">Nothing has been logged here yet.</p>
      ) : (
        <ByExperiment experiments={data.experiments} />
      )}
    </>
  );
}

function ByExperiment({ experiments }: { experiments: readonly Experiment[] }) {
  const [texts, change] = useTexts();
  const sort = texts.sort ?? "-total";
  const order = (sort.replace(/^-/, "") in ORDERS ? sort.replace(/^-/, "") : "total") as Order;
  const isFalling = sort.startsWith("-");
  const sorted = [...experiments].sort((one, other) => compared(ORDERS[order](one), ORDERS[order](other), isFalling));
  const most = Math.max(1, ...experiments.map(ORDERS.total));
  const choose = (id: Order) => {
    const wanted = order === id ? !isFalling : id !== "name";
    change({ sort: `${wanted ? "-" : ""}${id}` === "-total" ? undefined : `${wanted ? "-" : ""}${id}` });
  };
  return (
    <div className="list-scroll">
      <table className="list storage-list">
        <thead>
          <tr>
            {HEADS.map(([id, title]) => (
              <th
                key={id}
                className={id === "name" ? "" : `number${id === "total" ? "" : " wide-only"}`}
                aria-sort={order === id ? (isFalling ? "descending" : "ascending") : undefined}
              >
                <button type="button" className="head-sort" onClick={() => choose(id)}>
                  {title} {order === id && <Icon name={isFalling ? "fall" : "up"} />}
                </button>
              </th>
            ))}
            <th className="bar-head">
              <span className="unseen">Share</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, MOST_ROWS).map((one) => (
            <tr key={one.uid}>
              <td>
                {one.trashed ? (
                  <span>
                    {one.name} <span className="tag dim">in the trash</span>
                  </span>
                ) : (
                  <Link to="/experiments/$name" params={{ name: one.name }} className="list-name">
                    {one.name}
                  </Link>
                )}
              </td>
              <td className="number wide-only">{count(one.runs)}</td>
              <td className="number wide-only">{bytes(one.point_bytes)}</td>
              <td className="number wide-only">{bytes(one.object_bytes)}</td>
              <td className="number">{bytes(ORDERS.total(one))}</td>
              <td>
                <span className="share" aria-hidden="true">
                  <span className="share-points" style={{ width: `${(100 * one.point_bytes) / most}%` }} />
                  <span className="share-objects" style={{ width: `${(100 * one.object_bytes) / most}%` }} />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {sorted.length > MOST_ROWS && <p className="dim">and {count(sorted.length - MOST_ROWS)} more</p>}
      <p className="dim share-key">
        <span className="share-points" /> points <span className="share-objects" /> artifacts; what several experiments
        share counts in each.
      </p>
    </div>
  );
}

function compared(one: string | number, other: string | number, isFalling: boolean): number {
  const order = typeof one === "string" ? one.localeCompare(String(other)) : one - Number(other);
  return isFalling ? -order : order;
}
