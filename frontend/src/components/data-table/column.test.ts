import { describe, expect, it } from "vitest";
import { compareValues, type DataColumn, filterRows, readSort, rowsToCsv, sortValue, writeSort } from "./column";

interface Row {
  name: string;
  price: number | null;
}
const columns: DataColumn<Row>[] = [
  { id: "name", header: "Name", width: 10, value: (row) => row.name, cell: () => null },
  { id: "price", header: "Price", unit: "USD", width: 10, value: (row) => row.price, cell: () => null },
  { id: "line", header: "Line", width: 10, isSortable: false, isExported: false, value: () => null, cell: () => null },
];

describe("compareValues", () => {
  it("orders numbers by size and text as a person would", () => {
    expect([10, 9, -1].sort(compareValues)).toEqual([-1, 9, 10]);
    expect(["b10", "B9", "a"].sort(compareValues)).toEqual(["a", "B9", "b10"]);
    expect(["x", 5].sort(compareValues)).toEqual([5, "x"]);
  });
});

describe("sortValue", () => {
  it("has nothing to sort by where the figure is missing", () => {
    const price = columns[1]!;
    expect([1, 0, null, Number.NaN].map((value) => sortValue(price, { name: "", price: value }))).toEqual([1, 0, undefined, undefined]);
  });
});

describe("filterRows", () => {
  const rows = [{ name: "Apple Inc." }, { name: "Apple Hospitality" }, { name: "Bitcoin" }];
  it("wants every word, whatever the case and the order", () => {
    expect(filterRows(rows, "  INC apple ", (row) => row.name)).toEqual([rows[0]]);
    expect(filterRows(rows, "zzz", (row) => row.name)).toEqual([]);
  });
  it("keeps the rows as they are for an empty filter", () => {
    expect(filterRows(rows, "  ", (row) => row.name)).toBe(rows);
  });
});

describe("rowsToCsv", () => {
  it("writes units in the header and leaves out what is only drawn", () => {
    expect(rowsToCsv(columns, [{ name: "=A", price: 1.5 }, { name: "B", price: null }])).toBe("Name,Price (USD)\r\n'=A,1.5\r\nB,\r\n");
  });
});

describe("sort in the address", () => {
  it("is read as it is written", () => {
    expect(writeSort({ id: "price", desc: true })).toBe("-price");
    expect(readSort("-price", columns)).toEqual({ id: "price", desc: true });
    expect(readSort("name", columns)).toEqual({ id: "name", desc: false });
    expect(writeSort(null)).toBe("");
  });
  it("knows no column that does not exist or cannot be sorted", () => {
    expect([readSort("nothing", columns), readSort("line", columns), readSort("", columns)]).toEqual([null, null, null]);
  });
});
