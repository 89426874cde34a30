"use client";

import { useSyncExternalStore } from "react";
import { usePathname } from "next/navigation";

const never = () => () => undefined;

/** Say whether this page runs in a browser yet; the exported file and the first render say no. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}

/**
 * Answer a segment of the address, decoded; null until the page runs in a browser. All ids of a dynamic route share
 * one exported file, so `useParams` would answer `_` for every one.
 */
export function usePathSegment(position: number): string | null {
  const pathname = usePathname();
  const isHydrated = useHydrated();
  const segment = pathname.split("/")[position + 1];
  if (!isHydrated || !segment) return null;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
