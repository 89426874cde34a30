"use client";

import { X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { TabsList, TabsTrigger } from "@/components/ui/tabs";
import { formatCount } from "@/lib/format/number";
import { MARKET_TABS, type MarketRow, rowsOfTab, TAB_NAMES } from "./market-row";

interface MarketsToolbarProps {
  rows: readonly MarketRow[];
  filter: string;
  onFilterChange: (filter: string) => void;
}

/** The tabs with how many rows each holds, and the box that filters them. */
export function MarketsToolbar({ rows, filter, onFilterChange }: MarketsToolbarProps) {
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-4 border-b border-border px-3">
      <TabsList label="Kinds of instruments" className="min-w-0 border-b-0">
        {MARKET_TABS.map((tab) => (
          <TabsTrigger key={tab} value={tab}>
            {TAB_NAMES[tab]} <span className="font-normal text-faint tabular-nums">{formatCount(rowsOfTab(rows, tab).length)}</span>
          </TabsTrigger>
        ))}
      </TabsList>
      <div className="relative my-1 w-full sm:w-56">
        <Input
          type="text"
          inputMode="search"
          aria-label="Filter instruments"
          placeholder="Filter by symbol or name"
          value={filter}
          onChange={(event) => onFilterChange(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && onFilterChange("")}
          className="h-7 pr-8 pl-2 text-table"
        />
        {filter && (
          <Button
            variant="ghost"
            size="icon-small"
            aria-label="Clear the filter"
            className="absolute inset-y-0 right-0"
            onClick={() => onFilterChange("")}
          >
            <X aria-hidden="true" />
          </Button>
        )}
      </div>
    </div>
  );
}
