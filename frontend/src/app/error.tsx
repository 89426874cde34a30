"use client";

import { ErrorState } from "@/components/states/error-state";

export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <main className="grid min-h-[80dvh] place-items-center">
      <ErrorState what="This page" error={error} onRetry={reset} />
    </main>
  );
}
