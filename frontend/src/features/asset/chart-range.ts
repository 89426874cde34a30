import { type Bar, bucketStart, INTERVAL_SECONDS, type Interval } from "@/components/charts/bar";

export const CHART_RANGES = ["1D", "5D", "1M", "3M", "6M", "YTD", "1Y", "5Y", "MAX"] as const;
export type ChartRange = (typeof CHART_RANGES)[number];

export const RANGE_WORDS: Readonly<Record<ChartRange, string>> = {
  "1D": "1 day",
  "5D": "5 days",
  "1M": "1 month",
  "3M": "3 months",
  "6M": "6 months",
  YTD: "year to date",
  "1Y": "1 year",
  "5Y": "5 years",
  MAX: "everything there is",
};

/** Below this a day in coarser bars is hardly a chart: the history is young, and minutes show more of it. */
const FEW_BARS = 24;

const RANGE_INTERVALS: Readonly<Record<ChartRange, Interval>> = {
  "1D": "1m",
  "5D": "5m",
  "1M": "1h",
  "3M": "1d",
  "6M": "1d",
  YTD: "1d",
  "1Y": "1d",
  "5Y": "1w",
  MAX: "1w",
};

const DAY = 86_400;
/** A long weekend with a holiday on either side: what to look back over to find the last session, or the last five. */
const CALENDAR_DAYS: Readonly<Record<string, number>> = { "1D": 5, "5D": 10 };
const SESSIONS: Readonly<Record<string, number>> = { "1D": 1, "5D": 5 };

/** Which bars to ask for, from `start` (ISO 8601, UTC) to the market's now, which the server knows best. */
export interface RangeQuery {
  interval: Interval;
  start: string;
}

export function isChartRange(text: string): text is ChartRange {
  return (CHART_RANGES as readonly string[]).includes(text);
}

/** Return the length of a range's bars: a market that never closes has too many minutes in a day to be seen. */
export function intervalOf(range: ChartRange, assetClass: string): Interval {
  return range === "1D" && !hasSessions(assetClass) ? "5m" : RANGE_INTERVALS[range];
}

/** Return the query to ask instead when a day brought only so many bars; null when there are enough. */
export function finerQuery(query: RangeQuery, range: ChartRange, count: number): RangeQuery | null {
  return range === "1D" && query.interval !== "1m" && count < FEW_BARS ? { ...query, interval: "1m" } : null;
}

/** Say whether an asset class rests at night or over the weekend. */
export function hasSessions(assetClass: string): boolean {
  return assetClass !== "crypto";
}

/** Return the bars that a range wants when it is `now` (milliseconds of market time), from the start of a whole bar. */
export function rangeQuery(range: ChartRange, now: number, assetClass: string): RangeQuery {
  const interval = intervalOf(range, assetClass);
  const end = Math.floor(now / 1000);
  const start = bucketStart(rangeStart(range, end, hasSessions(assetClass)), interval);
  return { interval, start: isoSeconds(Math.max(0, start)) };
}

/** Keep what the range means: for a market with sessions its last one or five days, else all that was asked for. */
export function trimToRange(bars: readonly Bar[], range: ChartRange, assetClass: string): readonly Bar[] {
  const sessions = SESSIONS[range];
  if (sessions === undefined || !hasSessions(assetClass)) return bars;
  const days = [...new Set(bars.map((bar) => Math.floor(bar.time / DAY)))];
  const first = days.at(-sessions) ?? days[0];
  return first === undefined ? bars : bars.filter((bar) => bar.time >= first * DAY);
}

/** Return how long a fetched series stays good, in milliseconds: a bar for short ones, five minutes for long ones. */
export function refetchAfter(interval: Interval): number {
  return Math.min(INTERVAL_SECONDS[interval], 300) * 1000;
}

function rangeStart(range: ChartRange, end: number, sessions: boolean): number {
  const date = new Date(end * 1000);
  switch (range) {
    case "1D":
    case "5D":
      return end - DAY * (sessions ? (CALENDAR_DAYS[range] ?? 1) : (SESSIONS[range] ?? 1));
    case "1M":
    case "3M":
    case "6M":
      return monthsBefore(date, Number(range[0]));
    case "YTD":
      return Date.UTC(date.getUTCFullYear(), 0, 1) / 1000;
    case "1Y":
      return monthsBefore(date, 12);
    case "5Y":
      return monthsBefore(date, 60);
    case "MAX":
      return 0;
  }
}

/** Step whole months back; the 31st becomes the last day of a shorter month. */
function monthsBefore(date: Date, months: number): number {
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() - months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const time = date.getTime() % (DAY * 1000);
  return (Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay)) + time) / 1000;
}

function isoSeconds(seconds: number): string {
  return new Date(Math.floor(seconds) * 1000).toISOString().replace(".000Z", "Z");
}
