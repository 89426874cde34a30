const PAD = 1.5;

/** Draw points evenly spaced into a box as an SVG path, the highest at the top; a flat line runs in the middle. */
export function sparklinePath(values: readonly number[], width: number, height: number): string {
  if (values.length < 2) return "";
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  const step = width / (values.length - 1);
  return values
    .map((value, index) => {
      const share = span === 0 ? 0.5 : (value - low) / span;
      return `${index === 0 ? "M" : "L"}${hundredth(index * step)} ${hundredth(PAD + (1 - share) * (height - 2 * PAD))}`;
    })
    .join("");
}

/** Say which way a line went from its first to its last point. */
export function trendOf(values: readonly number[]): "up" | "down" | "flat" {
  const first = values[0];
  const last = values.at(-1);
  if (first === undefined || last === undefined || first === last) return "flat";
  return last > first ? "up" : "down";
}

function hundredth(value: number): number {
  return Math.round(value * 100) / 100;
}
