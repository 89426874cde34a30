import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { setAccess } from "@/lib/api/access";
import { applyPreferences, DEFAULTS, usePreferences } from "@/lib/preferences/preferences";
import { useSession } from "@/lib/session/session-store";
import { renderInApp, SIGNED_IN } from "@/testing/render";
import { SettingsView } from "./settings-view";
import { nameUserAgent } from "./user-agent";

const ORIGIN = "http://127.0.0.1:8000";
const session = (id: string, isCurrent: boolean) => ({
  id,
  created_at: new Date(Date.now() - 3_600_000).toISOString(),
  last_used_at: new Date(Date.now() - 12_000).toISOString(),
  ip: "127.0.0.1",
  user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  is_current: isCurrent,
});
let sessions = [session("a", true), session("b", false)];
const passwords: unknown[] = [];
const refusal = (status: number) => HttpResponse.json({ code: "denied", message: "That is not allowed.", facts: {}, request_id: "r" }, { status });

const server = setupServer(
  http.get(`${ORIGIN}/api/auth/sessions`, () => HttpResponse.json({ data: sessions })),
  http.delete(`${ORIGIN}/api/auth/sessions/:id`, ({ params }) => {
    sessions = sessions.filter(({ id }) => id !== params.id);
    return new HttpResponse(null, { status: 204 });
  }),
  http.post(`${ORIGIN}/api/auth/password`, async ({ request }) => {
    passwords.push(await request.json());
    return new HttpResponse(null, { status: 204 });
  }),
);

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
beforeEach(() => {
  sessions = [session("a", true), session("b", false)];
  passwords.length = 0;
  usePreferences.setState(DEFAULTS);
  setAccess({ ...SIGNED_IN });
});
afterEach(() => {
  setAccess(null);
  server.resetHandlers();
});
afterAll(() => server.close());

describe("appearance", () => {
  it("keeps one choice of each, and writes it where the style sheet reads", async () => {
    renderInApp(<SettingsView />);
    await userEvent.click(screen.getByRole("radio", { name: "Blue and orange" }));
    await userEvent.click(screen.getByRole("radio", { name: "Compact" }));
    await userEvent.click(screen.getByRole("radio", { name: "Compact" }));
    await userEvent.click(screen.getByRole("radio", { name: "Dark" }));
    expect(usePreferences.getState()).toMatchObject({ upDown: "blue-orange", density: "compact" });
    expect(document.documentElement).toHaveAttribute("data-theme", "dark");
    const root = document.createElement("html");
    applyPreferences(usePreferences.getState(), root);
    expect({ ...root.dataset }).toEqual({ updown: "blue-orange", density: "compact" });
  });
});

describe("password", () => {
  const fill = async (label: string, text: string) => userEvent.type(screen.getByLabelText(label), text);

  it("is set once it is long enough and entered twice alike", async () => {
    renderInApp(<SettingsView />);
    await fill("New password", "short");
    await fill("New password again", "short");
    await userEvent.click(screen.getByRole("button", { name: "Set password" }));
    expect(screen.getByRole("alert")).toHaveTextContent("Use at least 12 characters.");
    await fill("New password", " calm otters");
    await userEvent.click(screen.getByRole("button", { name: "Set password" }));
    expect(screen.getByRole("alert")).toHaveTextContent("The two entries differ.");
    expect(passwords).toEqual([]);
    await fill("New password again", " calm otters");
    await userEvent.click(screen.getByRole("button", { name: "Set password" }));
    expect(await screen.findByText("Your password is saved.")).toBeInTheDocument();
    expect(passwords).toEqual([{ current_password: null, new_password: "short calm otters" }]);
    expect(useSession.getState().user?.hasPassword).toBe(true);
    expect(screen.getByLabelText("Current password")).toHaveValue("");
  });

  it("is changed with proof of the old one, and a refusal says why", async () => {
    setAccess({ ...SIGNED_IN, user: { ...SIGNED_IN.user, hasPassword: true } });
    server.use(http.post(`${ORIGIN}/api/auth/password`, () => refusal(403)));
    renderInApp(<SettingsView />);
    await fill("Current password", "the old one");
    await fill("New password", "seven calm otters");
    await fill("New password again", "seven calm otters");
    await userEvent.click(screen.getByRole("button", { name: "Change password" }));
    expect(await screen.findByText("That is not allowed.")).toBeInTheDocument();
  });
});

describe("sessions", () => {
  it("are listed, and others can be ended", async () => {
    renderInApp(<SettingsView />);
    expect(await screen.findAllByText("Firefox on Linux")).toHaveLength(2);
    expect(screen.getByText("This browser")).toBeInTheDocument();
    expect(screen.getAllByText("12 s ago")).toHaveLength(2);
    await userEvent.click(screen.getByRole("button", { name: "Sign out Firefox on Linux, 127.0.0.1" }));
    await waitFor(() => expect(screen.getAllByText("Firefox on Linux")).toHaveLength(1));
  });

  it("say why one could not be ended", async () => {
    server.use(http.delete(`${ORIGIN}/api/auth/sessions/:id`, () => refusal(404)));
    renderInApp(<SettingsView />);
    await userEvent.click(await screen.findByRole("button", { name: /^Sign out Firefox/ }));
    expect(await screen.findByText("The session could not be ended. That is not allowed.")).toBeInTheDocument();
  });

  it("say when they could not be read, or when there are none", async () => {
    server.use(http.get(`${ORIGIN}/api/auth/sessions`, () => refusal(403)));
    renderInApp(<SettingsView />);
    expect(await screen.findByText("Your sessions could not be shown")).toBeInTheDocument();
    server.resetHandlers();
    sessions = [];
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("No session is open")).toBeInTheDocument();
  });
});

describe("nameUserAgent", () => {
  it.each([
    ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"],
    ["Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iOS"],
    ["curl/8.5.0", "curl/8.5.0"],
    ["", "Unknown browser"],
  ])("names %s", (text, name) => expect(nameUserAgent(text)).toBe(name));
});
