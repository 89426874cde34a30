/** The names under which answers about one asset are kept. */
export const assetKeys = {
  asset: (symbol: string) => ["asset", symbol] as const,
  quote: (symbol: string) => ["asset", symbol, "quote"] as const,
  bars: (symbol: string, range: string) => ["asset", symbol, "bars", range] as const,
};
