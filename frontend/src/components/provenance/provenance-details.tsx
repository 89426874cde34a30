"use client";

import type { ReactNode } from "react";
import { formatBasisPoints, formatMilliseconds, formatShare } from "@/lib/format/number";
import { formatAge, formatDateTime, formatUtc, timeTitle, toEpoch } from "@/lib/format/time";
import { useMarketNow } from "@/lib/live/hooks";
import type { Provenance } from "./provenance";
import { sourceName } from "./source-name";
import { delayWords, freshnessWords, isUnreal, outcomeWords, tierWords, unitWords } from "./words";

/** Everything that is known about where a figure came from; its age ticks by the market's clock. */
export function ProvenanceDetails({ provenance }: { provenance: Provenance }) {
  const now = useMarketNow(1_000);
  const age = Math.max(0, (now - (toEpoch(provenance.as_of) ?? now)) / 1000);
  return (
    <div className="flex flex-col gap-3">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-table">
        <Fact name="Source">{sourceName(provenance.source)}</Fact>
        <Fact name="As of">
          <time dateTime={provenance.as_of} title={formatUtc(provenance.as_of)}>
            {formatDateTime(provenance.as_of)}
          </time>
        </Fact>
        <Fact name="Age">{`${formatAge(provenance.as_of, now)} · ${freshnessWords(age)}`}</Fact>
        <Fact name="Fetched">
          <time dateTime={provenance.fetched_at} title={timeTitle(provenance.fetched_at)}>
            {formatDateTime(provenance.fetched_at)}
          </time>
        </Fact>
        <Fact name="Delay">
          <span className={isUnreal(provenance.delay_class) ? "text-simulated" : undefined}>{delayWords(provenance.delay_class)}</span>
        </Fact>
        <Fact name="Unit">{unitWords(provenance.unit, provenance.currency)}</Fact>
        <Fact name="Cache">{tierWords(provenance.cached)}</Fact>
        {provenance.confidence != null && <Fact name="Confidence">{formatShare(provenance.confidence)}</Fact>}
        {provenance.dispersion_bp != null && <Fact name="Dispersion">{formatBasisPoints(provenance.dispersion_bp)}</Fact>}
      </dl>
      <TraceTable trace={provenance.trace ?? []} />
    </div>
  );
}

/** The sources that were considered, each with what came of it. */
export function TraceTable({ trace }: { trace: NonNullable<Provenance["trace"]> }) {
  if (trace.length === 0) return <p className="text-table text-muted">No other source was asked.</p>;
  return (
    <table className="w-full border-t border-border text-table">
      <caption className="py-2 text-left text-muted">Sources considered</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">Source</th>
          <th scope="col">Outcome</th>
          <th scope="col">Time taken</th>
        </tr>
      </thead>
      <tbody>
        {trace.map((step, index) => (
          <tr key={index} className="border-t border-border align-top">
            <th scope="row" className="py-1 pr-3 text-left font-normal whitespace-nowrap">
              {sourceName(step.source)}
            </th>
            <td className="py-1 pr-3">
              <span className={OUTCOME_TONES[step.outcome]}>{outcomeWords(step.outcome)}</span>
              {step.reason && <span className="block text-muted wrap-anywhere">{step.reason}</span>}
            </td>
            <td className="py-1 text-right whitespace-nowrap tabular-nums">{formatMilliseconds(step.milliseconds)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const OUTCOME_TONES: Readonly<Record<string, string>> = {
  answered: "text-up",
  failed: "text-error",
  rejected: "text-warning",
  skipped: "text-muted",
};

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="tabular-nums wrap-anywhere">{children}</dd>
    </>
  );
}
