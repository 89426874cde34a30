"use client";

import { type ComponentProps, lazy, Suspense, useRef, useState } from "react";
import type { Provenance } from "./provenance";

const loadPopover = () => import("./provenance-popover").then((module) => ({ default: module.ProvenancePopover }));

// Every figure can open it, few are asked to: it is no part of a page's first load.
const ProvenancePopover = lazy(loadPopover);

/** A button that shows where a figure comes from. */
export function ProvenanceButton({ provenance, ...props }: ComponentProps<"button"> & { provenance: Provenance }) {
  const [isOpen, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button ref={anchor} type="button" aria-haspopup="dialog" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} {...props} />
      {isOpen && (
        <Suspense fallback={null}>
          <ProvenancePopover provenance={provenance} anchor={anchor} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
