/** Numbers that JSON lacks, as docs/formats/wire.md wraps them: NaN and the infinities. */

const NAMES: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

type Wrapped = { readonly nonfinite: string; readonly value?: unknown };

function isWrapped(value: unknown): value is Wrapped {
  return typeof value === "object" && value !== null && "nonfinite" in value && typeof value.nonfinite === "string";
}

/** The number that a field holds; undefined where it holds none. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return isWrapped(value) ? NAMES[value.nonfinite] : undefined;
}

/** A value of any kind, with what is wrapped in it unwrapped. */
export function fromWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromWire);
  if (typeof value !== "object" || value === null) return value;
  if (isWrapped(value)) {
    if (value.nonfinite === "object") return entriesFromWire(value.value);
    return NAMES[value.nonfinite] ?? value;
  }
  return entriesFromWire(value);
}

function entriesFromWire(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fromWire(one)]));
}
