import { spawn, type ChildProcess } from "node:child_process";

/**
 * A shell that waits for this process to end, however it ends: its standard input closes then. It stops the server, and
 * removes a temporary one's directory.
 */
const guardScript = `
while read -r line; do :; done
[ "$(head -n 1 "$2/postmaster.pid" 2>/dev/null)" = "$1" ] || exit 0
if [ -z "$3" ]; then kill -INT "$1"; exit 0; fi
kill -QUIT "$1"
i=0
while [ -e "$2/postmaster.pid" ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
# The last sessions may still write a file while others are removed.
while ! rm -rf -- "$3" 2>/dev/null && [ $i -lt 200 ]; do sleep 0.1; i=$((i + 1)); done
`;

/** Starts the guard of a server. `remove` is the directory that vanishes with it, if any. */
export function startGuard(pid: number, dataDirectory: string, remove?: string): ChildProcess {
  const words = ["-c", guardScript, "lml-guard", String(pid), dataDirectory, remove ?? ""];
  const stdio: ("pipe" | "ignore")[] = ["pipe", "ignore", "ignore"];
  const guard = spawn("/bin/sh", words, { cwd: "/", detached: true, stdio });
  guard.on("error", () => undefined);
  guard.stdin?.on("error", () => undefined);
  guard.unref();
  if (guard.stdin !== null && "unref" in guard.stdin && typeof guard.stdin.unref === "function") {
    guard.stdin.unref();
  }
  return guard;
}
