/** The state of a run: a shape and a word, so that nobody needs the colour. */

export function Status({
  status,
  message,
  isShort = false,
}: {
  status: string | null;
  message?: string | null;
  isShort?: boolean;
}) {
  const known = status ?? "Created";
  const title = message ? `${known}: ${message}` : known;
  return (
    <span className={`status status-${known}`} title={title}>
      <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
        {shape(known)}
      </svg>
      <span className={isShort ? "unseen" : undefined}>{WORDS[known] ?? known}</span>
    </span>
  );
}

const WORDS: Readonly<Record<string, string>> = { InProgress: "Running" };

function shape(status: string) {
  const line = { fill: "none", stroke: "currentColor", strokeWidth: 1.6, strokeLinecap: "round" } as const;
  if (status === "InProgress") return <circle cx="5" cy="5" r="4" fill="currentColor" />;
  if (status === "Completed") return <path d="m1.5 5.5 2.3 2.3 4.7-5" {...line} />;
  if (status === "Failed") return <path d="m2 2 6 6m0-6L2 8" {...line} />;
  if (status === "Stopped" || status === "Stopping")
    return <rect x="2" y="2" width="6" height="6" fill="currentColor" />;
  return <circle cx="5" cy="5" r="3.4" {...line} />;
}
