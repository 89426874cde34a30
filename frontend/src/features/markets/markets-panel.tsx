"use client";

import { Download } from "lucide-react";
import { useRouter } from "next/navigation";
import { useMemo } from "react";
import { filterRows, readSort, rowsToCsv, writeSort } from "@/components/data-table/column";
import { downloadCsv } from "@/components/data-table/csv";
import { DataTable } from "@/components/data-table/data-table";
import { useDataTable } from "@/components/data-table/use-data-table";
import { useNarrow } from "@/components/data-table/use-narrow";
import { Panel } from "@/components/panel/panel";
import { PanelSource } from "@/components/provenance/panel-source";
import { StaleNotice } from "@/components/states/stale-notice";
import { Button } from "@/components/ui/button";
import { Tabs, TabsContent } from "@/components/ui/tabs";
import { toApiError } from "@/lib/api/api-error";
import { useAddressChoice, useAddressText } from "@/lib/url-state";
import { assetAddress } from "./market-cells";
import { COMPACT_COLUMNS, EXPORT_COLUMNS, MARKET_COLUMNS } from "./market-columns";
import { MARKET_TABS, type MarketRow, rowsOfTab, searchText, TAB_NAMES } from "./market-row";
import { MarketsEmpty } from "./markets-empty";
import { MarketsToolbar } from "./markets-toolbar";
import type { MarketRows } from "./use-market-rows";
import { useSettledRows } from "./use-row-quote";

const PINNED = ["symbol"];
const rowId = (row: MarketRow) => row.asset.symbol;

/** The table of instruments; tab, filter and sort live in the address. */
export function MarketsPanel({ markets }: { markets: MarketRows }) {
  const router = useRouter();
  const isNarrow = useNarrow();
  const columns = isNarrow ? COMPACT_COLUMNS : MARKET_COLUMNS;
  const [tab, setTab] = useAddressChoice("tab", MARKET_TABS, "all");
  const [filter, setFilter] = useAddressText("filter");
  const [sortText, setSortText] = useAddressText("sort");
  const settled = useSettledRows(markets.rows);
  const inTab = useMemo(() => rowsOfTab(settled, tab), [settled, tab]);
  const rows = useMemo(() => filterRows(inTab, filter, searchText), [inTab, filter]);
  const table = useDataTable({
    columns,
    rows,
    rowId,
    sort: readSort(sortText, columns),
    onSortChange: (sort) => setSortText(writeSort(sort)),
    pinned: PINNED,
  });
  const handleExport = () => {
    const shown = table.rows.map((row) => row.original);
    downloadCsv(`markets-${tab}.csv`, rowsToCsv(EXPORT_COLUMNS, shown));
  };

  return (
    <Tabs value={tab} onValueChange={(next) => setTab(next as typeof tab)} className="flex min-h-0 flex-1 flex-col">
      <Panel
        title="Instruments"
        source={<PanelSource provenance={newestProvenance(rows)} />}
        className="min-h-0 flex-1"
        bodyClassName="flex flex-col"
        canFillScreen
        actions={
          <Button variant="ghost" size="icon-small" aria-label="Export as CSV" title="Export as CSV" onClick={handleExport}>
            <Download aria-hidden="true" />
          </Button>
        }
      >
        <MarketsToolbar rows={settled} filter={filter} onFilterChange={setFilter} />
        {markets.quotesError != null && <StaleNotice since={markets.quotesSince || null} reason={toApiError(markets.quotesError).message} />}
        <TabsContent className="flex min-h-0 flex-1 flex-col">
          <DataTable
            table={table}
            label={`Instruments: ${TAB_NAMES[tab]}`}
            rowHeight={isNarrow ? 56 : 32}
            onOpen={(row) => router.push(assetAddress(row.asset.symbol))}
            empty={<MarketsEmpty tab={tab} filter={filter} onClear={() => setFilter("")} />}
            className="min-h-0 flex-1"
          />
        </TabsContent>
      </Panel>
    </Tabs>
  );
}

/** The panel speaks for its newest figure; each row has a chip of its own. */
export function newestProvenance(rows: readonly MarketRow[]) {
  const found = rows.flatMap((row) => row.item?.provenance ?? []);
  return found.reduce<(typeof found)[number] | null>((best, each) => (best && Date.parse(best.as_of) >= Date.parse(each.as_of) ? best : each), null);
}
