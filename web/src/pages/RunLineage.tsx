/** What went into a run, what came out, and which runs used it. */

import { useMemo } from "react";
import type { Run } from "../api/queries";
import { LineageView } from "../lineage/LineageView";

export function RunLineage({ run }: { run: Run }) {
  const of = useMemo(() => ({ run: run.uid }), [run.uid]);
  return (
    <LineageView
      of={of}
      empty="Nothing that was logged step by step has been used by another run; a file or a value would stand here."
    />
  );
}
