"use client";

import { type ReactElement, useState } from "react";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import type { Provenance } from "./provenance";
import { ProvenanceDetails } from "./provenance-details";
import { sourceName } from "./words";

/** Open the provenance of a figure from any button; what is inside is built only while it is open. */
export function ProvenancePopover({ provenance, children }: { provenance: Provenance; children: ReactElement }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover open={isOpen} onOpenChange={setOpen}>
      <PopoverTrigger asChild>{children}</PopoverTrigger>
      {isOpen && (
        <PopoverContent align="end" className="w-80 max-w-[calc(100vw-2rem)] p-3" aria-label={`Where this comes from: ${sourceName(provenance.source)}`}>
          <ProvenanceDetails provenance={provenance} />
        </PopoverContent>
      )}
    </Popover>
  );
}
