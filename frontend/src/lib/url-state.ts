"use client";

import { useCallback, useSyncExternalStore } from "react";

const CHANGED = "financehub:address";

function subscribe(onChange: () => void): () => void {
  window.addEventListener("popstate", onChange);
  window.addEventListener(CHANGED, onChange);
  return () => {
    window.removeEventListener("popstate", onChange);
    window.removeEventListener(CHANGED, onChange);
  };
}

function read(): string {
  return window.location.search;
}

/** Change parameters of the address in place; null or "" removes one. Other parameters and the fragment stay. */
export function replaceParameters(changes: Record<string, string | null>): void {
  const url = new URL(window.location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  if (url.href === window.location.href) return;
  window.history.replaceState(null, "", url);
  window.dispatchEvent(new Event(CHANGED));
}

/**
 * Keep one choice in the address, so that a copied link shows the same view. The fallback is not written there, and
 * anything that is not among the choices counts as the fallback.
 */
export function useAddressChoice<Choice extends string>(
  name: string,
  choices: readonly Choice[],
  fallback: Choice,
): [Choice, (choice: Choice) => void] {
  const search = useSyncExternalStore(subscribe, read, () => "");
  const found = new URLSearchParams(search).get(name);
  const choice = choices.find((candidate) => candidate === found) ?? fallback;
  const choose = useCallback((next: Choice) => replaceParameters({ [name]: next === fallback ? null : next }), [name, fallback]);
  return [choice, choose];
}

/** Keep a free text in the address. */
export function useAddressText(name: string): [string, (text: string) => void] {
  const search = useSyncExternalStore(subscribe, read, () => "");
  const set = useCallback((text: string) => replaceParameters({ [name]: text }), [name]);
  return [new URLSearchParams(search).get(name) ?? "", set];
}
