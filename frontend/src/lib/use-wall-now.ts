"use client";

import { useEffect, useState } from "react";

/** Answer this machine's own time, for what is not market data: sessions, sign-ins. */
export function useWallNow(everyMilliseconds = 10_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMilliseconds);
    return () => clearInterval(timer);
  }, [everyMilliseconds]);
  return now;
}
