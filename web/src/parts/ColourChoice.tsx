/** Which colour a run has: for everybody where one may write, else in this browser. */

import { useState } from "react";
import { COLOUR_TAG, coloursOf, PALETTE, toneOf } from "../look/colours";
import { useTheme } from "../look/theme";
import type { ColouredRun } from "./ColourDot";
import { useMayWrite } from "./mayWrite";
import { useRetag } from "./retag";

const FORM = /^#[0-9a-f]{6}$/i;

export function ColourChoice({ run, colour }: { run: ColouredRun; colour: string }) {
  const theme = useTheme();
  const mayWrite = useMayWrite();
  const retag = useRetag();
  const colours = coloursOf(run.experiment_name);
  const tag = run.tags[COLOUR_TAG];
  const own = colours.chosenHere(run.uid) ?? tag;
  const [text, setText] = useState(own ?? (FORM.test(colour) ? colour : ""));
  const choose = (chosen: string | null) => {
    if (chosen !== null) setText(chosen);
    if (!mayWrite) {
      colours.choose(run.uid, chosen);
      return;
    }
    if (colours.chosenHere(run.uid) !== undefined) colours.choose(run.uid, null);
    // Drawn at once; what the server refuses is taken back.
    const before = { uid: run.uid, tags: run.tags };
    colours.learn([{ uid: run.uid, tags: chosen === null ? {} : { [COLOUR_TAG]: chosen } }]);
    retag.mutate(
      chosen === null ? { runs: [run.uid], remove: [COLOUR_TAG] } : { runs: [run.uid], set: { [COLOUR_TAG]: chosen } },
      { onError: () => colours.learn([before]) },
    );
  };
  const typed = text.trim().startsWith("#") ? text.trim() : `#${text.trim()}`;
  const isColour = FORM.test(typed);
  return (
    <>
      <div className="colour-eight" role="group" aria-label="Colours">
        {PALETTE.map(([name, one]) => (
          <button
            key={name}
            type="button"
            aria-label={name}
            title={name}
            aria-pressed={own?.toLowerCase() === one}
            onClick={() => choose(one)}
          >
            <span style={{ background: toneOf(one, theme) }} />
          </button>
        ))}
      </div>
      <form
        className="colour-any"
        onSubmit={(event) => {
          event.preventDefault();
          if (isColour) choose(typed.toLowerCase());
        }}
      >
        <input
          type="color"
          aria-label="Pick any colour"
          value={isColour ? typed : "#808080"}
          onChange={(event) => setText(event.target.value)}
        />
        <input
          className="field"
          aria-label="Colour as #rrggbb"
          placeholder="#rrggbb"
          value={text}
          maxLength={7}
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button" disabled={!isColour}>
          Set
        </button>
      </form>
      <div className="colour-note">
        {own !== undefined && (
          <button type="button" className="link" onClick={() => choose(null)}>
            back to automatic
          </button>
        )}
        <span className="dim">{mayWrite ? "For everybody who sees this run." : "In this browser."}</span>
        {retag.isError && (
          <span className="problem" role="alert">
            {retag.error.message}
          </span>
        )}
      </div>
    </>
  );
}
