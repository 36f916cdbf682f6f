// Writes every request of the API, for Postman and as an .http file: node scripts/collection.mjs
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";

import converter from "openapi-to-postmanv2";

import { operations, read } from "./document.mjs";
import { PDF, PNG } from "./files.mjs";

const SOURCE = "../docs/api/openapi.yaml";
const VARIABLES = { baseUrl: "http://localhost:8000", email: "admin@example.com", password: "", token: "", refresh_token: "" };
// The steps, in their order: what is read comes before what changes it, and logging out comes last.
const STEPS = ["Log in", "List", "Create", "Read", "Change", "Account", "Delete", "Log out"];
const LOG_IN = "POST /api/v1/auth/login";
const LOG_OUT = "DELETE /api/v1/auth/session";
const REFRESH = "POST /api/v1/tokens/refresh";

const document = read(SOURCE);
const all = new Map(operations(document).map((operation) => [key(operation.method, operation.path), operation]));
const { output } = await promisify(converter.convertV2)(
  { type: "string", data: readFileSync(SOURCE, "utf8") },
  { folderStrategy: "Tags", parametersResolution: "Example", enableOptionalParameters: false },
).then((result) => (result.result ? result : Promise.reject(new Error(result.reason))));
const collection = output[0].data;

const items = collection.item.flatMap(requests).map((item) => {
  const operation = all.get(key(item.request.method, address(item.request.url.path)));
  return { item, operation, step: step(operation) };
});
items.sort((one, other) => STEPS.indexOf(one.step) - STEPS.indexOf(other.step) || rank(one) - rank(other));
const deletions = items.filter(({ step }) => step === "Delete").reverse(); // what was made last goes first
items.splice(items.findIndex(({ step }) => step === "Delete"), deletions.length, ...deletions);
items.forEach(({ item, operation }) => complete(item, operation));

collection.item = STEPS.map((name) => ({ name, item: items.filter(({ step }) => step === name).map(({ item }) => item) }));
collection.auth = { type: "bearer", bearer: [{ key: "token", value: "{{token}}", type: "string" }] };
collection.variable = Object.entries(VARIABLES).map(([name, value]) => ({ key: name, value }));
mkdirSync("files", { recursive: true });
writeFileSync("files/picture.png", PNG);
writeFileSync("files/document.pdf", PDF);
writeFileSync("postman_collection.json", `${JSON.stringify(collection, null, 2)}\n`);
writeFileSync("requests.http", http());
console.log(`${items.length} requests: client/postman_collection.json, client/requests.http`);

function key(method, path) {
  return `${method.toUpperCase()} ${path}`;
}

function requests(entry) {
  return entry.item ? entry.item.flatMap(requests) : [entry];
}

/** The address as OpenAPI writes it: Postman has `:id` for `{id}`. */
function address(parts) {
  return `/${parts.map((part) => part.replace(/^:(.+)/, "{$1}")).join("/")}`;
}

/** Among changes: what is sent, what gives it back, what begins, what goes on, and what ends. */
function rank({ step, operation: { path, method } }) {
  if (step !== "Change") return 0;
  if (method !== "post") return method === "get" ? 1 : 0;
  if (/\/(publish|open|start)\/$/.test(path)) return 2;
  return /\/(close|withdraw|cancel|archive)\/$/.test(path) ? 4 : 3;
}

function step({ path, method, tags }) {
  const name = key(method, path);
  if (method === "get" && all.has(key("put", path))) return "Change";
  if (name === LOG_IN) return "Log in";
  if (name === LOG_OUT) return "Log out";
  if (tags?.includes("auth") && method !== "get") return "Account";
  if (method === "get") return path.includes("{") ? "Read" : "List";
  if (method === "delete") return "Delete";
  return method === "post" && path.endsWith("/") && !path.includes("{") ? "Create" : "Change";
}

/** The variable for a place in an address: `/postings/{id}/` is filled by `postings_id`. */
function variable(path, name) {
  const before = path.slice(0, path.indexOf(`{${name}}`)).split("/").filter(Boolean);
  return `${before.at(-1)}_${name}`;
}

/** The variables that answers of this address fill, each with the name of the field. */
function filled(path) {
  const names = new Map();
  for (const other of all.values()) {
    const [, name] = other.path.startsWith(`${path}{`) ? other.path.slice(path.length).match(/^\{(\w+)\}/) : [];
    if (name) names.set(variable(other.path, name), name);
  }
  return names;
}

function complete(item, operation) {
  const { request } = item;
  const { path, method } = operation;
  request.url.variable?.forEach((place) => {
    place.value = `{{${variable(path, place.key)}}}`;
    delete place.disabled;
  });
  if (request.auth?.type !== "noauth") delete request.auth;
  item.response = item.response.filter(({ code }) => code < 300);
  for (const header of request.header ?? []) {
    // A problem is the answer to whoever asks for JSON.
    if (header.key === "Accept") header.value = header.value.replace("problem+json", "json");
  }
  const content = operation.requestBody?.content ?? {};
  if (request.body?.mode === "raw" && content["application/json"]) {
    const body = JSON.parse(request.body.raw);
    request.body.raw = raw(prepared(body, content["application/json"].schema, operation));
  }
  request.body?.formdata?.forEach((part) => {
    if (part.type === "file") part.src = upload(path);
  });
  item.event = [{ listen: "test", script: { type: "text/javascript", exec: script(operation, key(method, path)) } }];
}

/** A file of the kind that the same address gives back. */
function upload(path) {
  const kinds = Object.keys(all.get(key("get", path))?.responses[200]?.content ?? {});
  return kinds.includes("application/pdf") ? "files/document.pdf" : "files/picture.png";
}

/** An example, with the ids of rows that are there and names that are new. */
function prepared(body, schema, { path, method }) {
  const name = key(method, path);
  if (name === LOG_IN) return { email: "{{email}}", password: "{{password}}" };
  if (name === REFRESH) return { refresh_token: "{{refresh_token}}" };
  if (path.endsWith("/signup")) body.email = "someone-{{$timestamp}}@example.com";
  if (path.endsWith("/reauthenticate") && "password" in body) return { password: "{{password}}" };
  const known = new Set([...all.values()].flatMap((operation) => [...filled(operation.path).keys()]));
  const properties = schema.properties ?? {};
  for (const field of Object.keys(body)) {
    const id = [field, `${field}s`, field.replace(/y$/, "ies")].map((word) => `${word}_id`).find((word) => known.has(word));
    if (id) body[field] = Array.isArray(body[field]) ? [`{{${id}}}`] : `{{${id}}}`;
  }
  const soon = new Date(Date.now() + 30 * 24 * 3600 * 1000).toISOString();
  for (const field of Object.keys(body)) {
    if (properties[field]?.format === "date-time") body[field] = soon; // an example's date may have passed
  }
  const text = Object.keys(body).find((field) => {
    const { type, format, pattern, enum: values, allOf } = properties[field] ?? {};
    return type === "string" && !format && !pattern && !values && !allOf && !String(body[field]).includes("{{");
  });
  if (text && unique(path, method)) body[text] += " {{$timestamp}}";
  return body;
}

/** Whether a row is made or changed, whose name may have to be one of its own. */
function unique(path, method) {
  const row = path.replace(/\{\w+\}\/$/, "");
  return (method === "post" || method === "patch") && filled(row).size > 0;
}

/** JSON, with ids as numbers: a variable of one stands without quotes. */
function raw(body) {
  return JSON.stringify(body, null, 2).replace(/"(\{\{\w+_id\}\})"/g, "$1");
}

function script({ path, method, responses }, name) {
  const documented = Object.fromEntries(
    Object.entries(responses).map(([status, { content }]) => [status, Object.keys(content ?? {})]),
  );
  const lines = [
    `const documented = ${JSON.stringify(documented)};`,
    "const types = documented[pm.response.code];",
    'pm.test("The status is documented", () => pm.expect(types, `${pm.response.code} ${pm.response.text()}`).to.be.an("array"));',
    'const type = (pm.response.headers.get("Content-Type") || "").split(";")[0];',
    'pm.test("The media type is documented", () => pm.expect(types.length ? types : [""]).to.include(type));',
  ];
  const keep = (field, value) => `pm.collectionVariables.set("${field}", ${value});`;
  if (name === LOG_IN || name === REFRESH) {
    const from = name === LOG_IN ? "meta" : "data";
    lines.push(
      "if (pm.response.code === 200) {",
      `  const { ${from} } = pm.response.json();`,
      `  ${keep("token", `${from}.access_token`)}`,
      `  ${keep("refresh_token", `${from}.refresh_token`)}`,
      "}",
    );
  } else if (["get", "post"].includes(method)) {
    for (const [field, member] of filled(path)) {
      const row = method === "get" ? "(pm.response.json().results || [])[0]" : "pm.response.json()";
      lines.push("if (pm.response.code < 300) {", `  const row = ${row};`, `  if (row) ${keep(field, `row.${member}`)}`, "}");
    }
  }
  return lines;
}

/** The same requests for editors: each is named, and takes its ids from the answers of others. */
function http() {
  const sources = new Map();
  for (const { operation } of items) {
    for (const [field, member] of filled(operation.path)) {
      const { list, create } = sources.get(field) ?? {};
      const answer = (rest) => `{{${operation.operationId}.response.body.$.${rest}}}`;
      sources.set(field, {
        list: operation.method === "get" ? answer(`results[0].${member}`) : list,
        create: operation.method === "post" ? answer(member) : create,
      });
    }
  }
  const { token, refresh_token, ...given } = VARIABLES;
  const login = all.get(LOG_IN).operationId;
  const tokens = {
    token: `{{${login}.response.body.$.meta.access_token}}`,
    refresh_token: `{{${login}.response.body.$.meta.refresh_token}}`,
  };
  const head = Object.entries({ ...given, ...tokens }).map(([name, value]) => `@${name} = ${value}`);
  const blocks = items.map(({ item, operation, step }) => {
    const { request } = item;
    const own = step === "Change" || step === "Delete";
    const fill = (text) =>
      text.replace(/\{\{(\w+)\}\}/g, (whole, name) => {
        const source = sources.get(name);
        return source ? ((own && source.create) || source.list || source.create) : whole;
      });
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name) => `{{${variable(operation.path, name)}}}`);
    const files = request.body?.mode === "formdata" ? request.body.formdata : null;
    const lines = [`### ${item.name}`, `# @name ${operation.operationId}`, `${request.method} {{baseUrl}}${fill(path)}`];
    for (const { key: header, value, disabled } of request.header ?? []) {
      const boundary = files && header === "Content-Type" ? "; boundary=part" : "";
      if (!disabled) lines.push(`${header}: ${value}${boundary}`);
    }
    if (request.auth?.type !== "noauth") lines.push("Authorization: Bearer {{token}}");
    if (files) {
      for (const part of files) {
        const filename = part.src ? `; filename="${part.src.split("/").at(-1)}"` : "";
        lines.push("", "--part", `Content-Disposition: form-data; name="${part.key}"${filename}`);
        if (part.src) lines.push(`Content-Type: ${part.src.endsWith("png") ? "image/png" : "application/pdf"}`);
        lines.push("", part.src ? `< ./${part.src}` : part.value);
      }
      lines.push("--part--");
    } else if (request.body?.raw) {
      lines.push("", fill(request.body.raw));
    }
    return lines.join("\n");
  });
  return [
    "# For VS Code's REST Client: fill in the password, send the first request, then any other.",
    "# An id comes from the list's or the new row's own answer, so send that one before.",
    ...head,
    "",
    blocks.join("\n\n"),
    "",
  ].join("\n");
}
