/** The filter, in the project's language: completion while it is typed, and the server's word on what can't be read. */

import { useEffect, useId, useRef, useState } from "react";
import { ApiError } from "../api/client";
import { isExported } from "../api/exported";
import { type Completion, complete, type ValuesOf } from "./completion";
import { Icon } from "./Icon";
import { keepFilter, recentFilters } from "./recentFilters";

interface Props {
  /** Whose last filters are offered. */
  readonly experiment?: string;
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
  readonly names: Readonly<Record<"params" | "metrics" | "tags", readonly string[]>>;
  readonly valuesOf?: ValuesOf;
  readonly error: Error | null;
}

/** It is the server that filters: a saved page has none. */
export function FilterBar(props: Props) {
  return isExported() ? null : <Bar {...props} />;
}

function Bar({ experiment = "", filter, onFilter, names, valuesOf, error }: Props) {
  const [text, setText] = useState(filter);
  const [found, setFound] = useState<Completion | null>(null);
  const [chosen, setChosen] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  useEffect(() => setText(filter), [filter]);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);

  const apply = (value: string) => {
    const next = value.trim();
    if (next !== filter) onFilter(next);
    keepFilter(experiment, next);
  };
  const recent = (): Completion | null => {
    const words = recentFilters(experiment).filter((one) => one !== text);
    setChosen(-1);
    return words.length === 0 ? null : { start: 0, end: text.length, words, isRecent: true };
  };
  const typed = (value: string, place: number) => {
    setText(value);
    setChosen(0);
    setFound(value === "" ? recent() : complete(value, place, names, valuesOf));
    if (value.trim() === "" && filter !== "") onFilter("");
  };
  const take = (completion: Completion, word: string) => {
    const value = text.slice(0, completion.start) + word + text.slice(completion.end);
    const place = completion.start + word.length;
    setText(value);
    setFound(null);
    if (completion.isRecent === true) {
      apply(value);
      return;
    }
    requestAnimationFrame(() => input.current?.setSelectionRange(place, place));
  };
  const keyed = (event: React.KeyboardEvent) => {
    const words = found?.words ?? [];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (words.length === 0) setFound(event.key === "ArrowDown" ? recent() : null);
      else if (event.key === "ArrowDown") setChosen((one) => (one + 1) % words.length);
      else setChosen((one) => (one <= 0 ? words.length : one) - 1);
    } else if (event.key === "Tab" && found !== null && words[chosen] !== undefined && !event.shiftKey) {
      event.preventDefault();
      take(found, words[chosen]);
    } else if (event.key === "Enter") {
      const word = words[chosen];
      setFound(null);
      if (found?.isRecent === true && word !== undefined) take(found, word);
      else apply(text);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (found !== null) setFound(null);
      else {
        setText(filter);
        input.current?.blur();
      }
    }
  };
  const isBad = error instanceof ApiError && (error.type === "FilterError" || error.status === 400);
  const lines = isBad ? error.message.split("\n") : [];
  return (
    <div className="filter">
      <Icon name="find" />
      <input
        ref={input}
        className="filter-text"
        role="combobox"
        aria-expanded={found !== null && found.words.length > 0}
        aria-controls={list}
        aria-activedescendant={found === null || chosen < 0 ? undefined : `${list}-${chosen}`}
        aria-autocomplete="list"
        aria-label="Filter runs"
        aria-invalid={isBad}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        placeholder="Filter runs: metrics.loss < 0.1 and params.lr = 0.01"
        value={text}
        onChange={(event) => typed(event.target.value, event.target.selectionStart ?? 0)}
        onKeyDown={keyed}
        onFocus={() => {
          if (text === "") setFound(recent());
        }}
        onBlur={() => {
          setFound(null);
          if (text.trim() !== filter) apply(text);
        }}
      />
      <kbd title="Press / to come here">/</kbd>
      {found !== null && found.words.length > 0 && (
        <div
          className="completions"
          id={list}
          role="listbox"
          aria-label={found.isRecent === true ? "Recent filters" : "What fits here"}
        >
          {found.words.map((word, at) => (
            <div
              key={word}
              id={`${list}-${at}`}
              role="option"
              aria-selected={at === chosen}
              tabIndex={-1}
              onPointerDown={(event) => {
                event.preventDefault();
                take(found, word);
              }}
            >
              {word}
            </div>
          ))}
        </div>
      )}
      {isBad && (
        <div className="filter-error" role="alert">
          <p>{lines[0]}</p>
          {lines.length > 1 && <pre>{lines.slice(1).join("\n")}</pre>}
        </div>
      )}
    </div>
  );
}
