/** Evaluation charts of one or several runs: curves in one plot, matrices side by side. */

import { queryOptions, useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Artifact, objectQuery, type Run } from "../api/queries";
import { CurveChart, type DrawnCurve } from "../charts/CurveChart";
import {
  type CurveDocument,
  type EvaluationDocument,
  type MatrixDocument,
  parseEvaluation,
} from "../charts/evaluation";
import { MatrixChart } from "../charts/MatrixChart";
import { colourAt, type Theme } from "../look/colours";
import { useTheme } from "../look/theme";
import { useColourOf } from "../look/useColours";
import { Failure, Skeleton } from "../parts/Failure";
import { useTexts } from "../url/useTexts";

/** A run with the artifacts of it that are evaluation charts. */
export interface Source {
  readonly run: Run;
  readonly artifacts: readonly Artifact[];
}

interface Loaded {
  readonly run: Run;
  readonly artifact: Artifact;
  readonly document: EvaluationDocument;
}

export function RunEvaluation({ sources }: { sources: readonly Source[] }) {
  const [texts, change] = useTexts();
  const isRate = texts.rates === "1";
  const theme = useTheme();
  const colourOf = useColourOf();
  const wanted = sources.flatMap(({ run, artifacts }) => artifacts.map((artifact) => ({ run, artifact })));
  const found = useQueries({
    queries: wanted.map(({ artifact }) => documentQuery(artifact.sha256 ?? "")),
  });
  const loaded: Loaded[] = [];
  wanted.forEach((one, at) => {
    const document = found[at]?.data;
    if (document !== undefined) loaded.push({ ...one, document });
  });
  const failed = found.find((one) => one.isError);
  const groups = grouped(loaded);
  const matrices = loaded.filter(
    (one): one is Loaded & { document: MatrixDocument } => one.document.kind === "ConfusionMatrix",
  );
  return (
    <div className="evaluation">
      {failed !== undefined && (
        <Failure what="A chart can't be read." error={failed.error} retry={() => void failed.refetch()} />
      )}
      {loaded.length < wanted.length && failed === undefined && <Skeleton lines={5} label="Reading charts" />}
      {groups.map(({ kind, title, members }) => (
        <figure key={`${kind} ${title}`} className="evaluation-chart">
          <figcaption>{title}</figcaption>
          <CurveChart
            kind={kind}
            curves={members.flatMap((one) => drawnOf(one, theme, colourOf(one.run), sources.length > 1))}
            noSkill={sources.length === 1 ? (members[0]?.document.noSkill ?? null) : null}
          />
        </figure>
      ))}
      {matrices.length > 0 && (
        <div className="evaluation-matrices">
          <div className="bar" role="group" aria-label="Confusion matrices">
            <label>
              <input type="radio" name="rates" checked={!isRate} onChange={() => change({ rates: undefined })} /> counts
            </label>
            <label>
              <input type="radio" name="rates" checked={isRate} onChange={() => change({ rates: "1" })} /> shares of the
              row, %
            </label>
            {sources.length > 1 && (
              <Baseline
                matrices={matrices}
                chosen={texts.base ?? ""}
                onChoose={(base) => change({ base: base || undefined })}
              />
            )}
          </div>
          <div className="matrix-grid">
            {matrices.map(({ run, artifact, document }) => (
              <figure key={`${run.uid} ${artifact.name}`} className="evaluation-chart">
                <figcaption>
                  {document.title}
                  {sources.length > 1 && <span className="dim"> {run.display_name || run.name}</span>}
                </figcaption>
                <MatrixChart
                  document={document}
                  isRate={isRate}
                  baseline={baselineOf(matrices, texts.base ?? "", run, document)}
                />
              </figure>
            ))}
          </div>
        </div>
      )}
    </div>
  );
}

function documentQuery(sha256: string) {
  return queryOptions({
    queryKey: ["evaluation", sha256],
    queryFn: async ({ client }) => parseEvaluation(await (await client.fetchQuery(objectQuery(sha256))).text()),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

interface Group {
  readonly kind: CurveDocument["kind"];
  readonly title: string;
  readonly members: (Loaded & { document: CurveDocument })[];
}

/** Curves of one kind and title, which are drawn together. */
function grouped(loaded: readonly Loaded[]): Group[] {
  const groups = new Map<string, Group>();
  for (const one of loaded) {
    if (one.document.kind === "ConfusionMatrix") continue;
    const { kind, title } = one.document;
    const key = `${kind}\0${title}`;
    const group = groups.get(key) ?? { kind, title, members: [] };
    group.members.push({ ...one, document: one.document });
    groups.set(key, group);
  }
  return [...groups.values()];
}

function drawnOf(
  { run, artifact, document }: Loaded & { document: CurveDocument },
  theme: Theme,
  own: string,
  isMany: boolean,
): DrawnCurve[] {
  const name = run.display_name || run.name;
  // Of several runs each has its colour and its one curve; of one run, each class has a colour.
  const curves = isMany ? document.curves.slice(0, 1) : document.curves;
  return curves.map((curve, at) => ({
    key: `${run.uid} ${artifact.name} ${at}`,
    label: isMany ? name : curve.label || name,
    colour: isMany || curves.length === 1 ? own : at === 0 ? "var(--text)" : colourAt(at - 1, theme),
    curve,
  }));
}

function Baseline({
  matrices,
  chosen,
  onChoose,
}: {
  matrices: readonly Loaded[];
  chosen: string;
  onChoose: (uid: string) => void;
}) {
  const runs = useMemo(() => new Map(matrices.map(({ run }) => [run.uid, run.display_name || run.name])), [matrices]);
  return (
    <label>
      <span className="dim">difference to</span>{" "}
      <select className="field" value={chosen} onChange={(event) => onChoose(event.target.value)}>
        <option value="">none</option>
        {[...runs].map(([uid, name]) => (
          <option key={uid} value={uid}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The matrix of the run that others are compared with, where it has the same title and labels. */
function baselineOf(
  matrices: readonly (Loaded & { document: MatrixDocument })[],
  base: string,
  run: Run,
  document: MatrixDocument,
): MatrixDocument | undefined {
  if (base === "" || base === run.uid) return undefined;
  return matrices.find(
    (one) =>
      one.run.uid === base &&
      one.document.title === document.title &&
      one.document.labels.join("\0") === document.labels.join("\0"),
  )?.document;
}
