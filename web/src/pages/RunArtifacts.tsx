/** What went into a run and what came out of it, with a look at each that can be looked at. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { address } from "../api/client";
import { type Artifact, lineageQuery, type Run } from "../api/queries";
import { artifactTexts } from "../lineage/links";
import { usesOf } from "../lineage/words";
import { bytes } from "../look/numbers";
import { iso, moment } from "../look/times";
import { Icon } from "../parts/Icon";
import { Preview } from "../parts/Preview";
import { useTexts } from "../url/useTexts";

/** Artifacts of one name: several where they were logged step by step. */
interface Named {
  readonly key: string;
  readonly name: string;
  readonly items: readonly Artifact[];
}

export function RunArtifacts({ run, artifacts }: { run: Run; artifacts: readonly Artifact[] }) {
  const [texts, change] = useTexts();
  const named = useMemo(() => namedOf(artifacts), [artifacts]);
  const chosen = named.find((one) => one.key === texts.artifact) ?? named[0];
  const inputs = named.filter((one) => one.items[0]?.is_output === false);
  const outputs = named.filter((one) => one.items[0]?.is_output === true);
  return (
    <div className="artifacts">
      <nav className="artifact-list" aria-label="Artifacts">
        {(
          [
            ["Inputs", inputs],
            ["Outputs", outputs],
          ] as const
        ).map(
          ([title, some]) =>
            some.length > 0 && (
              <section key={title}>
                <h2>{title}</h2>
                <ul>
                  {some.map((one) => (
                    <li key={one.key}>
                      <button
                        type="button"
                        aria-current={one.key === chosen?.key}
                        onClick={() => change({ artifact: one.key, item: undefined })}
                      >
                        <span className="cut" title={one.name}>
                          {one.name}
                        </span>
                        <span className="dim">{noteOf(one)}</span>
                      </button>
                    </li>
                  ))}
                </ul>
              </section>
            ),
        )}
      </nav>
      {chosen !== undefined && (
        <Shown key={chosen.key} run={run} named={chosen} item={texts.item} onItem={(item) => change({ item }, false)} />
      )}
    </div>
  );
}

interface ShownProps {
  readonly run: Run;
  readonly named: Named;
  readonly item: string | undefined;
  readonly onItem: (item: string) => void;
}

function Shown({ run, named, item, onItem }: ShownProps) {
  const place = item === undefined ? named.items.length - 1 : Math.min(named.items.length - 1, Number(item) || 0);
  const artifact = named.items[place];
  if (artifact === undefined) return null;
  const source =
    artifact.sha256 === null
      ? null
      : address(`/v1/runs/${run.uid}/content`, {
          name: artifact.name,
          is_output: artifact.is_output,
          step: artifact.step,
        });
  return (
    <section className="artifact" aria-label={named.name}>
      <div className="head-line">
        <h2>{named.name}</h2>
        <span className="dim">
          {[artifact.kind, artifact.media_type, artifact.size_bytes === null ? null : bytes(artifact.size_bytes)]
            .filter((one) => one !== null)
            .join(" · ")}
        </span>
        <span className="dim" title={iso(artifact.created_us)}>
          {moment(artifact.created_us)}
        </span>
        <LineageLink run={run} artifact={artifact} />
        <span className="spring" />
        {source !== null && (
          <a className="button" href={source} download={named.name.split("/").pop()}>
            <Icon name="save" /> Download
          </a>
        )}
      </div>
      {named.items.length > 1 && (
        <label className="step-slider">
          <input
            type="range"
            min={0}
            max={named.items.length - 1}
            value={place}
            onChange={(event) => onItem(event.target.value)}
            aria-label="Step"
          />
          <span>
            step {artifact.step ?? "–"}{" "}
            <span className="dim">
              ({place + 1} of {named.items.length})
            </span>
          </span>
        </label>
      )}
      {artifact.caption !== null && <p>{artifact.caption}</p>}
      <Preview key={artifact.sha256 ?? artifact.value} artifact={artifact} source={source} />
      {artifact.sha256 !== null && <p className="dim fingerprint">SHA-256 {artifact.sha256}</p>}
    </section>
  );
}

/** Leads to the lineage of an artifact, and says what is known of it without going there. */
function LineageLink({ run, artifact }: { run: Run; artifact: Artifact }) {
  const lineage = useQuery(lineageQuery({ run: run.uid }));
  const texts = artifactTexts(artifact);
  if (texts === null) return null;
  const found = lineage.data?.artifacts.find((one) =>
    artifact.sha256 === null ? one.sha256 === null && one.value === artifact.value : one.sha256 === artifact.sha256,
  );
  return (
    <Link to="/lineage" search={texts as never} className="link">
      {found === undefined ? "Lineage" : usesOf(found)}
    </Link>
  );
}

function namedOf(artifacts: readonly Artifact[]): Named[] {
  const found = new Map<string, Artifact[]>();
  for (const one of artifacts) {
    const key = `${one.is_output ? "out" : "in"}:${one.name}`;
    const there = found.get(key);
    if (there === undefined) found.set(key, [one]);
    // Without steps, what is logged again under a name takes the place of what was there.
    else if (one.step === null) there[there.length - 1] = one;
    else there.push(one);
  }
  return [...found].map(([key, items]) => ({
    key,
    name: items[0]?.name ?? "",
    items: items.sort((one, other) => (one.step ?? 0) - (other.step ?? 0)),
  }));
}

function noteOf({ items }: Named): string {
  if (items.length > 1) return `${items.length} steps`;
  const size = items[0]?.size_bytes;
  return size === null || size === undefined ? "" : bytes(size);
}
