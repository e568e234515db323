/** A chart as a picture: what its canvas shows, on the page's ground, with its name and its legend. */

import type { Entry } from "./legend";

const TITLE_PIXELS = 26;
const LINE_PIXELS = 18;
const MARGIN_PIXELS = 10;
/** More lines than these are not named in a picture. */
const NAMED = 24;

export async function panelPicture(
  panel: HTMLElement | null,
  title: string,
  entries: readonly Entry[],
): Promise<Blob | null> {
  const source = panel?.querySelector<HTMLCanvasElement>(".uplot canvas");
  if (panel === null || source === null || source === undefined) return null;
  const style = getComputedStyle(document.body);
  const unit = source.width / Math.max(1, source.clientWidth);
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (context === null) return null;
  const font = `${11 * unit}px ${style.fontFamily}`;
  context.font = font;
  const named = entries.length < 2 ? [] : entries.slice(0, NAMED);
  const places = rowsOf(
    named.map((entry) => 20 * unit + context.measureText(entry.label).width + 12 * unit),
    source.width - 2 * MARGIN_PIXELS * unit,
  );
  const lines = places.length === 0 ? 0 : (places[places.length - 1]?.line ?? 0) + 1;
  canvas.width = source.width;
  canvas.height = source.height + (TITLE_PIXELS + lines * LINE_PIXELS + MARGIN_PIXELS) * unit;
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = "middle";
  context.fillStyle = style.color;
  context.font = `600 ${13 * unit}px ${style.fontFamily}`;
  context.fillText(title, MARGIN_PIXELS * unit, (TITLE_PIXELS / 2) * unit);
  context.drawImage(source, 0, TITLE_PIXELS * unit);
  context.font = font;
  named.forEach((entry, at) => {
    const place = places[at];
    if (place === undefined) return;
    const x = MARGIN_PIXELS * unit + place.left;
    const y = source.height + (TITLE_PIXELS + (place.line + 0.5) * LINE_PIXELS) * unit;
    context.fillStyle = entry.colour;
    context.beginPath();
    context.arc(x + 5 * unit, y, 4 * unit, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = style.color;
    context.fillText(entry.label, x + 14 * unit, y);
  });
  return new Promise((resolve) => canvas.toBlob(resolve));
}

function rowsOf(widths: readonly number[], width: number): { left: number; line: number }[] {
  let left = 0;
  let line = 0;
  return widths.map((one) => {
    if (left > 0 && left + one > width) {
      left = 0;
      line += 1;
    }
    const place = { left, line };
    left += one;
    return place;
  });
}
