import { formatClock, formatDateTime, formatDayMonth, formatDayUtc, formatMonth, formatTime, formatYear } from "@/lib/format/time";
import type { Interval } from "./bar";

/** The library's kinds of marks on the time axis, by its numbers: year, month, day, time, time with seconds. */
const MARKS = ["year", "month", "day", "time", "seconds"] as const;

/** Say whether bars of this interval are days: they start at midnight UTC and are written so, wherever the reader is. */
export function isDaily(interval: Interval): boolean {
  return interval === "1d" || interval === "1w";
}

/** Write a mark of the time axis, `seconds` in Unix time, in at most eight letters. */
export function writeAxisMark(seconds: number, mark: number, interval: Interval): string {
  const [moment, isUtc] = [seconds * 1000, isDaily(interval)];
  switch (MARKS[mark]) {
    case "year":
      return formatYear(moment, isUtc);
    case "month":
      return formatMonth(moment, isUtc);
    case "time":
      return formatClock(moment);
    case "seconds":
      return formatTime(moment);
    default:
      return formatDayMonth(moment, isUtc);
  }
}

/** Write the start of a bar in full: a day for daily and weekly bars, day and time for shorter ones. */
export function writeBarTime(seconds: number, interval: Interval): string {
  return isDaily(interval) ? formatDayUtc(seconds * 1000) : formatDateTime(seconds * 1000).slice(0, -3);
}
