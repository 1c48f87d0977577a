import { once } from "node:events";
import { createServer } from "node:net";
import { errorCode } from "../db/processes.ts";
import { CliError } from "../errors.ts";

/**
 * Finds out early that a port is taken, before anything else is started for nothing.
 *
 * @throws CliError that names the port and says what to do.
 */
export async function requireFreePort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  probe.listen(port, host);
  try {
    await once(probe, "listening");
  } catch (error) {
    throw await portError(host, port, error);
  }
  probe.close();
  await once(probe, "close");
}

/** Whether a port is free on the loopback address. */
export async function isFreePort(port: number): Promise<boolean> {
  return await requireFreePort("127.0.0.1", port).then(
    () => true,
    () => false,
  );
}

async function portError(host: string, port: number, error: unknown): Promise<CliError> {
  const code = errorCode(error) ?? "";
  const options = { cause: error };
  if (code === "EADDRINUSE") {
    const ours = await looksLikeOurs(port);
    return new CliError(
      ours
        ? `Port ${port} on ${host} is taken, by a Last Minute Live that runs elsewhere.`
        : `Port ${port} on ${host} is taken by another program.`,
      {
        ...options,
        hint:
          `End that program, or choose another port: npm start -- --port ${port < 65_535 ? port + 1 : 4001}\n` +
          `What holds it: lsof -i :${port} (or: ss -ltnp 'sport = :${port}')`,
      },
    );
  }
  if (code === "EACCES") {
    return new CliError(`You may not listen on port ${port}.`, {
      ...options,
      hint: "Choose one above 1023: npm start -- --port 4000",
    });
  }
  return new CliError(`There is no listening on ${host}, port ${port} (${code}).`, {
    ...options,
    hint: "Is --host an address of this machine? 127.0.0.1 always is.",
  });
}

async function looksLikeOurs(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(500);
    const answer = await fetch(`http://127.0.0.1:${port}/payments/config`, { signal });
    const config: unknown = await answer.json();
    return typeof config === "object" && config !== null && "publishableKey" in config;
  } catch {
    return false;
  }
}
