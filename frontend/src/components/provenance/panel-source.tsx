"use client";

import { Badge } from "@/components/ui/badge";
import type { Provenance } from "./provenance";
import { ProvenanceChip } from "./provenance-chip";
import { isUnreal } from "./words";

const BADGES: Readonly<Record<string, string>> = { simulated: "Simulated", replayed: "Replayed" };

/** What stands in a panel's header: the badge of a market that is not real, and "source · age". */
export function PanelSource({ provenance }: { provenance: Provenance | null | undefined }) {
  if (!provenance) return null;
  return (
    <span className="flex min-w-0 items-center gap-1">
      {isUnreal(provenance.delay_class) && <Badge tone="simulated">{BADGES[provenance.delay_class]}</Badge>}
      <ProvenanceChip provenance={provenance} />
    </span>
  );
}
