/** By which columns runs are grouped, one inside the other in the order in which they were chosen. */

import { useState } from "react";
import { columnOf } from "../url/fields";
import { Popover } from "./Popover";
import { titleOf } from "./runColumns";

interface Props {
  readonly all: readonly string[];
  readonly chosen: readonly string[];
  readonly onChosen: (ids: readonly string[]) => void;
}

const MOST = 200;
/** What no two runs share makes no groups. */
const APART = new Set(["own.created", "own.ended", "own.duration"]);

export function GroupChooser({ all, chosen, onChosen }: Props) {
  const [find, setFind] = useState("");
  const isChosen = new Set(chosen);
  const wanted = find.toLowerCase();
  const ids = [
    ...chosen,
    ...all.filter((id) => !isChosen.has(id) && !APART.has(id) && columnOf(id)?.kind !== "metrics"),
  ].filter((id) => titleOf(id).toLowerCase().includes(wanted));
  const label = chosen.length === 0 ? "Group" : `Group: ${chosen.map(titleOf).join(", ")}`;
  return (
    <Popover label={<span className="cut group-label">{label}</span>} title="Group by" side="end">
      {() => (
        <div className="chooser">
          <input
            type="search"
            className="field"
            placeholder="Find a column"
            aria-label="Find a column to group by"
            value={find}
            onChange={(event) => setFind(event.target.value)}
          />
          <ul className="chooser-list">
            {ids.slice(0, MOST).map((id) => (
              <li key={id}>
                <label className="cut">
                  <input
                    type="checkbox"
                    checked={isChosen.has(id)}
                    onChange={(event) =>
                      onChosen(event.target.checked ? [...chosen, id] : chosen.filter((one) => one !== id))
                    }
                  />{" "}
                  {titleOf(id)} <span className="dim">{KINDS[columnOf(id)?.kind ?? "own"]}</span>
                </label>
              </li>
            ))}
          </ul>
          {chosen.length > 0 && (
            <button type="button" className="link" onClick={() => onChosen([])}>
              no groups
            </button>
          )}
        </div>
      )}
    </Popover>
  );
}

const KINDS = { params: "parameter", tags: "tag", own: "", metrics: "metric" } as const;
