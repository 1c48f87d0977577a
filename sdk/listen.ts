import { createClient } from "graphql-ws/client";
import {
  BusyError,
  ConnectionError,
  errorOf,
  LastMinuteLiveError,
  TimeoutError,
  TooManyRequestsError,
  ServerTimeoutError,
} from "./errors.ts";
import { reviveCents } from "./money.ts";

/** What to listen to, and how. */
export interface ListenOptions<Result> {
  /** The server's address for connections, such as `ws://127.0.0.1:4000/graphql`. */
  readonly url: string;
  /** Who listens, at this moment. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly webSocket: typeof WebSocket | undefined;
  /** How long a connection may take to be made, and to answer when it is silent. */
  readonly timeoutMs: number;
  /** How many further attempts may follow a failed one, before anything was heard. After that, any number. */
  readonly retries: number;
  readonly signal: AbortSignal | undefined;
  /** The subscription as it is sent over the next connection. */
  readonly operation: () => Operation;
  /** Makes one answer of two that nobody has taken yet. */
  readonly combine: (earlier: Result, later: Result) => Result;
  /** The failure that the errors of an answer tell of. */
  readonly failureOf: (errors: unknown) => LastMinuteLiveError;
  /** Waits before another attempt. */
  readonly wait: (attempts: number) => Promise<void>;
}

interface Operation {
  readonly operationName: string;
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

/** How long a connection may be silent before it is asked whether it is there. */
const KEEP_ALIVE_MS = 10_000;

/** The code with which a server closes a connection that a page of another origin opened. */
const FORBIDDEN = 4403;

/** Listens until the signal aborts or the server refuses, over one connection after the other. */
export async function* listen<Result>(
  options: ListenOptions<Result>,
): AsyncGenerator<Result, void, undefined> {
  let failures = 0;
  let wasHeard = false;
  for (;;) {
    options.signal?.throwIfAborted();
    let failure: LastMinuteLiveError;
    try {
      for await (const answer of oneConnection(options)) {
        failures = 0;
        wasHeard = true;
        yield answer;
      }
      failure = brokenOff("The server ended it.");
    } catch (error) {
      options.signal?.throwIfAborted();
      failure = asFailure(error, options.failureOf);
    }
    failures += 1;
    if (!mayPass(failure) || (!wasHeard && failures > options.retries)) throw failure;
    await options.wait(failures);
  }
}

/** What one connection tells. */
async function* oneConnection<Result>({
  url,
  headers,
  webSocket,
  timeoutMs,
  signal,
  operation,
  combine,
}: ListenOptions<Result>): AsyncGenerator<Result, void, undefined> {
  let silence: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url,
    connectionParams: () => ({ ...headers() }),
    webSocketImpl: webSocket,
    // Another attempt goes on from another version, so it is another operation.
    retryAttempts: 0,
    connectionAckWaitTimeout: timeoutMs,
    keepAlive: KEEP_ALIVE_MS,
    jsonMessageReviver: reviveCents,
    on: {
      ping: (isReceived) => {
        if (!isReceived) silence = setTimeout(() => client.terminate(), timeoutMs);
      },
      pong: (isReceived) => {
        if (isReceived) clearTimeout(silence);
      },
      closed: () => clearTimeout(silence),
    },
  });
  const waiting: Result[] = [];
  let end: { readonly error?: unknown } | undefined;
  let notify: () => void = () => undefined;
  const stop = client.subscribe<Result>(operation(), {
    next: ({ data, errors }) => {
      const [earlier] = waiting;
      if (errors !== undefined) end = { error: errors };
      else if (data != null) waiting[0] = earlier === undefined ? data : combine(earlier, data);
      notify();
    },
    error: (error) => {
      end = { error };
      notify();
    },
    complete: () => {
      end ??= {};
      notify();
    },
  });
  const abort = (): void => notify();
  signal?.addEventListener("abort", abort);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const answer = waiting.pop();
      if (answer !== undefined) yield answer;
      else if (end === undefined) await new Promise<void>((resolve) => (notify = resolve));
      else if (end.error !== undefined) throw end.error;
      else return;
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    stop();
    clearTimeout(silence);
  }
}

/** Whether the failure may be over in a moment. What is refused is refused again. */
function mayPass(error: LastMinuteLiveError): boolean {
  return (
    error instanceof ConnectionError ||
    error instanceof TimeoutError ||
    error instanceof BusyError ||
    error instanceof TooManyRequestsError ||
    error instanceof ServerTimeoutError
  );
}

/** What a connection ends with: the errors of an answer, the event of closing it, or anything else. */
function asFailure(
  error: unknown,
  failureOf: (errors: unknown) => LastMinuteLiveError,
): LastMinuteLiveError {
  if (error instanceof LastMinuteLiveError) return error;
  if (Array.isArray(error)) return failureOf(error);
  if (typeof error !== "object" || error === null || !("code" in error))
    return brokenOff("", error);
  const reason = "reason" in error && typeof error.reason === "string" ? error.reason : "";
  return error.code === FORBIDDEN
    ? errorOf(reason, { code: "LMRGT" })
    : brokenOff(`${reason} (${String(error.code)})`, error);
}

function brokenOff(why: string, cause?: unknown): ConnectionError {
  return new ConnectionError(`The server cannot be reached, or broke the connection. ${why}`, {
    code: "CONNECTION",
    hint: "Is the server running, and is this its address?",
    cause,
  });
}
