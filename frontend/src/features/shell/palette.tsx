"use client";

import { Command } from "cmdk";
import { Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { useDeferredValue, useState } from "react";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { noteRecentAsset, type RecentAsset } from "@/lib/preferences/recent-assets";
import { useSettled } from "@/lib/use-settled";
import { FoundAssets } from "./palette-assets";
import { PlaceItems, RecentItems } from "./palette-items";

const TYPING_PAUSE_MS = 120;

interface PaletteProps {
  onClose: () => void;
  onHelp: () => void;
}

/** Search for an instrument or a place, and go there, without leaving the keyboard. */
export function Palette({ onClose, onHelp }: PaletteProps) {
  const router = useRouter();
  const [text, setText] = useState("");
  const query = useDeferredValue(useSettled(text.trim(), TYPING_PAUSE_MS));
  const goTo = (href: string) => {
    onClose();
    router.push(href);
  };
  const openAsset = (asset: RecentAsset) => {
    noteRecentAsset(asset);
    goTo(`/assets/${encodeURIComponent(asset.symbol)}`);
  };
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DialogContent hasCloseButton={false} className="max-w-xl overflow-hidden max-sm:top-3">
        <DialogTitle className="sr-only">Search</DialogTitle>
        <DialogDescription className="sr-only">Type a symbol, a name or an ISIN; choose with the arrow keys and Enter.</DialogDescription>
        <Command shouldFilter={false} loop label="Search" className="flex min-h-0 flex-col">
          <div className="flex items-center gap-2.5 border-b border-border px-4">
            <Search aria-hidden="true" className="size-4 shrink-0 text-muted" />
            <Command.Input
              autoFocus
              value={text}
              onValueChange={setText}
              placeholder="Symbol, name or ISIN"
              className="h-12 min-w-0 flex-1 bg-transparent text-emphasis outline-none placeholder:text-faint max-sm:text-section"
            />
            <Kbd>Esc</Kbd>
          </div>
          <Command.List className="max-h-[min(26rem,60vh)] min-h-32 scroll-py-2 overflow-y-auto p-2">
            {query === "" ? <RecentItems onOpen={openAsset} /> : <FoundAssets text={query} onOpen={openAsset} />}
            <PlaceItems text={text} onGo={goTo} onHelp={onHelp} />
          </Command.List>
        </Command>
      </DialogContent>
    </Dialog>
  );
}
