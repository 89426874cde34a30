/** What stands where a figure is missing: never 0. */
export const MISSING = "—";

const MINUS = "−";
const NO_BREAK_SPACE = "\u00a0";
const LARGE_UNITS = [
  { size: 1e12, suffix: "T" },
  { size: 1e9, suffix: "B" },
  { size: 1e6, suffix: "M" },
  { size: 1e3, suffix: "K" },
] as const;

export type Maybe = number | null | undefined;
export type Direction = "up" | "down" | "flat";

const formatters = new Map<string, Intl.NumberFormat>();

function formatterFor(minimum: number, maximum: number): Intl.NumberFormat {
  const key = `${minimum}:${maximum}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.NumberFormat("en-US", { minimumFractionDigits: minimum, maximumFractionDigits: maximum });
    formatters.set(key, formatter);
  }
  return formatter;
}

function isMissing(value: Maybe): value is null | undefined {
  return value == null || !Number.isFinite(value);
}

/** Write digits with a true minus; a value that rounds to nothing carries no sign. */
function write(value: number, minimum: number, maximum: number, isSigned = false): string {
  const digits = formatterFor(minimum, maximum).format(Math.abs(value));
  const isZero = !/[1-9]/.test(digits);
  if (isZero) return digits;
  if (value < 0) return MINUS + digits;
  return isSigned ? `+${digits}` : digits;
}

/** Write a price with exactly the instrument's decimals. */
export function formatPrice(value: Maybe, decimals: number): string {
  return isMissing(value) ? MISSING : write(value, decimals, decimals);
}

/** Write a change in price, always signed. */
export function formatChange(value: Maybe, decimals: number): string {
  return isMissing(value) ? MISSING : write(value, decimals, decimals, true);
}

/** Write a percentage given in percent (0.53 is `+0.53 %`), always signed, two places. */
export function formatPercent(value: Maybe): string {
  return isMissing(value) ? MISSING : `${write(value, 2, 2, true)}${NO_BREAK_SPACE}%`;
}

/** Write a share of a whole given as a fraction (0.42 is `42 %`), unsigned, no places. */
export function formatShare(value: Maybe): string {
  return isMissing(value) ? MISSING : `${write(value * 100, 0, 0)}${NO_BREAK_SPACE}%`;
}

/** Write `+1.24 (+0.53 %)`; the bracket is left out when the percentage is missing. */
export function formatChangeWithPercent(change: Maybe, percent: Maybe, decimals: number): string {
  if (isMissing(change)) return formatPercent(percent);
  if (isMissing(percent)) return formatChange(change, decimals);
  return `${formatChange(change, decimals)} (${formatPercent(percent)})`;
}

/** Write a large number short (`1.2 M`); show `formatExact` beside it as the title. */
export function formatLarge(value: Maybe): string {
  if (isMissing(value)) return MISSING;
  const size = Math.abs(value);
  // 999,950 and more would round to "1,000.0 K": the next unit takes over where rounding reaches it.
  const unit = LARGE_UNITS.find((candidate) => size >= candidate.size * 0.99995 && size >= 999.95);
  if (!unit) return write(value, 0, size < 100 ? 2 : 0);
  return `${write(value / unit.size, 1, 1)}${NO_BREAK_SPACE}${unit.suffix}`;
}

/** Write every digit that a 64-bit float is good for. */
export function formatExact(value: Maybe): string {
  return isMissing(value) ? MISSING : write(value, 0, 12);
}

/** Write a traded quantity: up to eight decimals, trailing zeros dropped. */
export function formatQuantity(value: Maybe, decimals = 8): string {
  return isMissing(value) ? MISSING : write(value, 0, decimals);
}

/** Write a whole count with separators. */
export function formatCount(value: Maybe): string {
  return isMissing(value) ? MISSING : write(value, 0, 0);
}

/** Write a spread or dispersion given in basis points. */
export function formatBasisPoints(value: Maybe): string {
  return isMissing(value) ? MISSING : `${write(value, 1, 1)}${NO_BREAK_SPACE}bp`;
}

/** Write a duration given in milliseconds: `12 ms`, from a second `1.2 s`. */
export function formatMilliseconds(value: Maybe): string {
  if (isMissing(value)) return MISSING;
  if (value >= 999.5) return `${write(value / 1000, 1, 1)}${NO_BREAK_SPACE}s`;
  return `${write(value, 0, 0)}${NO_BREAK_SPACE}ms`;
}

/** Write the speed of a replay: `20×`. */
export function formatSpeed(value: Maybe): string {
  return isMissing(value) ? MISSING : `${write(value, 0, 2)}×`;
}

/** Say which way a change points; a change that is missing is flat. */
export function directionOf(value: Maybe): Direction {
  if (isMissing(value) || value === 0) return "flat";
  return value > 0 ? "up" : "down";
}
