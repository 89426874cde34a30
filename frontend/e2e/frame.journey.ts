import { expect, expectConnected, freshSignInLink, openLink, signIn, test } from "./terminal";

test("who is signed out is led to sign in and back to where they were", async ({ page }) => {
  await page.goto("/assets/BTCUSDT?range=1M");
  await page.waitForURL("**/sign-in?next=*");
  await expect(page.getByRole("heading", { name: "FinanceHub" })).toBeVisible();
  const { hash } = new URL(freshSignInLink());
  await page.evaluate((fragment) => {
    window.location.hash = fragment;
  }, hash);
  await page.waitForURL("**/assets/BTCUSDT?range=1M");
});

test("a link works once, and a wrong one is explained", async ({ page, context, complaints }) => {
  complaints.allow(/401/);
  const link = freshSignInLink();
  await openLink(page, link);
  await page.waitForURL("**/markets");
  await context.clearCookies();
  await page.evaluate(() => window.localStorage.clear());
  await openLink(page, link);
  const problem = page.getByRole("alert").filter({ hasText: "This sign-in link does not work any more" });
  await expect(problem).toBeVisible();
  await expect(problem.getByText("financehub link")).toBeVisible();
  expect(page.url()).not.toContain("token");
  await page.goto("/sign-in#token=wrong");
  await expect(problem).toBeVisible();
});

test("a wrong password is refused without saying whether the name exists", async ({ page, complaints }) => {
  complaints.allow(/401/);
  await page.goto("/sign-in");
  await page.getByLabel("Name").fill("nobody");
  await page.getByLabel("Password").fill("wrong horse battery staple");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert").filter({ hasText: /name or the password/i })).toBeVisible();
});

test("keys lead everywhere, and help says which", async ({ page }) => {
  await signIn(page);
  await expectConnected(page);
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard" });
  await expect(help).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(help).toHaveCount(0);
  await page.keyboard.press("g");
  await page.keyboard.press(",");
  await page.waitForURL("**/settings");
  await page.keyboard.press("g");
  await page.keyboard.press("m");
  await page.waitForURL("**/markets");
  await page.keyboard.press("Tab");
  await page.reload();
  await expectConnected(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#content")).toBeFocused();
});

test("appearance is kept", async ({ page }) => {
  await signIn(page);
  await page.goto("/settings");
  await page.getByRole("radio", { name: "High contrast" }).click();
  await page.getByRole("radio", { name: "Blue and orange" }).click();
  await page.getByRole("radio", { name: "Compact" }).click();
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "contrast");
  await expect(page.locator("html")).toHaveAttribute("data-updown", "blue-orange");
  await expect(page.locator("html")).toHaveAttribute("data-density", "compact");
});

test("a password opens the door too, and another browser's session can be ended", async ({ page, browser, baseURL, complaints }) => {
  complaints.allow(/40[0-9]|422/);
  const password = "seven calm otters trade 49 bars";
  await signIn(page);
  await page.goto("/settings");
  const current = page.getByLabel("Current password");
  await expect(page.getByText("This browser", { exact: true })).toBeVisible();
  if (await current.isVisible()) await current.fill(password);
  await page.getByLabel("New password", { exact: true }).fill("short");
  await page.getByLabel("New password again").fill("short");
  await page.getByRole("button", { name: /password/ }).click();
  await expect(page.getByText("Use at least 12 characters.")).toBeVisible();
  await page.getByLabel("New password", { exact: true }).fill(password);
  await page.getByLabel("New password again").fill(password);
  await page.getByRole("button", { name: /password/ }).click();
  await expect(page.getByText("Your password is saved.")).toBeVisible();

  await page.getByRole("button", { name: /^Account:/ }).click();
  const name = await page.getByRole("menu").locator("span").first().textContent();
  await page.keyboard.press("Escape");
  const other = await browser.newContext({ baseURL, userAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) Version/17 Safari/605.1.15" });
  const elsewhere = await other.newPage();
  await elsewhere.goto("/sign-in");
  await elsewhere.getByLabel("Name").fill(name ?? "");
  await elsewhere.getByLabel("Password").fill(password);
  await elsewhere.getByRole("button", { name: "Sign in" }).click();
  await elsewhere.waitForURL("**/markets");
  await expectConnected(elsewhere);

  await page.reload();
  await page.getByRole("button", { name: /Sign out Safari on macOS/ }).first().click();
  await expect(page.getByText("Safari on macOS")).toHaveCount(0);
  await elsewhere.waitForURL("**/sign-in*", { timeout: 30_000 });
  await other.close();
});

test("signing out leaves nothing behind", async ({ page }) => {
  await signIn(page);
  await page.getByRole("button", { name: /^Account:/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in*");
  await page.goto("/markets");
  await page.waitForURL("**/sign-in*");
});

test("an address that leads nowhere says so", async ({ page, complaints }) => {
  complaints.allow(/404/);
  const response = await page.goto("/no/such/page");
  expect(response?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: "There is no page at this address" })).toBeVisible();
  await page.getByRole("link", { name: "Go to markets" }).click();
  await page.waitForURL(/\/(markets|sign-in)/);
});
