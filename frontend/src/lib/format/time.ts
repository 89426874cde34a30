import { MISSING } from "./number";

export type Moment = number | string | Date | null | undefined;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat("en-GB", options);
    formatters.set(key, formatter);
  }
  return formatter;
}

/** Turn epoch milliseconds, an ISO text or a Date into epoch milliseconds; null when there is none. */
export function toEpoch(moment: Moment): number | null {
  if (moment == null) return null;
  const epoch = moment instanceof Date ? moment.getTime() : typeof moment === "number" ? moment : Date.parse(moment);
  return Number.isFinite(epoch) ? epoch : null;
}

function writeWith(moment: Moment, options: Intl.DateTimeFormatOptions): string {
  const epoch = toEpoch(moment);
  return epoch === null ? MISSING : formatterFor(options).format(epoch);
}

/** Write the age of a moment: `12 s ago`; from a day on, the day itself. Moments ahead of the clock are `now`. */
export function formatAge(then: Moment, now: number): string {
  const epoch = toEpoch(then);
  if (epoch === null) return MISSING;
  const age = now - epoch;
  if (age < SECOND) return "now";
  if (age < MINUTE) return `${Math.floor(age / SECOND)} s ago`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min ago`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h ago`;
  return formatDay(epoch);
}

/** Write a length of time given in seconds: `45 s`, `3 min`, `2 h`, `4 d`. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds == null || !Number.isFinite(seconds)) return MISSING;
  const span = Math.max(0, seconds) * SECOND;
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`;
  if (span < DAY) return `${Math.floor(span / HOUR)} h`;
  return `${Math.floor(span / DAY)} d`;
}

/** Write a day in the reader's zone: `22 Nov 2026`. */
export function formatDay(moment: Moment): string {
  return writeWith(moment, { day: "numeric", month: "short", year: "numeric" });
}

/** Write a day in UTC, for bars that begin at midnight there: `8 Aug 2024` wherever the reader is. */
export function formatDayUtc(moment: Moment): string {
  return writeWith(moment, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
}

/** Write a day without its year: `8 Aug`. */
export function formatDayMonth(moment: Moment, isUtc = false): string {
  return writeWith(moment, { day: "numeric", month: "short", timeZone: isUtc ? "UTC" : undefined });
}

/** Write a month: `Aug`. */
export function formatMonth(moment: Moment, isUtc = false): string {
  return writeWith(moment, { month: "short", timeZone: isUtc ? "UTC" : undefined });
}

/** Write a year: `2026`. */
export function formatYear(moment: Moment, isUtc = false): string {
  return writeWith(moment, { year: "numeric", timeZone: isUtc ? "UTC" : undefined });
}

/** Write a time of day in the reader's zone: `21:09:47`. */
export function formatTime(moment: Moment): string {
  return writeWith(moment, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
}

/** Write hours and minutes in the reader's zone: `21:09`. */
export function formatClock(moment: Moment): string {
  return writeWith(moment, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** Write day and time in the reader's zone: `22 Nov 2026, 21:09:47`. */
export function formatDateTime(moment: Moment): string {
  const epoch = toEpoch(moment);
  return epoch === null ? MISSING : `${formatDay(epoch)}, ${formatTime(epoch)}`;
}

/** Write the exact moment in UTC: `2026-11-22 20:09:47 UTC`. */
export function formatUtc(moment: Moment): string {
  const epoch = toEpoch(moment);
  return epoch === null ? MISSING : `${new Date(epoch).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Write what a time says on hover: the reader's own time and UTC. */
export function timeTitle(moment: Moment): string {
  const epoch = toEpoch(moment);
  return epoch === null ? "" : `${formatDateTime(epoch)} local time · ${formatUtc(epoch)}`;
}
