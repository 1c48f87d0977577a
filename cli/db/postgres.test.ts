// If this fails, a killed run may leave a server that nobody stops, or data that the next run cannot open.
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  findPostgres,
  freePort,
  PortTakenError,
  ServerInUseError,
  startPostgres,
  temporaryPostgres,
  type PostgresServer,
} from "./postgres.ts";
import { isAlive, waitUntilGone } from "./processes.ts";
import { limitedFiles } from "../../db/tests/full-disk.ts";

let directory: string;
const children: ChildProcess[] = [];
const servers: PostgresServer[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lml-test-"));
  chmodSync(directory, 0o755);
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const server of servers.splice(0)) await server.stop();
  const left = findPostgres(directory);
  if (left !== undefined) {
    process.kill(left.pid, "SIGQUIT");
    await waitUntilGone(left.pid, 50_000);
  }
  rmSync(directory, { recursive: true, force: true });
});

async function start(options: { attach?: boolean; port?: number } = {}): Promise<PostgresServer> {
  const server = await startPostgres({ directory, settings: { fsync: "off" }, ...options });
  servers.push(server);
  return server;
}

async function ask(server: Pick<PostgresServer, "url">, question: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: server.url("postgres", "postgres") });
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ answer: unknown }>(`select (${question}) as answer`);
    return rows[0]?.answer;
  } finally {
    await client.end();
  }
}

/** Another process that runs the directory's server until it is killed. */
async function startElsewhere(): Promise<{ child: ChildProcess; pid: number }> {
  const module = new URL("./postgres.ts", import.meta.url).href;
  const program = `
    const { startPostgres } = await import(${JSON.stringify(module)});
    const server = await startPostgres({
      directory: ${JSON.stringify(directory)}, settings: { fsync: "off" }, attach: true,
    });
    console.log("pid " + server.pid);
    // Not longer than the test's own process.
    process.stdin.resume().once("end", () => process.exit());`;
  const words = ["--input-type=module", "-e", program];
  const child = spawn(process.execPath, words, { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const pid = await new Promise<number>((settle, reject) => {
    let said = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const found = /^pid (\d+)$/m.exec(said);
      if (found !== null) settle(Number(found[1]));
    });
    child.once("exit", (code) => reject(new Error(`it ended with ${code}`)));
  });
  return { child, pid };
}

/** The guard of a server: the shell that stops it when its parent has gone. */
function guardOf(pid: number): number {
  const guard = readdirSync("/proc").find((entry) => {
    const path = `/proc/${entry}/cmdline`;
    return /^\d+$/.test(entry) && readIfThere(path).includes(`lml-guard\0${pid}\0`);
  });
  if (guard === undefined) throw new Error(`server ${pid} has no guard`);
  return Number(guard);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

describe("a server of a directory", () => {
  test("keeps its data, its passwords and its port, and listens on loopback only", async () => {
    const first = await start();
    const { port } = first;
    await ask(first, "select 1");
    expect(await ask(first, "select current_setting('listen_addresses')")).toBe("127.0.0.1");
    expect(await ask(first, "select current_setting('unix_socket_directories')")).toBe("");
    expect(await ask(first, "select current_setting('password_encryption')")).toBe("scram-sha-256");
    const client = new pg.Client({ connectionString: first.url("postgres", "postgres") });
    await client.connect();
    await client.query("create table kept as select 42 as answer");
    await client.end();
    await first.stop();
    expect(await first.exited).toEqual({ code: 0, signal: null, expected: true });

    const second = await start();
    expect(second.port).toBe(port);
    expect(await ask(second, "select answer from kept")).toBe(42);
    expect(statSync(join(directory, "credentials.json")).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, "data")).mode & 0o777).toBe(0o700);
  });

  test("is durable unless told otherwise", async () => {
    const server = await startPostgres({ directory });
    servers.push(server);
    expect(await ask(server, "select current_setting('fsync')")).toBe("on");
  });

  test("refuses a wrong password", async () => {
    const server = await start();
    const url = new URL(server.url("postgres", "postgres"));
    url.password = "guess";
    const client = new pg.Client({ connectionString: url.href });
    await expect(client.connect()).rejects.toThrow(/password authentication failed/);
  });

  test("is found by others, attached to when wanted, and otherwise in use", async () => {
    expect(findPostgres(directory)).toBeUndefined();
    const { pid } = await startElsewhere();
    expect(findPostgres(directory)?.pid).toBe(pid);
    await expect(start()).rejects.toThrow(ServerInUseError);

    const attached = await start({ attach: true });
    expect(attached).toMatchObject({ pid, attached: true });
    await attached.stop();
    expect(await ask(attached, "select 1"), "it stays for its owner").toBe(1);
  });

  test("says which port is taken", async () => {
    const blocker = createServer().listen(0, "127.0.0.1");
    await new Promise((settle) => blocker.once("listening", settle));
    const address = blocker.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      await expect(start({ port })).rejects.toThrow(PortTakenError);
    } finally {
      blocker.close();
    }
  });

  test("is begun anew when its creation was interrupted", async () => {
    mkdirSync(join(directory, "data.unfinished"));
    writeFileSync(join(directory, "data.unfinished", "PG_VERSION"), "18\n");
    expect(await ask(await start(), "select 1")).toBe(1);
  });

  test("is not touched when another version made it, and the next start of that one works", async () => {
    await (await start()).stop();
    const version = join(directory, "data", "PG_VERSION");
    writeFileSync(version, "17\n");
    await expect(start()).rejects.toThrow(/made by PostgreSQL 17, and this is 18.*pg_upgrade/s);
    writeFileSync(version, "18\n");
    expect(await ask(await start(), "select 1")).toBe(1);
  });

  test.each(["", "garbage\n"])(
    "starts with a lock file that says %j, and stops the server that still runs",
    async (text) => {
      const { child, pid } = await startElsewhere();
      process.kill(guardOf(pid), "SIGKILL");
      child.kill("SIGKILL");
      writeFileSync(join(directory, "data", "postmaster.pid"), text);
      await sleep(100);
      expect(await ask(await start(), "select 1")).toBe(1);
      expect(isAlive(pid)).toBe(false);
    },
  );

  test("is not begun anew when only its passwords are lost", async () => {
    await (await start()).stop();
    rmSync(join(directory, "credentials.json"));
    await expect(start()).rejects.toThrow(/passwords are lost/);
    expect(existsSync(join(directory, "data", "PG_VERSION"))).toBe(true);
  });
});

describe("after a kill -9", () => {
  test("of the server: its process is told, and the next start recovers", async () => {
    const server = await start();
    process.kill(server.pid, "SIGKILL");
    expect(await server.exited).toEqual({ code: null, signal: "SIGKILL", expected: false });
    expect(existsSync(join(directory, "data", "postmaster.pid"))).toBe(true);
    expect(await ask(await start(), "select 1")).toBe(1);
  });

  test("of the server while a session works: the next start waits for it", async () => {
    const server = await start();
    const busy = ask(server, "select count(*) from generate_series(1, 1e9)").catch(() => undefined);
    await sleep(200);
    process.kill(server.pid, "SIGKILL");
    await server.exited;
    expect(await ask(await start(), "select 1")).toBe(1);
    await busy;
  });

  test("of its process: the server stops by itself", async () => {
    const { child, pid } = await startElsewhere();
    child.kill("SIGKILL");
    expect(await waitUntilGone(pid, 50_000)).toBe(true);
    expect(await ask(await start(), "select 1")).toBe(1);
  });

  test.runIf(existsSync("/proc/self/stat"))(
    "of its process and its guard: the next start stops the orphan",
    async () => {
      const { child, pid } = await startElsewhere();
      process.kill(guardOf(pid), "SIGKILL");
      child.kill("SIGKILL");
      await sleep(500);
      expect(isAlive(pid)).toBe(true);
      const server = await start();
      expect(isAlive(pid)).toBe(false);
      expect(await ask(server, "select 1")).toBe(1);
    },
  );

  test("of everything, with the server's id given to a stranger: the stranger lives", async () => {
    const server = await start();
    process.kill(server.pid, "SIGKILL");
    await server.exited;
    const stranger = spawn("sleep", ["60"]);
    children.push(stranger);
    const lock = join(directory, "data", "postmaster.pid");
    writeFileSync(lock, readFileSync(lock, "utf8").replace(/^\d+/, String(stranger.pid)));
    expect(await ask(await start(), "select 1")).toBe(1);
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
  });
});

describe("without room for the log", () => {
  /** As a full disk does: PostgreSQL cannot write the next part of its log. */
  const limitFiles = (pid: number, bytes: number | "unlimited"): void => {
    const { uid, gid } = statSync(join(directory, "data"));
    execFileSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:`], { uid, gid });
  };

  test.runIf(limitedFiles.obstacle === undefined)(
    "it stops, and has all that was promised once there is room",
    async () => {
      const server = await startPostgres({ directory, settings: { restart_after_crash: "off" } });
      servers.push(server);
      const client = new pg.Client({ connectionString: server.url("postgres", "postgres") });
      client.on("error", () => undefined);
      await client.connect();
      const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
      await client.query("create table kept (number integer)");
      limitFiles(rows[0]?.pid ?? 0, 8192);
      let promised = 0;
      const filling = async (): Promise<void> => {
        for (;;) {
          await client.query("insert into kept values ($1)", [promised + 1]);
          promised += 1;
        }
      };
      await expect(filling()).rejects.toThrow("could not write to log file");
      expect((await server.exited).expected).toBe(false);
      const log = readFileSync(join(directory, "postgres.log"), "utf8");
      expect(log).toMatch(/PANIC: .*File too large/);

      const kept = await start();
      const count = Number(await ask(kept, "select count(*) from kept"));
      // The last one was not promised, and may have been written all the same.
      expect([promised, promised + 1]).toContain(count);
    },
  );

  test("a new one is not made, and the next start makes it", async () => {
    const module = new URL("./postgres.ts", import.meta.url).href;
    const program = `
      const { startPostgres } = await import(${JSON.stringify(module)});
      await startPostgres({ directory: ${JSON.stringify(directory)} });`;
    const words = ["-c", 'ulimit -f 2000; exec "$0" "$@"', process.execPath, "--input-type=module"];
    const { status, stderr } = spawnSync("/bin/sh", [...words, "-e", program], {
      encoding: "utf8",
    });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/there is no room left for .*Make room and start again/);
    expect(await ask(await start(), "select 1")).toBe(1);
  });
});

test("two processes that start at once share one server", async () => {
  const [elsewhere, here] = await Promise.all([startElsewhere(), start({ attach: true })]);
  expect(here.pid).toBe(elsewhere.pid);
});

describe("a throw-away server", () => {
  test("vanishes when it is stopped", async () => {
    const server = await temporaryPostgres();
    expect(await ask(server, "select current_setting('fsync')")).toBe("off");
    await server.stop();
    expect(existsSync(server.directory)).toBe(false);
  });
});

describe("as root", () => {
  const isRoot = process.getuid?.() === 0;

  test.runIf(isRoot)("a server runs below a directory that only root may enter", async () => {
    chmodSync(directory, 0o700);
    const server = await start();
    expect(await ask(server, "select 1")).toBe(1);
    const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
    expect(status, "not as root").not.toMatch(/^Uid:\s+0\b/m);
  });
});

test("a free port can be listened on", async () => {
  const port = await freePort();
  expect(await freePort(port)).toBe(port);
});
