/** What a page says of itself that was saved as a file: when, from where, and that nothing in it changes any more. */

import { savedHead } from "../api/exported";
import { many } from "../look/numbers";
import { date, iso, moment } from "../look/times";

/** In the place where a server's page says how live it is. */
export function SavedNote() {
  if (savedHead === null) return null;
  const { saved_us, store, runs, assay } = savedHead;
  const told = `${many(runs.length, "run")}, saved from ${store} on ${moment(saved_us)} by Assay ${assay}. It needs no server and asks for nothing from elsewhere.`;
  return (
    <span className="live saved-note" title={`${told} ${iso(saved_us)}`}>
      saved on {date(saved_us)} from {store}
    </span>
  );
}
