import { expect, expectConnected, signIn, test } from "./terminal";

test("sign in by link, find an instrument, see its price move and where it comes from", async ({ page }) => {
  await signIn(page);
  expect(page.url()).not.toContain("token");
  await expect(page.getByRole("heading", { name: "Instruments" })).toBeVisible();
  await expect(page.getByText("Apple Inc.").first()).toBeVisible();
  await expectConnected(page);
  await expect(page.getByRole("button", { name: "Data: Simulated. Explain" })).toBeVisible();

  await page.keyboard.press("/");
  const search = page.getByRole("combobox", { name: "Search" });
  await search.fill("bitcoin");
  await expect(page.getByRole("option", { name: /BTCUSDT/ })).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/assets/BTCUSDT");
  await expect(page).toHaveTitle("BTCUSDT · FinanceHub");

  const price = page.getByTestId("headline-price");
  await expect(price).toHaveText(/^[\d,]+\.\d{2}$/);
  const before = await price.textContent();
  await expect(price).not.toHaveText(before ?? "");

  await price.click();
  const provenance = page.getByRole("dialog", { name: /Where this comes from: Binance/ });
  await expect(provenance).toBeVisible();
  for (const fact of ["Source", "As of", "Age", "Fetched", "Delay"]) await expect(provenance.getByText(fact, { exact: true })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(provenance).toBeHidden();

  await expect(page.getByRole("region", { name: "Order book of BTCUSDT" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Trades of BTCUSDT" })).toBeVisible();
});

test("the palette remembers what was opened, and says when nothing matches", async ({ page }) => {
  await signIn(page);
  await expectConnected(page);
  await page.keyboard.press("Control+k");
  const search = page.getByRole("combobox", { name: "Search" });
  await search.fill("US0378331005");
  await page.getByRole("option", { name: /AAPL/ }).click();
  await page.waitForURL("**/assets/AAPL");
  await page.keyboard.press("/");
  await expect(page.getByRole("group", { name: "Recent" }).getByRole("option", { name: /AAPL/ })).toBeVisible();
  await search.fill("zzzz no such thing");
  await expect(page.getByText("No instrument matches")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(search).toBeHidden();
});

test("an unknown instrument is explained", async ({ page, complaints }) => {
  complaints.allow(/404/);
  await signIn(page);
  await page.goto("/assets/NOSUCH");
  await expect(page.getByText("There is no instrument called NOSUCH")).toBeVisible();
});

test("a reload, back and forward keep the instrument", async ({ page }) => {
  await signIn(page);
  await page.goto("/assets/ETHUSDT");
  await expect(page.getByRole("heading", { level: 1, name: /ETHUSDT/ })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: /ETHUSDT/ })).toBeVisible();
  await page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link", { name: "Markets" }).click();
  await expect(page.getByRole("heading", { name: "Instruments" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1, name: /ETHUSDT/ })).toBeVisible();
  await page.goForward();
  await expect(page.getByRole("heading", { name: "Instruments" })).toBeVisible();
});
