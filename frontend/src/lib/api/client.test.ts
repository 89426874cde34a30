import { delay, http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ensureToken, getAccess, onAccessChange, refreshAccess, setAccess } from "./access";
import { ApiError, toApiError } from "./api-error";
import { signInWithLink, signInWithPassword, signOut } from "./auth";
import { api, unwrap } from "./client";
import { createQueryClient, retryDelay, shouldRetry } from "./query-client";

const ORIGIN = "http://127.0.0.1:8000";
const server = setupServer();
let refreshes = 0;

function signedIn(token: string, seconds = 900) {
  return {
    access_token: token,
    expires_at: new Date(Date.now() + seconds * 1000).toISOString(),
    user: { id: 1, name: "owner", is_owner: true, has_password: false },
  };
}

function refreshAnswers(answer: () => Response | Promise<Response>): void {
  server.use(
    http.post(`${ORIGIN}/api/auth/refresh`, ({ request }) => {
      refreshes += 1;
      expect(request.headers.get("X-FinanceHub-Request")).toBe("1");
      return answer() as never;
    }),
  );
}

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
beforeEach(() => {
  refreshes = 0;
  setAccess(null);
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const me = (handler: (authorization: string | null) => Response) =>
  server.use(http.get(`${ORIGIN}/api/auth/me`, ({ request }) => handler(request.headers.get("Authorization")) as never));

describe("tokens", () => {
  it("are refreshed once for all who ask at the same time", async () => {
    refreshAnswers(async () => {
      await delay(10);
      return HttpResponse.json(signedIn("first"));
    });
    const tokens = await Promise.all([ensureToken(), ensureToken(), ensureToken()]);
    expect(tokens).toEqual(["first", "first", "first"]);
    expect(refreshes).toBe(1);
    expect(await ensureToken()).toBe("first");
    expect(refreshes).toBe(1);
    expect(getAccess()?.user).toEqual({ id: 1, name: "owner", isOwner: true, hasPassword: false });
  });

  it("are refreshed when about to expire", async () => {
    refreshAnswers(() => HttpResponse.json(signedIn("next")));
    setAccess({ token: "old", expiresAt: Date.now() + 1_000, user: { id: 1, name: "owner", isOwner: true, hasPassword: true } });
    expect(await ensureToken()).toBe("next");
  });

  it("correct their expiry by the server's clock", async () => {
    const ahead = 3_600_000;
    refreshAnswers(() =>
      HttpResponse.json(
        { ...signedIn("t"), expires_at: new Date(Date.now() + ahead + 900_000).toISOString() },
        { headers: { Date: new Date(Date.now() + ahead).toUTCString() } },
      ),
    );
    const access = await refreshAccess();
    expect(Math.abs(access!.expiresAt - Date.now() - 900_000)).toBeLessThan(2_000);
  });

  it("are forgotten when the session is over, and kept when the server only fails", async () => {
    const heard: (string | null)[] = [];
    const forget = onAccessChange((access) => heard.push(access?.token ?? null));
    refreshAnswers(() => HttpResponse.json(signedIn("one")));
    await refreshAccess();
    server.resetHandlers();
    refreshAnswers(() => HttpResponse.json({ code: "broken", message: "The database is away.", facts: {}, request_id: "r9" }, { status: 500 }));
    await expect(refreshAccess()).rejects.toMatchObject({ code: "broken", status: 500, requestId: "r9" });
    expect(getAccess()?.token).toBe("one");
    server.resetHandlers();
    refreshAnswers(() => HttpResponse.error());
    await expect(refreshAccess()).rejects.toMatchObject({ code: "unreachable", status: 0 });
    server.resetHandlers();
    refreshAnswers(() => new HttpResponse(null, { status: 401 }));
    expect(await refreshAccess()).toBeNull();
    expect(heard).toEqual(["one", null]);
    await expect(ensureToken()).rejects.toMatchObject({ code: "signed_out", status: 401 });
    forget();
  });
});

describe("requests", () => {
  it("carry the token; on 401 it is renewed once and the request sent again", async () => {
    const seen: (string | null)[] = [];
    setAccess({ token: "stale", expiresAt: Date.now() + 900_000, user: { id: 1, name: "owner", isOwner: true, hasPassword: true } });
    refreshAnswers(() => HttpResponse.json(signedIn("fresh")));
    me((authorization) => {
      seen.push(authorization);
      return authorization === "Bearer fresh" ? HttpResponse.json({ data: signedIn("x").user }) : new HttpResponse(null, { status: 401 });
    });
    const { data } = await unwrap(api.GET("/api/auth/me"));
    expect(data.name).toBe("owner");
    expect(seen).toEqual(["Bearer stale", "Bearer fresh"]);
    expect(refreshes).toBe(1);
  });

  it("send their body again as well", async () => {
    const bodies: unknown[] = [];
    setAccess({ token: "stale", expiresAt: Date.now() + 900_000, user: { id: 1, name: "owner", isOwner: true, hasPassword: true } });
    refreshAnswers(() => HttpResponse.json(signedIn("fresh")));
    server.use(
      http.post(`${ORIGIN}/api/auth/password`, async ({ request }) => {
        bodies.push(await request.json());
        return new HttpResponse(null, { status: request.headers.get("Authorization") === "Bearer fresh" ? 204 : 401 });
      }),
    );
    await unwrap(api.POST("/api/auth/password", { body: { current_password: null, new_password: "seven calm otters" } }));
    expect(bodies).toEqual(Array(2).fill({ current_password: null, new_password: "seven calm otters" }));
  });

  it("give the first refusal back when the session is over", async () => {
    setAccess({ token: "stale", expiresAt: Date.now() + 900_000, user: { id: 1, name: "owner", isOwner: true, hasPassword: true } });
    refreshAnswers(() => new HttpResponse(null, { status: 401 }));
    me(() => HttpResponse.json({ code: "unauthenticated", message: "The token was revoked.", facts: {}, request_id: "r1" }, { status: 401 }));
    await expect(unwrap(api.GET("/api/auth/me"))).rejects.toMatchObject({ code: "unauthenticated", message: "The token was revoked." });
    expect(getAccess()).toBeNull();
  });

  it("to public paths go without a token", async () => {
    server.use(
      http.get(`${ORIGIN}/api/health`, ({ request }) => {
        expect(request.headers.get("Authorization")).toBeNull();
        return HttpResponse.json({ status: "ok" });
      }),
    );
    await expect(unwrap(api.GET("/api/health"))).resolves.toMatchObject({ status: "ok" });
    expect(refreshes).toBe(0);
  });

  it("explain a refusal without our body, and silence", async () => {
    server.use(http.get(`${ORIGIN}/api/health`, () => new HttpResponse("<html>", { status: 502, headers: { "X-Request-ID": "p1" } })));
    await expect(unwrap(api.GET("/api/health"))).rejects.toMatchObject({ code: "http_502", status: 502, requestId: "p1", isTransient: true });
    server.use(http.get(`${ORIGIN}/api/health`, () => HttpResponse.error()));
    await expect(unwrap(api.GET("/api/health"))).rejects.toMatchObject({ code: "unreachable" });
  });

  it("are not failures when their asker gave up", async () => {
    server.use(http.get(`${ORIGIN}/api/health`, () => delay("infinite")));
    const controller = new AbortController();
    const call = unwrap(api.GET("/api/health", { signal: controller.signal }));
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("sign-in and sign-out", () => {
  it("take the token of an answer, and throw the reason of a refusal", async () => {
    server.use(
      http.post(`${ORIGIN}/api/auth/sign-in`, async ({ request }) => {
        const { password } = (await request.json()) as { password: string };
        if (password === "right") return HttpResponse.json(signedIn("by-password"));
        return HttpResponse.json({ code: "unauthenticated", message: "The name or the password is wrong.", facts: {}, request_id: "r" }, { status: 401 });
      }),
      http.post(`${ORIGIN}/api/auth/link`, () => HttpResponse.json(signedIn("by-link"))),
    );
    await expect(signInWithPassword("owner", "wrong")).rejects.toThrow("The name or the password is wrong.");
    expect(getAccess()).toBeNull();
    expect((await signInWithPassword("owner", "right")).token).toBe("by-password");
    expect((await signInWithLink("once")).token).toBe("by-link");
    expect(getAccess()?.token).toBe("by-link");
  });

  it("forget the token even when the server does not answer", async () => {
    setAccess({ token: "t", expiresAt: Date.now() + 900_000, user: { id: 1, name: "owner", isOwner: true, hasPassword: true } });
    server.use(http.post(`${ORIGIN}/api/auth/sign-out`, () => HttpResponse.error()));
    await expect(signOut()).rejects.toMatchObject({ code: "unreachable" });
    expect(getAccess()).toBeNull();
  });
});

describe("retries", () => {
  const away = new ApiError("away", "no_answer", 503);

  it("are for what may pass by itself, twice", () => {
    expect(shouldRetry(0, away)).toBe(true);
    expect(shouldRetry(2, away)).toBe(false);
    expect(shouldRetry(0, new ApiError("gone", "not_found", 404))).toBe(false);
    expect(shouldRetry(0, new Error("bug"))).toBe(false);
    expect(createQueryClient().getDefaultOptions().mutations?.retry).toBe(false);
  });

  it("wait longer each time, or as long as the source asks, within reason", () => {
    expect([0, 1, 2, 9].map((attempt) => retryDelay(attempt, away))).toEqual([500, 1000, 2000, 10_000]);
    expect(retryDelay(0, new ApiError("wait", "rate_limited", 503, { retry_after: 3 }))).toBe(3000);
    expect(retryDelay(0, new ApiError("wait", "rate_limited", 503, { retry_after: 60 }))).toBe(10_000);
  });
});

describe("toApiError", () => {
  it("keeps ours, and makes one of anything else", () => {
    const ours = new ApiError("no", "not_found", 404);
    expect(toApiError(ours)).toBe(ours);
    expect(toApiError(new Error("Boom"))).toMatchObject({ code: "page_error", message: "Boom", status: 0 });
    expect(toApiError("what")).toMatchObject({ message: "Something went wrong in this page." });
  });
});
