import type { components } from "@/lib/api/schema";

type Schemas = components["schemas"];

export type Mode = Schemas["HealthBody"]["mode"];
export type TraceStep = Schemas["TraceStepBody"];

type ProvenanceBody = Schemas["ProvenanceBody"];
type ByRestOnly = "age_seconds" | "confidence" | "dispersion_bp";

/** Where a figure came from: by REST whole, in a frame without what depends on the moment of reading. */
export type Provenance = Omit<ProvenanceBody, ByRestOnly> & Partial<Pick<ProvenanceBody, ByRestOnly>>;

/** The payload of `price`: a quote, as by REST. */
export type PriceData = Schemas["QuoteBody"];

export interface LiveTrade {
  trade_id: string;
  price: number;
  quantity: number;
  side: "buy" | "sell" | null;
  time: string;
}

/** The payload of `trades`, oldest first; `merged` counts trades that the frame stands for without listing them. */
export interface TradesData {
  trades: LiveTrade[];
  merged: number;
}

/** The payload of `bars:<interval>`; `time` is the start in Unix seconds. */
export interface BarData {
  interval: string;
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  is_final: boolean;
}

export type BookLevel = [price: number, quantity: number];

/** The payload of `orderbook`: the best 20 levels a side, always whole, best first. */
export interface OrderBookData {
  state: "unsynced" | "syncing" | "live" | "stale" | "crossed";
  update_id: number;
  time: string | null;
  bids: BookLevel[];
  asks: BookLevel[];
  spread: number | null;
  mid: number | null;
  imbalance: number | null;
  depth_limit: number;
}
