"use client";

import { useId, type ComponentProps, type ReactNode } from "react";
import { Input } from "@/components/ui/input";

interface FieldProps extends ComponentProps<typeof Input> {
  label: string;
  hint?: ReactNode;
  error?: string | null;
}

/** A labelled input with its hint and its error, tied together for assistive technology. */
export function Field({ label, hint, error, ...props }: FieldProps) {
  const id = useId();
  const notes = [hint ? `${id}-hint` : null, error ? `${id}-error` : null].filter(Boolean).join(" ");
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-body font-medium">
        {label}
      </label>
      <Input id={id} aria-describedby={notes || undefined} aria-invalid={error ? true : undefined} {...props} />
      {hint && (
        <p id={`${id}-hint`} className="text-table text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-table text-error">
          {error}
        </p>
      )}
    </div>
  );
}
