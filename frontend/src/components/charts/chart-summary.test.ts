import { describe, expect, it } from "vitest";
import { chartSummary } from "./chart-summary";

const facts = { name: "AAPL", range: "1 month", interval: "1d", priceDecimals: 2 } as const;
const day = (iso: string) => Date.parse(iso) / 1000;

describe("chartSummary", () => {
  it("says the span, the change and the extremes with their days", () => {
    const bars = [
      { time: day("2024-08-06"), open: 100, high: 110, low: 99, close: 105, volume: 1 },
      { time: day("2024-08-07"), open: 105, high: 108, low: 90, close: 95, volume: 1 },
      { time: day("2024-08-08"), open: 95, high: 103, low: 94, close: 102.5, volume: 1 },
    ];
    expect(chartSummary(bars, facts)).toBe(
      "AAPL, 1 month: 3 bars of 1 day from 6 Aug 2024 to 8 Aug 2024. " +
        "Opened at 100.00, last 102.50, +2.50 (+2.50\u00a0%). " +
        "Highest 110.00 on 6 Aug 2024, lowest 90.00 on 7 Aug 2024.",
    );
  });
  it("says that there is nothing", () => {
    expect(chartSummary([], facts)).toBe("AAPL, 1 month: no bars.");
  });
});
