/** What can be done with a chart: fill the page, save as a picture or a table, copy its address. */

import { useQueryClient } from "@tanstack/react-query";
import type { RefObject } from "react";
import { askPoints } from "../api/client";
import { download } from "../parts/download";
import { Icon } from "../parts/Icon";
import { Popover } from "../parts/Popover";
import { useTexts } from "../url/useTexts";
import { pointsCsv } from "./csv";
import type { ChartRun } from "./LineChart";
import { panelPicture } from "./picture";

interface Props {
  readonly metric: string;
  readonly runs: readonly ChartRun[];
  readonly panel: RefObject<HTMLElement | null>;
}

/** A table of more points than this is made by `assay export`, not by a browser. */
const CSV_POINTS = 1_000_000;

export function PanelMenu({ metric, runs, panel }: Props) {
  const [texts, change] = useTexts();
  const client = useQueryClient();
  const file = metric.replace(/[^\w.-]+/g, "-");
  const saveTable = async () => {
    const series = await client.fetchQuery({
      queryKey: ["table", metric, runs.map((run) => run.uid)],
      queryFn: () =>
        askPoints({
          runs: runs.map((run) => run.uid),
          names: [metric],
          max_points: Math.floor(CSV_POINTS / runs.length),
        }),
    });
    download(
      new Blob([pointsCsv(series, new Map(runs.map((run) => [run.uid, run.label])))], { type: "text/csv" }),
      `${file}.csv`,
    );
  };
  const savePicture = async () => {
    const picture = await panelPicture(panel.current);
    if (picture !== null) download(picture, `${file}.png`);
  };
  const copyAddress = () => {
    const url = new URL(location.href);
    const [path, search = ""] = url.hash.split("?");
    const texts = new URLSearchParams(search);
    texts.set("metric", metric);
    url.hash = `${path}?${texts}`;
    return navigator.clipboard.writeText(url.href);
  };
  return (
    <>
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
                ["Save as CSV", saveTable],
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
