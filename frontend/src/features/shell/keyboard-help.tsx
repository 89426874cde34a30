"use client";

import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { DESTINATIONS } from "./destinations";

interface Shortcut {
  keys: readonly string[];
  action: string;
}

const GROUPS: readonly { title: string; shortcuts: readonly Shortcut[] }[] = [
  {
    title: "Anywhere",
    shortcuts: [
      { keys: ["Ctrl/⌘", "K"], action: "Search instruments and places" },
      { keys: ["/"], action: "Search instruments and places" },
      { keys: ["?"], action: "Show this help" },
      { keys: ["Esc"], action: "Close what is open" },
      ...DESTINATIONS.map(({ key, label }) => ({ keys: ["g", key], action: `Go to ${label.toLowerCase()}` })),
    ],
  },
  {
    title: "Tables",
    shortcuts: [
      { keys: ["j"], action: "Next row" },
      { keys: ["k"], action: "Previous row" },
      { keys: ["Enter"], action: "Open the row" },
      { keys: ["e"], action: "Export as CSV" },
    ],
  },
  { title: "Charts", shortcuts: [{ keys: ["1", "…", "9"], action: "Choose the time range" }] },
];

export function KeyboardHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DialogContent className="max-w-md">
        <header className="border-b border-border px-4 py-3">
          <DialogTitle>Keyboard</DialogTitle>
          <DialogDescription>Keys work wherever you are not typing.</DialogDescription>
        </header>
        <div className="flex flex-col gap-5 overflow-y-auto p-4">
          {GROUPS.map(({ title, shortcuts }) => (
            <section key={title} aria-label={title}>
              <h3 className="mb-1 text-table font-medium text-muted">{title}</h3>
              <dl>
                {shortcuts.map(({ keys, action }) => (
                  <div key={keys.join(" ")} className="flex h-8 items-center justify-between gap-4 border-b border-border last:border-b-0">
                    <dt>{action}</dt>
                    <dd className="flex gap-1">
                      {keys.map((key) => (
                        <Kbd key={key}>{key}</Kbd>
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </DialogContent>
    </Dialog>
  );
}
