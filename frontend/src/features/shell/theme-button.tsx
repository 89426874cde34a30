"use client";

import { useTheme } from "next-themes";
import { lazy } from "react";
import { THEMES } from "@/components/theme/theme-choices";
import { useHydrated } from "@/lib/hydration";
import { MenuButton } from "./menu-button";

const loadMenu = () => import("./theme-menu").then((module) => ({ default: module.ThemeMenu }));
const ThemeMenu = lazy(loadMenu);

export function ThemeButton() {
  const { theme } = useTheme();
  const isHydrated = useHydrated();
  // The exported file does not know what this browser has chosen.
  const current = THEMES.find(({ value }) => isHydrated && value === theme) ?? THEMES[2]!;
  return (
    <MenuButton menu={ThemeMenu} onNear={() => void loadMenu().catch(() => undefined)} aria-label={`Theme: ${current.label}`} title="Theme">
      <current.icon aria-hidden="true" />
    </MenuButton>
  );
}
