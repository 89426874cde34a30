import { Contrast, Monitor, Moon, Sun, type LucideIcon } from "lucide-react";

export interface ThemeChoice {
  value: string;
  label: string;
  icon: LucideIcon;
}

export const THEMES: readonly ThemeChoice[] = [
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
  { value: "system", label: "System", icon: Monitor },
  { value: "contrast", label: "High contrast", icon: Contrast },
];
