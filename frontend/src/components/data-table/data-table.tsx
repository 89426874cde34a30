"use client";

import { type CSSProperties, type ReactNode, useCallback, useEffect, useRef } from "react";
import { cn } from "@/lib/class-names";
import type { DataColumn } from "./column";
import { HeaderCell } from "./header-cell";
import type { DataTableModel } from "./use-data-table";
import { useRowKeys } from "./use-row-keys";
import { useRowWindow } from "./use-row-window";

interface DataTableProps<Item> {
  table: DataTableModel<Item>;
  /** What the table holds, for those who do not see it. */
  label: string;
  /** Height of a row in pixels: 32, or 56 for the two lines of a phone. */
  rowHeight?: number;
  /** Open a row that is pressed or walked to; without it rows are only read. */
  onOpen?: (row: Item) => void;
  /** Stands where the rows would be when there are none. */
  empty: ReactNode;
  className?: string;
}

/** A table that builds only the rows in sight and is walked with j, k and Enter. */
export function DataTable<Item>(props: DataTableProps<Item>) {
  const { table, label, rowHeight = 32, onOpen, empty, className } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const { rows, columns } = table;
  const { first, end, scrollTo } = useRowWindow(scroller, rows.length, rowHeight);
  const openAt = useCallback((index: number) => rows[index] && onOpen?.(rows[index].original), [rows, onOpen]);
  const active = useRowKeys({ count: rows.length, onMove: scrollTo, onOpen: openAt });
  const width = columns.reduce((sum, column) => sum + column.width, 0);

  return (
    <div ref={scroller} tabIndex={0} role="region" aria-label={label} className={cn("relative overflow-auto overscroll-contain", className)}>
      <table className="w-full table-fixed border-separate border-spacing-0 text-table" style={{ minWidth: width }} aria-rowcount={rows.length + 1}>
        <caption className="sr-only">{label}</caption>
        <colgroup>
          {columns.map((column) => (
            <col key={column.id} style={{ width: column.width }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <HeaderCell key={column.id} table={table} column={column} style={pinStyle(table, column.id, 3)} />
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <Spacer height={first * rowHeight} />}
          {rows.slice(first, end).map((row, place) => {
            const index = first + place;
            return (
              <BodyRow key={row.id} index={index} height={rowHeight} isActive={index === active} onOpen={onOpen && (() => onOpen(row.original))}>
                {columns.map((column, each) => (
                  <BodyCell key={column.id} column={column} item={row.original} isHeader={each === 0} style={pinStyle(table, column.id, 1)} />
                ))}
              </BodyRow>
            );
          })}
          {end < rows.length && <Spacer height={(rows.length - end) * rowHeight} />}
        </tbody>
      </table>
      {rows.length === 0 && empty}
    </div>
  );
}

interface BodyRowProps {
  index: number;
  height: number;
  isActive: boolean;
  onOpen: (() => void) | undefined;
  children: ReactNode;
}

function BodyRow({ index, height, isActive, onOpen, children }: BodyRowProps) {
  const element = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (isActive) element.current?.focus({ preventScroll: true });
  }, [isActive]);
  return (
    <tr
      ref={element}
      tabIndex={-1}
      aria-rowindex={index + 2}
      data-active={isActive || undefined}
      style={{ height }}
      className={cn("group outline-none focus:outline-2 focus:-outline-offset-2 focus:outline-ring", onOpen && "cursor-pointer")}
      onClick={(event) => {
        if (!(event.target as Element).closest("a, button, [role=dialog]")) onOpen?.();
      }}
    >
      {children}
    </tr>
  );
}

interface BodyCellProps<Item> {
  column: DataColumn<Item>;
  item: Item;
  isHeader: boolean;
  style: CSSProperties | undefined;
}

/** The first cell names its row. Its colour is opaque: what scrolls beneath a pinned cell must not show through. */
function BodyCell<Item>({ column, item, isHeader, style }: BodyCellProps<Item>) {
  const Cell = isHeader ? "th" : "td";
  return (
    <Cell
      scope={isHeader ? "row" : undefined}
      style={style}
      className={cn(
        "relative overflow-hidden border-b border-border bg-surface px-2 py-0 text-left font-normal whitespace-nowrap group-hover:bg-hover group-data-active:bg-hover first:pl-3 last:pr-3",
        column.align === "end" && "text-right tabular-nums",
      )}
    >
      {column.cell(item)}
    </Cell>
  );
}

function Spacer({ height }: { height: number }) {
  return (
    <tr aria-hidden>
      <td style={{ height, padding: 0 }} />
    </tr>
  );
}

function pinStyle<Item>({ columns, pinned }: DataTableModel<Item>, id: string, layer: number): CSSProperties | undefined {
  const place = pinned.includes(id) ? columns.findIndex((column) => column.id === id) : -1;
  if (place < 0) return undefined;
  const left = columns.slice(0, place).reduce((sum, column) => sum + column.width, 0);
  return { position: "sticky", left, zIndex: layer };
}
