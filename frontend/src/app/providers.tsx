"use client";

import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { ThemeProvider } from "next-themes";
import { useEffect, useLayoutEffect, useState, type ReactNode } from "react";
import { createQueryClient } from "@/lib/api/query-client";
import { LiveProvider } from "@/lib/live/live-provider";
import { applyPreferences, usePreferences } from "@/lib/preferences/preferences";
import { startSession, useSession } from "@/lib/session/session-store";

export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  useAppearance();
  useSessionStart();
  useForgetting(queryClient);
  return (
    <ThemeProvider attribute="data-theme" themes={["light", "dark", "contrast"]} defaultTheme="system" enableColorScheme={false} disableTransitionOnChange>
      <QueryClientProvider client={queryClient}>
        <LiveProvider>{children}</LiveProvider>
      </QueryClientProvider>
    </ThemeProvider>
  );
}

const useBrowserLayoutEffect = typeof window === "undefined" ? useEffect : useLayoutEffect;

function useAppearance(): void {
  const preferences = usePreferences();
  useBrowserLayoutEffect(() => applyPreferences(preferences, document.documentElement), [preferences]);
}

// A one-time link pasted into a tab that already shows the sign-in page changes the fragment only.
function useSessionStart(): void {
  useEffect(() => {
    const start = () => void startSession();
    start();
    window.addEventListener("hashchange", start);
    return () => window.removeEventListener("hashchange", start);
  }, []);
}

/** What one person has seen is not shown to the next. */
function useForgetting(queryClient: QueryClient): void {
  const status = useSession((session) => session.status);
  useEffect(() => {
    if (status === "signed-out") queryClient.clear();
  }, [status, queryClient]);
}
