// Refuses a build in which a route's first-load JavaScript exceeds the budget. Run after `npm run build`.
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";

const OUT = path.resolve(import.meta.dirname, "../out");
const BUDGET_KB = 200;
const sizes = new Map();

function gzipSize(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(file), { level: 9 }).length);
  return sizes.get(file);
}

/** Sum what a browser that knows modules loads: script tags, minus those marked nomodule. */
function measureRoute(html) {
  const tags = html.match(/<script\b[^>]*>/g) ?? [];
  const sources = tags
    .filter((tag) => !/\bnomodule\b/i.test(tag))
    .map((tag) => /\bsrc="([^"?]+)/.exec(tag)?.[1])
    .filter(Boolean);
  return [...new Set(sources)].reduce((total, source) => total + gzipSize(path.join(OUT, source)), 0);
}

function listPages() {
  try {
    return readdirSync(OUT, { recursive: true }).filter((name) => name.endsWith(".html")).sort();
  } catch {
    console.error(`There is no build in ${OUT}: run \`npm run build\` first.`);
    process.exit(1);
  }
}

let failures = 0;
for (const page of listPages()) {
  const kilobytes = measureRoute(readFileSync(path.join(OUT, page), "utf8")) / 1024;
  const verdict = kilobytes <= BUDGET_KB ? "ok" : "TOO LARGE";
  if (kilobytes > BUDGET_KB) failures += 1;
  console.log(`${kilobytes.toFixed(1).padStart(7)} KB  ${verdict.padEnd(9)}  /${page.replace(/\.html$/, "")}`);
}
if (failures > 0) {
  console.error(`${failures} route(s) exceed the budget of ${BUDGET_KB} KB of gzipped first-load JavaScript.`);
  process.exit(1);
}
