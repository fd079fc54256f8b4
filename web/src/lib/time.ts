/** Times as a developer reads them: in the browser's zone, with seconds, never "a minute ago". */

const pad = (value: number): string => String(value).padStart(2, "0");

export const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

const clock = (at: Date): string => `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;

const day = (at: Date): string => `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;

/** For a row: the clock time today, the date before. */
export function short(stamp: string, now: Date): string {
  const at = new Date(stamp);
  return day(at) === day(now) ? clock(at) : day(at);
}

/** For a title: everything, with the offset that applied on that day: "2026-11-23 09:12:44.031 +01:00". */
export function full(stamp: string): string {
  const at = new Date(stamp);
  return `${day(at)} ${clock(at)}.${String(at.getMilliseconds()).padStart(3, "0")} ${offset(at)}`;
}

/** Date and time with seconds: "2026-11-23 09:12:44 +01:00". */
export function stamp(value: string): string {
  const at = new Date(value);
  return `${day(at)} ${clock(at)} ${offset(at)}`;
}

/** "14:03", for "Offline since 14:03". */
export const minute = (at: Date): string => `${pad(at.getHours())}:${pad(at.getMinutes())}`;

/** A span of milliseconds: "0 ms", "812 ms", "2.4 s", "3 min 05 s". */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`;
}

function offset(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  const sign = minutes < 0 ? "-" : "+";
  return `${sign}${pad(Math.floor(Math.abs(minutes) / 60))}:${pad(Math.abs(minutes) % 60)}`;
}
