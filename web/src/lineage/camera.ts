/** Which part of a graph is looked at, and how near. */

import type { Box, Placed } from "./layout";

/** The point of the graph in the middle of the view, from the anchor, and how many pixels a unit takes. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const LEAST_ZOOM = 0.1;
export const MOST_ZOOM = 2;
/** Names can be read from here on. */
const READABLE = 0.7;
const MARGIN = 24;

/** What shows all of a graph; never larger than life. */
export function fitting(placed: Placed, view: Size, anchor: Pick<Box, "x" | "y">): Camera {
  const zoom = Math.min(
    1,
    (view.width - 2 * MARGIN) / Math.max(1, placed.width),
    (view.height - 2 * MARGIN) / Math.max(1, placed.height),
  );
  return { x: placed.width / 2 - anchor.x, y: placed.height / 2 - anchor.y, zoom: held(zoom) };
}

/** What is looked at first: all of it, or where that would be too small to be read, what is in focus. */
export function first(placed: Placed, view: Size, anchor: Box | null): Camera {
  const all = fitting(placed, view, anchor ?? ORIGIN);
  if (all.zoom >= READABLE) return all;
  if (anchor !== null) return { x: 0, y: 0, zoom: READABLE };
  // Without a focus reading begins on the left, and where the most is: half way down.
  return { x: view.width / 2 / READABLE - MARGIN, y: placed.height / 2, zoom: READABLE };
}

/** The anchor where nothing is in focus. */
export const ORIGIN: Pick<Box, "x" | "y"> = { x: 0, y: 0 };

/** Nearer or farther, such that what lies under a point of the view stays there. */
export function zoomed(camera: Camera, by: number, at: { x: number; y: number }, view: Size): Camera {
  const zoom = held(camera.zoom * by);
  const shift = 1 / camera.zoom - 1 / zoom;
  return {
    x: camera.x + (at.x - view.width / 2) * shift,
    y: camera.y + (at.y - view.height / 2) * shift,
    zoom,
  };
}

/** The same, moved by pixels of the view. */
export function moved(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x - dx / camera.zoom, y: camera.y - dy / camera.zoom };
}

/** Moved no farther than it takes to have a box in view. */
export function showing(camera: Camera, box: Box, view: Size, anchor: Pick<Box, "x" | "y">): Camera {
  const along = (middle: number, size: number, center: number, pixels: number) => {
    const room = Math.max(0, pixels / camera.zoom / 2 - size / 2 - MARGIN / camera.zoom);
    return center + Math.sign(middle - center) * Math.max(0, Math.abs(middle - center) - room);
  };
  return {
    ...camera,
    x: along(box.x - anchor.x, box.width, camera.x, view.width),
    y: along(box.y - anchor.y, box.height, camera.y, view.height),
  };
}

/** The camera that an address names, null where it names none. */
export function parseCamera(text: string | undefined): Camera | null {
  const [x, y, zoom, ...others] = (text ?? "").split(":").map((one) => (one === "" ? Number.NaN : Number(one)));
  if (x === undefined || y === undefined || zoom === undefined || others.length > 0) return null;
  if (![x, y, zoom].every(Number.isFinite) || zoom <= 0) return null;
  return { x, y, zoom: held(zoom) };
}

/** The same as a text. */
export function writeCamera({ x, y, zoom }: Camera): string {
  return `${Math.round(x)}:${Math.round(y)}:${Number(zoom.toPrecision(3))}`;
}

function held(zoom: number): number {
  return Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, zoom));
}
