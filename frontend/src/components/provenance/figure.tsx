"use client";

import type { ReactNode } from "react";
import type { Provenance } from "./provenance";
import { cn } from "@/lib/class-names";
import { ProvenanceButton } from "./provenance-button";

interface FigureProps {
  provenance: Provenance | null | undefined;
  children: ReactNode;
  className?: string;
  /** Leave the figure out of the tab order where a chip beside it opens the same popover (rows of a table). */
  isTabStop?: boolean;
}

/** A number that says where it came from when it is pressed. */
export function Figure({ provenance, children, className, isTabStop = true }: FigureProps) {
  if (!provenance) return <span className={cn("tabular-nums", className)}>{children}</span>;
  return (
    <ProvenanceButton
      provenance={provenance}
      tabIndex={isTabStop ? undefined : -1}
      title="Show where this comes from"
      className={cn(
        "cursor-pointer rounded-sm tabular-nums decoration-border-strong decoration-dotted underline-offset-4 hover:underline focus-visible:underline",
        className,
      )}
    >
      {children}
    </ProvenanceButton>
  );
}
