import { Compass } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { EmptyState } from "@/components/states/empty-state";
import { Button } from "@/components/ui/button";

export const metadata: Metadata = { title: "Not found" };

export default function NotFoundPage() {
  return (
    <main className="grid min-h-dvh place-items-center">
      <div>
        <h1 className="sr-only">Page not found</h1>
        <EmptyState
          icon={<Compass aria-hidden="true" />}
          title="There is no page at this address"
          reason="It may have been mistyped, or the page may have moved. Instruments live under /assets, by their symbol."
          action={
            <Button asChild variant="primary">
              <Link href="/markets">Go to markets</Link>
            </Button>
          }
        />
      </div>
    </main>
  );
}
