/**
 * The colour of a run. What somebody chose for it in this browser counts first, then its tag `assay.color`, which is the
 * same for everybody; else it is one of eight that colour-blind people can tell apart, given in the order in which runs
 * are first drawn, and kept in this browser, so that a run looks the same tomorrow. Beyond eight its id decides the hue.
 *
 * Source: Okabe and Ito, https://jfly.uni-koeln.de/color/ (2008); yellow and black are shifted where a ground swallows them.
 */

import { readable } from "./contrast";

export type Theme = "light" | "dark";

/** The tag that holds a run's colour, `#rrggbb`. */
export const COLOUR_TAG = "assay.color";
const FORM = /^#[0-9a-f]{6}$/i;

const LIGHT = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#a89a00", "#4d4d4d"] as const;
const DARK = ["#4aa3df", "#ff7f2a", "#16c79a", "#e39ac4", "#f0b323", "#8fd0f5", "#f0e442", "#b9bcc2"] as const;
const KEPT = 400;
const STORED = "assay.colours";

/** The eight by name, as `Run.color` takes them; each has another tone on a dark ground. */
export const PALETTE: readonly (readonly [name: string, colour: string])[] = [
  ["blue", LIGHT[0]],
  ["vermillion", LIGHT[1]],
  ["green", LIGHT[2]],
  ["pink", LIGHT[3]],
  ["orange", LIGHT[4]],
  ["sky", LIGHT[5]],
  ["olive", LIGHT[6]],
  ["grey", LIGHT[7]],
];

type Chosen = Record<string, number | string>;

/** What a run must have to have a colour. */
export interface Coloured {
  readonly uid: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Colours of one experiment's runs. */
export class Colours {
  private readonly chosen: Chosen;
  private readonly tagged = new Map<string, string>();
  private readonly key: string;

  constructor(experiment: string) {
    this.key = `${STORED}.${experiment}`;
    this.chosen = read(this.key);
  }

  /** The colour of a run, such that it can be told from the ground. */
  of(run: string, theme: Theme): string {
    const found = this.chosen[run];
    const own = typeof found === "string" ? found : this.tagged.get(run);
    if (own !== undefined) return toneOf(own, theme);
    if (typeof found === "number") return (theme === "dark" ? DARK : LIGHT)[found] ?? byHash(run, theme);
    return byHash(run, theme);
  }

  /** Give those of these runs that have none a colour of their own, as long as there are some. */
  give(runs: readonly string[]): void {
    const missing = runs.filter((run) => this.chosen[run] === undefined && !this.tagged.has(run));
    if (missing.length === 0) return;
    const taken = new Set(runs.map((run) => this.chosen[run] ?? slotOf(this.tagged.get(run))));
    // Runs that are looked at one after the other may be drawn together later: what few have comes first.
    const uses: number[] = LIGHT.map(() => 0);
    for (const slot of Object.values(this.chosen)) if (typeof slot === "number") uses[slot] = (uses[slot] ?? 0) + 1;
    for (const run of missing) {
      let free = -1;
      for (const [slot, used] of uses.entries()) {
        if (!taken.has(slot) && (free < 0 || used < (uses[free] ?? 0))) free = slot;
      }
      if (free < 0) break;
      uses[free] = (uses[free] ?? 0) + 1;
      taken.add(free);
      this.chosen[run] = free;
    }
    write(this.key, this.chosen);
  }

  /** Take note of the colours that runs have by their tags. */
  learn(runs: readonly Coloured[]): void {
    let isNew = false;
    for (const { uid, tags } of runs) {
      const tag = tags[COLOUR_TAG];
      const colour = tag !== undefined && FORM.test(tag) ? tag.toLowerCase() : undefined;
      if (this.tagged.get(uid) === colour) continue;
      isNew = true;
      if (colour === undefined) this.tagged.delete(uid);
      else this.tagged.set(uid, colour);
    }
    if (isNew) tell();
  }

  /** Keep a colour that somebody chose, for this browser; null is what the run has without. */
  choose(run: string, colour: string | null): void {
    if (colour === null) delete this.chosen[run];
    else this.chosen[run] = colour;
    write(this.key, this.chosen);
    tell();
  }

  /** What somebody chose in this browser. */
  chosenHere(run: string): string | undefined {
    const found = this.chosen[run];
    return typeof found === "string" ? found : undefined;
  }
}

const watchers = new Set<() => void>();
let version = 0;
let isTold = false;

/** Once in a turn of the event loop, since colours may be learnt while something is drawn. */
function tell(): void {
  version += 1;
  if (isTold) return;
  isTold = true;
  queueMicrotask(() => {
    isTold = false;
    for (const watcher of watchers) watcher();
  });
}

/** Have a function called when a colour changes. */
export function watchColours(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** A number that grows with every colour that changes. */
export function coloursVersion(): number {
  return version;
}

/** One of the eight in the tone of the theme, any other as it is, as far as the ground lets it be seen. */
export function toneOf(colour: string, theme: Theme): string {
  const slot = slotOf(colour);
  if (slot !== undefined) return (theme === "dark" ? DARK : LIGHT)[slot] ?? colour;
  return readable(colour, theme);
}

function slotOf(colour: string | undefined): number | undefined {
  if (colour === undefined) return undefined;
  const same = (one: string) => one === colour.toLowerCase();
  const slot = LIGHT.findIndex(same);
  const found = slot < 0 ? DARK.findIndex(same) : slot;
  return found < 0 ? undefined : found;
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
