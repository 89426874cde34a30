const SOURCE_NAMES: Readonly<Record<string, string>> = {
  coingecko: "CoinGecko",
  coinmarketcap: "CoinMarketCap",
  ecb: "ECB",
  fmp: "FMP",
  fred: "FRED",
  sec_edgar: "SEC EDGAR",
  yahoo_finance: "Yahoo Finance",
};

/** Write a source's id as its name: `yahoo_finance` is Yahoo Finance. */
export function sourceName(id: string): string {
  return SOURCE_NAMES[id] ?? titleCase(id);
}

/** Write an id of ours as words. */
export function titleCase(id: string): string {
  return id
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
}
