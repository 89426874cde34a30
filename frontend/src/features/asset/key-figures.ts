import { formatExact, formatLarge, formatPrice } from "@/lib/format/number";
import type { PriceData } from "@/lib/live/payloads";

export interface KeyFigure {
  name: string;
  text: string;
  /** The exact value where the text is short for it. */
  exact?: string;
}

/** The figures of a quote that are worth a line, those that are missing too: that they are missing is worth knowing. */
export function keyFigures(quote: PriceData, priceDecimals: number): KeyFigure[] {
  const price = (name: string, value: number | null): KeyFigure => ({ name, text: formatPrice(value, priceDecimals) });
  const large = (name: string, value: number | null): KeyFigure => ({ name, text: formatLarge(value), exact: formatExact(value) });
  const spread = quote.bid !== null && quote.ask !== null ? quote.ask - quote.bid : null;
  return [
    price("Open", quote.open),
    price("High", quote.high),
    price("Low", quote.low),
    price("Previous close", quote.previous_close),
    price("Bid", quote.bid),
    price("Ask", quote.ask),
    price("Spread", spread),
    large("Volume", quote.volume),
    large("Turnover", quote.quote_volume),
    large("Market cap", quote.market_cap),
  ];
}
