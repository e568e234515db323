/** Tags of many runs at once: what they have, what each gets, what each loses. */

import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { type ApiError, ask, type Schemas } from "../api/client";
import { many } from "../look/numbers";
import { Dialog } from "./Dialog";
import { Failure, Skeleton } from "./Failure";
import { Icon } from "./Icon";
import { useRetag } from "./retag";
import { type CommonTag, commonTags, KEY_LENGTH, tagProblem, VALUE_LENGTH } from "./tags";
import "../look/tags.css";

interface Props {
  readonly experiment: string;
  /** The ids of the runs. */
  readonly runs: readonly string[];
  /** When it is closed, whether anything was changed or not. */
  readonly onDone: () => void;
}

/** So many runs one search is asked for: a filter may have 100,000 characters. */
const RUNS_A_SEARCH = 1000;
const SHOWN_VALUES = 3;

export function TagDialog({ experiment, runs, onDone }: Props) {
  const found = useQuery<Readonly<Record<string, string>>[], ApiError>({
    queryKey: ["tags-of", runs],
    queryFn: ({ signal }) => askTags(experiment, runs, signal),
    staleTime: 0,
    gcTime: 0,
  });
  const retag = useRetag();
  const [set, setSet] = useState<Readonly<Record<string, string>>>({});
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  const common = commonTags(found.data ?? []);
  const changes = Object.keys(set).length + removed.size;
  const add = (key: string, value: string) => {
    setSet({ ...set, [key]: value });
    setRemoved(without(removed, key));
  };
  const save = () =>
    retag.mutate({ runs, set, remove: [...removed].filter((key) => !(key in set)) }, { onSuccess: onDone });
  return (
    <Dialog title="Tags" close={onDone}>
      <div className="tag-dialog">
        <h2>Tags of {many(runs.length, "run")}</h2>
        {found.isError ? (
          <Failure what="The tags can't be read." error={found.error} retry={() => void found.refetch()} />
        ) : found.data === undefined ? (
          <Skeleton lines={3} label="Reading tags" />
        ) : (
          <ul className="tag-list" aria-label="Tags">
            {common.length === 0 && Object.keys(set).length === 0 && <li className="dim">None of them has tags.</li>}
            {common
              .filter((one) => !(one.key in set))
              .map((one) => (
                <li key={one.key}>
                  <span className={`cut${removed.has(one.key) ? " tag-going" : ""}`} title={valuesOf(one)}>
                    <strong>{one.key}</strong> {valuesOf(one)}
                  </span>
                  <span className="spring" />
                  <span className="dim">{one.runs === runs.length ? "all" : `${one.runs} of ${runs.length}`}</span>
                  <button
                    type="button"
                    className="link"
                    onClick={() =>
                      setRemoved(removed.has(one.key) ? without(removed, one.key) : new Set([...removed, one.key]))
                    }
                  >
                    {removed.has(one.key) ? "keep" : "remove"}
                    <span className="unseen"> {one.key}</span>
                  </button>
                </li>
              ))}
            {Object.entries(set).map(([key, value]) => (
              <li key={key}>
                <span className="cut" title={value}>
                  <strong>{key}</strong> {value}
                </span>
                <span className="spring" />
                <span className="dim">all get it</span>
                <button
                  type="button"
                  className="link"
                  onClick={() => setSet(Object.fromEntries(Object.entries(set).filter(([one]) => one !== key)))}
                >
                  undo<span className="unseen"> {key}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
        <TagForm known={common} onAdd={add} />
        {retag.isError && (
          <p className="problem" role="alert">
            {retag.error.message}
          </p>
        )}
        <div className="dialog-acts">
          <button type="button" className="button" onClick={onDone}>
            Cancel
          </button>
          <button
            type="button"
            className="button button-main"
            disabled={changes === 0 || retag.isPending}
            onClick={save}
          >
            Change {many(runs.length, "run")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

interface FormProps {
  readonly known: readonly CommonTag[];
  readonly onAdd: (key: string, value: string) => void;
}

/** A key and a value that become a tag. */
export function TagForm({ known, onAdd }: FormProps) {
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const [isAsked, setAsked] = useState(false);
  const keys = useId();
  const values = useId();
  const problem = tagProblem(key, value);
  return (
    <form
      className="tag-form"
      onSubmit={(event) => {
        event.preventDefault();
        setAsked(problem !== null);
        if (problem !== null) return;
        onAdd(key.trim(), value);
        setKey("");
        setValue("");
        event.currentTarget.querySelector("input")?.focus();
      }}
    >
      <input
        className="field"
        aria-label="Key"
        placeholder="key"
        list={keys}
        maxLength={KEY_LENGTH * 2}
        value={key}
        onChange={(event) => setKey(event.target.value)}
      />
      <datalist id={keys}>
        {known.map((one) => (
          <option key={one.key} value={one.key} />
        ))}
      </datalist>
      <input
        className="field"
        aria-label="Value"
        placeholder="value"
        list={values}
        maxLength={VALUE_LENGTH * 2}
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
      <datalist id={values}>
        {known
          .find((one) => one.key === key)
          ?.values.map((one) => (
            <option key={one} value={one} />
          ))}
      </datalist>
      <button type="submit" className="button">
        <Icon name="check" /> Set
      </button>
      {isAsked && problem !== null && (
        <span className="problem" role="alert">
          {problem}
        </span>
      )}
    </form>
  );
}

async function askTags(
  experiment: string,
  runs: readonly string[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>[]> {
  const found: Readonly<Record<string, string>>[] = [];
  for (let start = 0; start < runs.length; start += RUNS_A_SEARCH) {
    const some = runs.slice(start, start + RUNS_A_SEARCH);
    const filter = `id in (${some.map((uid) => `'${uid}'`).join(", ")})`;
    const { items } = await ask<Schemas["FoundList"]>("/v1/search", {
      body: { experiment_names: [experiment], filter, limit: RUNS_A_SEARCH },
      signal,
    });
    found.push(...items.map((run) => run.tags));
  }
  return found;
}

function valuesOf({ values }: CommonTag): string {
  const shown = values.slice(0, SHOWN_VALUES).join(", ");
  return values.length > SHOWN_VALUES ? `${shown} and ${values.length - SHOWN_VALUES} more` : shown;
}

function without<T>(some: ReadonlySet<T>, one: T): ReadonlySet<T> {
  return new Set([...some].filter((other) => other !== one));
}
