import type { SocketLike } from "@/lib/live/connection";
import type { Provenance } from "@/lib/live/payloads";

interface Message {
  action: string;
  id: string;
  [field: string]: unknown;
}

/** A socket whose other end is the test. */
export class FakeSocket implements SocketLike {
  readyState = 1;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  readonly sent: Message[] = [];

  constructor(
    readonly protocols: string[],
    private readonly answersPings: boolean,
  ) {}

  send(text: string): void {
    const message = JSON.parse(text) as Message;
    this.sent.push(message);
    if (message.action === "ping" && this.answersPings) {
      queueMicrotask(() => this.receive({ type: "pong", id: message.id, market_time: "2024-08-08T12:00:00Z" }));
    }
  }

  close(): void {
    this.cut();
  }

  /** Lose the connection, as a browser reports it. */
  cut(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({} as CloseEvent);
  }

  /** Let the server say something. */
  receive(frame: object): void {
    this.onmessage?.({ data: JSON.stringify({ v: 1, ...frame }) } as MessageEvent);
  }

  welcome(extra: object = {}): void {
    this.receive({
      type: "welcome",
      mode: "simulated",
      market_time: "2024-08-08T12:00:00Z",
      replay_speed: null,
      epoch: "e1",
      expires_at: "2024-08-08T12:15:00Z",
      ...extra,
    });
  }

  /** Answer what was sent of an action, without pings. */
  actions(action: string): Message[] {
    return this.sent.filter((message) => message.action === action);
  }
}

/** A server that tests hold in their hand: every dialled socket, and paints at the push of a button. */
export class FakeServer {
  readonly sockets: FakeSocket[] = [];
  readonly #paints: (() => void)[] = [];

  constructor(private readonly answersPings = true) {}

  readonly createSocket = (protocols: string[]): FakeSocket => {
    const socket = new FakeSocket(protocols, this.answersPings);
    this.sockets.push(socket);
    return socket;
  };

  readonly schedulePaint = (task: () => void): void => {
    this.#paints.push(task);
  };

  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("Nothing has dialled yet.");
    return socket;
  }

  get paintsWaiting(): number {
    return this.#paints.length;
  }

  /** Let the browser paint once. */
  paint(): void {
    for (const task of this.#paints.splice(0)) task();
  }
}

export const PROVENANCE: Provenance = {
  source: "binance",
  as_of: "2024-08-08T12:00:00Z",
  fetched_at: "2024-08-08T12:00:00Z",
  delay_class: "simulated",
  unit: "price",
  currency: "USD",
  freshness: "realtime",
  cached: null,
  trace: [],
};

interface FrameChoices {
  epoch?: string;
  fromSeq?: number;
}

function dataFrame(type: "snapshot" | "update", topic: string, seq: number, data: unknown, { epoch = "e1", fromSeq }: FrameChoices = {}) {
  return { type, topic, epoch, seq, ...(fromSeq === undefined ? {} : { from_seq: fromSeq }), data, provenance: PROVENANCE };
}

export const snapshot = (topic: string, seq: number, data: unknown, choices?: FrameChoices) => dataFrame("snapshot", topic, seq, data, choices);
export const update = (topic: string, seq: number, data: unknown, choices?: FrameChoices) => dataFrame("update", topic, seq, data, choices);
