/** A button that copies a text. */

import { useState } from "react";
import { Icon } from "./Icon";

export function Copy({ text, what }: { text: string; what: string }) {
  const [isDone, setDone] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
      setTimeout(() => setDone(false), 1500);
    } catch {
      setDone(false); // not allowed here: the text stands beside the button
    }
  };
  return (
    <button
      type="button"
      className="quiet"
      onClick={() => void copy()}
      title={`Copy ${what}`}
      aria-label={`Copy ${what}`}
    >
      <Icon name={isDone ? "check" : "copy"} />
    </button>
  );
}
