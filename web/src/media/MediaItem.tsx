/** An item of a series of media, as its kind is looked at. Nothing in it runs. */

import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Artifact } from "../api/queries";
import { bytes, count } from "../look/numbers";
import { Failure } from "../parts/Failure";
import { HistogramItem } from "./HistogramItem";
import type { Range } from "./histogramDocument";
import { PICTURES, tableQuery, textQuery, typeOf, useHeld, usePicture } from "./objects";
import { TableItem } from "./TableItem";

interface Props {
  readonly artifact: Artifact;
  readonly colour: string;
  readonly isSmooth: boolean;
  /** The range of values that histograms beside this one share. */
  readonly range?: Range | undefined;
}

const MOST_BYTES = 8 << 20;
const MOST_SIGNS = 100_000;
/** Pictures that are drawn at least so much larger than they are show their pixels. */
const MUCH_LARGER = 2;

export function MediaItem({ artifact, colour, isSmooth, range }: Props) {
  if (PICTURES.test(typeOf(artifact))) return <ImageItem artifact={artifact} isSmooth={isSmooth} />;
  if ((artifact.size_bytes ?? 0) > MOST_BYTES) {
    return <p className="dim">{bytes(artifact.size_bytes ?? 0)} are too many to show here; download it.</p>;
  }
  if (artifact.kind === "histogram") return <HistogramItem artifact={artifact} colour={colour} range={range} />;
  if (artifact.kind === "table") return <Tabular artifact={artifact} />;
  if (artifact.kind === "image")
    return <p className="dim">Pictures of {typeOf(artifact)} are not shown; download it.</p>;
  return <TextItem artifact={artifact} />;
}

function ImageItem({ artifact, isSmooth }: { artifact: Artifact; isSmooth: boolean }) {
  const { source, isLate, found } = usePicture(artifact);
  const image = useRef<HTMLImageElement>(null);
  const [isSharp, setSharp] = useState(false);
  const look = () => {
    const element = image.current;
    if (element === null || element.naturalWidth === 0) return;
    const box = element.getBoundingClientRect();
    const scale = Math.min(box.width / element.naturalWidth, box.height / element.naturalHeight);
    setSharp(scale >= MUCH_LARGER);
  };
  const look_ = useRef(look);
  look_.current = look;
  useEffect(() => {
    const element = image.current;
    if (element === null || source === null) return;
    const observer = new ResizeObserver(() => look_.current());
    observer.observe(element);
    return () => observer.disconnect();
  }, [source]);
  if (found.isError) {
    return <Failure what="The picture can't be read." error={found.error} retry={() => void found.refetch()} />;
  }
  if (source === null) return <div className="media-wait" role="status" aria-label="Reading the picture" />;
  return (
    <img
      ref={image}
      className={`media-image${isSharp && !isSmooth ? " media-sharp" : ""}${isLate ? " media-late" : ""}`}
      src={source}
      alt={artifact.caption ?? artifact.name}
      onLoad={look}
    />
  );
}

function TextItem({ artifact }: { artifact: Artifact }) {
  const sha256 = artifact.sha256 ?? "";
  const found = useQuery(textQuery(sha256));
  const held = useHeld(sha256, found.data);
  if (found.isError) {
    return <Failure what="The text can't be read." error={found.error} retry={() => void found.refetch()} />;
  }
  if (held === null) return <div className="media-wait" role="status" aria-label="Reading the text" />;
  const isJson = typeOf(artifact).includes("json");
  const text = isJson ? indented(held.value) : held.value;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is longer than its box is scrolled by keys
    <div className="media-text" tabIndex={0} role="region" aria-label={artifact.name}>
      {artifact.kind === "figure" && isJson && (
        <p className="dim">A figure of plotly, which would run code to be drawn: this is what it holds.</p>
      )}
      <pre>{text.slice(0, MOST_SIGNS)}</pre>
      {text.length > MOST_SIGNS && <p className="dim">and {count(text.length - MOST_SIGNS)} characters more</p>}
    </div>
  );
}

function indented(text: string): string {
  if (text.length > MOST_SIGNS) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function Tabular({ artifact }: { artifact: Artifact }) {
  const sha256 = artifact.sha256 ?? "";
  const found = useQuery(tableQuery(sha256));
  const held = useHeld(sha256, found.data);
  if (found.isError) {
    return <Failure what="The table can't be read." error={found.error} retry={() => void found.refetch()} />;
  }
  if (held === null) return <div className="media-wait" role="status" aria-label="Reading the table" />;
  return <TableItem table={held.value} name={artifact.name} />;
}
