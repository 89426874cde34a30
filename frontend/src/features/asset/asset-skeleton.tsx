import { Skeleton } from "@/components/ui/skeleton";

/** The page's own shape while the instrument is on its way. */
export function AssetSkeleton({ symbol }: { symbol: string }) {
  return (
    <div role="status" className="@container flex flex-1 flex-col gap-3 p-3">
      <span className="sr-only">{symbol}: loading</span>
      <div className="flex h-13 items-end gap-6">
        <Skeleton className="h-12 w-56" />
        <Skeleton className="h-9 w-40" />
      </div>
      <div className="grid flex-1 gap-3 @3xl:grid-cols-[minmax(0,1fr)_18rem]">
        <Skeleton className="h-[max(26rem,60dvh)] @3xl:h-[calc(100dvh-9.5rem)]" />
        <Skeleton className="hidden @3xl:block" />
      </div>
    </div>
  );
}
