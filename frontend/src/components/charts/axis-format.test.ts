import { describe, expect, it } from "vitest";
import { writeAxisMark, writeBarTime } from "./axis-format";

const MIDNIGHT = Date.parse("2024-08-08T00:00:00Z") / 1000;
const AFTERNOON = Date.parse("2024-08-08T14:37:00Z") / 1000;

describe("writeAxisMark", () => {
  it("writes minutes in the reader's zone", () => {
    expect([0, 1, 2, 3, 4].map((mark) => writeAxisMark(AFTERNOON, mark, "1m"))).toEqual(["2024", "Aug", "8 Aug", "16:37", "16:37:00"]);
  });
  it("writes days in UTC", () => {
    expect([0, 1, 2].map((mark) => writeAxisMark(MIDNIGHT, mark, "1d"))).toEqual(["2024", "Aug", "8 Aug"]);
  });
});

describe("writeBarTime", () => {
  it("gives days for daily bars and the minute for shorter ones", () => {
    expect(writeBarTime(MIDNIGHT, "1w")).toBe("8 Aug 2024");
    expect(writeBarTime(AFTERNOON, "5m")).toBe("8 Aug 2024, 16:37");
  });
});
