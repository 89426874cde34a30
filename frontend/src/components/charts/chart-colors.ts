"use client";

import { useSyncExternalStore } from "react";

export interface ChartColors {
  text: string;
  grid: string;
  border: string;
  crosshair: string;
  label: string;
  accent: string;
  accentSoft: string;
  accentNone: string;
  up: string;
  down: string;
  upSoft: string;
  downSoft: string;
}

const VARIABLES: Readonly<Record<Exclude<keyof ChartColors, "accentNone" | "upSoft" | "downSoft" | "accentSoft">, string>> = {
  text: "--muted",
  grid: "--border",
  border: "--border-strong",
  crosshair: "--faint",
  label: "--active",
  accent: "--accent-text",
  up: "--up",
  down: "--down",
};

let cached: { theme: string; colors: ChartColors } | null = null;

/**
 * Turn any CSS colour into rgba(), by painting it.
 *
 * The chart library reads neither oklch() nor variables; what a pixel of it looks like is the one answer every browser gives.
 */
export function paintColor(value: string, alpha = 1): string {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return value;
  context.fillStyle = value;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, opacity = 255] = context.getImageData(0, 0, 1, 1).data;
  return `rgba(${red}, ${green}, ${blue}, ${Math.round((opacity / 255) * alpha * 1000) / 1000})`;
}

/** The colours of the charts, from the same variables as everything else; they follow the theme. */
export function useChartColors(): ChartColors {
  return useSyncExternalStore(subscribeTheme, currentColors, currentColors);
}

function currentColors(): ChartColors {
  const theme = themeKey();
  if (cached?.theme !== theme) cached = { theme, colors: readColors() };
  return cached.colors;
}

function readColors(): ChartColors {
  const style = getComputedStyle(document.documentElement);
  const read = (variable: string, alpha?: number) => paintColor(style.getPropertyValue(variable).trim(), alpha);
  const plain = Object.fromEntries(Object.entries(VARIABLES).map(([name, variable]) => [name, read(variable)]));
  return {
    ...(plain as Record<keyof typeof VARIABLES, string>),
    accentSoft: read(VARIABLES.accent, 0.25),
    accentNone: read(VARIABLES.accent, 0),
    upSoft: read(VARIABLES.up, 0.45),
    downSoft: read(VARIABLES.down, 0.45),
  };
}

/** Everything that moves a colour: the attributes that themes and palettes are switched by. */
function themeKey(): string {
  const { dataset, className, style } = document.documentElement;
  return `${JSON.stringify(dataset)}|${className}|${style.colorScheme}|${matchMedia("(prefers-color-scheme: dark)").matches}`;
}

function subscribeTheme(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true });
  const query = matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", listener);
  return () => {
    observer.disconnect();
    query.removeEventListener("change", listener);
  };
}
