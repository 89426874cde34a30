import type { Metadata } from "next";
import { Logo } from "@/components/logo/logo";

export const metadata: Metadata = { title: "Not found" };

/** Belongs to every page's first load, so it is made of nothing but markup: the router's link alone is 4 KB. */
export default function NotFoundPage() {
  return (
    <main className="grid min-h-dvh place-items-center px-6">
      <div className="flex max-w-[44ch] flex-col items-center text-center">
        <Logo className="mb-6 size-9" />
        <h1 className="text-page font-semibold tracking-tight">There is no page at this address</h1>
        <p className="mt-2 text-body text-muted">It may have been mistyped, or the page may have moved. Instruments live under /assets, by their symbol.</p>
        <a href="/markets" className="mt-6 inline-flex h-9 items-center rounded-md bg-accent px-4 text-body font-medium text-accent-foreground hover:bg-accent-hover">
          Go to markets
        </a>
      </div>
    </main>
  );
}
