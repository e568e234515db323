/** The step that media are looked at: a slider, the arrow keys, or one after the other by itself. */

import { count } from "../look/numbers";
import { Icon } from "../parts/Icon";
import type { MediaStep } from "./useMediaStep";

export function StepBar({ at, children }: { at: MediaStep; children?: React.ReactNode }) {
  const { steps, place, step } = at;
  return (
    <div className="step-bar bar" role="group" aria-label="Step of the media">
      {steps.length > 1 && (
        <>
          <button
            type="button"
            className="quiet"
            aria-pressed={at.isPlaying}
            aria-label={at.isPlaying ? "Hold still" : "Play the steps"}
            title={at.isPlaying ? "Hold still" : "Play the steps"}
            onClick={at.play}
          >
            <Icon name={at.isPlaying ? "pause" : "play"} />
          </button>
          <input
            type="range"
            className="step-range"
            min={0}
            max={steps.length - 1}
            value={place}
            aria-label="Step"
            aria-valuetext={`step ${step}`}
            title="← and → go a step, with Shift ten"
            onChange={(event) => at.go(Number(event.target.value))}
          />
        </>
      )}
      {steps.length > 0 && (
        <span className="step-said">
          step {count(step)}{" "}
          <span className="dim">
            {count(place + 1)} of {count(steps.length)}
          </span>
        </span>
      )}
      {children}
    </div>
  );
}
