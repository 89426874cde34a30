"use client";

import {
  type ColumnDef,
  columnPinningFeature,
  columnVisibilityFeature,
  createSortedRowModel,
  type ReactTable,
  type Row,
  rowSortingFeature,
  tableFeatures,
  type TableState,
  type Updater,
  useTable,
} from "@tanstack/react-table";
import { useMemo, useState } from "react";
import { type ColumnSort, compareValues, type DataColumn, sortValue } from "./column";
import type { CsvValue } from "./csv";


const features = tableFeatures({
  rowSortingFeature,
  columnPinningFeature,
  columnVisibilityFeature,
  sortedRowModel: createSortedRowModel(),
});

export type Features = typeof features;
// A row of this table is whatever the caller has; the library wants an object type.
export type DataRow = object;
export type DataTableModel<Item extends DataRow> = ReactTable<Features, Item>;

interface DataTableOptions<Item extends DataRow> {
  columns: readonly DataColumn<Item>[];
  rows: readonly Item[];
  rowId: (row: Item) => string;
  sort: ColumnSort | null;
  onSortChange: (sort: ColumnSort | null) => void;
  /** Columns that stay in sight at the left while the others scroll. */
  pinned?: readonly string[];
}

/** Sort and pin typed columns over rows; the owner keeps the sort, so that it can live in the address. */
export function useDataTable<Item extends DataRow>(options: DataTableOptions<Item>): DataTableModel<Item> {
  const { columns, rows, rowId, sort, onSortChange, pinned = NONE } = options;
  const [pinning, setPinning] = useState({ start: [...pinned], end: [] as string[] });
  const definitions = useMemo(() => columns.map((column) => define(column)), [columns]);
  const sorting = useMemo(() => (sort ? [sort] : []), [sort]);
  return useTable<Features, Item, TableState<Features>>({
    features,
    columns: definitions,
    data: rows as Item[],
    getRowId: rowId,
    enableMultiSort: false,
    state: { sorting, columnPinning: pinning },
    onColumnPinningChange: setPinning,
    onSortingChange: (updater: Updater<ColumnSort[]>) => onSortChange(settle(updater, sorting)[0] ?? null),
  });
}

const NONE: readonly string[] = [];

function define<Item extends DataRow>(column: DataColumn<Item>): ColumnDef<Features, Item, unknown> {
  return {
    id: column.id,
    header: column.header,
    accessorFn: (row: Item) => sortValue(column, row),
    enableSorting: column.isSortable !== false,
    sortDescFirst: column.sortsDescendingFirst ?? false,
    sortUndefined: "last",
    sortFn: byValue,
  };
}

function byValue<Item extends DataRow>(left: Row<Features, Item>, right: Row<Features, Item>, columnId: string): number {
  return compareValues(left.getValue(columnId) as CsvValue, right.getValue(columnId) as CsvValue);
}

function settle<Value>(updater: Updater<Value>, old: Value): Value {
  return typeof updater === "function" ? (updater as (value: Value) => Value)(old) : updater;
}
