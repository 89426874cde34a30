import { describe, expect, it } from "vitest";
import type { Bar } from "@/components/charts/bar";
import { CHART_RANGES, type ChartRange, finerQuery, isChartRange, rangeQuery, refetchAfter, trimToRange } from "./chart-range";

const NOW = Date.parse("2024-08-08T14:37:59.250Z");

const at = (iso: string): Bar => ({ time: Date.parse(iso) / 1000, open: 1, high: 1, low: 1, close: 1, volume: 0 });

describe("rangeQuery", () => {
  it.each<[ChartRange, string, string]>([
    ["1D", "5m", "2024-08-07T14:35:00Z"],
    ["5D", "5m", "2024-08-03T14:35:00Z"],
    ["1M", "1h", "2024-07-08T14:00:00Z"],
    ["3M", "1d", "2024-05-08T00:00:00Z"],
    ["6M", "1d", "2024-02-08T00:00:00Z"],
    ["YTD", "1d", "2024-01-01T00:00:00Z"],
    ["1Y", "1d", "2023-08-08T00:00:00Z"],
    ["5Y", "1w", "2019-08-05T00:00:00Z"],
    ["MAX", "1w", "1970-01-01T00:00:00Z"],
  ])("asks for crypto over %s in %s from %s", (range, interval, start) => {
    expect(rangeQuery(range, NOW, "crypto")).toEqual({ interval, start });
  });

  it("looks back over a long weekend where markets rest", () => {
    expect(rangeQuery("1D", NOW, "equity")).toEqual({ interval: "1m", start: "2024-08-03T14:37:00Z" });
    expect(rangeQuery("5D", NOW, "equity").start).toBe("2024-07-29T14:35:00Z");
  });

  it("takes the last day of a shorter month", () => {
    expect(rangeQuery("1M", Date.parse("2024-03-31T12:00:00Z"), "crypto").start).toBe("2024-02-29T12:00:00Z");
    expect(rangeQuery("1Y", Date.parse("2024-02-29T12:00:00Z"), "crypto").start).toBe("2023-02-28T00:00:00Z");
  });

  it("stays under the 5,000 bars of one answer, for every range", () => {
    const length = { "1m": 60, "5m": 300, "15m": 900, "1h": 3600, "1d": 86400, "1w": 604800 };
    for (const range of CHART_RANGES) {
      const { interval, start } = rangeQuery(range, NOW, "crypto");
      expect((NOW - Date.parse(start)) / 1000 / length[interval]).toBeLessThan(5000);
    }
  });
});

describe("finerQuery", () => {
  const day = { interval: "5m", start: "2024-08-07T14:35:00Z" } as const;

  it("asks for minutes where a day has hardly any bars", () => {
    expect(finerQuery(day, "1D", 23)).toEqual({ interval: "1m", start: "2024-08-07T14:35:00Z" });
  });
  it("is content with enough bars, with minutes, and with longer ranges", () => {
    expect(finerQuery(day, "1D", 24)).toBeNull();
    expect(finerQuery({ ...day, interval: "1m" }, "1D", 0)).toBeNull();
    expect(finerQuery(day, "5D", 0)).toBeNull();
  });
});

describe("trimToRange", () => {
  const bars = [at("2024-08-01T19:00:00Z"), at("2024-08-02T13:30:00Z"), at("2024-08-02T19:59:00Z")];

  it("keeps the last session of an equity", () => {
    expect(trimToRange(bars, "1D", "equity").map((bar) => bar.time)).toEqual([bars[1]!.time, bars[2]!.time]);
  });
  it("keeps all where there are fewer sessions than asked for", () => {
    expect(trimToRange(bars, "5D", "equity")).toEqual(bars);
  });
  it("cuts nothing from crypto, from longer ranges and from nothing", () => {
    expect(trimToRange(bars, "1D", "crypto")).toBe(bars);
    expect(trimToRange(bars, "1Y", "equity")).toBe(bars);
    expect(trimToRange([], "1D", "equity")).toEqual([]);
  });
});

describe("isChartRange and refetchAfter", () => {
  it("knows its own names only", () => {
    expect(isChartRange("YTD")).toBe(true);
    expect(isChartRange("1d")).toBe(false);
    expect(isChartRange("2Y")).toBe(false);
  });
  it("asks again after a bar, at most after five minutes", () => {
    expect(refetchAfter("1m")).toBe(60_000);
    expect(refetchAfter("1w")).toBe(300_000);
  });
});
