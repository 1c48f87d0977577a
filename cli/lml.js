#!/usr/bin/env node
// The entry that npm links as `lml`. The system's Node may be too old to read TypeScript, so this file, in plain
// JavaScript that any Node understands, starts the command under a Node that can.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const newEnough = major > 22 || (major === 22 && minor >= 18);

/** The Node that is packaged with this project, when it is installed. */
function packagedNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve("node/package.json");
    const program = join(dirname(manifest), "bin", "node");
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

const node = packagedNode() ?? (newEnough ? process.execPath : undefined);
if (node === undefined) {
  console.error(
    `lml needs Node 22.18 or newer, this is ${process.versions.node}: run npm ci, which brings one along.`,
  );
  process.exit(1);
}

const command = fileURLToPath(new URL("./lml.ts", import.meta.url));
const child = spawn(node, [command, ...process.argv.slice(2)], { stdio: "inherit" });
// Signals to this process alone are passed on. A terminal sends them to both: the command takes the second as the first.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on("error", (error) => {
  console.error(`lml could not start ${node}: ${error.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(name);
  process.kill(process.pid, signal);
});
