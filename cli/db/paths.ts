import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the checkout, without a trailing slash. */
export const repositoryRoot: string = fileURLToPath(new URL("../..", import.meta.url)).replace(
  /\/$/,
  "",
);

/** Where everything that a developer's machine keeps lives: data directories, passwords, logs. */
export const stateDirectory: string = join(repositoryRoot, ".lml");
