"use client";

import { useMemo } from "react";
import type { BarFeed } from "@/components/charts/bar-feed";
import { ChartCanvas } from "@/components/charts/chart-canvas";
import { chartSummary } from "@/components/charts/chart-summary";
import { CrosshairLegend } from "@/components/charts/crosshair-legend";
import { type ChartKind, PriceSeries } from "@/components/charts/price-series";
import { VolumeSeries } from "@/components/charts/volume-series";
import type { AssetDetail } from "./api/asset";
import { type ChartRange, RANGE_WORDS } from "./chart-range";

interface PriceChartProps {
  asset: AssetDetail;
  feed: BarFeed;
  kind: ChartKind;
  range: ChartRange;
  isLogarithmic: boolean;
  summaryId: string;
}

/** Prices over volume, with a legend that follows the crosshair and a summary for those who do not see it. */
export function PriceChart({ asset, feed, kind, range, isLogarithmic, summaryId }: PriceChartProps) {
  const hasVolume = useMemo(() => feed.bars.some((bar) => bar.volume > 0), [feed]);
  const summary = useMemo(
    () => chartSummary(feed.bars, { name: asset.symbol, range: RANGE_WORDS[range], interval: feed.interval, priceDecimals: asset.price_decimals }),
    [asset, feed, range],
  );
  return (
    <>
      <p id={summaryId} className="sr-only">
        {summary}
      </p>
      <ChartCanvas
        label={`Price of ${asset.symbol}, ${RANGE_WORDS[range]}`}
        describedBy={summaryId}
        interval={feed.interval}
        isLogarithmic={isLogarithmic}
        className="size-full"
      >
        <PriceSeries feed={feed} kind={kind} priceDecimals={asset.price_decimals} fitKey={range} />
        {hasVolume && <VolumeSeries feed={feed} />}
        <CrosshairLegend feed={feed} interval={feed.interval} priceDecimals={asset.price_decimals} hasVolume={hasVolume} />
      </ChartCanvas>
    </>
  );
}
