"use client";

import { create } from "zustand";
import { persist } from "zustand/middleware";

export interface RecentAsset {
  symbol: string;
  name: string;
  assetClass: string;
}

const MOST = 8;

/** The instruments opened last in this browser, newest first. */
export const useRecentAssets = create<{ assets: RecentAsset[] }>()(
  persist(() => ({ assets: [] as RecentAsset[] }), { name: "financehub.recent-assets", version: 1 }),
);

export function noteRecentAsset(asset: RecentAsset): void {
  useRecentAssets.setState(({ assets }) => ({
    assets: [asset, ...assets.filter(({ symbol }) => symbol !== asset.symbol)].slice(0, MOST),
  }));
}

/** Forget one that the catalogue no longer has. */
export function forgetRecentAsset(symbol: string): void {
  useRecentAssets.setState(({ assets }) => ({ assets: assets.filter((asset) => asset.symbol !== symbol) }));
}
