import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer, snapshot, update } from "@/testing/fake-server";
import type { DataFrame } from "./frames";
import { LiveClient, type LiveListener } from "./live-client";

const BTC = "price:BTCUSDT";
const TRADES = "trades:BTCUSDT";
const BARS = "bars:1m:BTCUSDT";

let server: FakeServer;
let client: LiveClient;

const settle = () => vi.advanceTimersByTimeAsync(0);

async function connect(): Promise<void> {
  client.connection.start();
  await settle();
  server.last.welcome();
  await settle();
}

function watch(topics: string[], onPaint: LiveListener["onPaint"] = () => undefined): () => void {
  return client.watch({ topics: new Set(topics), onPaint });
}

const trade = (id: number) => ({ trade_id: String(id), price: id, quantity: 1, side: null, time: "2024-08-08T12:00:00Z" });

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  client = new LiveClient({
    createSocket: server.createSocket,
    schedulePaint: server.schedulePaint,
    getToken: () => Promise.resolve("jwt"),
    random: () => 1,
  });
});

afterEach(() => {
  client.connection.stop();
  vi.useRealTimers();
});

describe("subscribing", () => {
  it("offers the protocol and the token, and nothing in the address", async () => {
    await connect();
    expect(server.last.protocols).toEqual(["financehub.v1", "bearer.jwt"]);
  });

  it("asks for equal topics of many watchers once, in as few messages as possible", async () => {
    watch([BTC, TRADES]);
    watch([BTC]);
    watch(["price:AAPL", "price:MSFT"]);
    await connect();
    expect(server.last.actions("subscribe").map(({ streams, symbols }) => ({ streams, symbols }))).toEqual([
      { streams: ["price", "trades"], symbols: ["BTCUSDT"] },
      { streams: ["price"], symbols: ["AAPL", "MSFT"] },
    ]);
  });

  it("leaves a topic only when its last watcher has been gone for a while", async () => {
    const first = watch([BTC]);
    const second = watch([BTC]);
    await connect();
    first();
    first();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(server.last.actions("unsubscribe")).toEqual([]);
    second();
    await vi.advanceTimersByTimeAsync(2_000);
    const third = watch([BTC]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(server.last.actions("unsubscribe")).toEqual([]);
    third();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(server.last.actions("unsubscribe")).toMatchObject([{ streams: ["price"], symbols: ["BTCUSDT"] }]);
    expect(client.view(BTC).state).toBe("waiting");
  });

  it("never asks for a topic that came and went before the socket was there", async () => {
    watch([BTC])();
    await vi.advanceTimersByTimeAsync(3_000);
    await connect();
    expect(server.last.actions("subscribe")).toEqual([]);
    expect(server.last.actions("unsubscribe")).toEqual([]);
  });

  it("says why a topic is refused, and tries again when told after how long", async () => {
    watch([BTC, "price:NOPE"]);
    await connect();
    const [asked] = server.last.actions("subscribe");
    server.last.receive({ type: "error", id: asked!.id, code: "not_found", message: "there is no instrument NOPE", facts: {} });
    server.last.receive({ type: "ack", id: asked!.id, action: "subscribe", topics: [BTC] });
    server.paint();
    expect(client.view("price:NOPE")).toMatchObject({ state: "waiting", reason: "There is no instrument NOPE." });
    expect(client.view(BTC)).toMatchObject({ state: "waiting", reason: null });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.last.actions("subscribe")).toHaveLength(1);
  });

  it("comes back after a quota", async () => {
    watch([BTC]);
    await connect();
    const [asked] = server.last.actions("subscribe");
    server.last.receive({ type: "error", id: asked!.id, code: "quota_exceeded", message: "too much", facts: { retry_after: 7 } });
    await vi.advanceTimersByTimeAsync(6_900);
    expect(server.last.actions("subscribe")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(server.last.actions("subscribe")).toHaveLength(2);
  });
});

describe("numbering", () => {
  beforeEach(async () => {
    watch([BTC]);
    await connect();
    server.last.receive(snapshot(BTC, 5, { price: 50 }));
  });

  it("applies what follows, ignores what repeats, accepts conflated frames", () => {
    server.last.receive(update(BTC, 6, { price: 51 }));
    server.last.receive(update(BTC, 6, { price: 999 }));
    server.paint();
    expect(client.view(BTC)).toMatchObject({ data: { price: 51 }, seq: 6, state: "live", reason: null });
    server.last.receive(update(BTC, 10, { price: 55 }, { fromSeq: 7 }));
    server.paint();
    expect(client.view(BTC)).toMatchObject({ data: { price: 55 }, seq: 10, state: "live" });
  });

  it.each([
    ["a number is missing", update(BTC, 7, { price: 52 })],
    ["the epoch changed", update(BTC, 6, { price: 52 }, { epoch: "e2" })],
    ["a conflated frame starts too late", update(BTC, 9, { price: 52 }, { fromSeq: 7 })],
  ])("keeps the old figures and asks for the whole state once when %s", (_, frame) => {
    server.last.receive(frame);
    server.last.receive(update(BTC, 12, { price: 53 }));
    server.paint();
    expect(client.view(BTC)).toMatchObject({ data: { price: 50 }, seq: 5, state: "stale" });
    expect(client.view(BTC).reason).toMatch(/missed/);
    expect(server.last.actions("unsubscribe")).toHaveLength(1);
    expect(server.last.actions("subscribe")).toHaveLength(2);
    server.last.receive(snapshot(BTC, 20, { price: 60 }, { epoch: "e2" }));
    server.paint();
    expect(client.view(BTC)).toMatchObject({ data: { price: 60 }, seq: 20, state: "live", reason: null });
  });

  it("waits for the snapshot behind a gap that the server announces", () => {
    server.last.receive({ type: "gap", topic: BTC, epoch: "e1", from_seq: 6, to_seq: 40 });
    server.paint();
    expect(client.view(BTC).state).toBe("stale");
    server.last.receive(snapshot(BTC, 40, { price: 61 }));
    server.paint();
    expect(client.view(BTC)).toMatchObject({ data: { price: 61 }, state: "live" });
    expect(server.last.actions("unsubscribe")).toEqual([]);
  });

  it("stays stale through new data until the server says that the stream is well", () => {
    server.last.receive({ type: "status", topic: BTC, state: "stale", reason: "binance has sent nothing for 30 seconds" });
    server.last.receive(update(BTC, 6, { price: 51 }));
    server.paint();
    expect(client.view(BTC)).toMatchObject({ data: { price: 51 }, state: "stale", reason: "Binance has sent nothing for 30 seconds." });
    server.last.receive({ type: "status", topic: BTC, state: "polled", reason: "" });
    server.paint();
    expect(client.view(BTC)).toMatchObject({ state: "live", reason: null });
    server.last.receive({ type: "status", topic: BTC, state: "crossed", reason: "" });
    server.paint();
    expect(client.view(BTC).reason).toBe("The stream is crossed.");
  });

  it("ignores frames that it does not know and topics that nobody watches", () => {
    server.last.receive({ type: "novelty", topic: BTC });
    server.last.onmessage?.({ data: "not json" } as MessageEvent);
    server.last.onmessage?.({ data: JSON.stringify({ v: 2, type: "update", topic: BTC, seq: 6 }) } as MessageEvent);
    server.last.receive(snapshot("price:AAPL", 1, { price: 1 }));
    server.paint();
    expect(client.view(BTC)).toMatchObject({ data: { price: 50 }, seq: 5 });
    expect(client.view("price:AAPL").state).toBe("waiting");
  });
});

describe("painting", () => {
  it("tells each watcher once per paint of its own topics only, with every frame in order", async () => {
    const painted: Map<string, DataFrame[]>[] = [];
    const other = vi.fn();
    watch([BARS, BTC], (changed) => painted.push(changed));
    watch(["price:AAPL"], other);
    await connect();
    server.last.receive(snapshot(BTC, 1, { price: 1 }));
    for (let seq = 2; seq <= 50; seq += 1) server.last.receive(update(BTC, seq, { price: seq }));
    server.last.receive(snapshot(BARS, 1, { time: 60, close: 1 }));
    server.last.receive(update(BARS, 2, { time: 60, close: 2, is_final: true }));
    server.last.receive(update(BARS, 3, { time: 120, close: 3 }));
    server.last.receive(update(BARS, 4, { time: 120, close: 4 }));
    expect(server.paintsWaiting).toBe(1);
    expect(painted).toEqual([]);
    server.paint();
    expect(other).not.toHaveBeenCalled();
    expect(painted).toHaveLength(1);
    expect(painted[0]!.get(BTC)!.map(({ seq }) => seq)).toEqual([50]);
    expect(painted[0]!.get(BARS)!.map(({ data }) => data)).toEqual([
      { time: 60, close: 2, is_final: true },
      { time: 120, close: 4 },
    ]);
  });

  it("gathers trades into a tape without doubles, oldest first, and merges those of one paint", async () => {
    const painted: Map<string, DataFrame[]>[] = [];
    watch([TRADES], (changed) => painted.push(changed));
    await connect();
    server.last.receive(snapshot(TRADES, 1, { trades: [trade(1), trade(2)], merged: 0 }));
    server.paint();
    server.last.receive(update(TRADES, 2, { trades: [trade(2), trade(3)], merged: 1 }));
    server.last.receive(update(TRADES, 3, { trades: [trade(4)], merged: 2 }));
    server.paint();
    expect(client.view(TRADES).data).toMatchObject({ trades: [trade(1), trade(2), trade(3), trade(4)] });
    expect(painted[1]!.get(TRADES)!.map(({ data }) => data)).toEqual([{ trades: [trade(2), trade(3), trade(4)], merged: 3 }]);
  });

  it("keeps the newest two hundred trades", async () => {
    watch([TRADES]);
    await connect();
    server.last.receive(snapshot(TRADES, 1, { trades: Array.from({ length: 150 }, (_, index) => trade(index)), merged: 0 }));
    server.last.receive(update(TRADES, 2, { trades: Array.from({ length: 150 }, (_, index) => trade(150 + index)), merged: 0 }));
    server.paint();
    const { trades } = client.view(TRADES).data as { trades: { trade_id: string }[] };
    expect([trades.length, trades[0]!.trade_id, trades.at(-1)!.trade_id]).toEqual([200, "100", "299"]);
  });

  it("does not paint where nothing changed", async () => {
    const onPaint = vi.fn();
    watch([BTC], onPaint);
    await connect();
    server.paint();
    server.last.receive({ type: "status", topic: BTC, state: "live", reason: "" });
    server.paint();
    expect(onPaint).not.toHaveBeenCalled();
  });
});

describe("coming back", () => {
  it("dims what it has, resumes where it stopped, and asks anew for what never came", async () => {
    watch([BTC, "price:AAPL"]);
    await connect();
    server.last.receive(snapshot(BTC, 5, { price: 50 }));
    server.paint();
    server.last.cut();
    server.paint();
    expect(client.view(BTC)).toMatchObject({ data: { price: 50 }, state: "stale", reason: "The connection was lost; reconnecting." });
    await vi.advanceTimersByTimeAsync(500);
    expect(server.sockets).toHaveLength(2);
    server.last.welcome();
    await settle();
    const [resume] = server.last.actions("resume");
    expect(resume).toMatchObject({ topics: [{ topic: BTC, epoch: "e1", seq: 5 }] });
    expect(server.last.actions("subscribe")).toMatchObject([{ streams: ["price"], symbols: ["AAPL"] }]);
    server.last.receive({ type: "ack", id: resume!.id, action: "resume", topics: [BTC] });
    server.paint();
    expect(client.view(BTC)).toMatchObject({ data: { price: 50 }, state: "live", reason: null });
    server.last.receive(update(BTC, 9, { price: 54 }, { fromSeq: 6 }));
    server.paint();
    expect(client.view(BTC)).toMatchObject({ data: { price: 54 }, seq: 9, state: "live" });
  });

  it("forgets what the server said of a stream when the socket is gone", async () => {
    watch([BTC]);
    await connect();
    server.last.receive(snapshot(BTC, 5, { price: 50 }));
    server.last.receive({ type: "status", topic: BTC, state: "stale", reason: "quiet" });
    server.last.cut();
    await vi.advanceTimersByTimeAsync(500);
    server.last.welcome();
    server.last.receive(snapshot(BTC, 1, { price: 70 }, { epoch: "e9" }));
    server.paint();
    expect(client.view(BTC)).toMatchObject({ data: { price: 70 }, seq: 1, state: "live", reason: null });
  });

  it("hands a new token to the running socket", async () => {
    await connect();
    client.renewToken("newer");
    expect(server.last.actions("refresh")).toMatchObject([{ token: "newer" }]);
  });
});
