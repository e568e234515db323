import { expect, it } from "vitest";
import { fromWire, numberOf } from "../../src/api/numbers";

it("numbers that JSON lacks come out of their wrapping", () => {
  expect(numberOf({ nonfinite: "NaN" })).toBeNaN();
  expect(numberOf({ nonfinite: "-Infinity" })).toBe(Number.NEGATIVE_INFINITY);
  expect(numberOf(3)).toBe(3);
  expect(numberOf("3")).toBeUndefined();
});

it("an object that has the name of the wrapping itself comes back as it was", () => {
  const wire = { list: [{ nonfinite: "NaN" }, 1], own: { nonfinite: "object", value: { nonfinite: "yes" } } };
  expect(fromWire(wire)).toEqual({ list: [Number.NaN, 1], own: { nonfinite: "yes" } });
});
