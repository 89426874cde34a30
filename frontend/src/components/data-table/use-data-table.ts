"use client";

import { useCallback, useMemo, useState } from "react";
import { type ColumnSort, compareValues, type DataColumn, sortValue } from "./column";

export interface TableRow<Item> {
  id: string;
  original: Item;
}

/** What a table shows: its rows in their order, its columns in theirs, and the ways to change both. */
export interface DataTableModel<Item> {
  rows: readonly TableRow<Item>[];
  /** The pinned ones first. */
  columns: readonly DataColumn<Item>[];
  sort: ColumnSort | null;
  pinned: readonly string[];
  onSort: (column: DataColumn<Item>) => void;
  onPin: (id: string) => void;
}

interface DataTableOptions<Item> {
  columns: readonly DataColumn<Item>[];
  rows: readonly Item[];
  rowId: (row: Item) => string;
  sort: ColumnSort | null;
  onSortChange: (sort: ColumnSort | null) => void;
  /** Columns that stay in sight at the left while the others scroll. */
  pinned?: readonly string[];
}

const NONE: readonly string[] = [];

/** Sort and pin typed columns over rows; the owner keeps the sort, so that it can live in the address. */
export function useDataTable<Item>(options: DataTableOptions<Item>): DataTableModel<Item> {
  const { columns, rows, rowId, sort, onSortChange } = options;
  const [pinned, setPinned] = useState(options.pinned ?? NONE);
  const sorted = useMemo(() => sortRows(rows, columns, sort), [rows, columns, sort]);
  const identified = useMemo(() => sorted.map((original) => ({ id: rowId(original), original })), [sorted, rowId]);
  const arranged = useMemo(() => arrange(columns, pinned), [columns, pinned]);
  const onPin = useCallback((id: string) => setPinned((now) => (now.includes(id) ? now.filter((each) => each !== id) : [...now, id])), []);
  return { rows: identified, columns: arranged, sort, pinned, onPin, onSort: (column) => onSortChange(nextSort(column, sort)) };
}

/** Order rows by a column; equal ones keep their order, and those without a value stand last in both directions. */
export function sortRows<Item>(rows: readonly Item[], columns: readonly DataColumn<Item>[], sort: ColumnSort | null): readonly Item[] {
  const column = sort && columns.find(({ id }) => id === sort.id);
  if (!column) return rows;
  const keyed = rows.map((row) => ({ row, value: sortValue(column, row) }));
  const sign = sort.desc ? -1 : 1;
  keyed.sort((left, right) => {
    if (left.value === undefined || right.value === undefined) return Number(left.value === undefined) - Number(right.value === undefined);
    return sign * compareValues(left.value, right.value);
  });
  return keyed.map(({ row }) => row);
}

/** Pressing a header sorts one way, then the other, then not at all. */
export function nextSort<Item>(column: DataColumn<Item>, sort: ColumnSort | null): ColumnSort | null {
  const startsDescending = column.sortsDescendingFirst ?? false;
  if (sort?.id !== column.id) return { id: column.id, desc: startsDescending };
  return sort.desc === startsDescending ? { id: column.id, desc: !startsDescending } : null;
}

function arrange<Item>(columns: readonly DataColumn<Item>[], pinned: readonly string[]): readonly DataColumn<Item>[] {
  const first = pinned.flatMap((id) => columns.find((column) => column.id === id) ?? []);
  return [...first, ...columns.filter(({ id }) => !pinned.includes(id))];
}
