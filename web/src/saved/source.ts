/** What a server would answer, out of the page itself. Nothing here asks a network for anything. */

import type { View } from "../api/batch";
import { ApiError, type Options, type Parameters, type Schemas, type Source } from "../api/client";
import { savedHead } from "../api/exported";
import type { Series } from "../api/points";
import type { Artifact, FoundRun } from "../api/queries";
import { fromBase64 } from "./bytes";
import type { Elements } from "./elements";
import { grouped } from "./grouped";
import { type Columns, unpackSeries } from "./points";
import { search } from "./search";
import { viewed } from "./thin";

/** Pictures that a browser may show; all else is saved, as a server has it. */
const SHOWN = /^image\/(png|jpeg|gif|webp|bmp|avif)$/;
/** So many points stay unpacked. */
const HELD_POINTS = 6_000_000;
/** Steps of a group, where nobody says how many. */
const STEPS = 1000;
/** A series is read at so many points a step of its group. */
const POINTS_A_STEP = 4;
/** All that a series has. */
const WHOLE = Number.MAX_SAFE_INTEGER;

interface SavedSeries {
  readonly name: string;
  readonly element: string;
  readonly count: number;
}

interface LeftOut {
  readonly items: readonly { readonly sha256: string; readonly size_bytes: number | null }[];
  readonly most_bytes: number;
}

/** Answers from the elements of a saved page. */
export class SavedSource implements Source {
  private readonly unpacked = new Map<string, { readonly count: number; readonly columns: Promise<Columns> }>();
  private readonly urls = new Map<string, string>();

  constructor(
    private readonly elements: Elements,
    private readonly runs: readonly string[] = savedHead?.runs ?? [],
  ) {}

  async json(path: string, options: Options): Promise<unknown> {
    const body = options.body as Record<string, unknown> | undefined;
    if (path === "/v1/search") return search(this.records(), body as Schemas["Search"]);
    if (path === "/v1/runs") return { items: this.records(), next_token: null };
    if (path === "/v1/me") return { workspace: "", role: "viewer", token_id: "", name: "" };
    if (path === "/v1/summaries") return this.summaries(body as { runs: string[]; names: string[] | null });
    if (path === "/v1/last-attempts") return this.lastAttempts(body as { runs: string[] });
    if (path === "/v1/grouped") return this.grouped(body as unknown as Schemas["WantedGroups"]);
    if (path === "/v1/activity") return this.activity(options.parameters ?? {});
    const isRead = options.method === undefined || options.method === "GET";
    const found = isRead && body === undefined ? this.elements.json(addressed(path, options.parameters)) : null;
    if (found !== null) return found;
    throw new ApiError("SavedPage", "This is not in the file that the page was saved to.", 404);
  }

  async points(wanted: Schemas["Wanted"]): Promise<Series[]> {
    const view: View = {
      max_points: wanted.max_points ?? WHOLE,
      ...(wanted.first_step == null ? {} : { first_step: wanted.first_step }),
      ...(wanted.end_step == null ? {} : { end_step: wanted.end_step }),
    };
    const found: Series[] = [];
    for (const run of wanted.runs) {
      for await (const one of this.stream(run, wanted.names)) found.push({ ...one, ...viewed(one, view) });
    }
    return found;
  }

  async *stream(run: string, names: readonly string[]): AsyncGenerator<Series, void> {
    const series = this.elements.json<{ items: SavedSeries[] }>(`/v1/runs/${run}/series`)?.items ?? [];
    for (const one of series) {
      if (names.includes(one.name)) yield { run, name: one.name, ...(await this.columns(one)) };
    }
  }

  async bytes(path: string): Promise<Blob> {
    const sha256 = path.split("/").pop() ?? "";
    return new Blob([this.object(sha256)]);
  }

  address(path: string, parameters: Parameters): string {
    const object = /^\/v1\/objects\/([0-9a-f]+)$/.exec(path)?.[1];
    if (object !== undefined) return this.url(object, "application/octet-stream");
    const run = /^\/v1\/runs\/([^/]+)\/content$/.exec(path)?.[1];
    const artifact = run === undefined ? undefined : this.artifact(run, parameters);
    if (artifact === undefined || artifact.sha256 === null) return "about:blank";
    const type = (artifact.media_type ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
    return this.url(artifact.sha256, SHOWN.test(type) ? type : "application/octet-stream");
  }

  private records(): FoundRun[] {
    return this.runs.flatMap((uid) => this.elements.json<FoundRun>(`/v1/runs/${uid}`) ?? []);
  }

  private summaries({ runs, names }: { runs: string[]; names: string[] | null }): unknown {
    const items = runs.flatMap((run) => {
      const all = this.elements.json<Schemas["SummaryList"]>(`/v1/runs/${run}/metrics`);
      if (all === null) return [];
      return [{ run, metrics: names === null ? all.items : all.items.filter((one) => names.includes(one.name)) }];
    });
    return { items };
  }

  private lastAttempts({ runs }: { runs: string[] }): unknown {
    const items = runs.flatMap((run) => {
      const attempt = this.elements.json<Schemas["AttemptList"]>(`/v1/runs/${run}/attempts`)?.items.at(-1);
      return attempt === undefined ? [] : [{ run, attempt: { ...attempt, traceback: null } }];
    });
    return { items };
  }

  private async grouped(wanted: Schemas["WantedGroups"]): Promise<unknown> {
    const most = wanted.max_points ?? STEPS;
    const items: unknown[] = [];
    for (const { key, runs } of wanted.groups) {
      const found = await this.points({
        runs,
        names: [wanted.name],
        max_points: POINTS_A_STEP * most,
        first_step: wanted.first_step ?? null,
        end_step: wanted.end_step ?? null,
      });
      if (found.length > 0) items.push(grouped(key, found, most));
    }
    return { items };
  }

  private activity({ since_us, bucket_us }: Parameters): unknown {
    const [since, bucket] = [Number(since_us), Number(bucket_us)];
    const found = new Map<string, Map<number, number>>();
    for (const run of this.records()) {
      const start_us = since + Math.floor(((run.start_us ?? run.created_us) - since) / bucket) * bucket;
      if (start_us < since) continue;
      const buckets = found.get(run.experiment_name) ?? new Map<number, number>();
      found.set(run.experiment_name, buckets.set(start_us, (buckets.get(start_us) ?? 0) + 1));
    }
    const items = [...found].map(([experiment, buckets]) => ({
      experiment,
      buckets: [...buckets].map(([start_us, runs]) => ({ start_us, runs })),
    }));
    return { items };
  }

  private columns(series: SavedSeries): Promise<Columns> {
    const known = this.unpacked.get(series.element);
    this.unpacked.delete(series.element);
    const entry = known ?? {
      count: series.count,
      columns: unpackSeries(this.elements.text(series.element) ?? ""),
    };
    this.unpacked.set(series.element, entry);
    let held = 0;
    for (const one of this.unpacked.values()) held += one.count;
    for (const [element, one] of this.unpacked) {
      if (held <= HELD_POINTS || element === series.element) break;
      this.unpacked.delete(element);
      held -= one.count;
    }
    return entry.columns;
  }

  private artifact(run: string, { name, is_output, step }: Parameters): Artifact | undefined {
    const all = this.elements.json<Schemas["ArtifactList"]>(`/v1/runs/${run}/artifacts`)?.items ?? [];
    return all.findLast(
      (one) =>
        one.name === name &&
        one.sha256 !== null &&
        (is_output == null || one.is_output === is_output) &&
        (step == null || one.step === step),
    );
  }

  private object(sha256: string): Uint8Array<ArrayBuffer> {
    const text = this.elements.text(`object-${sha256}`);
    if (text !== null) return fromBase64(text);
    const leftOut = this.elements.json<LeftOut>("left-out");
    const most = ((leftOut?.most_bytes ?? 0) / 1e6).toLocaleString("en", { maximumFractionDigits: 1 });
    throw new ApiError("LeftOut", `It was left out of this file, which holds artifacts of up to ${most} MB.`, 404);
  }

  private url(sha256: string, type: string): string {
    const key = `${type} ${sha256}`;
    const known = this.urls.get(key);
    if (known !== undefined) return known;
    const isHere = this.elements.has(`object-${sha256}`);
    const url = isHere ? URL.createObjectURL(new Blob([this.object(sha256)], { type })) : LEFT_OUT;
    this.urls.set(key, url);
    return url;
  }
}

/** A picture in the place of one that is not there. */
const LEFT_OUT = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" width="260" height="60"><rect width="260" height="60" fill="#8882"/>' +
    '<text x="130" y="34" text-anchor="middle" font-family="sans-serif" font-size="12" fill="#777">' +
    "left out of this file</text></svg>",
)}`;

function addressed(path: string, parameters: Parameters = {}): string {
  const told = Object.entries(parameters).filter(
    ([name, value]) => value !== undefined && value !== null && name !== "limit" && name !== "token",
  );
  if (told.length === 0) return path;
  return `${path}?${told.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&")}`;
}
