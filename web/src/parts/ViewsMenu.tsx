/** Saved views of an experiment: what stands in the address, kept on the server under a name for everyone. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ApiError, ask, type Schemas } from "../api/client";
import type { Texts } from "../url/text";
import type { Patch } from "../url/useTexts";
import { Icon } from "./Icon";
import { useMayWrite } from "./mayWrite";
import { Popover } from "./Popover";

type View = Schemas["ViewDocument"];

interface Props {
  readonly experiment: string;
  readonly texts: Texts;
  readonly change: (patch: Patch) => void;
}

/** What a view does not keep: it is of the moment. */
const PASSING = new Set(["sel", "but", "note", "metric", "zoom"]);

/** What of an address a view keeps. */
export function viewTexts(texts: Texts): Texts {
  return Object.fromEntries(Object.entries(texts).filter(([name, text]) => !PASSING.has(name) && text !== ""));
}

/** The change of an address that leads to a view: what it does not say is as usual. */
export function toView(texts: Texts, view: Texts): Patch {
  return { ...Object.fromEntries(Object.keys(texts).map((name) => [name, undefined])), ...view };
}

function isSame(one: Texts, other: Texts): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

export function ViewsMenu({ experiment, texts, change }: Props) {
  const views = useQuery(viewsQuery(experiment));
  const now = viewTexts(texts);
  const current = views.data?.find((view) => isSame(view.texts, now));
  return (
    <Popover label={<span className="cut group-label">{current?.name ?? "Views"}</span>} title="Saved views" side="end">
      {(close) => (
        <div className="chooser">
          {views.data?.length === 0 && (
            <p className="dim">None yet. A view keeps filter, columns, order, groups and axes for all who come here.</p>
          )}
          {views.error !== null && <p className="problem">{views.error.message}</p>}
          <ViewList
            experiment={experiment}
            views={views.data ?? []}
            current={current}
            onChosen={(view) => {
              change(toView(texts, view.texts));
              close();
            }}
          />
          <SaveForm experiment={experiment} texts={now} views={views.data ?? []} />
        </div>
      )}
    </Popover>
  );
}

function viewsQuery(experiment: string) {
  return {
    queryKey: ["views", experiment],
    queryFn: async ({ signal }: { signal: AbortSignal }) =>
      (await ask<Schemas["ViewList"]>(pathOf(experiment), { signal })).items,
    staleTime: 60_000,
  } as const;
}

function pathOf(experiment: string, name?: string): string {
  const path = `/v1/experiments/${encodeURIComponent(experiment)}/views`;
  return name === undefined ? path : `${path}/${encodeURIComponent(name)}`;
}

interface ListProps {
  readonly experiment: string;
  readonly views: readonly View[];
  readonly current: View | undefined;
  readonly onChosen: (view: View) => void;
}

function ViewList({ experiment, views, current, onChosen }: ListProps) {
  const client = useQueryClient();
  const mayWrite = useMayWrite();
  const drop = useMutation<void, ApiError, string>({
    mutationFn: (name) => ask(pathOf(experiment, name), { method: "DELETE" }),
    onSettled: () => client.invalidateQueries({ queryKey: ["views", experiment] }),
  });
  return (
    <>
      <ul className="chooser-list">
        {views.map((view) => (
          <li key={view.name}>
            <button
              type="button"
              className="link cut"
              aria-current={view === current || undefined}
              title={Object.entries(view.texts)
                .map(([name, text]) => `${name}: ${text}`)
                .join("\n")}
              onClick={() => onChosen(view)}
            >
              {view.name}
            </button>
            {mayWrite && (
              <button
                type="button"
                className="quiet"
                aria-label={`Delete the view ${view.name}`}
                title="Delete for everyone"
                disabled={drop.isPending}
                onClick={() => drop.mutate(view.name)}
              >
                <Icon name="cross" />
              </button>
            )}
          </li>
        ))}
      </ul>
      {drop.error !== null && (
        <p className="problem" role="alert">
          {drop.error.message}
        </p>
      )}
    </>
  );
}

interface SaveProps {
  readonly experiment: string;
  readonly texts: Texts;
  readonly views: readonly View[];
}

function SaveForm({ experiment, texts, views }: SaveProps) {
  const client = useQueryClient();
  const mayWrite = useMayWrite();
  const [name, setName] = useState("");
  const save = useMutation<View, ApiError>({
    mutationFn: () => ask(pathOf(experiment, name.trim()), { method: "PUT", body: { texts } }),
    onSuccess: () => {
      setName("");
      return client.invalidateQueries({ queryKey: ["views", experiment] });
    },
  });
  if (!mayWrite) return null;
  const isThere = views.some((view) => view.name === name.trim());
  return (
    <form
      className="view-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "") save.mutate();
      }}
    >
      <input
        className="field"
        aria-label="Name of the view"
        placeholder="Save this view as"
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="button" disabled={name.trim() === "" || save.isPending}>
        {isThere ? "Replace" : "Save"}
      </button>
      {save.error !== null && (
        <p className="problem" role="alert">
          {save.error.message}
        </p>
      )}
    </form>
  );
}
