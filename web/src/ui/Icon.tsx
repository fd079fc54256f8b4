/** Line icons on a 16-pixel grid, drawn for this page; decorative unless a `label` says what they mean. */
const PATHS = {
  inbox: "M2 9l2-6h8l2 6v4H2zM2 9h3.5l1 2h3l1-2H14",
  unread: "M8 5.2a2.8 2.8 0 110 5.6 2.8 2.8 0 010-5.6z",
  pin: "M6 2h4l-.6 4.2L12 9H4l2.6-2.8zM8 9v5",
  bin: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.8 7v3.8M9.2 7v3.8",
  sessions: "M2.5 4h11M2.5 8h7M2.5 12h9",
  search: "M7 2.5a4.5 4.5 0 110 9 4.5 4.5 0 010-9zM10.3 10.3L14 14",
  clip: "M11.5 6.5l-4.7 4.7a1.7 1.7 0 01-2.4-2.4l5-5a2.6 2.6 0 013.7 3.7l-5.3 5.3a3.9 3.9 0 01-5.5-5.5L7 2.7",
  warn: "M8 2.5l6 10.5H2zM8 6.5v3M8 11.2v.3",
  close: "M4 4l8 8M12 4l-8 8",
  back: "M9.5 3.5L5 8l4.5 4.5",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  sun: "M8 5a3 3 0 110 6 3 3 0 010-6zM8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1",
  moon: "M13 9.5A5.5 5.5 0 016.5 3a5.5 5.5 0 106.5 6.5z",
  auto: "M8 2.5a5.5 5.5 0 110 11 5.5 5.5 0 010-11zM8 2.5v11M8 5h3.5M8 8h5.3M8 11h3.5",
  help: "M8 2.5a5.5 5.5 0 110 11 5.5 5.5 0 010-11zM6.4 6.6c0-2.2 3.2-2.2 3.2-.2 0 1.3-1.6 1.3-1.6 2.5M8 10.9v.3",
  copy: "M5.5 5.5h7.5V13H5.5zM3 10.5V3h7.5",
  check: "M3 8.5l3.2 3L13 4.5",
  read: "M2 6.5L8 3l6 3.5V13H2zM2 6.5L8 10l6-3.5",
  mail: "M2 3.5h12v9H2zM2 4l6 4.7L14 4",
  download: "M8 2.5v7.5M4.8 7L8 10.2 11.2 7M3 13h10",
  link: "M6.8 9.2a2.5 2.5 0 003.5 0l2.2-2.2A2.5 2.5 0 009 3.5l-.8.8M9.2 6.8a2.5 2.5 0 00-3.5 0L3.5 9A2.5 2.5 0 007 12.5l.8-.8",
  open: "M9 3h4v4M13 3L7.5 8.5M11 9.5V13H3V5h3.5",
  restore: "M4.5 6.5L2 4M2 4l2.5-2.5M2 4h7a4 4 0 010 8.5H5",
  up: "M8 13V3.5M4.5 7L8 3.5 11.5 7",
  shield: "M8 2l5 1.8V8c0 3-2.2 5-5 6-2.8-1-5-3-5-6V3.8z",
  write: "M11.2 2.6l2.2 2.2L6 12.2 3 13l.8-3zM9.6 4.2l2.2 2.2",
  user: "M8 2.5a2.6 2.6 0 110 5.2 2.6 2.6 0 010-5.2zM3 13.5c.6-2.8 2.5-4 5-4s4.4 1.2 5 4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, label, fill }: { name: IconName; label?: string; fill?: boolean }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" role={label ? "img" : undefined} aria-label={label} aria-hidden={label ? undefined : "true"}>
      <path d={PATHS[name]} class={fill ? "filled" : undefined} />
    </svg>
  );
}
