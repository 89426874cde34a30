"use client";

import { TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { Sparkline } from "@/components/charts/sparkline";
import { Flash } from "@/components/data-table/flash";
import { Figure } from "@/components/provenance/figure";
import type { Provenance } from "@/components/provenance/provenance";
import { ProvenanceChip } from "@/components/provenance/provenance-chip";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/class-names";
import { directionOf, formatChange, formatExact, formatLarge, formatPercent, formatPrice, MISSING } from "@/lib/format/number";
import type { PriceData } from "@/lib/live/payloads";
import { type MarketRow, tradedVolume } from "./market-row";
import { useRowQuote } from "./use-row-quote";

const TONES = { up: "text-up", down: "text-down", flat: "text-muted" } as const;

interface CellProps {
  row: MarketRow;
}

export function assetAddress(symbol: string): string {
  return `/assets/${encodeURIComponent(symbol)}`;
}

export function SymbolCell({ row }: CellProps) {
  return (
    <Link href={assetAddress(row.asset.symbol)} prefetch={false} className="rounded-sm font-medium hover:text-accent-text">
      {row.asset.symbol}
    </Link>
  );
}

export function NameCell({ row }: CellProps) {
  return (
    <span className="block truncate text-muted" title={row.asset.name}>
      {row.asset.name}
    </span>
  );
}

export function PriceCell({ row }: CellProps) {
  return (
    <LiveFigure row={row} isTabStop={false}>
      {(quote) => (
        <>
          {formatPrice(quote.price, row.asset.price_decimals)}
          <Flash value={quote.price} />
        </>
      )}
    </LiveFigure>
  );
}

export function ChangeCell({ row }: CellProps) {
  return (
    <LiveFigure row={row} isTabStop={false}>
      {(quote) => <span className={TONES[directionOf(quote.change)]}>{formatChange(quote.change, row.asset.price_decimals)}</span>}
    </LiveFigure>
  );
}

export function PercentCell({ row }: CellProps) {
  return (
    <LiveFigure row={row} isTabStop={false}>
      {(quote) => <span className={TONES[directionOf(quote.change_percent)]}>{formatPercent(quote.change_percent)}</span>}
    </LiveFigure>
  );
}

export function VolumeCell({ row }: CellProps) {
  return (
    <LiveFigure row={row} isTabStop={false}>
      {(quote) => {
        const volume = tradedVolume(row.asset, quote);
        return <span title={formatExact(volume)}>{formatLarge(volume)}</span>;
      }}
    </LiveFigure>
  );
}

export function SparklineCell({ row, width = 104 }: CellProps & { width?: number }) {
  if (!row.closes || row.closes.length < 2) return <span className="text-faint">{MISSING}</span>;
  return <Sparkline closes={row.closes} width={width} height={20} label={`${row.asset.symbol}, last 5 days`} className="ml-auto" />;
}

/** The chip of a row, or why the row has no figures. */
export function SourceCell({ row }: CellProps) {
  const { item, isStale, reason } = useRowQuote(row);
  if (!item && row.failure) return <FailureNote message={row.failure.message} />;
  return (
    <span className="flex items-center" title={isStale ? (reason ?? undefined) : undefined}>
      {isStale && <TriangleAlert aria-label={`Not moving: ${reason ?? "the source is silent"}`} className="size-3.5 shrink-0 text-warning" />}
      <ProvenanceChip provenance={item?.provenance} className="-ml-1.5" />
    </span>
  );
}

/** Two lines for phones: symbol over name. */
export function InstrumentCell({ row }: CellProps) {
  return (
    <span className="flex flex-col gap-0.5">
      <SymbolCell row={row} />
      <NameCell row={row} />
    </span>
  );
}

/** Two lines for phones: price over change. */
export function PriceAndChangeCell({ row }: CellProps) {
  const { item } = useRowQuote(row);
  if (!item && row.failure) return <FailureNote message={row.failure.message} />;
  return (
    <span className="flex flex-col items-end gap-0.5">
      <LiveFigure row={row}>
        {(quote) => (
          <span className="text-body font-medium">
            {formatPrice(quote.price, row.asset.price_decimals)}
            <Flash value={quote.price} />
          </span>
        )}
      </LiveFigure>
      <PercentCell row={row} />
    </span>
  );
}

interface LiveFigureProps extends CellProps {
  isTabStop?: boolean;
  children: (quote: PriceData, provenance: Provenance) => ReactNode;
}

/** A figure of the row's quote: a bar while it is on its way, a dash where it will not come, dimmed while it is stale. */
function LiveFigure({ row, isTabStop, children }: LiveFigureProps) {
  const { item, isStale } = useRowQuote(row);
  if (!item) return row.failure ? MISSING : <Skeleton className="ml-auto h-3 w-14" />;
  return (
    <Figure provenance={item.provenance} isTabStop={isTabStop} className={cn(isStale && "opacity-60")}>
      {children(item.quote, item.provenance)}
    </Figure>
  );
}

function FailureNote({ message }: { message: string }) {
  return (
    <span className="flex items-center gap-1 text-warning" title={message}>
      <TriangleAlert aria-hidden className="size-3.5 shrink-0" />
      <span className="truncate">{message}</span>
    </span>
  );
}
