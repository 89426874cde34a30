"use client";

import { ArrowDown, ArrowUp, Pin, PinOff } from "lucide-react";
import type { CSSProperties } from "react";
import { cn } from "@/lib/class-names";
import type { DataColumn } from "./column";
import type { DataTableModel } from "./use-data-table";

interface HeaderCellProps<Item> {
  table: DataTableModel<Item>;
  column: DataColumn<Item>;
  style: CSSProperties | undefined;
}

const ARIA_SORT = { asc: "ascending", desc: "descending" } as const;

/** A header that sorts by its name and is pinned by the pin that shows on hover and focus. */
export function HeaderCell<Item>({ table, column, style }: HeaderCellProps<Item>) {
  const sorted = table.sort?.id === column.id && (table.sort.desc ? "desc" : "asc");
  const isEnd = column.align === "end";
  return (
    <th
      scope="col"
      aria-sort={sorted ? ARIA_SORT[sorted] : undefined}
      style={style}
      className={cn(
        "group/head sticky top-0 z-2 h-row border-b border-border-strong bg-surface px-2 text-micro font-medium text-muted first:pl-3 last:pr-3",
        isEnd ? "text-right" : "text-left",
      )}
    >
      <span className={cn("flex items-center gap-1", isEnd && "flex-row-reverse")}>
        <SortButton table={table} column={column} sorted={sorted} />
        <PinButton table={table} column={column} />
      </span>
    </th>
  );
}

interface SortButtonProps<Item> extends Omit<HeaderCellProps<Item>, "style"> {
  sorted: false | "asc" | "desc";
}

function SortButton<Item>({ table, column, sorted }: SortButtonProps<Item>) {
  const name = (
    <>
      <span className="truncate">{column.header}</span>{" "}
      {column.unit && <span className="font-normal text-faint">{column.unit}</span>}
    </>
  );
  if (column.isSortable === false) return <span className="flex min-w-0 items-center gap-1">{name}</span>;
  const Arrow = sorted === "desc" ? ArrowDown : ArrowUp;
  return (
    <button
      type="button"
      onClick={() => table.onSort(column)}
      className={cn(
        "flex h-6 min-w-0 cursor-pointer items-center gap-1 rounded-sm hover:text-foreground",
        sorted && "text-foreground",
      )}
    >
      {name}
      {sorted && <Arrow aria-hidden className="size-3 shrink-0" />}
    </button>
  );
}

function PinButton<Item>({ table, column: { id, header: name } }: Omit<HeaderCellProps<Item>, "style">) {
  const isPinned = table.pinned.includes(id);
  const Icon = isPinned ? PinOff : Pin;
  return (
    <button
      type="button"
      aria-label={isPinned ? `Unpin ${name}` : `Pin ${name} to the left`}
      onClick={() => table.onPin(id)}
      className="hidden size-6 shrink-0 cursor-pointer place-items-center rounded-sm text-faint opacity-0 hover:text-foreground focus-visible:opacity-100 group-hover/head:opacity-100 sm:grid"
    >
      <Icon aria-hidden className="size-3" />
    </button>
  );
}
