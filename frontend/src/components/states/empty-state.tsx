import type { ReactNode } from "react";
import { cn } from "@/lib/class-names";

interface EmptyStateProps {
  title: string;
  /** Why there is nothing. */
  reason?: ReactNode;
  /** The one thing to do about it. */
  action?: ReactNode;
  icon?: ReactNode;
  className?: string;
}

export function EmptyState({ title, reason, action, icon, className }: EmptyStateProps) {
  return (
    <div className={cn("flex flex-col items-center justify-center gap-1 px-6 py-10 text-center", className)}>
      {icon && <div className="mb-2 text-faint [&_svg]:size-6">{icon}</div>}
      <p className="text-emphasis font-medium">{title}</p>
      {reason && <p className="max-w-[48ch] text-body text-muted">{reason}</p>}
      {action && <div className="mt-3">{action}</div>}
    </div>
  );
}
