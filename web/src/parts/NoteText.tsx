/** A note, as it is read. */

import { useMemo } from "react";
import { rendered } from "./noteHtml";

export function NoteText({ text, run }: { text: string; run?: string | undefined }) {
  const html = useMemo(() => rendered(text, run), [text, run]);
  // biome-ignore lint/security/noDangerouslySetInnerHtml: it is markdown-it's output with `html: false`
  return <div className="note-text" dangerouslySetInnerHTML={{ __html: html }} />;
}
