/** Lineages in a few words: "data > fit > model" is an artifact, a run that used it, and an artifact that it made. */

import type { Lineage, LineageArtifact, LineageRun } from "../../src/api/queries";

/** The lineage of some chains; what stands at a run's place is a name in capitals. */
export function lineageOf(...chains: readonly string[]): Lineage {
  const runs = new Map<string, LineageRun>();
  const artifacts = new Map<string, LineageArtifact>();
  const links: Lineage["links"] = [];
  for (const chain of chains) {
    const names = chain.split(" > ");
    for (const name of names) {
      if (isRun(name)) runs.set(name, runOf(name));
      else artifacts.set(name, artifactOf(name));
    }
    names.slice(1).forEach((name, at) => {
      const before = names[at] ?? "";
      const [run, artifact] = isRun(name) ? [name, before] : [before, name];
      links.push({ run, artifact, is_output: artifact === name, name: artifact });
      const one = artifacts.get(artifact);
      if (one !== undefined) one[artifact === name ? "made_by" : "used_by"] += 1;
    });
  }
  return { runs: [...runs.values()], artifacts: [...artifacts.values()], links, truncated: false };
}

/** So many chains, of which each is made of its number. */
export function many(count: number, chain: (number: number) => string): string[] {
  return Array.from({ length: count }, (_, at) => chain(at));
}

function isRun(name: string): boolean {
  return name === name.toUpperCase();
}

function runOf(name: string): LineageRun {
  return { uid: name, name, display_name: name, experiment_name: "digits", status: "Completed" };
}

function artifactOf(name: string): LineageArtifact {
  const nothing = { media_type: null, size_bytes: null, sha256: null, made_by: 0, used_by: 0 };
  return { key: name, name, kind: "value", value: name, ...nothing };
}
