import { Connection, type ConnectionSettings } from "./connection";
import type { AckFrame, DataFrame, ErrorFrame, ServerFrame } from "./frames";
import { MarketClock } from "./market-clock";
import { TopicState, WAITING, type LiveView } from "./topic-state";
import { groupTopics, type Topic } from "./topics";

export interface LiveSettings extends ConnectionSettings {
  /** Run a task before the next paint, or soon where nothing is painted. */
  schedulePaint?: (task: () => void) => void;
  clock?: MarketClock;
}

/** Told once per paint which of its topics moved, with the frames of each since the last time. */
export interface LiveListener {
  topics: ReadonlySet<Topic>;
  onPaint: (changed: Map<Topic, DataFrame[]>) => void;
}

const LINGER_MS = 3_000;
const MOST_POINTS = 200;
const SHORTEST_WAIT_MS = 5_000;

/** Browsers stop painting hidden tabs; the data must not pile up meanwhile. */
function scheduleWithBrowser(task: () => void): void {
  if (document.visibilityState === "visible") requestAnimationFrame(task);
  else setTimeout(task, 250);
}

interface Held {
  state: TopicState;
  count: number;
  lingering: ReturnType<typeof setTimeout> | null;
}

/** Keeps what pages want in step with what the server sends: counts, numbers, gaps, resumption and painting. */
export class LiveClient {
  readonly clock: MarketClock;
  readonly connection: Connection;

  readonly #held = new Map<Topic, Held>();
  readonly #listeners = new Set<LiveListener>();
  readonly #dirty = new Set<Topic>();
  readonly #toSubscribe = new Set<Topic>();
  readonly #toUnsubscribe = new Set<Topic>();
  readonly #asked = new Map<string, Topic[]>();
  readonly #schedulePaint: (task: () => void) => void;
  #isPaintScheduled = false;
  #isSendScheduled = false;
  #messages = 0;

  constructor(settings: LiveSettings) {
    this.clock = settings.clock ?? new MarketClock();
    this.#schedulePaint = settings.schedulePaint ?? scheduleWithBrowser;
    this.connection = new Connection(settings, {
      onWelcome: (frame) => {
        this.clock.set(frame.market_time, frame.replay_speed ?? 1);
        this.#restore();
      },
      onPong: (frame, roundTrip) => this.clock.set(frame.market_time, null, roundTrip / 2),
      onFrame: (frame) => this.#receive(frame),
      onLost: () => this.#markAllCutOff(),
    });
  }

  /** Watch topics until the returned function is called. Equal topics of many watchers are asked for once. */
  watch(listener: LiveListener): () => void {
    this.#listeners.add(listener);
    for (const topic of listener.topics) this.#retain(topic);
    let isWatching = true;
    return () => {
      if (!isWatching) return;
      isWatching = false;
      this.#listeners.delete(listener);
      for (const topic of listener.topics) this.#release(topic);
    };
  }

  view(topic: Topic): LiveView {
    return this.#held.get(topic)?.state.view ?? WAITING;
  }

  /** Hand the running socket a new token before the old one expires. */
  renewToken(token: string): void {
    this.connection.send({ action: "refresh", token, id: this.#nextId() });
  }

  #retain(topic: Topic): void {
    const held = this.#held.get(topic);
    if (!held) {
      this.#held.set(topic, { state: new TopicState(topic), count: 1, lingering: null });
      this.#toUnsubscribe.delete(topic);
      this.#toSubscribe.add(topic);
      this.#scheduleSend();
      return;
    }
    held.count += 1;
    if (held.lingering) clearTimeout(held.lingering);
    held.lingering = null;
  }

  // Lingering spares the server when a page closes and the next one wants the same, or a row scrolls out and back.
  #release(topic: Topic): void {
    const held = this.#held.get(topic);
    if (!held || --held.count > 0) return;
    held.lingering = setTimeout(() => {
      this.#held.delete(topic);
      if (!this.#toSubscribe.delete(topic)) this.#toUnsubscribe.add(topic);
      this.#scheduleSend();
    }, LINGER_MS);
  }

  #scheduleSend(): void {
    if (this.#isSendScheduled) return;
    this.#isSendScheduled = true;
    queueMicrotask(() => {
      this.#isSendScheduled = false;
      if (this.connection.state.phase !== "live") return;
      this.#sendGroups("unsubscribe", this.#take(this.#toUnsubscribe));
      this.#sendGroups("subscribe", this.#take(this.#toSubscribe));
    });
  }

  #take(topics: Set<Topic>): Topic[] {
    const taken = [...topics];
    topics.clear();
    return taken;
  }

  #sendGroups(action: "subscribe" | "unsubscribe", topics: Topic[]): void {
    for (const { streams, symbols } of groupTopics(topics)) {
      const id = this.#nextId();
      const asked = symbols.flatMap((symbol) => streams.map((stream) => `${stream}:${symbol}`));
      if (action === "subscribe") this.#asked.set(id, asked);
      this.connection.send({ action, symbols, streams, id });
    }
  }

  #resume(topics: Topic[]): void {
    const points = topics.flatMap((topic) => {
      const state = this.#held.get(topic)?.state;
      return state && state.epoch !== null && state.seq !== null ? [{ topic, epoch: state.epoch, seq: state.seq }] : [];
    });
    for (let start = 0; start < points.length; start += MOST_POINTS) {
      this.connection.send({ action: "resume", topics: points.slice(start, start + MOST_POINTS), id: this.#nextId() });
    }
  }

  // The server tells a socket that watches a topic nothing twice: only leaving and coming back brings the whole state.
  #refetch(topic: Topic): void {
    this.#sendGroups("unsubscribe", [topic]);
    this.#sendGroups("subscribe", [topic]);
  }

  // A new socket knows nothing: what had data is resumed where it stopped, the rest is asked for from the start.
  #restore(): void {
    this.#asked.clear();
    this.#toSubscribe.clear();
    this.#toUnsubscribe.clear();
    const known: Topic[] = [];
    for (const [topic, { state }] of this.#held) {
      if (state.seq === null) this.#toSubscribe.add(topic);
      else known.push(topic);
    }
    this.#resume(known);
    this.#scheduleSend();
  }

  #receive(frame: ServerFrame): void {
    if (frame.type === "ack") return this.#acknowledge(frame);
    if (frame.type === "error") return this.#refuse(frame);
    if (frame.type === "welcome" || frame.type === "pong") return;
    const state = this.#held.get(frame.topic)?.state;
    if (!state) return;
    if (frame.type === "status") state.noteStatus(frame);
    else if (frame.type === "gap") state.noteGap();
    else {
      const wasBroken = state.isBroken;
      if (state.accept(frame) === "gap" && !wasBroken) this.#refetch(frame.topic);
    }
    this.#touch(frame.topic);
  }

  #acknowledge(frame: AckFrame): void {
    if (frame.id !== null) this.#asked.delete(frame.id);
    for (const topic of frame.topics) {
      const state = this.#held.get(topic)?.state;
      if (!state) continue;
      state.noteRefusal(null);
      // What was missed follows the answer; where nothing was missed, nothing does.
      if (frame.action === "resume") state.noteResumed();
      this.#touch(topic);
    }
  }

  // An error comes before the answer that names what was granted of the same message.
  #refuse(frame: ErrorFrame): void {
    const asked = frame.id === null ? [] : (this.#asked.get(frame.id) ?? []);
    for (const topic of asked) {
      this.#held.get(topic)?.state.noteRefusal(frame.message);
      this.#touch(topic);
    }
    const wait = frame.facts.retry_after;
    if (typeof wait !== "number") return;
    setTimeout(
      () => {
        for (const topic of asked) if (this.#held.has(topic)) this.#toSubscribe.add(topic);
        this.#scheduleSend();
      },
      Math.max(wait * 1000, SHORTEST_WAIT_MS),
    );
  }

  #markAllCutOff(): void {
    for (const [topic, { state }] of this.#held) {
      if (state.seq === null) continue;
      state.noteCutOff();
      this.#touch(topic);
    }
  }

  #touch(topic: Topic): void {
    this.#dirty.add(topic);
    if (this.#isPaintScheduled) return;
    this.#isPaintScheduled = true;
    this.#schedulePaint(() => this.#paint());
  }

  #paint(): void {
    this.#isPaintScheduled = false;
    const changed = new Map<Topic, DataFrame[]>();
    for (const topic of this.#take(this.#dirty)) {
      const published = this.#held.get(topic)?.state.publish();
      if (published?.isChanged) changed.set(topic, published.frames);
    }
    if (changed.size === 0) return;
    for (const listener of [...this.#listeners]) {
      const own = [...changed].filter(([topic]) => listener.topics.has(topic));
      if (own.length > 0) listener.onPaint(new Map(own));
    }
  }

  #nextId(): string {
    this.#messages += 1;
    return String(this.#messages);
  }
}
