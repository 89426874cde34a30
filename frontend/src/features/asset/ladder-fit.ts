import { LADDER_LEVELS } from "./book-rows";

/** Levels of either side, and the height of a row in pixels. */
export interface LadderFit {
  levels: number;
  rowHeight: number;
}

const HEADER = 24;
const SPREAD = 24;
const LEAST_ROW = 16;
const MOST_ROW = 22;
const LEAST_LEVELS = 3;

export const WHOLE_LADDER: LadderFit = { levels: LADDER_LEVELS, rowHeight: LEAST_ROW };

/** Divide a height in pixels into whole rows: all levels where they fit, with the spare room shared out; else fewer. */
export function fitLadder(height: number): LadderFit {
  const room = (height - HEADER - SPREAD) / 2;
  const levels = Math.min(LADDER_LEVELS, Math.max(LEAST_LEVELS, Math.floor(room / LEAST_ROW)));
  return { levels, rowHeight: Math.min(MOST_ROW, Math.max(LEAST_ROW, Math.floor(room / levels))) };
}
