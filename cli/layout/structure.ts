import { z } from "zod";
import type { ProblemList } from "./problems.ts";

/** A text that may be missing: the checks report that by its own name, with the place in words. */
export const optionalText = z.string().nullish();

/** Treats a missing, null or blank text as missing. */
export function textOrNothing(text: string | null | undefined): string | undefined {
  return text == null || text.trim() === "" ? undefined : text;
}

/** Parses a value by a schema; what does not fit is reported with its path. */
export function parseStructure<T>(schema: z.ZodType<T>, value: unknown, problems: ProblemList) {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    problems.add("invalid_structure", () => `${pathText(issue.path)}: ${issue.message}`);
  }
  return undefined;
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("");
  return text === "" ? "the document" : text.replace(/^\./, "");
}
