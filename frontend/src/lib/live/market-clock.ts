/** The market's time: the server's clock, which a replay sets in the past and lets run faster. */
export class MarketClock {
  #marketEpoch: number | null = null;
  #readAt = 0;
  #speed = 1;

  constructor(
    private readonly monotonic: () => number = () => performance.now(),
    private readonly wall: () => number = () => Date.now(),
  ) {}

  /** Set the clock to what the server said, `age` milliseconds ago. A speed of null keeps the one in force. */
  set(marketTime: string, speed: number | null, age = 0): void {
    const epoch = Date.parse(marketTime);
    if (!Number.isFinite(epoch)) return;
    if (speed !== null) this.#speed = speed;
    this.#marketEpoch = epoch + age * this.#speed;
    this.#readAt = this.monotonic();
  }

  /** Answer epoch milliseconds of market time; this machine's own time until the server has spoken. */
  readonly now = (): number => {
    if (this.#marketEpoch === null) return this.wall();
    return this.#marketEpoch + (this.monotonic() - this.#readAt) * this.#speed;
  };
}
