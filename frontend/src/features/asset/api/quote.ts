import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { assetKeys } from "./keys";

export type QuoteAnswer = components["schemas"]["QuoteAnswer"];

const FALLBACK_MS = 15_000;

/** Ask for the latest quote; again every 15 s while the live one is not moving. */
export function useQuote(symbol: string, isLive: boolean) {
  return useQuery({
    queryKey: assetKeys.quote(symbol),
    queryFn: ({ signal }): Promise<QuoteAnswer> => unwrap(api.GET("/api/quotes/{symbol}", { params: { path: { symbol } }, signal })),
    refetchInterval: isLive ? false : FALLBACK_MS,
  });
}
