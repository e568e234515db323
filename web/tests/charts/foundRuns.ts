/** Runs as a search finds them, for tests. */

import type { FoundRun } from "../../src/api/queries";

/** A run with these parameters and last values of metrics. */
export function foundRun(
  uid: string,
  parameters: Record<string, unknown>,
  metrics: Record<string, unknown> = {},
  more: Partial<FoundRun> = {},
): FoundRun {
  return {
    uid,
    name: uid,
    display_name: "",
    description: "",
    experiment_uid: "e",
    experiment_name: "sweep",
    experiment_display_name: "",
    created_us: 1e15,
    start_us: 1e15,
    end_us: 1e15 + 90e6,
    status: "Completed",
    status_message: null,
    refused: 0,
    tags: {},
    goals: {},
    parameters,
    metrics,
    ...more,
  } as FoundRun;
}
