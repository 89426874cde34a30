import { cn } from "@/lib/class-names";
import { sparklinePath, trendOf } from "./sparkline-path";

interface SparklineProps {
  closes: readonly number[];
  /** What the line shows, for those who do not see it: its numbers stand beside it. */
  label: string;
  width?: number;
  height?: number;
  className?: string;
}

const TONES = { up: "text-up", down: "text-down", flat: "text-muted" } as const;

/** A small line of closes, coloured by the way it went. */
export function Sparkline({ closes, label, width = 96, height = 22, className }: SparklineProps) {
  const trend = trendOf(closes);
  return (
    <svg
      role="img"
      aria-label={`${label}: ${trend === "flat" ? "unchanged" : trend}`}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      className={cn("block overflow-visible", TONES[trend], className)}
      style={{ width, height }}
    >
      <path d={sparklinePath(closes, width, height)} fill="none" stroke="currentColor" strokeWidth="1.25" strokeLinejoin="round" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
