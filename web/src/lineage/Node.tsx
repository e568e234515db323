/** A run, an artifact, or many that are folded, where the layout has put it. */

import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { bytes, count, many } from "../look/numbers";
import { KindIcon } from "../parts/KindIcon";
import { Status } from "../parts/Status";
import type { PlacedNode } from "./layout";
import { artifactTexts, withForm } from "./links";
import { titleOfArtifact, titleOfRun } from "./words";

const MORE = { run: "more runs", artifact: "more", further: "further" } as const;

interface Props {
  readonly placed: PlacedNode;
  readonly isFocus: boolean;
  readonly isLit: boolean;
  /** Whether the tab key reaches it; from there arrows lead to the others. */
  readonly isReachable: boolean;
  readonly onOpen: (id: string) => void;
  readonly onTrace: (id: string | null) => void;
  readonly onFocus: (node: PlacedNode, isByKey: boolean) => void;
}

export const Node = memo(function Node({ placed, isFocus, isLit, isReachable, onOpen, onTrace, onFocus }: Props) {
  const { node, x, y, width, height } = placed;
  const common = {
    "data-node": node.id,
    className: `lineage-node lineage-${node.kind}${isFocus ? " is-focus" : ""}${isLit ? " is-lit" : ""}`,
    style: { left: x - width / 2, top: y - height / 2, width, height },
    tabIndex: isReachable ? 0 : -1,
    onPointerEnter: () => onTrace(node.id),
    onPointerLeave: () => onTrace(null),
    onFocus: (event: React.FocusEvent) => onFocus(placed, event.target.matches(":focus-visible")),
    onBlur: () => onTrace(null),
    ...(isFocus ? { "aria-current": true as const } : {}),
  };
  if (node.kind === "fold") {
    return (
      <button {...common} type="button" onClick={() => onOpen(node.id)} title="Show them">
        + {count(node.count)} {MORE[node.of]}
      </button>
    );
  }
  if (node.kind === "run") {
    return (
      <Link
        {...common}
        to="/runs/$uid"
        params={{ uid: node.run.uid }}
        search={withForm({ tab: "lineage" })}
        title={titleOfRun(node.run)}
      >
        <Status status={node.run.status} isShort />
        <span className="lineage-words">
          <span className="cut lineage-name">{node.run.display_name || node.run.name}</span>
          <span className="cut dim">{node.run.experiment_name}</span>
        </span>
      </Link>
    );
  }
  const { artifact, elsewhere } = node;
  const words = (
    <>
      <KindIcon kind={artifact.kind} />
      <span className="cut lineage-name">{artifact.name}</span>
      {elsewhere > 0 ? (
        <span className="lineage-elsewhere" title={`${many(elsewhere, "run")} more logged it`}>
          +{many(elsewhere, "run")}
        </span>
      ) : (
        artifact.size_bytes !== null && <span className="dim lineage-size">{bytes(artifact.size_bytes)}</span>
      )}
    </>
  );
  const texts = artifactTexts(artifact);
  if (texts === null) {
    return (
      <span {...common} role="note" title={titleOfArtifact(artifact)}>
        {words}
      </span>
    );
  }
  return (
    <Link {...common} to="/lineage" search={withForm(texts)} title={titleOfArtifact(artifact)}>
      {words}
    </Link>
  );
});
