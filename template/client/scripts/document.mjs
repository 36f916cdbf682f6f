// Reads an OpenAPI document, with each reference replaced by what it stands for.
import { readFileSync } from "node:fs";

import { parse } from "yaml";

export const METHODS = ["get", "post", "put", "patch", "delete"];

/** The document in a file; what refers to itself ends in an empty schema. */
export function read(file) {
  const document = parse(readFileSync(file, "utf8"));
  return inline(document, document, []);
}

function inline(node, document, above) {
  if (Array.isArray(node)) {
    return node.map((item) => inline(item, document, above));
  }
  if (typeof node !== "object" || node === null) {
    return node;
  }
  if (typeof node.$ref === "string") {
    const names = node.$ref.replace("#/", "").split("/");
    const target = names.reduce((found, name) => found[name.replaceAll("~1", "/").replaceAll("~0", "~")], document);
    return above.includes(node.$ref) ? {} : inline(target, document, [...above, node.$ref]);
  }
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, inline(value, document, above)]));
}

/** All operations of a document, each with its address and method. */
export function operations(document) {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ path, method, ...item[method] })),
  );
}
