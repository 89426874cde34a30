"use client";

import type { ISeriesApi, UTCTimestamp } from "lightweight-charts";
import { useEffect, useRef } from "react";
import { formatLarge } from "@/lib/format/number";
import type { Bar } from "./bar";
import type { BarFeed } from "./bar-feed";
import type { ChartColors } from "./chart-colors";
import { useChartScope } from "./chart-canvas";
import { removeSafely } from "./price-series";

const PANE = 1;
const SHARE = 0.22;

/** Volume in a pane of its own below the prices, coloured by the way its bar went. */
export function VolumeSeries({ feed }: { feed: BarFeed }) {
  const { chart, library, colors } = useChartScope();
  const series = useRef<ISeriesApi<"Histogram">>(null);

  useEffect(() => {
    const made = chart.addSeries(
      library.HistogramSeries,
      {
        priceFormat: { type: "custom", minMove: 0.01, formatter: (volume: number) => formatLarge(volume) },
        priceLineVisible: false,
        lastValueVisible: false,
      },
      PANE,
    );
    chart.panes()[PANE]?.setStretchFactor(SHARE);
    series.current = made;
    return () => {
      series.current = null;
      removeSafely(chart, made);
    };
  }, [chart, library]);

  useEffect(() => {
    series.current?.setData(feed.bars.map((bar) => volumeOf(bar, colors)));
    return feed.subscribe(() => {
      const last = feed.getLast();
      if (last) series.current?.update(volumeOf(last, colors));
    });
  }, [chart, feed, colors]);

  return null;
}

function volumeOf(bar: Bar, colors: ChartColors) {
  return { time: bar.time as UTCTimestamp, value: bar.volume, color: bar.close >= bar.open ? colors.upSoft : colors.downSoft };
}
