"use client";

import { ChartArea, ChartCandlestick, ChartLine, Table2 } from "lucide-react";
import type { ReactNode } from "react";
import type { ChartKind } from "@/components/charts/price-series";
import { Button } from "@/components/ui/button";
import { type Choice, Segments } from "@/components/ui/toggle-group";
import { cn } from "@/lib/class-names";
import { CHART_RANGES, type ChartRange, RANGE_WORDS } from "./chart-range";

type Scale = "linear" | "log";
type Face = "chart" | "table";

interface ChartToolbarProps {
  range: ChartRange;
  kind: ChartKind;
  scale: Scale;
  face: Face;
  onRange: (range: ChartRange) => void;
  onKind: (kind: ChartKind) => void;
  onScale: (scale: Scale) => void;
  onFace: (face: Face) => void;
}

const RANGES = CHART_RANGES.map((value): Choice<ChartRange> => ({ value, label: value, name: RANGE_WORDS[value] }));
const KINDS: readonly Choice<ChartKind>[] = [
  { value: "candles", label: <ChartCandlestick aria-hidden />, name: "Candles" },
  { value: "line", label: <ChartLine aria-hidden />, name: "Line" },
  { value: "area", label: <ChartArea aria-hidden />, name: "Area" },
];

/** What the chart shows and how. */
export function ChartToolbar({ range, kind, scale, face, onRange, onKind, onScale, onFace }: ChartToolbarProps) {
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-border px-2 py-1">
      <div className="max-w-full min-w-0 overflow-x-auto">
        <Segments label="Range" value={range} choices={RANGES} onChoose={onRange} />
      </div>
      <div className="ml-auto flex items-center gap-1">
        <Segments label="Kind of chart" value={kind} choices={KINDS} onChoose={onKind} />
        <Toggle name="Logarithmic scale" isOn={scale === "log"} onToggle={() => onScale(scale === "log" ? "linear" : "log")}>
          Log
        </Toggle>
        <Toggle name="Show the data as a table" isOn={face === "table"} onToggle={() => onFace(face === "table" ? "chart" : "table")}>
          <Table2 aria-hidden />
        </Toggle>
      </div>
    </div>
  );
}

interface ToggleProps {
  name: string;
  isOn: boolean;
  onToggle: () => void;
  children: ReactNode;
}

function Toggle({ name, isOn, onToggle, children }: ToggleProps) {
  return (
    <Button
      variant="ghost"
      size="small"
      aria-pressed={isOn}
      aria-label={name}
      title={name}
      onClick={onToggle}
      className={cn("min-w-7", isOn && "bg-accent-soft text-accent-text hover:bg-accent-soft hover:text-accent-text")}
    >
      {children}
    </Button>
  );
}
