import nextVitals from "eslint-config-next/core-web-vitals";
import nextTypescript from "eslint-config-next/typescript";
import { readdirSync } from "node:fs";

const features = readdirSync("src/features", { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** Storeys, top to bottom: app, features, components, lib. A line imports only from lines below. */
const storeys = [
  { target: "./src/lib", from: ["./src/app", "./src/features", "./src/components"] },
  { target: "./src/components", from: ["./src/app", "./src/features"] },
  { target: "./src/features", from: ["./src/app"] },
].map((zone) => ({ ...zone, message: "Imports go only downward: app > features > components > lib." }));

const strangers = features.map((name) => ({
  target: `./src/features/${name}`,
  from: "./src/features",
  except: [`./${name}`],
  message: "Features never import each other; move what they share down to components or lib.",
}));

const REEXPORTS = [
  { selector: "ExportAllDeclaration", message: "No barrels: import from the module that defines the name." },
  { selector: "ExportNamedDeclaration[source]", message: "No barrels: import from the module that defines the name." },
];
const FETCHES = [
  { selector: "MemberExpression[object.name=/^(window|globalThis|self)$/][property.name='fetch']", message: "Only src/lib/api fetches." },
  { selector: "NewExpression[callee.name=/^(XMLHttpRequest|EventSource)$/]", message: "Only src/lib/api fetches." },
];
const SOCKETS = [
  { selector: "NewExpression[callee.name='WebSocket']", message: "Only src/lib/live opens a WebSocket." },
  { selector: "MemberExpression[object.name=/^(window|globalThis|self)$/][property.name='WebSocket']", message: "Only src/lib/live opens a WebSocket." },
];
const FORMATTERS = [
  { selector: "CallExpression[callee.property.name=/^(toFixed|toLocaleString|toLocaleDateString|toLocaleTimeString|toPrecision)$/]", message: "Only src/lib/format formats numbers and times." },
  { selector: "MemberExpression[object.name='Intl'][property.name=/Format$/]", message: "Only src/lib/format formats numbers and times." },
];
const FETCH_GLOBAL = ["error", { name: "fetch", message: "Only src/lib/api fetches." }, { name: "WebSocket", message: "Only src/lib/live opens a WebSocket." }];

const config = [
  { ignores: ["node_modules/**", ".next/**", "out/**", "coverage/**", "next-env.d.ts", "src/lib/api/schema.d.ts", "playwright-report/**", "test-results/**"] },
  ...nextVitals,
  ...nextTypescript,
  {
    files: ["src/**/*.{ts,tsx}"],
    rules: {
      "import/no-restricted-paths": ["error", { zones: [...storeys, ...strangers] }],
      "no-restricted-syntax": ["error", ...REEXPORTS, ...FETCHES, ...SOCKETS, ...FORMATTERS],
      "no-restricted-globals": FETCH_GLOBAL,
      "no-console": "error",
      // It speaks of the React compiler, which is not in use.
      "react-hooks/incompatible-library": "off",
      "max-lines": ["error", { max: 400 }],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      eqeqeq: ["error", "smart"],
    },
  },
  { files: ["src/**/*.ts"], rules: { "max-lines-per-function": ["error", { max: 50, skipBlankLines: true, skipComments: true }] } },
  { files: ["src/**/*.tsx"], rules: { "max-lines-per-function": ["error", { max: 80, skipBlankLines: true, skipComments: true }] } },
  { files: ["src/app/**/*.{ts,tsx}"], rules: { "max-lines": ["error", { max: 90 }] } },
  {
    files: ["src/lib/api/**"],
    rules: { "no-restricted-globals": "off", "no-restricted-syntax": ["error", ...REEXPORTS, ...SOCKETS, ...FORMATTERS] },
  },
  {
    files: ["src/lib/live/**"],
    rules: { "no-restricted-globals": "off", "no-restricted-syntax": ["error", ...REEXPORTS, ...FETCHES, ...FORMATTERS] },
  },
  {
    files: ["src/lib/format/**"],
    rules: { "no-restricted-syntax": ["error", ...REEXPORTS, ...FETCHES, ...SOCKETS] },
  },
  {
    files: ["src/**/*.test.{ts,tsx}"],
    rules: { "max-lines-per-function": "off", "no-restricted-globals": "off", "no-restricted-syntax": ["error", ...REEXPORTS] },
  },
];

export default config;
