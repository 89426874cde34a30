import type { ComponentProps } from "react";

/** The mark: three bars that rise, the last one in the accent. */
export function Logo(props: ComponentProps<"svg">) {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden="true" {...props}>
      <rect width="24" height="24" rx="6" fill="var(--accent)" />
      <path d="M7 17v-4M12 17V9.5M17 17V6.5" stroke="var(--accent-foreground)" strokeWidth="2.25" strokeLinecap="round" />
    </svg>
  );
}
