/** Having runs saved as one file that opens without a server. */

import { address } from "../api/client";
import { isExported } from "../api/exported";
import { Icon } from "./Icon";

/** So many runs one file holds. */
const MOST_RUNS = 500;

export function SaveFile({ runs }: { runs: readonly string[] }) {
  if (isExported() || runs.length === 0 || runs.length > MOST_RUNS) return null;
  const asked = runs.map((uid) => `run=${encodeURIComponent(uid)}`).join("&");
  return (
    <a
      className="button"
      href={`${address("/v1/page")}?${asked}`}
      download
      title="Save as one file: the page with its charts, to be opened without a server"
    >
      <Icon name="save" /> Save as one file
    </a>
  );
}
