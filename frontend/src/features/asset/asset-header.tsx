"use client";

import { Flash } from "@/components/data-table/flash";
import { Figure } from "@/components/provenance/figure";
import { PanelSource } from "@/components/provenance/panel-source";
import { StaleNotice } from "@/components/states/stale-notice";
import { Badge } from "@/components/ui/badge";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/class-names";
import { toApiError } from "@/lib/api/api-error";
import { directionOf, formatChangeWithPercent, formatExact, formatLarge, formatPrice, MISSING } from "@/lib/format/number";
import { toEpoch } from "@/lib/format/time";
import { useMarketNow } from "@/lib/live/hooks";
import type { AssetDetail } from "./api/asset";
import { DayRange } from "./day-range";
import { marketStatus } from "./market-status";
import type { LiveQuote } from "./use-live-quote";

const TONES = { up: "text-up", down: "text-down", flat: "text-muted" } as const;
const ARROWS = { up: "▲", down: "▼", flat: "" } as const;

/** Name, price, change, the day's range and the state of the market. */
export function AssetHeader({ asset, live }: { asset: AssetDetail; live: LiveQuote }) {
  const { quote, provenance, isStale, reason } = live;
  return (
    <header className="flex flex-col gap-2">
      <div className="flex flex-wrap items-end gap-x-6 gap-y-2">
        <div className="min-w-0">
          <h1 className="flex flex-wrap items-baseline gap-x-2 text-page font-semibold">
            {asset.symbol}
            <span className="min-w-0 truncate text-emphasis font-normal text-muted">{asset.name}</span>
          </h1>
          <div className="mt-0.5 flex flex-wrap items-center gap-2 text-table text-muted">
            {asset.venue && <span>{asset.venue}</span>}
            {asset.currency && <span>{asset.currency}</span>}
            <StatusBadge asset={asset} live={live} />
            <PanelSource provenance={provenance} />
          </div>
        </div>
        <div className={cn("flex flex-wrap items-baseline gap-x-3", isStale && "opacity-60")}>
          <HeadlinePrice asset={asset} live={live} />
          {quote && (
            <Figure provenance={provenance} className={cn("text-body font-medium whitespace-nowrap sm:text-emphasis", TONES[directionOf(quote.change)])}>
              {ARROWS[directionOf(quote.change)]} {formatChangeWithPercent(quote.change, quote.change_percent, asset.price_decimals)}
            </Figure>
          )}
        </div>
        {quote && asset.streams.includes("orderbook") && <Traded asset={asset} live={live} />}
        <DayRange quote={quote} priceDecimals={asset.price_decimals} className="w-full @2xl:ml-auto @2xl:w-56" />
      </div>
      {isStale && <StaleNotice since={provenance?.as_of} reason={reason} />}
      {live.error != null && <p className="text-table text-error">No quote: {toApiError(live.error).message}</p>}
    </header>
  );
}

function HeadlinePrice({ asset, live }: { asset: AssetDetail; live: LiveQuote }) {
  if (!live.quote) return live.error ? <span className="text-headline text-muted">{MISSING}</span> : <Skeleton className="h-9 w-40" />;
  return (
    <Figure provenance={live.provenance} className="relative px-1 text-headline font-semibold tracking-tight">
      <span data-testid="headline-price">{formatPrice(live.quote.price, asset.price_decimals)}</span>
      <Flash value={live.quote.price} />
    </Figure>
  );
}

/** What has been traded in a day, where the page has no panel of key figures. */
function Traded({ asset, live }: { asset: AssetDetail; live: LiveQuote }) {
  const figures = [
    { name: `Volume ${asset.base}`, value: live.quote?.volume },
    { name: `Turnover ${asset.currency}`, value: live.quote?.quote_volume },
  ];
  return (
    <dl className={cn("flex gap-5 text-table", live.isStale && "opacity-60")}>
      {figures.map(({ name, value }) => (
        <div key={name}>
          <dt className="text-micro text-muted">{name}</dt>
          <dd>
            <Figure provenance={live.provenance}>
              <span title={formatExact(value)}>{formatLarge(value)}</span>
            </Figure>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function StatusBadge({ asset, live }: { asset: AssetDetail; live: LiveQuote }) {
  const now = useMarketNow(1_000);
  const asOf = toEpoch(live.provenance?.as_of);
  if (!live.provenance || asOf === null) return null;
  const { asset_class: assetClass } = asset;
  const status = marketStatus({ assetClass, delayClass: live.provenance.delay_class, ageSeconds: (now - asOf) / 1000 });
  return (
    <Badge tone={status.tone} title={status.explanation}>
      {status.label}
    </Badge>
  );
}
