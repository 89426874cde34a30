"use client";

import dynamic from "next/dynamic";
import { LoadingState } from "@/components/states/loading-state";
import { useDocumentTitle } from "@/lib/document-title";
import { usePathSegment } from "@/lib/hydration";

const loadView = () => import("@/features/asset/asset-view").then((module) => module.AssetView);

// The frame paints first; the chart arrives while the session is being restored, which it has to wait for anyway.
if (typeof window !== "undefined") void loadView().catch(() => undefined);

const Waiting = () => <LoadingState what="The instrument" rows={12} className="p-4" />;
const AssetView = dynamic(loadView, { ssr: false, loading: Waiting });

export function AssetRoute() {
  const symbol = usePathSegment(1);
  useDocumentTitle(symbol && `${symbol} · FinanceHub`);
  return symbol ? <AssetView key={symbol} symbol={symbol} /> : <Waiting />;
}
