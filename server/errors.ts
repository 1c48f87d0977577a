import { hintOf } from "./hints.ts";

/** A refusal with one of the codes of docs/errors.md, told to the caller as it stands. */
export class RefusedError extends Error {
  override name = "RefusedError";
  /** The code of docs/errors.md. */
  readonly code: string;
  /** What the caller should do. */
  readonly hint: string | undefined;
  /** The ids or the name of an argument that a program needs. */
  readonly detail: string | undefined;

  constructor(
    code: string,
    message: string,
    more: {
      readonly hint?: string | undefined;
      readonly detail?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.hint = more.hint;
    this.detail = more.detail;
  }
}

/** A failure told as a refusal, with what it came from. */
export function refusal(told: PublicError, cause: unknown): RefusedError {
  return new RefusedError(told.code, told.message, { ...told, cause });
}

/** Raised when the server cannot start. The message says why and what to do. */
export class ServerError extends Error {
  override name = "ServerError";
}

/** Whether a code is one of docs/errors.md. */
function isOurCode(code: unknown): code is string {
  return typeof code === "string" && /^LM[A-Z]{3}$/.test(code);
}

/** What a caller is told of a failure: nothing that this does not name. */
export interface PublicError {
  readonly message: string;
  readonly code: string;
  readonly hint?: string | undefined;
  readonly detail?: string | undefined;
}

/** The fields of a driver's or our own error that matter here. Anything may be thrown, so all are unknown. */
type Thrown = Readonly<
  Partial<
    Record<
      | "code"
      | "message"
      | "hint"
      | "detail"
      | "table"
      | "column"
      | "constraint"
      | "routine"
      | "severity",
      unknown
    >
  >
>;

/**
 * What a caller may know of an error that a statement ended with: our own refusals as they stand, bad input in words that
 * repeat no value, and whether trying again may help. Undefined: nothing, it is to be masked.
 */
export function publicError(error: unknown): PublicError | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const thrown: Thrown = error;
  const { code } = thrown;
  if (isOurCode(code)) {
    return {
      code,
      message: text(thrown.message) ?? "Refused.",
      hint: text(thrown.hint) ?? hintOf(code),
      detail: text(thrown.detail),
    };
  }
  if (typeof code !== "string") return undefined;
  if (cannotWrite(error)) return full;
  switch (code) {
    case "23514":
      return brokenRule(text(thrown.constraint), text(thrown.table));
    case "23502":
      return {
        code: "LMINP",
        message: `${words(text(thrown.column) ?? "A value")} is missing.`,
        detail: text(thrown.column),
      };
    case "57014":
      return {
        code: "LMTMO",
        message: "This took too long and was given up; nothing was changed.",
        hint: "Ask for less at once, or try again.",
      };
    case "55P03":
    case "40001":
    case "40P01":
    case "53300":
      return busy;
    default:
      return code.startsWith("22") ? badValue(code) : undefined;
  }
}

/** Too many want the same thing at once, and this one got nothing done. */
export const busy: PublicError = {
  code: "LMBSY",
  message: "Too many want the same thing at once; nothing was done.",
  hint: "Try again in a moment.",
};

/** The database could not be asked, or went away before anything was done. */
export const away: PublicError = {
  code: "LMBSY",
  message: "The database is away for a moment; nothing was done.",
  hint: "Try again in a moment.",
};

/** The database can be read, and not written. */
const full: PublicError = {
  code: "LMBSY",
  message: "The database cannot take anything in; nothing was done.",
  hint: "Try again in a few minutes. The operator has to make room.",
};

/** The connection broke before the database said that what was done is kept. */
export const unknownOutcome: PublicError = {
  code: "LMUNK",
  message: "The database went away before it said that this is kept; whether it is, is not known.",
  hint: "Send it again with the same idempotency key, or look whether it is there.",
};

/** Where PostgreSQL fails to write a file. Of a quota or a limit of its account, it says so without a code. */
const writers: ReadonlySet<unknown> = new Set([
  "BufFileDumpBuffer",
  "mdextend",
  "mdwritev",
  "mdzeroextend",
]);

/**
 * Whether the database takes nothing in until somebody does something: no room on its disk, no memory, a broken disk, or
 * it may only be read (a standby, or one that an operator has made so to make room).
 */
export function cannotWrite(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { code, routine }: Thrown = error;
  if (typeof code !== "string") return false;
  return /^(53(000|100|200)|58030|25006)$/.test(code) || (code === "XX000" && writers.has(routine));
}

/** Whether an error came from a connection that ended with it, or was gone before. */
export function isOfLostConnection(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { code, severity }: Thrown = error;
  // A refusal of a statement has a severity of its own, and leaves the connection as it was.
  return !isOurCode(code) && severity !== "ERROR";
}

/** A constraint's name states the fact that it keeps: users_names_are_short_text. */
function brokenRule(constraint: string | undefined, table: string | undefined): PublicError {
  if (constraint === undefined) return { code: "LMINP", message: "A value is not allowed." };
  const rule =
    table !== undefined && constraint.startsWith(`${table}_`)
      ? `${words(table)}: ${words(constraint.slice(table.length + 1))}`
      : words(constraint);
  return { code: "LMINP", message: `This breaks the rule "${rule}".`, detail: constraint };
}

function badValue(code: string): PublicError {
  switch (code) {
    case "22001":
      return { code: "LMINP", message: "A text is too long." };
    case "22003":
      return { code: "LMINP", message: "A number is out of range." };
    case "22007":
    case "22008":
      return {
        code: "LMINP",
        message: "A date or time is not one.",
        hint: "Write dates as 2026-11-21, and times as 2026-11-21T19:30:00Z.",
      };
    case "22021":
    case "22P05":
      return { code: "LMINP", message: "A text contains a character that cannot be stored." };
    default:
      return { code: "LMINP", message: "A value does not have the form that is expected of it." };
  }
}

function words(name: string): string {
  return name.replaceAll("_", " ");
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
