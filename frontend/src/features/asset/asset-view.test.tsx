import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { configure, render, screen } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/lib/api/api-error";
import { WAITING } from "@/lib/live/topic-state";
import { AssetView } from "./asset-view";
import { placeInRange } from "./day-range";

configure({ asyncUtilTimeout: 10_000 });

const stage = vi.hoisted(() => ({ views: new Map<string, unknown>(), answers: {} as Record<string, () => Promise<unknown>> }));
vi.mock("./chart-panel", () => ({ ChartPanel: () => <p>chart</p> }));
vi.mock("@/lib/live/hooks", () => ({
  useLive: (topic: string) => stage.views.get(topic) ?? WAITING,
  useConnectionState: () => ({ phase: "live" }),
  useMarketNow: () => Date.parse("2024-08-08T14:00:12Z"),
}));
vi.mock("@/lib/api/client", () => ({ unwrap: (call: Promise<unknown>) => call, api: { GET: (path: string) => stage.answers[path]!() } }));

const asset = {
  symbol: "AAPL",
  name: "Apple Inc.",
  asset_class: "equity",
  currency: "USD",
  venue: "XNAS",
  base: "",
  price_decimals: 2,
  isin: "US0378331005",
  sector: "",
  country: "US",
  is_featured: true,
  streams: ["price"],
  names: { yahoo_finance: "AAPL" },
};
const provenance = { source: "yahoo_finance", as_of: "2024-08-08T14:00:00Z", fetched_at: "2024-08-08T14:00:00Z", delay_class: "live", unit: "price", currency: "USD", trace: [] };
const quote = (price: number, time: string) => ({
  symbol: "AAPL",
  price,
  time,
  currency: "USD",
  bid: null,
  ask: null,
  open: 209,
  high: 212,
  low: 208,
  previous_close: 208,
  change: price - 208,
  change_percent: 1.2,
  volume: 1_000_000,
  quote_volume: null,
  market_cap: null,
});

function renderView(symbol = "AAPL") {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <QueryClientProvider client={client}>
      <AssetView symbol={symbol} />
    </QueryClientProvider>,
  );
}

beforeEach(() => {
  stage.views.clear();
  stage.answers = {
    "/api/assets/{symbol}": () => Promise.resolve({ data: asset }),
    "/api/quotes/{symbol}": () => Promise.resolve({ data: quote(210.5, "2024-08-08T14:00:00Z"), provenance }),
  };
});

describe("AssetView", () => {
  it("shows name, price, change, state and key figures", async () => {
    renderView();
    expect(await screen.findByTestId("headline-price")).toHaveTextContent("210.50");
    expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("AAPLApple Inc.");
    expect(screen.getByText("▲ +2.50 (+1.20 %)")).toBeVisible();
    expect(screen.getByText("Open", { selector: "[title='Prices are coming in.']" })).toBeVisible();
    expect(screen.getByRole("heading", { name: "Key figures" })).toBeVisible();
    expect(screen.getByText("US0378331005")).toBeVisible();
    expect(screen.queryByText("Order book")).toBeNull();
  });

  it("takes the later live price, and says when and why it stopped", async () => {
    stage.views.set("price:AAPL", { data: quote(211, "2024-08-08T14:00:10Z"), provenance, seq: 2, state: "stale", reason: "The source is silent." });
    renderView();
    expect(await screen.findByTestId("headline-price")).toHaveTextContent("211.00");
    expect(screen.getByRole("status")).toHaveTextContent("Last figures 12 s ago. The source is silent.");
  });

  it("keeps the page when the quote fails", async () => {
    stage.answers["/api/quotes/{symbol}"] = () => Promise.reject(new ApiError("No source answered for AAPL.", "no_answer", 503));
    renderView();
    expect(await screen.findByText("No quote: No source answered for AAPL.")).toBeVisible();
    expect(screen.getByText("chart")).toBeVisible();
  });

  it("offers what comes close to an unknown symbol", async () => {
    stage.answers["/api/assets/{symbol}"] = () =>
      Promise.reject(new ApiError("There is no instrument 'APPL'", "not_found", 404, { symbol: "APPL", suggestions: ["AAPL", "BRK.B"] }));
    renderView("APPL");
    expect(await screen.findByText("There is no instrument called APPL")).toBeVisible();
    expect(screen.getAllByRole("link").map((link) => [link.textContent, link.getAttribute("href")])).toEqual([
      ["AAPL", "/assets/AAPL"],
      ["BRK.B", "/assets/BRK.B"],
      ["All markets", "/markets"],
    ]);
  });

  it("says what failed when the catalogue does not answer", async () => {
    stage.answers["/api/assets/{symbol}"] = () => Promise.reject(new ApiError("No storage.", "no_storage", 503));
    renderView();
    expect(await screen.findByRole("alert")).toHaveTextContent("AAPL could not be shown");
  });
});

describe("placeInRange", () => {
  it("stands between low and high, never outside, and nowhere without both", () => {
    expect([placeInRange(5, 0, 10), placeInRange(20, 0, 10), placeInRange(-1, 0, 10)]).toEqual([0.5, 1, 0]);
    expect([placeInRange(5, null, 10), placeInRange(5, 5, 5), placeInRange(5, 0, null)]).toEqual([null, null, null]);
  });
});
