import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PostgresError } from "./errors.ts";

/** The superuser of an embedded server, and the roles that log in. */
export type LoginRole = "postgres" | "lml_owner" | "lml_authenticator" | "lml_worker";

/** The password of each role, as `credentials.json` keeps them. */
export type Credentials = Readonly<Record<LoginRole, string>>;

/** The passwords of a directory's server. Undefined when it has never been started. */
export function readCredentials(directory: string): Credentials | undefined {
  const path = join(directory, "credentials.json");
  if (!existsSync(path)) return undefined;
  const value: unknown = JSON.parse(readFileSync(path, "utf8"));
  return value as Credentials;
}

/**
 * Makes up the passwords of a new server.
 *
 * @throws PostgresError when there is data already, whose passwords nobody can tell any more.
 */
export function createCredentials(directory: string, dataDirectory: string): Credentials {
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

/** Makes the connection URLs of a server on this machine. */
export function urlMaker(
  credentials: Credentials,
  port: number,
): (role: LoginRole, database: string) => string {
  return (role, database) =>
    `postgres://${role}:${credentials[role]}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

/** Writes a file that only its owner may read: whole or not at all. */
export function writePrivate(path: string, text: string): void {
  const beside = `${path}.${process.pid}.tmp`;
  writeFileSync(beside, text, { mode: 0o600 });
  chmodSync(beside, 0o600);
  renameSync(beside, path);
}
