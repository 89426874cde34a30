export type Level = readonly [price: number, quantity: number];

/** One line of the ladder; `total` counts from the best price outwards, `depth` is its share (0 to 1) of the larger side. */
export interface BookRow {
  price: number;
  quantity: number;
  total: number;
  depth: number;
}

export interface BookRows {
  /** From the farthest to the best: the best ask stands next to the spread. */
  asks: BookRow[];
  /** From the best to the farthest. */
  bids: BookRow[];
}

export const LADDER_LEVELS = 20;

/** Lay a book out as a ladder, highest price first, both sides on one scale of depth. */
export function bookRows(bids: readonly Level[], asks: readonly Level[], levels = LADDER_LEVELS): BookRows {
  const bidRows = withTotals(bids.slice(0, levels));
  const askRows = withTotals(asks.slice(0, levels));
  const deepest = Math.max(bidRows.at(-1)?.total ?? 0, askRows.at(-1)?.total ?? 0);
  const scale = (row: BookRow) => ({ ...row, depth: deepest === 0 ? 0 : row.total / deepest });
  return { asks: askRows.map(scale).reverse(), bids: bidRows.map(scale) };
}

/** Return the spread in basis points of the middle; null without both sides. */
export function spreadBasisPoints(bestBid: number | undefined, bestAsk: number | undefined): number | null {
  if (bestBid === undefined || bestAsk === undefined) return null;
  const middle = (bestBid + bestAsk) / 2;
  return middle > 0 ? ((bestAsk - bestBid) / middle) * 10_000 : null;
}

/** Return the decimals that the shown quantities need, at most six, so that their digits stand below one another. */
export function quantityDecimals(levels: Iterable<Level>, most = 6): number {
  let needed = 0;
  for (const [, quantity] of levels) needed = Math.max(needed, decimalsOf(quantity));
  return Math.min(needed, most);
}

function withTotals(levels: readonly Level[]): BookRow[] {
  let total = 0;
  return levels.map(([price, quantity]) => {
    total += quantity;
    return { price, quantity, total, depth: 0 };
  });
}

function decimalsOf(value: number): number {
  const [digits = "", exponent = "0"] = String(value).split("e");
  return Math.max(0, (digits.split(".")[1]?.length ?? 0) - Number(exponent));
}
