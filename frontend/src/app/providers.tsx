"use client";

import { ThemeProvider } from "next-themes";
import type { ReactNode } from "react";

export function Providers({ children }: { children: ReactNode }) {
  return (
    <ThemeProvider attribute="data-theme" themes={["light", "dark", "contrast"]} defaultTheme="system" disableTransitionOnChange>
      {children}
    </ThemeProvider>
  );
}
