"use client";

import { useState } from "react";

interface FlashState {
  value: number | null | undefined;
  direction: "up" | "down" | null;
  turn: number;
}

const CLASSES = { up: "flash-up", down: "flash-down" } as const;

/** Say which way a figure went; a first figure, a missing one and an equal one went nowhere. */
export function flashDirection(before: number | null | undefined, after: number | null | undefined): "up" | "down" | null {
  if (before == null || after == null || before === after) return null;
  return after > before ? "up" : "down";
}

/** Colours its positioned parent once when the value changes. It is a layer of its own, so what it lies on keeps its focus. */
export function Flash({ value }: { value: number | null | undefined }) {
  const [seen, setSeen] = useState<FlashState>({ value, direction: null, turn: 0 });
  if (value !== seen.value) setSeen({ value, direction: flashDirection(seen.value, value), turn: seen.turn + 1 });
  if (!seen.direction) return null;
  return <span key={seen.turn} aria-hidden data-flash={seen.direction} className={`pointer-events-none absolute inset-0 ${CLASSES[seen.direction]}`} />;
}
