/** That a run is in the trash, and the way out of it. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ApiError, ask, type Schemas } from "../api/client";
import { minute } from "../look/times";
import { useMayWrite } from "./mayWrite";
import { useNow } from "./now";

export function TrashedNote({ uid, trashed_us }: { uid: string; trashed_us: number }) {
  const client = useQueryClient();
  const mayWrite = useMayWrite();
  const now_ms = useNow();
  const restore = useMutation<Schemas["Done"], ApiError>({
    mutationFn: () => ask("/v1/trash/restore", { body: { runs: [uid] } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["trash"] });
      return client.invalidateQueries({ queryKey: ["run", uid] });
    },
  });
  return (
    <div className="failure" role="alert">
      <p>
        <strong>This run is in the trash</strong> since {minute(trashed_us, now_ms)}.
      </p>
      {restore.isError && <p className="problem">{restore.error.message}</p>}
      {mayWrite && (
        <button type="button" className="button" disabled={restore.isPending} onClick={() => restore.mutate()}>
          Restore it
        </button>
      )}
    </div>
  );
}
