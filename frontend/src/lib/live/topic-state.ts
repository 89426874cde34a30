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

const CONNECTION_LOST = "The connection was lost; reconnecting.";
const UPDATES_MISSED = "Some updates were missed; waiting for the whole state.";
const HEALTHY = new Set(["live", "polled"]);

/** The truth about one topic: checks the numbers of its frames and keeps what pages have not painted yet. */
export class TopicState {
  view: LiveView = WAITING;
  epoch: string | null = null;
  seq: number | null = null;
  /** True from a gap until the whole state has arrived. */
  isBroken = false;

  readonly #fold: Fold;
  readonly #merge: Merge;
  #data: unknown = null;
  #provenance: Provenance | null = null;
  #isCutOff = false;
  #trouble: string | null = null;
  #refusal: string | null = null;
  #pending: DataFrame[] = [];

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
    this.#data = this.#fold(frame.data, frame.type === "snapshot" ? null : this.#data);
    this.#provenance = frame.provenance;
    this.epoch = frame.epoch;
    this.seq = frame.seq;
    this.isBroken = false;
    this.#isCutOff = false;
    this.#refusal = null;
    this.#merge(this.#pending, frame);
    return "applied";
  }

  /** Note how the server says the topic is doing; it holds until the server says otherwise. */
  noteStatus({ state, reason }: StatusFrame): void {
    this.#trouble = HEALTHY.has(state) ? null : asSentence(reason || `the stream is ${state}`);
  }

  /** Note that the server would not serve the topic; null takes it back. */
  noteRefusal(reason: string | null): void {
    this.#refusal = reason === null ? null : asSentence(reason);
  }

  /** Note that updates are missing. */
  noteGap(): void {
    this.isBroken = true;
  }

  /** Note that the socket is gone; what the server last said about the stream went with it. */
  noteCutOff(): void {
    this.#isCutOff = true;
    this.#trouble = null;
  }

  /** Note that the server goes on exactly where this topic was. */
  noteResumed(): void {
    this.#isCutOff = false;
  }

  /** Make what arrived visible, and hand over the frames since the last time, oldest first. */
  publish(): { isChanged: boolean; frames: DataFrame[] } {
    const frames = this.#pending;
    this.#pending = [];
    const reason = this.#reason();
    const state = this.#data === null ? "waiting" : reason === null ? "live" : "stale";
    const { view } = this;
    const isChanged = frames.length > 0 || view.state !== state || view.reason !== reason;
    if (isChanged) this.view = { data: this.#data, provenance: this.#provenance, seq: this.seq, state, reason };
    return { isChanged, frames };
  }

  #reason(): string | null {
    if (this.#isCutOff) return CONNECTION_LOST;
    if (this.isBroken) return UPDATES_MISSED;
    return this.#refusal ?? this.#trouble;
  }

  #refuse(): Verdict {
    this.isBroken = true;
    return "gap";
  }
}

function asSentence(text: string): string {
  const trimmed = text.trim();
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + (/[.!?]$/.test(trimmed) ? "" : ".");
}
