"use client";

import { Tooltip as Primitive } from "radix-ui";
import type { ReactElement, ReactNode } from "react";

export const TooltipProvider = Primitive.Provider;

/** Name a control on hover and focus. The control keeps its own accessible name. */
export function Tooltip({ children, label, side = "bottom" }: { children: ReactElement; label: ReactNode; side?: "top" | "right" | "bottom" | "left" }) {
  return (
    <Primitive.Root>
      <Primitive.Trigger asChild>{children}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 flex max-w-64 items-center gap-2 rounded-md bg-neutral-12 px-2 py-1 text-table text-neutral-1 data-[state=delayed-open]:animate-in data-[state=delayed-open]:fade-in-0 data-[state=delayed-open]:duration-100"
        >
          {label}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
