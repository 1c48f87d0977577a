import { join } from "node:path";
import { chooseAccount, type Account } from "./account.ts";
import { findPrograms } from "./programs.ts";

/** Where a server lives, and what runs it. */
export interface Site {
  /** The server's own directory, which holds the data and what is told about the server. */
  readonly directory: string;
  readonly dataDirectory: string;
  /** The directory of PostgreSQL's programs, with `bin`, `lib` and `share`. */
  readonly programs: string;
  /** Whom the programs run as. */
  readonly account: Account;
  /** Whether the directory vanishes with the server. */
  readonly isTemporary: boolean;
}

/** Finds out how this machine runs a server in a directory. */
export async function findSite(directory: string, isTemporary: boolean): Promise<Site> {
  const dataDirectory = join(directory, "data");
  const programs = await findPrograms();
  const account = chooseAccount(directory, dataDirectory, programs);
  return { directory, dataDirectory, programs, account, isTemporary };
}
