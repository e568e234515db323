/** Media of several runs beside each other, at one step: a row for each name, a column for each run. */

import { memo, useMemo, useRef } from "react";
import type { Artifact, Run } from "../api/queries";
import { byName } from "../charts/sections";
import { count } from "../look/numbers";
import { useColourOf } from "../look/useColours";
import { MediaItem } from "../media/MediaItem";
import { usePrefetch } from "../media/objects";
import { StepBar } from "../media/StepBar";
import { type MediaSeries, placeAt, seriesOf, stepsOf } from "../media/series";
import { useMediaStep } from "../media/useMediaStep";
import { useNear } from "../parts/useNear";
import { useTexts } from "../url/useTexts";
import "../look/media.css";

/** A run and what it logged. */
export interface MediaSource {
  readonly run: Pick<Run, "uid" | "experiment_name" | "name" | "display_name">;
  readonly artifacts: readonly Artifact[];
}

export function CompareMedia({ sources }: { sources: readonly MediaSource[] }) {
  const [texts, change] = useTexts();
  const colourOf = useColourOf();
  const runs = useMemo(
    () =>
      sources.map(({ run, artifacts }) => ({ run, series: new Map(seriesOf(artifacts).map((one) => [one.key, one])) })),
    [sources],
  );
  const steps = useMemo(() => stepsOf(runs.flatMap(({ series }) => [...series.values()])), [runs]);
  const at = useMediaStep(steps);
  const isSmooth = texts.smooth === "1";
  const keys = [...new Set(runs.flatMap(({ series }) => [...series.keys()]))].sort(byName);
  return (
    <div className="media media-medium">
      <StepBar at={at}>
        <span className="spring" />
        <label>
          <input
            type="checkbox"
            checked={!isSmooth}
            onChange={(event) => change({ smooth: event.target.checked ? undefined : "1" })}
          />{" "}
          pixels
        </label>
      </StepBar>
      {keys.map((key) => (
        <section key={key} aria-label={key}>
          <div className="head-line">
            <h2>{key}</h2>
          </div>
          <div className="media-grid">
            {runs.map(({ run, series }) => (
              <Cell
                key={run.uid}
                name={run.display_name || run.name}
                colour={colourOf(run)}
                series={series.get(key)}
                step={at.step}
                isSmooth={isSmooth}
              />
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}

interface CellProps {
  readonly name: string;
  readonly colour: string;
  readonly series: MediaSeries | undefined;
  readonly step: number;
  readonly isSmooth: boolean;
}

const NONE: readonly Artifact[] = [];

const Cell = memo(function Cell({ name, colour, series, step, isSmooth }: CellProps) {
  const element = useRef<HTMLElement>(null);
  const isNear = useNear(element);
  const items = series?.items ?? NONE;
  const place = placeAt(items, step);
  const item = items[place];
  usePrefetch(items, place, isNear);
  return (
    <figure className={`panel media-panel`} ref={element}>
      <figcaption>
        <span className="dot" style={{ background: colour }} />
        <span className="cut" title={name}>
          {name}
        </span>
        <span className="dim media-step">
          {item === undefined || item.step === null ? "" : `step ${count(item.step)}`}
        </span>
      </figcaption>
      <div className="media-box">
        {!isNear ? null : item === undefined ? (
          <p className="dim">
            {series === undefined ? "It has none of this name." : `Nothing yet at step ${count(step)}.`}
          </p>
        ) : (
          <MediaItem artifact={item} colour={colour} isSmooth={isSmooth} />
        )}
      </div>
      {item?.caption && (
        <p className="media-caption cut" title={item.caption}>
          {item.caption}
        </p>
      )}
    </figure>
  );
});
