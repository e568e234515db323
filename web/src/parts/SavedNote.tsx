/** What a page says of itself that was saved as a file: when, from where, and that nothing in it changes any more. */

import { savedHead } from "../api/exported";
import { many } from "../look/numbers";
import { date, iso, moment } from "../look/times";
import "../look/saved.css";

/** In the place where a server's page says how live it is. */
export function SavedNote() {
  if (savedHead === null) return null;
  return (
    <span className="saved-note" title={iso(savedHead.saved_us)}>
      saved on {date(savedHead.saved_us)} from {savedHead.store}
    </span>
  );
}

/** At the foot of all that is shown. */
export function SavedFoot() {
  if (savedHead === null) return null;
  const { saved_us, store, runs, assay } = savedHead;
  return (
    <footer className="saved-foot">
      {many(runs.length, "run")} as {runs.length === 1 ? "it was" : "they were"} in {store} on {moment(saved_us)}, saved
      by Assay {assay}. This file needs no server and asks for nothing from elsewhere.
    </footer>
  );
}
