import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { marketKeys } from "./keys";

export type QuoteItem = components["schemas"]["QuoteItem"];
export type Failure = components["schemas"]["FailureBody"];

export interface QuotesBySymbol {
  quotes: ReadonlyMap<string, QuoteItem>;
  failures: ReadonlyMap<string, Failure>;
}

const MOST_SYMBOLS = 100;
const REFETCH_MS = 15_000;

/** Ask for the quotes of all rows every 15 s: what is off screen has no live topic, and live may fail. */
export function useQuotes(symbols: readonly string[]) {
  return useQuery({
    queryKey: marketKeys.quotes(symbols),
    queryFn: ({ signal }) => fetchQuotes(symbols, signal),
    enabled: symbols.length > 0,
    refetchInterval: REFETCH_MS,
  });
}

async function fetchQuotes(symbols: readonly string[], signal: AbortSignal): Promise<QuotesBySymbol> {
  const answers = await Promise.all(
    chunk(symbols, MOST_SYMBOLS).map((part) => unwrap(api.GET("/api/quotes", { params: { query: { symbols: part.join(",") } }, signal }))),
  );
  return {
    quotes: new Map(answers.flatMap((answer) => answer.data.map((item) => [item.quote.symbol, item] as const))),
    failures: new Map(answers.flatMap((answer) => answer.failures.map((failure) => [failure.symbol, failure] as const))),
  };
}

/** Cut a list into parts of at most `size`. */
export function chunk<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
