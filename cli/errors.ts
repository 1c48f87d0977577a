/** What the commands' exit codes mean. `lml --help` lists them. */
export const exitCodes = {
  /** It is done, and where a question was asked, the answer is yes. */
  done: 0,
  /** It is done, and the answer is no: an invariant does not hold, a file is refused, a check fails. */
  no: 1,
  /** The command line was not understood. */
  usage: 2,
  /** It could not be done, or not go on. The message says what to do. */
  failed: 3,
  /** Ended by force: a second Ctrl-C. */
  interrupted: 130,
} as const;

/** More about a {@link CliError}. */
export interface CliErrorOptions extends ErrorOptions {
  /** What to do next, in one or more lines. */
  readonly hint?: string;
  readonly exitCode?: number;
}

/** A failure that is no bug: the message says what is wrong, the hint what to do. Shown without a stack trace. */
export class CliError extends Error {
  override name = "CliError";
  readonly hint: string | undefined;
  readonly exitCode: number;
  constructor(message: string, options: CliErrorOptions = {}) {
    super(message, options);
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? exitCodes.failed;
  }
}

/** An error as a command tells it. */
export interface Told {
  readonly message: string;
  readonly hint: string | undefined;
  readonly exitCode: number;
  /** False: probably a bug, so a stack trace helps. */
  readonly expected: boolean;
}

// Compared by name, so that telling an error loads none of the modules that raise them.
const expectedNames = new Set([
  "CliError",
  "AccountError",
  "MigrateError",
  "PostgresError",
  "PortTakenError",
  "ServerInUseError",
  "WorkerConfigError",
]);

const unreachableCodes = new Set(["ECONNREFUSED", "ENOTFOUND", "ETIMEDOUT", "EHOSTUNREACH"]);

const fullCodes = new Set(["ENOSPC", "EDQUOT", "EFBIG", "53100"]);

/** What to say about whatever was thrown. */
export function tell(error: unknown): Told {
  if (error instanceof CliError) {
    return { message: error.message, hint: error.hint, exitCode: error.exitCode, expected: true };
  }
  const failed = { exitCode: exitCodes.failed, hint: undefined };
  if (!(error instanceof Error)) return { ...failed, message: String(error), expected: false };
  if (expectedNames.has(error.name)) return { ...failed, message: error.message, expected: true };
  const { code, hint, detail } = fields(error);
  // Errors of our own database functions are written for people.
  if (code !== undefined && /^LM[A-Z]{3}$/.test(code)) {
    const message = detail === undefined ? error.message : `${error.message} (${detail})`;
    return { ...failed, message: `${message} [${code}]`, hint, expected: true };
  }
  if (code !== undefined && unreachableCodes.has(code)) {
    // Several addresses that all failed come as one error without a text.
    const text = error.message === "" ? code : error.message;
    return {
      ...failed,
      message: `No connection: ${text}`,
      hint: "Is the server running, and is the address right?",
      expected: true,
    };
  }
  // Of a full disk, this process or PostgreSQL is the first to hear.
  if (code !== undefined && fullCodes.has(code)) {
    return {
      ...failed,
      message: `There is no room left on the disk: ${error.message}`,
      hint: "Make room, then do it again: what was stored is there.",
      expected: true,
    };
  }
  return { ...failed, message: error.message, expected: false };
}

function fields(error: Error): { code?: string; hint?: string; detail?: string } {
  const found: { code?: string; hint?: string; detail?: string } = {};
  for (const name of ["code", "hint", "detail"] as const) {
    const value: unknown = Reflect.get(error, name);
    if (typeof value === "string" && value !== "") found[name] = value;
  }
  return found;
}
