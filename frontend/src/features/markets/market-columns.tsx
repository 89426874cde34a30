import type { DataColumn } from "@/components/data-table/column";
import {
  ChangeCell,
  InstrumentCell,
  NameCell,
  PercentCell,
  PriceAndChangeCell,
  PriceCell,
  SourceCell,
  SparklineCell,
  SymbolCell,
  VolumeCell,
} from "./market-cells";
import { type MarketRow, tradedVolume } from "./market-row";

const change = (row: MarketRow) => row.item?.quote.change ?? null;
const percent = (row: MarketRow) => row.item?.quote.change_percent ?? null;
const price = (row: MarketRow) => row.item?.quote.price ?? null;

/** The columns of a desk, in the order in which they are read. */
export const MARKET_COLUMNS: readonly DataColumn<MarketRow>[] = [
  { id: "symbol", header: "Symbol", width: 108, value: (row) => row.asset.symbol, cell: (row) => <SymbolCell row={row} /> },
  { id: "name", header: "Name", width: 190, value: (row) => row.asset.name, cell: (row) => <NameCell row={row} /> },
  { id: "price", header: "Last", width: 112, align: "end", sortsDescendingFirst: true, value: price, cell: (row) => <PriceCell row={row} /> },
  { id: "change", header: "Change", width: 96, align: "end", sortsDescendingFirst: true, value: change, cell: (row) => <ChangeCell row={row} /> },
  { id: "percent", header: "Change", unit: "%", width: 92, align: "end", sortsDescendingFirst: true, value: percent, cell: (row) => <PercentCell row={row} /> },
  {
    id: "closes",
    header: "5 days",
    width: 124,
    align: "end",
    isSortable: false,
    isExported: false,
    value: () => null,
    cell: (row) => <SparklineCell row={row} />,
  },
  {
    id: "volume",
    header: "Volume",
    width: 96,
    align: "end",
    sortsDescendingFirst: true,
    value: (row) => row.item && tradedVolume(row.asset, row.item.quote),
    cell: (row) => <VolumeCell row={row} />,
  },
  { id: "source", header: "Source", width: 176, value: (row) => row.item?.provenance.source ?? row.failure?.code ?? null, cell: (row) => <SourceCell row={row} /> },
];

/** The two-line columns of a phone. */
export const COMPACT_COLUMNS: readonly DataColumn<MarketRow>[] = [
  { id: "symbol", header: "Instrument", width: 116, value: (row) => row.asset.symbol, cell: (row) => <InstrumentCell row={row} /> },
  {
    id: "closes",
    header: "5 days",
    width: 68,
    align: "end",
    isSortable: false,
    value: () => null,
    cell: (row) => <SparklineCell row={row} width={52} />,
  },
  { id: "percent", header: "Last", width: 104, align: "end", sortsDescendingFirst: true, value: percent, cell: (row) => <PriceAndChangeCell row={row} /> },
];

/** What the file has beyond the table: currency and the moment of each figure. */
export const EXPORT_COLUMNS: readonly DataColumn<MarketRow>[] = [
  ...MARKET_COLUMNS,
  { id: "currency", header: "Currency", width: 0, value: (row) => row.item?.quote.currency ?? row.asset.currency, cell: () => null },
  { id: "as_of", header: "As of", unit: "UTC", width: 0, value: (row) => row.item?.provenance.as_of ?? null, cell: () => null },
  { id: "delay", header: "Delay", width: 0, value: (row) => row.item?.provenance.delay_class ?? null, cell: () => null },
  { id: "failure", header: "Failure", width: 0, value: (row) => row.failure?.message ?? null, cell: () => null },
];
