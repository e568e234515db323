/**
 * Series asked for at once by many charts, in few requests. Each is what the server gives of it alone, so it does not
 * matter which others are asked for beside it.
 */

import { askPoints, type Schemas } from "./client";
import { type Series, together } from "./points";

/** Which points of a series. */
export interface View {
  readonly max_points: number;
  readonly first_step?: number;
  readonly end_step?: number;
}

interface Wish {
  readonly run: string;
  readonly name: string;
  readonly view: View;
  readonly resolve: (series: Series | null) => void;
  readonly reject: (error: unknown) => void;
}

export type AskPoints = (body: Schemas["Wanted"]) => Promise<Series[]>;

/** So many points one answer may hold: a few MiB, so that the first chart need not wait for the last one's. */
const POINTS_A_REQUEST = 200_000;

/** Gathers what is wished for in one turn of the event loop. */
export class Batch {
  private waiting: Wish[] = [];
  private planned = false;

  constructor(private readonly askFor: AskPoints = askPoints) {}

  /** The points of a series; null where the run has none of that name. */
  load(run: string, name: string, view: View): Promise<Series | null> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ run, name, view, resolve, reject });
      if (this.planned) return;
      this.planned = true;
      setTimeout(() => this.send(), 4);
    });
  }

  private send(): void {
    const wishes = this.waiting;
    this.waiting = [];
    this.planned = false;
    for (const group of groups(wishes)) void this.sendGroup(group);
  }

  private async sendGroup(wishes: readonly Wish[]): Promise<void> {
    const first = wishes[0];
    if (first === undefined) return;
    try {
      const found = await this.askFor({
        runs: [...new Set(wishes.map((one) => one.run))],
        names: [...new Set(wishes.map((one) => one.name))],
        ...first.view,
        by_writer: true,
      });
      const series = new Map<string, Series[]>();
      for (const one of found) add(series, `${one.run}\0${one.name}`, one);
      for (const wish of wishes) wish.resolve(together(series.get(`${wish.run}\0${wish.name}`) ?? []));
    } catch (error) {
      for (const wish of wishes) wish.reject(error);
    }
  }
}

/** Wishes that one request answers: the same view, and each of its runs with each of its names. */
function groups(wishes: readonly Wish[]): Wish[][] {
  const byName = new Map<string, Wish[]>();
  for (const wish of wishes) add(byName, JSON.stringify([wish.view, wish.name]), wish);
  const byRuns = new Map<string, Wish[][]>();
  for (const some of byName.values()) {
    const runs = [...new Set(some.map((one) => one.run))].sort();
    add(byRuns, JSON.stringify([some[0]?.view, runs]), some);
  }
  return [...byRuns.values()].flatMap(split);
}

function split(names: readonly Wish[][]): Wish[][] {
  const found: Wish[][] = [];
  let current: Wish[] = [];
  let points = 0;
  for (const wishes of names) {
    const more = wishes.length * (wishes[0]?.view.max_points ?? 0);
    if (current.length > 0 && points + more > POINTS_A_REQUEST) {
      found.push(current);
      current = [];
      points = 0;
    }
    current.push(...wishes);
    points += more;
  }
  if (current.length > 0) found.push(current);
  return found;
}

function add<T>(groups: Map<string, T[]>, key: string, one: T): void {
  const there = groups.get(key);
  if (there === undefined) groups.set(key, [one]);
  else there.push(one);
}

/** The page's. */
export const batch = new Batch();
