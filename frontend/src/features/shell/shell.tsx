"use client";

import type { ReactNode } from "react";
import { BottomBar } from "./bottom-bar";
import { CommandHost } from "./command-host";
import { Rail } from "./rail";
import { SessionGate } from "./session-gate";
import { TopBar } from "./top-bar";
import { useMarketMode } from "./use-market-mode";

/** The frame of every signed-in page. A simulated or replayed market draws a violet hairline along its top. */
export function Shell({ children }: { children: ReactNode }) {
  const market = useMarketMode();
  return (
    <div data-market={market.mode ?? undefined} className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-accent px-3 py-2 text-body font-medium text-accent-foreground focus-visible:translate-y-0"
      >
        Skip to content
      </a>
      <div aria-hidden="true" className="hidden unreal:fixed unreal:inset-x-0 unreal:top-0 unreal:z-40 unreal:block unreal:h-0.5 unreal:bg-simulated" />
      <CommandHost>
        <div className="flex min-h-0 flex-1">
          <Rail />
          <div className="flex min-w-0 flex-1 flex-col">
            <TopBar market={market} />
            <main id="content" tabIndex={-1} className="min-w-0 flex-1 pb-[calc(3.5rem+env(safe-area-inset-bottom))] outline-none md:pb-0">
              <SessionGate isTimeSettled={market.isTimeSettled}>{children}</SessionGate>
            </main>
          </div>
        </div>
        <BottomBar />
      </CommandHost>
    </div>
  );
}
