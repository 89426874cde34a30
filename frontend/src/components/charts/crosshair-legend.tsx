"use client";

import type { MouseEventParams } from "lightweight-charts";
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { cn } from "@/lib/class-names";
import { directionOf, formatChangeWithPercent, formatExact, formatLarge, formatPrice } from "@/lib/format/number";
import { type Bar, type Interval } from "./bar";
import { writeBarTime } from "./axis-format";
import type { BarFeed } from "./bar-feed";
import { useChartScope } from "./chart-canvas";

interface CrosshairLegendProps {
  feed: BarFeed;
  interval: Interval;
  priceDecimals: number;
  hasVolume: boolean;
}

const TONES = { up: "text-up", down: "text-down", flat: "text-muted" } as const;

/** The figures of the bar under the crosshair, or of the last one. */
export function CrosshairLegend({ feed, interval, priceDecimals, hasVolume }: CrosshairLegendProps) {
  const hovered = useHoveredTime();
  const last = useSyncExternalStore(feed.subscribe, feed.getLast, feed.getLast);
  const bar = hovered === null ? last : (feed.find(hovered) ?? last);
  if (!bar) return null;
  const change = changeOf(bar, feed.closeBefore(bar.time));
  const price = (value: number) => formatPrice(value, priceDecimals);
  return (
    <dl className="pointer-events-none absolute top-1 left-2 z-2 flex max-w-[calc(100%-5rem)] flex-wrap gap-x-3 rounded-sm bg-surface/80 px-1 text-micro tabular-nums">
      <div className="text-muted max-sm:hidden">
        <dt className="sr-only">Bar</dt>
        <dd>{writeBarTime(bar.time, interval)}</dd>
      </div>
      <Entry name="O">{price(bar.open)}</Entry>
      <Entry name="H">{price(bar.high)}</Entry>
      <Entry name="L">{price(bar.low)}</Entry>
      <Entry name="C">{price(bar.close)}</Entry>
      {hasVolume && (
        <Entry name="V">
          <span title={formatExact(bar.volume)}>{formatLarge(bar.volume)}</span>
        </Entry>
      )}
      <div className={cn(TONES[directionOf(change.absolute)])}>
        <dt className="sr-only">Change</dt>
        <dd>{formatChangeWithPercent(change.absolute, change.percent, priceDecimals)}</dd>
      </div>
    </dl>
  );
}

/** Measure a bar from the close before it; the first bar of a series from its own open. */
export function changeOf(bar: Bar, closeBefore: number | null): { absolute: number; percent: number | null } {
  const from = closeBefore ?? bar.open;
  const absolute = bar.close - from;
  return { absolute, percent: from === 0 ? null : (absolute / from) * 100 };
}

function Entry({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex gap-1">
      <dt className="text-muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function useHoveredTime(): number | null {
  const { chart } = useChartScope();
  const [time, setTime] = useState<number | null>(null);
  useEffect(() => {
    const handleMove = (event: MouseEventParams) => setTime(event.time === undefined ? null : Number(event.time));
    chart.subscribeCrosshairMove(handleMove);
    return () => chart.unsubscribeCrosshairMove(handleMove);
  }, [chart]);
  return time;
}
