import type { Metadata } from "next";
import { MarketsRoute } from "./markets-route";

export const metadata: Metadata = { title: "Markets" };

export default function MarketsPage() {
  return <MarketsRoute />;
}
