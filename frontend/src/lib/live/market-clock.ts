/** The market's time: the server's clock, which a replay sets in the past and lets run faster. */
export class MarketClock {
  #marketEpoch: number | null = null;
  #readAt = 0;
  #speed = 1;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly monotonic: () => number = () => performance.now(),
    private readonly wall: () => number = () => Date.now(),
  ) {}

  /** Set the clock to what the server said, `age` milliseconds ago. A speed of null keeps the one in force. */
  set(marketTime: string, speed: number | null, age = 0): void {
    const epoch = Date.parse(marketTime);
    if (!Number.isFinite(epoch)) return;
    const isNews = this.#marketEpoch === null;
    if (speed !== null) this.#speed = speed;
    this.#marketEpoch = epoch + age * this.#speed;
    this.#readAt = this.monotonic();
    if (isNews) for (const listener of [...this.#listeners]) listener();
  }

  /** False until the server has said what time it is: until then no range of market time can be computed. */
  get isKnown(): boolean {
    return this.#marketEpoch !== null;
  }

  /** Hear when the time becomes known. Returns how to stop hearing. */
  readonly onKnown = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Answer epoch milliseconds of market time; this machine's own time until the server has spoken. */
  readonly now = (): number => {
    if (this.#marketEpoch === null) return this.wall();
    return this.#marketEpoch + (this.monotonic() - this.#readAt) * this.#speed;
  };
}
