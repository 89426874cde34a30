import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/lib/api/api-error";
import { FakeServer } from "@/testing/fake-server";
import { Connection, type ConnectionHandlers } from "./connection";

let server: FakeServer;
let now: number;
let getToken: ReturnType<typeof vi.fn<(isFresh: boolean) => Promise<string>>>;
let handlers: { [Name in keyof ConnectionHandlers]: ReturnType<typeof vi.fn<ConnectionHandlers[Name]>> };
let connection: Connection;

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer(false);
  now = 0;
  getToken = vi.fn(() => Promise.resolve("jwt"));
  handlers = { onWelcome: vi.fn(), onFrame: vi.fn(), onPong: vi.fn(), onLost: vi.fn() };
  connection = new Connection({ createSocket: server.createSocket, getToken, random: () => 1, monotonic: () => now }, handlers);
});

afterEach(() => {
  connection.stop();
  vi.useRealTimers();
});

async function connect(): Promise<void> {
  connection.start();
  await settle();
  server.last.welcome();
}

describe("Connection", () => {
  it("is live only once it is welcomed, and then knows the market", async () => {
    connection.start();
    connection.start();
    await settle();
    expect(server.sockets).toHaveLength(1);
    expect(connection.state.phase).toBe("connecting");
    expect(connection.send({ action: "list" })).toBe(false);
    server.last.welcome({ mode: "replayed", replay_speed: 20 });
    expect(connection.state).toEqual({ phase: "live", latencyMilliseconds: null, mode: "replayed", replaySpeed: 20 });
    expect(connection.send({ action: "list" })).toBe(true);
  });

  it("measures the way there and back, every ten seconds", async () => {
    const onChange = vi.fn();
    connection.onStateChange(onChange);
    await connect();
    const [ping] = server.last.actions("ping");
    now = 12.4;
    server.last.receive({ type: "pong", id: "another", market_time: "2024-08-08T12:00:00Z" });
    expect(connection.state.latencyMilliseconds).toBeNull();
    server.last.receive({ type: "pong", id: ping!.id, market_time: "2024-08-08T12:00:01Z" });
    expect(connection.state.latencyMilliseconds).toBe(12);
    expect(handlers.onPong).toHaveBeenCalledWith(expect.objectContaining({ market_time: "2024-08-08T12:00:01Z" }), 12.4);
    expect(onChange).toHaveBeenCalledTimes(3);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.last.actions("ping")).toHaveLength(2);
  });

  it("gives a silent socket up after eight seconds", async () => {
    await connect();
    await vi.advanceTimersByTimeAsync(7_999);
    expect(connection.state.phase).toBe("live");
    await vi.advanceTimersByTimeAsync(1);
    expect(connection.state.phase).toBe("reconnecting");
    expect(handlers.onLost).toHaveBeenCalledTimes(1);
    expect(server.last.readyState).toBe(3);
  });

  it("gives a handshake that is never welcomed up after ten seconds", async () => {
    connection.start();
    await settle();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(connection.state.phase).toBe("connecting");
    await vi.advanceTimersByTimeAsync(500);
    expect(server.sockets).toHaveLength(2);
  });

  it("waits twice as long after each failure, at most twenty seconds, and is offline after four", async () => {
    await connect();
    server.last.cut();
    const waits: number[] = [];
    const phases: string[] = [];
    for (let failure = 0; failure < 8; failure += 1) {
      phases.push(connection.state.phase);
      const dialled = server.sockets.length;
      let waited = 0;
      while (server.sockets.length === dialled) {
        await vi.advanceTimersByTimeAsync(250);
        waited += 250;
      }
      waits.push(waited);
      server.last.cut();
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16000, 20000, 20000]);
    expect(phases).toEqual(["reconnecting", "reconnecting", "reconnecting", "offline", "offline", "offline", "offline", "offline"]);
    await vi.advanceTimersByTimeAsync(20_000);
    server.last.welcome();
    expect(connection.state.phase).toBe("live");
    expect(handlers.onWelcome).toHaveBeenLastCalledWith(expect.anything(), true);
  });

  it("jitters down to half of the wait", async () => {
    connection = new Connection({ createSocket: server.createSocket, getToken, random: () => 0 }, handlers);
    await connect();
    server.last.cut();
    await vi.advanceTimersByTimeAsync(250);
    expect(server.sockets).toHaveLength(2);
  });

  it("dials at once when asked to, but never twice", async () => {
    await connect();
    connection.retryNow();
    server.last.cut();
    connection.retryNow();
    await settle();
    expect(server.sockets).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(server.sockets).toHaveLength(2);
  });

  it("tries a fresh token after a first refusal", async () => {
    connection.start();
    await settle();
    server.last.cut();
    await vi.advanceTimersByTimeAsync(500);
    server.last.cut();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(getToken.mock.calls).toEqual([[false], [true], [false]]);
  });

  it("stops when signed out, and keeps trying when the server is away", async () => {
    getToken.mockRejectedValueOnce(new ApiError("away", "unreachable", 0));
    connection.start();
    await settle();
    expect(connection.state.phase).toBe("connecting");
    getToken.mockRejectedValueOnce(new ApiError("out", "signed_out", 401));
    await vi.advanceTimersByTimeAsync(500);
    expect(connection.state.phase).toBe("idle");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.sockets).toHaveLength(0);
  });

  it("ignores a socket and a token that it has left behind", async () => {
    await connect();
    const old = server.last;
    connection.stop();
    old.welcome();
    expect(connection.state.phase).toBe("idle");
    let answer: (token: string) => void = () => undefined;
    getToken.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    connection.start();
    connection.stop();
    answer("late");
    await settle();
    expect(server.sockets).toHaveLength(1);
    getToken.mockReturnValueOnce(Promise.reject(new Error("late")));
    connection.start();
    connection.stop();
    await settle();
    expect(connection.state.phase).toBe("idle");
  });

  it("passes other frames on", async () => {
    await connect();
    server.last.receive({ type: "ack", id: "1", action: "list", topics: [] });
    expect(handlers.onFrame).toHaveBeenCalledWith({ v: 1, type: "ack", id: "1", action: "list", topics: [] });
  });
});
