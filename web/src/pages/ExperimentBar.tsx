/** What can be done to the runs of an experiment's table: those that are selected, and the table itself. */

import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { isExported } from "../api/exported";
import { count } from "../look/numbers";
import { Icon } from "../parts/Icon";
import { late } from "../parts/late";
import { useMayWrite } from "../parts/mayWrite";
import { SaveFile } from "../parts/SaveFile";
import { TrashButton } from "../parts/TrashButton";
import { writeList } from "../url/text";
import { useTexts } from "../url/useTexts";

const TagDialog = late(() => import("../parts/TagDialog").then((one) => one.TagDialog));
/** More runs than these beside each other nobody can tell apart. */
const COMPARED_MOST = 100;

interface Props {
  readonly experiment: string;
  /** What is said of how many runs there are. */
  readonly told: string;
  readonly selected: readonly string[];
  readonly onLayout: () => void;
  readonly onDraw: () => void;
  readonly onUnselect: () => void;
  readonly children: ReactNode;
}

export function ExperimentBar({ experiment, told, selected, onLayout, onDraw, onUnselect, children }: Props) {
  const mayWrite = useMayWrite();
  const [texts] = useTexts();
  const [tagged, setTagged] = useState<readonly string[] | null>(null);
  return (
    <div className="bar">
      <button
        type="button"
        className="quiet"
        title="Table, list or both (h)"
        aria-label="Change how wide the table is"
        onClick={onLayout}
      >
        <Icon name="side" />
      </button>
      <Link
        className="quiet"
        to="/lineage"
        search={{ experiment } as never}
        title="Lineage: what came from what"
        aria-label="Lineage of the experiment"
      >
        <Icon name="lineage" />
      </Link>
      <span className="dim" role="status">
        {told}
      </span>
      <span className="spring" />
      {selected.length === 0 && !isExported() && (
        <Link
          className="button"
          to="/compare"
          search={{ experiment, filter: texts.filter } as never}
          title="These runs in parallel coordinates, as a scatter, and by what matters"
        >
          Explore
        </Link>
      )}
      {selected.length > 0 && (
        <>
          {selected.length <= COMPARED_MOST ? (
            <Link className="button" to="/compare" search={{ runs: writeList(selected) } as never}>
              Compare {count(selected.length)}
            </Link>
          ) : (
            <span className="dim">{count(selected.length)} selected</span>
          )}
          <button type="button" className="button" title="Draw these runs and no others" onClick={onDraw}>
            Draw
          </button>
          <SaveFile runs={selected} isShort />
          {mayWrite && (
            <button type="button" className="button" onClick={() => setTagged(selected)}>
              Tag
            </button>
          )}
        </>
      )}
      <TrashButton experiment={experiment} runs={selected} onDone={onUnselect} />
      {selected.length > 0 && (
        <button type="button" className="link" onClick={onUnselect}>
          clear
        </button>
      )}
      {children}
      {tagged !== null && <TagDialog experiment={experiment} runs={tagged} onDone={() => setTagged(null)} />}
    </div>
  );
}
