"use client";

import { Tabs as Primitive } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "@/lib/class-names";

export const Tabs = Primitive.Root;
export const TabsContent = Primitive.Content;

export function TabsList({ className, ...props }: ComponentProps<typeof Primitive.List>) {
  return <Primitive.List className={cn("flex gap-4 overflow-x-auto border-b border-border", className)} {...props} />;
}

export function TabsTrigger({ className, ...props }: ComponentProps<typeof Primitive.Trigger>) {
  return (
    <Primitive.Trigger
      className={cn(
        "-mb-px h-9 border-b-2 border-transparent px-0.5 text-body font-medium whitespace-nowrap text-muted transition-colors duration-100 hover:text-foreground data-[state=active]:border-accent data-[state=active]:text-foreground pointer-coarse:h-11",
        className,
      )}
      {...props}
    />
  );
}
