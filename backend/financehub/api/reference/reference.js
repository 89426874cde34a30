// Draws /api/openapi.json as a page: operations by tag, their parameters and schemas, and a form that tries them.
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];
const DEEPEST = 6;
let components = {};

/** Make an element; text is always text, so nothing from the document can become markup. */
function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function resolve(schema) {
  const name = schema?.$ref?.split("/").pop();
  if (name) return { title: name, ...components[name] };
  return schema?.allOf?.length === 1 ? { ...resolve(schema.allOf[0]), ...schema } : (schema ?? {});
}

/** Say a schema in a word or two: "string, date-time", "one of a, b", "QuoteBody". */
function typeOf(schema) {
  const whole = resolve(schema);
  if (whole.anyOf) return whole.anyOf.map(typeOf).join(" or ");
  if (whole.enum) return `one of ${whole.enum.join(", ")}`;
  if (whole.const !== undefined) return JSON.stringify(whole.const);
  if (whole.type === "array") return `list of ${typeOf(whole.items)}`;
  if (schema?.$ref) return whole.title;
  return [whole.type, whole.format].filter(Boolean).join(", ") || "any";
}

/** Leave out the marks of code: the page shows plain sentences. */
function plain(text) {
  return (text ?? "").replaceAll("`", "");
}

function limitsOf(schema) {
  const words = { minimum: "at least", maximum: "at most", minLength: "length at least", maxLength: "length at most", pattern: "like" };
  const parts = Object.entries(words).filter(([key]) => schema?.[key] !== undefined);
  const said = parts.map(([key, word]) => `${word} ${schema[key]}`);
  if (schema?.default !== undefined && schema.default !== null && schema.default !== "") said.push(`default ${schema.default}`);
  return said.join("; ");
}

/** Return an example of a schema's shape, with types in place of values. */
function shapeOf(schema, depth = 0) {
  const whole = resolve(schema);
  if (depth > DEEPEST) return "…";
  if (whole.const !== undefined) return whole.const;
  if (whole.anyOf) {
    const first = whole.anyOf.find((part) => part.type !== "null") ?? whole.anyOf[0];
    const shape = shapeOf(first, depth);
    const isNullable = whole.anyOf.some((part) => part.type === "null");
    return typeof shape === "string" && isNullable ? `${typeOf(first)} or null` : shape;
  }
  if (whole.type === "array") return [shapeOf(whole.items, depth + 1)];
  if (whole.properties) {
    return Object.fromEntries(Object.entries(whole.properties).map(([key, part]) => [key, shapeOf(part, depth + 1)]));
  }
  if (whole.type === "object" && whole.additionalProperties) return { "…": shapeOf(whole.additionalProperties, depth + 1) };
  return typeOf(schema);
}

function bodySchema(operation) {
  return operation.requestBody?.content?.["application/json"]?.schema;
}

function parametersTable(parameters) {
  const rows = parameters.map((parameter) =>
    element(
      "tr",
      {},
      element("td", {}, element("code", { textContent: parameter.name }), parameter.required ? " (needed)" : ""),
      element("td", { textContent: parameter.in }),
      element("td", { textContent: typeOf(parameter.schema) }),
      element("td", {
        textContent: [plain(parameter.description ?? parameter.schema?.description), limitsOf(parameter.schema)].filter(Boolean).join(" · "),
      }),
    ),
  );
  const heads = ["Name", "In", "Type", "Meaning"].map((text) => element("th", { scope: "col", textContent: text }));
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows));
  return element("div", { className: "scroll" }, table);
}

function answersOf(operation) {
  return Object.entries(operation.responses).map(([status, answer]) => {
    const schema = answer.content?.["application/json"]?.schema;
    const isError = Number(status) >= 400;
    if (isError) return null;
    const shape = schema ? JSON.stringify(shapeOf(schema), null, 2) : "no body";
    return element("div", {}, element("h3", { textContent: `Answer ${status}${schema ? `: ${typeOf(schema)}` : ""}` }), element("pre", { textContent: shape }));
  });
}

function addressOf(path, parameters, inputs) {
  const query = new URLSearchParams();
  let address = path;
  for (const parameter of parameters) {
    const value = inputs.get(parameter.name).value;
    if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (value !== "") query.set(parameter.name, value);
  }
  return query.size ? `${address}?${query}` : address;
}

async function send(method, address, body) {
  const token = document.querySelector("#token").value.trim();
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (address.startsWith("/api/auth")) headers["X-FinanceHub-Request"] = "1";
  if (body) headers["Content-Type"] = "application/json";
  const started = performance.now();
  const response = await fetch(address, { method: method.toUpperCase(), headers, body: body || undefined, cache: "no-store" });
  const text = await response.text();
  return { response, text, milliseconds: performance.now() - started };
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function tryForm(path, method, operation, parameters) {
  const inputs = new Map();
  const fields = parameters.map((parameter) => {
    const input = element("input", { type: "text", autocomplete: "off", spellcheck: false, required: Boolean(parameter.required) });
    inputs.set(parameter.name, input);
    return element("label", {}, element("span", { textContent: parameter.name }), input);
  });
  const schema = bodySchema(operation);
  const body = schema ? element("textarea", { value: JSON.stringify(shapeOf(schema), null, 2), spellcheck: false }) : null;
  const status = element("p", { role: "status" });
  const output = element("pre", { hidden: true, tabIndex: 0 });
  const form = element(
    "form",
    {},
    element("h3", { textContent: "Try it" }),
    element("div", { className: "tools" }, ...fields),
    body && element("label", {}, element("span", { textContent: "Body" }), body),
    element("button", { className: "send", textContent: `Send ${method.toUpperCase()}` }),
    status,
    output,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    status.className = "muted";
    status.textContent = "Waiting for the answer";
    try {
      const answer = await send(method, addressOf(path, parameters, inputs), body?.value);
      status.className = answer.response.ok ? "" : "failed";
      status.textContent = `${answer.response.status} ${answer.response.statusText} · ${answer.milliseconds.toFixed(0)} ms · request ${answer.response.headers.get("X-Request-ID") ?? ""}`;
      output.textContent = pretty(answer.text);
      output.hidden = answer.text === "";
    } catch (error) {
      status.className = "failed";
      status.textContent = `No answer: ${error.message}`;
    }
  });
  return form;
}

function operationPanel(path, method, operation) {
  const parameters = operation.parameters ?? [];
  const body = bodySchema(operation);
  const content = element("div", {}, element("p", { textContent: plain(operation.description) }));
  if (!operation.security) content.append(element("p", { className: "muted", textContent: "Needs no access token." }));
  if (parameters.length) content.append(element("h3", { textContent: "Parameters" }), parametersTable(parameters));
  if (body) content.append(element("h3", { textContent: `Body: ${typeOf(body)}` }), element("pre", { textContent: JSON.stringify(shapeOf(body), null, 2) }));
  content.append(...answersOf(operation).filter(Boolean), tryForm(path, method, operation, parameters));
  const panel = element(
    "details",
    { id: operation.operationId },
    element(
      "summary",
      {},
      element("span", { className: "method", textContent: method.toUpperCase() }),
      element("span", { className: "path", textContent: path }),
      element("span", { className: "muted", textContent: operation.summary ?? "" }),
    ),
    content,
  );
  panel.dataset.words = [method, path, operation.summary, operation.description].join(" ").toLowerCase();
  return panel;
}

function sectionsOf(document_) {
  const sections = new Map();
  for (const [path, item] of Object.entries(document_.paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      const tag = item[method].tags?.[0] ?? "other";
      if (!sections.has(tag)) sections.set(tag, element("section", {}, element("h2", { textContent: tag })));
      sections.get(tag).append(operationPanel(path, method, item[method]));
    }
  }
  return [...sections.values()];
}

function search(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const panel of document.querySelectorAll("details")) {
    panel.hidden = !words.every((word) => panel.dataset.words.includes(word));
  }
  for (const section of document.querySelectorAll("section")) {
    section.hidden = !section.querySelector("details:not([hidden])");
  }
}

async function useSession() {
  const notice = document.querySelector("#notice");
  const answer = await send("post", "/api/auth/refresh", "");
  const body = JSON.parse(answer.text);
  notice.className = answer.response.ok ? "" : "failed";
  notice.textContent = answer.response.ok ? `Signed in as ${body.user.name}` : body.message;
  if (answer.response.ok) document.querySelector("#token").value = body.access_token;
}

async function start() {
  const description = await (await fetch("/api/openapi.json")).json();
  components = description.components?.schemas ?? {};
  document.querySelector("#about").textContent = plain(description.info.description);
  document.querySelector("#operations").append(...sectionsOf(description));
  document.querySelector("#search").addEventListener("input", (event) => search(event.target.value));
  document.querySelector("#use-session").addEventListener("click", useSession);
  const chosen = document.getElementById(location.hash.slice(1));
  if (chosen?.tagName === "DETAILS") chosen.open = true;
}

start().catch((error) => {
  document.querySelector("#notice").textContent = `The reference could not be read: ${error.message}`;
});
