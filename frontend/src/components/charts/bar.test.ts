import { describe, expect, it } from "vitest";
import { barsFromColumns, bucketStart, INTERVAL_SECONDS, type Interval } from "./bar";

const seconds = (iso: string) => Date.parse(iso) / 1000;

describe("bucketStart", () => {
  it.each<[string, Interval, string]>([
    ["2024-08-08T14:37:59Z", "1m", "2024-08-08T14:37:00Z"],
    ["2024-08-08T14:37:59Z", "5m", "2024-08-08T14:35:00Z"],
    ["2024-08-08T14:37:59Z", "15m", "2024-08-08T14:30:00Z"],
    ["2024-08-08T14:37:59Z", "1h", "2024-08-08T14:00:00Z"],
    ["2024-08-08T14:37:59Z", "1d", "2024-08-08T00:00:00Z"],
    ["2024-08-08T14:37:59Z", "1w", "2024-08-05T00:00:00Z"],
    ["2024-08-05T00:00:00Z", "1w", "2024-08-05T00:00:00Z"],
    ["2024-08-04T23:59:59Z", "1w", "2024-07-29T00:00:00Z"],
    ["1969-12-31T23:59:59Z", "1d", "1969-12-31T00:00:00Z"],
  ])("puts %s at %s into %s", (moment, interval, start) => {
    expect(bucketStart(seconds(moment), interval)).toBe(seconds(start));
  });

  it("leaves a start where it is, for every interval", () => {
    for (const interval of Object.keys(INTERVAL_SECONDS) as Interval[]) {
      const start = bucketStart(1_723_127_879, interval);
      expect(bucketStart(start, interval)).toBe(start);
      expect(bucketStart(start + INTERVAL_SECONDS[interval] - 1, interval)).toBe(start);
      expect(bucketStart(start + INTERVAL_SECONDS[interval], interval)).toBe(start + INTERVAL_SECONDS[interval]);
    }
  });
});

describe("barsFromColumns", () => {
  it("turns columns into bars in order", () => {
    expect(
      barsFromColumns({ time: [60, 120], open: [1, 2], high: [3, 4], low: [0.5, 1.5], close: [2, 3], volume: [10, null] }),
    ).toEqual([
      { time: 60, open: 1, high: 3, low: 0.5, close: 2, volume: 10 },
      { time: 120, open: 2, high: 4, low: 1.5, close: 3, volume: 0 },
    ]);
  });

  it("leaves out a repeated time and a row that lacks a price", () => {
    const bars = barsFromColumns({
      time: [60, 60, 120, 180],
      open: [1, 9, 2, 3],
      high: [1, 9, 2, 3],
      low: [1, 9, 2, 3],
      close: [1, 9, null as unknown as number, 3],
      volume: [1, 1, 1, 1],
    });
    expect(bars.map((bar) => [bar.time, bar.close])).toEqual([
      [60, 1],
      [180, 3],
    ]);
  });
});
