"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { Logo } from "@/components/logo/logo";
import { ErrorState } from "@/components/states/error-state";
import { readReturnPath } from "@/lib/session/return-path";
import { startSession, useSession } from "@/lib/session/session-store";
import { LinkProblem } from "./link-problem";
import { PasswordSignIn } from "./password-sign-in";

/** Lets a person in by the one-time link of the address, or by name and password, and back to where they came from. */
export function SignInView() {
  const router = useRouter();
  const { status, error, linkError } = useSession();
  useEffect(() => {
    if (status === "signed-in") router.replace(readReturnPath(window.location.search));
  }, [status, router]);
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-8 flex items-center gap-3">
          <Logo className="size-9" />
          <div>
            <h1 className="text-page font-semibold tracking-tight">FinanceHub</h1>
            <p className="text-body text-muted">Sign in to your market terminal</p>
          </div>
        </div>
        {status === "unreachable" ? (
          <ErrorState what="The sign-in" error={error} onRetry={() => void startSession()} className="rounded-md border border-border bg-surface" />
        ) : status === "signed-out" ? (
          <div className="flex flex-col gap-5">
            {linkError && <LinkProblem error={linkError} />}
            <PasswordSignIn />
            <LinkHint />
          </div>
        ) : (
          <p role="status" className="text-body text-muted">
            {status === "signed-in" ? "You are signed in. Opening the terminal." : "Signing you in."}
          </p>
        )}
      </div>
    </main>
  );
}

function LinkHint() {
  return (
    <p className="border-t border-border pt-5 text-table text-muted">
      No password yet? On the machine that runs FinanceHub, <code className="rounded-sm bg-neutral-4 px-1 py-0.5 font-mono text-foreground">financehub link</code> prints a
      one-time sign-in link.
    </p>
  );
}
