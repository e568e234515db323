/** What is said of artifacts and runs of a lineage. */

import type { LineageArtifact, LineageRun } from "../api/queries";
import { bytes, many } from "../look/numbers";

const LONGEST_SHOWN = 300;

/** Which run, and how it is. */
export function titleOfRun(run: LineageRun): string {
  const shown = run.display_name === "" || run.display_name === run.name ? [] : [run.display_name];
  return [...shown, `${run.experiment_name}/${run.name}`, run.status ?? "Created"].join("\n");
}

/** All that is known of an artifact, a line each. */
export function titleOfArtifact(artifact: LineageArtifact): string {
  const { value, sha256 } = artifact;
  return [
    artifact.name,
    kindOf(artifact),
    value === null ? `SHA-256 ${sha256}` : value.slice(0, LONGEST_SHOWN) + (value.length > LONGEST_SHOWN ? "…" : ""),
    usesOf(artifact),
  ].join("\n");
}

/** What an artifact is and how large. */
export function kindOf(artifact: LineageArtifact): string {
  return [artifact.kind, artifact.media_type, artifact.size_bytes === null ? null : bytes(artifact.size_bytes)]
    .filter((one) => one !== null)
    .join(" · ");
}

/** How many runs made an artifact, and how many used it. */
export function usesOf({ made_by, used_by }: Pick<LineageArtifact, "made_by" | "used_by">): string {
  return `made by ${some(made_by)}, used by ${some(used_by)}`;
}

function some(count: number): string {
  return count === 0 ? "no run" : many(count, "run");
}
