import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { configure, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/lib/api/api-error";
import { WAITING } from "@/lib/live/topic-state";
import { MarketsView } from "./markets-view";

configure({ asyncUtilTimeout: 10_000 });

const stage = vi.hoisted(() => ({
  views: new Map<string, unknown>(),
  push: vi.fn(),
  answers: {} as Record<string, () => Promise<unknown>>,
}));

vi.mock("next/navigation", () => ({ useRouter: () => ({ push: stage.push }) }));
vi.mock("@/lib/live/hooks", () => ({
  useLive: (topic: string) => stage.views.get(topic) ?? WAITING,
  useMarketNow: () => Date.parse("2024-08-08T14:00:12Z"),
}));
vi.mock("@/lib/live/live-provider", () => {
  const client = { view: (topic: string) => stage.views.get(topic) ?? WAITING };
  return { useLiveClient: () => client };
});
vi.mock("@/lib/api/client", () => ({ unwrap: (call: Promise<unknown>) => call, api: { GET: (path: string) => stage.answers[path]!() } }));

const asset = (symbol: string, name: string, asset_class: string) => ({
  symbol,
  name,
  asset_class,
  currency: "USD",
  venue: "",
  base: "",
  price_decimals: 2,
  isin: "",
  sector: "",
  country: "",
  is_featured: true,
  streams: ["price"],
});
const provenance = {
  source: "binance",
  as_of: "2024-08-08T14:00:00Z",
  fetched_at: "2024-08-08T14:00:00Z",
  delay_class: "simulated",
  unit: "price",
  currency: "USD",
  trace: [],
};
const quote = (symbol: string, price: number, percent: number, time = "2024-08-08T14:00:00Z") => ({
  symbol,
  price,
  time,
  currency: "USD",
  change: (price * percent) / 100,
  change_percent: percent,
  volume: 1_234_567,
});

function renderView() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <QueryClientProvider client={client}>
      <MarketsView />
    </QueryClientProvider>,
  );
}

const rowOf = async (symbol: string) => (await screen.findByRole("rowheader", { name: symbol })).closest("tr")!;
const symbols = () => screen.getAllByRole("rowheader").map((cell) => cell.textContent);

beforeEach(() => {
  window.history.replaceState(null, "", "/markets");
  stage.views.clear();
  stage.push.mockClear();
  stage.answers = {
    "/api/assets": () =>
      Promise.resolve({ data: [asset("AAPL", "Apple Inc.", "equity"), asset("BTCUSDT", "Bitcoin", "crypto"), asset("XYZ", "Nobody", "equity")], next: null }),
    "/api/quotes": () =>
      Promise.resolve({
        data: [
          { quote: quote("AAPL", 210.5, 1.25), provenance },
          { quote: quote("BTCUSDT", 57_000, -2.5), provenance },
        ],
        failures: [{ symbol: "XYZ", code: "no_answer", message: "No source answered for XYZ", facts: {} }],
      }),
    "/api/sparklines": () => Promise.resolve({ data: [{ symbol: "AAPL", closes: [1, 2, 3], provenance }], failures: [] }),
  };
});

describe("MarketsView", () => {
  it("writes each row, and says why one has no figures", async () => {
    renderView();
    const apple = await rowOf("AAPL");
    expect(await within(apple).findByText("210.50")).toBeVisible();
    expect(within(apple).getByText("+1.25 %")).toHaveClass("text-up");
    expect(within(apple).getByText("1.2 M")).toHaveAttribute("title", "1,234,567");
    expect(within(apple).getByRole("img", { name: "AAPL, last 5 days: up" })).toBeInTheDocument();
    const nobody = await rowOf("XYZ");
    expect(within(nobody).getByText("No source answered for XYZ")).toBeVisible();
    expect(within(nobody).getAllByText("—").length).toBeGreaterThanOrEqual(4);
  });

  it("prefers the live price, and marks it when it stops", async () => {
    stage.views.set("price:BTCUSDT", {
      data: quote("BTCUSDT", 57_123.45, -2, "2024-08-08T14:00:10Z"),
      provenance,
      seq: 3,
      state: "stale",
      reason: "The connection was lost; reconnecting.",
    });
    renderView();
    const row = await rowOf("BTCUSDT");
    expect((await within(row).findByText("57,123.45")).closest("button")).toHaveClass("opacity-60");
    expect(within(row).getByLabelText("Not moving: The connection was lost; reconnecting.")).toBeInTheDocument();
  });

  it("keeps tab, filter and sort in the address", async () => {
    window.history.replaceState(null, "", "/markets?tab=equities&sort=-symbol");
    renderView();
    await rowOf("AAPL");
    expect(symbols()).toEqual(["XYZ", "AAPL"]);
    await userEvent.click(screen.getByRole("tab", { name: /Movers/ }));
    expect(symbols()).toEqual(["BTCUSDT", "AAPL"]);
    await userEvent.type(screen.getByLabelText("Filter instruments"), "zz");
    expect(screen.getByText("Nothing matches “zz”")).toBeVisible();
    expect(window.location.search).toBe("?tab=movers&sort=-symbol&filter=zz");
    await userEvent.click(screen.getAllByRole("button", { name: "Clear the filter" })[0]!);
    expect(window.location.search).toBe("?tab=movers&sort=-symbol");
  });

  it("opens an instrument by keys", async () => {
    renderView();
    await rowOf("AAPL");
    await userEvent.keyboard("jj{Enter}");
    expect(stage.push).toHaveBeenCalledExactlyOnceWith("/assets/BTCUSDT");
  });

  it("keeps its rows when no quote can be had, and every row says why", async () => {
    stage.answers["/api/quotes"] = () => Promise.reject(new ApiError("The FinanceHub server cannot be reached.", "unreachable", 0));
    renderView();
    const row = await rowOf("AAPL");
    expect(await within(row).findByText("The FinanceHub server cannot be reached.")).toBeVisible();
  });

  it("says what failed when there is no list at all, and asks again", async () => {
    const list = stage.answers["/api/assets"]!;
    stage.answers["/api/assets"] = () => Promise.reject(new ApiError("No storage.", "no_storage", 503));
    renderView();
    expect(await screen.findByRole("alert")).toHaveTextContent("Instruments could not be shown");
    stage.answers["/api/assets"] = list;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await rowOf("AAPL")).toBeInTheDocument();
  });
});
