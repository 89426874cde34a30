"use client";

import { useRouter } from "next/navigation";
import { useEffect, type ReactNode } from "react";
import { ErrorState } from "@/components/states/error-state";
import { LoadingState } from "@/components/states/loading-state";
import { signInPath } from "@/lib/session/return-path";
import { startSession, useSession } from "@/lib/session/session-store";

interface SessionGateProps {
  /** Pages compute ranges of market time: a replay's day, asked for by this machine's clock, would lie in the future. */
  isTimeSettled: boolean;
  children: ReactNode;
}

/** Shows the page to who is signed in; leads everybody else to sign in and back. */
export function SessionGate({ isTimeSettled, children }: SessionGateProps) {
  const router = useRouter();
  const { status, error } = useSession();
  useEffect(() => {
    if (status !== "signed-out") return;
    const { pathname, search, hash } = window.location;
    router.replace(signInPath(pathname + search + hash));
  }, [status, router]);

  if (status === "signed-in" && isTimeSettled) return children;
  if (status === "unreachable") {
    return <ErrorState what="This page" error={error} onRetry={() => void startSession()} className="min-h-[60dvh]" />;
  }
  return <LoadingState what="Your session" rows={12} className="p-4" />;
}
