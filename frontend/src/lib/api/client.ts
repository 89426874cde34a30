import createClient from "openapi-fetch";
import { ensureToken, getAccess, refreshAccess } from "./access";
import { readApiError, readNetworkFailure } from "./api-error";
import type { paths } from "./schema";

const TIMEOUT_MS = 30_000;
const PUBLIC_PATHS = new Set(["/api/health", "/api/auth/sign-in", "/api/auth/link", "/api/auth/refresh"]);

function send(request: Request, token: string | null): Promise<Response> {
  const headers = new Headers(request.headers);
  if (token) headers.set("Authorization", `Bearer ${token}`);
  headers.set("X-FinanceHub-Request", "1");
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  return fetch(new Request(request, { headers, credentials: "same-origin", signal }));
}

/** Send a request with the access token; on 401 refresh once and send it again. */
export async function authorisedFetch(request: Request): Promise<Response> {
  try {
    if (PUBLIC_PATHS.has(new URL(request.url).pathname)) return await send(request, null);
    const spare = request.clone();
    const token = await ensureToken();
    const response = await send(request, token);
    if (response.status !== 401) return response;
    const access = getAccess()?.token !== token ? getAccess() : await refreshAccess();
    return access ? await send(spare, access.token) : response;
  } catch (cause) {
    throw readNetworkFailure(cause);
  }
}

/** The one way to ask the server. Paths, queries and bodies are checked against our OpenAPI document. */
export const api = createClient<paths>({
  baseUrl: typeof window === "undefined" ? "" : window.location.origin,
  fetch: authorisedFetch,
});

interface Outcome<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** Wait for an answer and return its data, or throw ApiError. */
export async function unwrap<Data>(call: Promise<Outcome<Data>>): Promise<Data> {
  const { data, error, response } = await call;
  if (!response.ok) throw readApiError(error, response);
  return data as Data;
}
