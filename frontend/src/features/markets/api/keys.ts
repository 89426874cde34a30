/** The names under which answers about the markets are kept. */
export const marketKeys = {
  featured: ["markets", "featured"] as const,
  quotes: (symbols: readonly string[]) => ["markets", "quotes", ...symbols] as const,
  sparklines: (symbols: readonly string[]) => ["markets", "sparklines", ...symbols] as const,
};
