import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { repositoryRoot } from "./db/paths.ts";

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves when standard output has matched; rejects when the command ends first. */
  says(pattern: RegExp): Promise<string>;
}

/** What of this environment the tested commands must not see. */
const hidden =
  /^(DATABASE_URL|PORT|HOST|LML_.*|STRIPE_.*|FORCE_COLOR|NO_COLOR|VITEST.*|NODE_(?!COMPILE_CACHE).*)$/;

const running = new Set<ChildProcess>();

/** Ends what a failed test has left running. */
export async function endAll(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }),
  );
}

/** Starts `lml` as people do, in a process of its own. */
export function launch(words: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  return launchProgram(join("cli", "lml.ts"), words, env);
}

/** Starts a program of the repository in a process of its own. */
export function launchProgram(
  file: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Running {
  const kept = Object.entries(process.env).filter(([name]) => !hidden.test(name));
  const child = spawn(process.execPath, [join(repositoryRoot, file), ...words], {
    cwd: repositoryRoot,
    // Words are compared, and some environments (CI) ask for colors.
    env: { ...Object.fromEntries(kept), NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    // Not "close": a process that inherited the pipes may outlive the command.
    child.once("exit", (code) => setTimeout(() => resolve({ code, stdout, stderr }), 20));
  });
  const says = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(stdout)) resolve(stdout);
      };
      child.stdout.on("data", look);
      child.once("exit", () => reject(new Error(`it ended:\n${stdout}${stderr}`)));
      look();
    });
  running.add(child);
  child.once("exit", () => running.delete(child));
  if (child.pid === undefined) throw new Error("lml did not start");
  return { child, pid: child.pid, ended, says };
}

/** Runs `lml` to its end. */
export async function lml(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return await launch(words, env).ended;
}
