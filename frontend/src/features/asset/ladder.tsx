"use client";

import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { cn } from "@/lib/class-names";
import { formatBasisPoints, formatPrice } from "@/lib/format/number";
import type { OrderBookData } from "@/lib/live/payloads";
import type { AssetDetail } from "./api/asset";
import { type BookRow, bookRows, quantityDecimals, spreadBasisPoints } from "./book-rows";
import { fitLadder, type LadderFit, WHOLE_LADDER } from "./ladder-fit";

interface LadderProps {
  asset: AssetDetail;
  book: OrderBookData;
  className?: string;
}

const SIDES = { ask: { tone: "text-down", fill: "var(--down-soft)" }, bid: { tone: "text-up", fill: "var(--up-soft)" } } as const;

/** Asks above, bids below, the spread between them; the bars show what has gathered up to each price. */
export function Ladder({ asset, book, className }: LadderProps) {
  const box = useRef<HTMLDivElement>(null);
  const { levels, rowHeight } = useFit(box);
  const rows = useMemo(() => bookRows(book.bids, book.asks, levels), [book, levels]);
  const decimals = useMemo(() => quantityDecimals([...book.bids, ...book.asks]), [book]);
  const sizes = { priceDecimals: asset.price_decimals, quantityDecimals: decimals, rowHeight };
  return (
    <div ref={box} role="region" aria-label={`Order book of ${asset.symbol}`} className={cn("overflow-hidden", className)}>
      <table className="w-full table-fixed border-separate border-spacing-0 text-table leading-4 tabular-nums">
        <caption className="sr-only">Asks from the farthest to the best, the spread, bids from the best to the farthest</caption>
        <thead>
          <tr className="text-micro text-muted">
            <HeaderCell name="Price" unit={asset.currency} />
            <HeaderCell name="Quantity" unit={asset.base} />
            <HeaderCell name="Total" unit={asset.base} />
          </tr>
        </thead>
        <LadderSide rows={rows.asks} side="ask" {...sizes} />
        <tbody>
          <tr className="h-6">
            <th scope="row" className="border-y border-border bg-surface px-3 py-0 text-left font-normal text-muted">
              Spread
            </th>
            <td className="border-y border-border px-2 py-0 text-right">{formatPrice(book.spread, asset.price_decimals)}</td>
            <td className="border-y border-border px-3 py-0 text-right text-muted">{formatBasisPoints(spreadBasisPoints(book.bids[0]?.[0], book.asks[0]?.[0]))}</td>
          </tr>
        </tbody>
        <LadderSide rows={rows.bids} side="bid" {...sizes} />
      </table>
    </div>
  );
}

function HeaderCell({ name, unit }: { name: string; unit: string }) {
  return (
    <th scope="col" className="h-6 border-b border-border bg-surface px-2 text-right font-medium first:pl-3 last:pr-3">
      {name} {unit && <span className="font-normal text-faint">{unit}</span>}
    </th>
  );
}

interface LadderSideProps {
  rows: readonly BookRow[];
  side: keyof typeof SIDES;
  priceDecimals: number;
  quantityDecimals: number;
  rowHeight: number;
}

function LadderSide({ rows, side, priceDecimals, quantityDecimals: decimals, rowHeight }: LadderSideProps) {
  const { tone, fill } = SIDES[side];
  return (
    <tbody>
      {rows.map((row) => {
        const width = `${row.depth * 100}%`;
        return (
          <tr key={row.price} data-side={side} style={{ height: rowHeight, background: `linear-gradient(to left, ${fill} ${width}, transparent ${width})` }}>
            <td className={cn("py-0 pr-2 pl-3 text-right", tone)}>{formatPrice(row.price, priceDecimals)}</td>
            <td className="px-2 py-0 text-right">{formatPrice(row.quantity, decimals)}</td>
            <td className="py-0 pr-3 pl-2 text-right text-muted">{formatPrice(row.total, decimals)}</td>
          </tr>
        );
      })}
    </tbody>
  );
}

/** Show as many whole levels of either side as the panel has room for; the spread stays in the middle. */
function useFit(box: RefObject<HTMLDivElement | null>): LadderFit {
  const [fit, setFit] = useState<LadderFit>(WHOLE_LADDER);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      const next = fitLadder(entry?.contentRect.height ?? 0);
      setFit((now) => (now.levels === next.levels && now.rowHeight === next.rowHeight ? now : next));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return fit;
}
