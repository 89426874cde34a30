"use client";

import dynamic from "next/dynamic";
import { LoadingState } from "@/components/states/loading-state";

const loadView = () => import("@/features/markets/markets-view").then((module) => module.MarketsView);

// The frame paints first; the table arrives while the session is being restored, which it has to wait for anyway.
if (typeof window !== "undefined") void loadView().catch(() => undefined);

export const MarketsRoute = dynamic(loadView, { ssr: false, loading: () => <LoadingState what="Markets" rows={12} className="p-4" /> });
