"use client";

import { Command } from "cmdk";
import { Keyboard } from "lucide-react";
import { Kbd } from "@/components/ui/kbd";
import { useRecentAssets, type RecentAsset } from "@/lib/preferences/recent-assets";
import { DESTINATIONS } from "./destinations";
import { AssetRow, GROUP, PaletteRow } from "./palette-row";

export function RecentItems({ onOpen }: { onOpen: (asset: RecentAsset) => void }) {
  const assets = useRecentAssets((recent) => recent.assets);
  if (assets.length === 0) return null;
  return (
    <Command.Group heading="Recent" className={GROUP}>
      {assets.map((asset) => (
        <AssetRow key={asset.symbol} asset={asset} group="recent" onOpen={onOpen} />
      ))}
    </Command.Group>
  );
}

interface PlaceItemsProps {
  text: string;
  onGo: (href: string) => void;
  onHelp: () => void;
}

export function PlaceItems({ text, onGo, onHelp }: PlaceItemsProps) {
  const wanted = text.trim().toLowerCase();
  const places = DESTINATIONS.filter(({ label }) => label.toLowerCase().includes(wanted));
  const isHelpWanted = "keyboard help".includes(wanted);
  if (places.length === 0 && !isHelpWanted) return null;
  return (
    <Command.Group heading="Go to" className={GROUP}>
      {places.map(({ href, label, icon: Icon, key }) => (
        <PaletteRow key={href} value={`place:${href}`} onSelect={() => onGo(href)}>
          <Icon aria-hidden="true" />
          <span className="flex-1">{label}</span>
          <Keys keys={["g", key]} />
        </PaletteRow>
      ))}
      {isHelpWanted && (
        <PaletteRow value="place:help" onSelect={onHelp}>
          <Keyboard aria-hidden="true" />
          <span className="flex-1">Keyboard help</span>
          <Keys keys={["?"]} />
        </PaletteRow>
      )}
    </Command.Group>
  );
}

function Keys({ keys }: { keys: readonly string[] }) {
  return (
    <span className="flex gap-1 pointer-coarse:hidden">
      {keys.map((key) => (
        <Kbd key={key}>{key}</Kbd>
      ))}
    </span>
  );
}
