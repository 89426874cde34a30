import { describe, expect, it } from "vitest";
import { bookState } from "./book-state";

describe("bookState", () => {
  it("trusts a live book of a moving topic only", () => {
    expect(bookState("live", false, null)).toMatchObject({ label: "Live", tone: "up", isTrusted: true });
    expect(bookState("live", true, "The connection was lost; reconnecting.")).toEqual({
      label: "Stale",
      tone: "warning",
      isTrusted: false,
      explanation: "The connection was lost; reconnecting.",
    });
  });
  it.each([
    ["syncing", "Syncing", "neutral"],
    ["unsynced", "Not synced", "neutral"],
    ["stale", "Stale", "warning"],
    ["crossed", "Crossed", "error"],
  ] as const)("calls %s %s and does not trust it", (state, label, tone) => {
    expect(bookState(state, false, null)).toMatchObject({ label, tone, isTrusted: false });
  });
  it("keeps saying crossed when the topic stops too", () => {
    expect(bookState("crossed", true, null).label).toBe("Crossed");
  });
});
