import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/class-names";

interface LoadingStateProps {
  /** What is on its way, for assistive technology: "Quotes". */
  what: string;
  rows?: number;
  className?: string;
}

/** Rows of the real height where rows will be, so that nothing moves when they arrive. */
export function LoadingState({ what, rows = 6, className }: LoadingStateProps) {
  return (
    <div role="status" className={cn("w-full", className)}>
      <span className="sr-only">{what}: loading</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex h-row items-center gap-4 border-b border-border px-3 last:border-b-0">
          <Skeleton className="h-3 w-24" />
          <Skeleton className="h-3 max-w-48 flex-1" />
          <Skeleton className="ml-auto h-3 w-16" />
        </div>
      ))}
    </div>
  );
}
