import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";

/** Ask the server how it runs; needs no sign-in. */
export function useHealth(isEnabled: boolean) {
  return useQuery({
    queryKey: ["health"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/health", { signal })),
    enabled: isEnabled,
    staleTime: 5 * 60_000,
  });
}
