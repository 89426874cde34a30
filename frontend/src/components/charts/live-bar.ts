import { type Bar, bucketStart, type Interval } from "./bar";

/**
 * What the end of a series remembers: its last bar, and the finer bar that was rolled into it last (start and volume so far), so
 * that a growing day is not counted twice in its week.
 */
export interface SeriesEnd {
  last: Bar | null;
  rolled: { time: number; volume: number } | null;
}

export function seriesEnd(bars: readonly Bar[]): SeriesEnd {
  return { last: bars.at(-1) ?? null, rolled: null };
}

/** Take a bar of the series' own interval: it replaces the last one or follows it; a late one changes nothing. */
export function applyBar(end: SeriesEnd, bar: Bar): SeriesEnd {
  if (end.last && bar.time < end.last.time) return end;
  return { last: bar, rolled: null };
}

/**
 * Take a bar of a finer interval into the bar that spans it. The first finer bar heard inside a bar that came whole is already
 * in its volume, so only what it grows by afterwards is added.
 */
export function rollBar(end: SeriesEnd, bar: Bar, interval: Interval): SeriesEnd {
  const start = bucketStart(bar.time, interval);
  const { last, rolled } = end;
  if (last && start < last.time) return end;
  if (rolled && last && start === last.time && bar.time < rolled.time) return end;
  const memory = { time: bar.time, volume: bar.volume };
  if (!last || start > last.time) return { last: { ...bar, time: start }, rolled: memory };
  const grown = rolled === null ? 0 : bar.volume - (rolled.time === bar.time ? rolled.volume : 0);
  const merged = {
    ...last,
    high: Math.max(last.high, bar.high),
    low: Math.min(last.low, bar.low),
    close: bar.close,
    volume: last.volume + Math.max(0, grown),
  };
  return { last: merged, rolled: memory };
}

/**
 * Take a single price at a moment (Unix seconds) into the last bar; a new bucket opens at that price with no volume yet. A price
 * that only repeats the last close opens none: it is the same trade told again.
 */
export function rollPrice(end: SeriesEnd, price: number, seconds: number, interval: Interval): SeriesEnd {
  const start = bucketStart(seconds, interval);
  const { last } = end;
  if (last && (start < last.time || (start > last.time && last.close === price))) return end;
  if (!last || start > last.time) {
    return { last: { time: start, open: price, high: price, low: price, close: price, volume: 0 }, rolled: null };
  }
  if (last.close === price && last.high >= price && last.low <= price) return end;
  return { ...end, last: { ...last, high: Math.max(last.high, price), low: Math.min(last.low, price), close: price } };
}
