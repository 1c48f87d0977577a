import { z } from "zod";
import { type StripeApiError, invalidRequest } from "./errors.ts";
import type { FormHash } from "./form.ts";

/** The changes that a request makes to an object's metadata; null clears it. */
export type MetadataChange = Record<string, string> | null;

const METADATA_KEYS_MAX = 50;
const METADATA_KEY_LENGTH_MAX = 40;
const METADATA_VALUE_LENGTH_MAX = 500;
const TEXT_LENGTH_MAX = 5_000;

function refuse(ctx: z.RefinementCtx, message: string, code?: string): never {
  ctx.addIssue({ code: "custom", message, ...(code === undefined ? {} : { params: { code } }) });
  return z.NEVER;
}

/** A text that may be cleared: the empty string means null. */
export const text = z
  .string()
  .max(TEXT_LENGTH_MAX)
  .transform((value) => (value === "" ? null : value));

/** An id or another short text that may not be empty. */
export const word = z
  .string()
  .max(TEXT_LENGTH_MAX)
  .transform((value, ctx): string =>
    value === "" ? refuse(ctx, "You passed an empty string.", "parameter_invalid_empty") : value,
  );

/** An address on the web, to which somebody is sent. */
export const webAddress = word.refine((value) => URL.canParse(value), {
  message: "Not a valid URL",
  params: { code: "url_invalid" },
});

/** A whole number in decimal. */
export const integer = z
  .string()
  .transform((value, ctx): number =>
    /^-?\d{1,15}$/.test(value)
      ? Number(value)
      : refuse(ctx, `Invalid integer: ${value}`, "parameter_invalid_integer"),
  );

/** A whole number greater than zero. */
export const positiveInteger = integer.transform((value, ctx): number =>
  value > 0 ? value : refuse(ctx, "Invalid positive integer", "parameter_invalid_integer"),
);

/** `true` or `false`. */
export const flag = z
  .string()
  .transform((value, ctx): boolean =>
    value === "true" || value === "false"
      ? value === "true"
      : refuse(ctx, `Invalid boolean: ${value}`),
  );

/** An array, given as `name[]=a&name[]=b` or with numbers in the brackets. */
export function list<T extends z.ZodType>(item: T, max = 50) {
  return z.preprocess(
    (value) =>
      typeof value === "object" &&
      value !== null &&
      Object.keys(value).every((key) => /^\d+$/.test(key))
        ? Object.values(value)
        : value,
    z.array(item).max(max),
  );
}

/** Up to 50 keys of our own; an empty value removes a key, an empty text removes them all. */
export const metadata = z.unknown().transform((value, ctx): MetadataChange => {
  if (value === "") return null;
  if (typeof value !== "object" || value === null) return refuse(ctx, "Invalid hash");
  const entries: [string, string][] = [];
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry !== "string") return refuse(ctx, `Invalid string: metadata[${key}]`);
    if (key.length > METADATA_KEY_LENGTH_MAX) {
      return refuse(
        ctx,
        `Metadata keys can have up to ${METADATA_KEY_LENGTH_MAX} characters: ${key}`,
      );
    }
    if (entry.length > METADATA_VALUE_LENGTH_MAX) {
      return refuse(
        ctx,
        `Metadata values can have up to ${METADATA_VALUE_LENGTH_MAX} characters, but you passed ` +
          `in a value that is ${entry.length} characters. Invalid value: ${entry}`,
      );
    }
    entries.push([key, entry]);
  }
  if (entries.length > METADATA_KEYS_MAX) {
    return refuse(ctx, `Metadata can have up to ${METADATA_KEYS_MAX} keys.`);
  }
  return Object.fromEntries(entries);
});

/** The metadata after a change. */
export function changeMetadata(
  before: Record<string, string> | null,
  change: MetadataChange | undefined,
): Record<string, string> {
  if (change === null) return {};
  return Object.fromEntries(
    Object.entries({ ...before, ...change }).filter(([, value]) => value !== ""),
  );
}

/** Which of these parameters a request sends, to change an object by: null clears a field, and is sent, too. */
export function sent<Params extends object, Name extends keyof Params>(
  params: Params,
  ...names: readonly Name[]
): { [Key in Name]?: Exclude<Params[Key], undefined> } {
  return Object.fromEntries(
    names.filter((name) => params[name] !== undefined).map((name) => [name, params[name]]),
  ) as { [Key in Name]?: Exclude<Params[Key], undefined> };
}

/** A postal address. */
export const address = z.strictObject({
  city: text.optional(),
  country: text.optional(),
  line1: text.optional(),
  line2: text.optional(),
  postal_code: text.optional(),
  state: text.optional(),
});

/** Where to ship; kept as given. */
export const shipping = z
  .strictObject({
    address,
    carrier: text.optional(),
    name: word,
    phone: text.optional(),
    tracking_number: text.optional(),
  })
  .transform((value) => ({
    address: fullAddress(value.address),
    carrier: value.carrier ?? null,
    name: value.name,
    phone: value.phone ?? null,
    tracking_number: value.tracking_number ?? null,
  }));

/** An address with every field present, as replies show it. */
export function fullAddress(given: z.output<typeof address> | undefined) {
  return {
    city: given?.city ?? null,
    country: given?.country ?? null,
    line1: given?.line1 ?? null,
    line2: given?.line2 ?? null,
    postal_code: given?.postal_code ?? null,
    state: given?.state ?? null,
  };
}

/** The parameter that every call understands: which references to replace by their objects. */
export const expandable = { expand: list(word, 20).optional() };

/** The parameters of every list. */
export const page = {
  ...expandable,
  created: z
    .union([
      integer.transform((value) => ({ gte: value, lte: value })),
      z.strictObject({
        gt: integer.optional(),
        gte: integer.optional(),
        lt: integer.optional(),
        lte: integer.optional(),
      }),
    ])
    .optional(),
  ending_before: word.optional(),
  limit: integer.optional(),
  starting_after: word.optional(),
};

function paramName(path: readonly PropertyKey[]): string {
  const [head, ...rest] = path.map(String);
  return [head, ...rest.map((step) => `[${step}]`)].join("");
}

function sentence(values: readonly unknown[]): string {
  const words = values.map(String);
  const last = words.pop() ?? "";
  return words.length === 0 ? last : `${words.join(", ")} or ${last}`;
}

/** Says in Stripe's words what is wrong with a request. */
function explain(issue: z.core.$ZodIssue): StripeApiError {
  const param = paramName(issue.path);
  switch (issue.code) {
    case "unrecognized_keys": {
      const names = issue.keys.map((key) => paramName([...issue.path, key]));
      return invalidRequest(
        `Received unknown parameter${names.length === 1 ? "" : "s"}: ${names.join(", ")}`,
        { code: "parameter_unknown", param: names[0] ?? param },
      );
    }
    case "invalid_type":
      return issue.input === undefined
        ? invalidRequest(`Missing required param: ${param}.`, { code: "parameter_missing", param })
        : invalidRequest(`Invalid ${issue.expected}`, { param });
    case "invalid_value":
      return issue.input === undefined
        ? invalidRequest(`Missing required param: ${param}.`, { code: "parameter_missing", param })
        : invalidRequest(`Invalid ${param}: must be one of ${sentence(issue.values)}`, { param });
    case "custom": {
      const code: unknown = issue.params?.["code"];
      return invalidRequest(issue.message, typeof code === "string" ? { code, param } : { param });
    }
    default:
      return invalidRequest(`Invalid ${param}: ${issue.message}`, { param });
  }
}

/** Parses the parameters of a request, or refuses them in Stripe's words. */
export function parseParams<T extends z.ZodType>(schema: T, params: FormHash): z.output<T> {
  const parsed = schema.safeParse(params, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw first === undefined ? invalidRequest("Invalid request") : explain(first);
}
