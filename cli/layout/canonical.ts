import { createHash } from "node:crypto";
import type { LayoutDocument } from "./document.ts";

const DECIMALS = 1e8;

/**
 * Rounds a coordinate to the 8 decimals that the canonical text keeps; never returns negative zero.
 */
export function roundCoordinate(value: number): number {
  return Math.round(value * DECIMALS) / DECIMALS + 0;
}

/**
 * The one text of a document: keys sorted, no white space, numbers rounded to 8 decimals. Two files
 * that say the same have the same text, so its SHA-256 identifies the layout.
 */
export function canonicalText(document: LayoutDocument): string {
  return canonicalJson(document);
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "number") return JSON.stringify(roundCoordinate(value));
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

/** The SHA-256 of a text's UTF-8 bytes, in lower case hexadecimal. */
export function sha256Hex(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
