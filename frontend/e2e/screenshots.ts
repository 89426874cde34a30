import path from "node:path";
import { expectConnected, signIn, test } from "./terminal";

const FOLDER = path.resolve(import.meta.dirname, "../../.cache/screenshots");
const isReplay = process.env.E2E_MODE === "replayed";
const PAGES: [name: string, route: string][] = [
  ["markets", "/markets"],
  ["asset-crypto", "/assets/BTCUSDT"],
  ...(isReplay ? [] : ([["asset-equity", "/assets/AAPL"]] as [string, string][])),
  ["settings", "/settings"],
];

for (const scheme of ["light", "dark"] as const) {
  for (const [width, height] of [
    [1440, 900],
    [320, 640],
  ] as const) {
    test(`pictures ${scheme} ${width}`, async ({ page, complaints }) => {
      complaints.allow(/404/);
      test.setTimeout(120_000);
      const take = (name: string) => page.screenshot({ path: path.join(FOLDER, `${name}-${scheme}-${width}.png`) });
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme: scheme });
      await page.goto("/sign-in");
      await page.getByLabel("Name").waitFor();
      await take("sign-in");
      await page.goto("/no/such/page");
      await take("not-found");
      await signIn(page);
      for (const [name, route] of PAGES) {
        await page.goto(route);
        await expectConnected(page);
        await page.waitForLoadState("networkidle");
        await page.evaluate(() => document.fonts.ready);
        // A live page never rests: what is drawn after the data arrived gets a moment.
        await page.waitForTimeout(2_500);
        await take(name);
      }
      await page.keyboard.press("/");
      await page.getByRole("combobox", { name: "Search" }).fill("b");
      await page.getByRole("option").first().waitFor();
      await take("palette");
    });
  }
}
