"use client";

import type { ReactNode } from "react";
import { Panel } from "@/components/panel/panel";
import { Figure } from "@/components/provenance/figure";
import { PanelSource } from "@/components/provenance/panel-source";
import { sourceName } from "@/components/provenance/source-name";
import { ErrorState } from "@/components/states/error-state";
import { LoadingState } from "@/components/states/loading-state";
import { cn } from "@/lib/class-names";
import type { AssetDetail } from "./api/asset";
import { keyFigures } from "./key-figures";
import type { LiveQuote } from "./use-live-quote";

interface KeyFiguresPanelProps {
  asset: AssetDetail;
  live: LiveQuote;
  className?: string;
}

/** The day in figures, and what the instrument is. */
export function KeyFiguresPanel({ asset, live, className }: KeyFiguresPanelProps) {
  return (
    <Panel title="Key figures" className={className} bodyClassName="overflow-y-auto" source={<PanelSource provenance={live.provenance} isNarrow />}>
      {live.quote ? (
        <dl className={cn("px-3 py-1", live.isStale && "opacity-60")}>
          {keyFigures(live.quote, asset.price_decimals).map((figure) => (
            <Line key={figure.name} name={figure.name}>
              <Figure provenance={live.provenance}>
                <span title={figure.exact}>{figure.text}</span>
              </Figure>
            </Line>
          ))}
        </dl>
      ) : live.error ? (
        <ErrorState what={`Figures of ${asset.symbol}`} error={live.error} onRetry={live.retry} />
      ) : (
        <LoadingState what="Key figures" rows={10} />
      )}
      <h3 className="border-t border-border px-3 pt-3 text-table font-semibold">Instrument</h3>
      <dl className="px-3 pb-2">
        {instrumentFacts(asset).map(([name, text]) => (
          <Line key={name} name={name}>
            <span className="wrap-anywhere">{text}</span>
          </Line>
        ))}
      </dl>
    </Panel>
  );
}

/** What is known of an instrument; what no source said is left out. */
export function instrumentFacts(asset: AssetDetail): [name: string, text: string][] {
  const facts: [string, string][] = [
    ["Venue", asset.venue],
    ["Currency", asset.currency],
    ["Sector", asset.sector],
    ["Country", asset.country],
    ["ISIN", asset.isin],
    ...Object.entries(asset.names).map(([source, name]): [string, string] => [`At ${sourceName(source)}`, name]),
  ];
  return facts.filter(([, text]) => text !== "");
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-h-7 items-center justify-between gap-4 border-b border-border text-table last:border-b-0">
      <dt className="text-muted">{name}</dt>
      <dd className="text-right tabular-nums">{children}</dd>
    </div>
  );
}
