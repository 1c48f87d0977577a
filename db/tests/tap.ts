import pg from "pg";
import { asOwner } from "./harness.ts";

/** What a pgTAP file said, and whether it may pass. */
export interface TapReport {
  /** The reasons to fail. Empty: it passes. */
  readonly problems: readonly string[];
  /** Tests that were left out or are known to fail, as their lines of TAP. */
  readonly notes: readonly string[];
  /** Why the whole file leaves itself out, when it does. */
  readonly skipped: string | undefined;
  /** The number of tests that ran. */
  readonly count: number;
  /** All that the file said. */
  readonly output: string;
}

const roles = ["lml_owner", "lml_worker", "lml_authenticator", "superuser"] as const;
type Role = (typeof roles)[number];

/** Runs pgTAP files, one after the other. */
export interface TapRunner extends AsyncDisposable {
  /**
   * Runs one file in a transaction that is rolled back, as `lml_owner` unless a line `-- run as: <role>` near its top names
   * `lml_worker`, `lml_authenticator` or `superuser`. The functions of pgTAP are found without a schema.
   */
  run(text: string): Promise<TapReport>;
}

/**
 * Opens a connection for each role that a file runs as. The next file has it, too: it is as good as new, but the server has
 * read the catalog and compiled our functions, which takes longer than most files.
 *
 * @param superuserUrl - a database with pgTAP in schema `tap`.
 */
export function tapRunner(superuserUrl: string): TapRunner {
  const clients = new Map<Role, Promise<pg.Client>>();
  const clientOf = (role: Role): Promise<pg.Client> => {
    const client = clients.get(role) ?? connect(asOwner(superuserUrl, role));
    clients.set(role, client);
    return client;
  };
  return {
    run: async (text) => {
      const wanted = /^-- run as: (\S+)$/m.exec(text)?.[1] ?? "lml_owner";
      const role = roles.find((known) => known === wanted);
      if (role === undefined) {
        const problems = [`\`-- run as: ${wanted}\` must name one of: ${roles.join(", ")}`];
        return { problems, notes: [], skipped: undefined, count: 0, output: "" };
      }
      const client = await clientOf(role);
      const lines: string[] = [];
      await client.query("begin");
      await client.query("set local search_path = tap, public");
      const failure = await runScript(client, text, lines);
      await client.query("rollback");
      await client.query("discard all");
      return judge(lines, failure);
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients.values()) await (await client).end();
    },
  };
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
}

/** Runs many statements, keeps what each returned before one fails, and returns the failure. */
function runScript(client: pg.Client, text: string, lines: string[]): Promise<string | undefined> {
  return new Promise((settle) => {
    const query = new pg.Query<Record<string, unknown>>(text);
    let failure: string | undefined;
    query.on("row", (row) => {
      const values = Object.values(row);
      // TAP comes in one column. Rows of other selects are the file's own business.
      if (values.length === 1 && typeof values[0] === "string")
        lines.push(...values[0].split("\n"));
    });
    query.on("error", (error) => {
      failure = describe(error, text);
      settle(failure);
    });
    query.on("end", () => settle(failure));
    client.query(query);
  });
}

function describe(error: Error, text: string): string {
  if (!(error instanceof pg.DatabaseError)) return error.message;
  const place =
    error.position === undefined
      ? ""
      : ` (line ${text.slice(0, Number(error.position)).split("\n").length})`;
  const parts = [`${error.code}: ${error.message}${place}`, error.detail, error.hint, error.where];
  return parts.filter((part) => part !== undefined).join("\n  ");
}

/** Judges lines of TAP: a plan first, as many tests as planned, in order, none failed. */
export function judge(lines: readonly string[], failure?: string): TapReport {
  const problems: string[] = [];
  const notes: string[] = [];
  let planned: number | undefined;
  let skipped: string | undefined;
  let count = 0;
  for (const line of lines) {
    const plan = /^1\.\.(\d+)(?:\s+#\s*skip\s*(.*))?$/i.exec(line);
    if (plan !== null) {
      if (planned !== undefined) problems.push(`a second plan: ${line}`);
      if (count > 0) problems.push("the plan comes after the first test: use select plan(n)");
      planned ??= Number(plan[1]);
      if (planned === 0) skipped = plan[2] ?? "";
      continue;
    }
    if (line.startsWith("Bail out!")) problems.push(line);
    const test = /^(not )?ok\b\s*(\d+)?(.*)$/.exec(line);
    if (test === null) continue;
    count += 1;
    if (test[2] !== undefined && Number(test[2]) !== count) {
      problems.push(`test ${test[2]} comes where ${count} was expected`);
    }
    const directive = /#\s*(skip|todo)\b/i.exec(test[3] ?? "");
    if (directive !== null) notes.push(line);
    if (test[1] !== undefined && directive?.[1]?.toLowerCase() !== "todo") problems.push(line);
  }
  if (failure !== undefined) {
    problems.push(failure);
  } else if (planned === undefined) {
    problems.push("there is no plan: begin with select plan(n)");
  } else if (planned === 0 && skipped === "") {
    problems.push("the plan is empty: say why with select skip_all('reason')");
  } else if (planned !== count) {
    problems.push(`${planned} tests were planned, and ${count} ran`);
  }
  return { problems, notes, skipped, count, output: lines.join("\n") };
}
