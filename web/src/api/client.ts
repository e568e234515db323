/** The way to what answers: one function for JSON, one for points, one error. A server answers, or a saved page itself. */

import { decodePoints, type Series, streamedPoints } from "./points";
import type { components } from "./schema";

export type Schemas = components["schemas"];

/** What the server said went wrong, or that it did not answer. */
export class ApiError extends Error {
  constructor(
    /** The name of the error in `assay.errors`; `Unreachable` where nothing answered. */
    readonly type: string,
    message: string,
    /** The status of the answer; 0 where there was none. */
    readonly status: number,
  ) {
    super(message);
  }

  /** Whether asking again may help. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Where the server is: beside the page. */
const ROOT = new URL(".", globalThis.location?.href ?? "http://localhost/").href.replace(/[?#].*$/, "");

let whenSignedOut: () => void = () => {};

/** Name what is called when the server no longer knows who is asking. */
export function onSignedOut(call: () => void): void {
  whenSignedOut = call;
}

export type Parameters = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Options {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly parameters?: Parameters;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** What answers. */
export interface Source {
  address(path: string, parameters: Parameters): string;
  json(path: string, options: Options): Promise<unknown>;
  points(body: Schemas["Wanted"], signal?: AbortSignal): Promise<Series[]>;
  stream(run: string, names: readonly string[], signal?: AbortSignal): AsyncGenerator<Series, void>;
  bytes(path: string, options: Options): Promise<Blob>;
}

const server: Source = {
  address(path, parameters) {
    const url = new URL(path.replace(/^\//, ""), ROOT);
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
    }
    return url.href;
  },
  async json(path, options) {
    const answer = await request(path, options);
    return answer.status === 204 ? undefined : await answer.json();
  },
  async points(body, signal) {
    const answer = await request("/v1/points", { body, ...(signal === undefined ? {} : { signal }) });
    return decodePoints(await answer.arrayBuffer());
  },
  async *stream(run, names, signal) {
    const options = { body: { names }, ...(signal === undefined ? {} : { signal }) };
    const answer = await request(`/v1/runs/${run}/stream`, options);
    if (answer.body !== null) yield* streamedPoints(answer.body);
  },
  async bytes(path, options) {
    return (await request(path, options)).blob();
  },
};

let source = server;

/** Have something else than the server answer, from now on. */
export function answerFrom(other: Source): void {
  source = other;
}

async function request(path: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = {};
  if (options.body !== undefined) headers["content-type"] = "application/json";
  let answer: Response;
  try {
    answer = await fetch(address(path, options.parameters), {
      method: options.method ?? (options.body === undefined ? "GET" : "POST"),
      headers,
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      credentials: "same-origin",
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("Unreachable", "The server does not answer.", 0);
  }
  if (answer.ok) return answer;
  if (answer.status === 401) whenSignedOut();
  throw await errorOf(answer);
}

async function errorOf(answer: Response): Promise<ApiError> {
  const text = await answer.text();
  try {
    const { error } = JSON.parse(text) as { error: { type: string; message: string } };
    return new ApiError(error.type, error.message, answer.status);
  } catch {
    return new ApiError("Unknown", `The server answered ${answer.status} ${answer.statusText}.`, answer.status);
  }
}

/** The address of a resource, for elements that load it by themselves. */
export function address(path: string, parameters: Parameters = {}): string {
  return source.address(path, parameters);
}

/** Ask for JSON. */
export async function ask<T>(path: string, options: Options = {}): Promise<T> {
  return (await source.json(path, options)) as T;
}

/** Ask for points. */
export function askPoints(body: Schemas["Wanted"], signal?: AbortSignal): Promise<Series[]> {
  return source.points(body, signal);
}

/** Ask for whole series of a run, in pieces as they come in. */
export function askStream(run: string, names: readonly string[], signal?: AbortSignal): AsyncGenerator<Series, void> {
  return source.stream(run, names, signal);
}

/** Ask for bytes. */
export function askBytes(path: string, options: Options = {}): Promise<Blob> {
  return source.bytes(path, options);
}
