import { describe, expect, it } from "vitest";
import { WAITING } from "@/lib/live/topic-state";
import type { Asset } from "./api/featured-assets";
import { chunk } from "./api/quotes";
import { buildRows, laterQuote, liveQuote, type MarketRow, type RowQuote, rowsOfTab, searchText, stripAssets, tradedVolume } from "./market-row";

const asset = (symbol: string, asset_class: Asset["asset_class"] = "crypto"): Asset => ({
  symbol,
  asset_class,
  name: `${symbol} name`,
  currency: "USD",
  venue: "",
  base: "",
  price_decimals: 2,
  isin: "",
  sector: "",
  country: "",
  is_featured: true,
  streams: ["price"],
});

const quote = (symbol: string, change_percent: number | null, time = "2024-08-08T14:00:00Z"): RowQuote => ({
  quote: {
    symbol,
    price: 1,
    time,
    currency: "USD",
    bid: null,
    ask: null,
    open: null,
    high: null,
    low: null,
    previous_close: null,
    change: null,
    change_percent,
    volume: null,
    quote_volume: null,
    market_cap: null,
  },
  provenance: { source: "binance", as_of: time, fetched_at: time, delay_class: "live", unit: "price" },
});

const row = (symbol: string, change: number | null, assetClass?: Asset["asset_class"]): MarketRow => ({
  asset: asset(symbol, assetClass),
  item: quote(symbol, change),
  failure: null,
  closes: null,
});

const symbolsOf = (rows: readonly MarketRow[]) => rows.map((each) => each.asset.symbol);

describe("buildRows", () => {
  it("keeps a row for every instrument, with its failure where it has no quote", () => {
    const failure = { symbol: "B", code: "no_answer", message: "No source answered for B", facts: {} };
    const rows = buildRows({
      assets: [asset("A"), asset("B")],
      quotes: new Map([["A", quote("A", 1)]]),
      failures: new Map([["B", failure]]),
      closes: new Map([["A", [1, 2]]]),
    });
    expect(rows.map((each) => [each.item?.quote.symbol ?? null, each.failure?.message ?? null, each.closes])).toEqual([
      ["A", null, [1, 2]],
      [null, "No source answered for B", null],
    ]);
  });
});

describe("rowsOfTab", () => {
  const rows = [row("AAPL", 1, "equity"), row("BTCUSDT", -9), row("SPY", null, "etf"), row("EURUSD", 4, "fx"), row("^VIX", 0, "index")];
  it("keeps a class", () => {
    expect(symbolsOf(rowsOfTab(rows, "equities"))).toEqual(["AAPL"]);
    expect(symbolsOf(rowsOfTab(rows, "indices"))).toEqual(["^VIX"]);
    expect(rowsOfTab(rows, "all")).toBe(rows);
  });
  it("ranks movers by size whatever the direction, and leaves out what has no change", () => {
    expect(symbolsOf(rowsOfTab(rows, "movers"))).toEqual(["BTCUSDT", "EURUSD", "AAPL", "^VIX"]);
  });
  it("takes twenty movers at most", () => {
    expect(rowsOfTab(Array.from({ length: 30 }, (_, index) => row(`S${index}`, index)), "movers")).toHaveLength(20);
  });
});

describe("stripAssets", () => {
  it("takes the usual ones in their order and fills up with others", () => {
    const assets = ["AAPL", "BTCUSDT", "EURUSD", "^GSPC"].map((symbol) => asset(symbol));
    expect(stripAssets(assets).map((each) => each.symbol)).toEqual(["^GSPC", "EURUSD", "BTCUSDT", "AAPL"]);
    expect(stripAssets(Array.from({ length: 12 }, (_, index) => asset(`S${index}`)))).toHaveLength(8);
  });
});

describe("laterQuote", () => {
  const early = quote("A", 1, "2024-08-08T14:00:00Z");
  const late = quote("A", 2, "2024-08-08T14:00:01Z");
  it("takes the later, the live one of two alike, and what there is", () => {
    expect(laterQuote(early, late)).toBe(late);
    expect(laterQuote(late, early)).toBe(late);
    const twin = quote("A", 3, early.quote.time);
    expect(laterQuote(early, twin)).toBe(twin);
    expect(laterQuote(early, null)).toBe(early);
    expect(laterQuote(null, late)).toBe(late);
    expect(laterQuote(null, null)).toBeNull();
  });
});

describe("the small ones", () => {
  it("knows no live quote while a topic waits", () => {
    expect(liveQuote(WAITING)).toBeNull();
  });
  it("counts no volume where nobody does", () => {
    expect(tradedVolume({ asset_class: "fx" }, { volume: 0 })).toBeNull();
    expect(tradedVolume({ asset_class: "index" }, { volume: 5 })).toBe(5);
    expect(tradedVolume({ asset_class: "equity" }, { volume: 0 })).toBe(0);
  });
  it("is found by symbol and name", () => {
    expect(searchText(row("BTCUSDT", 1))).toContain("BTCUSDT BTCUSDT name");
  });
  it("cuts lists into parts", () => {
    expect(chunk([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(chunk([], 2)).toEqual([]);
  });
});
