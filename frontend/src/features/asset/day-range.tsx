import { cn } from "@/lib/class-names";
import { formatPrice } from "@/lib/format/number";
import type { PriceData } from "@/lib/live/payloads";

interface DayRangeProps {
  quote: PriceData | null;
  priceDecimals: number;
  className?: string;
}

/** Return where a price stands between two others, 0 to 1; null where that means nothing. */
export function placeInRange(price: number, low: number | null, high: number | null): number | null {
  if (low === null || high === null || high <= low) return null;
  return Math.min(1, Math.max(0, (price - low) / (high - low)));
}

/** Where the price stands between the day's low and high. */
export function DayRange({ quote, priceDecimals, className }: DayRangeProps) {
  const place = quote && placeInRange(quote.price, quote.low, quote.high);
  if (!quote || place === null) return null;
  const [low, high] = [formatPrice(quote.low, priceDecimals), formatPrice(quote.high, priceDecimals)];
  return (
    <div className={cn("flex flex-col gap-1 text-micro tabular-nums", className)}>
      <div aria-hidden className="relative h-1.5 rounded-full bg-neutral-5">
        <div className="absolute inset-y-0 left-0 rounded-full bg-neutral-8" style={{ width: `${place * 100}%` }} />
        <div className="absolute -top-0.5 h-2.5 w-1 -translate-x-1/2 rounded-full bg-foreground" style={{ left: `${place * 100}%` }} />
      </div>
      <div className="flex justify-between gap-2 text-muted">
        <span>
          <span className="sr-only">Low of the day </span>
          {low}
        </span>
        <span aria-hidden>Day range</span>
        <span>
          <span className="sr-only">High of the day </span>
          {high}
        </span>
      </div>
    </div>
  );
}
