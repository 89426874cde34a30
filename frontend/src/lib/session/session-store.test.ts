import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { getAccess, setAccess } from "@/lib/api/access";
import { readReturnPath, signInPath } from "./return-path";
import { notePasswordSet, startSession, useSession } from "./session-store";

const ORIGIN = "http://127.0.0.1:8000";
const server = setupServer();
const ANSWER = {
  access_token: "t",
  expires_at: new Date(Date.now() + 900_000).toISOString(),
  user: { id: 1, name: "owner", is_owner: true, has_password: false },
};
const refused = () => HttpResponse.json({ code: "unauthenticated", message: "used up", facts: {}, request_id: "r" }, { status: 401 });

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
beforeEach(() => {
  setAccess(null);
  window.localStorage.clear();
  window.history.replaceState(null, "", "/markets");
  useSession.setState({ status: "unknown", user: null, error: null, linkError: null });
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

describe("startSession", () => {
  it("does not bother the server for a browser that never signed in", async () => {
    await startSession();
    expect(useSession.getState().status).toBe("signed-out");
  });

  it("restores a session, and notes it for the next start", async () => {
    window.localStorage.setItem("financehub.session", "1");
    server.use(http.post(`${ORIGIN}/api/auth/refresh`, () => HttpResponse.json(ANSWER)));
    await Promise.all([startSession(), startSession()]);
    expect(useSession.getState()).toMatchObject({ status: "signed-in", user: { name: "owner", hasPassword: false } });
    notePasswordSet();
    expect(useSession.getState().user?.hasPassword).toBe(true);
    setAccess(null);
    expect(useSession.getState()).toMatchObject({ status: "signed-out", user: null });
    expect(window.localStorage.getItem("financehub.session")).toBeNull();
  });

  it("says that the server cannot be asked, and asks again when told to", async () => {
    window.localStorage.setItem("financehub.session", "1");
    server.use(http.post(`${ORIGIN}/api/auth/refresh`, () => HttpResponse.error()));
    await startSession();
    expect(useSession.getState()).toMatchObject({ status: "unreachable", error: { code: "unreachable" } });
    server.use(http.post(`${ORIGIN}/api/auth/refresh`, () => HttpResponse.json(ANSWER)));
    await startSession();
    expect(useSession.getState()).toMatchObject({ status: "signed-in", error: null });
  });

  it("takes the token of a link out of the address and signs in by it", async () => {
    const tokens: unknown[] = [];
    server.use(
      http.post(`${ORIGIN}/api/auth/link`, async ({ request }) => {
        tokens.push(await request.json());
        return HttpResponse.json(ANSWER);
      }),
    );
    window.history.replaceState(null, "", "/sign-in?next=%2Fsettings#token=a%2Bb");
    await startSession();
    expect(tokens).toEqual([{ token: "a+b" }]);
    expect(window.location.hash).toBe("");
    expect(window.location.search).toBe("?next=%2Fsettings");
    expect(useSession.getState().status).toBe("signed-in");
  });

  it("explains a link that does not work", async () => {
    server.use(http.post(`${ORIGIN}/api/auth/link`, refused));
    window.history.replaceState(null, "", "/sign-in#token=used");
    await startSession();
    expect(useSession.getState()).toMatchObject({ status: "signed-out", linkError: { code: "unauthenticated" } });
    expect(getAccess()).toBeNull();
  });

  it("leaves other fragments alone", async () => {
    window.history.replaceState(null, "", "/settings#token=not-here");
    await startSession();
    expect(window.location.hash).toBe("#token=not-here");
    window.history.replaceState(null, "", "/sign-in#token=");
    await startSession();
    expect(useSession.getState()).toMatchObject({ status: "signed-out", linkError: null });
  });
});

describe("the way back", () => {
  it("leads to where the reader was, on this site only", () => {
    expect(signInPath("/markets")).toBe("/sign-in");
    expect(signInPath("/assets/BTCUSDT?range=1M")).toBe("/sign-in?next=%2Fassets%2FBTCUSDT%3Frange%3D1M");
    expect(readReturnPath("?next=%2Fassets%2FBTCUSDT%3Frange%3D1M")).toBe("/assets/BTCUSDT?range=1M");
    for (const evil of ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http://[", "/sign-in?x", ""]) {
      expect(readReturnPath(`?next=${encodeURIComponent(evil)}`)).toBe("/markets");
    }
    expect(readReturnPath("")).toBe("/markets");
  });
});
