"use client";

import type { RefObject } from "react";
import { AnchoredPopover } from "@/components/ui/popover";
import type { Provenance } from "./provenance";
import { ProvenanceDetails } from "./provenance-details";
import { sourceName } from "./source-name";

interface ProvenancePopoverProps {
  provenance: Provenance;
  anchor: RefObject<HTMLButtonElement | null>;
  onClose: () => void;
}

export function ProvenancePopover({ provenance, anchor, onClose }: ProvenancePopoverProps) {
  return (
    <AnchoredPopover
      anchor={anchor}
      onClose={onClose}
      align="end"
      className="w-80 max-w-[calc(100vw-2rem)] p-3"
      aria-label={`Where this comes from: ${sourceName(provenance.source)}`}
    >
      <ProvenanceDetails provenance={provenance} />
    </AnchoredPopover>
  );
}
