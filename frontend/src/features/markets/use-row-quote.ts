"use client";

import { useEffect, useState } from "react";
import { useLive } from "@/lib/live/hooks";
import { useLiveClient } from "@/lib/live/live-provider";
import type { PriceData } from "@/lib/live/payloads";
import type { LiveView } from "@/lib/live/topic-state";
import { priceTopic } from "@/lib/live/topics";
import { laterQuote, liveQuote, type MarketRow, type RowQuote } from "./market-row";

export interface LiveRowQuote {
  item: RowQuote | null;
  isStale: boolean;
  /** Why the figures do not move. */
  reason: string | null;
}

/** The quote of a row as it is now. Only rows on screen are built, so only they watch their topic. */
export function useRowQuote(row: MarketRow): LiveRowQuote {
  const view = useLive<PriceData>(priceTopic(row.asset.symbol));
  const item = laterQuote(row.item, liveQuote(view));
  const isStale = view.state === "stale" && item?.quote === view.data;
  return { item, isStale, reason: isStale ? view.reason : null };
}

const SETTLE_MS = 3_000;

/** Rows with their live quotes taken in every three seconds: what is sorted and exported must not jump with each tick. */
export function useSettledRows(rows: readonly MarketRow[]): readonly MarketRow[] {
  const client = useLiveClient();
  const [settled, setSettled] = useState({ of: rows, rows });
  useEffect(() => {
    const settle = () =>
      setSettled({
        of: rows,
        rows: rows.map((row) => {
          const view = client.view(priceTopic(row.asset.symbol)) as LiveView<PriceData>;
          const item = laterQuote(row.item, liveQuote(view));
          return item === row.item ? row : { ...row, item };
        }),
      });
    settle();
    const timer = setInterval(settle, SETTLE_MS);
    return () => clearInterval(timer);
  }, [client, rows]);
  return settled.of === rows ? settled.rows : rows;
}
