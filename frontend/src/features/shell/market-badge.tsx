"use client";

import { History, FlaskConical, Radio } from "lucide-react";
import dynamic from "next/dynamic";
import { useRef, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { formatSpeed } from "@/lib/format/number";
import type { Mode } from "@/lib/live/payloads";
import type { MarketMode } from "./use-market-mode";

const Explanation = dynamic(() => import("./market-explanation").then((module) => module.MarketExplanation), { ssr: false });

const ICONS: Record<Mode, typeof Radio> = { live: Radio, simulated: FlaskConical, replayed: History };

function nameMarket(mode: Mode, replaySpeed: number | null): string {
  if (mode === "live") return "Live";
  if (mode === "simulated") return "Simulated";
  return replaySpeed === null ? "Replay" : `Replay ${formatSpeed(replaySpeed)}`;
}

/** Says which market the figures belong to, and explains it when asked. */
export function MarketBadge({ market }: { market: MarketMode }) {
  const [isOpen, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  if (market.mode === null) return null;
  const Icon = ICONS[market.mode];
  const name = nameMarket(market.mode, market.replaySpeed);
  return (
    <>
      <button
        ref={anchor}
        type="button"
        aria-label={`Data: ${name}. Explain`}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="flex h-6 items-center rounded-sm pointer-coarse:h-11"
      >
        <Badge tone={market.mode === "live" ? "up" : "simulated"}>
          <Icon aria-hidden="true" />
          <span className="max-xs:sr-only">{name}</span>
        </Badge>
      </button>
      {isOpen && <Explanation market={market} name={name} anchor={anchor} onClose={() => setOpen(false)} />}
    </>
  );
}
