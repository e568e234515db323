/** Many runs by many of their values at once, in parallel coordinates, and a list of those that the brushes keep. */

import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { FoundRun } from "../api/queries";
import { ColourLegend } from "../charts/ColourLegend";
import { byGoal, type Dimension, dimensionIds, dimensionOf, goalOf, partingIds } from "../charts/dimensions";
import { ParallelChart } from "../charts/ParallelChart";
import { keptBy, moved } from "../charts/parallel";
import { runColours } from "../charts/runColours";
import { type ScaleKind, scaleOf, usualScale } from "../charts/scale";
import { useTheme } from "../look/theme";
import { useColourOf } from "../look/useColours";
import { Choice } from "../parts/Choice";
import { namesOf } from "../parts/runColumns";
import { columnOf } from "../url/fields";
import { parseBrushes, parseScales, writeBrushes, writeScales } from "../url/parallel";
import { parseList, writeList } from "../url/text";
import { useTexts } from "../url/useTexts";
import { KeptRuns } from "./KeptRuns";

/** So many axes are drawn where nobody chose any. */
const FIRST_PARAMETERS = 6;
const FIRST_METRICS = 2;
/** Up to so many runs each have a colour of their own that eyes can tell apart. */
const OWN_COLOURS = 8;
/** What colours lines by run, in addresses. */
const BY_RUN = "run";

export function ParallelView({ runs }: { runs: readonly FoundRun[] }) {
  const [texts, change] = useTexts();
  const theme = useTheme();
  const colourOf = useColourOf();
  const navigate = useNavigate();
  const [emphasis, setEmphasis] = useState<number | null>(null);
  const names = useMemo(() => namesOf(runs), [runs]);
  const all = useMemo(() => dimensionIds(names), [names]);
  const usual = useMemo(() => usualAxes(runs), [runs]);
  const axes = useMemo(() => {
    const known = new Set(all);
    const chosen = texts.axes === undefined ? usual : parseList(texts.axes);
    return [...new Set(chosen)].filter((id) => known.has(id));
  }, [texts.axes, usual, all]);
  const dimensions = useMemo(() => axes.map((id) => dimensionOf(runs, id)), [runs, axes]);
  const kinds = useMemo(() => parseScales(texts.scales), [texts.scales]);
  const scales = useMemo(
    () => dimensions.map((one) => scaleOf(one, kinds.get(one.id) ?? usualScale(one))),
    [dimensions, kinds],
  );
  const brushes = useMemo(() => parseBrushes(texts.brush, dimensions), [texts.brush, dimensions]);
  const colour = texts.colour ?? usualColour(runs, axes);
  const coloured = useMemo<Dimension | null>(
    () => (colour === BY_RUN || !all.includes(colour) ? null : dimensionOf(runs, colour)),
    [runs, colour, all],
  );
  const { colours, scale } = useMemo(
    () => runColours(runs, coloured, theme, colourOf),
    [runs, coloured, theme, colourOf],
  );
  const kept = useMemo(() => keptBy(brushes, dimensions, runs.length), [brushes, dimensions, runs.length]);
  const setAxes = (ids: readonly string[]) => change({ axes: writeList(ids) });
  const chosenScale = (id: string, kind: ScaleKind) => change({ scales: writeScales(new Map([...kinds, [id, kind]])) });
  return (
    <div className="explore">
      <div className="bar">
        <Choice
          label="add axis"
          ids={all.filter((id) => !axes.includes(id))}
          chosen=""
          none="choose"
          onChoose={(id) => id !== "" && setAxes([...axes, id])}
        />
        <Choice
          label="colour"
          ids={all}
          chosen={coloured === null ? "" : colour}
          none="by run"
          onChoose={(id) => change({ colour: id === "" ? BY_RUN : id })}
        />
        <ColourLegend dimension={coloured} scale={scale} />
        <span className="spring" />
        {(texts.axes ?? texts.scales ?? texts.colour) !== undefined && (
          <button
            type="button"
            className="link"
            onClick={() => change({ axes: undefined, scales: undefined, colour: undefined })}
          >
            axes as usual
          </button>
        )}
      </div>
      {axes.length < 2 ? (
        <p className="empty dim">
          {runs.length < 2
            ? "Of one run there is nothing to lay out: choose several."
            : "These runs differ in fewer than two values: add axes above to see them."}
        </p>
      ) : (
        <ParallelChart
          dimensions={dimensions}
          scales={scales}
          colours={colours}
          brushes={brushes}
          emphasis={emphasis}
          said={`Parallel coordinates of ${runs.length} runs over ${dimensions.map((one) => one.title).join(", ")}; the runs that the brushes keep are listed below`}
          onEmphasis={setEmphasis}
          onBrushes={(next) => change({ brush: writeBrushes(next, dimensions) })}
          onMove={(id, to) => setAxes(moved(axes, axes.indexOf(id), to))}
          onScale={chosenScale}
          onRemove={(id) => setAxes(axes.filter((one) => one !== id))}
          onOpen={(at) => {
            const uid = runs[at]?.uid;
            if (uid !== undefined) void navigate({ to: "/runs/$uid", params: { uid } });
          }}
        />
      )}
      <p className="dim explore-note">
        Drag on an axis to keep the runs that cross it there, with Shift another stretch of it; a click takes it back. A
        click on a line opens its run.
      </p>
      <KeptRuns
        runs={runs}
        kept={kept}
        dimensions={dimensions}
        order={coloured}
        colours={colours}
        emphasis={emphasis}
        onEmphasis={setEmphasis}
        isBrushed={brushes.length > 0}
        onAll={() => change({ brush: undefined })}
      />
    </div>
  );
}

/** The parameters in which runs differ and the metrics that matter, which stand last. */
function usualAxes(runs: readonly FoundRun[]): string[] {
  const names = namesOf(runs);
  const parameters = partingIds(
    runs,
    names.params.map((name) => `params.${name}`),
  ).filter((id) => isReadable(dimensionOf(runs, id)));
  const metrics = byGoal(runs, names.metrics).slice(0, FIRST_METRICS);
  return [...parameters.slice(0, FIRST_PARAMETERS), ...metrics.map((name) => `metrics.${name}`)];
}

/** A text that each of many runs has another of, such as a path, parts nothing. */
function isReadable(dimension: Dimension): boolean {
  return dimension.isNumber || dimension.categories.length <= 40;
}

function usualColour(runs: readonly FoundRun[], axes: readonly string[]): string {
  const metrics = axes.filter((id) => columnOf(id)?.kind === "metrics");
  const wanted = metrics.find((id) => goalOf(runs, columnOf(id)?.name ?? "") !== null) ?? metrics[0];
  return runs.length <= OWN_COLOURS || wanted === undefined ? BY_RUN : wanted;
}
