import type { OrderBookData } from "@/lib/live/payloads";

export interface BookState {
  label: string;
  tone: "up" | "neutral" | "warning" | "error";
  /** Whether the levels may be believed. */
  isTrusted: boolean;
  /** What the state means, in a sentence. */
  explanation: string;
}

const STATES: Readonly<Record<OrderBookData["state"], BookState>> = {
  live: { label: "Live", tone: "up", isTrusted: true, explanation: "Every change since the snapshot has been applied in order." },
  syncing: { label: "Syncing", tone: "neutral", isTrusted: false, explanation: "A snapshot is being fetched; the levels may miss changes." },
  unsynced: { label: "Not synced", tone: "neutral", isTrusted: false, explanation: "No snapshot has arrived yet." },
  stale: { label: "Stale", tone: "warning", isTrusted: false, explanation: "No change has come for longer than this book is ever silent." },
  crossed: { label: "Crossed", tone: "error", isTrusted: false, explanation: "The best bid is above the best ask: a change was lost, and the book is being rebuilt." },
};

/** Say what a book's state means; a topic that stopped moving makes any book stale, whatever it last said. */
export function bookState(state: OrderBookData["state"], isTopicStale: boolean, reason: string | null): BookState {
  const meaning = STATES[isTopicStale && state === "live" ? "stale" : state];
  return reason ? { ...meaning, explanation: reason } : meaning;
}
