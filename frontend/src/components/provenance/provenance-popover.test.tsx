import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { Figure } from "./figure";
import { PanelSource } from "./panel-source";
import type { Provenance } from "./provenance";
import { ProvenanceChip } from "./provenance-chip";

const NOW = Date.parse("2024-08-08T14:00:12Z");
vi.mock("@/lib/live/hooks", () => ({ useMarketNow: () => NOW }));

const provenance: Provenance = {
  source: "yahoo_finance",
  as_of: "2024-08-08T14:00:00Z",
  fetched_at: "2024-08-08T14:00:05Z",
  delay_class: "delayed_15m",
  unit: "price",
  currency: "USD",
  cached: "L1",
  confidence: 0.92,
  dispersion_bp: 3.25,
  trace: [
    { source: "coingecko", outcome: "failed", reason: "answered 429", code: "rate_limited", milliseconds: 212.4 },
    { source: "yahoo_finance", outcome: "answered", reason: "", code: "", milliseconds: null },
  ],
};

const factsOf = (dialog: HTMLElement) => {
  const names = within(dialog).getAllByRole("term").map((each) => each.textContent);
  const texts = within(dialog).getAllByRole("definition").map((each) => each.textContent);
  return Object.fromEntries(names.map((name, index) => [name, texts[index]]));
};

describe("ProvenanceChip", () => {
  it("says source and age, and shows the rest when it is pressed", async () => {
    render(<ProvenanceChip provenance={provenance} />);
    const chip = screen.getByRole("button");
    expect(chip).toHaveTextContent("Yahoo Finance·12 s ago");
    expect(chip).toHaveAttribute("title", "8 Aug 2024, 16:00:00 local time · 2024-08-08 14:00:00 UTC");
    await userEvent.click(chip);
    expect(factsOf(await screen.findByRole("dialog"))).toEqual({
      Source: "Yahoo Finance",
      "As of": "8 Aug 2024, 16:00:00",
      Age: "12 s ago · Up to 30 s old",
      Fetched: "8 Aug 2024, 16:00:05",
      Delay: "Delayed by 15 minutes",
      Unit: "price in USD",
      Cache: "Answered from memory (L1)",
      Confidence: "92\u00a0%",
      Dispersion: "3.3\u00a0bp",
    });
  });

  it("lists the sources considered with outcome, reason and time", async () => {
    render(<ProvenanceChip provenance={provenance} />);
    await userEvent.click(screen.getByRole("button"));
    const rows = within(await screen.findByRole("table")).getAllByRole("row").slice(1);
    expect(rows.map((row) => [...row.children].map((cell) => cell.textContent))).toEqual([
      ["CoinGecko", "Failedanswered 429", "212\u00a0ms"],
      ["Yahoo Finance", "Answered", "—"],
    ]);
  });

  it("is nothing without a provenance", () => {
    const { container } = render(<ProvenanceChip provenance={null} />);
    expect(container).toBeEmptyDOMElement();
  });
});

describe("Figure", () => {
  it("opens and closes by the keyboard and gives the focus back", async () => {
    render(<Figure provenance={{ ...provenance, trace: [], confidence: null, dispersion_bp: null }}>42.00</Figure>);
    await userEvent.tab();
    expect(screen.getByRole("button", { name: "42.00" })).toHaveFocus();
    await userEvent.keyboard("{Enter}");
    const dialog = await screen.findByRole("dialog", { name: "Where this comes from: Yahoo Finance" });
    expect(dialog).toHaveTextContent("No other source was asked.");
    expect(factsOf(dialog)).not.toHaveProperty("Confidence");
    await userEvent.keyboard("{Escape}");
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(screen.getByRole("button", { name: "42.00" })).toHaveFocus();
  });

  it("stays out of the tab order where a chip stands beside it", async () => {
    render(
      <Figure provenance={provenance} isTabStop={false}>
        1
      </Figure>,
    );
    await userEvent.tab();
    expect(document.body).toHaveFocus();
  });

  it("is plain text without a provenance", () => {
    render(<Figure provenance={null}>—</Figure>);
    expect(screen.queryByRole("button")).toBeNull();
    expect(screen.getByText("—")).toBeVisible();
  });
});

describe("PanelSource", () => {
  it("badges what is not the real market, and nothing else", () => {
    const { rerender } = render(<PanelSource provenance={{ ...provenance, delay_class: "replayed" }} />);
    expect(screen.getByText("Replayed")).toBeInTheDocument();
    rerender(<PanelSource provenance={{ ...provenance, delay_class: "simulated" }} isNarrow />);
    expect(screen.getByText("Simulated")).toHaveClass("sr-only");
    rerender(<PanelSource provenance={provenance} />);
    expect(screen.queryByText(/Simulated|Replayed/)).toBeNull();
  });
});
