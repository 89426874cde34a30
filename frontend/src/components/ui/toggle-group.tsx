"use client";

import type { ReactNode } from "react";
import { cn } from "@/lib/class-names";
import { walkItems } from "./walk-items";

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
    <div
      role="radiogroup"
      aria-label={label}
      onKeyDown={(event) => walkItems(event, "[role=radio]")}
      className={cn("inline-flex items-center gap-0.5 rounded-md bg-neutral-4 p-0.5", className)}
    >
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          role="radio"
          aria-checked={choice.value === value}
          aria-label={choice.name}
          title={choice.name}
          tabIndex={choice.value === value ? 0 : -1}
          onClick={() => onChoose(choice.value)}
          className="inline-flex h-6 min-w-7 items-center justify-center gap-1.5 rounded-sm px-2 text-table font-medium whitespace-nowrap text-muted transition-colors duration-100 hover:text-foreground aria-checked:bg-surface aria-checked:text-foreground aria-checked:shadow-pressed pointer-coarse:h-10 pointer-coarse:min-w-10 [&_svg]:size-3.5"
        >
          {choice.label}
        </button>
      ))}
    </div>
  );
}
