import { errorCode, waitUntilGone } from "../db/processes.ts";
import { CliError } from "../errors.ts";
import { createOutput } from "../output.ts";
import { officeDirectory, shortPath } from "./directory.ts";
import { stopOrphan } from "./remains.ts";
import { type OfficeState, runningState } from "./state.ts";

const patienceMs = 30_000;

/** Ends the box office of a directory, and whatever a killed one left running. */
export async function stopOffice(flags: { data?: string; force: boolean }): Promise<void> {
  const output = createOutput();
  const directory = officeDirectory(flags.data);
  const state = runningState(directory);
  if (state === undefined) {
    const orphan = await stopOrphan(directory);
    output.line(
      orphan === undefined
        ? `Nothing runs in ${shortPath(directory.root)}.`
        : `Stopped the PostgreSQL (process ${orphan}) that a killed run had left.`,
    );
    return;
  }
  await output.step(`stopping process ${state.pid}`, () => end(state, flags.force));
  // A box office that was killed takes its PostgreSQL along, a moment later.
  await stopOrphan(directory);
}

async function end({ pid }: OfficeState, force: boolean): Promise<void> {
  signal(pid, "SIGTERM");
  if (await waitUntilGone(pid, patienceMs)) return;
  if (!force) {
    throw new CliError(`Process ${pid} is still busy after half a minute.`, {
      hint: "Wait, or kill it: npx lml stop --force",
    });
  }
  signal(pid, "SIGKILL");
  await waitUntilGone(pid, patienceMs);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    const code = errorCode(error);
    if (code === "ESRCH") return;
    if (code !== "EPERM") throw error;
    throw new CliError(`Process ${pid} belongs to another user.`, {
      hint: "Stop it as the user who started it.",
      cause: error,
    });
  }
}
