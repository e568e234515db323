/** What stands around every page: where one is, how live it is, the way to everywhere, the theme. */

import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { onSignedOut } from "../api/client";
import { isExported } from "../api/exported";
import { type Choice, choose, useChoice } from "../look/theme";
import { Crumbs } from "./Crumbs";
import { Icon } from "./Icon";
import { late } from "./late";
import { live, useLiveState } from "./live";
import { SavedFoot, SavedNote } from "./SavedNote";

const SignIn = late(() => import("../pages/SignIn").then((one) => one.SignIn));
const GoTo = late(() => import("./GoTo").then((one) => one.GoTo));
const Keys = late(() => import("./Keys").then((one) => one.Keys));

export function Shell() {
  const [isSignedOut, setSignedOut] = useState(false);
  const [open, setOpen] = useState<"go" | "keys" | null>(null);
  const client = useQueryClient();
  const router = useRouter();
  useEffect(() => onSignedOut(() => setSignedOut(true)), []);
  useEffect(() => {
    const keyed = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setOpen("go");
      } else if (event.key === "?" && !isTyping) setOpen("keys");
    };
    addEventListener("keydown", keyed);
    return () => removeEventListener("keydown", keyed);
  }, []);
  if (isSignedOut) {
    return (
      <SignIn
        onDone={() => {
          setSignedOut(false);
          client.clear();
          live.reconnect();
          void router.invalidate();
        }}
      />
    );
  }
  return (
    <div className="shell">
      <button type="button" className="skip" onClick={skip}>
        Skip to content
      </button>
      <header className="top">
        <Link to="/" className="mark" aria-label="Assay: all experiments">
          <svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
            <path
              d="M1.5 13 5.5 4.5l3 5.2L10.5 6l4 7"
              fill="none"
              stroke="var(--accent)"
              strokeWidth="1.8"
              strokeLinejoin="round"
              strokeLinecap="round"
            />
          </svg>
          <span>Assay</span>
        </Link>
        <Crumbs />
        <span className="spring" />
        {isExported() ? <SavedNote /> : <LiveNote />}
        <button
          type="button"
          className="quiet"
          onClick={() => setOpen("go")}
          title="Go to a run or an experiment (Ctrl-K)"
          aria-label="Go to a run or an experiment"
        >
          <Icon name="find" />
        </button>
        {!isExported() && (
          <Link to="/settings" className="quiet" title="Settings: storage, trash, tokens" aria-label="Settings">
            <Icon name="tune" />
          </Link>
        )}
        <ThemeButton />
      </header>
      <main className="content" id="content" tabIndex={-1}>
        <Outlet />
      </main>
      {isExported() && <SavedFoot />}
      {open === "go" && <GoTo close={() => setOpen(null)} />}
      {open === "keys" && <Keys close={() => setOpen(null)} />}
    </div>
  );
}

function skip(): void {
  document.getElementById("content")?.focus();
}

function LiveNote() {
  const state = useLiveState();
  if (state === "lost") {
    return (
      <button
        type="button"
        className="live live-lost"
        onClick={() => live.reconnect()}
        title="The server does not answer; the page tries again by itself"
      >
        Connection lost, trying again
      </button>
    );
  }
  const isPaused = state === "paused";
  return (
    <button
      type="button"
      className={`live live-${state}`}
      aria-pressed={isPaused}
      onClick={() => live.pause(!isPaused)}
      title={isPaused ? "Follow runs as they go" : "Hold still"}
    >
      <Icon name={isPaused ? "play" : "pause"} />
      <span>{isPaused ? "Paused" : "Live"}</span>
    </button>
  );
}

const NEXT: Readonly<Record<Choice, Choice>> = { system: "light", light: "dark", dark: "system" };

function ThemeButton() {
  const chosen = useChoice();
  const icon = { system: "system", light: "sun", dark: "moon" } as const;
  return (
    <button
      type="button"
      className="quiet"
      onClick={() => choose(NEXT[chosen])}
      title={`Theme: ${chosen}`}
      aria-label={`Theme: ${chosen}. Change to ${NEXT[chosen]}`}
    >
      <Icon name={icon[chosen]} />
    </button>
  );
}
