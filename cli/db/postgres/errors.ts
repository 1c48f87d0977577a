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

/** What to say of a program that failed: where the reason is a known one, that, and what to do. */
export function failureOf(what: string, said: string, directory: string): PostgresError {
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
