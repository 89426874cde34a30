"use client";

import { Command } from "cmdk";
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import type { RecentAsset } from "@/lib/preferences/recent-assets";

const ROW =
  "flex h-10 items-center gap-3 rounded-md px-2.5 text-body outline-none select-none data-[selected=true]:bg-hover pointer-coarse:h-12 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted";
export const GROUP =
  "[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-table [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted";

const CLASS_NAMES: Readonly<Record<string, string>> = {
  equity: "Equity",
  etf: "ETF",
  index: "Index",
  crypto: "Crypto",
  fx: "FX",
  future: "Future",
  fund: "Fund",
};

export function PaletteRow({ value, onSelect, children }: { value: string; onSelect: () => void; children: ReactNode }) {
  return (
    <Command.Item value={value} onSelect={onSelect} className={ROW}>
      {children}
    </Command.Item>
  );
}

export function AssetRow({ asset, group, onOpen }: { asset: RecentAsset; group: string; onOpen: (asset: RecentAsset) => void }) {
  return (
    <PaletteRow value={`${group}:${asset.symbol}`} onSelect={() => onOpen(asset)}>
      <span className="w-24 shrink-0 truncate font-semibold">{asset.symbol}</span>
      <span className="min-w-0 flex-1 truncate text-muted">{asset.name}</span>
      <Badge>{CLASS_NAMES[asset.assetClass] ?? asset.assetClass}</Badge>
    </PaletteRow>
  );
}
