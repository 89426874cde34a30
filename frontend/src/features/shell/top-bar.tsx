"use client";

import { Search } from "lucide-react";
import { Kbd } from "@/components/ui/kbd";
import { Breadcrumb } from "./breadcrumb";
import { useCommands } from "./command-context";
import { ConnectionIndicator } from "./connection-indicator";
import { MarketBadge } from "./market-badge";
import { ThemeButton } from "./theme-button";
import type { MarketMode } from "./use-market-mode";
import { UserButton } from "./user-button";

/** Where you are, how the data is, and the ways to search and to yourself. */
export function TopBar({ market }: { market: MarketMode }) {
  return (
    <header className="sticky top-0 z-20 flex h-12 items-center gap-2 border-b border-border bg-background/95 px-3 backdrop-blur-sm sm:gap-3 sm:px-4">
      <Breadcrumb />
      <SearchButton />
      <div className="flex flex-1 items-center justify-end gap-1 sm:gap-2">
        <ConnectionIndicator />
        <MarketBadge market={market} />
        <div className="hidden md:block">
          <ThemeButton />
        </div>
        <UserButton />
      </div>
    </header>
  );
}

function SearchButton() {
  const { openPalette } = useCommands();
  return (
    <button
      type="button"
      onClick={openPalette}
      aria-keyshortcuts="Control+K Meta+K /"
      className="hidden h-8 w-[min(28rem,36vw)] items-center gap-2 rounded-md border border-border bg-surface px-2.5 text-body text-muted transition-colors duration-100 hover:border-border-strong md:flex"
    >
      <Search aria-hidden="true" className="size-4" />
      <span className="truncate">Search instruments and places</span>
      <Kbd className="ml-auto" aria-hidden="true">
        /
      </Kbd>
    </button>
  );
}
