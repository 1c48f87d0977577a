import type { ChildProcess } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { isAlive, processStart } from "../processes.ts";
import {
  readCredentials,
  urlMaker,
  writePrivate,
  type Credentials,
  type LoginRole,
} from "./credentials.ts";
import { PostgresError } from "./errors.ts";
import { startGuard } from "./guard.ts";
import type { Postmaster } from "./postmaster.ts";
import type { ServerRecord } from "./record.ts";
import type { Site } from "./site.ts";

const stopPatienceMs = 30_000;

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

/** A server that this process has started, which ends with it. */
export function ownServer(
  { directory, dataDirectory, isTemporary }: Site,
  { child, port }: Postmaster,
  credentials: Credentials,
): PostgresServer {
  const pid = child.pid;
  if (pid === undefined) throw new PostgresError("PostgreSQL did not start.");
  const guard = startGuard(pid, dataDirectory, isTemporary ? directory : undefined);
  const ownerStart = processStart(process.pid) ?? "";
  const record: ServerRecord = { pid, port, ownerPid: process.pid, ownerStart };
  writePrivate(join(directory, "server.json"), JSON.stringify(record));
  let stopping = false;
  const exited = exitOf(child).then(({ code, signal }): PostgresExit => {
    guard.kill("SIGKILL");
    return { code, signal, expected: stopping };
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
    if (isTemporary) rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
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

function exitOf(child: ChildProcess): Promise<Pick<PostgresExit, "code" | "signal">> {
  const { exitCode, signalCode } = child;
  if (exitCode !== null || signalCode !== null) {
    return Promise.resolve({ code: exitCode, signal: signalCode });
  }
  return new Promise((settle) => {
    child.once("exit", (code, signal) => settle({ code, signal }));
  });
}

/** A server that another living process has started, which stays when `stop` is called. */
export function attachedServer(directory: string, record: ServerRecord): PostgresServer {
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

function sleepUnref(ms: number): Promise<false> {
  return new Promise((settle) => setTimeout(() => settle(false), ms).unref());
}
