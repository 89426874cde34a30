import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { setAccess } from "@/lib/api/access";
import { ApiError } from "@/lib/api/api-error";
import { usePreferences } from "@/lib/preferences/preferences";
import { forgetRecentAsset, useRecentAssets } from "@/lib/preferences/recent-assets";
import { useSession } from "@/lib/session/session-store";
import { renderInApp, SIGNED_IN } from "@/testing/render";
import { Shell } from "./shell";

const router = { push: vi.fn(), replace: vi.fn() };
let pathname = "/markets";
vi.mock("next/navigation", () => ({ useRouter: () => router, usePathname: () => pathname }));

const ORIGIN = "http://127.0.0.1:8000";
const asset = { symbol: "BTCUSDT", name: "Bitcoin", asset_class: "crypto" };
const server = setupServer(
  http.get(`${ORIGIN}/api/health`, () => HttpResponse.json({ mode: "replayed", market_time: "2024-08-08T12:00:00Z", replay_speed: 20 })),
  http.get(`${ORIGIN}/api/assets/search`, ({ request }) => {
    const text = new URL(request.url).searchParams.get("q");
    if (text === "broken") return HttpResponse.json({ code: "invalid", message: "That is no search.", facts: {}, request_id: "r" }, { status: 422 });
    return HttpResponse.json({ data: text === "bitcoin" ? [asset] : [] });
  }),
  http.post(`${ORIGIN}/api/auth/sign-out`, () => new HttpResponse(null, { status: 204 })),
);

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
beforeEach(() => {
  pathname = "/markets";
  router.push.mockClear();
  router.replace.mockClear();
  window.localStorage.clear();
  useRecentAssets.setState({ assets: [] });
  usePreferences.setState({ isRailOpen: false });
  setAccess({ ...SIGNED_IN });
});
afterEach(() => {
  setAccess(null);
  server.resetHandlers();
});
afterAll(() => server.close());

const show = () => renderInApp(<Shell>the page</Shell>);

describe("the frame", () => {
  it("names the places that exist, and where the reader is", () => {
    pathname = "/assets/%5EGSPC";
    show();
    const [rail] = screen.getAllByRole("navigation", { name: "Places" });
    expect(within(rail!).getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual(["/markets", "/settings"]);
    expect(within(rail!).getByRole("link", { name: "Markets" })).toHaveAttribute("aria-current", "page");
    expect(screen.getByRole("navigation", { name: "Breadcrumb" })).toHaveTextContent("Markets^GSPC");
  });

  it("opens its rail to names and remembers it", async () => {
    show();
    await userEvent.click(screen.getByRole("button", { name: "Open the sidebar" }));
    expect(screen.getByText("FinanceHub")).toBeInTheDocument();
    expect(usePreferences.getState().isRailOpen).toBe(true);
    await userEvent.click(screen.getByRole("button", { name: "Close the sidebar" }));
    expect(usePreferences.getState().isRailOpen).toBe(false);
  });

  it("says how the connection is", async () => {
    const { server: market } = show();
    expect(screen.getByText("Connecting")).toBeInTheDocument();
    await waitFor(() => expect(market.sockets).toHaveLength(1));
    await act(async () => market.last.welcome());
    expect(screen.getByText("Connected")).toBeInTheDocument();
    expect(await screen.findByTestId("latency")).toHaveTextContent(/^\d+\sms$/);
    act(() => market.last.cut());
    expect(screen.getByText("Reconnecting")).toBeInTheDocument();
    expect(screen.queryByTestId("latency")).not.toBeInTheDocument();
  });

  it("marks a market that is not real, and explains it", async () => {
    const { container } = show();
    const badge = await screen.findByRole("button", { name: "Data: Replay 20×. Explain" });
    expect(container.querySelector("[data-market='replayed']")).not.toBeNull();
    await userEvent.click(badge);
    expect(await screen.findByRole("dialog", { name: "Data: Replay 20×" })).toHaveTextContent("A recorded market day runs again");
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  });

  it("trusts the socket about the market before it asks anybody", async () => {
    const { server: market } = show();
    await waitFor(() => expect(market.sockets).toHaveLength(1));
    await act(async () => market.last.welcome({ mode: "live" }));
    expect(screen.getByRole("button", { name: "Data: Live. Explain" })).toBeInTheDocument();
  });
});

describe("the gate", () => {
  it("shows the page to who is signed in, once the market's time is known", async () => {
    const { client } = show();
    expect(screen.queryByText("the page")).not.toBeInTheDocument();
    expect(await screen.findByText("the page")).toBeInTheDocument();
    expect(Math.abs(client.clock.now() - Date.parse("2024-08-08T12:00:00Z"))).toBeLessThan(600_000);
    expect(router.replace).not.toHaveBeenCalled();
  });

  it("shows the page by this machine's time where the server does not tell", async () => {
    server.use(http.get(`${ORIGIN}/api/health`, () => new HttpResponse(null, { status: 404 })));
    show();
    expect(await screen.findByText("the page")).toBeInTheDocument();
  });

  it("leads everybody else to sign in and back", () => {
    window.history.replaceState(null, "", "/assets/AAPL?range=1M");
    setAccess(null);
    show();
    expect(screen.queryByText("the page")).not.toBeInTheDocument();
    expect(router.replace).toHaveBeenCalledWith("/sign-in?next=%2Fassets%2FAAPL%3Frange%3D1M");
  });

  it("explains a server that is away", () => {
    useSession.setState({ status: "unreachable", error: new ApiError("The server is away.", "unreachable", 0) });
    show();
    expect(screen.getByRole("alert")).toHaveTextContent("The server is away.");
    expect(screen.getByRole("button", { name: "Try again" })).toBeInTheDocument();
  });
});

describe("keys", () => {
  it("lead to the places", async () => {
    show();
    await userEvent.keyboard("g,");
    expect(router.push).toHaveBeenLastCalledWith("/settings");
    await userEvent.keyboard("gm");
    expect(router.push).toHaveBeenLastCalledWith("/markets");
    await userEvent.keyboard("gx,");
    expect(router.push).toHaveBeenCalledTimes(2);
  });

  it("show the help, which closes again", async () => {
    show();
    await userEvent.keyboard("?");
    expect(await screen.findByRole("dialog", { name: "Keyboard" })).toHaveTextContent("Go to markets");
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });

  it("stay with who is typing", async () => {
    renderInApp(
      <Shell>
        <input aria-label="Filter" />
      </Shell>,
    );
    await userEvent.type(await screen.findByLabelText("Filter"), "g,?/");
    expect(screen.getByLabelText("Filter")).toHaveValue("g,?/");
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    expect(router.push).not.toHaveBeenCalled();
  });
});

describe("the palette", () => {
  const open = async () => {
    show();
    await userEvent.keyboard("{Control>}k{/Control}");
    return screen.findByRole("combobox");
  };

  it("finds an instrument, opens it by Enter and remembers it", async () => {
    await userEvent.type(await open(), "bitcoin");
    expect(await screen.findByRole("option", { name: /BTCUSDT.*Bitcoin.*Crypto/ })).toHaveAttribute("aria-selected", "true");
    await userEvent.keyboard("{Enter}");
    expect(router.push).toHaveBeenCalledWith("/assets/BTCUSDT");
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    await userEvent.keyboard("/");
    expect(await screen.findByRole("option", { name: /BTCUSDT/ })).toBeInTheDocument();
    expect(useRecentAssets.getState().assets).toEqual([{ symbol: "BTCUSDT", name: "Bitcoin", assetClass: "crypto" }]);
    act(() => forgetRecentAsset("BTCUSDT"));
    expect(screen.queryByRole("option", { name: /BTCUSDT/ })).not.toBeInTheDocument();
  });

  it("says when nothing matches, and when the search failed", async () => {
    const input = await open();
    await userEvent.type(input, "zzz");
    expect(await screen.findByText(/No instrument matches “zzz”/)).toBeInTheDocument();
    await userEvent.clear(input);
    await userEvent.type(input, "broken");
    expect(await screen.findByRole("alert")).toHaveTextContent("The search failed. That is no search.");
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  });

  it("goes to places and to the help", async () => {
    const input = await open();
    await userEvent.type(input, "sett");
    await userEvent.click(await screen.findByRole("option", { name: /Settings/ }));
    expect(router.push).toHaveBeenCalledWith("/settings");
    await userEvent.keyboard("/");
    await userEvent.click(await screen.findByRole("option", { name: /Keyboard help/ }));
    expect(await screen.findByRole("dialog", { name: "Keyboard" })).toBeInTheDocument();
  });
});

describe("the menus", () => {
  it("change the theme", async () => {
    show();
    await userEvent.click(await screen.findByRole("button", { name: /^Theme:/ }));
    await userEvent.click(await screen.findByRole("menuitemradio", { name: "High contrast" }));
    expect(document.documentElement).toHaveAttribute("data-theme", "contrast");
  });

  it("lead to settings and sessions, and sign out", async () => {
    show();
    const openMenu = async () => userEvent.click(await screen.findByRole("button", { name: "Account: owner" }));
    await openMenu();
    await userEvent.click(await screen.findByRole("menuitem", { name: "Settings" }));
    await openMenu();
    await userEvent.click(await screen.findByRole("menuitem", { name: "Sessions" }));
    expect(router.push.mock.calls).toEqual([["/settings"], ["/settings#sessions"]]);
    await openMenu();
    await userEvent.click(await screen.findByRole("menuitem", { name: "Sign out" }));
    await waitFor(() => expect(useSession.getState().status).toBe("signed-out"));
  });
});
