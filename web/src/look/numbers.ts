/** Numbers as the page writes them: four significant digits where they are read, all of them where they are asked for. */

const FIGURES = 4;
// Made once: to make one takes longer than to write a hundred numbers with it.
const WHOLE = new Intl.NumberFormat("en-US");
const BROKEN = new Intl.NumberFormat("en-US", { maximumFractionDigits: 8 });

/** A number in four significant digits. */
export function short(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Object.is(value, -0)) return "−0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e7) return withMinus(WHOLE.format(value));
  if (size >= 1e6 || size < 1e-4) return withMinus(trimmed(value.toExponential(FIGURES - 1)));
  return withMinus(BROKEN.format(Number(value.toPrecision(FIGURES))));
}

/** A number with every digit that it has. */
export function full(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** A count. */
export function count(value: number | bigint): string {
  return WHOLE.format(value);
}

/** How many bytes. */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(size < 10 ? 2 : 1)} ${units[unit] ?? ""}`;
}

/** A count and what is counted: "1 run", "3 runs". */
export function many(value: number, one: string): string {
  return `${count(value)} ${one}${value === 1 ? "" : "s"}`;
}

function trimmed(text: string): string {
  return text.replace(/\.?0+e/, "e").replace("e+", "e");
}

function withMinus(text: string): string {
  return text.replace("-", "−").replace("e-", "e−");
}
