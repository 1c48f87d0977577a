import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** The operating-system account that PostgreSQL runs as, and the launcher that its programs need. */
export interface Account {
  /** Undefined: the account of this process. */
  readonly ids: { readonly uid: number; readonly gid: number } | undefined;
  /** Words to put before a command, such as `setpriv ...`, which then change the account themselves. */
  readonly launcher: readonly string[];
}

/** Raised when this machine cannot run PostgreSQL as it is set up. The message says what to do. */
class AccountError extends Error {
  override name = "AccountError";
}

/**
 * Chooses the account for a server. PostgreSQL refuses to run as root, so root needs another one: the owner of an
 * existing data directory, else `postgres`, which is created when missing, else `nobody`.
 *
 * A checkout below a directory that only root may enter (`/root`, a `mktemp -d`) is out of that account's reach.
 * Linux can give a process the one right that it lacks, to walk and read past such a directory, and nothing more.
 *
 * @param directory - the server's own directory, which exists.
 * @param dataDirectory - its data directory, which may not exist yet.
 * @param programs - the directory of the programs, with `bin`, `lib` and `share`.
 */
export function chooseAccount(directory: string, dataDirectory: string, programs: string): Account {
  if (process.getuid?.() !== 0) {
    requireOwnData(dataDirectory);
    return { ids: undefined, launcher: [] };
  }
  const ids = dataOwner(dataDirectory) ?? findAccount();
  const sample = join(programs, "share", "postgresql", "postgres.bki");
  const needed = [directory, join(programs, "bin", "postgres"), sample];
  const blocked = needed.map((path) => blockedAt(path, ids)).find((path) => path !== undefined);
  if (blocked === undefined) return { ids, launcher: [] };
  return { ids, launcher: privilegedLauncher(ids, blocked, join(programs, "bin", "postgres")) };
}

function requireOwnData(dataDirectory: string): void {
  const owner = existsSync(dataDirectory) ? statSync(dataDirectory).uid : undefined;
  const self = process.getuid?.();
  if (owner === undefined || self === undefined || owner === self) return;
  throw new AccountError(
    `${dataDirectory} belongs to user ${owner}, and you are user ${self}: it was made by somebody else, ` +
      "perhaps by root. Run as that user, or remove the directory to start over.",
  );
}

function dataOwner(dataDirectory: string): { uid: number; gid: number } | undefined {
  if (!existsSync(dataDirectory)) return undefined;
  const { uid, gid } = statSync(dataDirectory);
  return uid === 0 ? undefined : { uid, gid };
}

function findAccount(): { uid: number; gid: number } {
  const existing = passwdEntry("postgres");
  if (existing !== undefined) return existing;
  try {
    const options = ["--system", "--no-create-home", "--shell", "/bin/false", "--user-group"];
    execFileSync("useradd", [...options, "postgres"], { stdio: "ignore" });
  } catch {
    // Without useradd, or on a read-only root file system, an account that every system has serves as well.
  }
  const account = passwdEntry("postgres") ?? passwdEntry("nobody");
  if (account !== undefined) return account;
  throw new AccountError(
    "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` to run it as. " +
      "Create one (useradd --system postgres), work as an ordinary user, or set DATABASE_URL to a server of yours.",
  );
}

function passwdEntry(name: string): { uid: number; gid: number } | undefined {
  const fields = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .find((entry) => entry[0] === name);
  return fields === undefined ? undefined : { uid: Number(fields[2]), gid: Number(fields[3]) };
}

/** The first directory or file on the way to a path that the account may not enter or read. */
function blockedAt(path: string, ids: { uid: number; gid: number }): string | undefined {
  const chain: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    chain.unshift(at);
    if (at === dirname(at)) break;
  }
  return chain.find((at) => {
    const { mode, uid, gid } = statSync(at);
    const bits = uid === ids.uid ? mode >> 6 : gid === ids.gid ? mode >> 3 : mode;
    const wanted = statSync(at).isDirectory() ? 1 : 4;
    return (bits & wanted) === 0;
  });
}

/** Right names for setpriv, the least first. Docker grants the second by default, but not the first. */
const passageRights = ["dac_read_search", "dac_override"] as const;

function privilegedLauncher(
  ids: { uid: number; gid: number },
  blocked: string,
  program: string,
): string[] {
  for (const right of passageRights) {
    const words = [
      `--reuid=${ids.uid}`,
      `--regid=${ids.gid}`,
      "--clear-groups",
      `--inh-caps=+${right}`,
      `--ambient-caps=+${right}`,
      // Without this bit, access(2) leaves the right aside, and PostgreSQL looks for its own programs with access(2).
      "--securebits=+no_setuid_fixup",
    ];
    try {
      execFileSync("setpriv", [...words, "test", "-x", program], { stdio: "ignore", cwd: "/" });
      return ["setpriv", ...words];
    } catch {
      // Not on this system, or not with these rights: try the next one.
    }
  }
  throw new AccountError(
    `PostgreSQL does not run as root, and the user that it runs as (uid ${ids.uid}) may not enter ${blocked}. ` +
      "Move the checkout to where others may enter (chmod a+rX on that directory does it), work as an ordinary user, " +
      "install util-linux with setpriv, or set DATABASE_URL to a server of yours.",
  );
}
