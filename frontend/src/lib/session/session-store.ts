"use client";

import { create } from "zustand";
import { getAccess, onAccessChange, refreshAccess, type Access, type User } from "@/lib/api/access";
import { toApiError, type ApiError } from "@/lib/api/api-error";

/** `unknown` until the server has said whether this browser holds a session; `unreachable` when it could not be asked. */
export type SessionStatus = "unknown" | "signed-in" | "signed-out" | "unreachable";

interface SessionState {
  status: SessionStatus;
  user: User | null;
  error: ApiError | null;
}

const RENEW_AHEAD_MS = 60_000;
const RENEW_AGAIN_MS = 15_000;

export const useSession = create<SessionState>(() => ({ status: "unknown", user: null, error: null }));

let renewal: ReturnType<typeof setTimeout> | null = null;

function scheduleRenewal(milliseconds: number): void {
  if (renewal) clearTimeout(renewal);
  renewal = setTimeout(() => {
    refreshAccess().catch(() => scheduleRenewal(RENEW_AGAIN_MS));
  }, milliseconds);
}

function follow(access: Access | null): void {
  if (renewal) clearTimeout(renewal);
  if (!access) {
    useSession.setState({ status: "signed-out", user: null, error: null });
    return;
  }
  useSession.setState({ status: "signed-in", user: access.user, error: null });
  const life = access.expiresAt - Date.now();
  scheduleRenewal(Math.max(life - RENEW_AHEAD_MS, life / 2, 1_000));
}

onAccessChange(follow);

/** Ask the server whether this browser holds a session. Asked again, it tries again. */
export async function restoreSession(): Promise<void> {
  if (getAccess()) return;
  try {
    if (!(await refreshAccess())) follow(null);
  } catch (error) {
    useSession.setState({ status: "unreachable", user: null, error: toApiError(error) });
  }
}

/** Note that the account has a password now. */
export function notePasswordSet(): void {
  const { user } = useSession.getState();
  if (user) useSession.setState({ user: { ...user, hasPassword: true } });
}
