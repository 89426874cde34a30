import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./api-error";

const MOST_RETRIES = 2;

/** Retry only what may pass by itself: silence and the server's own "later". */
export function shouldRetry(failures: number, error: unknown): boolean {
  return failures < MOST_RETRIES && error instanceof ApiError && error.isTransient;
}

/** Wait half a second, then twice as long each time; a source's own `retry_after` (seconds) wins, up to 10 s. */
export function retryDelay(attempt: number, error: unknown): number {
  const asked = error instanceof ApiError ? error.facts.retry_after : null;
  if (typeof asked === "number") return Math.min(asked * 1000, 10_000);
  return Math.min(500 * 2 ** attempt, 10_000);
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: shouldRetry, retryDelay, staleTime: 30_000, gcTime: 10 * 60_000, refetchOnWindowFocus: false },
      mutations: { retry: false },
    },
  });
}
