/** A note on a run or an experiment, read and edited in place. */

import { useState } from "react";
import { draftOf, dropDraft } from "./drafts";
import { Skeleton } from "./Failure";
import { Icon } from "./Icon";
import { late } from "./late";
import "../look/note.css";

const NoteText = late(
  () => import("./NoteText").then((one) => one.NoteText),
  ({ text }) => <div className="note-text note-plain">{text}</div>,
);
const NoteEditor = late(
  () => import("./NoteEditor").then((one) => one.NoteEditor),
  () => <Skeleton lines={3} label="Opening the editor" />,
);

/** Where a note is kept. */
export interface NoteSource {
  /** Names what it is on, for the draft. */
  readonly key: string;
  /** What it says, as far as the page knows. */
  readonly text: string;
  /** What it says now. */
  readonly read: () => Promise<string>;
  readonly write: (text: string) => Promise<void>;
  /** The run whose artifacts it may show. */
  readonly run?: string;
}

interface Props {
  readonly source: NoteSource;
  readonly mayWrite: boolean;
  readonly isEditing: boolean;
  readonly onEditing: (isEditing: boolean) => void;
  /** As long as it is not opened, one line is all that is seen of it. */
  readonly isLine?: boolean;
}

/** A text longer than this may not fit in a line. */
const LINE = 110;

export function Note({ source, mayWrite, isEditing, onEditing, isLine = false }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [, setDropped] = useState(0);
  if (isEditing && mayWrite) {
    return <NoteEditor source={source} onDone={() => onEditing(false)} />;
  }
  const hasDraft = mayWrite && draftOf(source.key) !== null;
  const isLong = isLine && (source.text.trim().includes("\n") || source.text.length > LINE);
  const isCut = isLong && !isOpen;
  if (source.text.trim() === "" && !mayWrite) return null;
  return (
    <div className={`note${isLine ? " note-line" : ""}${isCut ? " note-cut" : ""}`}>
      {source.text.trim() !== "" && <NoteText text={source.text} run={source.run} />}
      <div className="note-acts">
        {isLong && (
          <button type="button" className="link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? "less" : "more"}
          </button>
        )}
        {hasDraft ? (
          <span>
            <button type="button" className="link" onClick={() => onEditing(true)}>
              your unsaved draft
            </button>{" "}
            <button
              type="button"
              className="link"
              onClick={() => {
                dropDraft(source.key);
                setDropped((one) => one + 1);
              }}
            >
              throw away
            </button>
          </span>
        ) : (
          mayWrite &&
          (source.text.trim() === "" ? (
            <button type="button" className="link" onClick={() => onEditing(true)}>
              Add a note
            </button>
          ) : (
            <button
              type="button"
              className="quiet"
              title="Edit the note"
              aria-label="Edit the note"
              onClick={() => onEditing(true)}
            >
              <Icon name="edit" />
            </button>
          ))
        )}
      </div>
    </div>
  );
}
