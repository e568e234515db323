/** Putting runs into the trash, and back out of it right away where that was a mistake. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type ApiError, ask, type Schemas } from "../api/client";
import { meQuery } from "../api/queries";
import { freesQuery } from "../api/workspace";
import { bytes, count, many } from "../look/numbers";

interface Props {
  readonly experiment: string;
  readonly runs: readonly string[];
  readonly onDone: () => void;
}

const UNDO_MS = 12_000;

/** For those who may; to others it is not shown. */
export function TrashButton({ experiment, runs, onDone }: Props) {
  const client = useQueryClient();
  const me = useQuery(meQuery);
  const [trashed, setTrashed] = useState<readonly string[]>([]);
  const frees = useQuery({ ...freesQuery(trashed), enabled: trashed.length > 0 });
  const renew = () => client.invalidateQueries({ queryKey: ["runs", experiment] });
  const trash = useMutation<Schemas["Done"], ApiError>({
    mutationFn: () => ask("/v1/trash/trash", { body: { runs } }),
    onSuccess: () => {
      setTrashed(runs);
      onDone();
      return renew();
    },
  });
  const restore = useMutation<Schemas["Done"], ApiError>({
    mutationFn: () => ask("/v1/trash/restore", { body: { runs: trashed } }),
    onSuccess: () => {
      setTrashed([]);
      return renew();
    },
  });
  useEffect(() => {
    if (trashed.length === 0) return;
    const timer = setTimeout(() => setTrashed([]), UNDO_MS);
    return () => clearTimeout(timer);
  }, [trashed]);
  const error = trash.error ?? restore.error;
  if (me.data === undefined || me.data.role === "viewer") return null;
  return (
    <>
      {runs.length > 0 && (
        <button type="button" className="button" disabled={trash.isPending} onClick={() => trash.mutate()}>
          Trash {count(runs.length)}
        </button>
      )}
      {trashed.length > 0 && runs.length === 0 && (
        <span role="status">
          {many(trashed.length, "run")} in the trash
          {frees.data !== undefined &&
            `; deleting ${trashed.length === 1 ? "it" : "them"} frees ${bytes(frees.data.bytes)}`}{" "}
          <button type="button" className="link" disabled={restore.isPending} onClick={() => restore.mutate()}>
            undo
          </button>
        </span>
      )}
      {error !== null && (
        <span className="problem" role="alert">
          {error.message}
        </span>
      )}
    </>
  );
}
