"use client";

import { Maximize2, Minimize2 } from "lucide-react";
import { useEffect, useId, useState, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/class-names";

interface PanelProps {
  title: ReactNode;
  /** Where the figures come from: a provenance chip. */
  source?: ReactNode;
  /** Buttons of the header: export, explain, and what else the panel can do. */
  actions?: ReactNode;
  /** Offer to fill the window with this panel. */
  canFillScreen?: boolean;
  children: ReactNode;
  className?: string;
  bodyClassName?: string;
}

/** A titled part of a page. A simulated or replayed market draws its upper edge in violet. */
export function Panel({ title, source, actions, canFillScreen = false, children, className, bodyClassName }: PanelProps) {
  const titleId = useId();
  const [isFull, setFull] = useState(false);
  useEscape(isFull, () => setFull(false));
  return (
    <section
      aria-labelledby={titleId}
      className={cn(
        "flex min-w-0 flex-col rounded-md border border-border bg-surface unreal:border-t-simulated",
        className,
        isFull && "fixed inset-0 z-30 h-auto max-h-none w-auto rounded-none",
      )}
    >
      <header className="flex h-9 shrink-0 items-center gap-3 border-b border-border pr-1 pl-3">
        <h2 id={titleId} className="max-w-[60%] shrink-0 truncate text-body font-semibold">
          {title}
        </h2>
        {source && <div className="flex min-w-0 items-center overflow-hidden">{source}</div>}
        <div className="ml-auto flex shrink-0 items-center gap-0.5">
          {actions}
          {canFillScreen && <FillButton isFull={isFull} onToggle={() => setFull(!isFull)} />}
        </div>
      </header>
      <div className={cn("min-h-0 min-w-0 flex-1", bodyClassName)}>{children}</div>
    </section>
  );
}

function FillButton({ isFull, onToggle }: { isFull: boolean; onToggle: () => void }) {
  const label = isFull ? "Leave full screen" : "Full screen";
  return (
    <Button variant="ghost" size="icon-small" aria-label={label} title={label} aria-pressed={isFull} onClick={onToggle}>
      {isFull ? <Minimize2 aria-hidden="true" /> : <Maximize2 aria-hidden="true" />}
    </Button>
  );
}

function useEscape(isActive: boolean, onEscape: () => void): void {
  useEffect(() => {
    if (!isActive) return;
    const handle = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) onEscape();
    };
    window.addEventListener("keydown", handle);
    return () => window.removeEventListener("keydown", handle);
  });
}
