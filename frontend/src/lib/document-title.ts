"use client";

import { useLayoutEffect } from "react";

/**
 * Name the tab after what is shown, for names that are known only in the browser. The router writes the route's own
 * title some time after the page appears, so ours is put back for as long as the page stays.
 */
export function useDocumentTitle(title: string | null): void {
  useLayoutEffect(() => {
    if (title === null) return;
    const keep = () => {
      if (document.title !== title) document.title = title;
    };
    keep();
    const observer = new MutationObserver(keep);
    observer.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => observer.disconnect();
  }, [title]);
}
