"use client";

import { type RefObject, useLayoutEffect, useState } from "react";

export interface RowWindow {
  /** Index of the first row to build, and of the one after the last. */
  first: number;
  end: number;
}

const OVERSCAN = 6;

/** Say which rows of one height are in sight, with a few on either side so that scrolling shows no gaps. */
export function windowOf(count: number, rowHeight: number, scrollTop: number, height: number): RowWindow {
  const first = Math.min(count, Math.max(0, Math.floor(scrollTop / rowHeight) - OVERSCAN));
  return { first, end: Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + OVERSCAN) };
}

/** Follow the rows in sight of a scroller whose header stays at the top, and bring one into sight. */
export function useRowWindow(scroller: RefObject<HTMLElement | null>, count: number, rowHeight: number): RowWindow & { scrollTo: (index: number) => void } {
  const [rows, setRows] = useState<RowWindow>({ first: 0, end: 0 });

  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const measure = () => {
      const next = windowOf(count, rowHeight, box.scrollTop, box.clientHeight);
      setRows((now) => (now.first === next.first && now.end === next.end ? now : next));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    box.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", measure);
    };
  }, [scroller, count, rowHeight]);

  const scrollTo = (index: number) => {
    const box = scroller.current;
    if (!box) return;
    const header = box.querySelector("thead")?.offsetHeight ?? 0;
    const [top, room] = [index * rowHeight, box.clientHeight - header - rowHeight];
    if (top < box.scrollTop) box.scrollTo({ top });
    else if (top > box.scrollTop + room) box.scrollTo({ top: top - room });
  };

  // The rows may have become fewer since they were measured.
  return { first: Math.min(rows.first, count), end: Math.min(rows.end, count), scrollTo };
}
