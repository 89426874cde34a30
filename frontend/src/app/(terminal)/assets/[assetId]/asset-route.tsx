"use client";

import { useEffect } from "react";
import { LoadingState } from "@/components/states/loading-state";
import { AssetView } from "@/features/asset/asset-view";
import { usePathSegment } from "@/lib/hydration";

export function AssetRoute() {
  const symbol = usePathSegment(1);
  useEffect(() => {
    if (symbol) document.title = `${symbol} · FinanceHub`;
  }, [symbol]);
  if (!symbol) return <LoadingState what="The instrument" rows={12} className="p-4" />;
  return <AssetView key={symbol} symbol={symbol} />;
}
