"use client";

import { useMemo } from "react";
import { Panel } from "@/components/panel/panel";
import { ErrorState } from "@/components/states/error-state";
import { LoadingState } from "@/components/states/loading-state";
import { stripAssets } from "./market-row";
import { MarketStrip, MarketStripSkeleton } from "./market-strip";
import { MarketsPanel } from "./markets-panel";
import { useMarketRows } from "./use-market-rows";

/** The markets at a glance and in a table. */
export function MarketsView() {
  const markets = useMarketRows();
  const strip = useMemo(() => {
    const bySymbol = new Map(markets.rows.map((row) => [row.asset.symbol, row]));
    return stripAssets(markets.rows.map((row) => row.asset)).flatMap((asset) => bySymbol.get(asset.symbol) ?? []);
  }, [markets.rows]);

  return (
    <div className="flex h-[calc(100dvh-6.5rem)] min-h-144 flex-col gap-3 p-3 md:h-[calc(100dvh-3rem)]">
      <h1 className="sr-only">Markets</h1>
      {markets.isLoading ? <MarketStripSkeleton /> : strip.length > 0 && <MarketStrip rows={strip} />}
      {markets.error || markets.isLoading ? (
        <Panel title="Instruments" className="min-h-0 flex-1">
          {markets.error ? <ErrorState what="Instruments" error={markets.error} onRetry={markets.retry} /> : <LoadingState what="Instruments" rows={16} />}
        </Panel>
      ) : (
        <MarketsPanel markets={markets} />
      )}
    </div>
  );
}
