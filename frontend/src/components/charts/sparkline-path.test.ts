import { describe, expect, it } from "vitest";
import { sparklinePath, trendOf } from "./sparkline-path";

describe("sparklinePath", () => {
  it("spans the box, the highest at the top", () => {
    expect(sparklinePath([1, 3, 2], 100, 23)).toBe("M0 21.5L50 1.5L100 11.5");
  });
  it("runs a flat line in the middle", () => {
    expect(sparklinePath([5, 5], 10, 20)).toBe("M0 10L10 10");
  });
  it.each([[[]], [[1]]])("draws nothing for %j", (values) => {
    expect(sparklinePath(values, 10, 10)).toBe("");
  });
});

describe("trendOf", () => {
  it.each<[number[], string]>([
    [[1, 5, 2], "up"],
    [[2, 9, 1], "down"],
    [[2, 9, 2], "flat"],
    [[3], "flat"],
    [[], "flat"],
  ])("calls %j %s", (values, expected) => {
    expect(trendOf(values)).toBe(expected);
  });
});
