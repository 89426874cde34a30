"use client";

import { Download } from "lucide-react";
import { lazy, Suspense, useEffect, useId, useMemo } from "react";
import { BarFeed } from "@/components/charts/bar-feed";
import { CHART_KINDS } from "@/components/charts/price-series";
import { downloadCsv } from "@/components/data-table/csv";
import { isPageKey } from "@/components/data-table/use-row-keys";
import { Panel } from "@/components/panel/panel";
import { PanelSource } from "@/components/provenance/panel-source";
import { ErrorState } from "@/components/states/error-state";
import { StaleNotice } from "@/components/states/stale-notice";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { toApiError } from "@/lib/api/api-error";
import { cn } from "@/lib/class-names";
import { useLive } from "@/lib/live/hooks";
import { useAddressChoice } from "@/lib/url-state";
import type { AssetDetail } from "./api/asset";
import { type RangeBars, useRangeBars } from "./api/bars";
import { barsToCsv } from "./bars-csv";
import { CHART_RANGES } from "./chart-range";
import { ChartToolbar } from "./chart-toolbar";
import { NoBars } from "./no-bars";
import { PriceChart } from "./price-chart";
import { LiveBars, liveBarsTopic } from "./live-bars";

// The table is for those who ask for it.
const BarsTable = lazy(() => import("./bars-table").then((module) => ({ default: module.BarsTable })));

/** How the price got where it is: chart or table, range, kind and scale live in the address. */
export function ChartPanel({ asset, className }: { asset: AssetDetail; className?: string }) {
  const [range, setRange] = useAddressChoice("range", CHART_RANGES, "1D");
  const [kind, setKind] = useAddressChoice("chart", CHART_KINDS, "candles");
  const [scale, setScale] = useAddressChoice("scale", ["linear", "log"], "linear");
  const [face, setFace] = useAddressChoice("view", ["chart", "table"], "chart");
  const answer = useRangeBars(asset.symbol, range, asset.asset_class);
  const data = answer.data;
  const feed = useMemo(() => data && new BarFeed(data.bars, data.interval), [data]);
  const summaryId = useId();
  const handleExport = () => feed && downloadCsv(`${asset.symbol}-${feed.interval}.csv`, barsToCsv(feed.bars, data?.currency ?? null));
  useChartKeys((index) => setRange(CHART_RANGES[index] ?? range), handleExport);

  return (
    <Panel
      title="Price"
      source={data && <ChartSource asset={asset} data={data} />}
      className={className}
      bodyClassName="flex flex-col"
      canFillScreen
      actions={
        <Button variant="ghost" size="icon-small" aria-label="Export bars as CSV" title="Export bars as CSV (e)" disabled={!feed} onClick={handleExport}>
          <Download aria-hidden="true" />
        </Button>
      }
    >
      <ChartToolbar
        {...{ range, kind, scale, face }}
        onRange={setRange}
        onKind={setKind}
        onScale={setScale}
        onFace={setFace}
      />
      {answer.isError && data && <StaleNotice since={data.provenance.as_of} reason={toApiError(answer.error).message} />}
      {feed && <LiveBars asset={asset} feed={feed} />}
      <div className={cn("relative min-h-0 flex-1", answer.isPlaceholderData && "opacity-60")}>
        {!data || !feed ? (
          <ChartWait symbol={asset.symbol} error={answer.error} onRetry={() => void answer.refetch()} />
        ) : data.bars.length === 0 ? (
          <NoBars symbol={asset.symbol} range={data.range} onChoose={setRange} />
        ) : face === "table" ? (
          <Suspense fallback={<Skeleton className="absolute inset-3" />}>
            <BarsTable asset={asset} feed={feed} />
          </Suspense>
        ) : (
          <PriceChart {...{ asset, feed, kind, summaryId }} range={data.range} isLogarithmic={scale === "log"} />
        )}
      </div>
    </Panel>
  );
}

/** The chip of the chart: of the live bars while they move, else of what was fetched. */
function ChartSource({ asset, data }: { asset: AssetDetail; data: RangeBars }) {
  const live = useLive(liveBarsTopic(asset, data.interval)).provenance;
  const isLater = live !== null && Date.parse(live.as_of) >= Date.parse(data.provenance.as_of);
  return <PanelSource provenance={isLater ? live : data.provenance} />;
}

function ChartWait({ symbol, error, onRetry }: { symbol: string; error: unknown; onRetry: () => void }) {
  if (error) return <ErrorState what={`Bars of ${symbol}`} error={error} onRetry={onRetry} className="h-full" />;
  return (
    <div role="status" className="absolute inset-0 p-3">
      <span className="sr-only">Bars of {symbol}: loading</span>
      <Skeleton className="size-full" />
    </div>
  );
}

/** 1 to 9 choose a range, e exports. */
function useChartKeys(onRange: (index: number) => void, onExport: () => void): void {
  useEffect(() => {
    function handleKeyDown(event: KeyboardEvent) {
      if (!isPageKey(event)) return;
      if (/^[1-9]$/.test(event.key)) onRange(Number(event.key) - 1);
      else if (event.key === "e") onExport();
    }
    document.addEventListener("keydown", handleKeyDown);
    return () => document.removeEventListener("keydown", handleKeyDown);
  });
}
