/** Tabs, moved through by the arrow keys. */

import { useRef } from "react";
import { count } from "../look/numbers";

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly count?: number;
}

interface Props {
  readonly tabs: readonly Tab[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
  readonly label: string;
}

export function Tabs({ tabs, chosen, onChoose, label }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const keyed = (event: React.KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    const at = (tabs.findIndex((one) => one.id === chosen) + by + tabs.length) % tabs.length;
    const next = tabs[at];
    if (next === undefined) return;
    onChoose(next.id);
    list.current?.querySelectorAll<HTMLButtonElement>("[role=tab]")[at]?.focus();
  };
  return (
    <div className="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={keyed}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          id={`tab-${tab.id}`}
          aria-selected={tab.id === chosen}
          aria-controls={tab.id === chosen ? `panel-${tab.id}` : undefined}
          tabIndex={tab.id === chosen ? 0 : -1}
          onClick={() => onChoose(tab.id)}
        >
          {tab.label}
          {tab.count !== undefined && <span className="dim"> {count(tab.count)}</span>}
        </button>
      ))}
    </div>
  );
}
