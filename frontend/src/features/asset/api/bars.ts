import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type Bar, barsFromColumns, type Interval } from "@/components/charts/bar";
import { api, unwrap } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { useMarketClock } from "@/lib/live/hooks";
import { type ChartRange, rangeQuery, type RangeQuery, refetchAfter, trimToRange } from "../chart-range";
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
      const pages = await fetchPages(symbol, query, signal);
      const last = pages.at(-1) as BarsAnswer;
      const bars = pages.flatMap((page) => barsFromColumns(page.data));
      const { currency } = last.data;
      return { symbol, range, interval: query.interval, currency, bars: trimToRange(bars, range, assetClass), provenance: last.provenance };
    },
    placeholderData: keepPreviousData,
    staleTime: refetchAfter(rangeQuery(range, 0, assetClass).interval),
    refetchInterval: refetchAfter("1w"),
  });
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
