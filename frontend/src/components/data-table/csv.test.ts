import { describe, expect, it, vi } from "vitest";
import { csvField, downloadCsv, toCsv } from "./csv";

describe("csvField", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["+41", "'+41"],
    ["-2", "'-2"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\tcmd", "'\tcmd"],
    ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
    ["^GSPC", "^GSPC"],
    ["a,b", '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ["two\nlines", '"two\nlines"'],
    ["plain", "plain"],
    ["", ""],
  ])("writes %j as %j", (value, expected) => {
    expect(csvField(value)).toBe(expected);
  });

  it("keeps numbers exact and does not guard a minus sign", () => {
    expect(csvField(-0.1 - 0.2)).toBe("-0.30000000000000004");
    expect(csvField(0)).toBe("0");
  });

  it.each([null, undefined, Number.NaN, Number.POSITIVE_INFINITY])("writes %s as nothing", (value) => {
    expect(csvField(value)).toBe("");
  });
});

describe("toCsv", () => {
  it("gives the bytes of RFC 4180", () => {
    const text = toCsv(["Symbol", "Price"], [["AAPL", 189.5], ["BRK.B", null], ["-X", -1]]);
    expect(new TextEncoder().encode(text)).toEqual(
      new TextEncoder().encode("Symbol,Price\r\nAAPL,189.5\r\nBRK.B,\r\n'-X,-1\r\n"),
    );
  });

  it("gives the header alone for no rows", () => {
    expect(toCsv(["Symbol"], [])).toBe("Symbol\r\n");
  });
});

describe("downloadCsv", () => {
  it("offers the text under the file name and lets the address go", async () => {
    const create = vi.fn<(blob: Blob) => string>(() => "blob:x");
    const revoke = vi.fn();
    vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: create, revokeObjectURL: revoke }));
    let name = "";
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      name = this.download;
    });
    downloadCsv("markets.csv", "a\r\n");
    expect(name).toBe("markets.csv");
    expect(create.mock.calls[0]?.[0].size).toBe(3);
    expect(create.mock.calls[0]?.[0].type).toBe("text/csv;charset=utf-8");
    expect(revoke).toHaveBeenCalledWith("blob:x");
  });
});
