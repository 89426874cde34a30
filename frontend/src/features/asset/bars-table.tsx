"use client";

import { useMemo, useState, useSyncExternalStore } from "react";
import { writeBarTime } from "@/components/charts/axis-format";
import type { Bar } from "@/components/charts/bar";
import type { BarFeed } from "@/components/charts/bar-feed";
import type { ColumnSort, DataColumn } from "@/components/data-table/column";
import { DataTable } from "@/components/data-table/data-table";
import { useDataTable } from "@/components/data-table/use-data-table";
import { formatExact, formatLarge, formatPrice } from "@/lib/format/number";
import { formatUtc } from "@/lib/format/time";
import type { AssetDetail } from "./api/asset";
import { capitalise, PRICES } from "./bars-csv";

const barId = (bar: Bar) => String(bar.time);
const NEWEST_FIRST: ColumnSort = { id: "time", desc: true };

/** The bars of the chart as a table, newest first. */
export function BarsTable({ asset, feed }: { asset: AssetDetail; feed: BarFeed }) {
  const [sort, setSort] = useState<ColumnSort | null>(NEWEST_FIRST);
  const columns = useMemo(() => barColumns(feed.interval, asset.price_decimals), [feed.interval, asset.price_decimals]);
  const count = useSyncExternalStore(feed.subscribe, () => feed.bars.length);
  const rows = useMemo(() => feed.bars.slice(0, count), [feed, count]);
  const table = useDataTable({ columns, rows, rowId: barId, sort, onSortChange: setSort, pinned: ["time"] });
  return <DataTable table={table} label={`Bars of ${asset.symbol}`} empty={null} className="absolute inset-0" />;
}

function barColumns(interval: BarFeed["interval"], decimals: number): DataColumn<Bar>[] {
  const prices = PRICES.map(
    (name): DataColumn<Bar> => ({ id: name, header: capitalise(name), width: 100, align: "end", value: (bar) => bar[name], cell: (bar) => formatPrice(bar[name], decimals) }),
  );
  return [
    {
      id: "time",
      header: "Time",
      width: 140,
      sortsDescendingFirst: true,
      value: (bar) => bar.time,
      cell: (bar) => <time title={formatUtc(bar.time * 1000)}>{writeBarTime(bar.time, interval)}</time>,
    },
    ...prices,
    { id: "volume", header: "Volume", width: 100, align: "end", value: (bar) => bar.volume, cell: (bar) => <span title={formatExact(bar.volume)}>{formatLarge(bar.volume)}</span> },
  ];
}
