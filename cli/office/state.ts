import { linkSync, renameSync, rmSync } from "node:fs";
import { z } from "zod";
import { isAlive, processStart } from "../db/processes.ts";
import { CliError } from "../errors.ts";
import type { OfficeDirectory } from "./directory.ts";
import { createPrivate, readIfThere, writePrivate } from "./files.ts";

const stateSchema = z.object({
  version: z.literal(1),
  pid: z.int().positive(),
  /** Together with the pid it tells this process from a later one with the same id. */
  processStart: z.string(),
  startedAt: z.iso.datetime(),
  status: z.enum(["starting", "ready"]),
  /** Where the database is: on the embedded server, or on that of DATABASE_URL. */
  database: z.enum(["embedded", "given"]),
  graphqlUrl: z.url().optional(),
  standInUrl: z.url().optional(),
  /** Connection URLs, with their passwords: this file is for its owner only. */
  ownerUrl: z.string().optional(),
  serverUrl: z.string().optional(),
  workerUrl: z.string().optional(),
  superuserUrl: z.string().optional(),
});

/** What a running box office tells the other commands. */
export type OfficeState = z.infer<typeof stateSchema>;

/** A directory's state, held by this process. */
export interface HeldState {
  update(changes: Partial<OfficeState>): void;
  release(): void;
}

/** The state of the box office that runs in a directory. Undefined when none does; what a killed one left is stale. */
export function runningState(directory: OfficeDirectory): OfficeState | undefined {
  const state = parse(readIfThere(directory.state));
  return state !== undefined && isHolderAlive(state) ? state : undefined;
}

/**
 * Takes a directory for this process until it is released or the process is gone.
 *
 * @throws CliError when another box office runs in it.
 */
export function holdState(
  directory: OfficeDirectory,
  database: OfficeState["database"],
): HeldState {
  let state: OfficeState = {
    version: 1,
    pid: process.pid,
    processStart: processStart(process.pid) ?? "",
    startedAt: new Date().toISOString(),
    status: "starting",
    database,
  };
  while (!createPrivate(directory.state, text(state))) takeOverStale(directory);
  return {
    update: (changes) => {
      state = { ...state, ...changes };
      writePrivate(directory.state, text(state));
    },
    release: () => {
      const found = parse(readIfThere(directory.state));
      if (found?.pid === process.pid) rmSync(directory.state, { force: true });
    },
  };
}

function takeOverStale(directory: OfficeDirectory): void {
  const seen = readIfThere(directory.state);
  if (seen === undefined) return;
  const holder = parse(seen);
  if (holder !== undefined && isHolderAlive(holder)) throw alreadyRuns(directory, holder);
  // Of two that find the same stale file, one moves it away, and neither ever moves away a fresh one for good.
  const aside = `${directory.state}.${process.pid}.stale`;
  try {
    renameSync(directory.state, aside);
  } catch {
    return;
  }
  try {
    if (readIfThere(aside) !== seen) linkSync(aside, directory.state);
  } catch {
    // A third one has taken the place meanwhile: the next round tells who.
  } finally {
    rmSync(aside, { force: true });
  }
}

/** The refusal to run a second box office in one directory. */
function alreadyRuns(directory: OfficeDirectory, state: OfficeState): CliError {
  const where =
    state.graphqlUrl === undefined ? "It is starting." : `It answers at ${state.graphqlUrl}.`;
  return new CliError(
    `A box office already runs in ${directory.root} (process ${state.pid}). ${where}`,
    {
      hint:
        "Use that one, end it with `npx lml stop`, or start another one beside it: " +
        "npm start -- --data DIR --port PORT",
    },
  );
}

function parse(content: string | undefined): OfficeState | undefined {
  if (content === undefined) return undefined;
  try {
    return stateSchema.safeParse(JSON.parse(content)).data;
  } catch {
    return undefined;
  }
}

function isHolderAlive(state: OfficeState): boolean {
  return isAlive(state.pid) && (processStart(state.pid) ?? "") === state.processStart;
}

function text(state: OfficeState): string {
  return `${JSON.stringify(state, null, 2)}\n`;
}
