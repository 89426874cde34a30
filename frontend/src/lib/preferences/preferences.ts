"use client";

import { create } from "zustand";
import { persist } from "zustand/middleware";

export type UpDown = "green-red" | "blue-orange";
export type Density = "comfortable" | "compact";

export interface Preferences {
  upDown: UpDown;
  density: Density;
  isRailOpen: boolean;
}

export const DEFAULTS: Preferences = { upDown: "green-red", density: "comfortable", isRailOpen: false };

/** How this browser shows things; kept in the browser. */
export const usePreferences = create<Preferences>()(persist(() => DEFAULTS, { name: "financehub.preferences", version: 1 }));

/** Write the choices where the style sheet reads them. */
export function applyPreferences({ upDown, density }: Preferences, root: HTMLElement): void {
  root.dataset.updown = upDown;
  root.dataset.density = density;
}
