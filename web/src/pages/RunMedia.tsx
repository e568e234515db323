/** A run's media: a panel for each name, one step for all of them. */

import { useCallback, useEffect, useMemo } from "react";
import type { Artifact, Run } from "../api/queries";
import { useColourOf } from "../look/useColours";
import { MediaPanel } from "../media/MediaPanel";
import { StepBar } from "../media/StepBar";
import { seriesOf, stepsOf } from "../media/series";
import { useMediaStep } from "../media/useMediaStep";
import { oneOf } from "../url/text";
import { useTexts } from "../url/useTexts";
import "../look/media.css";

const SIZES = ["small", "medium", "large"] as const;

export function RunMedia({ run, artifacts }: { run: Run; artifacts: readonly Artifact[] }) {
  const [texts, change] = useTexts();
  const colour = useColourOf()(run);
  const all = useMemo(() => seriesOf(artifacts), [artifacts]);
  const find = (texts.media ?? "").toLowerCase();
  const full = all.find((one) => one.key === texts.full);
  const shown = full === undefined ? all.filter((one) => one.name.toLowerCase().includes(find)) : [full];
  const steps = useMemo(() => stepsOf(full === undefined ? all : [full]), [all, full]);
  const at = useMediaStep(steps);
  const size = oneOf(texts.size, SIZES, "medium");
  const isSmooth = texts.smooth === "1";
  const onFull = useCallback((key: string | null) => change({ full: key ?? undefined }), [change]);
  useEffect(() => {
    if (full === undefined) return;
    const keyed = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) onFull(null);
    };
    addEventListener("keydown", keyed);
    return () => removeEventListener("keydown", keyed);
  }, [full, onFull]);
  return (
    <div className={`media media-${size}`}>
      <StepBar at={at}>
        <span className="spring" />
        {full === undefined && all.length > 6 && (
          <input
            type="search"
            className="field"
            placeholder="Find"
            aria-label="Find media"
            value={texts.media ?? ""}
            onChange={(event) => change({ media: event.target.value }, false)}
          />
        )}
        <label>
          <input
            type="checkbox"
            checked={!isSmooth}
            onChange={(event) => change({ smooth: event.target.checked ? undefined : "1" })}
          />{" "}
          pixels
        </label>
        {full === undefined && (
          <select
            className="field"
            aria-label="Size of the panels"
            value={size}
            onChange={(event) => change({ size: event.target.value === "medium" ? undefined : event.target.value })}
          >
            {SIZES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
      </StepBar>
      {shown.length === 0 && <p className="empty dim">Nothing has “{texts.media}” in its name.</p>}
      <div className="media-grid">
        {shown.map((series) => (
          <MediaPanel
            key={series.key}
            series={series}
            step={at.step}
            own={at.own.get(series.key)}
            colour={colour}
            isSmooth={isSmooth}
            isFull={series === full}
            onStep={at.goTo}
            onOwn={at.setOwn}
            onFull={onFull}
          />
        ))}
      </div>
    </div>
  );
}
