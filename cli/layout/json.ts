import { findJsonFault } from "./json-fault.ts";

/**
 * The value of a JSON text, or a sentence that says where it stops being JSON and what was expected
 * there.
 */
export type JsonResult = { ok: true; value: unknown } | { ok: false; message: string };

/** Parses JSON. JavaScript's own messages do not always say where the error is, and these do. */
export function parseJson(text: string): JsonResult {
  const json = text.startsWith("\uFEFF") ? text.slice(1) : text;
  try {
    return { ok: true, value: JSON.parse(json) };
  } catch (error) {
    return { ok: false, message: describeFault(json, error) };
  }
}

function describeFault(text: string, error: unknown): string {
  const fault = findJsonFault(text);
  if (fault === undefined) return error instanceof Error ? error.message : String(error);
  const before = text.slice(0, fault.offset);
  const line = before.split("\n").length;
  const column = fault.offset - before.lastIndexOf("\n");
  const found = text.codePointAt(fault.offset);
  const shown = found === undefined ? "the end" : JSON.stringify(String.fromCodePoint(found));
  return `line ${line}, column ${column}: expected ${fault.expected}, found ${shown}`;
}
