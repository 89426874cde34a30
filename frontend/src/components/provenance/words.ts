import { titleCase } from "./source-name";

const DELAY_WORDS: Readonly<Record<string, string>> = {
  live: "Live, as the source sends it",
  delayed_15m: "Delayed by 15 minutes",
  end_of_day: "End of day, once after the close",
  historical: "Historical, not a current figure",
  simulated: "Simulated market, not real",
  replayed: "Replayed recording, not current",
};

const FRESHNESS_LIMITS = [
  [0, "Real time"],
  [30, "Up to 30 s old"],
  [300, "Up to 5 min old"],
  [3_600, "Up to an hour old"],
  [86_400, "Stale, over an hour old"],
] as const;

const TIER_WORDS: Readonly<Record<string, string>> = {
  L1: "Answered from memory (L1)",
  L2: "Answered from the shared cache (L2)",
  L3: "Answered from storage (L3)",
};

const OUTCOME_WORDS: Readonly<Record<string, string>> = {
  answered: "Answered",
  failed: "Failed",
  skipped: "Skipped",
  rejected: "Rejected",
};

export function delayWords(delayClass: string): string {
  return DELAY_WORDS[delayClass] ?? titleCase(delayClass);
}

/** Put an age in seconds into the product's freshness classes, in words. */
export function freshnessWords(ageSeconds: number): string {
  return FRESHNESS_LIMITS.find(([limit]) => ageSeconds <= limit)?.[1] ?? "Expired, over a day old";
}

export function tierWords(tier: string | null | undefined): string {
  return tier ? (TIER_WORDS[tier] ?? tier) : "Not from a cache";
}

export function outcomeWords(outcome: string): string {
  return OUTCOME_WORDS[outcome] ?? titleCase(outcome);
}

/** Say what a figure counts: `price in USD`, `rate`. */
export function unitWords(unit: string, currency: string | null | undefined): string {
  return currency ? `${unit} in ${currency}` : unit;
}

/** Say whether figures of this delay class are not the real market of now. */
export function isUnreal(delayClass: string | null | undefined): boolean {
  return delayClass === "simulated" || delayClass === "replayed";
}
