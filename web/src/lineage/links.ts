/** Where a click on a run or an artifact leads. */

import type { LineageArtifact } from "../api/queries";

/** Addresses longer than this are refused on their way. */
const LONGEST_VALUE = 8000;

/** The texts of the address of an artifact's lineage; null where its value is too long for an address. */
export function artifactTexts(artifact: Pick<LineageArtifact, "sha256" | "value">): Record<string, string> | null {
  if (artifact.sha256 !== null) return { sha256: artifact.sha256 };
  if (artifact.value === null || artifact.value.length > LONGEST_VALUE) return null;
  return { value: artifact.value };
}

/** The texts of an address to which the choice of graph or list goes along, and nothing else. */
export function withForm(texts: Record<string, string>): never {
  const keeping = (before: Record<string, unknown>) => ({ ...texts, as: before.as });
  return keeping as never; // the router would have the texts of each address declared
}
