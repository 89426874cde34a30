import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, expectConnected, signIn, test } from "./terminal";

const ROUTES = ["/markets", "/assets/BTCUSDT", "/assets/AAPL", "/settings"];
const THEMES = ["light", "dark", "contrast"] as const;

async function findViolations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

async function setTheme(page: Page, theme: string): Promise<void> {
  await page.evaluate((value) => window.localStorage.setItem("theme", value), theme);
}

/** Judge resting colours, not those of a flash that fades. */
async function settle(page: Page): Promise<void> {
  await page.addStyleTag({ content: "*, ::before, ::after { animation: none !important; transition: none !important; }" });
}

for (const theme of THEMES) {
  test(`every page is accessible in ${theme}`, async ({ page }) => {
    test.setTimeout(300_000);
    await signIn(page);
    await setTheme(page, theme);
    for (const route of ROUTES) {
      await page.goto(route);
      await expectConnected(page);
      await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
      await page.waitForLoadState("networkidle");
      await settle(page);
      expect.soft(await findViolations(page), `${route} in ${theme}`).toEqual([]);
    }
  });

  test(`sign-in and not-found are accessible in ${theme}`, async ({ page, complaints }) => {
    complaints.allow(/404|401/);
    await page.goto("/sign-in");
    await setTheme(page, theme);
    for (const route of ["/sign-in", "/sign-in#token=wrong", "/no/such/page"]) {
      await page.goto("about:blank");
      await page.goto(route);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await page.waitForLoadState("networkidle");
      await settle(page);
      expect.soft(await findViolations(page), `${route} in ${theme}`).toEqual([]);
    }
  });
}

test("palette, help, menus and popovers are accessible", async ({ page }) => {
  test.setTimeout(180_000);
  await signIn(page);
  await page.goto("/assets/BTCUSDT");
  await expectConnected(page);
  await expect(page.getByTestId("headline-price")).toBeVisible();
  await settle(page);
  const surfaces: [string, () => Promise<void>, string][] = [
    ["palette", () => page.keyboard.press("/"), "dialog"],
    ["help", () => page.keyboard.press("?"), "dialog"],
    ["account menu", () => page.getByRole("button", { name: /^Account:/ }).click(), "menu"],
    ["theme menu", () => page.getByRole("button", { name: /^Theme:/ }).click(), "menu"],
    ["market badge", () => page.getByRole("button", { name: /^Data:/ }).click(), "dialog"],
    ["provenance", () => page.getByTestId("headline-price").click(), "dialog"],
  ];
  for (const [name, open, role] of surfaces) {
    await open();
    await expect(page.getByRole(role as "dialog").first()).toBeVisible();
    expect.soft(await findViolations(page), name).toEqual([]);
    await page.keyboard.press("Escape");
    await expect(page.getByRole(role as "dialog")).toHaveCount(0);
  }
});
