"use client";

import { type RefObject, useEffect, useMemo, useRef } from "react";
import { cn } from "@/lib/class-names";
import { formatBasisPoints, formatPrice } from "@/lib/format/number";
import type { OrderBookData } from "@/lib/live/payloads";
import type { AssetDetail } from "./api/asset";
import { type BookRow, bookRows, quantityDecimals, spreadBasisPoints } from "./book-rows";

interface LadderProps {
  asset: AssetDetail;
  book: OrderBookData;
  className?: string;
}

const SIDES = { ask: { tone: "text-down", fill: "var(--down-soft)" }, bid: { tone: "text-up", fill: "var(--up-soft)" } } as const;

/** Asks above, bids below, the spread between them; the bars show what has gathered up to each price. */
export function Ladder({ asset, book, className }: LadderProps) {
  const rows = useMemo(() => bookRows(book.bids, book.asks), [book]);
  const decimals = useMemo(() => quantityDecimals([...book.bids, ...book.asks]), [book]);
  const scroller = useRef<HTMLDivElement>(null);
  const spread = useRef<HTMLTableRowElement>(null);
  useCentred(scroller, spread);
  const precision = { priceDecimals: asset.price_decimals, quantityDecimals: decimals };
  return (
    <div ref={scroller} tabIndex={0} role="region" aria-label={`Order book of ${asset.symbol}`} className={cn("overflow-y-auto overscroll-contain", className)}>
      <table className="w-full table-fixed border-separate border-spacing-0 text-table leading-4 tabular-nums">
        <caption className="sr-only">Asks from the farthest to the best, the spread, bids from the best to the farthest</caption>
        <thead>
          <tr className="text-micro text-muted">
            <HeaderCell name="Price" unit={asset.currency} />
            <HeaderCell name="Quantity" unit={asset.base} />
            <HeaderCell name="Total" unit={asset.base} />
          </tr>
        </thead>
        <LadderSide rows={rows.asks} side="ask" {...precision} />
        <tbody>
          <tr ref={spread}>
            <th scope="row" className="border-y border-border bg-surface px-3 py-0.5 text-left font-normal text-muted">
              Spread
            </th>
            <td className="border-y border-border px-2 py-0.5 text-right">{formatPrice(book.spread, asset.price_decimals)}</td>
            <td className="border-y border-border px-3 py-0.5 text-right text-muted">{formatBasisPoints(spreadBasisPoints(book.bids[0]?.[0], book.asks[0]?.[0]))}</td>
          </tr>
        </tbody>
        <LadderSide rows={rows.bids} side="bid" {...precision} />
      </table>
    </div>
  );
}

function HeaderCell({ name, unit }: { name: string; unit: string }) {
  return (
    <th scope="col" className="sticky top-0 z-1 h-6 border-b border-border bg-surface px-2 text-right font-medium first:pl-3 last:pr-3">
      {name} {unit && <span className="font-normal text-faint">{unit}</span>}
    </th>
  );
}

interface LadderSideProps {
  rows: readonly BookRow[];
  side: keyof typeof SIDES;
  priceDecimals: number;
  quantityDecimals: number;
}

function LadderSide({ rows, side, priceDecimals, quantityDecimals: decimals }: LadderSideProps) {
  const { tone, fill } = SIDES[side];
  return (
    <tbody>
      {rows.map((row) => {
        const width = `${row.depth * 100}%`;
        return (
          <tr key={row.price} data-side={side} style={{ background: `linear-gradient(to left, ${fill} ${width}, transparent ${width})` }}>
            <td className={cn("pr-2 pl-3 text-right", tone)}>{formatPrice(row.price, priceDecimals)}</td>
            <td className="px-2 text-right">{formatPrice(row.quantity, decimals)}</td>
            <td className="pr-3 pl-2 text-right text-muted">{formatPrice(row.total, decimals)}</td>
          </tr>
        );
      })}
    </tbody>
  );
}

/** Bring the spread to the middle once, where not all levels fit. */
function useCentred(scroller: RefObject<HTMLDivElement | null>, row: RefObject<HTMLTableRowElement | null>): void {
  useEffect(() => {
    const [box, middle] = [scroller.current, row.current];
    if (box && middle) box.scrollTop = middle.offsetTop + middle.offsetHeight / 2 - box.clientHeight / 2;
  }, [scroller, row]);
}
