/** Evaluation charts of one or several runs: curves in one plot, matrices side by side. */

import { queryOptions, useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Artifact, objectQuery, type Run } from "../api/queries";
import { ClassList } from "../charts/ClassList";
import { CurveChart, type DrawnCurve } from "../charts/CurveChart";
import {
  CELLS,
  type Cells,
  type CurveDocument,
  type EvaluationDocument,
  type MatrixDocument,
  ORDERS,
  type Order,
  ordered,
  parseEvaluation,
} from "../charts/evaluation";
import { MatrixChart } from "../charts/MatrixChart";
import { colourAt, type Theme } from "../look/colours";
import { useTheme } from "../look/theme";
import { useColourOf } from "../look/useColours";
import { Failure, Skeleton } from "../parts/Failure";
import { oneOf } from "../url/text";
import { useTexts } from "../url/useTexts";
import "../look/compare.css";

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
  // Addresses of before said only whether shares of the row were meant.
  const cells = texts.rates === "1" ? "row" : oneOf(texts.rates, CELLS, "counts");
  const order = oneOf(texts.order, ORDERS, "given");
  const threshold = texts.threshold === undefined ? null : Number(texts.threshold);
  const setThreshold = (one: number | null) =>
    change({ threshold: one === null ? undefined : String(Number(one.toPrecision(6))) }, false);
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
            threshold={threshold}
            onThreshold={setThreshold}
          />
        </figure>
      ))}
      {matrices.length > 0 && (
        <div className="evaluation-matrices">
          <div className="bar" role="group" aria-label="Confusion matrices">
            {CELLS.map((one) => (
              <label key={one}>
                <input
                  type="radio"
                  name="rates"
                  checked={cells === one}
                  onChange={() => change({ rates: one === "counts" ? undefined : one })}
                />{" "}
                {CELL_NAMES[one]}
              </label>
            ))}
            <label>
              <span className="dim">classes</span>{" "}
              <select
                className="field"
                value={order}
                onChange={(event) => change({ order: event.target.value === "given" ? undefined : event.target.value })}
              >
                <option value="given">as given</option>
                <option value="name">by name</option>
                <option value="errors">by errors</option>
                <option value="size">by size</option>
              </select>
            </label>
            <label>
              <input
                type="checkbox"
                checked={texts.diagonal === "0"}
                onChange={(event) => change({ diagonal: event.target.checked ? "0" : undefined })}
              />{" "}
              hide what is right
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
                <Matrix
                  document={document}
                  order={order}
                  cells={cells}
                  isDiagonalHidden={texts.diagonal === "0"}
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

const CELL_NAMES = { counts: "counts", row: "shares of the row, %", column: "of the column, %", all: "of all, %" };

interface MatrixProps {
  readonly document: MatrixDocument;
  readonly order: Order;
  readonly cells: Cells;
  readonly isDiagonalHidden: boolean;
  readonly baseline: MatrixDocument | undefined;
}

/** A matrix in an order of its classes, with what is told of them in lists. */
function Matrix({ document, order, baseline, ...rest }: MatrixProps) {
  const shown = useMemo(() => ordered(document, order), [document, order]);
  const other = useMemo(() => (baseline === undefined ? undefined : alike(baseline, shown.labels)), [baseline, shown]);
  return (
    <>
      <MatrixChart document={shown} baseline={other} {...rest} />
      <ClassList document={shown} />
    </>
  );
}

/** A matrix of the same labels in the order of others. */
function alike(document: MatrixDocument, labels: readonly string[]): MatrixDocument {
  const places = labels.map((label) => document.labels.indexOf(label));
  const matrix = places.map((row) => places.map((column) => document.matrix[row]?.[column] ?? 0));
  return { ...document, labels, matrix };
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
