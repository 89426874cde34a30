export interface MarketStatus {
  label: string;
  tone: "up" | "neutral" | "warning" | "simulated";
  /** What the label is concluded from. */
  explanation: string;
}

interface StatusFacts {
  assetClass: string;
  delayClass: string;
  /** Age of the last price by the market's clock. */
  ageSeconds: number;
}

const QUIET_CRYPTO_SECONDS = 60;
const OPEN_WITHIN_SECONDS: Readonly<Record<string, number>> = { live: 300, delayed_15m: 1_500, simulated: 300, replayed: 300 };

/** Conclude from the age of the last price and the source's own delay whether a market is moving. */
export function marketStatus({ assetClass, delayClass, ageSeconds }: StatusFacts): MarketStatus {
  if (delayClass === "end_of_day") return { label: "End of day", tone: "neutral", explanation: "The source gives one price a day, after the close." };
  if (delayClass === "historical") return { label: "Historical", tone: "neutral", explanation: "The source gives past prices only." };
  const isUnreal = delayClass === "simulated" || delayClass === "replayed";
  if (assetClass === "crypto") return cryptoStatus(ageSeconds, isUnreal);
  const isOpen = ageSeconds <= (OPEN_WITHIN_SECONDS[delayClass] ?? 300);
  if (!isOpen) return { label: "Closed or quiet", tone: "neutral", explanation: "No price has come for longer than an open market is silent." };
  const label = delayClass === "delayed_15m" ? "Open, 15 min delayed" : "Open";
  return { label, tone: isUnreal ? "simulated" : "up", explanation: "Prices are coming in." };
}

function cryptoStatus(ageSeconds: number, isUnreal: boolean): MarketStatus {
  if (ageSeconds > QUIET_CRYPTO_SECONDS) {
    return { label: "Quiet", tone: "warning", explanation: "This market never closes, yet no price has come for over a minute." };
  }
  return { label: "Open 24 h", tone: isUnreal ? "simulated" : "up", explanation: "This market never closes; prices are coming in." };
}
