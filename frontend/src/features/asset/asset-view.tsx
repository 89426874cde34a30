"use client";

import { useEffect } from "react";
import { ErrorState } from "@/components/states/error-state";
import { toApiError } from "@/lib/api/api-error";
import { noteRecentAsset } from "@/lib/preferences/recent-assets";
import { type AssetDetail, useAsset } from "./api/asset";
import { AssetHeader } from "./asset-header";
import { AssetSkeleton } from "./asset-skeleton";
import { ChartPanel } from "./chart-panel";
import { KeyFiguresPanel } from "./key-figures-panel";
import { OrderBookPanel } from "./order-book-panel";
import { TapePanel } from "./tape-panel";
import { UnknownAsset } from "./unknown-asset";
import { useLiveQuote } from "./use-live-quote";

const BOOK_GRID = "@3xl:grid-cols-[minmax(0,1fr)_18rem] @3xl:grid-rows-[auto_1fr] @6xl:grid-cols-[minmax(0,1fr)_18rem_15rem] @6xl:grid-rows-1";
const FIGURES_GRID = "@3xl:grid-cols-[minmax(0,1fr)_20rem]";
/** What the window leaves below the top bar and the header. */
const TALL = "@3xl:h-[calc(100dvh-9.25rem)] @3xl:min-h-120";

/** One instrument: what it costs, how it got there, and what waits to be traded. */
export function AssetView({ symbol }: { symbol: string }) {
  const asset = useAsset(symbol);
  if (asset.data) return <KnownAsset key={asset.data.symbol} asset={asset.data} />;
  if (asset.isPending) return <AssetSkeleton symbol={symbol} />;
  if (toApiError(asset.error).status === 404) return <UnknownAsset symbol={symbol} error={asset.error} />;
  return (
    <>
      <h1 className="sr-only">{symbol}</h1>
      <ErrorState what={symbol} error={asset.error} onRetry={() => void asset.refetch()} className="min-h-[60dvh]" />
    </>
  );
}

function KnownAsset({ asset }: { asset: AssetDetail }) {
  const live = useLiveQuote(asset.symbol);
  const hasBook = asset.streams.includes("orderbook");
  const hasTape = asset.streams.includes("trades");
  const { symbol, name, asset_class: assetClass } = asset;
  useEffect(() => noteRecentAsset({ symbol, name, assetClass }), [symbol, name, assetClass]);
  return (
    <div className="@container flex flex-col gap-3 p-3">
      <AssetHeader asset={asset} live={live} />
      <div className={`grid gap-3 ${hasBook ? BOOK_GRID : FIGURES_GRID}`}>
        <ChartPanel asset={asset} className={`h-[max(26rem,60dvh)] ${hasBook ? "@3xl:row-span-2 @6xl:row-span-1" : ""} ${TALL}`} />
        {hasBook && <OrderBookPanel asset={asset} className="h-128 @3xl:h-[calc(60dvh-5rem)] @3xl:min-h-72 @6xl:h-[calc(100dvh-9.25rem)] @6xl:min-h-120" />}
        {hasTape && <TapePanel asset={asset} className="h-96 @3xl:h-auto @3xl:min-h-48 @6xl:h-[calc(100dvh-9.25rem)] @6xl:min-h-120" />}
        {!hasBook && <KeyFiguresPanel asset={asset} live={live} className={TALL} />}
      </div>
    </div>
  );
}
