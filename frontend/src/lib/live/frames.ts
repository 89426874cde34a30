import type { Mode, Provenance } from "./payloads";
import type { Topic } from "./topics";

export interface WelcomeFrame {
  type: "welcome";
  mode: Mode;
  market_time: string;
  replay_speed: number | null;
  epoch: string;
  expires_at: string;
}
export interface AckFrame {
  type: "ack";
  id: string | null;
  action: string;
  topics: Topic[];
}
export interface ErrorFrame {
  type: "error";
  id: string | null;
  code: string;
  message: string;
  facts: Record<string, unknown>;
}
export interface PongFrame {
  type: "pong";
  id: string | null;
  market_time: string;
}
export interface DataFrame<Data = unknown> {
  type: "snapshot" | "update";
  topic: Topic;
  epoch: string;
  seq: number;
  from_seq?: number;
  data: Data;
  provenance: Provenance;
}
export interface GapFrame {
  type: "gap";
  topic: Topic;
  epoch: string;
  from_seq: number;
  to_seq: number;
}
export interface StatusFrame {
  type: "status";
  topic: Topic;
  state: string;
  reason: string;
}

export type ServerFrame = WelcomeFrame | AckFrame | ErrorFrame | PongFrame | DataFrame | GapFrame | StatusFrame;

const KINDS = new Set(["welcome", "ack", "error", "pong", "snapshot", "update", "gap", "status"]);

/** Read a frame of protocol version 1; null for anything else, so that a newer server never breaks an older tab. */
export function parseFrame(text: unknown): ServerFrame | null {
  if (typeof text !== "string") return null;
  try {
    const frame: unknown = JSON.parse(text);
    if (typeof frame !== "object" || frame === null) return null;
    const { v, type } = frame as { v?: unknown; type?: unknown };
    return v === 1 && typeof type === "string" && KINDS.has(type) ? (frame as ServerFrame) : null;
  } catch {
    return null;
  }
}
