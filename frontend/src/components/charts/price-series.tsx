"use client";

import type { ISeriesApi, SeriesType, UTCTimestamp } from "lightweight-charts";
import { useEffect, useRef } from "react";
import { formatPrice } from "@/lib/format/number";
import type { Bar } from "./bar";
import type { BarFeed } from "./bar-feed";
import type { ChartColors } from "./chart-colors";
import { type ChartScope, useChartScope } from "./chart-canvas";

export const CHART_KINDS = ["candles", "line", "area"] as const;
export type ChartKind = (typeof CHART_KINDS)[number];

interface PriceSeriesProps {
  feed: BarFeed;
  kind: ChartKind;
  priceDecimals: number;
  /** Show the whole series whenever this changes. */
  fitKey: string;
}

/** Prices as candles, a line or an area; a live bar is an update of one point, never a new series. */
export function PriceSeries({ feed, kind, priceDecimals, fitKey }: PriceSeriesProps) {
  const { chart, library, colors } = useChartScope();
  const series = useRef<ISeriesApi<SeriesType>>(null);

  useEffect(() => {
    const made = addSeries(chart, library, kind);
    series.current = made;
    return () => {
      series.current = null;
      removeSafely(chart, made);
    };
  }, [chart, library, kind]);

  useEffect(() => {
    series.current?.applyOptions({ ...seriesColors(kind, colors), priceFormat: priceFormat(priceDecimals) });
  }, [chart, kind, colors, priceDecimals]);

  useEffect(() => {
    const point: (bar: Bar) => Point = kind === "candles" ? candleOf : closeOf;
    series.current?.setData(feed.bars.map(point));
    return feed.subscribe(() => {
      const last = feed.getLast();
      if (last) series.current?.update(point(last));
    });
  }, [chart, feed, kind]);

  useEffect(() => {
    chart.timeScale().fitContent();
  }, [chart, fitKey]);

  return null;
}

/** React may unmount the chart before its series. */
export function removeSafely(chart: ChartScope["chart"], series: ISeriesApi<SeriesType>): void {
  if (chart.panes().some((pane) => pane.getSeries().includes(series))) chart.removeSeries(series);
}

function addSeries(chart: ChartScope["chart"], library: ChartScope["library"], kind: ChartKind): ISeriesApi<SeriesType> {
  if (kind === "candles") return chart.addSeries(library.CandlestickSeries, { borderVisible: false });
  if (kind === "line") return chart.addSeries(library.LineSeries, { lineWidth: 2 });
  return chart.addSeries(library.AreaSeries, { lineWidth: 2 });
}

function seriesColors(kind: ChartKind, colors: ChartColors) {
  if (kind === "candles") return { upColor: colors.up, downColor: colors.down, wickUpColor: colors.up, wickDownColor: colors.down };
  if (kind === "line") return { color: colors.accent };
  return { lineColor: colors.accent, topColor: colors.accentSoft, bottomColor: colors.accentNone };
}

function priceFormat(decimals: number) {
  return { type: "custom" as const, minMove: 10 ** -decimals, formatter: (price: number) => formatPrice(price, decimals) };
}

type Point = ReturnType<typeof candleOf> | ReturnType<typeof closeOf>;

function candleOf(bar: Bar) {
  return { time: bar.time as UTCTimestamp, open: bar.open, high: bar.high, low: bar.low, close: bar.close };
}

function closeOf(bar: Bar) {
  return { time: bar.time as UTCTimestamp, value: bar.close };
}
