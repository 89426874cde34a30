// Refuses a build in which a route asks for more JavaScript than the budget before its page is drawn. Run after `npm run build`.
//
// Counted (gzip): the script tags of the exported file, and the view that the route's own chunk imports at once. Not counted, because only
// some readers ask for them: what the view and the frame import later (charts, popovers, menus, the palette). The chart library is shown apart.
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";

const OUT = path.resolve(import.meta.dirname, "../out");
const BUDGET_KB = 200;
const CHART_MARK = "createChart";
/** These import a view: finding none means that this script no longer understands the bundler. */
const WITH_VIEW = new Set(["markets.html", "assets/_.html"]);
const LOADER = /Promise\.all\(\[((?:"static\/chunks\/[^"]+\.js",?)+)\]\.map/g;

const sizes = new Map();
const kilobytes = (sources) => [...sources].reduce((total, source) => total + gzipSize(source), 0) / 1024;

function gzipSize(source) {
  if (!sizes.has(source)) sizes.set(source, gzipSync(readChunk(source), { level: 9 }).length);
  return sizes.get(source);
}

function readChunk(source) {
  return readFileSync(path.join(OUT, source), "utf8");
}

/** List what a browser that knows modules loads: script tags, minus those marked nomodule. */
function initialChunks(page) {
  const tags = readFileSync(path.join(OUT, page), "utf8").match(/<script\b[^>]*>/g) ?? [];
  const sources = tags.filter((tag) => !/\bnomodule\b/i.test(tag)).map((tag) => /\bsrc="([^"?]+)/.exec(tag)?.[1]);
  return new Set(sources.filter(Boolean));
}

/** List the groups of chunks that a chunk can import. */
function importedGroups(source) {
  return [...readChunk(source).matchAll(LOADER)].map(([, list]) => list.match(/static\/chunks\/[^"]+/g).map((name) => `/_next/${name}`));
}

function listPages() {
  try {
    return readdirSync(OUT, { recursive: true }).filter((name) => name.endsWith(".html")).sort();
  } catch {
    console.error(`There is no build in ${OUT}: run \`npm run build\` first.`);
    process.exit(1);
  }
}

const pages = new Map(listPages().map((page) => [page, initialChunks(page)]));
const sharedBy = (source) => [...pages.values()].filter((chunks) => chunks.has(source)).length;

let failures = 0;
console.log("  first    view   total KB, gzip");
for (const [page, initial] of pages) {
  const own = [...initial].filter((source) => sharedBy(source) === 1);
  const view = new Set(own.flatMap(importedGroups).flat().filter((source) => !initial.has(source)));
  const lazy = [...view].flatMap(importedGroups).flat();
  const charts = new Set(lazy.filter((source) => readChunk(source).includes(CHART_MARK) && !view.has(source) && gzipSize(source) > 20_000));
  const total = kilobytes(initial) + kilobytes(view);
  const isLost = WITH_VIEW.has(page) && view.size === 0;
  const isOk = total <= BUDGET_KB && !isLost;
  if (!isOk) failures += 1;
  const numbers = [kilobytes(initial), kilobytes(view), total].map((value) => value.toFixed(1).padStart(7)).join(" ");
  const verdict = isLost ? "NO VIEW FOUND" : isOk ? "ok" : "TOO LARGE";
  const aside = charts.size > 0 ? `  (charts, lazily: ${kilobytes(charts).toFixed(1)})` : "";
  console.log(`${numbers}  ${verdict.padEnd(9)}  /${page.replace(/\.html$/, "")}${aside}`);
}
if (failures > 0) {
  console.error(`${failures} route(s) exceed the budget of ${BUDGET_KB} KB of gzipped JavaScript, or could not be measured.`);
  process.exit(1);
}
