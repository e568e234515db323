/** What the keys do. */

import { Dialog } from "./Dialog";

const KEYS = [
  ["/", "write a filter"],
  ["Ctrl K or ⌘ K", "go to an experiment or a run"],
  ["h", "table beside charts, list, table alone"],
  ["Esc", "close what is open, leave a chart that fills the page"],
  ["Arrows, + − 0", "in a lineage: to the next, nearer, farther, all of it"],
  ["Arrows, + − 0", "in a chart: move the crosshair, choose a line, nearer, farther, all of it"],
  ["Ctrl C or ⌘ C", "in a chart: copy what the crosshair reads"],
  ["Drag in a chart", "zoom; with Shift, move; double-click to see all"],
  ["Shift and a click on a box", "select all runs in between"],
  ["?", "this"],
] as const;

export function Keys({ close }: { close: () => void }) {
  return (
    <Dialog title="Keys" close={close}>
      <h2>Keys</h2>
      <dl className="keys">
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
