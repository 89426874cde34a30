import { describe, expect, it } from "vitest";
import { marketStatus } from "./market-status";

describe("marketStatus", () => {
  it.each([
    ["crypto", "live", 60, "Open 24 h", "up"],
    ["crypto", "live", 61, "Quiet", "warning"],
    ["crypto", "replayed", 2, "Open 24 h", "simulated"],
    ["equity", "live", 300, "Open", "up"],
    ["equity", "live", 301, "Closed or quiet", "neutral"],
    ["equity", "delayed_15m", 1_500, "Open, 15 min delayed", "up"],
    ["equity", "delayed_15m", 1_501, "Closed or quiet", "neutral"],
    ["equity", "simulated", 5, "Open", "simulated"],
    ["fx", "end_of_day", 1, "End of day", "neutral"],
    ["equity", "historical", 1, "Historical", "neutral"],
  ])("calls %s, %s, %d s old %s", (assetClass, delayClass, ageSeconds, label, tone) => {
    expect(marketStatus({ assetClass, delayClass, ageSeconds })).toMatchObject({ label, tone });
  });
});
