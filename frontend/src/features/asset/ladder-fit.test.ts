import { expect, it } from "vitest";
import { fitLadder } from "./ladder-fit";

it("shows only whole rows, and shares spare room out", () => {
  expect(fitLadder(48 + 40 * 16)).toEqual({ levels: 20, rowHeight: 16 });
  expect(fitLadder(48 + 40 * 16 - 1)).toEqual({ levels: 19, rowHeight: 16 });
  expect(fitLadder(48 + 40 * 19 + 39)).toEqual({ levels: 20, rowHeight: 19 });
  expect(fitLadder(2_000)).toEqual({ levels: 20, rowHeight: 22 });
  expect(fitLadder(403)).toEqual({ levels: 11, rowHeight: 16 });
  expect(fitLadder(0)).toEqual({ levels: 3, rowHeight: 16 });
});
