// Ways to a full disk. Each is real: PostgreSQL itself finds that a file does not grow.
import { execFileSync } from "node:child_process";
import {
  chownSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestDatabase } from "./harness.ts";
import { onConnection } from "./server.ts";

/** What a test's database lies on, to be filled and emptied. */
export interface Disk {
  /** From now on nothing grows, but for the little that is left here and there. */
  fill(): Promise<void>;
  makeRoom(): Promise<void>;
  /** Once the database is dropped. */
  remove(): Promise<void>;
}

/** One way to a full disk. */
export interface WayToFullDisk {
  /** Why it cannot be taken here; undefined: it can. */
  readonly obstacle: string | undefined;
  /** Puts a database on such a disk. Nobody may be connected to it. */
  put(database: TestDatabase): Promise<Disk>;
}

/** Longer than a segment of the log, which PostgreSQL could not go on without. */
const fileBytesMax = 16 * 2 ** 20 + 2 ** 16;

const pageBytes = 8192;

/**
 * A limit of the operating system on the size of a process's files, which needs no right: tables that have grown to it
 * grow no more. PostgreSQL gives that the code of an internal error, as it does a quota that is used up.
 */
export const limitedFiles: WayToFullDisk = {
  obstacle: obstacleOf("prlimit", ["--version"]),
  put: async (database) => {
    const data = await askServer(database, "current_setting('data_directory')");
    // As the user that PostgreSQL runs as: root itself may lack the right to do it to others.
    const { uid, gid } = statSync(data);
    const server = Number(
      await askServer(database, `split_part(pg_read_file('postmaster.pid'), e'\\n', 1)`),
    );
    const limit = async (bytes: number | "unlimited"): Promise<void> => {
      const set = (pid: number): void => {
        try {
          const words = ["--pid", String(pid), `--fsize=${bytes}:`];
          execFileSync("prlimit", words, { uid, gid, stdio: "pipe" });
        } catch (error) {
          // A session may end meanwhile.
          if (existsSync(`/proc/${pid}`)) throw error;
        }
      };
      // The server first: sessions that begin from now on inherit from it.
      set(server);
      for (const pid of await sessions(database)) set(pid);
    };
    return {
      fill: async () => {
        await growTables(database);
        await limit(fileBytesMax);
      },
      makeRoom: () => limit("unlimited"),
      remove: async () => undefined,
    };
  },
};

/** A file system of its own in memory, with no room left: the error that a full disk gives. Only who may mount has it. */
export const smallFileSystem: WayToFullDisk = {
  obstacle: obstacleOfMounting(),
  put: async (database) => {
    const place = mkdtempSync(join(tmpdir(), "lml-small-"));
    const name = `${database.name}_disk`;
    mount(place, "64m");
    const data = await askServer(database, "current_setting('data_directory')");
    const { uid, gid } = statSync(data);
    chownSync(place, uid, gid);
    await askServer(database, "1", [
      `create tablespace ${name} location '${place}'`,
      `alter database ${database.name} set tablespace ${name}`,
    ]);
    const ballast = join(place, "ballast");
    return {
      fill: async () => {
        const page = Buffer.alloc(pageBytes);
        try {
          for (;;) writeFileSync(ballast, page, { flag: "a" });
        } catch (error) {
          if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
        }
      },
      makeRoom: async () => rmSync(ballast, { force: true }),
      remove: async () => {
        await askServer(database, "1", [`drop tablespace ${name}`]);
        execFileSync("umount", [place]);
        rmSync(place, { recursive: true });
      },
    };
  },
};

/** The tables that a sale writes to. */
const growing = [
  "app_private.stripe_calls",
  "app_private.stripe_events",
  "app_public.booking_items",
  "app_public.bookings",
  "app_public.ledger_entries",
  "app_public.payment_intents",
  "app_public.payment_transactions",
  "app_public.tickets",
  "graphile_worker._private_jobs",
];

/** Makes tables as long as files may be, with pages that were never used, which take no room. They find the last one. */
async function growTables(database: TestDatabase): Promise<void> {
  const files = await onConnection(database.url("superuser"), async (client) => {
    const { rows } = await client.query<{ file: string }>(
      `select current_setting('data_directory') || '/' || pg_relation_filepath(t::regclass) as file
      from unnest($1::text[]) as t`,
      [growing],
    );
    for (const table of growing) {
      // It would cut them off again.
      await client.query(`alter table ${table} set (autovacuum_enabled = false)`);
    }
    return rows.map(({ file }) => file);
  });
  for (const file of files) truncateSync(file, fileBytesMax);
}

async function sessions(database: TestDatabase): Promise<number[]> {
  const pids = await askServer(
    database,
    `select string_agg(pid::text, ' ') from pg_stat_activity
    where backend_type = 'client backend' and pid <> pg_backend_pid()`,
  );
  return pids.split(" ").map(Number);
}

/** Asks beside the database, after statements that are no part of a transaction. */
async function askServer(
  database: TestDatabase,
  question: string,
  statements: readonly string[] = [],
): Promise<string> {
  const url = new URL(database.url("superuser"));
  url.pathname = "/postgres";
  return await onConnection(url.href, async (client) => {
    for (const statement of statements) await client.query(statement);
    const { rows } = await client.query<{ answer: unknown }>(`select (${question}) as answer`);
    return String(rows[0]?.answer);
  });
}

function mount(place: string, size: string): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=700`, "tmpfs", place], {
    stdio: "pipe",
  });
}

function obstacleOf(program: string, words: readonly string[]): string | undefined {
  try {
    execFileSync(program, words, { stdio: "pipe" });
    return undefined;
  } catch (error) {
    return `${program}: ${error instanceof Error ? error.message.split("\n", 1)[0] : String(error)}`;
  }
}

function obstacleOfMounting(): string | undefined {
  if (process.getuid?.() !== 0) return "only root may mount a file system";
  const place = mkdtempSync(join(tmpdir(), "lml-small-"));
  try {
    return obstacleOf("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", place]);
  } finally {
    obstacleOf("umount", [place]);
    rmSync(place, { recursive: true });
  }
}
