import { clsx, type ClassValue } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

// Our sizes are not Tailwind's: untold, tailwind-merge takes `text-table` for a colour and drops it beside `text-muted`.
const merge = extendTailwindMerge({
  extend: {
    theme: { text: ["micro", "table", "body", "emphasis", "section", "page", "headline"], spacing: ["row", "row-touch"], shadow: ["raised", "pressed"] },
  },
});

/** Join class names; of two that set the same property the later wins. */
export function cn(...classes: ClassValue[]): string {
  return merge(clsx(classes));
}
