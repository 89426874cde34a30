import { QueryClientProvider } from "@tanstack/react-query";
import { render, type RenderResult } from "@testing-library/react";
import { ThemeProvider } from "next-themes";
import type { ReactNode } from "react";
import { createQueryClient } from "@/lib/api/query-client";
import { LiveClient } from "@/lib/live/live-client";
import { LiveProvider } from "@/lib/live/live-provider";
import { FakeServer } from "./fake-server";

interface Rendered extends RenderResult {
  server: FakeServer;
  client: LiveClient;
}

/** Render inside what every page has around it; the socket's other end is in the test's hand. */
export function renderInApp(children: ReactNode): Rendered {
  const server = new FakeServer();
  const client = new LiveClient({
    createSocket: server.createSocket,
    schedulePaint: server.schedulePaint,
    getToken: () => Promise.resolve("jwt"),
  });
  const result = render(
    <ThemeProvider attribute="data-theme" themes={["light", "dark", "contrast"]}>
      <QueryClientProvider client={createQueryClient()}>
        <LiveProvider client={client}>{children}</LiveProvider>
      </QueryClientProvider>
    </ThemeProvider>,
  );
  return { ...result, server, client };
}

/** Pretend that somebody is signed in. */
export const SIGNED_IN = {
  token: "t",
  expiresAt: Date.now() + 900_000,
  user: { id: 1, name: "owner", isOwner: true, hasPassword: false },
};
