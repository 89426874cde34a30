"use client";

import { memo } from "react";
import { Panel } from "@/components/panel/panel";
import { PanelSource } from "@/components/provenance/panel-source";
import { EmptyState } from "@/components/states/empty-state";
import { LoadingState } from "@/components/states/loading-state";
import { StaleNotice } from "@/components/states/stale-notice";
import { cn } from "@/lib/class-names";
import { formatPrice } from "@/lib/format/number";
import { formatTime, timeTitle } from "@/lib/format/time";
import { useLive } from "@/lib/live/hooks";
import type { LiveTrade, TradesData } from "@/lib/live/payloads";
import { tradesTopic } from "@/lib/live/topics";
import type { AssetDetail } from "./api/asset";
import { quantityDecimals } from "./book-rows";

const SHOWN = 80;
const SIDES = {
  buy: { arrow: "▲", tone: "text-up", name: "bought" },
  sell: { arrow: "▼", tone: "text-down", name: "sold" },
  none: { arrow: "", tone: "", name: "" },
} as const;

/** The latest trades first, each with who crossed the spread. */
export function TapePanel({ asset, className }: { asset: AssetDetail; className?: string }) {
  const view = useLive<TradesData>(tradesTopic(asset.symbol));
  const isStale = view.state === "stale";
  const trades = view.data?.trades.slice(-SHOWN).reverse() ?? [];
  return (
    <Panel title="Trades" className={className} bodyClassName="flex flex-col" source={<PanelSource provenance={view.provenance} isNarrow />}>
      {isStale && <StaleNotice since={view.provenance?.as_of} reason={view.reason} />}
      {!view.data ? (
        <LoadingState what="Trades" rows={12} />
      ) : trades.length === 0 ? (
        <EmptyState title="No trades yet" reason={`The next trade of ${asset.symbol} appears here at once.`} />
      ) : (
        <div tabIndex={0} role="region" aria-label={`Trades of ${asset.symbol}`} className={cn("min-h-0 flex-1 overflow-y-auto overscroll-contain [mask-image:linear-gradient(to_bottom,black_calc(100%-1.5rem),transparent)]", isStale && "opacity-60")}>
          <TapeTable asset={asset} trades={trades} />
        </div>
      )}
    </Panel>
  );
}

function TapeTable({ asset, trades }: { asset: AssetDetail; trades: readonly LiveTrade[] }) {
  const decimals = quantityDecimals(trades.map((trade) => [trade.price, trade.quantity] as const), 5);
  return (
    <table className="w-full table-fixed border-separate border-spacing-0 text-table leading-4 tabular-nums">
      <caption className="sr-only">Trades, the latest first</caption>
      <thead>
        <tr className="text-micro text-muted [&>th]:sticky [&>th]:top-0 [&>th]:h-6 [&>th]:border-b [&>th]:border-border [&>th]:bg-surface [&>th]:px-2 [&>th]:font-medium">
          <th scope="col" className="w-20 text-left first:pl-3">
            Time
          </th>
          <th scope="col" className="text-right">
            Price
          </th>
          <th scope="col" className="w-20 text-right last:pr-3">
            Quantity
          </th>
        </tr>
      </thead>
      <tbody>
        {trades.map((trade) => (
          <TapeRow key={trade.trade_id} trade={trade} priceDecimals={asset.price_decimals} quantityDecimals={decimals} />
        ))}
      </tbody>
    </table>
  );
}

interface TapeRowProps {
  trade: LiveTrade;
  priceDecimals: number;
  quantityDecimals: number;
}

/** A trade never changes: built once, it is left alone while newer ones come. */
const TapeRow = memo(
  function TapeRow({ trade, priceDecimals, quantityDecimals: decimals }: TapeRowProps) {
    const side = SIDES[trade.side ?? "none"];
    return (
      <tr>
        <td className="pr-2 pl-3 text-muted">
          <time dateTime={trade.time} title={timeTitle(trade.time)}>
            {formatTime(trade.time)}
          </time>
        </td>
        <td className={cn("px-2 text-right", side.tone)}>
          {side.arrow && (
            <span role="img" aria-label={side.name} className="mr-1 text-[9px]">
              {side.arrow}
            </span>
          )}
          {formatPrice(trade.price, priceDecimals)}
        </td>
        <td className="pr-3 pl-2 text-right">{formatPrice(trade.quantity, decimals)}</td>
      </tr>
    );
  },
  (before, after) => before.trade.trade_id === after.trade.trade_id && before.priceDecimals === after.priceDecimals && before.quantityDecimals === after.quantityDecimals,
);
