import { existsSync, statfsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { findPrograms } from "../db/postgres.ts";
import { CliError, tell } from "../errors.ts";
import { givenUrl } from "../office/database.ts";
import { type OfficeDirectory, shortPath } from "../office/directory.ts";
import { requireFreePort } from "../office/ports.ts";
import { runningState } from "../office/state.ts";
import { openPlaceDatabase } from "../../server/places.ts";
import { fail, type Finding, ok, skip, warn } from "./finding.ts";

/** What this machine and this directory are like. */
export async function examineMachine(directory: OfficeDirectory, port: number): Promise<Finding[]> {
  return [
    examineNode(),
    await examinePrograms(),
    ...examineDirectory(directory),
    await examinePort(directory, port),
    await examinePlaces(process.env["LML_PLACE_DATABASE"]),
  ];
}

function examineNode(): Finding {
  const { node } = process.versions;
  const [major = 0, minor = 0] = node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return ok("Node", node);
  return fail(
    "Node",
    node,
    "22.18 or newer is needed: `npm ci` brings 24 along, `npx lml` uses it.",
  );
}

async function examinePrograms(): Promise<Finding> {
  const check = "embedded PostgreSQL";
  if (givenUrl() !== undefined) return skip(check, "not used: DATABASE_URL is set");
  try {
    const programs = await findPrograms();
    const missing = ["initdb", "postgres"].filter(
      (name) => !existsSync(join(programs, "bin", name)),
    );
    if (missing.length === 0) return ok(check, `programs for ${process.platform} ${process.arch}`);
    return fail(check, `${missing.join(", ")} missing in ${programs}`, "Run `npm ci` again.");
  } catch (error) {
    const advice = "Install it with `npm ci`, or set DATABASE_URL to a server of yours.";
    return fail(check, tell(error).message, advice);
  }
}

const diskBytesMin = 1024 ** 3;

/** A segment of PostgreSQL's log and what a sale writes meanwhile: with less it may stop at any moment. */
const diskBytesLast = 100 * 1024 ** 2;

/** Whether there is room on a disk for what is to come. */
export function examineRoom(freeBytes: number): Finding {
  const check = "disk";
  const found = `${(freeBytes / 1024 ** 3).toFixed(1)} GB free`;
  if (freeBytes >= diskBytesMin) return ok(check, found);
  const advice =
    "A full disk sells nothing, and PostgreSQL may stop: make room (docs/operations.md says where).";
  return freeBytes >= diskBytesLast ? warn(check, found, advice) : fail(check, found, advice);
}

function examineDirectory(directory: OfficeDirectory): Finding[] {
  const { root } = directory;
  const check = "data directory";
  const place = shortPath(root);
  if (!existsSync(root)) {
    return [skip(check, `${place} does not exist yet; npm start makes it`)];
  }
  const self = process.getuid?.();
  const owner = statSync(root).uid;
  const findings: Finding[] = [];
  if (self !== undefined && self !== 0 && owner !== self) {
    findings.push(
      fail(check, `${place} belongs to user ${owner}`, "Run as that user, or use --data DIR."),
    );
  } else {
    findings.push(ok(check, place));
  }
  const credentials = join(directory.postgres, "credentials.json");
  const open = [directory.secrets, directory.state, credentials]
    .filter((file) => existsSync(file))
    .filter((file) => (statSync(file).mode & 0o077) !== 0);
  findings.push(
    open.length === 0
      ? ok("secrets", "readable by their owner only")
      : fail(
          "secrets",
          `others may read ${open.map(shortPath).join(", ")}`,
          `chmod 600 ${open.map(shortPath).join(" ")}`,
        ),
  );
  const { bavail, bsize } = statfsSync(existsSync(root) ? root : dirname(root));
  findings.push(examineRoom(bavail * bsize));
  return findings;
}

async function examinePort(directory: OfficeDirectory, port: number): Promise<Finding> {
  const check = "port";
  const state = runningState(directory);
  if (state?.graphqlUrl !== undefined) {
    return await examineServer(state.graphqlUrl);
  }
  try {
    await requireFreePort("127.0.0.1", port);
    return ok(check, `${port} is free; no box office runs in this directory`);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return warn(check, error.message, error.hint ?? "");
  }
}

async function examineServer(graphqlUrl: string): Promise<Finding> {
  const check = "server";
  const url = new URL("/readyz", graphqlUrl);
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    if (answer.ok) return ok(check, `${graphqlUrl} is ready`);
    const text = (await answer.text()).slice(0, 300);
    return fail(
      check,
      `${url.href} answers ${answer.status}: ${text}`,
      "See what the server logs.",
    );
  } catch (error) {
    return fail(
      check,
      `${url.href} does not answer: ${tell(error).message}`,
      "npx lml stop; npm start",
    );
  }
}

const placesDaysMax = 90;

/** Networks move: what an old database says of them is wrong more and more often. */
export async function examinePlaces(file: string | undefined): Promise<Finding> {
  const check = "places";
  if (file === undefined || file === "") {
    return skip(check, "no LML_PLACE_DATABASE: no address has a country or a city");
  }
  try {
    const { type, builtAt } = await openPlaceDatabase(file);
    const finding = `${type} of ${builtAt.toISOString().slice(0, 10)}`;
    const days = (Date.now() - builtAt.getTime()) / 86_400_000;
    return days <= placesDaysMax
      ? ok(check, finding)
      : warn(check, finding, "Fetch a newer one and restart the server: networks move.");
  } catch (error) {
    return fail(check, tell(error).message, "Fetch the file again, or unset LML_PLACE_DATABASE.");
  }
}
