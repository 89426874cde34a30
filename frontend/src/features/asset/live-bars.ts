"use client";

import { useEffect } from "react";
import type { BarFeed } from "@/components/charts/bar-feed";
import { useLive, useLiveFrames } from "@/lib/live/hooks";
import type { BarData, PriceData } from "@/lib/live/payloads";
import { barsTopic, priceTopic, type Topic } from "@/lib/live/topics";
import type { AssetDetail } from "./api/asset";

/** Return the live bars that move a chart: of its own interval, for weeks those of days; null where none are streamed. */
export function liveBarsTopic(asset: Pick<AssetDetail, "symbol" | "streams">, interval: BarFeed["interval"]): Topic | null {
  if (!asset.streams.includes("bars")) return null;
  return barsTopic(asset.symbol, interval === "1w" ? "1d" : interval);
}

/** Move the end of a chart by live bars; by the live price where no bars come. Renders nothing itself. */
export function LiveBars({ asset, feed }: { asset: AssetDetail; feed: BarFeed }) {
  const topic = liveBarsTopic(asset, feed.interval);
  const bars = useLive<BarData>(topic);
  const price = useLive<PriceData>(bars.state === "live" ? null : priceTopic(asset.symbol));

  // A new feed starts from what was fetched; what is already known to be later must not wait for the next frame.
  useEffect(() => {
    if (bars.data) feed.takeBar(bars.data, bars.data.interval);
    else if (price.data) feed.takePrice(price.data.price, Date.parse(price.data.time) / 1000);
  }, [feed, bars.data, price.data]);

  useLiveFrames<BarData>(topic, (frames) => {
    for (const frame of frames) feed.takeBar(frame.data, frame.data.interval);
  });
  return null;
}
