"use client";

import { useCallback, useEffect, useEffectEvent, useMemo, useState, useSyncExternalStore } from "react";
import type { ConnectionState } from "./connection";
import type { DataFrame } from "./frames";
import { useLiveClient } from "./live-provider";
import { WAITING, type LiveView } from "./topic-state";
import type { Topic } from "./topics";

const nothing = () => () => undefined;

/** Watch one topic; null watches nothing. Renders at most once per paint. */
export function useLive<Data>(topic: Topic | null): LiveView<Data> {
  const client = useLiveClient();
  const subscribe = useCallback(
    (onChange: () => void) => (topic === null ? nothing() : client.watch({ topics: new Set([topic]), onPaint: onChange })),
    [client, topic],
  );
  const read = () => (topic === null ? WAITING : client.view(topic));
  return useSyncExternalStore(subscribe, read, () => WAITING) as LiveView<Data>;
}

/** Watch many topics; a new map comes at most once per paint. Topics without data are `waiting`. */
export function useLiveMany<Data>(topics: readonly Topic[]): ReadonlyMap<Topic, LiveView<Data>> {
  const client = useLiveClient();
  const key = topics.join("\n");
  const wanted = useMemo(() => new Set(key === "" ? [] : key.split("\n")), [key]);
  const readAll = useCallback(
    () => new Map([...wanted].map((topic) => [topic, client.view(topic) as LiveView<Data>])),
    [client, wanted],
  );
  const [views, setViews] = useState<ReadonlyMap<Topic, LiveView<Data>>>(readAll);
  useEffect(() => client.watch({ topics: wanted, onPaint: () => setViews(readAll()) }), [client, wanted, readAll]);
  return views;
}

/**
 * Hear every frame of a topic, oldest first, in one batch per paint: for charts and tapes, which must not miss one.
 * Within a batch, frames of the same bar are merged into its last, and trades into one frame.
 */
export function useLiveFrames<Data>(topic: Topic | null, onFrames: (frames: DataFrame<Data>[]) => void): void {
  const client = useLiveClient();
  const handle = useEffectEvent(onFrames);
  useEffect(() => {
    if (topic === null) return;
    return client.watch({
      topics: new Set([topic]),
      onPaint: (changed) => {
        const frames = changed.get(topic) as DataFrame<Data>[] | undefined;
        if (frames && frames.length > 0) handle(frames);
      },
    });
  }, [client, topic]);
}

/** Follow the state of the socket: phase, latency, and the mode the server said it runs in. */
export function useConnectionState(): ConnectionState {
  const { connection } = useLiveClient();
  const read = () => connection.state;
  return useSyncExternalStore(connection.onStateChange, read, read);
}

/** Answer the market's clock: a stable function that gives epoch milliseconds of market time. */
export function useMarketClock(): () => number {
  return useLiveClient().clock.now;
}

/** Say whether the server has said what time it is at the market. */
export function useIsMarketTimeKnown(): boolean {
  const { clock } = useLiveClient();
  const read = () => clock.isKnown;
  return useSyncExternalStore(clock.onKnown, read, () => false);
}

/** Answer market time, rendered again every so often: for ages such as "12 s ago". */
export function useMarketNow(everyMilliseconds = 1000): number {
  const now = useMarketClock();
  const [time, setTime] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setTime(now()), everyMilliseconds);
    return () => clearInterval(timer);
  }, [now, everyMilliseconds]);
  return time;
}
