/** What can be done with a chart: fill the page, save as a picture or a table, copy its address. */

import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useEffect, useRef, useState } from "react";
import { askStream } from "../api/client";
import { groupedQuery } from "../api/grouped";
import { count } from "../look/numbers";
import { download } from "../parts/download";
import { Icon } from "../parts/Icon";
import { Popover } from "../parts/Popover";
import { useTexts } from "../url/useTexts";
import type { ChartGroup, ChartRun } from "./chartRun";
import { GROUPS_HEAD, groupRows, POINTS_HEAD, pointRows } from "./csv";
import type { Entry } from "./legend";
import { panelPicture } from "./picture";

interface Props {
  readonly metric: string;
  readonly runs: readonly ChartRun[];
  readonly groups: readonly ChartGroup[];
  readonly entries: readonly Entry[];
  readonly panel: RefObject<HTMLElement | null>;
}

/** A group's figures in a table are of so many steps at most; those of all come from `assay group`. */
const GROUP_POINTS = 10_000;
const TOLD_MS = 2500;

export function PanelMenu({ metric, runs, groups, entries, panel }: Props) {
  const [texts, change] = useTexts();
  const client = useQueryClient();
  const [told, setTold] = useState("");
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const file = metric.replace(/[^\w.-]+/g, "-");

  const tell = (text: string) => {
    setTold(text);
    setTimeout(() => setTold((now) => (now === text ? "" : now)), TOLD_MS);
  };
  const saveTable = async () => {
    const controller = new AbortController();
    stop.current = controller;
    try {
      const parts = groups.length > 0 ? await groupParts() : await pointParts(metric, runs, setTold, controller.signal);
      download(new Blob(parts, { type: "text/csv" }), `${file}.csv`);
      setTold("");
    } catch (error) {
      tell(controller.signal.aborted ? "" : `The table can't be saved: ${(error as Error).message}`);
    }
    stop.current = null;
  };
  const groupParts = async () => {
    const view = {
      name: metric,
      groups: groups.map(({ key, uids }) => ({ key, runs: uids })),
      max_points: GROUP_POINTS,
    };
    const labels = new Map(groups.map((one) => [one.key, one.label]));
    const found = await client.fetchQuery(groupedQuery(view));
    return [GROUPS_HEAD, ...found.map((one) => groupRows(one, metric, labels.get(one.key) ?? one.key))];
  };
  const savePicture = async () => {
    const picture = await panelPicture(panel.current, metric, entries);
    if (picture !== null) download(picture, `${file}.png`);
  };
  const copyAddress = async () => {
    const url = new URL(location.href);
    const [path, search = ""] = url.hash.split("?");
    const texts = new URLSearchParams(search);
    texts.set("metric", metric);
    url.hash = `${path}?${texts}`;
    await navigator.clipboard.writeText(url.href);
    tell("Copied");
  };
  return (
    <>
      <span className="dim panel-told" role="status">
        {told}
      </span>
      {stop.current !== null && told !== "" && (
        <button type="button" className="link" onClick={() => stop.current?.abort()}>
          stop
        </button>
      )}
      {texts.metric !== metric && (
        <button
          type="button"
          className="quiet"
          onClick={() => change({ metric })}
          title="Fill the page"
          aria-label={`Fill the page with ${metric}`}
        >
          <Icon name="wide" />
        </button>
      )}
      <Popover label={<Icon name="save" />} title={`Save ${metric}`} className="quiet" side="end">
        {(close) => (
          <ul className="menu">
            {(
              [
                ["Save as PNG", savePicture],
                ["Save all points as CSV", saveTable],
                ["Copy the address of this chart", copyAddress],
              ] as const
            ).map(([label, act]) => (
              <li key={label}>
                <button
                  type="button"
                  onClick={() => {
                    close();
                    void act();
                  }}
                >
                  {label}
                </button>
              </li>
            ))}
          </ul>
        )}
      </Popover>
    </>
  );
}

/** All points of all runs, read in pieces and kept as text that a browser may put aside. */
async function pointParts(
  metric: string,
  runs: readonly ChartRun[],
  tell: (text: string) => void,
  signal: AbortSignal,
): Promise<BlobPart[]> {
  const parts: BlobPart[] = [POINTS_HEAD];
  let points = 0;
  for (const run of runs) {
    for await (const piece of askStream(run.uid, [metric], signal)) {
      parts.push(new Blob([pointRows(piece, run.label)]));
      points += piece.values.length;
      tell(`${count(points)} points`);
    }
  }
  return parts;
}
