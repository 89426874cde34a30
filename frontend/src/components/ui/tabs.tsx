"use client";

import { createContext, use, useId, useMemo, type ReactNode } from "react";
import { cn } from "@/lib/class-names";
import { walkItems } from "./walk-items";

interface TabsScope {
  value: string;
  choose: (value: string) => void;
  baseId: string;
}

const TabsContext = createContext<TabsScope | null>(null);

function useTabs(): TabsScope {
  const scope = use(TabsContext);
  if (!scope) throw new Error("A part of Tabs needs Tabs around it.");
  return scope;
}

interface TabsProps {
  value: string;
  onValueChange: (value: string) => void;
  children: ReactNode;
  className?: string;
}

/** Several contents in one place; the owner says which is shown. */
export function Tabs({ value, onValueChange, children, className }: TabsProps) {
  const baseId = useId();
  const scope = useMemo(() => ({ value, choose: onValueChange, baseId }), [value, onValueChange, baseId]);
  return (
    <TabsContext value={scope}>
      <div className={className}>{children}</div>
    </TabsContext>
  );
}

export function TabsList({ label, children, className }: { label: string; children: ReactNode; className?: string }) {
  return (
    <div role="tablist" aria-label={label} onKeyDown={(event) => walkItems(event, "[role=tab]")} className={cn("flex gap-4 overflow-x-auto border-b border-border", className)}>
      {children}
    </div>
  );
}

export function TabsTrigger({ value, children }: { value: string; children: ReactNode }) {
  const { value: chosen, choose, baseId } = useTabs();
  const isChosen = value === chosen;
  return (
    <button
      type="button"
      role="tab"
      id={`${baseId}-tab-${value}`}
      aria-selected={isChosen}
      aria-controls={isChosen ? `${baseId}-content` : undefined}
      tabIndex={isChosen ? 0 : -1}
      onClick={() => choose(value)}
      className="-mb-px h-9 border-b-2 border-transparent px-0.5 text-body font-medium whitespace-nowrap text-muted transition-colors duration-100 hover:text-foreground aria-selected:border-accent aria-selected:text-foreground pointer-coarse:h-11"
    >
      {children}
    </button>
  );
}

/** What the chosen tab shows. */
export function TabsContent({ children, className }: { children: ReactNode; className?: string }) {
  const { value, baseId } = useTabs();
  return (
    <div role="tabpanel" id={`${baseId}-content`} aria-labelledby={`${baseId}-tab-${value}`} className={className}>
      {children}
    </div>
  );
}
