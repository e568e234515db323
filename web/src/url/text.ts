/** The part of an address behind `?`: plain names and texts, readable and short, since people mail them. */

export type Texts = Record<string, string>;

/** Names and texts of an address. */
export function parseTexts(search: string): Texts {
  return Object.fromEntries(new URLSearchParams(search));
}

/** The same as an address has them; what is empty is left out. */
export function writeTexts(texts: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(texts)) {
    if (value !== undefined && value !== null && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString().replaceAll("%2F", "/").replaceAll("%2C", ",").replaceAll("%3A", ":");
  return text === "" ? "" : `?${text}`;
}

/** A text that is one of some. */
export function oneOf<T extends string>(text: unknown, some: readonly T[], otherwise: T): T {
  return some.find((one) => one === text) ?? otherwise;
}

/** A list of texts; a comma or backslash in one of them is written with a backslash. */
export function parseList(text: unknown): string[] {
  if (typeof text !== "string" || text === "") return [];
  const found: string[] = [];
  let current = "";
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (sign === "\\" && at + 1 < text.length) {
      at += 1;
      current += text.charAt(at);
    } else if (sign === ",") {
      found.push(current);
      current = "";
    } else current += sign;
  }
  found.push(current);
  return found;
}

/** A list as one text. */
export function writeList(list: readonly string[]): string {
  return list.map((one) => one.replace(/[\\,]/g, "\\$&")).join(",");
}
