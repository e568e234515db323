/** Having runs saved as one file that opens without a server. */

import { address } from "../api/client";
import { isExported } from "../api/exported";
import { Icon } from "./Icon";

/** So many ids an address may hold: what stands before a server refuses one beyond 8 KiB. `assay export` takes 500. */
const MOST_RUNS = 300;

interface Props {
  readonly runs: readonly string[];
  /** Whether there is room for a sign alone. */
  readonly isShort?: boolean;
}

export function SaveFile({ runs, isShort = false }: Props) {
  if (isExported() || runs.length === 0 || runs.length > MOST_RUNS) return null;
  const asked = runs.map((uid) => `run=${encodeURIComponent(uid)}`).join("&");
  return (
    <a
      className="button"
      href={`${address("/v1/page")}?${asked}`}
      download
      aria-label="Save as one file"
      title="Save as one file: the page with its charts, to be opened without a server"
    >
      <Icon name="save" /> {!isShort && "Save as one file"}
    </a>
  );
}
