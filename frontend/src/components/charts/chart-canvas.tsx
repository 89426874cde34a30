"use client";

import type * as Library from "lightweight-charts";
import { createContext, type ReactNode, type RefObject, use, useEffect, useMemo, useRef, useState } from "react";
import { cn } from "@/lib/class-names";
import type { Interval } from "./bar";
import { writeAxisMark, writeBarTime } from "./axis-format";
import { type ChartColors, useChartColors } from "./chart-colors";

export type ChartLibrary = typeof Library;
type IChartApi = Library.IChartApi;

export interface ChartScope {
  chart: IChartApi;
  library: ChartLibrary;
  colors: ChartColors;
}

const ScopeContext = createContext<ChartScope | null>(null);

/** The chart around a series. Only for children of ChartCanvas. */
export function useChartScope(): ChartScope {
  const scope = use(ScopeContext);
  if (!scope) throw new Error("useChartScope needs a ChartCanvas around it.");
  return scope;
}

interface ChartCanvasProps {
  label: string;
  /** Id of the text that says in words what the chart shows. */
  describedBy?: string;
  interval: Interval;
  isLogarithmic?: boolean;
  /** The series, once the chart stands. */
  children: ReactNode;
  className?: string;
}

/** A chart with a time axis, in the colours of the theme. The library is loaded when the first chart is shown. */
export function ChartCanvas({ label, describedBy, interval, isLogarithmic = false, children, className }: ChartCanvasProps) {
  const box = useRef<HTMLDivElement>(null);
  const colors = useChartColors();
  const { made, hasFailed } = useChart(box);
  useEffect(() => {
    made?.chart.applyOptions(themeOptions(colors));
  }, [made, colors]);
  useEffect(() => {
    made?.chart.applyOptions(timeOptions(interval));
  }, [made, interval]);
  useEffect(() => {
    const modes = made?.library.PriceScaleMode;
    if (modes) made.chart.priceScale("right").applyOptions({ mode: isLogarithmic ? modes.Logarithmic : modes.Normal });
  }, [made, isLogarithmic]);
  const scope = useMemo(() => made && { ...made, colors }, [made, colors]);

  return (
    <div role="group" aria-label={label} aria-describedby={describedBy} className={cn("relative", className)}>
      <div ref={box} className="absolute inset-0" />
      {hasFailed && <p className="absolute inset-0 grid place-items-center text-muted">The chart could not be loaded. Reload the page to try again.</p>}
      {scope && <ScopeContext value={scope}>{children}</ScopeContext>}
    </div>
  );
}

interface MadeChart {
  chart: IChartApi;
  library: ChartLibrary;
}

function useChart(box: RefObject<HTMLDivElement | null>) {
  const [made, setMade] = useState<MadeChart | null>(null);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    let chart: IChartApi | null = null;
    let isGone = false;
    import("lightweight-charts").then(
      (library) => {
        if (isGone || !box.current) return;
        chart = library.createChart(box.current, { autoSize: true, layout: { attributionLogo: true } });
        setMade({ chart, library });
      },
      () => setFailed(true),
    );
    return () => {
      isGone = true;
      setMade(null);
      chart?.remove();
    };
  }, [box]);
  return { made, hasFailed };
}

function themeOptions(colors: ChartColors) {
  const line = { color: colors.crosshair, labelBackgroundColor: colors.border };
  return {
    layout: {
      background: { color: "transparent" },
      textColor: colors.text,
      fontSize: 11,
      fontFamily: getComputedStyle(document.body).fontFamily,
      panes: { separatorColor: colors.grid, separatorHoverColor: colors.border },
    },
    grid: { vertLines: { visible: false }, horzLines: { color: colors.grid } },
    crosshair: { mode: 0, vertLine: line, horzLine: line },
    rightPriceScale: { borderColor: colors.grid },
    // A young history has a handful of bars: unbounded, one of them would fill the chart.
    timeScale: { borderColor: colors.grid, rightOffset: 4, maxBarSpacing: 28 },
  };
}

function timeOptions(interval: Interval) {
  return {
    localization: { timeFormatter: (time: unknown) => writeBarTime(Number(time), interval) },
    timeScale: {
      timeVisible: true,
      secondsVisible: false,
      tickMarkFormatter: (time: unknown, mark: number) => writeAxisMark(Number(time), mark, interval),
    },
  };
}
