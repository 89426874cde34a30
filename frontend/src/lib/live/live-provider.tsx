"use client";

import { createContext, useContext, useEffect, type ReactNode } from "react";
import { ensureToken, getAccess, onAccessChange, refreshAccess } from "@/lib/api/access";
import { ApiError } from "@/lib/api/api-error";
import { LiveClient } from "./live-client";

const LiveContext = createContext<LiveClient | null>(null);

async function getToken(isFresh: boolean): Promise<string> {
  if (!isFresh) return ensureToken();
  const access = await refreshAccess();
  if (!access) throw new ApiError("You are signed out.", "signed_out", 401);
  return access.token;
}

// `next dev` serves pages only; the socket then goes to the server that the API calls are passed on to.
function socketUrl(): string {
  const { protocol, host } = window.location;
  const server = process.env.NEXT_PUBLIC_FINANCEHUB_SOCKET_HOST ?? host;
  return `${protocol === "https:" ? "wss" : "ws"}://${server}/ws/market-multi`;
}

let shared: LiveClient | null = null;

/** Answer this tab's only live client. */
export function sharedLiveClient(): LiveClient {
  shared ??= new LiveClient({ createSocket: (protocols) => new WebSocket(socketUrl(), protocols), getToken });
  return shared;
}

/** Keep the socket open while somebody is signed in, with a token that never goes stale. */
export function LiveProvider({ children, client = sharedLiveClient() }: { children: ReactNode; client?: LiveClient }) {
  useEffect(() => {
    const follow = () => {
      const access = getAccess();
      if (!access) client.connection.stop();
      else if (client.connection.state.phase === "idle") client.connection.start();
      else client.renewToken(access.token);
    };
    const wake = () => {
      if (document.visibilityState === "visible") client.connection.retryNow();
    };
    follow();
    const forget = onAccessChange(follow);
    window.addEventListener("online", wake);
    document.addEventListener("visibilitychange", wake);
    return () => {
      forget();
      window.removeEventListener("online", wake);
      document.removeEventListener("visibilitychange", wake);
      client.connection.stop();
    };
  }, [client]);
  return <LiveContext value={client}>{children}</LiveContext>;
}

export function useLiveClient(): LiveClient {
  const client = useContext(LiveContext);
  if (!client) throw new Error("Live data is used outside LiveProvider.");
  return client;
}
