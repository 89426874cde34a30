import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "@/lib/class-names";

const badgeVariants = cva("inline-flex h-5 items-center gap-1 rounded-sm px-1.5 text-micro font-medium whitespace-nowrap [&_svg]:size-3", {
  variants: {
    tone: {
      neutral: "bg-neutral-4 text-muted",
      accent: "bg-accent-soft text-accent-text",
      up: "bg-up-soft text-up",
      down: "bg-down-soft text-down",
      warning: "bg-warning-soft text-warning",
      error: "bg-error-soft text-error",
      simulated: "bg-simulated-soft text-simulated",
    },
  },
  defaultVariants: { tone: "neutral" },
});

export function Badge({ className, tone, ...props }: ComponentProps<"span"> & VariantProps<typeof badgeVariants>) {
  return <span className={cn(badgeVariants({ tone }), className)} {...props} />;
}
