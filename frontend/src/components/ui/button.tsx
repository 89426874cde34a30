import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "@/lib/class-names";

export const buttonVariants = cva(
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors duration-100 select-none disabled:pointer-events-none disabled:opacity-50 aria-disabled:pointer-events-none aria-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      variant: {
        primary: "bg-accent text-accent-foreground hover:bg-accent-hover",
        secondary: "border border-border-strong bg-surface text-foreground hover:bg-hover active:bg-active",
        ghost: "text-muted hover:bg-hover hover:text-foreground active:bg-active data-[state=open]:bg-hover data-[state=open]:text-foreground",
        danger: "border border-border-strong bg-surface text-error hover:border-error hover:bg-error-soft",
        link: "h-auto px-0 text-accent-text underline-offset-4 hover:underline",
      },
      size: {
        small: "h-7 px-2 text-table",
        medium: "h-8 px-3 text-body",
        large: "h-10 px-4 text-emphasis",
        icon: "size-8 pointer-coarse:size-11",
        "icon-small": "size-7 pointer-coarse:size-11 [&_svg]:size-3.5",
      },
    },
    defaultVariants: { variant: "secondary", size: "medium" },
  },
);

export type ButtonLooks = VariantProps<typeof buttonVariants>;

export function Button({ className, variant, size, type = "button", ...props }: ComponentProps<"button"> & ButtonLooks) {
  return <button type={type} className={cn(buttonVariants({ variant, size }), className)} {...props} />;
}
