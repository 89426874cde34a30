"use client";

import { CircleAlert, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { toApiError, type Facts, type FactValue } from "@/lib/api/api-error";
import { cn } from "@/lib/class-names";

interface ErrorStateProps {
  /** What could not be shown: "Bars of BTCUSDT". */
  what: string;
  error: unknown;
  onRetry?: () => void;
  /** What was tried, where the caller knows more than the error says: a trace. */
  tried?: ReactNode;
  className?: string;
}

/** What failed, why, what was tried, and the way to try again. The rest of the page lives on. */
export function ErrorState({ what, error, onRetry, tried, className }: ErrorStateProps) {
  const failure = toApiError(error);
  return (
    <div role="alert" className={cn("flex flex-col items-center justify-center gap-1 px-6 py-8 text-center", className)}>
      <CircleAlert aria-hidden="true" className="mb-2 size-6 text-error" />
      <p className="text-emphasis font-medium">{what} could not be shown</p>
      <p className="max-w-[56ch] text-body wrap-anywhere text-muted">{failure.message}</p>
      {tried}
      <FailureDetails code={failure.code} facts={failure.facts} requestId={failure.requestId} />
      {onRetry && (
        <Button size="small" className="mt-3" onClick={onRetry}>
          <RotateCw aria-hidden="true" className="size-3.5" />
          Try again
        </Button>
      )}
    </div>
  );
}

function FailureDetails({ code, facts, requestId }: { code: string; facts: Facts; requestId: string | null }) {
  const known = Object.entries(facts).filter(([, value]) => value !== null && value !== "" && !(Array.isArray(value) && value.length === 0));
  return (
    <details className="mt-1 w-full max-w-md text-table text-muted">
      <summary className="mx-auto w-fit rounded-sm px-1 py-1">What was tried</summary>
      <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 rounded-md border border-border bg-background p-3 text-left">
        <Fact name="Code" value={code} />
        {known.map(([name, value]) => (
          <Fact key={name} name={writeName(name)} value={value} />
        ))}
        {requestId && <Fact name="Request" value={requestId} />}
      </dl>
    </details>
  );
}

function Fact({ name, value }: { name: string; value: FactValue }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="wrap-anywhere text-foreground">{Array.isArray(value) ? value.join(" · ") : String(value)}</dd>
    </>
  );
}

function writeName(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
