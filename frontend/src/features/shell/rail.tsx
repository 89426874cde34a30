"use client";

import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { Logo } from "@/components/logo/logo";
import { cn } from "@/lib/class-names";
import { useHydrated } from "@/lib/hydration";
import { usePreferences } from "@/lib/preferences/preferences";
import { DESTINATIONS, isHere, type Destination } from "./destinations";

const ITEM =
  "flex h-9 w-full items-center gap-3 rounded-md px-2.5 text-body font-medium text-muted transition-colors duration-100 hover:bg-hover hover:text-foreground [&_svg]:size-[18px] [&_svg]:shrink-0";

/** The way between places on wide screens: icons, opened to names by the button at its foot. */
export function Rail() {
  const wantsOpen = usePreferences((preferences) => preferences.isRailOpen);
  const isOpen = useHydrated() && wantsOpen;
  const pathname = usePathname();
  return (
    <aside className={cn("sticky top-0 hidden h-dvh shrink-0 flex-col border-r border-border bg-background md:flex", isOpen ? "w-[220px]" : "w-14")}>
      <Link prefetch={false} href="/markets" aria-label="FinanceHub, markets" className="flex h-12 items-center gap-2.5 px-4">
        <Logo className="size-6 shrink-0" />
        {isOpen && <span className="text-emphasis font-semibold tracking-tight">FinanceHub</span>}
      </Link>
      <nav aria-label="Places" className="flex flex-1 flex-col gap-0.5 px-2 py-2">
        {DESTINATIONS.map((destination) => (
          <Place key={destination.href} destination={destination} isCurrent={isHere(destination, pathname)} isOpen={isOpen} />
        ))}
      </nav>
      <RailToggle isOpen={isOpen} />
    </aside>
  );
}

function Place({ destination, isCurrent, isOpen }: { destination: Destination; isCurrent: boolean; isOpen: boolean }) {
  const { href, label, icon: Icon, key } = destination;
  return (
    <Link
      prefetch={false}
      href={href}
      aria-current={isCurrent ? "page" : undefined}
      aria-label={isOpen ? undefined : label}
      title={`${label} (g ${key})`}
      className={cn(ITEM, isCurrent && "bg-active text-foreground")}
    >
      <Icon aria-hidden="true" className={cn(isCurrent && "text-accent-text")} />
      {isOpen && label}
    </Link>
  );
}

function RailToggle({ isOpen }: { isOpen: boolean }) {
  const Icon = isOpen ? PanelLeftClose : PanelLeftOpen;
  const label = isOpen ? "Close the sidebar" : "Open the sidebar";
  return (
    <div className="p-2">
      <button type="button" aria-expanded={isOpen} aria-label={label} title={label} className={ITEM} onClick={() => usePreferences.setState({ isRailOpen: !isOpen })}>
        <Icon aria-hidden="true" />
        {isOpen && <span>Close</span>}
      </button>
    </div>
  );
}
