/**
 * The colour of a run: one of eight that colour-blind people can tell apart, given in the order in which runs are first
 * drawn, and kept in this browser, so that a run looks the same tomorrow. Beyond eight the run's id decides the hue.
 *
 * Source: Okabe and Ito, https://jfly.uni-koeln.de/color/ (2008); yellow and black are shifted where a ground swallows them.
 */

export type Theme = "light" | "dark";

const LIGHT = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#a89a00", "#4d4d4d"] as const;
const DARK = ["#4aa3df", "#ff7f2a", "#16c79a", "#e39ac4", "#f0b323", "#8fd0f5", "#f0e442", "#b9bcc2"] as const;
const KEPT = 400;
const STORED = "assay.colours";

type Chosen = Record<string, number | string>;

/** Colours of one experiment's runs. */
export class Colours {
  private readonly chosen: Chosen;
  private readonly key: string;

  constructor(experiment: string) {
    this.key = `${STORED}.${experiment}`;
    this.chosen = read(this.key);
  }

  /** The colour of a run. */
  of(run: string, theme: Theme): string {
    const found = this.chosen[run];
    if (typeof found === "string") return found;
    if (typeof found === "number") return (theme === "dark" ? DARK : LIGHT)[found] ?? byHash(run, theme);
    return byHash(run, theme);
  }

  /** Give those of these runs that have none a colour of their own, as long as there are some. */
  give(runs: readonly string[]): void {
    const missing = runs.filter((run) => this.chosen[run] === undefined);
    if (missing.length === 0) return;
    const taken = new Set(runs.map((run) => this.chosen[run]));
    for (const run of missing) {
      const free = LIGHT.findIndex((_, slot) => !taken.has(slot));
      if (free < 0) break;
      taken.add(free);
      this.chosen[run] = free;
    }
    write(this.key, this.chosen);
  }

  /** Keep a colour that somebody chose. */
  choose(run: string, colour: string): void {
    this.chosen[run] = colour;
    write(this.key, this.chosen);
  }
}

/** The colour of the class at a place, of those that are drawn together. */
export function colourAt(place: number, theme: Theme): string {
  return (theme === "dark" ? DARK : LIGHT)[place] ?? byHash(`class ${place}`, theme);
}

const known = new Map<string, Colours>();

/** The colours of an experiment. */
export function coloursOf(experiment: string): Colours {
  let found = known.get(experiment);
  if (found === undefined) {
    found = new Colours(experiment);
    known.set(experiment, found);
  }
  return found;
}

function byHash(text: string, theme: Theme): string {
  let hash = 2166136261;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 16777619);
  const hue = (hash >>> 0) % 360;
  const tone = ((hash >>> 9) % 3) * 7;
  return theme === "dark" ? `hsl(${hue} 65% ${62 + tone}%)` : `hsl(${hue} 62% ${34 + tone}%)`;
}

function read(key: string): Chosen {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "{}") as Chosen;
  } catch {
    return {};
  }
}

function write(key: string, chosen: Chosen): void {
  const kept = Object.entries(chosen).slice(-KEPT);
  try {
    localStorage.setItem(key, JSON.stringify(Object.fromEntries(kept)));
  } catch {
    // Storage is full or shut off: colours last as long as the page is open.
  }
}
