import { expect, it } from "vitest";
import { cell, pointsCsv } from "../../src/charts/csv";

it("a table has every digit of a point", () => {
  const series = {
    run: "u",
    name: "train/loss",
    steps: new BigInt64Array([2n ** 53n + 1n]),
    timestamps_us: new BigInt64Array([5n]),
    values: new Float64Array([0.1 + 0.2]),
  };
  expect(pointsCsv([series], new Map([["u", "a, b"]]))).toBe(
    'run,metric,step,timestamp_us,value\n"a, b",train/loss,9007199254740993,5,0.30000000000000004\n',
  );
});

it("a name that a spreadsheet would run is told to be text", () => {
  expect(cell("=HYPERLINK(1)")).toBe("'=HYPERLINK(1)");
  expect(cell('say "hi"')).toBe('"say ""hi"""');
});
