/** A run's colour as a dot; a click on it chooses another one. */

import { useCallback, useEffect, useId, useRef, useState } from "react";
import type { Run } from "../api/queries";
import { late } from "./late";
import "../look/colour-dot.css";

const ColourChoice = late(() => import("./ColourChoice").then((one) => one.ColourChoice));

/** What of a run the chooser needs. */
export type ColouredRun = Pick<Run, "uid" | "experiment_name" | "name" | "display_name" | "tags">;

interface Props {
  readonly run: ColouredRun;
  /** In which it is drawn now. */
  readonly colour: string;
  /** Without, the dot is a ring: the run is not drawn. */
  readonly isShown?: boolean;
}

const GAP = 4;
const WIDTH = 196;
const HEIGHT = 130;

export function ColourDot({ run, colour, isShown = true }: Props) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const name = run.display_name || run.name;
  const close = useCallback(() => setOpen(false), []);
  return (
    <>
      <button
        ref={button}
        type="button"
        className="colour-dot"
        title="Choose a colour"
        aria-label={`Colour of ${name}`}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={(event) => {
          event.stopPropagation();
          setOpen((one) => !one);
        }}
      >
        <span
          className="dot"
          style={isShown ? { background: colour } : { boxShadow: "inset 0 0 0 1px var(--line-strong)" }}
        />
      </button>
      {isOpen && (
        <Floating id={id} label={`Colour of ${name}`} button={button} close={close}>
          <ColourChoice run={run} colour={colour} />
        </Floating>
      )}
    </>
  );
}

interface FloatingProps {
  readonly id: string;
  readonly label: string;
  readonly button: React.RefObject<HTMLButtonElement | null>;
  readonly close: () => void;
  readonly children: React.ReactNode;
}

/** Over everything, wherever its button stands: a table's rows are cut off at its edge, the top layer is not. */
function Floating({ id, label, button, close, children }: FloatingProps) {
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = body.current;
    const box = button.current?.getBoundingClientRect();
    if (element === null || box === undefined) return;
    const top = box.bottom + GAP + HEIGHT > innerHeight ? box.top - GAP - HEIGHT : box.bottom + GAP;
    element.style.left = `${Math.max(GAP, Math.min(box.left, innerWidth - WIDTH - GAP))}px`;
    element.style.top = `${Math.max(GAP, top)}px`;
    element.showPopover?.();
    const outside = (event: Event) => {
      const target = event.target as Node;
      if (!element.contains(target) && button.current?.contains(target) !== true) close();
    };
    const keyed = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
      button.current?.focus();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("keydown", keyed, true);
    document.addEventListener("scroll", outside, true);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("keydown", keyed, true);
      document.removeEventListener("scroll", outside, true);
    };
  }, [button, close]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: only that a click here is not one on the row behind
    <div
      ref={body}
      id={id}
      className="colour-body"
      popover="manual"
      role="dialog"
      aria-label={label}
      onClick={(event) => event.stopPropagation()}
    >
      {children}
    </div>
  );
}
