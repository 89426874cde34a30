import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import { marketKeys } from "./keys";
import { chunk } from "./quotes";

const MOST_SYMBOLS = 100;
const TEN_MINUTES_MS = 600_000;

/** Ask for the hourly closes of five days; a symbol that fails is not in the answer. */
export function useSparklines(symbols: readonly string[]) {
  return useQuery({
    queryKey: marketKeys.sparklines(symbols),
    queryFn: ({ signal }) => fetchCloses(symbols, signal),
    enabled: symbols.length > 0,
    staleTime: TEN_MINUTES_MS,
    refetchInterval: TEN_MINUTES_MS,
  });
}

async function fetchCloses(symbols: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, readonly number[]>> {
  const answers = await Promise.all(
    chunk(symbols, MOST_SYMBOLS).map((part) => unwrap(api.GET("/api/sparklines", { params: { query: { symbols: part.join(",") } }, signal }))),
  );
  return new Map(answers.flatMap((answer) => answer.data.map((line) => [line.symbol, line.closes] as const)));
}
