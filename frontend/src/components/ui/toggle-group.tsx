"use client";

import { ToggleGroup as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/class-names";

export interface Choice<Value extends string> {
  value: Value;
  label: ReactNode;
  /** What assistive technology says where the label is an icon or an abbreviation. */
  name?: string;
}

interface SegmentsProps<Value extends string> {
  label: string;
  value: Value;
  choices: readonly Choice<Value>[];
  onChoose: (value: Value) => void;
  className?: string;
}

/** Choose exactly one of a few, side by side. */
export function Segments<Value extends string>({ label, value, choices, onChoose, className }: SegmentsProps<Value>) {
  return (
    <Primitive.Root
      type="single"
      aria-label={label}
      value={value}
      // Pressing the pressed one again answers "": one is always chosen.
      onValueChange={(next) => next && onChoose(next as Value)}
      className={cn("inline-flex items-center gap-0.5 rounded-md bg-neutral-4 p-0.5", className)}
    >
      {choices.map((choice) => (
        <Primitive.Item
          key={choice.value}
          value={choice.value}
          aria-label={choice.name}
          className="inline-flex h-6 min-w-7 items-center justify-center gap-1.5 rounded-sm px-2 text-table font-medium whitespace-nowrap text-muted transition-colors duration-100 hover:text-foreground data-[state=on]:bg-surface data-[state=on]:text-foreground data-[state=on]:shadow-pressed pointer-coarse:h-10 pointer-coarse:min-w-10 [&_svg]:size-3.5"
        >
          {choice.label}
        </Primitive.Item>
      ))}
    </Primitive.Root>
  );
}
