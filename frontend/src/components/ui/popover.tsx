"use client";

import { Popover as Primitive } from "radix-ui";
import { type ComponentProps, type RefObject, useRef } from "react";
import { cn } from "@/lib/class-names";

interface AnchoredPopoverProps extends ComponentProps<typeof Primitive.Content> {
  anchor: RefObject<HTMLButtonElement | null>;
  onClose: () => void;
}

/** What a button opens beside itself. It knows the button by its place only, so that it can be loaded when it is first asked for. */
export function AnchoredPopover({ anchor, onClose, ...props }: AnchoredPopoverProps) {
  const hasGoneElsewhere = useRef(false);
  return (
    <Primitive.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Primitive.Anchor virtualRef={anchor as RefObject<HTMLButtonElement>} />
      <PopoverContent
        // The button closes what it opened; closed here as well, its click would open it again.
        onInteractOutside={(event) => {
          if (anchor.current?.contains(event.target as Node)) event.preventDefault();
          else hasGoneElsewhere.current = true;
        }}
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          if (!hasGoneElsewhere.current) anchor.current?.focus();
        }}
        {...props}
      />
    </Primitive.Root>
  );
}

function PopoverContent({ className, sideOffset = 6, collisionPadding = 8, ...props }: ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <Primitive.Content
        sideOffset={sideOffset}
        collisionPadding={collisionPadding}
        className={cn(
          "z-50 w-80 max-w-[calc(100vw-1rem)] rounded-lg border border-border bg-raised p-4 text-body text-foreground shadow-raised outline-none data-[state=closed]:animate-out data-[state=closed]:fade-out-0 data-[state=open]:animate-in data-[state=open]:fade-in-0 data-[state=open]:duration-100",
          className,
        )}
        {...props}
      />
    </Primitive.Portal>
  );
}
