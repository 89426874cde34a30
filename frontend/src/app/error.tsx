"use client";

/** The last resort of a page that broke. It is part of every first load, so it stands on nothing else. */
export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <main role="alert" className="grid min-h-[80dvh] place-content-center justify-items-center gap-1 px-6 text-center">
      <h1 className="text-emphasis font-medium">This page could not be shown</h1>
      <p className="max-w-[56ch] text-body wrap-anywhere text-muted">{error.message}</p>
      <button type="button" onClick={reset} className="mt-3 h-8 rounded-md border border-border-strong bg-surface px-3 font-medium hover:bg-hover">
        Try again
      </button>
    </main>
  );
}
