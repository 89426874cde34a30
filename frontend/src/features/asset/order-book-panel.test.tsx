import { render, screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { OrderBookData, TradesData } from "@/lib/live/payloads";
import { type LiveView, WAITING } from "@/lib/live/topic-state";
import type { AssetDetail } from "./api/asset";
import { OrderBookPanel } from "./order-book-panel";
import { TapePanel } from "./tape-panel";

const live = vi.hoisted(() => ({ views: new Map<string, unknown>(), phase: "live" }));
vi.mock("@/lib/live/hooks", () => ({
  useLive: (topic: string) => live.views.get(topic) ?? WAITING,
  useConnectionState: () => ({ phase: live.phase }),
  useMarketNow: () => Date.parse("2024-08-08T14:00:05Z"),
}));

const asset: AssetDetail = {
  symbol: "BTCUSDT",
  name: "Bitcoin",
  asset_class: "crypto",
  currency: "USDT",
  venue: "BINANCE",
  base: "BTC",
  price_decimals: 2,
  isin: "",
  sector: "",
  country: "",
  is_featured: true,
  streams: ["price", "trades", "bars", "orderbook"],
  names: { binance: "BTCUSDT" },
};
const provenance = {
  source: "binance",
  as_of: "2024-08-08T14:00:00Z",
  fetched_at: "2024-08-08T14:00:00Z",
  delay_class: "replayed",
  unit: "price",
  currency: "USDT",
  freshness: "realtime",
  cached: null,
  trace: [],
};
const book: OrderBookData = {
  state: "live",
  update_id: 7,
  time: "2024-08-08T14:00:00Z",
  bids: [
    [57_000.1, 0.5],
    [57_000, 1.25],
  ],
  asks: [
    [57_000.2, 2],
    [57_001, 0.00002],
  ],
  spread: 0.1,
  mid: 57_000.15,
  imbalance: -0.2,
  depth_limit: 1000,
};

function show<Data>(topic: string, data: Data, rest: Partial<LiveView<Data>> = {}) {
  live.views.set(topic, { data, provenance, seq: 1, state: "live", reason: null, ...rest });
}

const cells = (table: HTMLElement) =>
  within(table)
    .getAllByRole("row")
    .map((row) => [...row.children].map((cell) => cell.textContent));

beforeEach(() => {
  live.views.clear();
  live.phase = "live";
});

describe("OrderBookPanel", () => {
  it("lays out asks over bids with totals from the spread outwards, digits below one another", () => {
    show("orderbook:BTCUSDT", book);
    render(<OrderBookPanel asset={asset} />);
    expect(cells(screen.getByRole("table"))).toEqual([
      ["Price USDT", "Quantity BTC", "Total BTC"],
      ["57,001.00", "0.00002", "2.00002"],
      ["57,000.20", "2.00000", "2.00000"],
      ["Spread", "0.10", "0.0\u00a0bp"],
      ["57,000.10", "0.50000", "0.50000"],
      ["57,000.00", "1.25000", "1.75000"],
    ]);
    expect(screen.getByText("Live")).toBeVisible();
    expect(screen.getByText("Bids 40 %")).toBeVisible();
    expect(screen.getByText("60 % asks")).toBeVisible();
    expect(screen.queryByRole("status")).toBeNull();
  });

  it("says why a book is not to be trusted, and keeps its figures, dimmed", () => {
    show("orderbook:BTCUSDT", { ...book, state: "crossed" as const });
    render(<OrderBookPanel asset={asset} />);
    expect(screen.getByText("Crossed")).toBeVisible();
    expect(screen.getByRole("status")).toHaveTextContent("Last figures 5 s ago. The best bid is above the best ask");
    expect(screen.getByRole("region", { name: "Order book of BTCUSDT" })).toHaveClass("opacity-60");
  });

  it("turns stale with its topic and gives the topic's reason", () => {
    show("orderbook:BTCUSDT", book, { state: "stale", reason: "The connection was lost; reconnecting." });
    render(<OrderBookPanel asset={asset} />);
    expect(screen.getByText("Stale")).toBeVisible();
    expect(screen.getByRole("status")).toHaveTextContent("The connection was lost; reconnecting.");
  });

  it("waits aloud, and says when it is the connection that is missing", () => {
    const { rerender } = render(<OrderBookPanel asset={asset} />);
    expect(screen.getByText("Order book: loading")).toBeInTheDocument();
    live.phase = "offline";
    rerender(<OrderBookPanel asset={{ ...asset }} />);
    expect(screen.getByText("The order book starts when the live connection stands.")).toBeVisible();
  });
});

describe("TapePanel", () => {
  const trades: TradesData = {
    merged: 0,
    trades: [
      { trade_id: "1", price: 57_000, quantity: 0.5, side: "sell", time: "2024-08-08T14:00:00Z" },
      { trade_id: "2", price: 57_000.5, quantity: 0.00123, side: "buy", time: "2024-08-08T14:00:01Z" },
      { trade_id: "3", price: 57_001, quantity: 1, side: null, time: "2024-08-08T14:00:02Z" },
    ],
  };

  it("shows the latest first, with side, in the reader's zone", () => {
    show("trades:BTCUSDT", trades);
    render(<TapePanel asset={asset} />);
    expect(cells(screen.getByRole("table")).slice(1)).toEqual([
      ["16:00:02", "57,001.00", "1.00000"],
      ["16:00:01", "▲57,000.50", "0.00123"],
      ["16:00:00", "▼57,000.00", "0.50000"],
    ]);
    expect(screen.getByRole("img", { name: "bought" })).toBeVisible();
    expect(screen.getByText("16:00:00")).toHaveAttribute("title", "8 Aug 2024, 16:00:00 local time · 2024-08-08 14:00:00 UTC");
  });

  it("tells apart loading, nothing yet, and stopped", () => {
    const { rerender } = render(<TapePanel asset={asset} />);
    expect(screen.getByText("Trades: loading")).toBeInTheDocument();
    show("trades:BTCUSDT", { trades: [], merged: 0 });
    rerender(<TapePanel asset={{ ...asset }} />);
    expect(screen.getByText("No trades yet")).toBeVisible();
    show("trades:BTCUSDT", trades, { state: "stale", reason: "The stream was cut." });
    rerender(<TapePanel asset={{ ...asset }} />);
    expect(screen.getByRole("status")).toHaveTextContent("The stream was cut.");
    expect(screen.getByRole("region", { name: "Trades of BTCUSDT" })).toHaveClass("opacity-60");
  });
});
