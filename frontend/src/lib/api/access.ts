import { ApiError, readApiError, readNetworkFailure } from "./api-error";
import type { components } from "./schema";

export interface User {
  id: number;
  name: string;
  isOwner: boolean;
  hasPassword: boolean;
}

/** What a sign-in gives: a token that lives in memory only, and until when by this machine's clock. */
export interface Access {
  token: string;
  expiresAt: number;
  user: User;
}

type AccessBody = components["schemas"]["SignedInBody"];

const REFRESH_PATH = "/api/auth/refresh";
const REFRESH_LOCK = "financehub.refresh";
const TIMEOUT_MS = 15_000;
const MINIMUM_LIFE_MS = 5_000;

let current: Access | null = null;
let refreshInFlight: Promise<Access | null> | null = null;
const listeners = new Set<(access: Access | null) => void>();

export function getAccess(): Access | null {
  return current;
}

export function setAccess(access: Access | null): void {
  if (access === current) return;
  current = access;
  for (const listener of [...listeners]) listener(access);
}

/** Hear of every new token and of the loss of it. Returns how to stop hearing. */
export function onAccessChange(listener: (access: Access | null) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Read a sign-in answer. The server's Date header corrects the expiry for a machine whose clock is off. */
export function readAccess(body: AccessBody, response: Response): Access {
  const serverNow = Date.parse(response.headers.get("Date") ?? "");
  const skew = Number.isFinite(serverNow) ? serverNow - Date.now() : 0;
  return {
    token: body.access_token,
    expiresAt: Date.parse(body.expires_at) - skew,
    user: { id: body.user.id, name: body.user.name, isOwner: body.user.is_owner, hasPassword: body.user.has_password },
  };
}

async function postRefresh(): Promise<Access | null> {
  let response: Response;
  try {
    response = await fetch(new URL(REFRESH_PATH, window.location.origin), {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-FinanceHub-Request": "1" },
      body: "{}",
      credentials: "same-origin",
      cache: "no-store",
      // The cookie of the answer must arrive even when the page is left meanwhile: the old one is used up.
      keepalive: true,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (cause) {
    throw readNetworkFailure(cause);
  }
  if (response.status === 401 || response.status === 403) return null;
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw readApiError(body, response);
  return readAccess(body as AccessBody, response);
}

// Refresh tokens rotate, and a used one revokes its family: tabs take turns.
function takeTurn<T>(action: () => Promise<T>): Promise<T> {
  const locks = typeof navigator === "undefined" ? undefined : navigator.locks;
  return locks ? (locks.request(REFRESH_LOCK, action) as Promise<T>) : action();
}

/**
 * Exchange the refresh cookie for a new token; equal calls in flight share one request.
 *
 * Answers null (and forgets the old token) when the session is over. Throws ApiError when the server did not decide.
 */
export function refreshAccess(): Promise<Access | null> {
  refreshInFlight ??= takeTurn(postRefresh)
    .then((access) => {
      setAccess(access);
      return access;
    })
    .finally(() => {
      refreshInFlight = null;
    });
  return refreshInFlight;
}

/** Answer a token that is good for a few seconds at least, refreshing first where needed. Throws ApiError `signed_out`. */
export async function ensureToken(): Promise<string> {
  const access = current && current.expiresAt - Date.now() > MINIMUM_LIFE_MS ? current : await refreshAccess();
  if (!access) throw new ApiError("You are signed out.", "signed_out", 401);
  return access.token;
}
