/** A run in a line: its name, its state, how long it took, how long ago it was heard of. */

import type { Attempt, Run } from "../api/queries";
import { ago, duration, iso, moment } from "../look/times";
import { useColourOf } from "../look/useColours";
import { ColourDot } from "./ColourDot";
import { Copy } from "./Copy";
import { useNow } from "./now";
import { SaveFile } from "./SaveFile";
import { Status } from "./Status";

/** A writer says at least every few seconds that it lives; one that has not for so long is silent. */
const SILENT_S = 30;

export function RunHead({ run, attempts }: { run: Run; attempts: readonly Attempt[] }) {
  const now_ms = useNow();
  const colourOf = useColourOf();
  const silent = run.status === "InProgress" ? silentSince(attempts, now_ms) : null;
  const end_us = run.end_us ?? now_ms * 1000;
  return (
    <div className="run-title">
      <ColourDot run={run} colour={colourOf(run)} />
      <h1>{run.display_name || run.name}</h1>
      <Status status={run.status} message={run.status_message} />
      {silent !== null && (
        <span className="silent" title={`Nothing was heard of its process since ${iso(silent)}`}>
          silent since {moment(silent)}
        </span>
      )}
      {run.start_us !== null && (run.end_us !== null || run.status === "InProgress") && (
        <span className="dim">{duration((end_us - run.start_us) / 1e6)}</span>
      )}
      <span className="dim" title={iso(run.start_us ?? run.created_us)}>
        {ago(run.start_us ?? run.created_us, now_ms)}
      </span>
      <span className="spring" />
      <SaveFile runs={[run.uid]} />
      <span className="dim run-id">
        <code>{run.uid}</code> <Copy text={run.uid} what="the run's id" />
      </span>
    </div>
  );
}

/** When the last of its processes was heard of, where that is long ago. */
export function silentSince(attempts: readonly Attempt[], now_ms: number): number | null {
  const open = attempts.filter((one) => one.end_us === null && one.heard_us !== null);
  if (open.length === 0) return null;
  const heard_us = Math.max(...open.map((one) => one.heard_us ?? 0));
  return now_ms / 1000 - heard_us / 1e6 > SILENT_S ? heard_us : null;
}
