/** What failed, and the way to try again. */

import { ApiError } from "../api/client";

export function Failure({ what, error, retry }: { what: string; error: unknown; retry?: () => void }) {
  const isMissing = error instanceof ApiError && error.status === 404;
  return (
    <div className="failure" role="alert">
      <p>
        <strong>{what}</strong> {error instanceof Error ? error.message : String(error)}
      </p>
      {retry !== undefined && !isMissing && (
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Grey bars where text will stand. */
export function Skeleton({ lines = 3, label = "Loading" }: { lines?: number; label?: string }) {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, at) => (
        <span key={at} style={{ width: `${90 - ((at * 17) % 40)}%` }} />
      ))}
    </div>
  );
}
