import { describe, expect, it } from "vitest";
import type { PriceData } from "@/lib/live/payloads";
import { keyFigures } from "./key-figures";

const quote: PriceData = {
  symbol: "AAPL",
  price: 210.5,
  time: "2024-08-08T14:00:00Z",
  currency: "USD",
  bid: 210.49,
  ask: 210.52,
  open: 209,
  high: 211.125,
  low: 208.5,
  previous_close: 208,
  change: 2.5,
  change_percent: 1.2,
  volume: 41_234_567,
  quote_volume: null,
  market_cap: 3.2e12,
};

describe("keyFigures", () => {
  it("writes prices by the instrument's decimals and large figures short, with the exact value", () => {
    const figures = Object.fromEntries(keyFigures(quote, 2).map((figure) => [figure.name, figure]));
    expect(figures.High).toEqual({ name: "High", text: "211.13" });
    expect(figures.Spread?.text).toBe("0.03");
    expect(figures.Volume).toEqual({ name: "Volume", text: "41.2\u00a0M", exact: "41,234,567" });
    expect(figures["Market cap"]?.text).toBe("3.2\u00a0T");
  });
  it("shows what is missing as missing", () => {
    const figures = keyFigures({ ...quote, ask: null }, 2).filter((figure) => figure.text === "—");
    expect(figures.map((figure) => figure.name)).toEqual(["Ask", "Spread", "Turnover"]);
  });
});
