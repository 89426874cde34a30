"use client";

import { cn } from "@/lib/class-names";
import { formatMilliseconds } from "@/lib/format/number";
import type { ConnectionPhase } from "@/lib/live/connection";
import { useConnectionState } from "@/lib/live/hooks";

interface Face {
  label: string;
  explanation: string;
  dot: string;
  text: string;
}

const FACES: Record<ConnectionPhase, Face> = {
  idle: { label: "Not connected", explanation: "Live data starts after you sign in.", dot: "bg-neutral-8", text: "text-muted" },
  connecting: { label: "Connecting", explanation: "Opening the live connection.", dot: "bg-warning animate-pulse", text: "text-muted" },
  live: { label: "Connected", explanation: "Live data arrives. The number is the time a message takes there and back.", dot: "bg-up", text: "text-muted" },
  reconnecting: { label: "Reconnecting", explanation: "The live connection was lost and is being opened again. Figures may be old.", dot: "bg-warning animate-pulse", text: "text-warning" },
  offline: { label: "Offline", explanation: "The server has not answered for a while. Figures are old. It is tried again by itself.", dot: "bg-error", text: "text-error" },
};

/** Says whether live data arrives, and how fast. Only a change of state is announced, never the latency. */
export function ConnectionIndicator() {
  const { phase, latencyMilliseconds } = useConnectionState();
  const face = FACES[phase];
  return (
    <div title={`${face.label}. ${face.explanation}`} className={cn("flex h-6 items-center gap-1.5 px-1 text-table whitespace-nowrap", face.text)}>
      <span aria-hidden="true" className={cn("size-2 shrink-0 rounded-full", face.dot)} />
      <span role="status" className="max-lg:sr-only">
        {face.label}
      </span>
      {latencyMilliseconds !== null && (
        <span data-testid="latency" className="text-muted max-sm:hidden">
          {formatMilliseconds(latencyMilliseconds)}
        </span>
      )}
    </div>
  );
}
