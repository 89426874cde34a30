"use client";

import { Clock } from "lucide-react";
import { formatAge, timeTitle, type Moment } from "@/lib/format/time";
import { useMarketNow } from "@/lib/live/hooks";
import { cn } from "@/lib/class-names";

interface StaleNoticeProps {
  /** The moment of the last figures. */
  since: Moment;
  /** Why they do not move, as a sentence. */
  reason?: string | null;
  className?: string;
}

/** Says above old figures how old they are and why; dim the figures themselves with `opacity-60`. */
export function StaleNotice({ since, reason, className }: StaleNoticeProps) {
  const now = useMarketNow();
  return (
    <p role="status" className={cn("flex items-center gap-2 bg-warning-soft px-3 py-1.5 text-table text-warning", className)}>
      <Clock aria-hidden="true" className="size-3.5 shrink-0" />
      <span>
        <span title={timeTitle(since)}>Last figures {formatAge(since, now)}.</span> {reason}
      </span>
    </p>
  );
}
