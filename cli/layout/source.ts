import { LAYOUT_FORMAT } from "./document.ts";
import type { Draft, SourceFormat } from "./draft.ts";
import { parseJson } from "./json.ts";
import { LAYOUT_LIMITS } from "./limits.ts";
import { readOwnFormat } from "./own-format.ts";
import { readPretix } from "./pretix.ts";
import type { ProblemList } from "./problems.ts";

/**
 * A file as far as it could be read: its format when it was recognized, its draft when its
 * structure allows one.
 */
export interface Source {
  format: SourceFormat | undefined;
  draft: Draft | undefined;
}

const READERS = { [LAYOUT_FORMAT]: readOwnFormat, pretix: readPretix } as const;

/** Reads a file's text into a draft; whatever stands in the way is reported. */
export function readSource(text: string, problems: ProblemList): Source {
  const value = readJson(text, problems);
  const format = value === undefined ? undefined : detectFormat(value, problems);
  const draft = format === undefined ? undefined : READERS[format](value, problems);
  return { format, draft };
}

function readJson(text: string, problems: ProblemList): unknown {
  const limit = LAYOUT_LIMITS.fileCharacters;
  if (text.length > limit) {
    problems.add("file_too_large", () => `${text.length} characters; ${limit} are allowed`);
    return undefined;
  }
  const json = parseJson(text);
  if (json.ok) return json.value;
  problems.add("malformed_json", () => json.message);
  return undefined;
}

function detectFormat(value: unknown, problems: ProblemList): SourceFormat | undefined {
  const root = typeof value === "object" && value !== null ? value : {};
  if (!("format" in root) && "zones" in root) return "pretix";
  if ("format" in root && root.format === LAYOUT_FORMAT) return LAYOUT_FORMAT;
  problems.add("unknown_format", () =>
    "format" in root
      ? `format: ${JSON.stringify(root.format)}`
      : "the document has neither a format nor zones",
  );
  return undefined;
}
