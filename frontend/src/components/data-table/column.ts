import type { ReactNode } from "react";
import { type CsvValue, toCsv } from "./csv";

/** One column: what it sorts and exports by (`value`) and what it shows (`cell`). */
export interface DataColumn<Row> {
  id: string;
  header: string;
  /** What the numbers count, shown beside the header: `USD`, `%`. */
  unit?: string;
  /** Least width in pixels; spare room is shared out in proportion. */
  width: number;
  align?: "start" | "end";
  value: (row: Row) => CsvValue;
  cell: (row: Row) => ReactNode;
  isSortable?: boolean;
  isExported?: boolean;
  /** The first press sorts from the greatest down, as one wants it of numbers. */
  sortsDescendingFirst?: boolean;
}

export interface ColumnSort {
  id: string;
  desc: boolean;
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Order two values: numbers by size, text as a person would; values of two kinds: numbers first. */
export function compareValues(left: CsvValue, right: CsvValue): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "number") return -1;
  if (typeof right === "number") return 1;
  return collator.compare(left ?? "", right ?? "");
}

/** Return the value to sort by, undefined where there is none: the table puts those last in both directions. */
export function sortValue<Row>(column: DataColumn<Row>, row: Row): CsvValue {
  const value = column.value(row);
  return value === null || (typeof value === "number" && !Number.isFinite(value)) ? undefined : value;
}

/** Keep the rows whose text holds every word of the filter, whatever the case. */
export function filterRows<Row>(rows: readonly Row[], filter: string, textOf: (row: Row) => string): readonly Row[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = textOf(row).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Write rows as CSV, in the order given, units in the header. */
export function rowsToCsv<Row>(columns: readonly DataColumn<Row>[], rows: readonly Row[]): string {
  const exported = columns.filter((column) => column.isExported !== false);
  const header = exported.map((column) => (column.unit ? `${column.header} (${column.unit})` : column.header));
  return toCsv(
    header,
    rows.map((row) => exported.map((column) => column.value(row))),
  );
}

/** Write a sort for the address: `price` ascending, `-price` descending. */
export function writeSort(sort: ColumnSort | null): string {
  return sort ? `${sort.desc ? "-" : ""}${sort.id}` : "";
}

/** Read a sort from the address; a column that does not exist is no sort. */
export function readSort<Row>(text: string, columns: readonly DataColumn<Row>[]): ColumnSort | null {
  const desc = text.startsWith("-");
  const id = desc ? text.slice(1) : text;
  return columns.some((column) => column.id === id && column.isSortable !== false) ? { id, desc } : null;
}
