/** An experiment: its runs as a table, their metrics as charts, one filter and one selection for both. */

import { Link, useParams } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { ChartBar, ChartGrid } from "../charts/ChartGrid";
import { useStepMetrics } from "../charts/stepMetrics";
import { coloursOf } from "../look/colours";
import { count, many } from "../look/numbers";
import { useColourOf } from "../look/useColours";
import { ColumnChooser } from "../parts/ColumnChooser";
import { Failure, Skeleton } from "../parts/Failure";
import { FilterBar } from "../parts/FilterBar";
import { Icon } from "../parts/Icon";
import { useNow } from "../parts/now";
import { RunTable } from "../parts/RunTable";
import { allColumns, differingColumns, namesOf, usualColumns } from "../parts/runColumns";
import { TrashButton } from "../parts/TrashButton";
import { useTitle } from "../parts/title";
import { parseChartView } from "../url/charts";
import { orderText, parseSort, writeSort } from "../url/fields";
import { oneOf, parseList, writeList } from "../url/text";
import { useTexts } from "../url/useTexts";
import { ExperimentNote } from "./ExperimentNote";
import { useExperimentRuns } from "./experimentRuns";

const LAYOUTS = ["split", "list", "table"] as const;
/** So many of the first runs are drawn where nobody chose any. */
const DRAWN_FIRST = 10;

export function ExperimentPage() {
  const { name } = useParams({ from: "/experiments/$name" });
  useTitle(name);
  const [texts, change] = useTexts();
  const filter = texts.filter ?? "";
  const sort = useMemo(() => parseSort(texts.sort), [texts.sort]);
  const search = useMemo(() => ({ experiment: name, filter, order: orderText(sort) }), [name, filter, sort]);
  const found = useExperimentRuns(search);
  const { runs } = found;
  const layout = oneOf(texts.layout, LAYOUTS, "split");
  useLayoutKey(layout, change);

  const names = useMemo(() => namesOf(runs), [runs]);
  const isDiffering = texts.differ === "1";
  const chosen = useMemo(() => {
    const ids = texts.cols === undefined ? usualColumns(names) : parseList(texts.cols);
    return isDiffering ? differingColumns(ids, runs) : ids;
  }, [texts.cols, names, isDiffering, runs]);
  const columns = useSame(chosen);

  const marks = useMarks(
    name,
    runs.map((run) => run.uid),
    texts,
    change,
  );
  const [emphasis, setEmphasis] = useState<string | null>(null);
  const view = useMemo(() => parseChartView(texts), [texts]);
  const colourOf = useColourOf();
  useMemo(() => coloursOf(name).learn(runs), [name, runs]);
  const drawn = useSame(
    runs.filter((run) => marks.isShown(run.uid)).map((run) => `${run.uid}\0${run.display_name || run.name}`),
  );
  const has = useSame(runs.filter((run) => marks.isShown(run.uid)).map((run) => Object.keys(run.metrics).join("\0")));
  const runsOf = useCallback(
    (metric: string) =>
      drawn.flatMap((text, at) => {
        const [uid = "", label = ""] = text.split("\0");
        if (!has[at]?.split("\0").includes(metric)) return [];
        return [{ uid, label, colour: colourOf({ uid, experiment_name: name }) }];
      }),
    [drawn, has, name, colourOf],
  );
  // Of what no drawn run has there would be nothing to see.
  const metrics = useSame([...new Set(has.flatMap((one) => one.split("\0")))].filter((one) => one !== ""));
  const stepMetricOf = useStepMetrics(runs.filter((run) => marks.isShown(run.uid)));
  const now_ms = useNow();
  const selected = parseList(texts.sel);

  if (found.isError && found.error.status !== 400 && runs.length === 0) {
    return <Failure what="The runs can't be read." error={found.error} retry={() => void found.refetch()} />;
  }
  return (
    <div className={`experiment layout-${layout}`}>
      <FilterBar filter={filter} onFilter={(one) => change({ filter: one })} names={names} error={found.error} />
      <ExperimentNote name={name} />
      <section className="runs-side" aria-label="Runs">
        <div className="bar">
          <button
            type="button"
            className="quiet"
            title="Table, list or both (h)"
            aria-label="Change how wide the table is"
            onClick={() => change({ layout: nextLayout(layout) })}
          >
            <Icon name="side" />
          </button>
          <Link
            className="quiet"
            to="/lineage"
            search={{ experiment: name } as never}
            title="Lineage: what came from what"
            aria-label="Lineage of the experiment"
          >
            <Icon name="lineage" />
          </Link>
          <span className="dim" role="status">
            {found.isPending ? "Reading runs" : `${many(runs.length, "run")}${found.hasNextPage ? " so far" : ""}`}
          </span>
          <span className="spring" />
          {selected.length > 0 && (
            <>
              <Link className="button" to="/compare" search={{ runs: writeList(selected) } as never}>
                Compare {count(selected.length)}
              </Link>
              <button
                type="button"
                className="button"
                title="Draw these runs and no others"
                onClick={() => change(marks.only(selected))}
              >
                Draw
              </button>
            </>
          )}
          <TrashButton experiment={name} runs={selected} onDone={() => change({ sel: undefined })} />
          {selected.length > 0 && (
            <button type="button" className="link" onClick={() => change({ sel: undefined })}>
              clear
            </button>
          )}
          {layout !== "list" && (
            <ColumnChooser
              all={allColumns(names)}
              shown={columns}
              differing={isDiffering}
              onShown={(ids) => change({ cols: ids === null ? undefined : writeList(ids) })}
              onDiffering={(only) => change({ differ: only ? "1" : undefined })}
            />
          )}
        </div>
        {found.isPending ? (
          <Skeleton lines={12} label="Reading runs" />
        ) : runs.length === 0 ? (
          <p className="empty dim">
            {found.isError ? "" : filter === "" ? "This experiment has no runs yet." : "No run fits the filter."}
          </p>
        ) : (
          <RunTable
            runs={runs}
            columns={columns}
            isNarrow={layout === "list"}
            sort={sort}
            emphasis={emphasis}
            now_ms={now_ms}
            isShown={marks.isShown}
            isSelected={marks.isSelected}
            colourOf={(uid) => colourOf({ uid, experiment_name: name })}
            onSort={(one) => change({ sort: writeSort(one) })}
            onShow={marks.onShow}
            onSelect={marks.onSelect}
            onEmphasis={setEmphasis}
            onEnd={found.more}
          />
        )}
      </section>
      {layout !== "table" && (
        <section className="charts-side" aria-label="Charts">
          <ChartBar view={view} metrics={metrics} stepMetricOf={stepMetricOf} />
          <div className="charts-scroll">
            {found.isPending ? (
              <Skeleton lines={6} label="Reading metrics" />
            ) : (
              <ChartGrid
                metrics={metrics}
                runsOf={runsOf}
                stepMetricOf={stepMetricOf}
                view={view}
                emphasis={emphasis}
                onEmphasis={setEmphasis}
                empty={runs.length === 0 ? "" : "No metrics yet: run.log_metric(…) draws a chart here."}
              />
            )}
          </div>
        </section>
      )}
    </div>
  );
}

function nextLayout(layout: (typeof LAYOUTS)[number]) {
  return LAYOUTS[(LAYOUTS.indexOf(layout) + 1) % LAYOUTS.length];
}

function useLayoutKey(
  layout: (typeof LAYOUTS)[number],
  change: (patch: Record<string, string | undefined>) => void,
): void {
  useEffect(() => {
    const keyed = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      if (event.key === "h" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
        change({ layout: nextLayout(layout) });
      }
    };
    addEventListener("keydown", keyed);
    return () => removeEventListener("keydown", keyed);
  }, [layout, change]);
}

/** Which runs are drawn and which are selected; both stand in the address. */
function useMarks(
  experiment: string,
  uids: readonly string[],
  texts: Readonly<Record<string, string>>,
  change: (patch: Record<string, string | undefined>) => void,
) {
  const shown = useMemo(() => new Set(parseList(texts.show)), [texts.show]);
  const hidden = useMemo(() => new Set(parseList(texts.hide)), [texts.hide]);
  const selected = useMemo(() => new Set(parseList(texts.sel)), [texts.sel]);
  const first = useMemo(() => new Set(uids.slice(0, DRAWN_FIRST)), [uids]);
  const isShown = (uid: string) => (first.has(uid) || shown.has(uid)) && !hidden.has(uid);
  coloursOf(experiment).give(uids.filter(isShown).reverse());
  const anchor = useRef<string | null>(null);
  const latest = useRef({ uids, shown, hidden, selected, first, change, isShown });
  latest.current = { uids, shown, hidden, selected, first, change, isShown };
  const onShow = useCallback((uid: string) => {
    const { shown, hidden, first, change, isShown } = latest.current;
    const show = new Set(shown);
    const hide = new Set(hidden);
    if (isShown(uid)) {
      show.delete(uid);
      if (first.has(uid)) hide.add(uid);
    } else {
      hide.delete(uid);
      if (!first.has(uid)) show.add(uid);
    }
    change({ show: writeList([...show]) || undefined, hide: writeList([...hide]) || undefined });
  }, []);
  const onSelect = useCallback((uid: string, isRange: boolean) => {
    const { uids, selected, change } = latest.current;
    const next = new Set(selected);
    const from = anchor.current === null ? -1 : uids.indexOf(anchor.current);
    const to = uids.indexOf(uid);
    if (isRange && from >= 0) {
      for (const one of uids.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(one);
    } else if (!next.delete(uid)) next.add(uid);
    anchor.current = uid;
    change({ sel: writeList([...next]) || undefined });
  }, []);
  /** What of the address draws these runs alone. */
  const only = (some: readonly string[]) => ({
    show: writeList(some.filter((uid) => !first.has(uid))) || undefined,
    hide: writeList([...first].filter((uid) => !some.includes(uid))) || undefined,
  });
  return { isShown, isSelected: (uid: string) => selected.has(uid), onShow, onSelect, only };
}

/** The array of before where it says the same. */
function useSame(list: readonly string[]): readonly string[] {
  const kept = useRef(list);
  if (kept.current.length !== list.length || kept.current.some((one, at) => one !== list[at])) kept.current = list;
  return kept.current;
}
