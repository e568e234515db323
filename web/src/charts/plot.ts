/**
 * A chart of lines on a canvas. uPlot has the axes, the cursor and the drag; the lines are drawn here, each from its own
 * points, so that a hundred runs logged at different steps need no common table.
 */

import uPlot from "uplot";
import { short } from "../look/numbers";
import { axisMetric, type XAxis } from "../url/charts";
import { axisSize, evenSplits, splitsOf, textOfPower, textOfX, unitOf } from "./axes";
import type { Drawn } from "./drawing";
import { type Columns, columnsOf, type Extent, extentOfY, placeOf } from "./lines";
import { type Box, heightOf, paintBand, paintLine, paintMarks } from "./paint";
import { panBy, zoomBy } from "./panning";
import { type Pointed, placeNear, pointAt, valueAt } from "./pointing";

/** What a chart shows. */
export interface Picture {
  readonly lines: readonly Drawn[];
  /** In powers of ten where x is logarithmic. */
  readonly x: Extent;
  /** What all lines reach, beyond which nothing is panned. */
  readonly whole: Extent;
}

/** What does not change as long as a plot lives. */
export interface Look {
  readonly axis: XAxis;
  readonly isLog: boolean;
  readonly isLogX: boolean;
}

/** What a chart leaves out of sight. */
export interface Notes {
  /** Some values lie beyond the axis. */
  readonly isClipped: boolean;
  /** Some values have no logarithm. */
  readonly isLeftOut: boolean;
}

interface Ways {
  /** A stretch of x in its own unit; null for all of it. */
  readonly onZoom: (x: Extent | null) => void;
  readonly onPoint: (pointed: Pointed | null) => void;
  readonly onNotes: (notes: Notes) => void;
}

/** Beyond so many lines each is thin, and no bands are drawn. */
const MANY = 40;
/** Beyond so many lines only the emphasised one has a dot at the crosshair. */
const DOTS = 30;
const EMPTY: Picture = { lines: [], x: [0, 1], whole: [0, 1] };

interface Measured {
  readonly raw: Columns;
  readonly smoothed: Columns | null;
  readonly abandoned: readonly Columns[];
}

/** A chart in an element. */
export class Plot {
  private picture: Picture = EMPTY;
  private y: Extent = [0, 1];
  /** What the axis of values counts in: uPlot finds no ticks for 1e308, but for 1 times that. */
  private unit = 1;
  private measuredFor = "";
  private measured = new Map<Drawn, Measured>();
  private readonly plot: uPlot;
  private readonly overlay = document.createElement("canvas");
  private emphasised: string | null = null;
  private isInside = false;
  private frame = 0;

  constructor(
    element: HTMLElement,
    width: number,
    height: number,
    private readonly look: Look,
    private readonly ways: Ways,
  ) {
    const nothing: uPlot.AlignedData = [
      [0, 1],
      [0, 1],
    ];
    this.plot = new uPlot(this.options(element, width, height), nothing, element);
    this.overlay.className = "chart-overlay";
    this.plot.over.appendChild(this.overlay);
    this.plot.over.addEventListener("pointerenter", () => {
      this.isInside = true;
    });
    this.plot.over.addEventListener("pointerleave", () => {
      this.isInside = false;
      this.ways.onPoint(null);
    });
  }

  /** Show these lines. */
  show(picture: Picture): void {
    this.picture = picture;
    this.measure();
    this.plot.batch(() => {
      this.plot.setScale("x", { min: picture.x[0], max: picture.x[1] });
      this.plot.redraw(false, true);
    });
  }

  /** Take another size. */
  resize(width: number, height: number): void {
    if (this.plot.width === width && this.plot.height === height) return;
    this.plot.batch(() => {
      this.plot.setSize({ width, height });
      this.plot.redraw(false, true);
    });
  }

  /** Draw the line of a key over all others; null for none. */
  emphasise(key: string | null): void {
    if (this.emphasised === key) return;
    this.emphasised = key;
    if (this.frame === 0) this.paintOverlay();
  }

  /** Move the crosshair by some of the points of a line, as arrow keys do; false where there is nothing to move along. */
  step(by: number, key: string | null): boolean {
    const { lines, x } = this.picture;
    const drawn = lines.find((one) => one.key === key) ?? lines[0];
    if (drawn === undefined || drawn.line.x.length === 0) return false;
    const { left = -1 } = this.plot.cursor;
    const middle = (x[0] + x[1]) / 2;
    const from = left < 0 ? middle : this.plot.posToVal(left, "x");
    const place = placeNear(drawn, from, x);
    const first = placeOf(drawn.line.x, x[0]);
    const last = Math.max(first, placeOf(drawn.line.x, x[1] + Number.EPSILON * Math.abs(x[1])) - 1);
    // At first the crosshair goes to the middle; more points than pixels are gone through a pixel at a time.
    const stride = Math.max(1, Math.round((last - first) / Math.max(1, this.plot.over.clientWidth)));
    const next = Math.min(last, Math.max(first, left < 0 ? place : place + by * stride));
    const at = drawn.line.x[next];
    if (at === undefined) return false;
    const { over } = this.plot;
    const top = heightOf(valueAt(drawn, next), this.y, this.look.isLog, this.box(1));
    this.isInside = true;
    this.plot.setCursor(
      {
        left: Math.min(over.clientWidth, Math.max(0, this.plot.valToPos(at, "x"))),
        top: Number.isFinite(top) ? Math.min(over.clientHeight, Math.max(0, top)) : 0,
      },
      true,
    );
    return true;
  }

  /** Put the crosshair away. */
  leave(): void {
    this.isInside = false;
    this.plot.setCursor({ left: -10, top: -10 }, true);
    this.ways.onPoint(null);
  }

  /** Zoom around the crosshair, or the middle; below one shows less. */
  zoom(factor: number): void {
    const { left = -1 } = this.plot.cursor;
    const around = left < 0 ? (this.picture.x[0] + this.picture.x[1]) / 2 : this.plot.posToVal(left, "x");
    this.tellZoom(zoomBy(this.picture.x, this.picture.whole, around, factor));
  }

  /** End. */
  destroy(): void {
    cancelAnimationFrame(this.frame);
    this.plot.destroy();
  }

  private tellZoom(x: Extent | null): void {
    if (x === null) this.ways.onZoom(null);
    else this.ways.onZoom(this.look.isLogX ? [10 ** x[0], 10 ** x[1]] : x);
  }

  private measure(): void {
    this.columnise();
    const all: Columns[] = [];
    for (const { raw, abandoned } of this.measured.values()) {
      all.push(raw);
      all.push(...abandoned);
    }
    const { extent, isClipped } = extentOfY(all, this.look.isLog);
    this.y = extent;
    this.unit = this.look.isLog ? 1 : unitOf(extent);
    this.ways.onNotes({ isClipped, isLeftOut: all.some((one) => one.isLeftOut) });
  }

  /** Columns of each line; those of lines that were there before, at the same place, are kept. */
  private columnise(): void {
    const { lines, x } = this.picture;
    const width = this.plot.bbox.width;
    const now = `${x[0]} ${x[1]} ${width}`;
    const before = now === this.measuredFor ? this.measured : new Map<Drawn, Measured>();
    this.measuredFor = now;
    const { isLog } = this.look;
    this.measured = new Map(
      lines.map((drawn) => {
        const { line, smoothed, abandoned, around } = drawn;
        const found = before.get(drawn) ?? {
          raw: columnsOf(line.x, line.values, x[0], x[1], width, isLog, around),
          smoothed: smoothed === null ? null : columnsOf(line.x, smoothed, x[0], x[1], width, isLog),
          abandoned: abandoned.map((one) => columnsOf(one.x, one.values, x[0], x[1], width, isLog)),
        };
        return [drawn, found];
      }),
    );
  }

  private options(element: HTMLElement, width: number, height: number): uPlot.Options {
    const { axis, isLog, isLogX } = this.look;
    const text = resolve(element, "--dim");
    const grid = resolve(element, "--line");
    const font = `11px ${getComputedStyle(element).fontFamily}`;
    const common = { stroke: text, font, ticks: { show: false }, grid: { stroke: grid, width: 1 } };
    const isTime = axis === "wall" && !isLogX;
    return {
      width,
      height,
      padding: [6, 16, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false },
        sync: { key: `assay ${axis} ${isLogX}`, setSeries: false },
        bind: {
          dblclick: () => () => {
            this.ways.onZoom(null);
            return null;
          },
          mousedown: (_, __, drag) => (event) => {
            if (!event.shiftKey) return drag(event);
            if (event.button === 0) this.pan(event);
            return null;
          },
        },
      },
      scales: {
        x: { time: isTime, range: () => [this.picture.x[0], this.picture.x[1]] },
        // In powers of ten where it is logarithmic: uPlot's own such axis draws ten lines a power, and none beyond 1e300.
        y: {
          range: () =>
            isLog ? [Math.log10(this.y[0]), Math.log10(this.y[1])] : [this.y[0] / this.unit, this.y[1] / this.unit],
        },
      },
      axes: [
        {
          ...common,
          size: 24,
          gap: 4,
          space: 60,
          ...(isTime
            ? {}
            : {
                splits: (_, __, low, high, step) => (isLogX ? splitsOf(low, high) : evenSplits(low, high, step)),
              }),
          ...(isTime ? {} : { values: (_, all) => all.map((one) => textOfX(one, axis, isLogX)) }),
          // Of another metric it must be said what is counted; a step or a time is seen.
          ...(axisMetric(axis) === null ? {} : { label: axisMetric(axis) ?? "", labelSize: 16, labelFont: font }),
        },
        {
          ...common,
          gap: 4,
          space: 32,
          size: (plot, all) => axisSize(plot, all, font),
          ...(isLog ? { splits: (_, __, low, high) => splitsOf(low, high) } : {}),
          values: (_, all) => all.map((one) => (isLog ? textOfPower(one) : short(one * this.unit))),
        },
      ],
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: {
        draw: [() => this.paint()],
        setSelect: [() => this.selected()],
        setCursor: [() => this.moved()],
      },
    };
  }

  private pan(event: MouseEvent): void {
    const { x, whole } = this.picture;
    const scale = (x[1] - x[0]) / this.plot.over.clientWidth;
    let now = x;
    const move = (moved: MouseEvent) => {
      now = panBy(x, whole, (event.clientX - moved.clientX) * scale);
      this.show({ ...this.picture, x: now });
    };
    const end = () => {
      removeEventListener("mousemove", move);
      removeEventListener("mouseup", end);
      if (now !== x) this.tellZoom(now);
    };
    addEventListener("mousemove", move);
    addEventListener("mouseup", end);
  }

  private selected(): void {
    const { left, width } = this.plot.select;
    if (width < 4) return;
    const low = this.plot.posToVal(left, "x");
    const high = this.plot.posToVal(left + width, "x");
    this.plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    // What is dragged is synchronised; the chart that was dragged on speaks for all.
    if (this.isInside && high > low) this.tellZoom([low, high]);
  }

  /** Look what lies under the crosshair, once a frame however often the pointer moves. */
  private moved(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const { left = -1, top = -1 } = this.plot.cursor;
      if (this.isInside && left >= 0) {
        const x = this.plot.posToVal(left, "x");
        const { isLog } = this.look;
        const at = { x, left, top };
        this.ways.onPoint(pointAt(this.picture.lines, at, this.picture.x, this.y, isLog, this.box(1)));
      }
      this.paintOverlay();
    });
  }

  private box(unit: number): Box {
    const { clientWidth, clientHeight } = this.plot.over;
    return { left: 0, top: 0, width: Math.round(clientWidth * unit), height: Math.round(clientHeight * unit) };
  }

  private paint(): void {
    const { ctx: context, bbox: box } = this.plot;
    // The axis takes the room that its numbers need, and leaves the lines another width than they were measured for.
    this.columnise();
    const unit = devicePixelRatio;
    const { lines, x } = this.picture;
    const { isLog } = this.look;
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.width, box.height);
    context.clip();
    const isMany = lines.length > MANY;
    for (const [{ colour, around }, { raw }] of this.measured) {
      if (!isMany || around !== null) paintBand(context, raw, this.y, isLog, box, colour);
    }
    const width = (isMany ? 1 : 1.4) * unit;
    for (const [{ colour }, { raw, smoothed, abandoned }] of this.measured) {
      for (const one of abandoned) paintLine(context, one, this.y, isLog, box, { colour, width: unit, alpha: 0.45 });
      if (smoothed !== null && !isMany)
        paintLine(context, raw, this.y, isLog, box, { colour, width: unit, alpha: 0.25 });
      paintLine(context, smoothed ?? raw, this.y, isLog, box, { colour, width, alpha: 1 });
    }
    for (const { line, colour } of lines) paintMarks(context, line, x, box, colour, 3 * unit);
    context.restore();
    this.paintOverlay();
  }

  private paintOverlay(): void {
    const unit = devicePixelRatio;
    const box = this.box(unit);
    if (this.overlay.width !== box.width || this.overlay.height !== box.height) {
      this.overlay.width = box.width;
      this.overlay.height = box.height;
    }
    const context = this.overlay.getContext("2d");
    if (context === null) return;
    context.clearRect(0, 0, box.width, box.height);
    const { lines, x } = this.picture;
    const { isLog } = this.look;
    const emphasised = this.emphasised === null ? undefined : lines.find((one) => one.key === this.emphasised);
    const measured = emphasised === undefined ? undefined : this.measured.get(emphasised);
    if (emphasised !== undefined && measured !== undefined && lines.length > 1) {
      const columns = measured.smoothed ?? measured.raw;
      const width = (columns.count > box.width / (4 * unit) ? 1.8 : 3) * unit;
      paintLine(context, columns, this.y, isLog, box, { colour: emphasised.colour, width, alpha: 1 });
    }
    const { left = -1 } = this.plot.cursor;
    if (left < 0) return;
    const at = this.plot.posToVal(left, "x");
    const dotted = lines.length <= DOTS ? lines : emphasised === undefined ? [] : [emphasised];
    for (const drawn of dotted) {
      const place = placeNear(drawn, at, x);
      const value = valueAt(drawn, place);
      if (place < 0 || !Number.isFinite(value)) continue;
      const pixel = (((drawn.line.x[place] ?? 0) - x[0]) / (x[1] - x[0])) * box.width;
      const size = (drawn === emphasised ? 4 : 2.5) * unit;
      context.fillStyle = drawn.colour;
      context.beginPath();
      context.arc(pixel, heightOf(value, this.y, isLog, box), size, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

/** The colour that a property means here: a canvas does not know `light-dark()`. */
function resolve(element: HTMLElement, property: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${property})`;
  element.appendChild(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
