"use client";

import { Search } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "@/lib/class-names";
import { useCommands } from "./command-context";
import { DESTINATIONS, isHere } from "./destinations";

const ITEM = "flex h-14 min-w-0 flex-1 flex-col items-center justify-center gap-0.5 text-micro font-medium text-muted [&_svg]:size-5";

/** The way between places on phones. */
export function BottomBar() {
  const pathname = usePathname();
  const { openPalette } = useCommands();
  return (
    <nav aria-label="Places" className="fixed inset-x-0 bottom-0 z-20 flex border-t border-border bg-surface pb-[env(safe-area-inset-bottom)] md:hidden">
      {DESTINATIONS.map((destination, index) => {
        const { href, label, icon: Icon } = destination;
        const isCurrent = isHere(destination, pathname);
        return (
          <span key={href} className="contents">
            {index === 1 && (
              <button type="button" className={ITEM} onClick={openPalette}>
                <Search aria-hidden="true" />
                Search
              </button>
            )}
            <Link prefetch={false} href={href} aria-current={isCurrent ? "page" : undefined} className={cn(ITEM, isCurrent && "text-accent-text")}>
              <Icon aria-hidden="true" />
              {label}
            </Link>
          </span>
        );
      })}
    </nav>
  );
}
