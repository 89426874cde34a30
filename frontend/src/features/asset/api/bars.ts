import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type Bar, barsFromColumns, type Interval } from "@/components/charts/bar";
import { api, unwrap } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { useMarketClock } from "@/lib/live/hooks";
import { type ChartRange, finerQuery, intervalOf, rangeQuery, type RangeQuery, refetchAfter, trimToRange } from "../chart-range";
import { assetKeys } from "./keys";

type Provenance = components["schemas"]["ProvenanceBody"];
type BarsAnswer = components["schemas"]["BarsAnswer"];

export interface RangeBars {
  symbol: string;
  range: ChartRange;
  interval: Interval;
  currency: string | null;
  bars: readonly Bar[];
  provenance: Provenance;
}

const PAGE_LIMIT = 5_000;
const MOST_PAGES = 8;

/** Ask for the bars of a range, up to the market's now. The last range stays in sight while the next one is fetched. */
export function useRangeBars(symbol: string, range: ChartRange, assetClass: string) {
  const now = useMarketClock();
  return useQuery({
    queryKey: assetKeys.bars(symbol, range),
    queryFn: async ({ signal }): Promise<RangeBars> => {
      const query = rangeQuery(range, now(), assetClass);
      const whole = await fetchBars(symbol, query, signal);
      const finer = finerQuery(query, range, whole.bars.length);
      const { bars, interval, last } = finer ? await fetchBars(symbol, finer, signal) : whole;
      return { symbol, range, interval, currency: last.data.currency, bars: trimToRange(bars, range, assetClass), provenance: last.provenance };
    },
    placeholderData: keepPreviousData,
    staleTime: refetchAfter(intervalOf(range, assetClass)),
    refetchInterval: refetchAfter("1w"),
  });
}

async function fetchBars(symbol: string, query: RangeQuery, signal: AbortSignal) {
  const pages = await fetchPages(symbol, query, signal);
  return { interval: query.interval, bars: pages.flatMap((page) => barsFromColumns(page.data)), last: pages.at(-1) as BarsAnswer };
}

async function fetchPages(symbol: string, { interval, start }: RangeQuery, signal: AbortSignal): Promise<BarsAnswer[]> {
  const pages: BarsAnswer[] = [];
  let from: string | null = start;
  while (from !== null && pages.length < MOST_PAGES) {
    const query = { interval, from, limit: PAGE_LIMIT };
    const page: BarsAnswer = await unwrap(api.GET("/api/bars/{symbol}", { params: { path: { symbol }, query }, signal }));
    pages.push(page);
    from = page.next;
  }
  return pages;
}
