/** An experiment: its runs as a table, their metrics as charts, one filter and one selection for both. */

import { useParams } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { isExported } from "../api/exported";
import type { FoundRun } from "../api/queries";
import { ChartBar, ChartGrid } from "../charts/ChartGrid";
import type { ChartGroup } from "../charts/chartRun";
import { useStepMetrics } from "../charts/stepMetrics";
import { colourAt, coloursOf } from "../look/colours";
import { many } from "../look/numbers";
import { useTheme } from "../look/theme";
import { useColourOf } from "../look/useColours";
import { ColumnChooser } from "../parts/ColumnChooser";
import { Failure, Skeleton } from "../parts/Failure";
import { FilterBar } from "../parts/FilterBar";
import { GroupChooser } from "../parts/GroupChooser";
import { groupName } from "../parts/GroupRow";
import { useNow } from "../parts/now";
import { RunTable } from "../parts/RunTable";
import { allColumns, valuesOf } from "../parts/runColumns";
import { groupsOf, linesOf } from "../parts/runGroups";
import { useTitle } from "../parts/title";
import { ViewsMenu } from "../parts/ViewsMenu";
import { parseChartView } from "../url/charts";
import { columnOf, orderText, parseSort, type Sort, writeSort } from "../url/fields";
import { oneOf, parseList, writeList } from "../url/text";
import { useTexts } from "../url/useTexts";
import { ExperimentBar } from "./ExperimentBar";
import { ExperimentNote } from "./ExperimentNote";
import { useExperimentRuns } from "./experimentRuns";
import { useRunFacts } from "./runFacts";
import { useMarks, useSame } from "./runMarks";
import { useColumns } from "./tableColumns";

const LAYOUTS = ["split", "list", "table"] as const;
type Layout = (typeof LAYOUTS)[number];

export function ExperimentPage() {
  const { name } = useParams({ from: "/experiments/$name" });
  useTitle(name);
  const [texts, change] = useTexts();
  const filter = texts.filter ?? "";
  const sort = useMemo(() => parseSort(texts.sort), [texts.sort]);
  const search = useMemo(() => ({ experiment: name, filter, order: orderText(sort) }), [name, filter, sort]);
  const found = useExperimentRuns(search);
  const { runs, names } = found;
  const layout = oneOf(texts.layout, LAYOUTS, "split");
  useLayoutKey(layout, change);
  const columns = useColumns(name, names, runs, texts, change);

  const grouping = useMemo(() => parseList(texts.group), [texts.group]);
  const groups = useMemo(() => (grouping.length === 0 ? [] : groupsOf(runs, grouping)), [runs, grouping]);
  const open = useMemo(() => new Set(parseList(texts.open)), [texts.open]);
  const lines = useMemo(
    () => (grouping.length === 0 ? runs.map((run) => ({ run })) : linesOf(groups, open)),
    [runs, groups, grouping, open],
  );
  const isGrouped = grouping.length > 0;
  const uids = useMemo(
    () => (isGrouped ? groups.flatMap((group) => group.runs) : runs).map((run) => run.uid),
    [isGrouped, groups, runs],
  );
  const groupKeys = useMemo(() => groups.map((one) => one.key), [groups]);
  const marks = useMarks(name, uids, groupKeys, texts, change);
  const { selected } = marks;

  const [emphasis, setEmphasis] = useState<string | null>(null);
  const view = useMemo(() => parseChartView(texts), [texts]);
  const theme = useTheme();
  const colourIn = useColourOf();
  useMemo(() => coloursOf(name).learn(runs), [name, runs]);
  const colourOf = useCallback((uid: string) => colourIn({ uid, experiment_name: name }), [colourIn, name]);
  const shown = useMemo(() => runs.filter((run) => marks.isShown(run.uid)), [runs, marks.isShown]);
  const parametersOf = useRef(new Map<string, FoundRun["parameters"]>());
  parametersOf.current = new Map(shown.map((run) => [run.uid, run.parameters]));
  const drawn = useSame(
    shown.map((run) => [run.uid, run.display_name || run.name, Object.keys(run.parameters).length].join("\0")),
  );
  const has = useSame(shown.map((run) => Object.keys(run.metrics).join("\0")));
  const runsOf = useCallback(
    (metric: string) =>
      drawn.flatMap((text, at) => {
        const [uid = "", label = ""] = text.split("\0");
        if (!has[at]?.split("\0").includes(metric)) return [];
        return [{ uid, label, colour: colourOf(uid), parameters: parametersOf.current.get(uid) }];
      }),
    [drawn, has, colourOf],
  );
  // Of what no drawn run has there would be nothing to see.
  const metrics = useSame(
    useMemo(
      () =>
        isGrouped ? names.metrics : [...new Set(has.flatMap((one) => one.split("\0")))].filter((one) => one !== ""),
      [has, isGrouped, names],
    ),
  );
  const now_ms = useNow();
  const stepMetricOf = useStepMetrics(shown);
  const groupColourOf = useCallback(
    (key: string) => colourAt(Math.max(0, groupKeys.indexOf(key)), theme),
    [groupKeys, theme],
  );
  const drawnGroups = useMemo(() => groups.filter((one) => marks.isGroupShown(one.key)), [groups, marks.isGroupShown]);
  const chartGroupsOf = useCallback(
    (metric: string): ChartGroup[] =>
      drawnGroups.map((group) => ({
        key: group.key,
        label: groupName(group),
        colour: groupColourOf(group.key),
        uids: group.runs.filter((run) => metric in run.metrics).map((run) => run.uid),
      })),
    [drawnGroups, groupColourOf],
  );
  const onSort = useCallback((one: Sort | null) => change({ sort: writeSort(one) }), [change]);
  const onOpenGroup = useCallback(
    (key: string) => {
      const next = new Set(open);
      if (!next.delete(key)) next.add(key);
      change({ open: writeList([...next]) || undefined }, false);
    },
    [open, change],
  );
  const onFilter = useCallback(
    (one: string) => change({ filter: one === "" ? undefined : one, sel: undefined, but: undefined }),
    [change],
  );
  const unselect = useCallback(() => change({ sel: undefined, but: undefined }), [change]);
  const [seen, onSeen] = useState<readonly FoundRun[]>([]);
  // A group's means are of all its runs, wherever the table is scrolled to.
  const known = useRunFacts(name, isGrouped && hasFigures(columns.columns) ? runs : seen, columns.columns);
  const everyColumn = useMemo(() => allColumns(names), [names]);

  if (found.isError && found.error.status !== 400 && runs.length === 0) {
    return <Failure what="The runs can't be read." error={found.error} retry={() => void found.refetch()} />;
  }
  return (
    <div className={`experiment layout-${layout}`}>
      <FilterBar
        experiment={name}
        filter={filter}
        onFilter={onFilter}
        names={names}
        valuesOf={(kind, one) => valuesOf(runs, kind, one)}
        error={found.error}
      />
      <ExperimentNote name={name} />
      <section className="runs-side" aria-label="Runs">
        <ExperimentBar
          experiment={name}
          told={toldOf(found.isPending, runs.length, found.hasNextPage, groups.length)}
          selected={selected}
          onLayout={() => change({ layout: nextLayout(layout) })}
          onDraw={() => change(marks.only(selected))}
          onUnselect={unselect}
        >
          {!isExported() && <ViewsMenu experiment={name} texts={texts} change={change} />}
          <GroupChooser
            all={everyColumn}
            chosen={grouping}
            onChosen={(ids) => change({ group: writeList(ids) || undefined, open: undefined })}
          />
          {layout !== "list" && (
            <ColumnChooser
              all={everyColumn}
              shown={columns.base}
              pinned={columns.pinned}
              onPin={columns.onPin}
              differing={columns.isDiffering}
              onShown={columns.onColumns}
              onDiffering={(only) => change({ differ: only ? "1" : undefined })}
            />
          )}
        </ExperimentBar>
        {found.isPending ? (
          <Skeleton lines={12} label="Reading runs" />
        ) : runs.length === 0 ? (
          <p className="empty dim">
            {found.isError ? "" : filter === "" ? "This experiment has no runs yet." : "No run fits the filter."}
          </p>
        ) : (
          <RunTable
            lines={lines}
            columns={columns.columns}
            pinned={columns.pinned}
            widths={columns.widths}
            isNarrow={layout === "list"}
            sort={sort}
            selected={marks.selectedState}
            emphasis={emphasis}
            now_ms={now_ms}
            known={known}
            isShown={marks.isShown}
            isSelected={marks.isSelected}
            isGroupShown={marks.isGroupShown}
            colourOf={colourOf}
            groupColourOf={groupColourOf}
            onShow={marks.onShow}
            onShowGroup={marks.onShowGroup}
            onOpenGroup={onOpenGroup}
            onSelect={marks.onSelect}
            onSelectAll={marks.onSelectAll}
            onSelectSome={marks.onSelectSome}
            onEmphasis={setEmphasis}
            onSort={onSort}
            onMove={columns.onMove}
            onStep={columns.onStep}
            onPin={columns.onPin}
            onWidth={columns.onWidth}
            onEnd={found.more}
            onSeen={onSeen}
          />
        )}
      </section>
      {layout !== "table" && (
        <section className="charts-side" aria-label="Charts">
          <ChartBar view={view} metrics={metrics} stepMetricOf={stepMetricOf} isGrouped={isGrouped} />
          <div className="charts-scroll">
            {found.isPending ? (
              <Skeleton lines={6} label="Reading metrics" />
            ) : (
              <ChartGrid
                metrics={metrics}
                runsOf={runsOf}
                groupsOf={isGrouped ? chartGroupsOf : undefined}
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

function hasFigures(columns: readonly string[]): boolean {
  return columns.some((id) => columnOf(id)?.figure !== undefined);
}

function toldOf(isPending: boolean, runs: number, isMore: boolean, groups: number): string {
  if (isPending) return "Reading runs";
  const told = `${many(runs, "run")}${isMore ? " so far" : ""}`;
  return groups === 0 ? told : `${many(groups, "group")} of ${told}`;
}

function nextLayout(layout: Layout): Layout {
  return LAYOUTS[(LAYOUTS.indexOf(layout) + 1) % LAYOUTS.length] ?? "split";
}

function useLayoutKey(layout: Layout, change: (patch: Record<string, string | undefined>) => void): void {
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
