/** Small drawings. They say nothing by themselves: a label stands beside each, or on the button that has it. */

const PATHS = {
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8Zm6.5 2a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  closed: "M1.5 7.5C3 9.6 5.3 11 8 11s5-1.4 6.5-3.5M4 10l-1 1.8M8 11v2M12 10l1 1.8",
  check: "m3 8.5 3.2 3.2L13 5",
  cross: "m4 4 8 8m0-8-8 8",
  down: "m4 6 4 4 4-4",
  right: "m6 4 4 4-4 4",
  up: "M8 12.5v-9M4.5 7 8 3.5 11.5 7",
  fall: "M8 3.5v9M4.5 9 8 12.5 11.5 9",
  copy: "M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8Z",
  wide: "M2.5 6V2.5H6m4 0h3.5V6m0 4v3.5H10m-4 0H2.5V10",
  save: "M8 2.5V10m-3-3 3 3 3-3m-8.5 6.5h11",
  columns: "M2.5 3h11v10h-11Zm3.7 0v10m3.6-10v10",
  sun: "M8 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM8 1.5v1.7m0 9.6v1.7M1.5 8h1.7m9.6 0h1.7M3.4 3.4l1.2 1.2m6.8 6.8 1.2 1.2m0-9.2-1.2 1.2m-6.8 6.8-1.2 1.2",
  moon: "M13 9.7A5.5 5.5 0 0 1 6.3 3 5.5 5.5 0 1 0 13 9.7Z",
  system: "M2 3.5h12v7.5H2Zm4 10h4",
  pause: "M5.5 3.5v9m5-9v9",
  play: "M5 3.5v9l7-4.5Z",
  find: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm3.3-1.2 3.2 3.2",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  lineage: "M2 3h3.5v3H2Zm0 7h3.5v3H2Zm8.5-3.5H14v3h-3.5Zm-5-2h1.5L9 8h1.5M5.500 11.5H7L9 8",
  file: "M4 2.5h5l3 3v8H4Zm5 0v3h3",
  edit: "M3 13l.6-2.8 7.3-7.3a1.2 1.2 0 0 1 1.7 0l.5.5a1.2 1.2 0 0 1 0 1.7l-7.3 7.3Zm6.4-8.6 2.2 2.2",
  tune: "M2 5h6.5m3 0H14M2 11h2.5m3 0H14M10 3.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3Zm-4 6a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3Z",
  link: "M6.5 9.5l3-3M7 4.8 8.6 3.2a2.6 2.6 0 0 1 3.7 3.7L10.7 8.5M9 11.2l-1.6 1.6a2.6 2.6 0 0 1-3.7-3.7l1.6-1.6",
  side: "M2.5 3h11v10h-11Zm4 0v10",
  pin: "M5.5 2.5h5l-.8 4.5 2.3 2.5H4l2.3-2.5Zm2.5 7v4.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
