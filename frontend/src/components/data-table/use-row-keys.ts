"use client";

import { useCallback, useEffect, useState } from "react";

interface RowKeys {
  count: number;
  /** Bring a row into sight; it may not be built yet. */
  onMove: (index: number) => void;
  onOpen: (index: number) => void;
}

const EDITABLE = "input, textarea, select, [contenteditable=true]";
const OVERLAY = "[role=dialog], [role=menu], [role=listbox]";

/** Return whether a key press belongs to the page rather than to a field, a dialog or the browser. */
export function isPageKey(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return false;
  const target = event.target instanceof Element ? event.target : null;
  return !target?.closest(EDITABLE) && !document.querySelector(OVERLAY);
}

/** Walk rows with j and k, open one with Enter. Returns the index of the row one stands on, null for none. */
export function useRowKeys({ count, onMove, onOpen }: RowKeys): number | null {
  const [active, setActive] = useState<number | null>(null);
  const current = active === null || count === 0 ? null : Math.min(active, count - 1);

  const move = useCallback(
    (step: number) => {
      if (count === 0) return;
      const next = current === null ? 0 : Math.max(0, Math.min(count - 1, current + step));
      setActive(next);
      onMove(next);
    },
    [count, current, onMove],
  );

  useEffect(() => {
    function handleKeyDown(event: KeyboardEvent) {
      if (!isPageKey(event)) return;
      if (event.key === "j") move(1);
      else if (event.key === "k") move(-1);
      else if (event.key === "Enter" && current !== null && !isPressable(event.target)) onOpen(current);
    }
    document.addEventListener("keydown", handleKeyDown);
    return () => document.removeEventListener("keydown", handleKeyDown);
  }, [current, move, onOpen]);

  return current;
}

function isPressable(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("a, button") !== null;
}
