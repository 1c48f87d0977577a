import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the checkout, without a trailing slash. */
export const repositoryRoot: string = fileURLToPath(new URL("../..", import.meta.url)).replace(
  /\/$/,
  "",
);

/** Where everything that a developer's machine keeps lives: data directories, passwords, logs. */
export const stateDirectory: string = join(repositoryRoot, ".lml");

/**
 * Whether a file is the program that was started, and not imported: `import.meta.main` for Node 22 as well.
 *
 * @param file - the asking module's `import.meta.filename`.
 */
export function isProgram(file: string): boolean {
  const program = process.argv[1];
  return program !== undefined && existsSync(program) && realpathSync(program) === file;
}
