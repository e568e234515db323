/** Editing a note: a field, what it will look like, and what somebody else wrote meanwhile. */

import { useMutation } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import { type Draft, draftOf, dropDraft, isOthers, keepDraft } from "./drafts";
import type { NoteSource } from "./Note";
import { NoteText } from "./NoteText";

interface Props {
  readonly source: NoteSource;
  readonly onDone: () => void;
}

export function NoteEditor({ source, onDone }: Props) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(source.key) ?? { base: source.text, text: source.text });
  const [theirs, setTheirs] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const shown = useDeferredValue(draft.text);
  const change = (next: Draft) => {
    setDraft(next);
    keepDraft(source.key, next);
  };
  useEffect(() => {
    const element = field.current;
    element?.focus();
    element?.setSelectionRange(element.value.length, element.value.length);
  }, []);
  const save = useMutation<boolean, Error, Draft>({
    mutationFn: async (wanted) => {
      const now = await source.read();
      if (isOthers(wanted, now)) {
        setTheirs(now);
        return false;
      }
      if (now !== wanted.text) await source.write(wanted.text);
      return true;
    },
    onSuccess: (isSaved) => {
      if (!isSaved) return;
      dropDraft(source.key);
      onDone();
    },
  });
  const newer = theirs ?? (isOthers(draft, source.text) ? source.text : null);
  const isSame = draft.text === draft.base;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the field within
    <div
      className="note-editor"
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          if (!save.isPending) save.mutate(draft);
        } else if (event.key === "Escape") {
          event.stopPropagation();
          onDone();
        }
      }}
    >
      <div className="note-sides">
        <textarea
          ref={field}
          className="field"
          aria-label="Note, in Markdown"
          placeholder="In Markdown: **bold**, `code`, [a link](https://…), - a list"
          value={draft.text}
          onChange={(event) => change({ ...draft, text: event.target.value })}
        />
        <section className="note-preview" aria-label="Preview">
          {shown.trim() === "" ? (
            <p className="dim">What you write is shown here.</p>
          ) : (
            <NoteText text={shown} run={source.run} />
          )}
        </section>
      </div>
      {newer !== null && (
        <div className="note-theirs" role="alert">
          <p>
            <strong>Somebody else has changed this note meanwhile.</strong> Yours is still here. Theirs:
          </p>
          <pre>{newer === "" ? "(nothing)" : newer}</pre>
          <div className="dialog-acts">
            <button
              type="button"
              className="button"
              onClick={() => {
                const next = { base: newer, text: `${draft.text.trimEnd()}\n\n${newer}` };
                setTheirs(null);
                change(next);
              }}
            >
              Put theirs below mine
            </button>
            <button
              type="button"
              className="button"
              onClick={() => {
                dropDraft(source.key);
                onDone();
              }}
            >
              Keep theirs
            </button>
            <button
              type="button"
              className="button"
              disabled={save.isPending}
              onClick={() => {
                const next = { ...draft, base: newer };
                setTheirs(null);
                change(next);
                save.mutate(next);
              }}
            >
              Save mine in its place
            </button>
          </div>
        </div>
      )}
      <div className="dialog-acts">
        {save.isError && (
          <span className="problem" role="alert">
            Not saved: {save.error.message}
          </span>
        )}
        <span className="dim wide-only">
          <kbd>Ctrl-Enter</kbd> saves, <kbd>Esc</kbd> leaves and keeps what you wrote as a draft
        </span>
        <span className="spring" />
        <button
          type="button"
          className="button"
          onClick={() => {
            dropDraft(source.key);
            onDone();
          }}
        >
          {isSame ? "Cancel" : "Throw away"}
        </button>
        <button
          type="button"
          className="button button-main"
          disabled={save.isPending || newer !== null}
          onClick={() => save.mutate(draft)}
        >
          Save
        </button>
      </div>
    </div>
  );
}
