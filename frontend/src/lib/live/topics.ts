/** `<stream>:<SYMBOL>`, where the stream of bars carries its interval: `price:AAPL`, `bars:1m:BTCUSDT`. */
export type Topic = string;

export type LiveInterval = "1m" | "5m" | "15m" | "1h" | "1d" | "1w";

export const priceTopic = (symbol: string): Topic => `price:${symbol}`;
export const tradesTopic = (symbol: string): Topic => `trades:${symbol}`;
export const orderBookTopic = (symbol: string): Topic => `orderbook:${symbol}`;
export const barsTopic = (symbol: string, interval: LiveInterval): Topic => `bars:${interval}:${symbol}`;

export interface TopicParts {
  stream: string;
  symbol: string;
}

/** Split a topic at its last colon; symbols hold none. */
export function splitTopic(topic: Topic): TopicParts {
  const at = topic.lastIndexOf(":");
  return { stream: topic.slice(0, at), symbol: topic.slice(at + 1) };
}

export interface SubscriptionGroup {
  streams: string[];
  symbols: string[];
}

/**
 * Gather topics into as few messages as possible: one message asks for every stream of every symbol it names, so only
 * symbols that want exactly the same streams share one.
 */
export function groupTopics(topics: Iterable<Topic>, mostSymbols = 50): SubscriptionGroup[] {
  const streamsBySymbol = new Map<string, string[]>();
  for (const topic of topics) {
    const { stream, symbol } = splitTopic(topic);
    const streams = streamsBySymbol.get(symbol) ?? [];
    streams.push(stream);
    streamsBySymbol.set(symbol, streams);
  }
  const groups = new Map<string, SubscriptionGroup[]>();
  for (const [symbol, streams] of streamsBySymbol) {
    const key = streams.sort().join(" ");
    const chunks = groups.get(key) ?? [];
    const last = chunks.at(-1);
    if (last && last.symbols.length < mostSymbols) last.symbols.push(symbol);
    else chunks.push({ streams, symbols: [symbol] });
    groups.set(key, chunks);
  }
  return [...groups.values()].flat();
}
