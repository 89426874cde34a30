"use client";

import { Panel } from "@/components/panel/panel";
import { PanelSource } from "@/components/provenance/panel-source";
import { StaleNotice } from "@/components/states/stale-notice";
import { Badge } from "@/components/ui/badge";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/class-names";
import { formatShare } from "@/lib/format/number";
import { useConnectionState, useLive } from "@/lib/live/hooks";
import type { OrderBookData } from "@/lib/live/payloads";
import { orderBookTopic } from "@/lib/live/topics";
import type { AssetDetail } from "./api/asset";
import { LADDER_LEVELS } from "./book-rows";
import { type BookState, bookState } from "./book-state";
import { Ladder } from "./ladder";

/** What waits to be traded: the best twenty levels of either side. */
export function OrderBookPanel({ asset, className }: { asset: AssetDetail; className?: string }) {
  const view = useLive<OrderBookData>(orderBookTopic(asset.symbol));
  const book = view.data;
  const state = book && bookState(book.state, view.state === "stale", view.reason);
  return (
    <Panel
      title="Order book"
      className={className}
      bodyClassName="flex flex-col"
      source={<PanelSource provenance={view.provenance} isNarrow />}
      actions={state && <StateBadge state={state} />}
    >
      {book && state ? (
        <>
          {!state.isTrusted && <StaleNotice since={book.time ?? view.provenance?.as_of} reason={state.explanation} />}
          <Imbalance value={book.imbalance} />
          <Ladder asset={asset} book={book} className={cn("min-h-0 flex-1", !state.isTrusted && "opacity-60")} />
        </>
      ) : (
        <BookWait reason={view.reason} />
      )}
    </Panel>
  );
}

function StateBadge({ state }: { state: BookState }) {
  return (
    <Badge tone={state.tone} title={state.explanation} className="mr-1">
      {state.label}
    </Badge>
  );
}

/** How the quantity of the best levels is shared: the bar is the bids' part. */
function Imbalance({ value }: { value: number | null }) {
  if (value === null) return null;
  const bids = (1 + value) / 2;
  return (
    <div className="flex items-center gap-2 border-b border-border px-3 py-1 text-micro tabular-nums" title="How the quantity in the best ten levels is shared">
      <span className="w-16 text-up">Bids {formatShare(bids)}</span>
      <div aria-hidden className="flex h-1 flex-1 overflow-hidden rounded-full bg-down">
        <div className="bg-up" style={{ width: `${bids * 100}%` }} />
      </div>
      <span className="w-16 text-right text-down">{formatShare(1 - bids)} asks</span>
    </div>
  );
}

function BookWait({ reason }: { reason: string | null }) {
  const isConnected = useConnectionState().phase === "live";
  return (
    <div role="status" className="flex flex-1 flex-col gap-0.5 overflow-hidden px-3 py-2">
      <span className={isConnected && !reason ? "sr-only" : "pb-2 text-table text-muted"}>
        {reason ?? (isConnected ? "Order book: loading" : "The order book starts when the live connection stands.")}
      </span>
      {Array.from({ length: 2 * LADDER_LEVELS }, (_, index) => (
        <Skeleton key={index} className="h-3.5 shrink-0" />
      ))}
    </div>
  );
}
