/** The lineage of an artifact, by its bytes or its value, or of all runs of an experiment. */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { address } from "../api/client";
import { type LineageOf, lineageQuery } from "../api/queries";
import { LineageView } from "../lineage/LineageView";
import { kindOf, usesOf } from "../lineage/words";
import { Copy } from "../parts/Copy";
import { Icon } from "../parts/Icon";
import { KindIcon } from "../parts/KindIcon";
import { useTitle } from "../parts/title";
import { useTexts } from "../url/useTexts";

type OfArtifact = Extract<LineageOf, { sha256: string } | { value: string }>;

export function LineagePage() {
  const [{ sha256, value, experiment }] = useTexts();
  const of = useMemo((): OfArtifact | { readonly experiment: string } | null => {
    if (sha256 !== undefined) return { sha256 };
    if (value !== undefined) return { value };
    return experiment === undefined ? null : { experiment };
  }, [sha256, value, experiment]);
  if (of === null) {
    return (
      <div className="empty">
        <h1>Whose lineage?</h1>
        <p className="dim">An artifact leads here from its run, and an experiment from its runs.</p>
      </div>
    );
  }
  return (
    <div className="lineage-page">
      {"experiment" in of ? <ExperimentHead name={of.experiment} /> : <ArtifactHead of={of} />}
      <LineageView
        of={of}
        empty="No run of this experiment has logged an artifact. run.log_file(…) keeps what came out, with is_output=False what went in."
      />
    </div>
  );
}

function ExperimentHead({ name }: { name: string }) {
  useTitle("Lineage", name);
  return (
    <div className="head-line">
      <h1 className="cut" title={name}>
        Lineage of {name}
      </h1>
    </div>
  );
}

function ArtifactHead({ of }: { of: OfArtifact }) {
  const { data } = useQuery(lineageQuery(of));
  const artifact = data?.artifacts.find((one) =>
    "sha256" in of ? one.sha256 === of.sha256 : one.sha256 === null && one.value === of.value,
  );
  useTitle("Lineage", artifact?.name);
  if (artifact === undefined) return null;
  const identity = artifact.sha256 ?? artifact.value ?? "";
  return (
    <>
      <div className="head-line">
        <KindIcon kind={artifact.kind} />
        <h1 className="cut" title={artifact.name}>
          {artifact.name}
        </h1>
        <span className="dim">{kindOf(artifact)}</span>
        <span className="dim">{usesOf(artifact)}</span>
        <span className="spring" />
        {artifact.sha256 !== null && artifact.kind !== "directory" && (
          <a
            className="button"
            href={address(`/v1/objects/${artifact.sha256}`)}
            download={artifact.name.split("/").pop()}
          >
            <Icon name="save" /> Download
          </a>
        )}
      </div>
      <p className="dim lineage-identity">
        <span className="cut" title={identity.slice(0, 1000)}>
          {artifact.sha256 === null ? "" : "SHA-256 "}
          {identity}
        </span>
        <Copy text={identity} what={artifact.sha256 === null ? "the value" : "the hash"} />
      </p>
    </>
  );
}
