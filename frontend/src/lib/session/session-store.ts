"use client";

import { create } from "zustand";
import { getAccess, onAccessChange, refreshAccess, type Access, type User } from "@/lib/api/access";
import { toApiError, type ApiError } from "@/lib/api/api-error";
import { signInWithLink } from "@/lib/api/auth";
import { takeLinkToken } from "./link-token";
import { mayHoldSession, noteSession } from "./session-hint";

/** `unknown` until the server has said whether this browser holds a session; `unreachable` when it could not be asked. */
export type SessionStatus = "unknown" | "signed-in" | "signed-out" | "unreachable";

interface SessionState {
  status: SessionStatus;
  user: User | null;
  /** Why the server could not be asked. */
  error: ApiError | null;
  /** Why the one-time link of the address did not work. */
  linkError: ApiError | null;
}

const RENEW_AHEAD_MS = 60_000;
const RENEW_AGAIN_MS = 15_000;

export const useSession = create<SessionState>(() => ({ status: "unknown", user: null, error: null, linkError: null }));

let renewal: ReturnType<typeof setTimeout> | null = null;

function scheduleRenewal(milliseconds: number): void {
  if (renewal) clearTimeout(renewal);
  renewal = setTimeout(() => {
    refreshAccess().catch(() => scheduleRenewal(RENEW_AGAIN_MS));
  }, milliseconds);
}

function follow(access: Access | null): void {
  if (renewal) clearTimeout(renewal);
  noteSession(access !== null);
  if (!access) {
    useSession.setState({ status: "signed-out", user: null, error: null });
    return;
  }
  useSession.setState({ status: "signed-in", user: access.user, error: null, linkError: null });
  const life = access.expiresAt - Date.now();
  scheduleRenewal(Math.max(life - RENEW_AHEAD_MS, life / 2, 1_000));
}

onAccessChange(follow);

async function enterByLink(token: string): Promise<boolean> {
  try {
    await signInWithLink(token);
    return true;
  } catch (error) {
    useSession.setState({ linkError: toApiError(error) });
    return false;
  }
}

async function enter(token: string | null): Promise<void> {
  if (token) {
    useSession.setState({ status: "unknown", linkError: null });
    if (await enterByLink(token)) return;
  }
  if (getAccess()) return;
  if (!mayHoldSession()) {
    follow(null);
    return;
  }
  try {
    if (!(await refreshAccess())) follow(null);
  } catch (error) {
    useSession.setState({ status: "unreachable", user: null, error: toApiError(error) });
  }
}

let entering: Promise<void> | null = null;

/**
 * Sign in by the one-time link of the address if there is one, else ask the server whether this browser holds a
 * session. Asked again, it tries again; asked twice at once, it tries once.
 */
export function startSession(): Promise<void> {
  const token = takeLinkToken();
  if (!token && entering) return entering;
  const attempt = enter(token).finally(() => {
    if (entering === attempt) entering = null;
  });
  entering = attempt;
  return attempt;
}

/** Note that the account has a password now. */
export function notePasswordSet(): void {
  const { user } = useSession.getState();
  if (user) useSession.setState({ user: { ...user, hasPassword: true } });
}
