/** What kind of thing an artifact is, as a small drawing. */

const PATHS: Readonly<Record<string, string>> = {
  value:
    "M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.2-2.2a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.3 9a2.6 2.6 0 0 0 3.7 3.7l.8-.8",
  file: "M4 2.5h5l3 3v8H4Zm5 0v3h3",
  directory: "M2 4h4l1.5 1.5H14v7H2Z",
  image: "M2.5 3h11v10h-11Zm0 8 3.5-3.5 2.5 2.5 2-2 3 3M10.5 5.5v.1",
  table: "M2.5 3h11v10h-11Zm0 3.3h11m-11 3.4h11M6.5 3v10",
  text: "M3 4h10M3 7h10M3 10h6.5",
  chart: "M2.5 2.5v11h11M5 10.5 8 7l2 2 3.5-4.5",
};
const SAME: Readonly<Record<string, string>> = { figure: "image" };

export function KindIcon({ kind }: { kind: string }) {
  // What is none of these is a chart's document, whose type is its kind.
  const path = PATHS[SAME[kind] ?? kind] ?? PATHS.chart;
  return (
    <svg className="icon kind-icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={path} fill="none" stroke="currentColor" strokeWidth="1.3" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
