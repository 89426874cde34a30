export type Interval = "1m" | "5m" | "15m" | "1h" | "1d" | "1w";

/** One bar; `time` is its start in Unix seconds, UTC. */
export interface Bar {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** The columns in which bars travel: equal lengths, oldest first. */
export interface BarColumns {
  time: readonly number[];
  open: readonly number[];
  high: readonly number[];
  low: readonly number[];
  close: readonly number[];
  volume: readonly (number | null)[];
}

export const INTERVAL_SECONDS: Readonly<Record<Interval, number>> = {
  "1m": 60,
  "5m": 300,
  "15m": 900,
  "1h": 3_600,
  "1d": 86_400,
  "1w": 604_800,
};

export const INTERVAL_WORDS: Readonly<Record<Interval, string>> = {
  "1m": "1 minute",
  "5m": "5 minutes",
  "15m": "15 minutes",
  "1h": "1 hour",
  "1d": "1 day",
  "1w": "1 week",
};

/** 5 January 1970, the first Monday: weeks start on Mondays. */
const MONDAY = 345_600;

/** Return the start of the UTC bucket that holds the moment, both in Unix seconds. */
export function bucketStart(seconds: number, interval: Interval): number {
  const length = INTERVAL_SECONDS[interval];
  return Math.floor((seconds - MONDAY) / length) * length + MONDAY;
}

/** Turn columns into bars, oldest first; a row without a price, and a row not later than the one before it, is left out. */
export function barsFromColumns(columns: BarColumns): Bar[] {
  const bars: Bar[] = [];
  for (const [index, time] of columns.time.entries()) {
    const [open, high, low, close] = [columns.open[index], columns.high[index], columns.low[index], columns.close[index]];
    if (open == null || high == null || low == null || close == null) continue;
    const last = bars.at(-1);
    if (last && time <= last.time) continue;
    bars.push({ time, open, high, low, close, volume: columns.volume[index] ?? 0 });
  }
  return bars;
}
