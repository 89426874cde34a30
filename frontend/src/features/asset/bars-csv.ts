import type { Bar } from "@/components/charts/bar";
import { type DataColumn, rowsToCsv } from "@/components/data-table/column";

export const PRICES = ["open", "high", "low", "close"] as const;

/** Write bars as CSV, oldest first, times as UTC starts. */
export function barsToCsv(bars: readonly Bar[], currency: string | null): string {
  const time: DataColumn<Bar> = { id: "time", header: "Time", unit: "UTC", width: 0, value: (bar) => new Date(bar.time * 1000).toISOString(), cell: () => null };
  const prices = PRICES.map((name): DataColumn<Bar> => ({ id: name, header: capitalise(name), unit: currency ?? undefined, width: 0, value: (bar) => bar[name], cell: () => null }));
  const volume: DataColumn<Bar> = { id: "volume", header: "Volume", width: 0, value: (bar) => bar.volume, cell: () => null };
  return rowsToCsv([time, ...prices, volume], bars);
}

export function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
