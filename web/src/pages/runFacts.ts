/** What a table asks of the runs that are looked at, beside what a search says: figures of metrics, who logs where. */

import { useEffect, useMemo, useReducer, useRef } from "react";
import { ask, type Schemas } from "../api/client";
import type { Attempt, FoundRun, Summary } from "../api/queries";
import { type Known, OF_ATTEMPT } from "../parts/runColumns";
import { columnOf } from "../url/fields";

/** So long runs are gathered that come into sight, and so many are asked for at once. */
const GATHER_MS = 60;
const AT_ONCE = 1000;
/** So often runs that go on are asked when they were last heard of. */
const HEARD_AGAIN_MS = 15_000;
/** So long after an answer did not come it is asked again. */
const RETRY_MS = 4_000;

interface Facts {
  readonly summaries: Map<string, Summary>;
  /** The runs as they were when this was asked for, by what was asked: others now, and it is asked for again. */
  readonly asked: Map<string, FoundRun>;
  attempt?: Attempt;
}

const ATTEMPT = "\0attempt";

/** What is known of runs; it grows as more of them are looked at. */
export class RunFacts {
  private readonly facts = new Map<string, Facts>();

  summaryOf = (uid: string, metric: string): Summary | undefined => this.facts.get(uid)?.summaries.get(metric);
  attemptOf = (uid: string): Attempt | undefined => this.facts.get(uid)?.attempt;

  /** Those of these runs of which one of some things is not known, or no longer. */
  missing(runs: readonly FoundRun[], what: readonly string[]): FoundRun[] {
    return runs.filter((run) => {
      const asked = this.facts.get(run.uid)?.asked;
      return what.some((one) => asked?.get(one) !== run);
    });
  }

  /** Ask for the summaries of some metrics; whether an answer came. */
  async askSummaries(runs: readonly FoundRun[], names: readonly string[]): Promise<boolean> {
    this.note(runs, names);
    try {
      const body = { runs: runs.map((run) => run.uid), names: [...names] };
      const { items } = await ask<Schemas["RunSummariesList"]>("/v1/summaries", { body });
      for (const { run, metrics } of items) {
        for (const one of metrics) this.of(run).summaries.set(one.name, one);
      }
      return true;
    } catch {
      // It is asked for again; the table says what a lost connection means.
      this.forget(runs, names);
      return false;
    }
  }

  /** Ask for the last attempts; whether an answer came. */
  async askAttempts(runs: readonly FoundRun[]): Promise<boolean> {
    this.note(runs, [ATTEMPT]);
    try {
      const body = { runs: runs.map((run) => run.uid) };
      const { items } = await ask<Schemas["LastAttemptList"]>("/v1/last-attempts", { body });
      for (const { run, attempt } of items) this.of(run).attempt = attempt;
      return true;
    } catch {
      this.forget(runs, [ATTEMPT]);
      return false;
    }
  }

  private of(uid: string): Facts {
    let found = this.facts.get(uid);
    if (found === undefined) {
      found = { summaries: new Map(), asked: new Map() };
      this.facts.set(uid, found);
    }
    return found;
  }

  private note(runs: readonly FoundRun[], what: readonly string[]): void {
    for (const run of runs) for (const one of what) this.of(run.uid).asked.set(one, run);
  }

  private forget(runs: readonly FoundRun[], what: readonly string[]): void {
    for (const run of runs) for (const one of what) this.of(run.uid).asked.delete(one);
  }
}

/**
 * What is known of runs, another object whenever more is.
 *
 * @param wanted The runs that are looked at.
 * @param columns The columns that are shown.
 */
export function useRunFacts(experiment: string, wanted: readonly FoundRun[], columns: readonly string[]): Known {
  // biome-ignore lint/correctness/useExhaustiveDependencies: each experiment has its own
  const facts = useMemo(() => new RunFacts(), [experiment]);
  const [version, more] = useReducer((one: number) => one + 1, 0);
  const isAsking = useRef(false);
  const [again, askAgain] = useReducer((one: number) => one + 1, 0);
  const metrics = useMemo(
    () => [
      ...new Set(
        columns.flatMap((id) => {
          const field = columnOf(id);
          return field?.figure === undefined ? [] : [field.name];
        }),
      ),
    ],
    [columns],
  );
  const isWhoWanted = columns.some((id) => OF_ATTEMPT.includes(id));
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when an answer came, for what came into sight meanwhile
  useEffect(() => {
    if (isAsking.current) return;
    let retrying: ReturnType<typeof setTimeout> | undefined;
    const timer = setTimeout(async () => {
      const some = metrics.length === 0 ? [] : facts.missing(wanted, metrics).slice(0, AT_ONCE);
      const whose = isWhoWanted ? wanted : wanted.filter((run) => run.status === "InProgress");
      const others = facts.missing(whose, [ATTEMPT]).slice(0, AT_ONCE);
      if (some.length === 0 && others.length === 0) return;
      isAsking.current = true;
      const came = await Promise.all([
        some.length === 0 || facts.askSummaries(some, metrics),
        others.length === 0 || facts.askAttempts(others),
      ]);
      isAsking.current = false;
      if (came.every((one) => one)) more();
      else retrying = setTimeout(more, RETRY_MS);
    }, GATHER_MS);
    return () => {
      clearTimeout(timer);
      clearTimeout(retrying);
    };
  }, [facts, wanted, metrics, isWhoWanted, version, again]);
  const latest = useRef(wanted);
  latest.current = wanted;
  useEffect(() => {
    const timer = setInterval(async () => {
      const going = latest.current.filter((run) => run.status === "InProgress").slice(0, AT_ONCE);
      if (going.length === 0 || document.visibilityState === "hidden") return;
      await facts.askAttempts(going);
      more();
    }, HEARD_AGAIN_MS);
    const seen = () => {
      if (document.visibilityState !== "hidden") askAgain();
    };
    document.addEventListener("visibilitychange", seen);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [facts]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another object says that more is known
  return useMemo(() => ({ summaryOf: facts.summaryOf, attemptOf: facts.attemptOf }), [facts, version]);
}
