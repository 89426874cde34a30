import { EmptyState } from "@/components/states/empty-state";
import { Button } from "@/components/ui/button";
import { CHART_RANGES, type ChartRange, RANGE_WORDS } from "./chart-range";

interface NoBarsProps {
  symbol: string;
  range: ChartRange;
  onChoose: (range: ChartRange) => void;
}

/** No bars in the range: say so, and offer the next longer one. */
export function NoBars({ symbol, range, onChoose }: NoBarsProps) {
  const longer = CHART_RANGES[CHART_RANGES.indexOf(range) + 1];
  return (
    <EmptyState
      className="h-full"
      title="No bars in this range"
      reason={`The sources have no bars of ${symbol} over ${RANGE_WORDS[range]}.`}
      action={longer && <Button onClick={() => onChoose(longer)}>Show {RANGE_WORDS[longer]}</Button>}
    />
  );
}
