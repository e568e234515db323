/** What callers give charts to draw: runs, each as its own line, or groups of runs, each as the mean and a band. */

/** A run in a chart. */
export interface ChartRun {
  readonly uid: string;
  readonly label: string;
  readonly colour: string;
  /** How many points the series has, where that is known. */
  readonly total?: number | undefined;
  /** Parameters by which the legend tells runs apart; their labels where none are given. */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
}

/** Runs that are drawn together. */
export interface ChartGroup {
  /** What tells it from other groups, in the address too. */
  readonly key: string;
  readonly label: string;
  readonly colour: string;
  readonly uids: readonly string[];
}

/** The runs of a panel; a function, since which run has which metric differs. The same one as long as it finds the same. */
export type RunsOf = (metric: string) => readonly ChartRun[];

/** The groups of a panel, which are drawn instead of its runs where there are any. */
export type GroupsOf = (metric: string) => readonly ChartGroup[];

/** The metric that a metric's chart is drawn over by default, as `Run.define_metric` says. */
export type StepMetricOf = (metric: string) => string | null | undefined;
