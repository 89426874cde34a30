import { type Access, readAccess, setAccess } from "./access";
import { readApiError } from "./api-error";
import { api, unwrap } from "./client";

type AccessCall = Promise<{ data?: Parameters<typeof readAccess>[0]; error?: unknown; response: Response }>;

async function enter(call: AccessCall): Promise<Access> {
  const { data, error, response } = await call;
  if (!data) throw readApiError(error, response);
  const access = readAccess(data, response);
  setAccess(access);
  return access;
}

/** Sign in with a name and a password. */
export function signInWithPassword(name: string, password: string): Promise<Access> {
  return enter(api.POST("/api/auth/sign-in", { body: { name, password } }));
}

/** Sign in with the token of a one-time link. */
export function signInWithLink(token: string): Promise<Access> {
  return enter(api.POST("/api/auth/link", { body: { token } }));
}

/** End this session at the server and forget its token here, even when the server does not answer. */
export async function signOut(): Promise<void> {
  try {
    await unwrap(api.POST("/api/auth/sign-out"));
  } finally {
    setAccess(null);
  }
}
