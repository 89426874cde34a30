"use client";

import { Command } from "cmdk";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { toApiError } from "@/lib/api/api-error";
import type { RecentAsset } from "@/lib/preferences/recent-assets";
import { useAssetSearch } from "./api/asset-search";
import { AssetRow, GROUP } from "./palette-row";

/** The instruments that match, or why there are none. */
export function FoundAssets({ text, onOpen }: { text: string; onOpen: (asset: RecentAsset) => void }) {
  const { data, error, isPending, refetch } = useAssetSearch(text);
  if (isPending) return <Waiting />;
  if (error) {
    return (
      <div role="alert" className="flex items-center justify-between gap-3 rounded-md bg-error-soft px-3 py-2 text-error">
        <span>The search failed. {toApiError(error).message}</span>
        <Button size="small" onClick={() => void refetch()}>
          Try again
        </Button>
      </div>
    );
  }
  if (data.length === 0) {
    return (
      <p role="status" className="px-2.5 py-6 text-center text-muted">
        No instrument matches “{text}”. Try a symbol, part of a name, or an ISIN.
      </p>
    );
  }
  return (
    <Command.Group heading="Instruments" className={GROUP}>
      {data.map(({ symbol, name, asset_class }) => (
        <AssetRow key={symbol} asset={{ symbol, name, assetClass: asset_class }} group="found" onOpen={onOpen} />
      ))}
    </Command.Group>
  );
}

function Waiting() {
  return (
    <div role="status" className="flex flex-col gap-1 p-1">
      <span className="sr-only">Searching</span>
      {[0, 1, 2, 3].map((row) => (
        <Skeleton key={row} className="h-9" />
      ))}
    </div>
  );
}
