import { expect, it } from "vitest";
import {
  type Camera,
  first,
  fitting,
  moved,
  ORIGIN,
  parseCamera,
  showing,
  writeCamera,
  zoomed,
} from "../../src/lineage/camera";
import type { Placed } from "../../src/lineage/layout";

const VIEW = { width: 1000, height: 500 };
const placed = (width: number, height: number): Placed => ({ width, height, nodes: [], edges: [] });

/** Where a point of the graph is seen. */
function seen(camera: Camera, x: number, y: number) {
  return {
    x: VIEW.width / 2 + (x - camera.x) * camera.zoom,
    y: VIEW.height / 2 + (y - camera.y) * camera.zoom,
  };
}

it("a small graph is shown in the middle at its own size", () => {
  const camera = first(placed(400, 200), VIEW, null);

  expect(camera.zoom).toBe(1);
  expect(seen(camera, 200, 100)).toEqual({ x: 500, y: 250 });
});

it("a graph too large to be read is shown around what is in focus", () => {
  const anchor = { x: 3000, y: 900, width: 180, height: 44 };
  const camera = first(placed(6000, 2000), VIEW, anchor);

  expect(camera).toMatchObject({ x: 0, y: 0 });
  expect(camera.zoom).toBeGreaterThan(0.5);
});

it("all of a graph is within the view when all is asked for", () => {
  const camera = fitting(placed(6000, 900), VIEW, ORIGIN);

  expect(seen(camera, 0, 0).x).toBeGreaterThanOrEqual(0);
  expect(seen(camera, 6000, 900).x).toBeLessThanOrEqual(1000);
});

it("what lies under the pointer stays there while one zooms", () => {
  const before: Camera = { x: 10, y: 20, zoom: 0.8 };
  const under = { x: 10 + (300 - 500) / 0.8, y: 20 + (100 - 250) / 0.8 };

  const after = zoomed(before, 1.5, { x: 300, y: 100 }, VIEW);

  expect(seen(after, under.x, under.y).x).toBeCloseTo(300);
  expect(seen(after, under.x, under.y).y).toBeCloseTo(100);
  expect(after.zoom).toBeCloseTo(1.2);
});

it("zooming ends where nothing could be seen any more, and moves nothing there", () => {
  const nearest = zoomed({ x: 5, y: 5, zoom: 2 }, 10, { x: 0, y: 0 }, VIEW);

  expect(nearest).toEqual({ x: 5, y: 5, zoom: 2 });
});

it("dragging moves what is seen by as many pixels", () => {
  const after = moved({ x: 0, y: 0, zoom: 0.5 }, 30, -10);

  expect(seen(after, 0, 0)).toEqual({ x: 530, y: 240 });
});

it("a node that is in view moves nothing, another one comes in", () => {
  const camera: Camera = { x: 0, y: 0, zoom: 1 };
  const box = { width: 180, height: 44 };

  expect(showing(camera, { x: 100, y: 50, ...box }, VIEW, ORIGIN)).toEqual(camera);
  const after = showing(camera, { x: 900, y: 0, ...box }, VIEW, ORIGIN);
  expect(seen(after, 900 + 90, 0).x).toBeLessThanOrEqual(1000);
  expect(seen(after, 900 - 90, 0).x).toBeGreaterThan(500);
});

it("an address keeps what is looked at", () => {
  expect(parseCamera(writeCamera({ x: -12.4, y: 7, zoom: 0.83333 }))).toEqual({ x: -12, y: 7, zoom: 0.833 });
});

it.each([undefined, "", "1", "1:2", "1:2:0", "a:b:c", "1:2:-1", "1:2:3:4", "::", "1:2:NaN", "Infinity:0:1"])(
  "an address that says %s says nothing",
  (text) => {
    expect(parseCamera(text)).toBeNull();
  },
);
