"use client";

import { formatAge, timeTitle } from "@/lib/format/time";
import { useMarketNow } from "@/lib/live/hooks";
import type { Provenance } from "./provenance";
import { cn } from "@/lib/class-names";
import { ProvenanceButton } from "./provenance-button";
import { sourceName } from "./source-name";

interface ProvenanceChipProps {
  provenance: Provenance | null | undefined;
  className?: string;
}

/** "source · age" of a panel or a row; pressing it shows the rest. */
export function ProvenanceChip({ provenance, className }: ProvenanceChipProps) {
  const now = useMarketNow(1_000);
  if (!provenance) return null;
  return (
    <ProvenanceButton
      provenance={provenance}
      title={timeTitle(provenance.as_of)}
      className={cn(
        "inline-flex h-6 max-w-full min-w-0 cursor-pointer items-center gap-1 rounded-sm px-1 text-micro text-left sm:px-1.5 text-muted tabular-nums hover:bg-hover hover:text-foreground",
        className,
      )}
    >
      <span className="truncate">{sourceName(provenance.source)}</span>
      <span aria-hidden>·</span>
      <span className="whitespace-nowrap">{formatAge(provenance.as_of, now)}</span>
    </ProvenanceButton>
  );
}
