import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import type { ColumnSort, DataColumn } from "./column";
import { DataTable } from "./data-table";
import { Flash, flashDirection } from "./flash";
import { useDataTable } from "./use-data-table";

interface Row {
  symbol: string;
  price: number | null;
}

const COLUMNS: DataColumn<Row>[] = [
  { id: "symbol", header: "Symbol", width: 100, value: (row) => row.symbol, cell: (row) => row.symbol },
  {
    id: "price",
    header: "Last",
    unit: "USD",
    width: 80,
    align: "end",
    sortsDescendingFirst: true,
    value: (row) => row.price,
    cell: (row) => (row.price === null ? "—" : String(row.price)),
  },
];
const ROWS: Row[] = [
  { symbol: "B", price: 2 },
  { symbol: "A10", price: null },
  { symbol: "A9", price: 30 },
  { symbol: "C", price: -1 },
];

function Harness({ rows = ROWS, onOpen }: { rows?: Row[]; onOpen?: (row: Row) => void }) {
  const [sort, setSort] = useState<ColumnSort | null>(null);
  const table = useDataTable({ columns: COLUMNS, rows, rowId: (row) => row.symbol, sort, onSortChange: setSort, pinned: ["symbol"] });
  return <DataTable table={table} label="Prices" onOpen={onOpen} empty={<p>Nothing here</p>} />;
}

const symbols = () => screen.getAllByRole("rowheader").map((cell) => cell.textContent);

describe("DataTable", () => {
  it("sorts by a header, says so, and keeps missing figures last in both directions", async () => {
    render(<Harness />);
    expect(symbols()).toEqual(["B", "A10", "A9", "C"]);
    const last = screen.getByRole("button", { name: /^Last\s*USD$/ });
    const header = last.closest("th");
    expect(header).not.toHaveAttribute("aria-sort");
    await userEvent.click(last);
    expect(symbols()).toEqual(["A9", "B", "C", "A10"]);
    expect(header).toHaveAttribute("aria-sort", "descending");
    await userEvent.click(last);
    expect(symbols()).toEqual(["C", "B", "A9", "A10"]);
    expect(header).toHaveAttribute("aria-sort", "ascending");
    await userEvent.click(last);
    expect(symbols()).toEqual(["B", "A10", "A9", "C"]);
  });

  it("sorts text with its numbers by size, upwards first", async () => {
    render(<Harness />);
    await userEvent.click(screen.getByRole("button", { name: "Symbol" }));
    expect(symbols()).toEqual(["A9", "A10", "B", "C"]);
  });

  it("walks rows with j and k and opens one with Enter", async () => {
    const onOpen = vi.fn();
    render(<Harness onOpen={onOpen} />);
    await userEvent.keyboard("{Enter}");
    expect(onOpen).not.toHaveBeenCalled();
    await userEvent.keyboard("jjjk{Enter}");
    expect(onOpen).toHaveBeenCalledExactlyOnceWith(ROWS[1]);
    expect(document.activeElement).toHaveTextContent("A10");
    await userEvent.keyboard("kkkkk{Enter}");
    expect(onOpen).toHaveBeenLastCalledWith(ROWS[0]);
  });

  it("leaves letters to the field that is typed into", async () => {
    const onOpen = vi.fn();
    render(
      <>
        <input aria-label="Filter" />
        <Harness onOpen={onOpen} />
      </>,
    );
    await userEvent.type(screen.getByLabelText("Filter"), "jj{Enter}");
    expect(screen.getByLabelText("Filter")).toHaveValue("jj");
    expect(onOpen).not.toHaveBeenCalled();
  });

  it("opens the row that is pressed", async () => {
    const onOpen = vi.fn();
    render(<Harness onOpen={onOpen} />);
    await userEvent.click(screen.getByText("30"));
    expect(onOpen).toHaveBeenCalledExactlyOnceWith(ROWS[2]);
  });

  it("builds only the rows in sight and says how many there are", () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => ({ symbol: `S${index}`, price: index }));
    render(<Harness rows={rows} />);
    expect(screen.getByRole("table")).toHaveAttribute("aria-rowcount", "5001");
    expect(symbols().length).toBeLessThan(40);
    expect(symbols()[0]).toBe("S0");
  });

  it("pins a column to the left, and lets it go", async () => {
    render(<Harness />);
    const heads = () => screen.getAllByRole("columnheader").map((head) => within(head).getAllByRole("button")[0]?.textContent?.trim());
    await userEvent.click(screen.getByRole("button", { name: "Unpin Symbol" }));
    await userEvent.click(screen.getByRole("button", { name: "Pin Last to the left" }));
    expect(heads()).toEqual(["Last USD", "Symbol"]);
    expect(screen.getAllByRole("columnheader")[0]).toHaveStyle({ position: "sticky", left: "0px" });
  });

  it("shows why it is empty", () => {
    render(<Harness rows={[]} />);
    expect(screen.getByText("Nothing here")).toBeVisible();
  });
});

describe("Flash", () => {
  it("goes up, down, or nowhere", () => {
    expect([flashDirection(1, 2), flashDirection(2, 1), flashDirection(1, 1), flashDirection(null, 1), flashDirection(1, undefined)]).toEqual([
      "up",
      "down",
      null,
      null,
      null,
    ]);
  });

  it("colours once for each change, and not at first", () => {
    const { container, rerender } = render(<Flash value={1} />);
    expect(container).toBeEmptyDOMElement();
    rerender(<Flash value={2} />);
    const first = container.firstElementChild;
    expect(first).toHaveClass("flash-up");
    rerender(<Flash value={2} />);
    expect(container.firstElementChild).toBe(first);
    act(() => rerender(<Flash value={1} />));
    expect(container.firstElementChild).not.toBe(first);
    expect(container.firstElementChild).toHaveClass("flash-down");
  });
});
