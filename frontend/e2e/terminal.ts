import { execSync } from "node:child_process";
import { test as base, expect, type Page } from "@playwright/test";

/** Print a fresh one-time link with the operator's own command, as a person would. */
export function freshSignInLink(): string {
  const command = process.env.E2E_SIGN_IN_LINK_COMMAND;
  if (!command) throw new Error("Set E2E_SIGN_IN_LINK_COMMAND to a shell command that prints a sign-in link.");
  const link = /https?:\/\/\S+#token=\S+/.exec(execSync(command, { encoding: "utf8" }))?.[0];
  if (!link) throw new Error(`The command printed no sign-in link: ${command}`);
  return link;
}

/** Open a page of this server by the path and fragment of a link, wherever the link says the server is. */
export async function openLink(page: Page, link: string): Promise<void> {
  const { pathname, hash } = new URL(link);
  await page.goto(pathname + hash);
}

/** Sign in by a fresh link and wait for the first page. */
export async function signIn(page: Page): Promise<void> {
  await openLink(page, freshSignInLink());
  await page.waitForURL("**/markets");
}

/** The words of the connection state that say live data arrives. */
export async function expectConnected(page: Page): Promise<void> {
  await expect(page.getByRole("banner").getByText("Connected")).toBeAttached();
}

interface Complaints {
  /** Expect a refusal by the server, which browsers write into the console. */
  allow: (pattern: RegExp) => void;
}

/** A page whose console must stay clean: any error, warning of React, or failed request that was not expected fails the test. */
export const test = base.extend<{ complaints: Complaints }>({
  complaints: [
    async ({ page }, use) => {
      const heard: string[] = [];
      const allowed: RegExp[] = [];
      page.on("console", (message) => {
        if (message.type() === "error") heard.push(`${message.text()} (${message.location().url})`);
      });
      page.on("pageerror", (error) => heard.push(String(error)));
      await use({ allow: (pattern) => allowed.push(pattern) });
      expect(heard.filter((text) => !allowed.some((pattern) => pattern.test(text)))).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
