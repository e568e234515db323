/** What colours mean: a ramp with its ends, or a dot a category. */

import { colourAt } from "../look/colours";
import { useTheme } from "../look/theme";
import type { Dimension } from "./dimensions";
import { rampGradient } from "./ramp";
import type { Scale } from "./scale";

const MOST = 8;

export function ColourLegend({ dimension, scale }: { dimension: Dimension | null; scale: Scale | null }) {
  const theme = useTheme();
  if (dimension === null) return null;
  if (scale === null) {
    return (
      <span className="colour-legend">
        {dimension.categories.slice(0, MOST).map((text, at) => (
          <span key={text} className="colour-one">
            <span className="dot" style={{ background: colourAt(at, theme) }} /> <span className="cut">{text}</span>
          </span>
        ))}
        {dimension.categories.length > MOST && (
          <span className="dim">and {dimension.categories.length - MOST} more</span>
        )}
      </span>
    );
  }
  return (
    <span className="colour-legend">
      <span className="number">{dimension.say(scale.value(0))}</span>
      <span className="ramp" style={{ background: rampGradient(theme) }} />
      <span className="number">{dimension.say(scale.value(1))}</span>
      {scale.kind === "log" && <span className="dim">log</span>}
    </span>
  );
}
