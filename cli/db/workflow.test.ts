// If this fails, an author loses work to a failed commit, or seals a migration that does not run.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { repositoryRoot } from "./paths.ts";
import { findPostgres } from "./postgres.ts";

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "lml-test-"));
  chmodSync(root, 0o755);
  cpSync(join(repositoryRoot, "cli", "db"), join(root, "cli", "db"), { recursive: true });
  for (const file of [".gmrc", "package.json", "db/roles.sql", "db/migrations/before.sql"]) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(join(repositoryRoot, file), join(root, file));
  }
  symlinkSync(join(repositoryRoot, "node_modules"), join(root, "node_modules"));
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const directories = [
  "db/functions",
  "db/policies",
  "db/migrations/current",
  "db/migrations/committed",
];

beforeEach(() => {
  for (const directory of directories) {
    rmSync(join(root, directory), { recursive: true, force: true });
    mkdirSync(join(root, directory), { recursive: true });
  }
});

const environment = (): NodeJS.ProcessEnv => {
  const { DATABASE_URL: _url, NODE_OPTIONS: _options, ...rest } = process.env;
  return rest;
};

function run(...words: string[]): { code: number | null; said: string } {
  const program = [join(root, "cli", "db", "workflow.ts"), ...words];
  const result = spawnSync(process.execPath, program, { encoding: "utf8", env: environment() });
  return { code: result.status, said: result.stdout + result.stderr };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Every file below db, with its text. */
function snapshot(): Record<string, string> {
  return Object.fromEntries(
    directories.flatMap((directory) =>
      readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile())
        .map((file) => join(file.parentPath, file.name))
        .map((file) => [file.slice(root.length), readFileSync(file, "utf8")] as const),
    ),
  );
}

const shout = `create or replace function app_public.shout(name text) returns text
language sql immutable as $$ select app_public.upper_case(shout.name) $$;\n`;

function writeFirstVersion(): void {
  write("db/migrations/current/100-tables.sql", "create schema app_public;\n");
  write(
    "db/migrations/current/200-things.sql",
    "create table app_public.things (id uuid primary key);\n",
  );
  // Runs before the function that it calls exists.
  write("db/functions/identity/shout.sql", shout);
  write(
    "db/functions/payments/upper_case.sql",
    `create or replace function app_public.upper_case(name text) returns text
    language sql immutable as $$ select upper(upper_case.name) $$;\n`,
  );
  write(
    "db/policies/identity/things.sql",
    "alter table app_public.things enable row level security;\n",
  );
}

test("a commit seals tables and sources, and leaves the sources and an empty current", () => {
  writeFirstVersion();
  const first = run("commit", "-m", "First things");
  expect(first).toMatchObject({ code: 0 });
  expect(readdirSync(join(root, "db/migrations/committed"))).toEqual(["000001-first-things.sql"]);
  expect(readdirSync(join(root, "db/migrations/current"))).toEqual([]);
  expect(readFileSync(join(root, "db/functions/identity/shout.sql"), "utf8")).toBe(shout);

  const nothing = run("commit", "-m", "Nothing");
  expect(nothing.code).toBe(1);
  expect(nothing.said).toMatch(/nothing to commit/);

  write("db/functions/identity/shout.sql", shout.replace("immutable", "stable"));
  expect(run("commit", "-m", "Calmer")).toMatchObject({ code: 0 });
  const second = readFileSync(join(root, "db/migrations/committed/000002-calmer.sql"), "utf8");
  expect(second).toContain("--! split: 1000-functions-identity-shout.sql\ncreate or replace");
  expect(second).not.toContain("upper_case(name");

  rmSync(join(root, "db/functions/identity/shout.sql"));
  expect(run("commit", "-m", "Silence").said).toMatch(/identity\/shout\.sql is gone/);

  expect(run("migrate")).toMatchObject({ code: 0 });
});

test("a commit that fails leaves every file as it was", () => {
  writeFirstVersion();
  expect(run("commit", "-m", "First things")).toMatchObject({ code: 0 });
  write("db/functions/identity/shout.sql", `${shout}\n\n  -- with odd white space\n\n\n`);
  write("db/migrations/current/100-more.sql", "create table app_public.more (id int);\n\n\n");
  write("db/migrations/current/200-broken.sql", "select 1 / 0;   \n");
  const before = snapshot();
  const failed = run("commit", "-m", "Broken");
  expect(failed.code).toBe(1);
  expect(failed.said).toMatch(/division by zero/);
  expect(snapshot()).toEqual(before);
});

test("a commit wants a reason", () => {
  writeFirstVersion();
  expect(run("commit")).toMatchObject({ code: 1, said: expect.stringMatching(/Say why/) });
  expect(snapshot()).toHaveProperty(["/db/migrations/current/100-tables.sql"]);
});

test("history can be cut anew: the same commands work when the committed files are gone", () => {
  writeFirstVersion();
  const files = snapshot();
  expect(run("commit", "-m", "First things")).toMatchObject({ code: 0 });
  rmSync(join(root, "db/migrations/committed"), { recursive: true });
  mkdirSync(join(root, "db/migrations/committed"));
  for (const [path, text] of Object.entries(files)) write(path, text);
  expect(run("commit", "-m", "One story")).toMatchObject({ code: 0 });
  expect(readdirSync(join(root, "db/migrations/committed"))).toEqual(["000001-one-story.sql"]);
});

test("watching once applies what is not committed, again and again", () => {
  writeFirstVersion();
  expect(run("watch", "--once", "--fresh")).toMatchObject({ code: 0 });
  // The same table again: a new database, because this SQL cannot run twice.
  write("db/migrations/current/300-more.sql", "create table app_public.more (id int);\n");
  const again = run("watch", "--once");
  expect(again).toMatchObject({ code: 0 });
  expect(again.said).toMatch(/starting over on a new database/);
  expect(readdirSync(join(root, "db/migrations/current"))).toHaveLength(3);
});

test("watching runs a source again when it is saved, and stops its server when it is told to", async () => {
  writeFirstVersion();
  const program = [process.execPath, join(root, "cli", "db", "workflow.ts"), "watch", "--fresh"];
  // The shell interrupts it when its own input ends: at the end of this test, or when this process is killed.
  const script = '"$@" & pid=$!; read -r line; kill -INT $pid; wait $pid';
  const child = spawn("/bin/sh", ["-c", script, "sh", ...program], {
    env: environment(),
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    await says(child, /Finished/);
    const server = findPostgres(join(root, ".lml", "dev"));
    if (server === undefined) throw new Error("the development server does not run");
    const answer = async (): Promise<unknown> => {
      const client = new pg.Client({ connectionString: server.url("lml_owner", "lml") });
      await client.connect();
      const { rows } = await client.query<{ said: string }>("select app_public.shout('a') as said");
      await client.end();
      return rows[0]?.said;
    };
    expect(await answer()).toBe("A");
    const finished = says(child, /Finished/);
    write("db/functions/identity/shout.sql", shout.replace("(shout.name)", "(shout.name || '!')"));
    await finished;
    expect(await answer()).toBe("A!");

    const broken = says(child, /syntax error/);
    write("db/functions/identity/shout.sql", "create nonsense;\n");
    await broken;
    const repaired = says(child, /Finished/);
    write("db/functions/identity/shout.sql", shout);
    await repaired;
    expect(await answer()).toBe("A");
  } finally {
    const ended = new Promise((settle) => child.once("exit", settle));
    child.stdin.end();
    await ended;
  }
  expect(findPostgres(join(root, ".lml", "dev"))).toBeUndefined();
  expect(readdirSync(join(root, "db/migrations/current")).toSorted()).toEqual([
    "100-tables.sql",
    "200-things.sql",
  ]);
  expect(existsSync(join(root, "db/functions/identity/shout.sql"))).toBe(true);
});

/** Resolves when a process next says something that matches. */
function says(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((settle, reject) => {
    let said = "";
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      if (!pattern.test(said)) return;
      child.stdout?.off("data", listen);
      settle();
    };
    child.stdout?.on("data", listen);
    child.once("exit", (code) => reject(new Error(`it ended with ${code}: ${said}`)));
  });
}
