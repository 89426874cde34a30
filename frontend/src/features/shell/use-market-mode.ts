import { useConnectionState } from "@/lib/live/hooks";
import type { Mode } from "@/lib/live/payloads";
import { useHealth } from "./api/health";

export interface MarketMode {
  mode: Mode | null;
  replaySpeed: number | null;
}

/** Say which market is shown: the socket knows at once, before it is there the server is asked. */
export function useMarketMode(): MarketMode {
  const connection = useConnectionState();
  const health = useHealth(connection.mode === null);
  if (connection.mode !== null) return connection;
  return { mode: health.data?.mode ?? null, replaySpeed: health.data?.replay_speed ?? null };
}
