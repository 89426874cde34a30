// Writes src/lib/api/schema.d.ts from openapi.json; with --check only says whether it is current.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import openapiTypescript, { astToString } from "openapi-typescript";

const SCHEMA = new URL("../openapi.json", import.meta.url);
const TARGET = new URL("../src/lib/api/schema.d.ts", import.meta.url);
const HEADER = "/* Generated from openapi.json by `npm run generate:api`; do not edit. */\n\n";

const generated = HEADER + astToString(await openapiTypescript(SCHEMA, { alphabetize: true }));

if (process.argv.includes("--check")) {
  const current = await readFile(TARGET, "utf8").catch(() => "");
  if (current !== generated) {
    console.error(`${fileURLToPath(TARGET)} does not match openapi.json: run \`npm run generate:api\` and commit the result.`);
    process.exit(1);
  }
  console.log("src/lib/api/schema.d.ts is current.");
} else {
  await writeFile(TARGET, generated);
  console.log(`Wrote ${fileURLToPath(TARGET)}.`);
}
