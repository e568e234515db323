/** A lineage as a table, an arrow a row: what the graph shows, for those who would rather read, and for phones. */

import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { Lineage, LineageArtifact, LineageRun } from "../api/queries";
import { bytes, count, many } from "../look/numbers";
import { KindIcon } from "../parts/KindIcon";
import { Status } from "../parts/Status";
import { artifactTexts, withForm } from "./links";
import { type Row, rowsOf } from "./rows";
import { titleOfArtifact, titleOfRun } from "./words";

const SHOWN = 100;

export function LineageList({ lineage, focus }: { lineage: Lineage; focus: string | null }) {
  const groups = useMemo(() => rowsOf(lineage), [lineage]);
  const [shown, setShown] = useState(SHOWN);
  const total = lineage.links.length;
  let left = shown;
  return (
    <div className="lineage-list">
      <table className="facts">
        <caption className="unseen">Each row leads from an input to a run, or from a run to an output</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => {
            const rows = group.rows.slice(0, Math.max(0, left));
            left -= rows.length;
            return rows.map((row, at) => (
              <tr key={`${group.key} ${row.run.uid} ${row.artifact.key} ${row.name}`}>
                {at === 0 && (
                  <td rowSpan={rows.length}>
                    {row.isOutput ? <RunCell run={row.run} focus={focus} /> : <ArtifactCell row={row} focus={focus} />}
                  </td>
                )}
                <td>
                  {row.isOutput ? <ArtifactCell row={row} focus={focus} /> : <RunCell run={row.run} focus={focus} />}
                </td>
              </tr>
            ));
          })}
        </tbody>
      </table>
      {total > shown && (
        <button type="button" className="link" onClick={() => setShown(shown + 5 * SHOWN)}>
          Show {count(Math.min(total - shown, 5 * SHOWN))} more
        </button>
      )}
    </div>
  );
}

function RunCell({ run, focus }: { run: LineageRun; focus: string | null }) {
  return (
    <Link
      className="lineage-cell"
      to="/runs/$uid"
      params={{ uid: run.uid }}
      search={withForm({ tab: "lineage" })}
      title={titleOfRun(run)}
      aria-current={run.uid === focus ? true : undefined}
    >
      <Status status={run.status} isShort />
      <span className="lineage-words">
        <span className="lineage-two-lines">{run.display_name || run.name}</span>{" "}
        <span className="dim">{run.experiment_name}</span>
      </span>
    </Link>
  );
}

function ArtifactCell({ row, focus }: { row: Row; focus: string | null }) {
  const { artifact } = row;
  const words = (
    <>
      <KindIcon kind={artifact.kind} />
      <span className="lineage-words">
        <span className="lineage-two-lines">{row.name}</span> <span className="dim">{noteOf(artifact)}</span>
      </span>
    </>
  );
  const texts = artifactTexts(artifact);
  const title = titleOfArtifact(artifact);
  if (texts === null) {
    return (
      <span className="lineage-cell" title={title}>
        {words}
      </span>
    );
  }
  return (
    <Link
      className="lineage-cell"
      to="/lineage"
      search={withForm(texts)}
      title={title}
      aria-current={artifact.key === focus ? true : undefined}
    >
      {words}
    </Link>
  );
}

function noteOf(artifact: LineageArtifact): string {
  return [
    artifact.size_bytes === null ? artifact.kind : bytes(artifact.size_bytes),
    artifact.used_by > 1 ? `used by ${many(artifact.used_by, "run")}` : null,
    artifact.made_by > 1 ? `made by ${many(artifact.made_by, "run")}` : null,
  ]
    .filter((one) => one !== null)
    .join(" · ");
}
