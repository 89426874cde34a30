"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type ReactNode, useCallback, useEffect, useRef } from "react";
import { cn } from "@/lib/class-names";
import type { DataColumn } from "./column";
import { HeaderCell } from "./header-cell";
import type { DataRow, DataTableModel } from "./use-data-table";
import { useRowKeys } from "./use-row-keys";

interface DataTableProps<Item extends DataRow> {
  table: DataTableModel<Item>;
  columns: readonly DataColumn<Item>[];
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

const OVERSCAN = 6;

/** A table that builds only the rows in sight and is walked with j, k and Enter. */
export function DataTable<Item extends DataRow>(props: DataTableProps<Item>) {
  const { table, columns, label, rowHeight = 32, onOpen, empty, className } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: OVERSCAN,
    scrollPaddingStart: rowHeight,
  });
  useEffect(() => virtual.measure(), [virtual, rowHeight]);
  const scrollTo = useCallback((index: number) => virtual.scrollToIndex(index), [virtual]);
  const openAt = useCallback((index: number) => rows[index] && onOpen?.(rows[index].original), [rows, onOpen]);
  const active = useRowKeys({ count: rows.length, onMove: scrollTo, onOpen: openAt });
  const items = virtual.getVirtualItems();
  const byId = new Map(columns.map((column) => [column.id, column]));
  const leaves = table.getVisibleLeafColumns();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const width = columns.reduce((sum, column) => sum + column.width, 0);

  return (
    <div ref={scroller} tabIndex={0} role="region" aria-label={label} className={cn("relative overflow-auto overscroll-contain", className)}>
      <table className="w-full table-fixed border-separate border-spacing-0 text-table" style={{ minWidth: width }} aria-rowcount={rows.length + 1}>
        <caption className="sr-only">{label}</caption>
        <colgroup>
          {leaves.map((leaf) => (
            <col key={leaf.id} style={{ width: byId.get(leaf.id)?.width }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {table.getHeaderGroups()[0]?.headers.map((header) => {
              const column = byId.get(header.column.id);
              return column && <HeaderCell key={header.id} header={header} column={column} style={pinStyle(table, byId, header.column.id, 3)} />;
            })}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <Spacer height={before} />}
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <BodyRow key={row.id} index={item.index} height={rowHeight} isActive={item.index === active} onOpen={onOpen && (() => onOpen(row.original))}>
                {leaves.map((leaf, place) => {
                  const column = byId.get(leaf.id);
                  return column && <BodyCell key={leaf.id} column={column} item={row.original} isHeader={place === 0} style={pinStyle(table, byId, leaf.id, 1)} />;
                })}
              </BodyRow>
            );
          })}
          {after > 0 && <Spacer height={after} />}
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

function pinStyle<Item extends DataRow>(
  table: DataTableModel<Item>,
  columns: ReadonlyMap<string, DataColumn<Item>>,
  id: string,
  layer: number,
): CSSProperties | undefined {
  const pinned = table.state.columnPinning.start;
  const place = pinned.indexOf(id);
  if (place < 0) return undefined;
  const left = pinned.slice(0, place).reduce((sum, other) => sum + (columns.get(other)?.width ?? 0), 0);
  return { position: "sticky", left, zIndex: layer };
}
