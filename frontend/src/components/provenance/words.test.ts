import { describe, expect, it } from "vitest";
import { delayWords, freshnessWords, isUnreal, outcomeWords, tierWords, unitWords } from "./words";
import { sourceName } from "./source-name";

describe("sourceName", () => {
  it.each([
    ["binance", "Binance"],
    ["yahoo_finance", "Yahoo Finance"],
    ["sec_edgar", "SEC EDGAR"],
    ["coingecko", "CoinGecko"],
    ["consensus", "Consensus"],
    ["alpha_vantage", "Alpha Vantage"],
  ])("writes %s as %s", (id, name) => {
    expect(sourceName(id)).toBe(name);
  });
});

describe("freshnessWords", () => {
  it.each([
    [-3, "Real time"],
    [0, "Real time"],
    [0.5, "Up to 30 s old"],
    [30, "Up to 30 s old"],
    [30.5, "Up to 5 min old"],
    [300, "Up to 5 min old"],
    [3_600, "Up to an hour old"],
    [3_601, "Stale, over an hour old"],
    [86_400, "Stale, over an hour old"],
    [86_401, "Expired, over a day old"],
  ])("puts %d s into its class", (age, words) => {
    expect(freshnessWords(age)).toBe(words);
  });
});

describe("the other words", () => {
  it("names delay, tier, outcome and unit", () => {
    expect(delayWords("replayed")).toBe("Replayed recording, not current");
    expect(delayWords("delayed_60m")).toBe("Delayed 60m");
    expect(tierWords("L3")).toBe("Answered from storage (L3)");
    expect(tierWords(null)).toBe("Not from a cache");
    expect(tierWords("edge")).toBe("edge");
    expect(outcomeWords("skipped")).toBe("Skipped");
    expect(outcomeWords("timed_out")).toBe("Timed Out");
    expect(unitWords("price", "USD")).toBe("price in USD");
    expect(unitWords("index points", null)).toBe("index points");
  });

  it("calls only simulated and replayed figures unreal", () => {
    expect(["simulated", "replayed", "live", "historical", null].filter(isUnreal)).toEqual(["simulated", "replayed"]);
  });
});
