import { useEffect } from "react";
import { useConnectionState, useIsMarketTimeKnown } from "@/lib/live/hooks";
import { useLiveClient } from "@/lib/live/live-provider";
import type { Mode } from "@/lib/live/payloads";
import { useHealth } from "./api/health";

export interface MarketMode {
  mode: Mode | null;
  replaySpeed: number | null;
  /** True once the server has said what time it is at the market, or could not be asked. */
  isTimeSettled: boolean;
}

/** Say which market is shown: the socket knows at once, before it is there the server is asked. */
export function useMarketMode(): MarketMode {
  const connection = useConnectionState();
  const { clock } = useLiveClient();
  const isTimeKnown = useIsMarketTimeKnown();
  const { data: health, isError } = useHealth(connection.mode === null || !isTimeKnown);
  useEffect(() => {
    if (health && !clock.isKnown) clock.set(health.market_time, health.replay_speed ?? 1);
  }, [health, clock]);
  const isTimeSettled = isTimeKnown || isError;
  if (connection.mode !== null) return { mode: connection.mode, replaySpeed: connection.replaySpeed, isTimeSettled };
  return { mode: health?.mode ?? null, replaySpeed: health?.replay_speed ?? null, isTimeSettled };
}
