/** The note on an experiment, in a line at its head. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { ask, type Schemas } from "../api/client";
import { type Experiment, experimentsQuery } from "../api/queries";
import { useMayWrite } from "../parts/mayWrite";
import { Note, type NoteSource } from "../parts/Note";
import { useTexts } from "../url/useTexts";

export function ExperimentNote({ name }: { name: string }) {
  const [texts, change] = useTexts();
  const mayWrite = useMayWrite();
  const client = useQueryClient();
  const experiments = useQuery(experimentsQuery);
  const description = experiments.data?.find((one) => one.name === name)?.description;
  const source = useMemo<NoteSource>(() => {
    const readAll = () => client.fetchQuery({ ...experimentsQuery, staleTime: 0 });
    const read = async () => found(await readAll(), name);
    return {
      key: `experiment.${name}`,
      text: description ?? "",
      read: async () => (await read()).description,
      write: async (text) => {
        const { uid, display_name, tags, created_us } = await read();
        const body: Schemas["SavedExperiment"] = { uid, display_name, tags, created_us, description: text };
        const saved = await ask<Experiment>(`/v1/experiments/${encodeURIComponent(name)}`, { method: "PUT", body });
        client.setQueryData<Experiment[]>(experimentsQuery.queryKey, (before) =>
          before?.map((one) => (one.name === name ? { ...one, description: saved.description } : one)),
        );
      },
    };
  }, [name, description, client]);
  const isEditing = texts.note === "edit";
  // The way to a first note stands at the experiment's name: a line of nothing would take a row from the table.
  const isThere = description !== undefined && (description.trim() !== "" || isEditing);
  return (
    <div className="experiment-note">
      {isThere && (
        <Note
          source={source}
          mayWrite={mayWrite}
          isEditing={isEditing}
          onEditing={(is) => change({ note: is ? "edit" : undefined }, is)}
          isLine
        />
      )}
    </div>
  );
}

function found(experiments: readonly Experiment[], name: string): Experiment {
  const one = experiments.find((other) => other.name === name);
  if (one === undefined) throw new Error(`There is no experiment ${name} any more.`);
  return one;
}
