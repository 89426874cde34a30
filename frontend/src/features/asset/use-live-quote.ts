"use client";

import type { Provenance } from "@/components/provenance/provenance";
import { useConnectionState, useLive } from "@/lib/live/hooks";
import type { PriceData } from "@/lib/live/payloads";
import { priceTopic } from "@/lib/live/topics";
import { useQuote } from "./api/quote";

export interface LiveQuote {
  quote: PriceData | null;
  provenance: Provenance | null;
  isStale: boolean;
  reason: string | null;
  /** Why there is no quote at all. */
  error: unknown;
  retry: () => void;
}

/** The quote of one asset: live while it moves, else asked for every 15 s; whichever is later. */
export function useLiveQuote(symbol: string): LiveQuote {
  const view = useLive<PriceData>(priceTopic(symbol));
  const isConnected = useConnectionState().phase === "live";
  const asked = useQuote(symbol, isConnected && view.state === "live");
  const fetched = asked.data;
  const isLiveLater = view.data !== null && (!fetched || Date.parse(view.data.time) >= Date.parse(fetched.data.time));
  const quote = isLiveLater ? view.data : (fetched?.data ?? null);
  const isStale = isLiveLater ? view.state === "stale" : asked.isError && fetched !== undefined;
  return {
    quote,
    provenance: isLiveLater ? view.provenance : (fetched?.provenance ?? null),
    isStale,
    reason: isStale ? (isLiveLater ? view.reason : asked.error instanceof Error ? asked.error.message : null) : null,
    error: quote ? null : asked.error,
    retry: () => void asked.refetch(),
  };
}
