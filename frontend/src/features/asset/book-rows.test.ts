import { describe, expect, it } from "vitest";
import { bookRows, type Level, quantityDecimals, spreadBasisPoints } from "./book-rows";

const bids: Level[] = [
  [99, 1],
  [98, 2],
];
const asks: Level[] = [
  [101, 4],
  [102, 2],
];

describe("bookRows", () => {
  it("puts the best prices next to the spread and scales both sides alike", () => {
    expect(bookRows(bids, asks)).toEqual({
      asks: [
        { price: 102, quantity: 2, total: 6, depth: 1 },
        { price: 101, quantity: 4, total: 4, depth: 4 / 6 },
      ],
      bids: [
        { price: 99, quantity: 1, total: 1, depth: 1 / 6 },
        { price: 98, quantity: 2, total: 3, depth: 0.5 },
      ],
    });
  });

  it("keeps the levels nearest to the spread, twenty unless told", () => {
    const many = Array.from({ length: 30 }, (_, index): Level => [1000 - index, 1]);
    const rows = bookRows(many, many.map(([price]) => [3000 - price, 1] as const));
    expect(rows.bids).toHaveLength(20);
    expect(rows.bids[0]!.price).toBe(1000);
    expect(rows.bids[19]!.price).toBe(981);
    expect(rows.asks[19]!.price).toBe(2000);
    expect(rows.asks[0]!.price).toBe(2019);
    expect(bookRows(many, many, 1).bids).toHaveLength(1);
  });

  it("lays out one empty side, and nothing at all", () => {
    expect(bookRows(bids, []).bids[1]!.depth).toBe(1);
    expect(bookRows([], [])).toEqual({ asks: [], bids: [] });
  });
});

describe("spreadBasisPoints", () => {
  it("measures the gap against the middle", () => {
    expect(spreadBasisPoints(99, 101)).toBe(200);
    expect(spreadBasisPoints(101, 99)).toBe(-200);
  });
  it("says nothing without both sides", () => {
    expect(spreadBasisPoints(undefined, 101)).toBeNull();
    expect(spreadBasisPoints(99, undefined)).toBeNull();
  });
});

describe("quantityDecimals", () => {
  it.each<[number[], number]>([
    [[1, 20], 0],
    [[1.5, 0.00012], 5],
    [[1e-7], 6],
    [[2.5e-3, 1], 4],
    [[1e21], 0],
    [[], 0],
  ])("gives the quantities %j %d decimals", (quantities, expected) => {
    expect(quantityDecimals(quantities.map((quantity) => [1, quantity] as const))).toBe(expected);
  });
});
