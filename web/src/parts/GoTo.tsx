/** The way to any experiment or run, by a part of its name. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import { ask, type Schemas } from "../api/client";
import { experimentsQuery } from "../api/queries";
import { many } from "../look/numbers";
import { Dialog } from "./Dialog";

const MOST = 8;

interface Place {
  readonly key: string;
  readonly label: string;
  readonly note: string;
  readonly go: () => void;
}

export function GoTo({ close }: { close: () => void }) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const navigate = useNavigate();
  const wanted = useDeferredValue(text.trim().toLowerCase());
  const experiments = useQuery(experimentsQuery);
  const pattern = `%${wanted.replace(/[\\%_]/g, "\\$&").replaceAll("'", "''")}%`;
  const runs = useQuery({
    queryKey: ["go", wanted],
    enabled: wanted !== "",
    queryFn: ({ signal }) =>
      ask<Schemas["FoundList"]>("/v1/search", {
        body: { filter: `name ilike '${pattern}' or id = '${wanted.replaceAll("'", "''")}'`, limit: MOST },
        signal,
      }),
  });
  const places: Place[] = [
    ...(experiments.data ?? [])
      .filter((one) => one.name.includes(wanted) || one.display_name.toLowerCase().includes(wanted))
      .slice(0, MOST)
      .map((one) => ({
        key: one.uid,
        label: one.display_name || one.name,
        note: many(one.run_count, "run"),
        go: () => void navigate({ to: "/experiments/$name", params: { name: one.name } }),
      })),
    ...(runs.data?.items ?? []).map((one) => ({
      key: one.uid,
      label: one.display_name || one.name,
      note: `run in ${one.experiment_name}`,
      go: () => void navigate({ to: "/runs/$uid", params: { uid: one.uid } }),
    })),
  ];
  const go = (place: Place | undefined) => {
    if (place === undefined) return;
    close();
    place.go();
  };
  const keyed = (event: React.KeyboardEvent) => {
    if (event.key === "Enter") go(places[chosen]);
    else if (event.key === "ArrowDown") setChosen((one) => Math.min(places.length - 1, one + 1));
    else if (event.key === "ArrowUp") setChosen((one) => Math.max(0, one - 1));
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Go to" close={close}>
      <input
        className="go-text"
        type="text"
        role="combobox"
        aria-expanded={places.length > 0}
        aria-controls="go-places"
        aria-activedescendant={places.length > 0 ? `go-${chosen}` : undefined}
        aria-label="Go to an experiment or a run"
        placeholder="Go to an experiment or a run"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(0);
        }}
        onKeyDown={keyed}
      />
      <div className="go-places" id="go-places" role="listbox" aria-label="Places">
        {places.map((place, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the text field takes the keys
          <div
            key={place.key}
            id={`go-${at}`}
            role="option"
            aria-selected={at === chosen}
            tabIndex={-1}
            onPointerMove={() => setChosen(at)}
            onClick={() => go(place)}
          >
            <span className="cut">{place.label}</span> <span className="dim">{place.note}</span>
          </div>
        ))}
      </div>
      {places.length === 0 && wanted !== "" && !runs.isFetching && (
        <p className="dim go-none">Nothing has “{wanted}” in its name.</p>
      )}
    </Dialog>
  );
}
