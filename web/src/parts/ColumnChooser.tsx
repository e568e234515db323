/** Which columns the run table has, and in which order. */

import { useState } from "react";
import { columnId, columnOf, FIGURES, type Figure } from "../url/fields";
import { Icon } from "./Icon";
import { Popover } from "./Popover";
import { figureTitle, titleOf } from "./runColumns";

interface Props {
  readonly all: readonly string[];
  readonly shown: readonly string[];
  readonly pinned: readonly string[];
  readonly differing: boolean;
  readonly onPin: (id: string) => void;
  readonly onShown: (ids: readonly string[] | null) => void;
  readonly onDiffering: (only: boolean) => void;
}

const KINDS: Readonly<Record<string, string>> = { own: "", metrics: "metric", params: "parameter", tags: "tag" };
const MOST = 300;

export function ColumnChooser({ all, shown, pinned, differing, onPin, onShown, onDiffering }: Props) {
  const [find, setFind] = useState("");
  const isShown = new Set(shown);
  const wanted = find.toLowerCase();
  const ids = [...shown, ...all.filter((id) => !isShown.has(id))].filter((id) =>
    titleOf(id).toLowerCase().includes(wanted),
  );
  const move = (id: string, by: number) => {
    const order = [...shown];
    const from = order.indexOf(id);
    const to = Math.max(0, Math.min(order.length - 1, from + by));
    order.splice(to, 0, ...order.splice(from, 1));
    onShown(order);
  };
  return (
    <Popover
      label={
        <>
          <Icon name="columns" /> Columns
        </>
      }
      title="Columns"
    >
      {() => (
        <div className="chooser">
          <input
            type="search"
            className="field"
            placeholder="Find a column"
            aria-label="Find a column"
            value={find}
            onChange={(event) => setFind(event.target.value)}
          />
          <div className="chooser-acts">
            <label>
              <input type="checkbox" checked={differing} onChange={(event) => onDiffering(event.target.checked)} /> only
              those that differ
            </label>
            <button
              type="button"
              className="link"
              onClick={() =>
                onShown(ids.filter((id) => !isShown.has(id)).length === 0 ? [] : [...new Set([...shown, ...ids])])
              }
            >
              {ids.every((id) => isShown.has(id)) ? "none" : "all"}
            </button>
            <button type="button" className="link" onClick={() => onShown(null)}>
              as usual
            </button>
          </div>
          <ul className="chooser-list">
            {ids.slice(0, MOST).map((id) => (
              <li key={id}>
                <label className="cut">
                  <input
                    type="checkbox"
                    checked={isShown.has(id)}
                    onChange={(event) =>
                      onShown(event.target.checked ? [...shown, id] : shown.filter((one) => one !== id))
                    }
                  />{" "}
                  {titleOf(id)} <span className="dim">{KINDS[columnOf(id)?.kind ?? ""]}</span>
                </label>
                <FigureChoice id={id} isShown={isShown} onFigure={(one) => onShown([...shown, one])} />
                {isShown.has(id) && (
                  <button
                    type="button"
                    className="quiet chooser-pin"
                    aria-label={`Pin ${titleOf(id)} to the left`}
                    aria-pressed={pinned.includes(id)}
                    title="Pin to the left"
                    onClick={() => onPin(id)}
                  >
                    <Icon name="pin" />
                  </button>
                )}
                {isShown.has(id) && wanted === "" && (
                  <span className="chooser-move">
                    <button
                      type="button"
                      className="quiet"
                      aria-label={`Move ${titleOf(id)} left`}
                      title="Move left"
                      onClick={() => move(id, -1)}
                    >
                      <Icon name="up" />
                    </button>
                    <button
                      type="button"
                      className="quiet"
                      aria-label={`Move ${titleOf(id)} right`}
                      title="Move right"
                      onClick={() => move(id, 1)}
                    >
                      <Icon name="fall" />
                    </button>
                  </span>
                )}
              </li>
            ))}
          </ul>
          {ids.length > MOST && <p className="dim">and {ids.length - MOST} more: type a part of the name</p>}
        </div>
      )}
    </Popover>
  );
}

interface FigureProps {
  readonly id: string;
  readonly isShown: ReadonlySet<string>;
  readonly onFigure: (id: string) => void;
}

/** Another figure of a metric as a column beside its last value. */
function FigureChoice({ id, isShown, onFigure }: FigureProps) {
  const field = columnOf(id);
  if (field?.kind !== "metrics" || field.figure !== undefined) return null;
  const idOf = (figure: Figure) => columnId({ kind: "metrics", name: field.name, figure });
  const others = FIGURES.filter((one) => one !== "last" && !isShown.has(idOf(one)));
  return (
    <select
      className="figure-choice"
      aria-label={`Another figure of ${field.name}`}
      title="Another figure of it as a column"
      value=""
      onChange={(event) => onFigure(idOf(event.target.value as Figure))}
    >
      <option value="">+</option>
      {others.map((one) => (
        <option key={one} value={one}>
          {figureTitle(one)}
        </option>
      ))}
    </select>
  );
}
