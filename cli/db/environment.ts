import { join } from "node:path";
import { stateDirectory } from "./paths.ts";
import { startPostgres } from "./postgres.ts";

/** The connections that the development commands work with. */
export interface Environment {
  readonly ownerUrl: string;
  /** Erased by every commit. */
  readonly shadowUrl: string | undefined;
  /** A superuser, connected to another database. */
  readonly rootUrl: string | undefined;
  readonly roleUrls: readonly string[];
  /** True when these are databases of the embedded development server, which may be rebuilt at will. */
  readonly disposable: boolean;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * The databases of DATABASE_URL, SHADOW_DATABASE_URL and ROOT_DATABASE_URL when the first is set, else those of the
 * embedded development server, which is started when it does not run.
 */
export async function openEnvironment(log: (line: string) => void): Promise<Environment> {
  const ownerUrl = process.env["DATABASE_URL"];
  if (ownerUrl !== undefined && ownerUrl !== "") {
    return {
      ownerUrl,
      shadowUrl: process.env["SHADOW_DATABASE_URL"],
      rootUrl: process.env["ROOT_DATABASE_URL"],
      roleUrls: [],
      disposable: false,
      [Symbol.asyncDispose]: async () => undefined,
    };
  }
  const server = await startPostgres({ directory: join(stateDirectory, "dev"), attach: true, log });
  return {
    ownerUrl: server.url("lml_owner", "lml"),
    shadowUrl: server.url("lml_owner", "lml_shadow"),
    rootUrl: server.url("postgres", "postgres"),
    roleUrls: [server.url("lml_authenticator", "lml"), server.url("lml_worker", "lml")],
    disposable: true,
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
