"use client";

import { useMemo } from "react";
import { toApiError } from "@/lib/api/api-error";
import { useFeaturedAssets } from "./api/featured-assets";
import { type Failure, useQuotes } from "./api/quotes";
import { useSparklines } from "./api/sparklines";
import { buildRows, type MarketRow } from "./market-row";

const NOTHING = new Map<string, never>();

export interface MarketRows {
  rows: readonly MarketRow[];
  isLoading: boolean;
  /** Why there are no rows at all. */
  error: unknown;
  /** Why no quote could be asked for, while the rows stand. */
  quotesError: unknown;
  quotesSince: number;
  retry: () => void;
}

/** Everything the markets page knows by asking, one row per featured instrument. */
export function useMarketRows(): MarketRows {
  const featured = useFeaturedAssets();
  const assets = featured.data;
  const symbols = useMemo(() => assets?.map((asset) => asset.symbol) ?? [], [assets]);
  const quotes = useQuotes(symbols);
  const sparklines = useSparklines(symbols);
  const rows = useMemo(
    () =>
      buildRows({
        assets: assets ?? [],
        quotes: quotes.data?.quotes ?? NOTHING,
        failures: quotes.data?.failures ?? failAll(symbols, quotes.error),
        closes: sparklines.data ?? NOTHING,
      }),
    [assets, symbols, quotes.data, quotes.error, sparklines.data],
  );
  return {
    rows,
    isLoading: featured.isPending,
    error: featured.error,
    quotesError: quotes.error,
    quotesSince: quotes.dataUpdatedAt,
    retry: () => void (featured.error ? featured.refetch() : quotes.refetch()),
  };
}

/** When the whole request failed, every row says so instead of waiting for ever. */
function failAll(symbols: readonly string[], error: unknown): ReadonlyMap<string, Failure> {
  if (!error) return NOTHING;
  const { code, message } = toApiError(error);
  return new Map(symbols.map((symbol) => [symbol, { symbol, code, message, facts: {} }]));
}
