import type { DataFrame, StatusFrame } from "./frames";
import type { BarData, Provenance, TradesData } from "./payloads";
import { splitTopic, type Topic } from "./topics";

const TAPE_LENGTH = 200;

/** What a page sees of a topic. `waiting`: nothing yet; `stale`: the last known data, and why it is not moving. */
export interface LiveView<Data = unknown> {
  data: Data | null;
  provenance: Provenance | null;
  seq: number | null;
  state: "waiting" | "live" | "stale";
  reason: string | null;
}

export const WAITING: LiveView<never> = { data: null, provenance: null, seq: null, state: "waiting", reason: null };

export type Verdict = "applied" | "repeated" | "gap";

type Fold = (data: unknown, before: unknown) => unknown;
type Merge = (pending: DataFrame[], frame: DataFrame) => void;

function foldTrades(data: unknown, before: unknown): TradesData {
  const { trades, merged } = data as TradesData;
  const known = (before as TradesData | null)?.trades ?? [];
  const ids = new Set(trades.map((trade) => trade.trade_id));
  const kept = known.filter((trade) => !ids.has(trade.trade_id));
  return { trades: [...kept, ...trades].slice(-TAPE_LENGTH), merged };
}

const replaceLast: Merge = (pending, frame) => {
  pending.splice(0, pending.length, frame);
};

// Frames that wait for the next paint stay few: one per bar, one for all trades, the last of anything whole.
const mergeBars: Merge = (pending, frame) => {
  const last = pending.at(-1);
  if (last && (last.data as BarData).time === (frame.data as BarData).time) pending.pop();
  pending.push(frame);
};

const mergeTrades: Merge = (pending, frame) => {
  const last = pending.at(-1);
  if (!last || frame.type === "snapshot") {
    replaceLast(pending, frame);
    return;
  }
  const earlier = last.data as TradesData;
  const later = frame.data as TradesData;
  const trades = [...earlier.trades, ...later.trades].slice(-TAPE_LENGTH);
  replaceLast(pending, { ...frame, type: last.type, data: { trades, merged: earlier.merged + later.merged } });
};

function rulesFor(topic: Topic): { fold: Fold; merge: Merge } {
  const { stream } = splitTopic(topic);
  if (stream === "trades") return { fold: foldTrades, merge: mergeTrades };
  if (stream.startsWith("bars:")) return { fold: (data) => data, merge: mergeBars };
  return { fold: (data) => data, merge: replaceLast };
}

/** The truth about one topic: checks the numbers of its frames and keeps what pages have not painted yet. */
export class TopicState {
  view: LiveView = WAITING;
  epoch: string | null = null;
  seq: number | null = null;
  /** True from a gap until the whole state, or exactly what was missed, has arrived. */
  isBroken = false;

  readonly #fold: Fold;
  readonly #merge: Merge;
  #pending: DataFrame[] = [];
  #next: LiveView | null = null;

  constructor(topic: Topic) {
    const { fold, merge } = rulesFor(topic);
    this.#fold = fold;
    this.#merge = merge;
  }

  /** Take a frame. `gap` means that updates are missing and the frame was not used. */
  accept(frame: DataFrame): Verdict {
    if (frame.type === "update") {
      if (frame.epoch !== this.epoch || this.seq === null) return this.#refuse();
      if (frame.seq <= this.seq) return "repeated";
      if ((frame.from_seq ?? frame.seq) > this.seq + 1) return this.#refuse();
    }
    this.#apply(frame);
    return "applied";
  }

  /** Note how the server says the topic is doing. */
  acceptStatus(status: StatusFrame): void {
    if (status.state === "live") this.markLive();
    else this.markStale(status.reason || `The stream is ${status.state}.`);
  }

  markStale(reason: string): void {
    const latest = this.#latest();
    this.#next = { ...latest, state: latest.data === null ? "waiting" : "stale", reason };
  }

  markLive(): void {
    const latest = this.#latest();
    if (latest.data !== null && !this.isBroken) this.#next = { ...latest, state: "live", reason: null };
  }

  markBroken(): void {
    this.isBroken = true;
    this.markStale("Some updates were missed; waiting for the whole state.");
  }

  /** Make what arrived visible, and hand over the frames since the last time, oldest first. */
  publish(): { isChanged: boolean; frames: DataFrame[] } {
    const frames = this.#pending;
    this.#pending = [];
    const isChanged = this.#next !== null;
    if (this.#next) this.view = this.#next;
    this.#next = null;
    return { isChanged, frames };
  }

  #latest(): LiveView {
    return this.#next ?? this.view;
  }

  #refuse(): Verdict {
    this.markBroken();
    return "gap";
  }

  #apply(frame: DataFrame): void {
    const before = frame.type === "snapshot" ? null : this.#latest().data;
    this.epoch = frame.epoch;
    this.seq = frame.seq;
    this.isBroken = false;
    this.#merge(this.#pending, frame);
    this.#next = {
      data: this.#fold(frame.data, before),
      provenance: frame.provenance,
      seq: frame.seq,
      state: "live",
      reason: null,
    };
  }
}
