import { ChartCandlestick, Settings, type LucideIcon } from "lucide-react";

export interface Destination {
  href: string;
  label: string;
  icon: LucideIcon;
  /** The key that leads there after `g`. */
  key: string;
  /** Other addresses that belong to this place. */
  alsoUnder: readonly string[];
}

/** The places that exist. Rail, bottom bar, palette, keys and help are all drawn from here. */
export const DESTINATIONS: readonly Destination[] = [
  { href: "/markets", label: "Markets", icon: ChartCandlestick, key: "m", alsoUnder: ["/assets"] },
  { href: "/settings", label: "Settings", icon: Settings, key: ",", alsoUnder: [] },
];

export function isHere(destination: Destination, pathname: string): boolean {
  return [destination.href, ...destination.alsoUnder].some((path) => pathname === path || pathname.startsWith(`${path}/`));
}
