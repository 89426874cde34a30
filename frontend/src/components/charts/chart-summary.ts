import { formatChangeWithPercent, formatCount, formatPrice } from "@/lib/format/number";
import { writeBarTime } from "./axis-format";
import { type Bar, type Interval, INTERVAL_WORDS } from "./bar";

interface ChartFacts {
  name: string;
  /** What the range is called: `1 month`. */
  range: string;
  interval: Interval;
  priceDecimals: number;
}

/** Say in words what a chart of bars shows. */
export function chartSummary(bars: readonly Bar[], facts: ChartFacts): string {
  const [first, last] = [bars[0], bars.at(-1)];
  if (!first || !last) return `${facts.name}, ${facts.range}: no bars.`;
  const price = (value: number) => formatPrice(value, facts.priceDecimals);
  const time = (bar: Bar) => writeBarTime(bar.time, facts.interval);
  const highest = bars.reduce((best, bar) => (bar.high > best.high ? bar : best));
  const lowest = bars.reduce((best, bar) => (bar.low < best.low ? bar : best));
  const change = last.close - first.open;
  const percent = first.open === 0 ? null : (change / first.open) * 100;
  return [
    `${facts.name}, ${facts.range}: ${formatCount(bars.length)} bars of ${INTERVAL_WORDS[facts.interval]} from ${time(first)} to ${time(last)}.`,
    `Opened at ${price(first.open)}, last ${price(last.close)}, ${formatChangeWithPercent(change, percent, facts.priceDecimals)}.`,
    `Highest ${price(highest.high)} on ${time(highest)}, lowest ${price(lowest.low)} on ${time(lowest)}.`,
  ].join(" ");
}
