"use client";

import { useSyncExternalStore } from "react";

const NARROW = "(max-width: 639px)";

/** Say whether the window is as narrow as a phone's, where rows take two lines. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, read, () => false);
}

function read(): boolean {
  return window.matchMedia(NARROW).matches;
}

function subscribe(listener: () => void): () => void {
  const query = window.matchMedia(NARROW);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}
