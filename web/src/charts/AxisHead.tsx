/** The head of an axis: its name, which moves it by drag or by the arrow keys and opens its scale and its range. */

import { useRef, useState } from "react";
import { Popover } from "../parts/Popover";
import type { Dimension } from "./dimensions";
import type { Brush } from "./parallel";
import type { ScaleKind } from "./scale";

interface Props {
  readonly dimension: Dimension;
  readonly scale: ScaleKind;
  readonly place: number;
  readonly xs: readonly number[];
  readonly width: number;
  readonly brushes: readonly Brush[];
  readonly onBrushes: (brushes: readonly Brush[]) => void;
  readonly onMove: (to: number) => void;
  readonly onScale: (kind: ScaleKind) => void;
  readonly onRemove: () => void;
}

/** A drag shorter than this is a click. */
const DRAG_PX = 6;

export function AxisHead(props: Props) {
  const { dimension, place, xs, width, brushes } = props;
  const [by, setBy] = useState(0);
  const start = useRef<number | null>(null);
  const isDragged = useRef(false);
  const apart = (xs[1] ?? width) - (xs[0] ?? 0);
  const x = xs[place] ?? 0;
  const room = Math.max(60, apart - 8);
  const pressed = (event: React.PointerEvent<HTMLDivElement>) => {
    isDragged.current = false;
    if (event.button !== 0 || !(event.target as Element).closest(".axis-name")) return;
    start.current = event.clientX;
  };
  const dragged = (event: React.PointerEvent<HTMLDivElement>) => {
    if (start.current === null) return;
    const gone = event.clientX - start.current;
    if (Math.abs(gone) < DRAG_PX && !isDragged.current) return;
    if (!isDragged.current) event.currentTarget.setPointerCapture(event.pointerId);
    isDragged.current = true;
    setBy(gone);
  };
  const released = () => {
    if (isDragged.current) {
      const to = xs.reduce(
        (best, one, at) => (Math.abs(one - x - by) < Math.abs((xs[best] ?? 0) - x - by) ? at : best),
        0,
      );
      if (to !== place) props.onMove(to);
    }
    start.current = null;
    setBy(0);
  };
  const keyed = (event: React.KeyboardEvent<HTMLDivElement>) => {
    if (!(event.target as Element).matches(".axis-name")) return;
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0 || place + step < 0 || place + step >= xs.length) return;
    event.preventDefault();
    props.onMove(place + step);
  };
  const isEnd = place === xs.length - 1 && place > 0;
  const isStart = place === 0 && xs.length > 1;
  const left = isStart ? 0 : isEnd ? undefined : x - room / 2;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside is what is reached by keys; the drag begins around it
    <div
      className={`axis-head${by === 0 ? "" : " dragged"}`}
      style={{
        ...(isEnd ? { right: 0 } : { left }),
        width: isStart || isEnd ? room / 2 + Math.min(x, 28) : room,
        justifyContent: isStart ? "flex-start" : isEnd ? "flex-end" : "center",
        transform: by === 0 ? undefined : `translateX(${by}px)`,
      }}
      onPointerDown={pressed}
      onPointerMove={dragged}
      onPointerUp={released}
      onPointerCancel={released}
      onClickCapture={(event) => {
        if (isDragged.current) event.stopPropagation();
        isDragged.current = false;
      }}
      onKeyDown={keyed}
    >
      <Popover
        className="axis-name"
        label={dimension.title}
        title={`${dimension.title}: drag or arrow keys move the axis`}
        side={place > xs.length / 2 ? "end" : "start"}
      >
        {(close) => (
          <div className="axis-menu">
            <strong>{dimension.title}</strong>
            {dimension.isNumber && (
              <label>
                <span className="dim">scale</span>{" "}
                <select
                  className="field"
                  value={props.scale}
                  onChange={(event) => props.onScale(event.target.value as ScaleKind)}
                >
                  <option value="linear">linear</option>
                  <option value="log">logarithmic</option>
                  <option value="category">a place a value</option>
                </select>
              </label>
            )}
            {dimension.isNumber ? (
              <Range dimension={dimension} brushes={brushes} onBrushes={props.onBrushes} />
            ) : (
              <Categories dimension={dimension} brushes={brushes} onBrushes={props.onBrushes} />
            )}
            <span className="axis-acts">
              <button
                type="button"
                className="link"
                onClick={() => props.onBrushes(brushes.filter((one) => one.id !== dimension.id))}
              >
                keep all
              </button>
              <button
                type="button"
                className="link"
                onClick={() => {
                  close();
                  props.onRemove();
                }}
              >
                remove this axis
              </button>
            </span>
          </div>
        )}
      </Popover>
    </div>
  );
}

type Some = Pick<Props, "dimension" | "brushes" | "onBrushes">;

function Range({ dimension, brushes, onBrushes }: Some) {
  const own = brushes.find((one) => one.id === dimension.id);
  const others = brushes.filter((one) => one.id !== dimension.id);
  const changed = (from: string, to: string) => {
    const ends = [
      from.trim() === "" ? -Number.MAX_VALUE : Number(from),
      to.trim() === "" ? Number.MAX_VALUE : Number(to),
    ];
    const [low = Number.NaN, high = Number.NaN] = ends;
    if (from.trim() === "" && to.trim() === "") onBrushes(others);
    else if (low <= high) onBrushes([...others, { id: dimension.id, from: low, to: high }]);
  };
  const text = (value: number | undefined) =>
    value === undefined || Math.abs(value) === Number.MAX_VALUE ? "" : String(Number(value.toPrecision(6)));
  const [from, to] = [text(own?.from), text(own?.to)];
  return (
    <>
      {(["from", "to"] as const).map((end) => (
        <label key={end}>
          <span className="dim">{end}</span>{" "}
          <input
            key={`${from} ${to}`}
            className="field"
            inputMode="decimal"
            size={10}
            defaultValue={end === "from" ? from : to}
            onBlur={(event) => {
              const value = event.target.value;
              if (value !== (end === "from" ? from : to))
                changed(end === "from" ? value : from, end === "to" ? value : to);
            }}
            onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
          />
        </label>
      ))}
    </>
  );
}

function Categories({ dimension, brushes, onBrushes }: Some) {
  const own = brushes.filter((one) => one.id === dimension.id);
  const others = brushes.filter((one) => one.id !== dimension.id);
  const isKept = (at: number) => own.length === 0 || own.some((one) => at >= one.from && at <= one.to);
  const toggle = (at: number) => {
    const kept = dimension.categories.map((_, place) => (place === at ? !isKept(at) : isKept(place)));
    if (kept.every(Boolean) || !kept.some(Boolean)) onBrushes(others);
    else
      onBrushes([
        ...others,
        ...kept.flatMap((one, place) => (one ? [{ id: dimension.id, from: place, to: place }] : [])),
      ]);
  };
  return (
    <ul className="chooser-list">
      {dimension.categories.slice(0, 100).map((text, at) => (
        <li key={text}>
          <label className="cut">
            <input type="checkbox" checked={isKept(at)} onChange={() => toggle(at)} /> {text}
          </label>
        </li>
      ))}
    </ul>
  );
}
