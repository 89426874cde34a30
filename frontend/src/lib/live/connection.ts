import { parseFrame, type PongFrame, type ServerFrame, type WelcomeFrame } from "./frames";
import type { Mode } from "./payloads";

/** The part of WebSocket that is used, so that tests can stand in for it. */
export interface SocketLike {
  readyState: number;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export interface ConnectionSettings {
  createSocket: (protocols: string[]) => SocketLike;
  /** Answer a token for the handshake; `isFresh` asks for a new one because the last was refused. Throws when signed out. */
  getToken: (isFresh: boolean) => Promise<string>;
  random?: () => number;
  monotonic?: () => number;
}

export type ConnectionPhase = "idle" | "connecting" | "live" | "reconnecting" | "offline";

export interface ConnectionState {
  phase: ConnectionPhase;
  latencyMilliseconds: number | null;
  mode: Mode | null;
  replaySpeed: number | null;
}

export interface ConnectionHandlers {
  onWelcome: (frame: WelcomeFrame, isReconnect: boolean) => void;
  onFrame: (frame: ServerFrame) => void;
  onPong: (frame: PongFrame, roundTrip: number) => void;
  onLost: () => void;
}

export const SUBPROTOCOL = "financehub.v1";
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;
const FAILURES_UNTIL_OFFLINE = 4;
const WELCOME_WITHIN_MS = 10_000;
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 8_000;
const OPEN = 1;
const CLOSE_SILENT = 4000;

const IDLE: ConnectionState = { phase: "idle", latencyMilliseconds: null, mode: null, replaySpeed: null };

/** One socket that comes back: dials, waits with backoff and jitter, measures latency, notices silence. */
export class Connection {
  state: ConnectionState = IDLE;

  readonly #listeners = new Set<() => void>();
  readonly #random: () => number;
  readonly #monotonic: () => number;
  #socket: SocketLike | null = null;
  #generation = 0;
  #failures = 0;
  #wasLive = false;
  #pings = 0;
  #pingSentAt: number | null = null;
  #retryTimer: ReturnType<typeof setTimeout> | null = null;
  #pingTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly settings: ConnectionSettings,
    private readonly handlers: ConnectionHandlers,
  ) {
    this.#random = settings.random ?? Math.random;
    this.#monotonic = settings.monotonic ?? (() => performance.now());
  }

  /** Hear of every change of `state`. Returns how to stop hearing. */
  readonly onStateChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    if (this.state.phase !== "idle") return;
    this.#failures = 0;
    this.#setState({ phase: "connecting" });
    void this.#dial();
  }

  stop(): void {
    this.#generation += 1;
    this.#clearTimers();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000, "done");
    this.#wasLive = false;
    this.#setState(IDLE);
  }

  /** Dial at once instead of waiting for the next attempt: the machine woke up, or the reader asked. */
  retryNow(): void {
    if (!this.#retryTimer) return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
    void this.#dial();
  }

  /** Send a message if the socket is open and welcomed; say whether it went. */
  send(message: object): boolean {
    if (this.state.phase !== "live" || this.#socket?.readyState !== OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  async #dial(): Promise<void> {
    const generation = ++this.#generation;
    let token: string;
    try {
      // A refused handshake tells a browser nothing of its reason, so the first failure, and every fourth, tries a new token.
      token = await this.settings.getToken(this.#failures % FAILURES_UNTIL_OFFLINE === 1);
    } catch (error) {
      if (generation !== this.#generation) return;
      if ((error as { status?: number }).status === 401) this.stop();
      else this.#scheduleRetry();
      return;
    }
    if (generation === this.#generation) this.#open(this.settings.createSocket([SUBPROTOCOL, `bearer.${token}`]));
  }

  #open(socket: SocketLike): void {
    this.#socket = socket;
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#receive(parseFrame(event.data));
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lose();
    };
    this.#pingTimer = setTimeout(() => this.#abandon(), WELCOME_WITHIN_MS);
  }

  #receive(frame: ServerFrame | null): void {
    if (!frame) return;
    if (frame.type === "welcome") this.#welcome(frame);
    else if (frame.type === "pong") this.#pong(frame);
    else this.handlers.onFrame(frame);
  }

  #welcome(frame: WelcomeFrame): void {
    const isReconnect = this.#wasLive;
    this.#wasLive = true;
    this.#failures = 0;
    this.#clearTimers();
    this.#setState({ phase: "live", mode: frame.mode, replaySpeed: frame.replay_speed });
    this.handlers.onWelcome(frame, isReconnect);
    this.#ping();
  }

  #ping(): void {
    this.#pings += 1;
    this.#pingSentAt = this.#monotonic();
    this.send({ action: "ping", id: `ping-${this.#pings}` });
    this.#pingTimer = setTimeout(() => this.#abandon(), PONG_WITHIN_MS);
  }

  // A socket whose other side vanished may take minutes to report its closing: it counts as lost at once.
  #abandon(): void {
    const socket = this.#socket;
    this.#lose();
    socket?.close(CLOSE_SILENT, "silent");
  }

  #pong(frame: PongFrame): void {
    if (this.#pingSentAt === null || frame.id !== `ping-${this.#pings}`) return;
    const roundTrip = this.#monotonic() - this.#pingSentAt;
    this.#pingSentAt = null;
    if (this.#pingTimer) clearTimeout(this.#pingTimer);
    this.#pingTimer = setTimeout(() => this.#ping(), PING_EVERY_MS);
    this.#setState({ latencyMilliseconds: Math.round(roundTrip) });
    this.handlers.onPong(frame, roundTrip);
  }

  #lose(): void {
    this.#socket = null;
    if (this.state.phase === "live") this.handlers.onLost();
    this.#scheduleRetry();
  }

  #scheduleRetry(): void {
    this.#clearTimers();
    this.#failures += 1;
    const isOffline = this.#failures >= FAILURES_UNTIL_OFFLINE;
    this.#setState({ phase: isOffline ? "offline" : this.#wasLive ? "reconnecting" : "connecting", latencyMilliseconds: null });
    const ceiling = Math.min(FIRST_DELAY_MS * 2 ** (this.#failures - 1), LONGEST_DELAY_MS);
    this.#retryTimer = setTimeout(
      () => {
        this.#retryTimer = null;
        void this.#dial();
      },
      ceiling * (0.5 + this.#random() / 2),
    );
  }

  #clearTimers(): void {
    if (this.#retryTimer) clearTimeout(this.#retryTimer);
    if (this.#pingTimer) clearTimeout(this.#pingTimer);
    this.#retryTimer = null;
    this.#pingTimer = null;
    this.#pingSentAt = null;
  }

  #setState(change: Partial<ConnectionState>): void {
    const next = { ...this.state, ...change };
    const keys = Object.keys(next) as (keyof ConnectionState)[];
    if (keys.every((key) => next[key] === this.state[key])) return;
    this.state = next;
    for (const listener of [...this.#listeners]) listener();
  }
}
