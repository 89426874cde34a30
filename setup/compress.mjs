// Write a .br and a .gz beside every file of an export that gains from it. Usage: node compress.mjs <folder>
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const TEXT = /\.(html|txt|js|css|svg|json|webmanifest|ico)$/;

function* filesIn(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* filesIn(path);
    else if (TEXT.test(name)) yield path;
  }
}

for (const path of filesIn(process.argv[2])) {
  const body = readFileSync(path);
  if (body.length < 512) continue;
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } };
  writeFileSync(`${path}.br`, brotliCompressSync(body, brotli));
  writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
}
