import { describe, expect, it, vi } from "vitest";
import type { Bar } from "./bar";
import { BarFeed } from "./bar-feed";

const bar = (time: number, close: number, volume = 1): Bar => ({ time, open: close, high: close, low: close, close, volume });

describe("BarFeed", () => {
  it("tells its listeners of a changed bar and of a new one, and not of a late one", () => {
    const feed = new BarFeed([bar(60, 10), bar(120, 11)], "1m");
    const listener = vi.fn();
    feed.subscribe(listener);
    feed.takeBar(bar(120, 12), "1m");
    feed.takeBar(bar(180, 13), "1m");
    feed.takeBar(bar(60, 99), "1m");
    expect(listener).toHaveBeenCalledTimes(2);
    expect(feed.bars.map((each) => each.close)).toEqual([10, 12, 13]);
    expect(feed.getLast()).toEqual(bar(180, 13));
  });

  it("rolls a finer bar and a price into its last bar", () => {
    const feed = new BarFeed([{ time: 345_600, open: 5, high: 6, low: 4, close: 5, volume: 100 }], "1w");
    feed.takeBar(bar(345_600 + 86_400, 9, 7), "1d");
    feed.takePrice(2, 345_600 + 86_401);
    expect(feed.bars).toEqual([{ time: 345_600, open: 5, high: 9, low: 2, close: 2, volume: 100 }]);
  });

  it("stops telling those who left, and never changes what it was given", () => {
    const fetched = [bar(60, 10)];
    const feed = new BarFeed(fetched, "1m");
    const listener = vi.fn();
    feed.subscribe(listener)();
    feed.takePrice(20, 61);
    expect(listener).not.toHaveBeenCalled();
    expect(fetched).toEqual([bar(60, 10)]);
  });

  it("finds bars by their start, and the close before them", () => {
    const feed = new BarFeed([bar(60, 10), bar(120, 11), bar(300, 12)], "1m");
    expect([60, 120, 300, 180, 0, 999].map((time) => feed.find(time)?.close ?? null)).toEqual([10, 11, 12, null, null, null]);
    expect([60, 120, 300, 180].map((time) => feed.closeBefore(time))).toEqual([null, 10, 11, null]);
  });

  it("starts from nothing with the first price", () => {
    const feed = new BarFeed([], "1m");
    expect(feed.getLast()).toBeNull();
    feed.takePrice(3, 65);
    expect(feed.bars).toEqual([{ time: 60, open: 3, high: 3, low: 3, close: 3, volume: 0 }]);
  });
});
