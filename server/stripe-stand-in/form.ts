import { invalidRequest } from "./errors.ts";

/** A value of a form: a text, or a hash of values (arrays are hashes with numbers for keys). */
export type FormValue = string | FormHash;

/** The parameters of a request. */
export interface FormHash {
  [key: string]: FormValue;
}

const FIELDS_MAX = 2_000;
const DEPTH_MAX = 6;
const KEY = /^([^[\]]+)((?:\[[^[\]]*\])*)$/;

function newHash(): FormHash {
  // Without a prototype, a parameter named "__proto__" or "constructor" is only a parameter.
  return Object.create(null) as FormHash;
}

function path(key: string): string[] {
  const [, head, brackets] = KEY.exec(key) ?? [];
  if (head === undefined || brackets === undefined) {
    throw invalidRequest(`Invalid parameter name: ${key}`);
  }
  const steps = [
    head,
    ...Array.from(brackets.matchAll(/\[([^[\]]*)\]/g), (match) => match[1] ?? ""),
  ];
  if (steps.length > DEPTH_MAX) throw invalidRequest(`Too deeply nested: ${key}`);
  return steps;
}

/**
 * Parses a form-encoded body or query as Stripe does: `metadata[a]=b`, `expand[]=x`,
 * `expand[0]=x`, `items[0][price]=p`. What is an array is decided by the parameter's schema, so
 * that `metadata[0]=x` stays a hash.
 */
export function parseForm(text: string): FormHash {
  const root = newHash();
  let fields = 0;
  for (const [key, value] of new URLSearchParams(text)) {
    fields += 1;
    if (fields > FIELDS_MAX) throw invalidRequest("Too many parameters.");
    const steps = path(key);
    let hash = root;
    for (const [index, step] of steps.entries()) {
      const name = step === "" ? String(Object.keys(hash).length) : step;
      if (index === steps.length - 1) {
        hash[name] = value;
        break;
      }
      const next = hash[name] ?? newHash();
      if (typeof next === "string") throw invalidRequest(`Invalid hash`, { param: name });
      hash[name] = next;
      hash = next;
    }
  }
  return root;
}
