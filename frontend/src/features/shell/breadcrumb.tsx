"use client";

import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { usePathSegment } from "@/lib/hydration";
import { DESTINATIONS, isHere } from "./destinations";

/** Where this page is. */
export function Breadcrumb() {
  const pathname = usePathname();
  const id = usePathSegment(1);
  const place = DESTINATIONS.find((destination) => isHere(destination, pathname));
  if (!place) return <div className="min-w-0 flex-1" />;
  const isNested = pathname !== place.href;
  return (
    <nav aria-label="Breadcrumb" className="min-w-0 flex-1">
      <ol className="flex items-center gap-1 text-body">
        <li className={isNested ? "text-muted" : "font-medium"}>
          {isNested ? (
            <Link prefetch={false} href={place.href} className="rounded-sm py-1 hover:text-foreground">
              {place.label}
            </Link>
          ) : (
            <span aria-current="page">{place.label}</span>
          )}
        </li>
        {isNested && id && (
          <li className="flex min-w-0 items-center gap-1">
            <ChevronRight aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
            <span aria-current="page" className="truncate font-medium">
              {id}
            </span>
          </li>
        )}
      </ol>
    </nav>
  );
}
