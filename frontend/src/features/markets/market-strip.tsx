"use client";

import Link from "next/link";
import { Sparkline } from "@/components/charts/sparkline";
import { Flash } from "@/components/data-table/flash";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/class-names";
import { directionOf, formatPercent, formatPrice, MISSING } from "@/lib/format/number";
import { assetAddress } from "./market-cells";
import type { MarketRow } from "./market-row";
import { useRowQuote } from "./use-row-quote";

const TONES = { up: "text-up", down: "text-down", flat: "text-muted" } as const;

/** Indices, currencies and crypto at a glance, each a link to its page. */
export function MarketStrip({ rows }: { rows: readonly MarketRow[] }) {
  return (
    <nav aria-label="At a glance" className="-m-0.5 overflow-x-auto p-0.5">
      <ul className="flex gap-2">
        {rows.map((row) => (
          <li key={row.asset.symbol} className="min-w-40 flex-1">
            <StripTile row={row} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The strip before its instruments are known, of the same height. */
export function MarketStripSkeleton() {
  return (
    <div aria-hidden className="flex gap-2 overflow-hidden">
      {Array.from({ length: 8 }, (_, index) => (
        <Skeleton key={index} className="h-18 min-w-40 flex-1" />
      ))}
    </div>
  );
}

function StripTile({ row }: { row: MarketRow }) {
  const { item, isStale, reason } = useRowQuote(row);
  const quote = item?.quote;
  const title = item ? (reason ?? row.asset.name) : (row.failure?.message ?? row.asset.name);
  return (
    <Link
      href={assetAddress(row.asset.symbol)}
      prefetch={false}
      title={title}
      className="flex h-18 flex-col justify-between rounded-md border border-border bg-surface px-3 py-2 hover:border-border-strong hover:bg-hover unreal:border-t-simulated"
    >
      <span className="flex items-baseline justify-between gap-2 text-table">
        <span className="truncate font-medium">{row.asset.symbol}</span>
        <span className={cn("whitespace-nowrap tabular-nums", TONES[directionOf(quote?.change_percent)])}>{formatPercent(quote?.change_percent)}</span>
      </span>
      <span className="flex items-end justify-between gap-2">
        <span className={cn("relative -mx-1 px-1 text-emphasis font-semibold tabular-nums", isStale && "opacity-60")}>
          {quote ? formatPrice(quote.price, row.asset.price_decimals) : row.failure ? MISSING : <Skeleton className="h-4 w-16" />}
          <Flash value={quote?.price} />
        </span>
        {row.closes && row.closes.length > 1 && <Sparkline closes={row.closes} width={56} height={20} label="Last 5 days" />}
      </span>
    </Link>
  );
}
