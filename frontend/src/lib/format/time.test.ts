import { describe, expect, it } from "vitest";
import {
  formatAge,
  formatClock,
  formatDateTime,
  formatDay,
  formatDayMonth,
  formatDayUtc,
  formatDuration,
  formatMonth,
  formatTime,
  formatUtc,
  formatYear,
  timeTitle,
  toEpoch,
} from "./time";

// The suite runs in Europe/Zurich: one hour ahead of UTC in winter, two in summer.
const WINTER = Date.UTC(2026, 10, 22, 20, 9, 47);
const SUMMER = "2026-07-01T22:30:00Z";

describe("formatAge", () => {
  it.each([
    [0, "now"],
    [-5_000, "now"],
    [999, "now"],
    [12_400, "12 s ago"],
    [59_999, "59 s ago"],
    [60_000, "1 min ago"],
    [3_599_999, "59 min ago"],
    [3_600_000, "1 h ago"],
    [86_399_999, "23 h ago"],
    [86_400_000, "21 Nov 2026"],
  ])("writes an age of %d ms as %s", (age, text) => expect(formatAge(WINTER - age, WINTER)).toBe(text));

  it("takes ISO texts and says when there is none", () => {
    expect(formatAge("2026-11-22T20:09:35Z", WINTER)).toBe("12 s ago");
    expect(formatAge(null, WINTER)).toBe("—");
    expect(formatAge("yesterday", WINTER)).toBe("—");
  });
});

describe("moments", () => {
  it("writes the reader's own time", () => {
    expect(formatDateTime(WINTER)).toBe("22 Nov 2026, 21:09:47");
    expect(formatDateTime(SUMMER)).toBe("2 Jul 2026, 00:30:00");
    expect(formatDay(WINTER)).toBe("22 Nov 2026");
    expect(formatTime(WINTER)).toBe("21:09:47");
    expect(formatClock(WINTER)).toBe("21:09");
  });

  it("writes UTC and both together", () => {
    expect(formatUtc(WINTER)).toBe("2026-11-22 20:09:47 UTC");
    expect(timeTitle(WINTER)).toBe("22 Nov 2026, 21:09:47 local time · 2026-11-22 20:09:47 UTC");
  });

  it("writes parts of a day, in the reader's zone or in UTC", () => {
    const newYear = Date.UTC(2026, 11, 31, 23, 30);
    expect([formatDay(newYear), formatDayUtc(newYear)]).toEqual(["1 Jan 2027", "31 Dec 2026"]);
    expect([formatDayMonth(newYear), formatDayMonth(newYear, true)]).toEqual(["1 Jan", "31 Dec"]);
    expect([formatMonth(newYear), formatMonth(newYear, true)]).toEqual(["Jan", "Dec"]);
    expect([formatYear(newYear), formatYear(newYear, true)]).toEqual(["2027", "2026"]);
  });

  it("says what is missing", () => {
    expect([formatDateTime(null), formatDay(undefined), formatUtc("never")]).toEqual(["—", "—", "—"]);
    expect(timeTitle(null)).toBe("");
    expect(toEpoch(new Date(WINTER))).toBe(WINTER);
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0 s"],
    [-3, "0 s"],
    [59.9, "59 s"],
    [180, "3 min"],
    [7_300, "2 h"],
    [400_000, "4 d"],
    [null, "—"],
    [Number.NaN, "—"],
  ])("writes %s seconds as %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));
});
