import type { ComponentProps } from "react";
import { cn } from "@/lib/class-names";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return (
    <input
      className={cn(
        "h-9 w-full min-w-0 rounded-md border border-border-control bg-surface px-3 text-body text-foreground placeholder:text-faint disabled:opacity-50 aria-invalid:border-error pointer-coarse:h-11 pointer-coarse:text-section",
        className,
      )}
      {...props}
    />
  );
}
