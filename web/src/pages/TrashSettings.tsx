/** The trash: what is in it, what deleting it frees, the way back and the way out. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ApiError, ask, type Schemas } from "../api/client";
import { meQuery } from "../api/queries";
import { type Storage, storageQuery, type Trashed, trashQuery } from "../api/workspace";
import { bytes, count, many } from "../look/numbers";
import { ago, iso } from "../look/times";
import { Confirmation } from "../parts/Confirmation";
import { Failure, Skeleton } from "../parts/Failure";
import { useNow } from "../parts/now";

type Things = Partial<Schemas["Things"]>;
const MOST_ROWS = 500;

/** One name for a thing, the same in the trash and in what it frees. */
function keyOf(kind: string, id: string, name: string, isOutput: boolean | null): string {
  return kind === "artifact" ? `${kind} ${id} ${isOutput} ${name}` : `${kind} ${id}`;
}

/** What deleting each thing frees, by its key; what lies in another thing there is not in it. */
export function freesOf(trash: Storage["trash"] | undefined): ReadonlyMap<string, number> {
  return new Map(trash?.items.map((one) => [keyOf(one.kind, one.id, one.name, one.is_output), one.frees_bytes]));
}

/** What must be deleted that the trash is empty: experiments, with the runs in them, then single runs and artifacts. */
export function emptying(trash: Storage["trash"]): Things[] {
  const runs = trash.items.filter((one) => one.kind === "run").map((one) => one.id);
  return [
    ...trash.items.filter((one) => one.kind === "experiment").map((one) => ({ experiment: one.id })),
    ...(runs.length > 0 ? [{ runs }] : []),
    ...trash.items
      .filter((one) => one.kind === "artifact")
      .map((one) => ({ artifact: { run: one.id, name: one.name, is_output: one.is_output } })),
  ];
}

function thingsOf(one: Trashed): Things {
  if (one.kind === "experiment") return { experiment: one.id };
  if (one.kind === "run") return { runs: [one.id] };
  return { artifact: { run: one.id, name: one.name, is_output: one.is_output } };
}

/** What is lost with a thing. */
export function lossOf(one: Trashed): string {
  if (one.kind === "experiment") {
    return one.run_count === 0
      ? `The experiment ${one.name}, which has no runs, with its note and tags.`
      : `The experiment ${one.name} with ${many(one.run_count, "run")}: all their points, parameters, tags, notes and artifacts.`;
  }
  if (one.kind === "run") return `The run ${one.name}: its points, parameters, tags, note and artifacts.`;
  return `The artifact ${one.name} of ${one.run}.`;
}

export function TrashSettings() {
  const trash = useQuery(trashQuery);
  const storage = useQuery(storageQuery);
  const me = useQuery(meQuery);
  const now_ms = useNow();
  const client = useQueryClient();
  const [doomed, setDoomed] = useState<Trashed | "everything" | null>(null);
  const [done, setDone] = useState("");
  const renew = () =>
    Promise.all(
      [["trash"], ["storage"], ["experiments"], ["runs"], ["run"]].map((queryKey) =>
        client.invalidateQueries({ queryKey }),
      ),
    );
  if (trash.isPending) return <Skeleton lines={6} label="Reading the trash" />;
  if (trash.data === undefined) {
    return <Failure what="The trash can't be read." error={trash.error} retry={() => void trash.refetch()} />;
  }
  const said = done !== "" && (
    <p className="note" role="status">
      {done}
    </p>
  );
  if (trash.data.length === 0) {
    return (
      <>
        {said}
        <div className="empty dim">
          <p>The trash is empty.</p>
          <p>Runs get here from the table of their experiment, by Session.trash() or by assay trash.</p>
        </div>
      </>
    );
  }
  const frees = freesOf(storage.data?.trash);
  const mayWrite = me.data !== undefined && me.data.role !== "viewer";
  const mayDelete = me.data?.role === "admin";
  return (
    <>
      <div className="bar">
        <span>
          {many(trash.data.length, "thing")}
          {storage.data !== undefined && (
            <>
              ; emptying the trash frees <strong>{bytes(storage.data.trash.frees_bytes)}</strong>
            </>
          )}
        </span>
        <span className="spring" />
        {mayDelete && storage.data !== undefined && (
          <button type="button" className="button" onClick={() => setDoomed("everything")}>
            Empty the trash
          </button>
        )}
      </div>
      {storage.isError && (
        <p className="problem" role="alert">
          What deleting frees can't be measured: {storage.error.message}
        </p>
      )}
      {said}
      <div className="list-scroll">
        <table className="list trash-list">
          <thead>
            <tr>
              <th>What</th>
              <th>Name</th>
              <th className="wide-only">Trashed</th>
              <th className="number">Frees</th>
              <th>
                <span className="unseen">Acts</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {trash.data.slice(0, MOST_ROWS).map((one) => {
              const key = keyOf(one.kind, one.id, one.name, one.is_output);
              const size = frees.get(key);
              return (
                <tr key={`${key} ${one.trashed_us}`}>
                  <td className="dim">{one.kind}</td>
                  <td>
                    {one.kind === "artifact" && <span className="dim">{one.run}: </span>}
                    {one.name}
                    {one.kind === "experiment" && <span className="dim"> with {many(one.run_count, "run")}</span>}
                  </td>
                  <td className="dim wide-only" title={iso(one.trashed_us)}>
                    {ago(one.trashed_us, now_ms)}
                  </td>
                  <td className="number" title={size === undefined ? undefined : `${count(size)} bytes`}>
                    {size !== undefined ? (
                      bytes(size)
                    ) : (
                      <span className="dim">{storage.data === undefined ? "…" : "with what it is in"}</span>
                    )}
                  </td>
                  <td className="acts">
                    {mayWrite && (
                      <Restore
                        thing={one}
                        onDone={(name) => {
                          setDone(`${name} is back.`);
                          void renew();
                        }}
                      />
                    )}
                    {mayDelete && (
                      <button type="button" className="link bad" onClick={() => setDoomed(one)}>
                        Delete<span className="unseen"> {one.name} for good</span>
                      </button>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {trash.data.length > MOST_ROWS && (
        <p className="dim">and {count(trash.data.length - MOST_ROWS)} more, trashed longer ago</p>
      )}
      <p className="dim">
        {storage.data?.keep_days != null && "What has been here for 30 days goes by itself. "}
        The bytes of deleted artifacts are given back by the next collection: assay gc, or once a day where runs are
        kept for a number of days.
      </p>
      {doomed !== null && (
        <Deletion
          things={
            doomed === "everything"
              ? emptying(storage.data?.trash ?? { things: 0, frees_bytes: 0, items: [] })
              : [thingsOf(doomed)]
          }
          title={
            doomed === "everything" ? `Empty the trash: ${many(trash.data.length, "thing")}` : `Delete ${doomed.name}`
          }
          loses={doomed === "everything" ? trash.data.map(lossOf) : [lossOf(doomed)]}
          frees={
            doomed === "everything"
              ? storage.data?.trash.frees_bytes
              : frees.get(keyOf(doomed.kind, doomed.id, doomed.name, doomed.is_output))
          }
          close={() => setDoomed(null)}
          onDone={() => {
            setDone(doomed === "everything" ? "The trash was emptied." : `${doomed.name} was deleted for good.`);
            setDoomed(null);
            void renew();
          }}
          onChanged={() => void renew()}
        />
      )}
    </>
  );
}

function Restore({ thing, onDone }: { thing: Trashed; onDone: (name: string) => void }) {
  const [name, setName] = useState("");
  const restore = useMutation<Schemas["Done"], ApiError>({
    mutationFn: () =>
      ask("/v1/trash/restore", { body: { ...thingsOf(thing), ...(name.trim() === "" ? {} : { name: name.trim() }) } }),
    onSuccess: ({ names }) => onDone(names[0] ?? thing.name),
  });
  const isTaken = restore.isError && thing.kind !== "artifact" && restore.error.message.includes("another name");
  return (
    <>
      <button type="button" className="link" disabled={restore.isPending} onClick={() => restore.mutate()}>
        Restore<span className="unseen"> {thing.name}</span>
      </button>
      {isTaken && (
        <input
          className="field"
          aria-label={`Another name for ${thing.name}`}
          placeholder="another name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") restore.mutate();
          }}
        />
      )}
      {restore.isError && (
        <span className="problem" role="alert">
          {restore.error.message}
        </span>
      )}
    </>
  );
}

interface DeletionProps {
  readonly things: readonly Things[];
  readonly title: string;
  readonly loses: readonly string[];
  readonly frees: number | undefined;
  readonly close: () => void;
  readonly onDone: () => void;
  /** When some of it is gone, though not all. */
  readonly onChanged: () => void;
}

const LOSSES_SHOWN = 5;

function Deletion({ things, title, loses, frees, close, onDone, onChanged }: DeletionProps) {
  const deletion = useMutation<void, ApiError>({
    mutationFn: async () => {
      for (const body of things) await ask("/v1/trash/delete", { body });
    },
    onSuccess: onDone,
    onError: onChanged,
  });
  return (
    <Confirmation title={title} act="Delete for good" doing={deletion} close={close}>
      <p>Lost for good, and nobody can bring it back:</p>
      <ul className="losses">
        {loses.slice(0, LOSSES_SHOWN).map((one) => (
          <li key={one}>{one}</li>
        ))}
        {loses.length > LOSSES_SHOWN && <li>and {count(loses.length - LOSSES_SHOWN)} more.</li>}
      </ul>
      <p>
        {frees === undefined ? (
          "It goes with what it is in."
        ) : (
          <>
            Deleting this frees <strong>{bytes(frees)}</strong>.
          </>
        )}
      </p>
    </Confirmation>
  );
}
