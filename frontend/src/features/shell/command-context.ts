"use client";

import { createContext, useContext } from "react";

export interface Commands {
  openPalette: () => void;
  openHelp: () => void;
}

export const CommandContext = createContext<Commands>({ openPalette: () => undefined, openHelp: () => undefined });

/** Answer how to open the palette and the keyboard help from anywhere in the frame. */
export function useCommands(): Commands {
  return useContext(CommandContext);
}
