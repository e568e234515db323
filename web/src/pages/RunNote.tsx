/** The note on a run. */

import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { ask } from "../api/client";
import type { Run } from "../api/queries";
import { useMayWrite } from "../parts/mayWrite";
import { Note, type NoteSource } from "../parts/Note";
import { useTexts } from "../url/useTexts";

export function RunNote({ run }: { run: Run }) {
  const [texts, change] = useTexts();
  const mayWrite = useMayWrite();
  const client = useQueryClient();
  const { uid, description } = run;
  const source = useMemo<NoteSource>(
    () => ({
      key: `run.${uid}`,
      text: description,
      run: uid,
      read: async () => (await ask<Run>(`/v1/runs/${uid}`)).description,
      write: async (text) => {
        const event = { time_ns: Date.now() * 1_000_000, kind: "description", body: { text } };
        await ask(`/v1/runs/${uid}/events`, { body: { events: [event] } });
        client.setQueryData<Run>(["run", uid, "record"], (before) => before && { ...before, description: text });
      },
    }),
    [uid, description, client],
  );
  return (
    <Note
      source={source}
      mayWrite={mayWrite}
      isEditing={texts.note === "edit"}
      onEditing={(is) => change({ note: is ? "edit" : undefined }, is)}
    />
  );
}
