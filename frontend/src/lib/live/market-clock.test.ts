import { describe, expect, it } from "vitest";
import { MarketClock } from "./market-clock";

const NOON = Date.parse("2024-08-08T12:00:00Z");

describe("MarketClock", () => {
  it("is this machine's clock until the server has spoken", () => {
    expect(new MarketClock(() => 5, () => 1234).now()).toBe(1234);
  });

  it("runs at the speed of the replay from what the server said", () => {
    let monotonic = 100;
    const clock = new MarketClock(() => monotonic);
    clock.set("2024-08-08T12:00:00Z", 20);
    monotonic = 1_100;
    expect(clock.now()).toBe(NOON + 20_000);
    clock.set("2024-08-08T13:00:00Z", null, 10);
    expect(clock.now()).toBe(NOON + 3_600_000 + 200);
  });

  it("ignores what is no time", () => {
    const clock = new MarketClock(() => 0, () => 7);
    clock.set("soon", 1);
    expect(clock.now()).toBe(7);
    expect(clock.isKnown).toBe(false);
  });

  it("says once when it is known", () => {
    const clock = new MarketClock(() => 0);
    const heard: boolean[] = [];
    const forget = clock.onKnown(() => heard.push(clock.isKnown));
    clock.set("2024-08-08T12:00:00Z", 1);
    clock.set("2024-08-08T12:00:01Z", null);
    forget();
    expect(heard).toEqual([true]);
  });
});
