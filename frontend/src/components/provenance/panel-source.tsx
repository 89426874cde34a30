"use client";

import { FlaskConical, History } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import type { Provenance } from "./provenance";
import { ProvenanceChip } from "./provenance-chip";

const BADGES = {
  simulated: { word: "Simulated", Icon: FlaskConical },
  replayed: { word: "Replayed", Icon: History },
} as const;

interface PanelSourceProps {
  provenance: Provenance | null | undefined;
  /** Let the badge's picture speak alone, where the panel is narrow. */
  isNarrow?: boolean;
}

/** What stands in a panel's header: the badge of a market that is not real, and "source · age". */
export function PanelSource({ provenance, isNarrow = false }: PanelSourceProps) {
  if (!provenance) return null;
  const badge = BADGES[provenance.delay_class as keyof typeof BADGES];
  return (
    <span className="flex min-w-0 items-center gap-1">
      {badge && (
        <Badge tone="simulated" title={badge.word}>
          <badge.Icon aria-hidden />
          <span className={isNarrow ? "sr-only" : "max-sm:sr-only"}>{badge.word}</span>
        </Badge>
      )}
      <ProvenanceChip provenance={provenance} />
    </span>
  );
}
