/** A run's tags, and the way to change them. */

import { useState } from "react";
import type { Run } from "../api/queries";
import { Icon } from "./Icon";
import { useMayWrite } from "./mayWrite";
import { useRetag } from "./retag";
import { TagForm } from "./TagDialog";
import { shownTags, tagProblem, VALUE_LENGTH } from "./tags";
import "../look/tags.css";

export function RunTags({ run }: { run: Run }) {
  const mayWrite = useMayWrite();
  const retag = useRetag();
  const [editing, setEditing] = useState<string | null>(null);
  const [isAdding, setAdding] = useState(false);
  const entries = shownTags(run.tags);
  if (entries.length === 0 && !mayWrite) return null;
  return (
    <>
      <div className="head-line">
        <h2>Tags</h2> <span className="dim">{entries.length || "none"}</span>
        {mayWrite && (
          <button type="button" className="link" aria-expanded={isAdding} onClick={() => setAdding(!isAdding)}>
            {isAdding ? "done" : "add"}
          </button>
        )}
      </div>
      {isAdding && mayWrite && (
        <TagForm known={[]} onAdd={(key, value) => retag.mutate({ runs: [run.uid], set: { [key]: value } })} />
      )}
      {retag.isError && (
        <p className="problem" role="alert">
          {retag.error.message}
        </p>
      )}
      <table className="facts">
        <tbody>
          {entries.map(([key, value]) => (
            <tr key={key}>
              <th scope="row">{key}</th>
              <td>
                {editing === key ? (
                  <ValueField
                    label={`Value of ${key}`}
                    value={value}
                    onDone={(text) => {
                      setEditing(null);
                      if (text !== null && text !== value && tagProblem(key, text) === null) {
                        retag.mutate({ runs: [run.uid], set: { [key]: text } });
                      }
                    }}
                  />
                ) : (
                  <div className="tag-line">
                    <span>{value}</span>
                    {mayWrite && (
                      <>
                        <button
                          type="button"
                          className="quiet"
                          aria-label={`Change the value of ${key}`}
                          title="Change"
                          onClick={() => setEditing(key)}
                        >
                          <Icon name="edit" />
                        </button>
                        <button
                          type="button"
                          className="quiet"
                          aria-label={`Remove the tag ${key}`}
                          title="Remove"
                          onClick={() => retag.mutate({ runs: [run.uid], remove: [key] })}
                        >
                          <Icon name="cross" />
                        </button>
                      </>
                    )}
                  </div>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  /** The text, null where it stays as it was. */
  readonly onDone: (text: string | null) => void;
}

function ValueField({ label, value, onDone }: FieldProps) {
  const [text, setText] = useState(value);
  return (
    <input
      className="field tag-value"
      aria-label={label}
      value={text}
      maxLength={VALUE_LENGTH * 2}
      ref={(element) => element?.focus()}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => onDone(text)}
      onKeyDown={(event) => {
        if (event.key === "Enter") onDone(text);
        else if (event.key === "Escape") {
          event.stopPropagation();
          onDone(null);
        }
      }}
    />
  );
}
