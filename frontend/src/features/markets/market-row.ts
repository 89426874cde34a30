import type { Provenance } from "@/components/provenance/provenance";
import type { PriceData } from "@/lib/live/payloads";
import type { LiveView } from "@/lib/live/topic-state";
import type { Asset } from "./api/featured-assets";
import type { Failure } from "./api/quotes";

/** A quote and where it came from, fetched or live. */
export interface RowQuote {
  quote: PriceData;
  provenance: Provenance;
}

/** One instrument of the table: its last known quote, or why there is none. */
export interface MarketRow {
  asset: Asset;
  item: RowQuote | null;
  failure: Failure | null;
  /** Hourly closes; null while they are not known. */
  closes: readonly number[] | null;
}

export const MARKET_TABS = ["all", "equities", "etfs", "indices", "crypto", "fx", "movers"] as const;
export type MarketTab = (typeof MARKET_TABS)[number];

export const TAB_NAMES: Readonly<Record<MarketTab, string>> = {
  all: "All",
  equities: "Equities",
  etfs: "ETFs",
  indices: "Indices",
  crypto: "Crypto",
  fx: "FX",
  movers: "Movers",
};

const TAB_CLASSES: Readonly<Partial<Record<MarketTab, Asset["asset_class"]>>> = {
  equities: "equity",
  etfs: "etf",
  indices: "index",
  crypto: "crypto",
  fx: "fx",
};

const MOVERS = 20;
const STRIP_SYMBOLS = ["^GSPC", "^NDX", "^DJI", "EURUSD", "USDJPY", "BTCUSDT", "ETHUSDT", "SOLUSDT"];
const STRIP_LENGTH = 8;

interface Parts {
  assets: readonly Asset[];
  quotes: ReadonlyMap<string, RowQuote>;
  failures: ReadonlyMap<string, Failure>;
  closes: ReadonlyMap<string, readonly number[]>;
}

/** Join what was asked for separately into one row per instrument. */
export function buildRows({ assets, quotes, failures, closes }: Parts): MarketRow[] {
  return assets.map((asset) => ({
    asset,
    item: quotes.get(asset.symbol) ?? null,
    failure: failures.get(asset.symbol) ?? null,
    closes: closes.get(asset.symbol) ?? null,
  }));
}

/** Choose the rows of a tab; movers are the twenty that moved most, either way, the greatest first. */
export function rowsOfTab(rows: readonly MarketRow[], tab: MarketTab): readonly MarketRow[] {
  if (tab === "movers") return movers(rows);
  const assetClass = TAB_CLASSES[tab];
  return assetClass ? rows.filter((row) => row.asset.asset_class === assetClass) : rows;
}

/** Choose the instruments of the strip: the usual ones that there are, filled up with what comes first. */
export function stripAssets(assets: readonly Asset[]): Asset[] {
  const bySymbol = new Map(assets.map((asset) => [asset.symbol, asset]));
  const usual = STRIP_SYMBOLS.flatMap((symbol) => bySymbol.get(symbol) ?? []);
  const others = assets.filter((asset) => !usual.includes(asset));
  return [...usual, ...others].slice(0, STRIP_LENGTH);
}

/** Take the later of the fetched and the live quote; of two equally late ones the live one. */
export function laterQuote(fetched: RowQuote | null, live: RowQuote | null): RowQuote | null {
  if (!fetched || !live) return live ?? fetched;
  return Date.parse(live.quote.time) >= Date.parse(fetched.quote.time) ? live : fetched;
}

/** Return what a live topic knows as a quote; null while it knows nothing. */
export function liveQuote(view: LiveView<PriceData>): RowQuote | null {
  return view.data && view.provenance ? { quote: view.data, provenance: view.provenance } : null;
}

/** Return the volume of a quote. Currencies and indices have none: the 0 that sources write for them means that nobody counts it. */
export function tradedVolume(asset: Pick<Asset, "asset_class">, quote: Pick<PriceData, "volume">): number | null {
  const isCounted = asset.asset_class !== "fx" && asset.asset_class !== "index";
  return isCounted || quote.volume !== 0 ? quote.volume : null;
}

/** Say what a filter is matched against. */
export function searchText({ asset }: MarketRow): string {
  return `${asset.symbol} ${asset.name} ${asset.sector} ${asset.base}`;
}

function movers(rows: readonly MarketRow[]): MarketRow[] {
  const size = (row: MarketRow) => Math.abs(row.item?.quote.change_percent ?? 0);
  return rows
    .filter((row) => row.item?.quote.change_percent != null)
    .sort((left, right) => size(right) - size(left))
    .slice(0, MOVERS);
}
