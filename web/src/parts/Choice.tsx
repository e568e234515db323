/** One column of all that runs have, chosen from a list by kind. */

import { useId } from "react";
import { columnOf } from "../url/fields";
import { titleOf } from "./runColumns";

interface Props {
  readonly label: string;
  readonly ids: readonly string[];
  readonly chosen: string;
  /** What stands for no column, where none may be chosen. */
  readonly none?: string;
  readonly onChoose: (id: string) => void;
}

const KINDS = [
  ["params", "Parameters"],
  ["metrics", "Metrics, last values"],
  ["own", "Of the run"],
  ["tags", "Tags"],
] as const;

export function Choice({ label, ids, chosen, none, onChoose }: Props) {
  const id = useId();
  return (
    <span className="choice">
      <label className="dim" htmlFor={id}>
        {label}
      </label>
      <select id={id} className="field" value={chosen} onChange={(event) => onChoose(event.target.value)}>
        {none !== undefined && <option value="">{none}</option>}
        {KINDS.map(([kind, title]) => {
          const some = ids.filter((one) => columnOf(one)?.kind === kind);
          return (
            some.length > 0 && (
              <optgroup key={kind} label={title}>
                {some.map((one) => (
                  <option key={one} value={one}>
                    {titleOf(one)}
                  </option>
                ))}
              </optgroup>
            )
          );
        })}
      </select>
    </span>
  );
}
