/**
 * A chart of lines on a canvas. uPlot has the axes, the cursor and the drag; the lines are drawn here, each from its own
 * points, so that a hundred runs logged at different steps need no common table.
 */

import uPlot from "uplot";
import { full, short } from "../look/numbers";
import { duration } from "../look/times";
import type { XAxis } from "../url/charts";
import { type Columns, columnsOf, type Extent, extentOfY, type Line, nearestPlace } from "./lines";
import { type Box, heightOf, paintBand, paintLine, paintMarks } from "./paint";

/** A line as it is drawn. */
export interface Drawn {
  readonly line: Line;
  /** Points that a later attempt replaced. */
  readonly abandoned: Line | null;
  readonly colour: string;
  /** Smoothed values; none where the line is drawn as it is. */
  readonly smoothed: Float64Array | null;
}

/** What a chart shows. */
export interface Picture {
  readonly lines: readonly Drawn[];
  readonly x: Extent;
  readonly axis: XAxis;
  readonly isLog: boolean;
}

/** What lies under the pointer. */
export interface Pointed {
  readonly x: number;
  readonly left: number;
  readonly top: number;
  /** The place in `lines` that is nearest; -1 where there is none. */
  readonly nearest: number;
  /** For each line the place of its point that is nearest along x; -1 where it has none near. */
  readonly places: readonly number[];
}

interface Ways {
  readonly onZoom: (x: Extent | null) => void;
  readonly onPoint: (pointed: Pointed | null) => void;
  readonly onClipped: (isClipped: boolean) => void;
}

const SYNC = "assay";
const DOTS = 30;
/** Beyond it, and below its inverse, the axis counts in a power of ten. */
const GREAT = 1e15;
const EMPTY: Picture = { lines: [], x: [0, 1], axis: "step", isLog: false };

/** A chart in an element. */
export class Plot {
  private picture: Picture = EMPTY;
  private y: Extent = [0, 1];
  /** What the axis of values counts in: uPlot finds no ticks for 1e308, but for 1 times that. */
  private unit = 1;
  private measured = 0;
  private columns: Columns[] = [];
  private smoothed: (Columns | null)[] = [];
  private abandoned: (Columns | null)[] = [];
  private readonly plot: uPlot;
  private readonly overlay = document.createElement("canvas");
  private emphasis = -1;
  private isInside = false;

  constructor(
    element: HTMLElement,
    width: number,
    height: number,
    axis: XAxis,
    isLog: boolean,
    private readonly ways: Ways,
  ) {
    this.plot = new uPlot(
      this.options(element, width, height, axis, isLog),
      [
        [0, 1],
        [0, 1],
      ],
      element,
    );
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
    this.plot.setScale("x", { min: picture.x[0], max: picture.x[1] });
    this.plot.redraw(false, true);
  }

  /** Take another size. */
  resize(width: number, height: number): void {
    this.plot.setSize({ width, height });
    this.measure();
    this.plot.redraw(false, true);
  }

  /** Draw one line over all others; -1 for none. */
  emphasise(place: number): void {
    if (this.emphasis === place) return;
    this.emphasis = place;
    this.paintOverlay();
  }

  /** End. */
  destroy(): void {
    this.plot.destroy();
  }

  private measure(): void {
    this.columnise();
    const { extent, isClipped } = extentOfY(
      [...this.columns, ...this.abandoned.filter((one) => one !== null)],
      this.picture.isLog,
    );
    this.y = extent;
    this.unit = this.picture.isLog ? 1 : unitOf(extent);
    this.ways.onClipped(isClipped);
  }

  private columnise(): void {
    const { lines, x } = this.picture;
    const width = this.plot.bbox.width;
    this.measured = width;
    this.columns = lines.map(({ line }) => columnsOf(line.x, line.values, x[0], x[1], width));
    this.abandoned = lines.map(({ abandoned }) =>
      abandoned === null ? null : columnsOf(abandoned.x, abandoned.values, x[0], x[1], width),
    );
    this.smoothed = lines.map(({ line, smoothed }) =>
      smoothed === null ? null : columnsOf(line.x, smoothed, x[0], x[1], width),
    );
  }

  private options(element: HTMLElement, width: number, height: number, axis: XAxis, isLog: boolean): uPlot.Options {
    const text = resolve(element, "--dim");
    const grid = resolve(element, "--line");
    const font = `11px ${getComputedStyle(element).fontFamily}`;
    const common = { stroke: text, font, ticks: { show: false }, grid: { stroke: grid, width: 1 } };
    return {
      width,
      height,
      padding: [6, 16, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false },
        sync: { key: SYNC, setSeries: false },
        bind: { dblclick: () => () => this.zoomOut() },
      },
      scales: {
        x: { time: axis === "wall", range: () => [this.picture.x[0], this.picture.x[1]] },
        y: { distr: isLog ? 3 : 1, range: () => [this.y[0] / this.unit, this.y[1] / this.unit] },
      },
      axes: [
        {
          ...common,
          size: 24,
          gap: 4,
          space: 60,
          ...(axis === "wall" ? {} : { values: (_, all) => all.map(axis === "step" ? stepText : duration) }),
        },
        {
          ...common,
          gap: 4,
          space: 32,
          size: (plot, all) => axisSize(plot, all, font),
          values: (_, all) => all.map((one) => (one === null ? "" : short(one * this.unit))),
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

  private zoomOut(): null {
    this.ways.onZoom(null);
    return null;
  }

  private selected(): void {
    const { left, width } = this.plot.select;
    if (width < 4) return;
    const low = this.plot.posToVal(left, "x");
    const high = this.plot.posToVal(left + width, "x");
    this.plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    // What is dragged is synchronised; the chart that was dragged on speaks for all.
    if (this.isInside && high > low) this.ways.onZoom([low, high]);
  }

  private moved(): void {
    const { left = -1, top = -1 } = this.plot.cursor;
    if (!this.isInside) {
      this.paintOverlay();
      return;
    }
    if (left < 0) {
      this.ways.onPoint(null);
      return;
    }
    const x = this.plot.posToVal(left, "x");
    const places = this.placesAt(x);
    const box: Box = { left: 0, top: 0, width: this.plot.over.clientWidth, height: this.plot.over.clientHeight };
    let nearest = -1;
    let distance = Number.POSITIVE_INFINITY;
    places.forEach((place, at) => {
      const drawn = this.picture.lines[at];
      if (place < 0 || drawn === undefined) return;
      const value = (drawn.smoothed ?? drawn.line.values)[place] ?? Number.NaN;
      const away = Math.abs(heightOf(value, this.y, this.picture.isLog, box) - top);
      if (away < distance) {
        distance = away;
        nearest = at;
      }
    });
    this.ways.onPoint({ x, left, top, nearest, places });
    this.paintOverlay();
  }

  private placesAt(x: number): number[] {
    return this.picture.lines.map(({ line }) => {
      const place = nearestPlace(line.x, x);
      if (place < 0) return -1;
      const reach = (this.picture.x[1] - this.picture.x[0]) * 0.02;
      const isWithin = x >= (line.x[0] ?? 0) - reach && x <= (line.x[line.x.length - 1] ?? 0) + reach;
      return isWithin ? place : -1;
    });
  }

  private paint(): void {
    const { ctx: context, bbox: box } = this.plot;
    // The axis takes the room that its numbers need, and leaves the lines another width than they were measured for.
    if (box.width !== this.measured) this.columnise();
    const unit = devicePixelRatio;
    const { lines, isLog, x } = this.picture;
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.width, box.height);
    context.clip();
    const isMany = lines.length > 40;
    if (!isMany) {
      lines.forEach(({ colour }, at) => {
        const columns = this.columns[at];
        if (columns !== undefined) paintBand(context, columns, this.y, isLog, box, colour);
      });
    }
    lines.forEach(({ colour }, at) => {
      const raw = this.columns[at];
      const smoothed = this.smoothed[at] ?? null;
      const width = (isMany ? 1 : 1.4) * unit;
      if (raw === undefined) return;
      const old = this.abandoned[at] ?? null;
      if (old !== null) paintLine(context, old, this.y, isLog, box, { colour, width: unit, alpha: 0.45 });
      if (smoothed !== null && !isMany)
        paintLine(context, raw, this.y, isLog, box, { colour, width: unit, alpha: 0.25 });
      paintLine(context, smoothed ?? raw, this.y, isLog, box, { colour, width, alpha: 1 });
    });
    for (const { line, colour } of lines) paintMarks(context, line, x, box, colour, 3 * unit);
    context.restore();
    this.paintOverlay();
  }

  private paintOverlay(): void {
    const unit = devicePixelRatio;
    const { clientWidth, clientHeight } = this.plot.over;
    const box: Box = {
      left: 0,
      top: 0,
      width: Math.round(clientWidth * unit),
      height: Math.round(clientHeight * unit),
    };
    if (this.overlay.width !== box.width || this.overlay.height !== box.height) {
      this.overlay.width = box.width;
      this.overlay.height = box.height;
    }
    const context = this.overlay.getContext("2d");
    if (context === null) return;
    context.clearRect(0, 0, box.width, box.height);
    const { lines, isLog, x } = this.picture;
    const drawn = lines[this.emphasis];
    const columns = this.smoothed[this.emphasis] ?? this.columns[this.emphasis];
    if (drawn !== undefined && columns !== undefined && lines.length > 1) {
      paintLine(context, columns, this.y, isLog, box, {
        colour: drawn.colour,
        width: (columns.count > box.width / (4 * unit) ? 1.8 : 3) * unit,
        alpha: 1,
      });
    }
    const { left = -1 } = this.plot.cursor;
    if (left < 0) return;
    const places = this.placesAt(this.plot.posToVal(left, "x"));
    lines.forEach(({ line, colour, smoothed }, at) => {
      const place = places[at] ?? -1;
      if (place < 0 || (lines.length > DOTS && at !== this.emphasis)) return;
      const value = (smoothed ?? line.values)[place] ?? Number.NaN;
      if (!Number.isFinite(value)) return;
      const pixel = (((line.x[place] ?? 0) - x[0]) / (x[1] - x[0])) * box.width;
      context.fillStyle = colour;
      context.beginPath();
      context.arc(pixel, heightOf(value, this.y, isLog, box), (at === this.emphasis ? 4 : 2.5) * unit, 0, 2 * Math.PI);
      context.fill();
    });
  }
}

function unitOf([low, high]: Extent): number {
  const size = Math.max(Math.abs(low), Math.abs(high));
  return size > GREAT || size < 1 / GREAT ? 10 ** Math.floor(Math.log10(size)) : 1;
}

function stepText(step: number): string {
  return Math.abs(step) >= 1e5 ? short(step).replace(/e(\d)/, "e$1") : full(step);
}

function axisSize(plot: uPlot, texts: readonly string[] | null, font: string): number {
  const longest = (texts ?? []).reduce((one, other) => (other.length > one.length ? other : one), "");
  plot.ctx.save();
  plot.ctx.font = font;
  const { width } = plot.ctx.measureText(longest);
  plot.ctx.restore();
  return Math.max(36, Math.ceil(width) + 12);
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
