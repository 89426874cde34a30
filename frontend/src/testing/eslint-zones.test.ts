import path from "node:path";
import { ESLint } from "eslint";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const eslint = new ESLint({ cwd: root });

async function rulesBroken(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: path.join(root, filePath) });
  return result!.messages.map((message) => message.ruleId ?? "");
}

const VIOLATIONS: [what: string, filePath: string, code: string, rule: string][] = [
  ["lib imports a component", "src/lib/format/number.ts", 'import { Panel } from "@/components/panel/panel";\nexport const x = Panel;\n', "import/no-restricted-paths"],
  ["a component imports a feature", "src/components/panel/panel.tsx", 'import { Shell } from "@/features/shell/shell";\nexport const x = Shell;\n', "import/no-restricted-paths"],
  ["a feature imports another", "src/features/markets/markets-view.tsx", 'import { AssetView } from "@/features/asset/asset-view";\nexport const x = AssetView;\n', "import/no-restricted-paths"],
  ["a feature fetches", "src/features/markets/markets-view.tsx", 'export const x = () => fetch("/api/quotes");\n', "no-restricted-globals"],
  ["a component opens a socket", "src/components/panel/panel.tsx", 'export const x = () => new WebSocket("ws://h");\n', "no-restricted-syntax"],
  ["a feature formats a number", "src/features/asset/asset-view.tsx", "export const x = (value: number) => value.toFixed(2);\n", "no-restricted-syntax"],
  ["a barrel", "src/components/panel/index.ts", 'export * from "./panel";\n', "no-restricted-syntax"],
  ["a long file", "src/lib/format/number.ts", "export {};\n".repeat(401), "max-lines"],
  ["a long page", "src/app/page.tsx", "export {};\n".repeat(91), "max-lines"],
];

describe("the zones of the terminal", () => {
  it.each(VIOLATIONS)("refuse %s", async (_what, filePath, code, rule) => {
    expect(await rulesBroken(filePath, code)).toContain(rule);
  });

  it("let a feature use what is below it", async () => {
    const code = 'import { Panel } from "@/components/panel/panel";\nexport const x = Panel;\n';
    expect(await rulesBroken("src/features/markets/markets-view.tsx", code)).toEqual([]);
  });
});
