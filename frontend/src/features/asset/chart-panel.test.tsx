import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, configure, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/lib/api/api-error";
import { WAITING } from "@/lib/live/topic-state";
import type { AssetDetail } from "./api/asset";
import { barsToCsv } from "./bars-csv";
import { ChartPanel } from "./chart-panel";
import { liveBarsTopic } from "./live-bars";

// The first chart of a run waits for the library to be loaded.
configure({ asyncUtilTimeout: 10_000 });

const NOW = Date.parse("2024-08-08T14:37:30Z");
const MINUTE = Date.parse("2024-08-08T14:37:00Z") / 1000;

const stage = vi.hoisted(() => ({
  frames: new Map<string, (frames: unknown[]) => void>(),
  views: new Map<string, unknown>(),
  asked: [] as { interval: string; from: string }[],
  answer: (() => Promise.reject(new Error("no answer prepared"))) as (query: { interval: string; from: string }) => Promise<unknown>,
  series: [] as { type: string; setData: ReturnType<typeof vi.fn>; update: ReturnType<typeof vi.fn> }[],
}));

vi.mock("@/lib/live/hooks", () => ({
  useLive: (topic: string | null) => (topic && stage.views.get(topic)) ?? WAITING,
  useLiveFrames: (topic: string | null, onFrames: (frames: unknown[]) => void) => {
    if (topic) stage.frames.set(topic, onFrames);
  },
  useMarketClock: () => () => NOW,
  useMarketNow: () => NOW,
}));

vi.mock("@/lib/api/client", () => ({
  unwrap: (call: Promise<unknown>) => call,
  api: {
    GET: (_path: string, options: { params: { query: { interval: string; from: string } } }) => {
      stage.asked.push(options.params.query);
      return stage.answer(options.params.query);
    },
  },
}));

vi.mock("lightweight-charts", () => {
  const addSeries = (type: string) => {
    const series = { type, setData: vi.fn(), update: vi.fn(), applyOptions: vi.fn() };
    stage.series.push(series);
    return series;
  };
  const chart = {
    addSeries,
    applyOptions: vi.fn(),
    panes: () => [],
    priceScale: () => ({ applyOptions: vi.fn() }),
    timeScale: () => ({ fitContent: vi.fn() }),
    subscribeCrosshairMove: vi.fn(),
    unsubscribeCrosshairMove: vi.fn(),
    remove: vi.fn(),
  };
  return {
    createChart: () => chart,
    CandlestickSeries: "candles",
    LineSeries: "line",
    AreaSeries: "area",
    HistogramSeries: "volume",
    PriceScaleMode: { Normal: 0, Logarithmic: 1 },
  };
});

const asset: AssetDetail = {
  symbol: "AAPL",
  name: "Apple Inc.",
  asset_class: "equity",
  currency: "USD",
  venue: "XNAS",
  base: "",
  price_decimals: 2,
  isin: "",
  sector: "",
  country: "",
  is_featured: true,
  streams: ["price", "bars"],
  names: {},
};

const columns = (times: number[]) => ({
  data: {
    symbol: "AAPL",
    interval: "1m",
    currency: "USD",
    time: times,
    open: times.map(() => 100),
    high: times.map(() => 102),
    low: times.map(() => 99),
    close: times.map(() => 101),
    volume: times.map(() => 10),
    last_is_final: false,
  },
  next: null as string | null,
  provenance: {
    source: "yahoo_finance",
    as_of: "2024-08-08T14:37:00Z",
    fetched_at: "2024-08-08T14:37:00Z",
    delay_class: "live",
    unit: "price",
    currency: "USD",
    freshness: "recent",
    age_seconds: 30,
    cached: null,
    trace: [],
    confidence: null,
    dispersion_bp: null,
  },
});

function renderPanel() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <QueryClientProvider client={client}>
      <ChartPanel asset={asset} />
    </QueryClientProvider>,
  );
}

const candles = () => stage.series.filter((series) => series.type === "candles").at(-1)!;

beforeEach(() => {
  window.history.replaceState(null, "", "/assets/AAPL");
  stage.frames.clear();
  stage.views.clear();
  stage.asked.length = 0;
  stage.series.length = 0;
  stage.answer = () => Promise.resolve(columns([MINUTE - 60, MINUTE]));
});

describe("ChartPanel", () => {
  it("draws what was fetched once and moves the last bar by updates", async () => {
    renderPanel();
    await waitFor(() => expect(candles()?.setData).toHaveBeenCalledTimes(1));
    expect(candles().setData.mock.calls[0]?.[0]).toHaveLength(2);
    act(() =>
      stage.frames.get("bars:1m:AAPL")!([
        { data: { interval: "1m", time: MINUTE, open: 100, high: 105, low: 99, close: 104, volume: 12, is_final: true } },
        { data: { interval: "1m", time: MINUTE + 60, open: 104, high: 104, low: 103, close: 103, volume: 1, is_final: false } },
      ]),
    );
    expect(candles().update.mock.calls.map(([point]) => point)).toEqual([
      { time: MINUTE, open: 100, high: 105, low: 99, close: 104 },
      { time: MINUTE + 60, open: 104, high: 104, low: 103, close: 103 },
    ]);
    expect(candles().setData).toHaveBeenCalledTimes(1);
    expect(screen.getByText("−1.00 (−0.96 %)")).toBeInTheDocument();
  });

  it("says in words what the chart shows", async () => {
    renderPanel();
    expect(await screen.findByRole("group", { name: "Price of AAPL, 1 day" })).toHaveAccessibleDescription(
      "AAPL, 1 day: 2 bars of 1 minute from 8 Aug 2024, 16:36 to 8 Aug 2024, 16:37. " +
        "Opened at 100.00, last 101.00, +1.00 (+1.00\u00a0%). " +
        "Highest 102.00 on 8 Aug 2024, 16:36, lowest 99.00 on 8 Aug 2024, 16:36.",
    );
  });

  it("takes the range from the address, changes it by 1 to 9 and writes it back", async () => {
    window.history.replaceState(null, "", "/assets/AAPL?range=5Y");
    renderPanel();
    await waitFor(() => expect(stage.asked[0]).toEqual({ interval: "1w", from: "2019-08-05T00:00:00Z", limit: 5000 }));
    await userEvent.keyboard("6");
    await waitFor(() => expect(stage.asked.at(-1)).toEqual({ interval: "1d", from: "2024-01-01T00:00:00Z", limit: 5000 }));
    expect(window.location.search).toBe("?range=YTD");
  });

  it("follows pages to the last and joins them", async () => {
    stage.answer = ({ from }) =>
      Promise.resolve(from === "2024-08-08T14:37:00Z" ? columns([MINUTE]) : { ...columns([MINUTE - 60]), next: "2024-08-08T14:37:00Z" });
    renderPanel();
    await waitFor(() => expect(candles()?.setData.mock.calls[0]?.[0]).toHaveLength(2));
  });

  it("shows the same bars as a table, newest first", async () => {
    renderPanel();
    await userEvent.click(await screen.findByRole("button", { name: "Show the data as a table" }));
    const heads = (await screen.findAllByRole("rowheader")).map((cell) => cell.textContent);
    expect(heads).toEqual(["8 Aug 2024, 16:37", "8 Aug 2024, 16:36"]);
    expect(window.location.search).toBe("?view=table");
  });

  it("offers the next longer range where there are no bars", async () => {
    stage.answer = () => Promise.resolve(columns([]));
    renderPanel();
    expect(await screen.findByText("No bars in this range")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Show 5 days" }));
    expect(window.location.search).toBe("?range=5D");
  });

  it("says what failed and asks again when told", async () => {
    stage.answer = () => Promise.reject(new ApiError("No source answered for AAPL.", "no_answer", 503, { tried: ["binance: not covered"] }));
    renderPanel();
    expect(await screen.findByRole("alert")).toHaveTextContent("No source answered for AAPL.");
    expect(screen.getByText("binance: not covered")).toBeInTheDocument();
    stage.answer = () => Promise.resolve(columns([MINUTE]));
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("group", { name: "Price of AAPL, 1 day" })).toBeInTheDocument();
  });
});

describe("liveBarsTopic", () => {
  it("takes days for weeks, and none where bars are not streamed", () => {
    expect(liveBarsTopic(asset, "5m")).toBe("bars:5m:AAPL");
    expect(liveBarsTopic(asset, "1w")).toBe("bars:1d:AAPL");
    expect(liveBarsTopic({ symbol: "AAPL", streams: ["price"] }, "1d")).toBeNull();
  });
});

describe("barsToCsv", () => {
  it("writes starts in UTC and prices in their currency", () => {
    const bar = { time: MINUTE, open: 1, high: 2, low: 0.5, close: 1.5, volume: 3 };
    expect(barsToCsv([bar], "USD")).toBe(
      "Time (UTC),Open (USD),High (USD),Low (USD),Close (USD),Volume\r\n2024-08-08T14:37:00.000Z,1,2,0.5,1.5,3\r\n",
    );
    expect(barsToCsv([], null)).toBe("Time (UTC),Open,High,Low,Close,Volume\r\n");
  });
});
