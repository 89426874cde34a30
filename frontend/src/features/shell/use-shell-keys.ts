"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import type { Commands } from "./command-context";
import { DESTINATIONS } from "./destinations";

const SEQUENCE_WITHIN_MS = 1_200;

/** Say whether keys belong to what has focus, not to the frame. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("input, textarea, select, [role='textbox']");
}

function isDialogOpen(): boolean {
  return document.querySelector("[role='dialog'][data-state='open'], [role='menu'][data-state='open']") !== null;
}

/** Listen for the keys of the frame: Ctrl/Cmd-K and `/` search, `?` help, `g` then a place's key. */
export function useShellKeys({ openPalette, openHelp }: Commands): void {
  const router = useRouter();
  const leaderAt = useRef<number | null>(null);
  useEffect(() => {
    const goTo = (key: string): boolean => {
      const isSequence = leaderAt.current !== null && performance.now() - leaderAt.current < SEQUENCE_WITHIN_MS;
      leaderAt.current = null;
      const destination = isSequence ? DESTINATIONS.find((candidate) => candidate.key === key) : undefined;
      if (destination) router.push(destination.href);
      return destination !== undefined;
    };
    const act = (key: string): boolean => {
      if (goTo(key)) return true;
      if (key === "/") openPalette();
      else if (key === "?") openHelp();
      else if (key === "g") leaderAt.current = performance.now();
      else return false;
      return true;
    };
    const handle = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat) return;
      if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        openPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isDialogOpen()) return;
      if (act(event.key)) event.preventDefault();
    };
    window.addEventListener("keydown", handle);
    return () => window.removeEventListener("keydown", handle);
  }, [openPalette, openHelp, router]);
}
