import { expect, expectConnected, signIn, test } from "./terminal";

const ROUTES = ["/markets", "/assets/BTCUSDT", "/assets/AAPL", "/settings"];

for (const [width, height] of [
  [320, 640],
  [768, 1024],
  [1440, 900],
] as const) {
  test(`no page scrolls sideways at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await signIn(page);
    for (const route of ROUTES) {
      await page.goto(route);
      await expectConnected(page);
      await page.waitForLoadState("networkidle");
      const { scroll, client } = await page.evaluate(() => ({
        scroll: Math.max(document.documentElement.scrollWidth, document.body.scrollWidth),
        client: document.documentElement.clientWidth,
      }));
      expect.soft(scroll, `${route} at ${width} px`).toBeLessThanOrEqual(client);
    }
  });
}

test("a phone has its places at the bottom, a desk at the side", async ({ page }) => {
  await signIn(page);
  await expect(page.getByRole("navigation", { name: "Places" })).toHaveCount(1);
  const side = await page.getByRole("navigation", { name: "Places" }).boundingBox();
  expect(side?.x).toBe(0);
  await page.setViewportSize({ width: 320, height: 640 });
  const bottom = page.getByRole("navigation", { name: "Places" });
  await expect(bottom.getByRole("link", { name: "Markets" })).toBeVisible();
  for (const target of await bottom.locator("a, button").all()) expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  await bottom.getByRole("button", { name: "Search" }).click();
  await expect(page.getByRole("combobox", { name: "Search" })).toBeVisible();
});
