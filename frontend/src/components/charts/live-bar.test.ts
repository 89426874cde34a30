import { describe, expect, it } from "vitest";
import { type Bar, bucketStart, type Interval } from "./bar";
import { applyBar, rollBar, rollPrice, type SeriesEnd, seriesEnd } from "./live-bar";

const DAY = 86_400;
const MONDAY = Date.parse("2024-08-05T00:00:00Z") / 1000;

const bar = (time: number, close: number, volume: number, spread = 1): Bar => ({
  time,
  open: close,
  high: close + spread,
  low: close - spread,
  close,
  volume,
});

/** A repeatable stream of numbers in [0, 1). */
function* randoms(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    yield state / 4_294_967_296;
  }
}

function newest(frames: readonly Bar[]): Bar[] {
  return [...new Map(frames.map((frame) => [frame.time, frame])).values()];
}

/** Build the coarse bars from scratch, with nothing remembered. */
function rollEverything(frames: readonly Bar[], interval: Interval): Bar[] {
  const groups = new Map<number, Bar[]>();
  for (const frame of newest(frames)) {
    const start = bucketStart(frame.time, interval);
    groups.set(start, [...(groups.get(start) ?? []), frame]);
  }
  return [...groups].map(([time, days]) => ({
    time,
    open: days[0]!.open,
    high: Math.max(...days.map((day) => day.high)),
    low: Math.min(...days.map((day) => day.low)),
    close: days.at(-1)!.close,
    volume: days.reduce((sum, day) => sum + day.volume, 0),
  }));
}

describe("applyBar", () => {
  const end = seriesEnd([bar(60, 10, 1), bar(120, 11, 2)]);

  it("replaces the bar of the same start", () => {
    expect(applyBar(end, bar(120, 12, 5)).last).toEqual(bar(120, 12, 5));
  });
  it("follows with a later bar", () => {
    expect(applyBar(end, bar(180, 13, 1)).last?.time).toBe(180);
  });
  it("changes nothing for a late bar", () => {
    expect(applyBar(end, bar(60, 99, 9))).toBe(end);
  });
  it("starts an empty series", () => {
    expect(applyBar(seriesEnd([]), bar(60, 1, 1)).last?.close).toBe(1);
  });
});

describe("rollBar", () => {
  it("equals weeks built from scratch after every frame of growing days", () => {
    const random = randoms(7);
    const next = () => random.next().value as number;
    const frames: Bar[] = [];
    let end: SeriesEnd = seriesEnd([]);
    for (let day = 0; day < 24; day++) {
      let grown = bar(MONDAY + day * DAY, 100 + next(), next());
      for (let tick = 0; tick < 5; tick++) {
        const close = grown.close + next() - 0.5;
        grown = {
          ...grown,
          close,
          high: Math.max(grown.high, close),
          low: Math.min(grown.low, close),
          volume: grown.volume + next(),
        };
        frames.push(grown);
        end = rollBar(end, grown, "1w");
        const expected = rollEverything(frames, "1w").at(-1)!;
        expect({ ...end.last, volume: undefined }).toEqual({ ...expected, volume: undefined });
        expect(end.last!.volume).toBeCloseTo(expected.volume, 9);
      }
    }
  });

  it("does not count again what a fetched week already holds", () => {
    const week = { time: MONDAY, open: 9, high: 12, low: 8, close: 10, volume: 700 };
    const first = rollBar(seriesEnd([week]), bar(MONDAY + 2 * DAY, 11, 100, 0), "1w");
    expect(first.last).toEqual({ ...week, close: 11 });
    const second = rollBar(first, bar(MONDAY + 2 * DAY, 13, 130, 0), "1w");
    expect(second.last).toEqual({ ...week, close: 13, high: 13, volume: 730 });
    const nextDay = rollBar(second, bar(MONDAY + 3 * DAY, 7, 20, 0), "1w");
    expect(nextDay.last).toEqual({ ...week, close: 7, high: 13, low: 7, volume: 750 });
  });

  it("ignores a day of an earlier week and a day earlier than the one rolled last", () => {
    const end = rollBar(seriesEnd([]), bar(MONDAY + DAY, 10, 5), "1w");
    expect(rollBar(end, bar(MONDAY - DAY, 1, 1), "1w")).toBe(end);
    expect(rollBar(end, bar(MONDAY, 1, 1), "1w")).toBe(end);
  });
});

describe("rollPrice", () => {
  it("equals a bar built from all prices of its bucket", () => {
    const random = randoms(3);
    let end = seriesEnd([]);
    const prices: [number, number][] = [];
    for (let second = MONDAY; second < MONDAY + 600; second += 7) {
      const price = 100 + (random.next().value as number);
      prices.push([second, price]);
      end = rollPrice(end, price, second, "5m");
      const inside = prices.filter(([at]) => bucketStart(at, "5m") === bucketStart(second, "5m")).map(([, value]) => value);
      expect(end.last).toEqual({
        time: bucketStart(second, "5m"),
        open: inside[0],
        high: Math.max(...inside),
        low: Math.min(...inside),
        close: price,
        volume: 0,
      });
    }
  });

  it("keeps the volume of the bar it changes, and does nothing for the same price or an earlier bucket", () => {
    const end = seriesEnd([bar(MONDAY, 10, 500)]);
    const higher = rollPrice(end, 20, MONDAY + 5, "1d");
    expect(higher.last).toEqual({ time: MONDAY, open: 10, high: 20, low: 9, close: 20, volume: 500 });
    expect(rollPrice(higher, 20, MONDAY + 6, "1d")).toBe(higher);
    expect(rollPrice(higher, 30, MONDAY - 1, "1d")).toBe(higher);
  });

  it("opens no bar for a price that only repeats the last close", () => {
    const end = seriesEnd([bar(MONDAY, 10, 500)]);
    expect(rollPrice(end, 10, MONDAY + DAY, "1d")).toBe(end);
    expect(rollPrice(end, 10.5, MONDAY + DAY, "1d").last?.time).toBe(MONDAY + DAY);
  });
});
