/**
 * Live events, once for all tabs: a browser allows six connections to a host, so of the tabs that are looked at one
 * holds the stream and tells the others. A hidden tab holds none and asks for nothing.
 *
 * Who holds it is decided by a lock that the browser frees when the tab goes. Where there are no locks (plain HTTP to
 * another machine) each visible tab has a stream of its own.
 */

import { address } from "./client";
import { isExported } from "./exported";

/** What somebody wants to hear of. */
export interface Interest {
  readonly runs?: readonly string[];
  readonly experiments?: readonly string[];
}

export type Change = { readonly run: string; readonly revision: number | null };
export type LiveState = "live" | "connecting" | "lost" | "paused";

type Message =
  | { readonly kind: "want"; readonly tab: string; readonly interest: Required<Interest> }
  | { readonly kind: "bye"; readonly tab: string }
  | { readonly kind: "who" }
  | { readonly kind: "change"; readonly change: Change }
  | { readonly kind: "state"; readonly state: LiveState };

const CHANNEL = "assay.live";
const SAID_AGAIN_MS = 10_000;
const FORGOTTEN_MS = 25_000;
const SETTLE_MS = 150;
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000];
const MOST_RUNS = 900;

/** The live events of this tab. */
export class Live {
  private readonly tab = Math.random().toString(36).slice(2);
  private readonly interests = new Set<Interest>();
  private readonly listeners = new Set<(change: Change) => void>();
  private readonly watchers = new Set<() => void>();
  private readonly channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
  private readonly others = new Map<string, { interest: Required<Interest>; heard: number }>();
  private readonly revisions = new Map<string, number | null>();
  private stream: EventSource | null = null;
  private streamed = "";
  private leads = false;
  private letGo: (() => void) | null = null;
  private asking: AbortController | null = null;
  private failures = 0;
  private settling: ReturnType<typeof setTimeout> | undefined;
  private paused = false;
  state: LiveState = "connecting";

  constructor() {
    // What was saved as a file does not change any more.
    if (isExported()) return;
    this.channel?.addEventListener("message", (event: MessageEvent<Message>) => this.heard(event.data));
    document.addEventListener("visibilitychange", () => this.look());
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", () => this.look());
    addEventListener("online", () => this.reconnect());
    setInterval(() => this.settle(), SAID_AGAIN_MS);
    this.look();
  }

  /** Hear of changes of these, until what is returned is called. */
  want(interest: Interest): () => void {
    this.interests.add(interest);
    this.settle();
    return () => {
      this.interests.delete(interest);
      this.settle();
    };
  }

  /** Have each change told, until what is returned is called. */
  listen(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Be told when `state` changes, until what is returned is called. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Hold still, or go on. */
  pause(paused: boolean): void {
    this.paused = paused;
    this.revisions.clear();
    this.look();
  }

  /** Connect now, where the connection is lost. */
  reconnect(): void {
    this.failures = 0;
    this.streamed = "";
    this.settle();
  }

  private look(): void {
    if (document.visibilityState === "hidden" || this.paused) {
      this.leave();
      return;
    }
    // Beyond loopback a browser has locks over TLS only.
    if (!navigator.locks || this.channel === null) this.lead();
    else if (!this.leads && this.asking === null) this.askToLead();
    this.settle();
  }

  private askToLead(): void {
    const asking = new AbortController();
    this.asking = asking;
    navigator.locks
      .request(CHANNEL, { signal: asking.signal }, () => {
        this.lead();
        return new Promise<void>((resolve) => {
          this.letGo = resolve;
        });
      })
      .catch((error: unknown) => {
        if (!(error instanceof DOMException && error.name === "AbortError")) this.lead();
      });
  }

  private lead(): void {
    this.leads = true;
    this.say({ kind: "who" });
    this.settle();
  }

  private leave(): void {
    this.asking?.abort();
    this.asking = null;
    this.letGo?.();
    this.letGo = null;
    this.leads = false;
    this.close();
    this.others.clear();
    this.say({ kind: "bye", tab: this.tab });
    this.tell(this.paused ? "paused" : "connecting");
  }

  private settle(): void {
    if (isExported()) return;
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      if (document.visibilityState === "hidden" || this.paused) return;
      if (this.leads) this.connect();
      else this.say({ kind: "want", tab: this.tab, interest: this.own() });
    }, SETTLE_MS);
  }

  private own(): Required<Interest> {
    return {
      runs: [...this.interests].flatMap((one) => one.runs ?? []),
      experiments: [...this.interests].flatMap((one) => one.experiments ?? []),
    };
  }

  private connect(): void {
    const now = Date.now();
    for (const [tab, one] of this.others) if (now - one.heard > FORGOTTEN_MS) this.others.delete(tab);
    const all = [this.own(), ...[...this.others.values()].map((one) => one.interest)];
    const runs = [...new Set(all.flatMap((one) => one.runs))].sort().slice(0, MOST_RUNS);
    const experiments = [...new Set(all.flatMap((one) => one.experiments))].sort().slice(0, 20);
    const url = new URL(address("/v1/live"));
    for (const run of runs) url.searchParams.append("run", run);
    for (const experiment of experiments) url.searchParams.append("experiment", experiment);
    if (url.search === "") {
      this.close();
      this.publish("live");
      return;
    }
    if (url.href === this.streamed && this.stream !== null) return;
    this.close();
    this.open(url.href);
  }

  private open(url: string): void {
    const stream = new EventSource(url);
    this.stream = stream;
    this.streamed = url;
    stream.addEventListener("open", () => {
      this.failures = 0;
      this.publish("live");
    });
    stream.addEventListener("changed", (event) => this.received(event as MessageEvent<string>));
    stream.addEventListener("deleted", (event) => this.received(event as MessageEvent<string>));
    stream.addEventListener("error", () => {
      if (this.stream !== stream) return;
      this.close();
      const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? 8_000;
      this.failures += 1;
      if (this.failures > 1) this.publish("lost");
      setTimeout(() => this.settle(), wait);
    });
  }

  private close(): void {
    this.stream?.close();
    this.stream = null;
    this.streamed = "";
  }

  private received(event: MessageEvent<string>): void {
    const { run, revision } = JSON.parse(event.data) as { run: string; revision?: number };
    const change = { run, revision: event.type === "deleted" ? null : (revision ?? null) };
    this.say({ kind: "change", change });
    this.pass(change);
  }

  private heard(message: Message): void {
    if (message.kind === "change") this.pass(message.change);
    else if (message.kind === "state" && !this.leads) this.tell(message.state);
    else if (message.kind === "who") this.settle();
    else if (message.kind === "bye") {
      if (this.others.delete(message.tab)) this.settle();
    } else if (message.kind === "want" && this.leads) {
      this.others.set(message.tab, { interest: message.interest, heard: Date.now() });
      this.settle();
      this.say({ kind: "state", state: this.state });
    }
  }

  /** Tell of a change that is one: a stream that begins anew says how everything is. */
  private pass(change: Change): void {
    if (this.paused) return;
    const known = this.revisions.get(change.run);
    this.revisions.set(change.run, change.revision);
    if (known === change.revision) return;
    for (const listener of this.listeners) listener(change);
  }

  private publish(state: LiveState): void {
    this.tell(state);
    this.say({ kind: "state", state });
  }

  private tell(state: LiveState): void {
    if (this.state === state) return;
    this.state = state;
    for (const watcher of this.watchers) watcher();
  }

  private say(message: Message): void {
    this.channel?.postMessage(message);
  }
}
