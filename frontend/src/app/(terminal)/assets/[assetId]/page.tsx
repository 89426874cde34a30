import type { Metadata } from "next";
import { AssetRoute } from "./asset-route";

export const metadata: Metadata = { title: "Asset" };

/** One file stands for every instrument; the server answers any id with it. */
export function generateStaticParams() {
  return [{ assetId: "_" }];
}

export default function AssetPage() {
  return <AssetRoute />;
}
