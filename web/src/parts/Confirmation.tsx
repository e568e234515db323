/** A question before something that can't be taken back. */

import type { ReactNode } from "react";
import { Dialog } from "./Dialog";

interface Props {
  readonly title: string;
  /** What the button says that does it. */
  readonly act: string;
  readonly doing: { readonly isPending: boolean; readonly error: Error | null; readonly mutate: () => void };
  readonly close: () => void;
  /** What will be, and what will be lost. */
  readonly children: ReactNode;
}

export function Confirmation({ title, act, doing, close, children }: Props) {
  return (
    <Dialog title={title} close={close}>
      <div className="confirm">
        <h2>{title}</h2>
        {children}
        {doing.error !== null && (
          <p className="problem" role="alert">
            {doing.error.message}
          </p>
        )}
        <div className="confirm-acts">
          <button type="button" className="button" onClick={close}>
            Keep
          </button>
          <button type="button" className="button button-bad" disabled={doing.isPending} onClick={() => doing.mutate()}>
            {act}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
