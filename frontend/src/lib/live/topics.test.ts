import { describe, expect, it } from "vitest";
import { barsTopic, groupTopics, orderBookTopic, priceTopic, splitTopic, tradesTopic } from "./topics";

describe("topics", () => {
  it("names and splits them", () => {
    expect([priceTopic("BRK.B"), tradesTopic("BTCUSDT"), orderBookTopic("BTCUSDT"), barsTopic("^GSPC", "1d")]).toEqual([
      "price:BRK.B",
      "trades:BTCUSDT",
      "orderbook:BTCUSDT",
      "bars:1d:^GSPC",
    ]);
    expect(splitTopic("bars:1d:^GSPC")).toEqual({ stream: "bars:1d", symbol: "^GSPC" });
  });

  it("never asks for a stream that a symbol was not wanted for, and splits long lists", () => {
    expect(groupTopics(["price:A", "trades:A", "price:B", "trades:B", "price:C", "bars:1m:D"])).toEqual([
      { streams: ["price", "trades"], symbols: ["A", "B"] },
      { streams: ["price"], symbols: ["C"] },
      { streams: ["bars:1m"], symbols: ["D"] },
    ]);
    expect(groupTopics(["price:A", "price:B", "price:C"], 2)).toEqual([
      { streams: ["price"], symbols: ["A", "B"] },
      { streams: ["price"], symbols: ["C"] },
    ]);
    expect(groupTopics([])).toEqual([]);
  });
});
