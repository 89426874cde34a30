"use client";

import type { RefObject } from "react";
import { AnchoredPopover } from "@/components/ui/popover";
import { formatDateTime, formatUtc } from "@/lib/format/time";
import { useMarketNow } from "@/lib/live/hooks";
import type { Mode } from "@/lib/live/payloads";
import type { MarketMode } from "./use-market-mode";

const EXPLANATIONS: Record<Mode, string> = {
  live: "Figures come from the sources' real markets. Each says how old it is and by how much its source is delayed.",
  simulated: "A simulator plays a market from a seed. No figure here is a real price, and none is stored with real ones.",
  replayed: "A recorded market day runs again, at the market time shown. Figures are those of the recording and are kept apart from real ones.",
};

interface MarketExplanationProps {
  market: MarketMode;
  name: string;
  onClose: () => void;
  anchor: RefObject<HTMLButtonElement | null>;
}

export function MarketExplanation({ market, name, anchor, onClose }: MarketExplanationProps) {
  const now = useMarketNow();
  return (
    <AnchoredPopover anchor={anchor} onClose={onClose} align="end" aria-label={`Data: ${name}`}>
      <p className="text-emphasis font-semibold">{name} data</p>
      <p className="mt-1 text-muted">{market.mode && EXPLANATIONS[market.mode]}</p>
      <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 border-t border-border pt-3 text-table">
        <dt className="text-muted">Market time</dt>
        <dd className="text-right">{formatDateTime(now)}</dd>
        <dt className="text-muted">In UTC</dt>
        <dd className="text-right">{formatUtc(now)}</dd>
      </dl>
    </AnchoredPopover>
  );
}
