import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import type { NextConfig } from "next";
import { PHASE_PRODUCTION_BUILD } from "next/constants";

const ROOT = import.meta.dirname;
const BACKEND = process.env.FINANCEHUB_BACKEND_URL ?? "http://127.0.0.1:8000";

/** Name a build by what went into it, so that a stale tab notices a new build and equal sources give equal files. */
function hashSources(): string {
  const hash = createHash("sha256");
  for (const entry of listFiles(path.join(ROOT, "src")).sort()) hash.update(entry).update(readFileSync(entry));
  hash.update(readFileSync(path.join(ROOT, "package-lock.json")));
  return hash.digest("hex").slice(0, 16);
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

export default function configure(phase: string): NextConfig {
  const isBuild = phase === PHASE_PRODUCTION_BUILD;
  return {
    // `next dev` with export answers 500 for every id that was unknown at build time.
    output: isBuild ? "export" : undefined,
    reactStrictMode: true,
    images: { unoptimized: true },
    agentRules: false,
    devIndicators: false,
    generateBuildId: hashSources,
    turbopack: { root: ROOT },
    rewrites: isBuild ? undefined : async () => [{ source: "/api/:path*", destination: `${BACKEND}/api/:path*` }],
  };
}
