import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { errorCode } from "../processes.ts";
import { PortTakenError, PostgresError } from "./errors.ts";
import { readRecord } from "./record.ts";

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(wanted = 0): Promise<number> {
  const probe = createServer();
  probe.listen(wanted, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new PostgresError("No free port.");
  return address.port;
}

/**
 * The port to listen on: the wanted one, else that of last time while it is free, else any.
 *
 * @throws PortTakenError when the wanted one is not free.
 */
export async function choosePort(directory: string, wanted: number | undefined): Promise<number> {
  if (wanted !== undefined) {
    try {
      return await freePort(wanted);
    } catch (error) {
      if (errorCode(error) === "EADDRINUSE") throw new PortTakenError(wanted);
      throw error;
    }
  }
  const last = readRecord(directory)?.port ?? readLastPort(directory);
  const port = last === undefined ? await freePort() : await freePort(last).catch(() => freePort());
  writeFileSync(join(directory, "port"), `${port}\n`);
  return port;
}

function readLastPort(directory: string): number | undefined {
  const path = join(directory, "port");
  const port = existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}
