// The packed SDK in a project of somebody else's.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../cli/db/paths.ts";

/** Makes a project beside this one, as `npm install` leaves it: the archive, and what it depends on. Returns its directory. */
export function installPackage(): string {
  const project = mkdtempSync(join(tmpdir(), "lml-sdk-"));
  const words = [join(import.meta.dirname, "pack.ts"), join(project, "dist")];
  const archive = execFileSync(process.execPath, words, { encoding: "utf8" }).trim();
  const installed = join(project, "node_modules", "last-minute-live-sdk");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", archive, "--strip-components=1", "-C", installed]);
  for (const name of ["zod", "graphql", "graphql-ws"]) {
    symlinkSync(join(repositoryRoot, "node_modules", name), join(project, "node_modules", name));
  }
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
  return project;
}
