import { createHash } from "node:crypto";
import type { Database } from "./database.ts";

/** How long a session is not noted again. */
const patienceMs = 5 * 60_000;

/** How often what was noted is written, unless told otherwise. */
const defaultWriteMs = 30_000;

/** Callers that are remembered: whoever sends made-up tokens must not fill the memory. */
const callersMax = 20_000;

/** Told of each request's session. */
export interface SessionActivity {
  /** Notes that a session's token came with a request. Costs no statement. */
  note(token: string): void;
  /** Writes what was noted since the last time. */
  write(): Promise<void>;
  /** Writes it, and stops. */
  stop(): Promise<void>;
}

/**
 * Remembers which sessions are in use, and writes that once in a while, for all of them in one statement. A request that
 * reads stays one that reads, and nobody waits for it.
 */
export function startSessionActivity(
  database: Database,
  onError: (error: unknown) => void,
  writeMs: number = defaultWriteMs,
): SessionActivity {
  const notedAt = new Map<string, number>();
  let waiting: Buffer[] = [];
  const write = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const hashes = waiting;
    waiting = [];
    const settings = { statement_timeout: "5s", lock_timeout: "1s" };
    await database.query(settings, {
      text: "select app_private.record_session_activity($1)",
      values: [hashes],
    });
  };
  const timer = setInterval(() => void write().catch(onError), writeMs);
  timer.unref();
  return {
    note(token) {
      if (token === "") return;
      const now = Date.now();
      const hash = createHash("sha256").update(token).digest();
      const key = hash.toString("base64");
      if (now - (notedAt.get(key) ?? 0) < patienceMs) return;
      if (notedAt.size >= callersMax) notedAt.clear();
      notedAt.set(key, now);
      if (waiting.length < callersMax) waiting.push(hash);
    },
    write,
    async stop() {
      clearInterval(timer);
      await write().catch(onError);
    },
  };
}
