import { expect, expectConnected, signIn, test } from "./terminal";

test("@replay a recorded market moves on the page as it was recorded", async ({ page }) => {
  await signIn(page);
  await page.goto("/assets/BTCUSDT");
  await expectConnected(page);
  await expect(page.getByRole("button", { name: /^Data: Replay \d+×/ })).toBeVisible();
  await expect(page.locator("[data-market='replayed']")).toBeVisible();

  const price = page.getByTestId("headline-price");
  await expect(price).toHaveText(/^[\d,]+\.\d+$/);
  const tape = page.getByRole("region", { name: "Trades of BTCUSDT" });
  const book = page.getByRole("region", { name: "Order book of BTCUSDT" });
  const lastCandle = page.locator("dl").filter({ hasText: /[89] Aug 2024/ });
  await expect(lastCandle).toBeVisible();
  const candle = await lastCandle.textContent();
  await expect(tape).toBeVisible();
  await expect(book).toBeVisible();
  const before = { price: await price.textContent(), tape: await tape.textContent(), book: await book.textContent() };
  await expect(tape).not.toHaveText(before.tape ?? "");
  await expect(book).not.toHaveText(before.book ?? "");
  await expect(price).not.toHaveText(before.price ?? "", { timeout: 30_000 });
  await expect(lastCandle).not.toHaveText(candle ?? "");

  await price.click();
  const provenance = page.getByRole("dialog", { name: /Where this comes from: Binance/ });
  await expect(provenance.getByText("Replayed recording, not current")).toBeVisible();
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: /^Data:/ }).click();
  await expect(page.getByRole("dialog", { name: /^Data: Replay/ }).getByText(/recorded market/)).toBeVisible();
});
