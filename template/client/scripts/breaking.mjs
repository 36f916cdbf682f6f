// Prints what breaks clients between two OpenAPI documents, a line each: node scripts/breaking.mjs OLD NEW
import { apiCompare } from "api-smart-diff";

import { read } from "./document.mjs";

const [before, after] = process.argv.slice(2).map(read);
const lines = new Set();
const LIMITS = new Set(
  "maxLength minLength maximum minimum exclusiveMaximum exclusiveMinimum pattern maxItems minItems readOnly".split(" "),
);

// Only what differs is compared: that takes milliseconds, and the whole document ten seconds.
for (const path of Object.keys(before.paths)) {
  if (JSON.stringify(before.paths[path]) !== JSON.stringify(after.paths[path])) {
    const part = (document) => ({
      openapi: document.openapi,
      info: { title: "", version: "" },
      paths: path in document.paths ? { [path]: document.paths[path] } : {},
    });
    const { diffs } = apiCompare(part(before), part(after));
    diffs.filter((diff) => breaks(diff, diffs)).forEach((diff) => lines.add(line(diff)));
  }
}
lines.forEach((text) => console.log(text));

/** What the library says, but for what it judges without knowing the direction. */
function breaks(diff, all) {
  const { path, type, action, before, after } = diff;
  const [word, above] = [path.at(-1), path.at(-2)];
  if (path.includes("responses")) {
    // An answer that may be null, or of another type, surprises a client; a longer or a new value does not.
    if (word === "nullable") return after === true;
    if (word === "type" && action === "replace") return !(before === "number" && after === "integer");
    if (LIMITS.has(word) || (above === "enum" && action === "add")) return false;
  } else if (word === "nullable") {
    return after !== true;
  }
  if (type !== "breaking") {
    return false;
  }
  // A field that comes or goes is named once, and not again as one that is required.
  const sibling = (name) => [...path.slice(0, -2), name].join("\n");
  if (above === "required") {
    const field = sibling(`properties\n${action === "remove" ? before : after}`);
    return !all.some((other) => other.action === action && other.path.join("\n") === field);
  }
  if (above === "properties" && action === "add") {
    return all.some((other) => other.after === word && other.path.slice(0, -1).join("\n") === sibling("required"));
  }
  return true;
}

function line({ path, description, action, before, after }) {
  const [, address, method, ...rest] = path;
  const where = method ? `${method.toUpperCase()} ${address}` : address;
  const what = (description || `${action} ${rest.join(".")}`)
    .replace(/^\[(\w+)\] /, (_, word) => `${word.toLowerCase()} `)
    .replace("added property", "added required property")
    .replace(/removed required (\w+ parameter)/, "removed $1")
    .replace("replaced possible values", action === "remove" ? "removed a possible value" : "replaced possible values")
    .replace("possbile", "possible")
    .replace(/ operation .*/, " operation")
    .replace("  from", " items from");
  const values = [before, after].filter((value) => ["string", "number"].includes(typeof value));
  return `${where}: ${what}${values.length ? ` (${values.join(" → ")})` : ""}`;
}
