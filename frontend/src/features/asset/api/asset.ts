import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { assetKeys } from "./keys";

export type AssetDetail = components["schemas"]["NamedAssetBody"];

const HOUR_MS = 3_600_000;

/** Ask for one instrument by any of its names. */
export function useAsset(symbol: string) {
  return useQuery({
    queryKey: assetKeys.asset(symbol),
    queryFn: async ({ signal }) => (await unwrap(api.GET("/api/assets/{symbol}", { params: { path: { symbol } }, signal }))).data,
    staleTime: HOUR_MS,
  });
}
