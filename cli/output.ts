import colors from "picocolors";

/** Where a command says what it does. */
export interface Output {
  /** A line of the result, on standard output. */
  line(text?: string): void;
  /** A remark that is no part of the result, on standard error. */
  note(text: string): void;
  /** Does something that may take a while, and says so with its duration. */
  step<T>(label: string, action: (detail: (text: string) => void) => Promise<T>): Promise<T>;
}

/** How talkative to be. */
export interface OutputOptions {
  /** Only results and errors. */
  readonly quiet?: boolean;
  /** Steps go to standard error, so that standard output holds nothing but the result. */
  readonly resultOnly?: boolean;
}

/** Output to the terminal, or to wherever it was redirected. */
export function createOutput(options: OutputOptions = {}): Output {
  const { quiet = false, resultOnly = false } = options;
  const stepStream = resultOnly ? process.stderr : process.stdout;
  return {
    line: (text = "") => void process.stdout.write(`${text}\n`),
    note: (text) => {
      if (!quiet) process.stderr.write(`${colors.dim(text)}\n`);
    },
    step: async (label, action) => {
      if (quiet) return await action(() => undefined);
      return await showStep(stepStream, label, action);
    },
  };
}

async function showStep<T>(
  stream: NodeJS.WriteStream,
  label: string,
  action: (detail: (text: string) => void) => Promise<T>,
): Promise<T> {
  const started = performance.now();
  // A terminal shows what is going on now; a file gets one line for each step that is done.
  const show = (text: string): void => {
    if (!stream.isTTY) return;
    const room = Math.max(20, (stream.columns ?? 80) - 2);
    stream.write(`\r\u001b[K${colors.dim(`  … ${text}`.slice(0, room))}`);
  };
  const clear = stream.isTTY ? "\r\u001b[K" : "";
  let last = "";
  show(label);
  try {
    const result = await action((text) => {
      last = text;
      show(`${label}: ${text}`);
    });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    stream.write(`${clear}  ${colors.green("✓")} ${label} ${colors.dim(`${seconds} s`)}\n`);
    return result;
  } catch (error) {
    const during = last === "" ? "" : colors.dim(` (${last})`);
    stream.write(`${clear}  ${colors.red("✗")} ${label}${during}\n`);
    throw error;
  }
}

/** Aligns rows of cells in columns; the last column may be of any width. */
export function alignColumns(rows: readonly (readonly string[])[], gap = 2): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd((widths[at] ?? 0) + gap)))
      .join("")
      .trimEnd(),
  );
}
