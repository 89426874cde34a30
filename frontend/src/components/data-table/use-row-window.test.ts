import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { useRowWindow, windowOf } from "./use-row-window";

describe("windowOf", () => {
  it("holds what is in sight and six rows on either side, within the rows there are", () => {
    expect(windowOf(1_000, 32, 0, 320)).toEqual({ first: 0, end: 16 });
    expect(windowOf(1_000, 32, 3_200, 320)).toEqual({ first: 94, end: 116 });
    expect(windowOf(1_000, 32, 3_201, 320)).toEqual({ first: 94, end: 117 });
    expect(windowOf(1_000, 32, 32 * 990, 320)).toEqual({ first: 984, end: 1_000 });
    expect(windowOf(3, 32, 5_000, 320)).toEqual({ first: 3, end: 3 });
    expect(windowOf(0, 32, 0, 320)).toEqual({ first: 0, end: 0 });
  });
});

describe("useRowWindow", () => {
  it("follows scrolling, and scrolls only as far as a row needs", () => {
    const box = document.createElement("div");
    const { result } = renderHook(() => useRowWindow({ current: box }, 1_000, 32));
    expect(result.current).toMatchObject({ first: 0, end: 26 });
    act(() => result.current.scrollTo(5));
    expect(box.scrollTop).toBe(0);
    act(() => result.current.scrollTo(100));
    expect(box.scrollTop).toBe(100 * 32 - (640 - 32));
    act(() => void box.dispatchEvent(new Event("scroll")));
    expect(result.current).toMatchObject({ first: 75, end: 107 });
    act(() => result.current.scrollTo(2));
    expect(box.scrollTop).toBe(64);
  });
});
