import Link from "next/link";
import type { ComponentProps } from "react";
import { cn } from "@/lib/class-names";
import { type ButtonLooks, buttonVariants } from "./button";

/** A link that looks like a button. */
export function ButtonLink({ className, variant, size, ...props }: ComponentProps<typeof Link> & ButtonLooks) {
  return <Link prefetch={false} className={cn(buttonVariants({ variant, size }), className)} {...props} />;
}
