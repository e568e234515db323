/** Runs as points by any two of their values, with those that none beats. */

import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { FoundRun } from "../api/queries";
import { ColourLegend } from "../charts/ColourLegend";
import { byGoal, type Dimension, dimensionIds, dimensionOf, goalOf, partingIds } from "../charts/dimensions";
import { runColours } from "../charts/runColours";
import { type Area, ScatterChart } from "../charts/ScatterChart";
import { type ScaleKind, scaleOf, usualScale } from "../charts/scale";
import { type Goal, paretoFront } from "../charts/scatter";
import { many } from "../look/numbers";
import { useTheme } from "../look/theme";
import { useColourOf } from "../look/useColours";
import { Choice } from "../parts/Choice";
import { namesOf } from "../parts/runColumns";
import { columnId, columnOf } from "../url/fields";
import { parseScales, writeScales } from "../url/parallel";
import { useTexts } from "../url/useTexts";
import { KeptRuns } from "./KeptRuns";

const RADIUS = 4;
const RADII = [2.5, 12] as const;
const BY_RUN = "run";

export function ScatterView({ runs }: { runs: readonly FoundRun[] }) {
  const [texts, change] = useTexts();
  const theme = useTheme();
  const colourOf = useColourOf();
  const navigate = useNavigate();
  const [emphasis, setEmphasis] = useState<number | null>(null);
  const names = useMemo(() => namesOf(runs), [runs]);
  const all = useMemo(() => dimensionIds(names), [names]);
  const usual = useMemo(() => usualPair(runs), [runs]);
  const one = (id: string | undefined, otherwise: string) => (id !== undefined && all.includes(id) ? id : otherwise);
  const [xId, yId] = [one(texts.sx, usual[0]), one(texts.sy, usual[1])];
  const sizeId = one(texts.size, "");
  const colourId = texts.colour === BY_RUN ? "" : one(texts.colour, "");
  const kinds = useMemo(() => parseScales(texts.scales), [texts.scales]);
  const area = useMemo(() => areaOf(texts.area), [texts.area]);
  const x = useMemo(() => dimensionOf(runs, xId), [runs, xId]);
  const y = useMemo(() => dimensionOf(runs, yId), [runs, yId]);
  const coloured = useMemo(() => (colourId === "" ? null : dimensionOf(runs, colourId)), [runs, colourId]);
  const sized = useMemo(() => (sizeId === "" ? null : dimensionOf(runs, sizeId)), [runs, sizeId]);
  const kindOf = (dimension: Dimension): ScaleKind => kinds.get(dimension.id) ?? usualScale(dimension);
  const [xKind, yKind] = [kindOf(x), kindOf(y)];
  const scales = useMemo(
    () =>
      [
        scaleOf(x, xKind, area === null || !x.isNumber ? null : [area[0], area[1]]),
        scaleOf(y, yKind, area === null || !y.isNumber ? null : [area[2], area[3]]),
      ] as const,
    [x, y, xKind, yKind, area],
  );
  const { colours, scale } = useMemo(
    () => runColours(runs, coloured, theme, colourOf),
    [runs, coloured, theme, colourOf],
  );
  const radii = useMemo(() => radiiOf(sized, runs.length), [sized, runs.length]);
  const drawn = useMemo(
    () =>
      Uint8Array.from(runs, (_, at) => {
        const [across, up] = [scales[0].place(x.values[at] ?? Number.NaN), scales[1].place(y.values[at] ?? Number.NaN)];
        return Number(across > -0.005 && across < 1.005 && up > -0.005 && up < 1.005);
      }),
    [runs, x, y, scales],
  );
  const goals = [goalOfDimension(runs, x), goalOfDimension(runs, y)] as const;
  const [xGoal, yGoal] = goals;
  const isFront = texts.pareto === "1" && xGoal !== null && yGoal !== null && xId !== yId;
  const front = useMemo(
    () => (isFront ? paretoFront(x.values, y.values, [xGoal, yGoal], drawn) : null),
    [isFront, x, y, xGoal, yGoal, drawn],
  );
  const kept = useMemo(
    () => (front === null ? drawn : Uint8Array.from(drawn, (_, at) => Number(front.includes(at)))),
    [front, drawn],
  );
  const listed = useMemo(
    () => [
      ...new Map([x, y, coloured, sized].flatMap((one) => (one === null ? [] : [[one.id, one] as const]))).values(),
    ],
    [x, y, coloured, sized],
  );
  const missing = runs.filter((_, at) => Number.isNaN(x.values[at]) || Number.isNaN(y.values[at])).length;
  const open = (at: number) => {
    const uid = runs[at]?.uid;
    if (uid !== undefined) void navigate({ to: "/runs/$uid", params: { uid } });
  };
  return (
    <div className="explore">
      <div className="bar">
        <AxisChoice
          label="across"
          ids={all}
          dimension={x}
          kind={xKind}
          onChoose={(id) => change({ sx: id, area: undefined })}
          onKind={(kind) => change({ scales: writeScales(new Map([...kinds, [xId, kind]])), area: undefined })}
        />
        <AxisChoice
          label="up"
          ids={all}
          dimension={y}
          kind={yKind}
          onChoose={(id) => change({ sy: id, area: undefined })}
          onKind={(kind) => change({ scales: writeScales(new Map([...kinds, [yId, kind]])), area: undefined })}
        />
        <button
          type="button"
          className="button"
          title="Change what is across for what is up"
          onClick={() => change({ sx: yId, sy: xId, area: undefined })}
        >
          swap
        </button>
        <Choice
          label="colour"
          ids={all}
          chosen={colourId}
          none="by run"
          onChoose={(id) => change({ colour: id || undefined })}
        />
        <ColourLegend dimension={coloured} scale={scale} />
        <Choice
          label="size"
          ids={all.filter((id) => id === sizeId || dimensionIsNumber(runs, id))}
          chosen={sizeId}
          none="all alike"
          onChoose={(id) => change({ size: id || undefined })}
        />
        <label title="The runs that no other one beats in both">
          <input
            type="checkbox"
            checked={isFront}
            disabled={xGoal === null || yGoal === null || xId === yId}
            onChange={(event) => change({ pareto: event.target.checked ? "1" : undefined })}
          />{" "}
          Pareto front
        </label>
        {area !== null && (
          <button type="button" className="link" onClick={() => change({ area: undefined })}>
            see all
          </button>
        )}
      </div>
      <ScatterChart
        x={x}
        y={y}
        scales={scales}
        colours={colours}
        radii={radii}
        drawn={drawn}
        front={front}
        isLess={[xGoal === "min", yGoal === "min"]}
        emphasis={emphasis}
        said={`${many(drawn.filter((one) => one === 1).length, "run")} by ${x.title} across and ${y.title} up; they are listed below`}
        tip={(at) => <Tip run={runs[at]} at={at} dimensions={listed} />}
        onEmphasis={setEmphasis}
        onArea={(next) => change({ area: writeArea(next) })}
        onOpen={open}
      />
      <p className="dim explore-note">
        {xGoal === null || yGoal === null
          ? "A Pareto front needs to know what is good: run.define_metric(name, goal=…) says it of a metric. "
          : ""}
        {missing > 0 &&
          `${many(missing, "run")} without a value on an axis ${missing === 1 ? "is" : "are"} not drawn. `}
        Drag to zoom, double-click to see all; a click on a point opens its run.
      </p>
      <KeptRuns
        runs={runs}
        kept={kept}
        dimensions={listed}
        order={front === null ? (yGoal === null ? coloured : y) : x}
        colours={colours}
        emphasis={emphasis}
        onEmphasis={setEmphasis}
        isBrushed={area !== null}
        onAll={() => change({ area: undefined })}
      />
    </div>
  );
}

interface AxisChoiceProps {
  readonly label: string;
  readonly ids: readonly string[];
  readonly dimension: Dimension;
  readonly kind: ScaleKind;
  readonly onChoose: (id: string) => void;
  readonly onKind: (kind: ScaleKind) => void;
}

function AxisChoice({ label, ids, dimension, kind, onChoose, onKind }: AxisChoiceProps) {
  return (
    <span className="choice">
      <Choice label={label} ids={ids} chosen={dimension.id} onChoose={onChoose} />
      {dimension.isNumber && (
        <label>
          <input
            type="checkbox"
            aria-label={`log, ${label}`}
            checked={kind === "log"}
            onChange={(event) => onKind(event.target.checked ? "log" : "linear")}
          />{" "}
          log
        </label>
      )}
    </span>
  );
}

function Tip({ run, at, dimensions }: { run: FoundRun | undefined; at: number; dimensions: readonly Dimension[] }) {
  if (run === undefined) return null;
  return (
    <>
      <strong className="cut">{run.display_name || run.name}</strong>
      {dimensions.map((one) => {
        const value = one.values[at] ?? Number.NaN;
        return (
          <span key={one.id} className="scatter-tip-line">
            <span className="dim cut">{one.title}</span>
            <span className="cut">{Number.isNaN(value) ? "none" : one.say(value)}</span>
          </span>
        );
      })}
    </>
  );
}

/** The parameter and the metric that are laid out where nobody chose; of runs with one metric, over time. */
function usualPair(runs: readonly FoundRun[]): [string, string] {
  const names = namesOf(runs);
  const metrics = byGoal(runs, names.metrics).map((name) => columnId({ kind: "metrics", name }));
  const ids = names.params.map((name) => columnId({ kind: "params", name }));
  const parameter = partingIds(runs, ids).find((id) => dimensionIsNumber(runs, id));
  const goals = metrics.filter((id) => goalOf(runs, columnOf(id)?.name ?? "") !== null);
  if (goals[0] !== undefined && goals[1] !== undefined) return [goals[0], goals[1]];
  return [parameter ?? metrics[1] ?? "own.created", metrics[0] ?? "own.duration"];
}

function dimensionIsNumber(runs: readonly FoundRun[], id: string): boolean {
  const kind = columnOf(id)?.kind;
  return kind === "metrics" || id === "own.duration" || (kind === "params" && dimensionOf(runs, id).isNumber);
}

/** What is good of a dimension: of a metric what its runs say, and nobody minds a run that takes less time. */
function goalOfDimension(runs: readonly FoundRun[], { id }: Dimension): Goal | null {
  const field = columnOf(id);
  if (id === "own.duration") return "min";
  return field?.kind === "metrics" ? goalOf(runs, field.name) : null;
}

function radiiOf(dimension: Dimension | null, runs: number): Float64Array {
  if (dimension === null) return new Float64Array(runs).fill(RADIUS);
  const scale = scaleOf(dimension, usualScale(dimension));
  // The area grows with the value, since it is the area that eyes compare.
  return dimension.values.map((value) => {
    const place = scale.place(value);
    return Number.isNaN(place) ? RADII[0] : Math.sqrt(RADII[0] ** 2 + place * (RADII[1] ** 2 - RADII[0] ** 2));
  });
}

function areaOf(text: string | undefined): Area | null {
  const [left, right, low, high] = (text ?? "").split(":").map((one) => (one === "" ? Number.NaN : Number(one)));
  if (left === undefined || right === undefined || low === undefined || high === undefined) return null;
  return left < right && low < high ? [left, right, low, high] : null;
}

function writeArea(area: Area | null): string | undefined {
  return area?.map((one) => Number(one.toPrecision(7))).join(":");
}
