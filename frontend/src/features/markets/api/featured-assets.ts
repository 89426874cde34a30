import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { marketKeys } from "./keys";

export type Asset = components["schemas"]["AssetBody"];

const PAGE_LIMIT = 100;
const MOST_PAGES = 10;
const TEN_MINUTES_MS = 600_000;

/** Ask for the instruments that the markets page shows. */
export function useFeaturedAssets() {
  return useQuery({ queryKey: marketKeys.featured, queryFn: ({ signal }) => fetchFeatured(signal), staleTime: TEN_MINUTES_MS });
}

async function fetchFeatured(signal: AbortSignal): Promise<Asset[]> {
  const assets: Asset[] = [];
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query: { featured: true; limit: number; after: string | null } = { featured: true, limit: PAGE_LIMIT, after };
    const answer: components["schemas"]["AssetPage"] = await unwrap(
      api.GET("/api/assets", { params: { query: after === null ? { featured: true, limit: PAGE_LIMIT } : query }, signal }),
    );
    assets.push(...answer.data);
    after = answer.next;
    if (after === null) break;
  }
  return assets;
}
