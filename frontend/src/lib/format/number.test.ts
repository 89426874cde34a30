import { describe, expect, it } from "vitest";
import {
  directionOf,
  formatBasisPoints,
  formatChange,
  formatChangeWithPercent,
  formatCount,
  formatExact,
  formatLarge,
  formatMilliseconds,
  formatPercent,
  formatPrice,
  formatQuantity,
  formatShare,
  formatSpeed,
} from "./number";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe("formatPrice", () => {
  it.each([
    [61234.5, 2, "61,234.50"],
    [1.08432, 5, "1.08432"],
    [150, 0, "150"],
    [-37.63, 2, "−37.63"],
    [0, 2, "0.00"],
    [-0.001, 2, "0.00"],
  ])("writes %d with %d decimals as %s", (value, decimals, text) => expect(formatPrice(value, decimals)).toBe(text));

  it.each([null, undefined, Number.NaN, Number.POSITIVE_INFINITY])("writes %s as missing", (value) =>
    expect(formatPrice(value, 2)).toBe("—"),
  );
});

describe("changes", () => {
  it.each([
    [0.53, "+0.53 %"],
    [-12.345, "−12.35 %"],
    [0, "0.00 %"],
    [-0.004, "0.00 %"],
    [1234.5, "+1,234.50 %"],
    [null, "—"],
  ])("writes %s percent as %s", (value, text) => expect(plain(formatPercent(value))).toBe(text));

  it("keeps number and sign of percent on one line", () => expect(formatPercent(0.53)).toBe("+0.53\u00a0%"));

  it("signs changes", () => {
    expect(formatChange(1.24, 2)).toBe("+1.24");
    expect(formatChange(-1.24, 2)).toBe("−1.24");
    expect(formatChange(0, 2)).toBe("0.00");
    expect(formatChange(null, 2)).toBe("—");
  });

  it("joins change and percentage, and does with either alone", () => {
    expect(plain(formatChangeWithPercent(1.24, 0.53, 2))).toBe("+1.24 (+0.53 %)");
    expect(plain(formatChangeWithPercent(null, 0.53, 2))).toBe("+0.53 %");
    expect(formatChangeWithPercent(1.24, null, 2)).toBe("+1.24");
    expect(formatChangeWithPercent(null, null, 2)).toBe("—");
  });

  it("tells the direction", () => {
    expect([2, -2, 0, null, Number.NaN].map(directionOf)).toEqual(["up", "down", "flat", "flat", "flat"]);
  });
});

describe("large and exact numbers", () => {
  it.each([
    [1_234_567, "1.2 M"],
    [3_400_000_000, "3.4 B"],
    [2_950_000_000_000, "3.0 T"],
    [12_345, "12.3 K"],
    [999_949, "999.9 K"],
    [999_960, "1.0 M"],
    [999.96, "1.0 K"],
    [950, "950"],
    [12.345, "12.35"],
    [0, "0"],
    [-1_500_000, "−1.5 M"],
    [undefined, "—"],
  ])("writes %s as %s", (value, text) => expect(plain(formatLarge(value))).toBe(text));

  it("keeps every digit of the exact value", () => {
    expect(formatExact(1_234_567.89)).toBe("1,234,567.89");
    expect(formatExact(0.00000042)).toBe("0.00000042");
    expect(formatExact(null)).toBe("—");
  });

  it("drops the trailing zeros of a quantity", () => {
    expect(formatQuantity(0.015)).toBe("0.015");
    expect(formatQuantity(0.123456789)).toBe("0.12345679");
    expect(formatQuantity(2.5, 0)).toBe("3");
    expect(formatQuantity(null)).toBe("—");
  });

  it("writes counts, shares, basis points, durations and speeds", () => {
    expect(formatCount(12_345.4)).toBe("12,345");
    expect(formatCount(null)).toBe("—");
    expect(plain(formatShare(0.42))).toBe("42 %");
    expect(formatShare(null)).toBe("—");
    expect(plain(formatBasisPoints(3.25))).toBe("3.3 bp");
    expect(formatBasisPoints(null)).toBe("—");
    expect(plain(formatMilliseconds(12.4))).toBe("12 ms");
    expect(plain(formatMilliseconds(1234))).toBe("1.2 s");
    expect(formatMilliseconds(undefined)).toBe("—");
    expect(formatSpeed(20)).toBe("20×");
    expect(formatSpeed(null)).toBe("—");
  });
});
