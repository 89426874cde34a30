import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";

const MOST_RESULTS = 12;

/** Search the catalogue by symbol, name or ISIN; the last results stay until the next are there. */
export function useAssetSearch(text: string) {
  return useQuery({
    queryKey: ["assets", "search", text],
    queryFn: async ({ signal }) => {
      const { data } = await unwrap(api.GET("/api/assets/search", { params: { query: { q: text, limit: MOST_RESULTS } }, signal }));
      return data;
    },
    enabled: text !== "",
    placeholderData: text === "" ? undefined : keepPreviousData,
    staleTime: 60_000,
  });
}
