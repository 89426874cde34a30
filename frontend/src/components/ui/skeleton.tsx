import type { ComponentProps } from "react";
import { cn } from "@/lib/class-names";

export function Skeleton({ className, ...props }: ComponentProps<"div">) {
  return <div aria-hidden="true" className={cn("animate-pulse rounded-sm bg-neutral-4", className)} {...props} />;
}
