"use client";

import { Maximize2, Minimize2 } from "lucide-react";
import { useEffect, useId, useRef, useState, type ReactNode, type RefObject } from "react";
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
  const section = useRef<HTMLElement>(null);
  const toggle = useRef<HTMLButtonElement>(null);
  useAlone(isFull, section);
  useEscape(isFull, () => {
    setFull(false);
    toggle.current?.focus();
  });
  return (
    <section
      ref={section}
      aria-labelledby={titleId}
      className={cn(
        "flex min-w-0 flex-col rounded-md border border-border bg-surface unreal:border-t-simulated",
        className,
        isFull && "fixed inset-0 z-30 h-auto! max-h-none! min-h-0! w-auto rounded-none",
      )}
    >
      <header className="flex h-9 shrink-0 items-center gap-2 border-b border-border pr-1 pl-3 sm:gap-3">
        <h2 id={titleId} className="max-w-[60%] shrink-0 truncate text-body font-semibold">
          {title}
        </h2>
        {source && <div className="-mx-1 flex min-w-0 items-center overflow-hidden p-1">{source}</div>}
        <div className="ml-auto flex shrink-0 items-center gap-0.5">
          {actions}
          {canFillScreen && <FillButton ref={toggle} isFull={isFull} onToggle={() => setFull(!isFull)} />}
        </div>
      </header>
      <div className={cn("min-h-0 min-w-0 flex-1", bodyClassName)}>{children}</div>
    </section>
  );
}

interface FillButtonProps {
  ref: RefObject<HTMLButtonElement | null>;
  isFull: boolean;
  onToggle: () => void;
}

function FillButton({ ref, isFull, onToggle }: FillButtonProps) {
  const label = isFull ? "Leave full screen" : "Full screen";
  return (
    <Button ref={ref} variant="ghost" size="icon-small" aria-label={label} title={label} aria-pressed={isFull} onClick={onToggle}>
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

/** While a panel fills the window, what it covers takes neither focus nor clicks. Popovers come later and stay reachable. */
function useAlone(isActive: boolean, panel: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (!isActive) return;
    const covered: Element[] = [];
    for (let inner: Element | null = panel.current; inner && inner !== document.body; inner = inner.parentElement) {
      for (const sibling of inner.parentElement?.children ?? []) {
        if (sibling !== inner && sibling.tagName !== "SCRIPT" && !sibling.hasAttribute("inert")) covered.push(sibling);
      }
    }
    for (const element of covered) element.setAttribute("inert", "");
    return () => covered.forEach((element) => element.removeAttribute("inert"));
  }, [isActive, panel]);
}
