"use client";

import dynamic from "next/dynamic";
import { useMemo, useState, type ReactNode } from "react";
import { CommandContext, type Commands } from "./command-context";
import { useShellKeys } from "./use-shell-keys";

// Neither is needed for the first paint; each is loaded when it is first asked for.
const Palette = dynamic(() => import("./palette").then((module) => module.Palette), { ssr: false });
const KeyboardHelp = dynamic(() => import("./keyboard-help").then((module) => module.KeyboardHelp), { ssr: false });

type Opened = "palette" | "help" | null;

/** Holds the palette and the keyboard help, and the keys that open them. */
export function CommandHost({ children }: { children: ReactNode }) {
  const [opened, setOpened] = useState<Opened>(null);
  const commands = useMemo<Commands>(() => ({ openPalette: () => setOpened("palette"), openHelp: () => setOpened("help") }), []);
  const close = () => setOpened(null);
  useShellKeys(commands);
  return (
    <CommandContext value={commands}>
      {children}
      {opened === "palette" && <Palette onClose={close} onHelp={commands.openHelp} />}
      {opened === "help" && <KeyboardHelp onClose={close} />}
    </CommandContext>
  );
}
