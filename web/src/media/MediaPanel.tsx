/** What was logged under a name, at a step: its picture, table, text or histogram, and the way to more of it. */

import { memo, useMemo, useRef } from "react";
import { askBytes } from "../api/client";
import type { Artifact } from "../api/queries";
import { count } from "../look/numbers";
import { download } from "../parts/download";
import { Icon } from "../parts/Icon";
import { useNear } from "../parts/useNear";
import { HeatMap } from "./HeatMap";
import { rangeOf } from "./histogramDocument";
import { MediaItem } from "./MediaItem";
import { typeOf, usePrefetch } from "./objects";
import { type MediaSeries, placeAt } from "./series";
import { useHistograms } from "./useHistograms";

interface Props {
  readonly series: MediaSeries;
  /** The step of the page. */
  readonly step: number;
  /** The step of this panel alone, where it has one. */
  readonly own: number | undefined;
  readonly colour: string;
  readonly isSmooth: boolean;
  readonly isFull: boolean;
  readonly onStep: (step: number) => void;
  readonly onOwn: (key: string, step: number | null) => void;
  readonly onFull: (key: string | null) => void;
}

export const MediaPanel = memo(function MediaPanel(props: Props) {
  const { series, own, colour, isSmooth, isFull, onOwn, onFull } = props;
  const { items, key, name, kind } = series;
  const element = useRef<HTMLElement>(null);
  const isNear = useNear(element);
  const step = own ?? props.step;
  const place = placeAt(items, step);
  const item = items[place];
  usePrefetch(items, place, isNear);
  const goTo = (to: number) => (own === undefined ? props.onStep(to) : onOwn(key, to));
  return (
    <figure className={`panel media-panel kind-${kind}${isFull ? " media-full" : ""}`} ref={element}>
      <figcaption>
        <span className="cut" title={name}>
          {name}
        </span>
        <span className="dim media-step">
          {item === undefined || item.step === null ? "" : `step ${count(item.step)}`}
        </span>
        {items.length > 1 && (
          <button
            type="button"
            className={`quiet${own === undefined ? "" : " media-own"}`}
            aria-pressed={own !== undefined}
            aria-label={own === undefined ? `Let ${name} have a step of its own` : `Have ${name} follow the others`}
            title={own === undefined ? "Give it a step of its own" : "Follow the others again"}
            onClick={() => onOwn(key, own === undefined ? step : null)}
          >
            <Icon name="link" />
          </button>
        )}
        {item !== undefined && (
          <button
            type="button"
            className="quiet"
            aria-label={`Download ${name}`}
            title="Download"
            onClick={() => void save(item)}
          >
            <Icon name="save" />
          </button>
        )}
        <button
          type="button"
          className="quiet"
          aria-label={isFull ? "Back to all media" : `Show ${name} alone`}
          title={isFull ? "Back to all (Esc)" : "Full screen"}
          onClick={() => onFull(isFull ? null : key)}
        >
          <Icon name={isFull ? "cross" : "wide"} />
        </button>
      </figcaption>
      {own !== undefined && items.length > 1 && (
        <input
          type="range"
          className="step-range"
          aria-label={`Step of ${name}`}
          min={0}
          max={items.length - 1}
          value={Math.max(0, place)}
          onChange={(event) => onOwn(key, items[Number(event.target.value)]?.step ?? step)}
        />
      )}
      <div className="media-box">
        {!isNear ? null : item === undefined ? (
          <p className="dim">
            Nothing yet at step {count(step)}; the first is at step {count(items[0]?.step ?? 0)}.
          </p>
        ) : kind === "histogram" ? (
          <Histograms {...{ series, item, place, colour, isSmooth }} onStep={goTo} />
        ) : (
          <MediaItem artifact={item} colour={colour} isSmooth={isSmooth} />
        )}
      </div>
      {item?.caption && (
        <p className="media-caption cut" title={item.caption}>
          {item.caption}
        </p>
      )}
    </figure>
  );
});

interface HistogramsProps {
  readonly series: MediaSeries;
  readonly item: Artifact;
  readonly place: number;
  readonly colour: string;
  readonly isSmooth: boolean;
  readonly onStep: (step: number) => void;
}

function Histograms({ series, item, place, colour, isSmooth, onStep }: HistogramsProps) {
  const placed = useHistograms(series.items, true);
  const range = useMemo(() => rangeOf(placed.map((one) => one.document)), [placed]);
  const isSeries = series.items.length > 1;
  return (
    <>
      <MediaItem
        artifact={item}
        colour={colour}
        isSmooth={isSmooth}
        range={isSeries && placed.length > 0 ? range : undefined}
      />
      {isSeries && <HeatMap items={series.items} name={series.name} {...{ placed, range, place, colour, onStep }} />}
    </>
  );
}

/** A file of an item's bytes, named after it and its step. */
async function save(item: Artifact): Promise<void> {
  const blob = await askBytes(`/v1/objects/${item.sha256}`);
  const ending = ENDINGS[typeOf(item)] ?? "";
  const name = item.name.split("/").pop() ?? "item";
  download(blob, `${name}${item.step === null ? "" : `-${item.step}`}${name.endsWith(ending) ? "" : ending}`);
}

const ENDINGS: Readonly<Record<string, string>> = {
  "image/png": ".png",
  "image/jpeg": ".jpg",
  "image/gif": ".gif",
  "image/webp": ".webp",
  "image/bmp": ".bmp",
  "image/avif": ".avif",
  "text/plain": ".txt",
  "application/json": ".json",
  "application/vnd.assay.table+json": ".json",
  "application/vnd.plotly.v1+json": ".json",
};
