import type { Bar, Interval } from "./bar";
import { applyBar, rollBar, rollPrice, type SeriesEnd, seriesEnd } from "./live-bar";

/** The bars of one chart: what was fetched, and its end as it moves. Those who draw hear only the bar that changed. */
export class BarFeed {
  readonly #bars: Bar[];
  readonly #listeners = new Set<() => void>();
  #end: SeriesEnd;

  constructor(
    fetched: readonly Bar[],
    readonly interval: Interval,
  ) {
    this.#bars = [...fetched];
    this.#end = seriesEnd(fetched);
  }

  get bars(): readonly Bar[] {
    return this.#bars;
  }

  readonly getLast = (): Bar | null => this.#end.last;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Take a live bar: of this feed's interval as it is, of a finer one rolled into the bar that spans it. */
  takeBar(bar: Bar, interval: string): void {
    this.#advance(interval === this.interval ? applyBar(this.#end, bar) : rollBar(this.#end, bar, this.interval));
  }

  /** Take a live price at a moment in Unix seconds. */
  takePrice(price: number, seconds: number): void {
    this.#advance(rollPrice(this.#end, price, seconds, this.interval));
  }

  /** Find the bar that starts at this time. */
  find(time: number): Bar | null {
    const index = this.#indexOf(time);
    return index < 0 ? null : (this.#bars[index] ?? null);
  }

  /** Return the close before the bar that starts at this time: what its change is measured from. */
  closeBefore(time: number): number | null {
    const index = this.#indexOf(time);
    return index < 1 ? null : (this.#bars[index - 1]?.close ?? null);
  }

  #advance(end: SeriesEnd): void {
    if (end === this.#end) return;
    const hasMoved = end.last !== this.#end.last;
    this.#end = end;
    if (!hasMoved || !end.last) return;
    if (this.#bars.at(-1)?.time === end.last.time) this.#bars[this.#bars.length - 1] = end.last;
    else this.#bars.push(end.last);
    for (const listener of [...this.#listeners]) listener();
  }

  #indexOf(time: number): number {
    let [low, high] = [0, this.#bars.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const at = this.#bars[middle]?.time ?? Number.POSITIVE_INFINITY;
      if (at === time) return middle;
      if (at < time) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}
