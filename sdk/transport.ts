import { z } from "zod";
import {
  ConnectionError,
  errorOf,
  LastMinuteLiveError,
  TimeoutError,
  UnavailableError,
  UnexpectedAnswerError,
  UnknownError,
} from "./errors.ts";
import { listen } from "./listen.ts";
import { parseAnswer } from "./money.ts";
import { backoffMs, shouldRetry } from "./retry.ts";

/** What may be said anew for a single call. */
export interface CallOptions {
  /** How long one attempt may take, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** How many further attempts may follow a failed one. */
  readonly retries?: number | undefined;
  /** Stops the call, also between two attempts. The call then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A call that takes an idempotency key. */
export interface KeyedCallOptions extends CallOptions {
  /**
   * Names this piece of work: the same key with the same arguments does it once, whoever repeats
   * it. Default: a random one for each call. Give your own to be safe beyond a restart of yours.
   */
  readonly idempotencyKey?: string | undefined;
}

/** An operation of the API with the types of what it takes and returns. */
export interface TypedDocument<Result, Variables> {
  readonly name: string;
  readonly text: string;
  /** Carries the types. There is no such property. */
  readonly types?: (variables: Variables) => Result;
}

/** A request and how to read its answer. */
export interface HttpRequest<T> {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether doing it twice is the same as doing it once. */
  readonly repeatable: boolean;
  /** Reads an answer of any status; throws a {@link LastMinuteLiveError} when it is a failure. */
  readonly read: (answer: HttpAnswer) => T | Promise<T>;
}

/** An answer, its body read to the end. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  readonly requestId: string | null;
}

/** What a transport is made of. */
export interface TransportOptions {
  /** The server's address without a path, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly webSocket?: typeof WebSocket | undefined;
  readonly timeoutMs: number;
  readonly retries: number;
  /** Who asks, at this moment. */
  readonly headers: () => Readonly<Record<string, string>>;
  /** Waits; rejects when the signal aborts. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Between 0 and 1. */
  readonly random?: () => number;
}

const answeredError = z.object({
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
});

const envelope = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(answeredError).nullish(),
});

type AnsweredError = z.output<typeof answeredError>;

/** Sends requests: deadlines, retries and the mapping of failures to errors, and nothing else. */
export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** Runs an operation. `repeatable`: doing it twice is the same as doing it once. */
  async graphql<Result, Variables>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    repeatable: boolean,
    options: CallOptions = {},
  ): Promise<Result> {
    const data = await this.send<unknown>(
      {
        url: `${this.#options.url}/graphql`,
        method: "POST",
        headers: { ...this.#options.headers(), "content-type": "application/json" },
        body: JSON.stringify({
          operationName: document.name,
          query: document.text,
          variables,
        }),
        repeatable,
        read: readData,
      },
      options,
    );
    // The document is generated from the schema that the server serves.
    return data as Result;
  }

  /**
   * What a subscription tells, over as many connections as it takes. `variables` are asked for at each of
   * them. What is told faster than it is taken is combined.
   */
  listen<Result, Variables extends object>(
    document: TypedDocument<Result, Variables>,
    variables: () => Variables,
    combine: (earlier: Result, later: Result) => Result,
    options: CallOptions = {},
  ): AsyncGenerator<Result, void, undefined> {
    const { url, headers, webSocket, timeoutMs, retries, random } = this.#options;
    return listen({
      url: `${url.replace(/^http/, "ws")}/graphql`,
      headers,
      webSocket,
      timeoutMs: options.timeoutMs ?? timeoutMs,
      retries: options.retries ?? retries,
      signal: options.signal,
      operation: () => ({
        operationName: document.name,
        query: document.text,
        variables: Object.fromEntries(Object.entries(variables())),
      }),
      combine,
      failureOf: failureOfErrors,
      wait: (attempts) => this.sleep(backoffMs(attempts, random), options.signal),
    });
  }

  /** Gets a document of the server. */
  async get<T>(path: string, read: HttpRequest<T>["read"], options: CallOptions = {}): Promise<T> {
    return await this.send(
      {
        url: `${this.#options.url}${path}`,
        method: "GET",
        headers: this.#options.headers(),
        repeatable: true,
        read,
      },
      options,
    );
  }

  /** Sends any request, again and again as the rules allow. */
  async send<T>(request: HttpRequest<T>, options: CallOptions): Promise<T> {
    const retries = options.retries ?? this.#options.retries;
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await this.#attempt(request, options);
      } catch (error) {
        // Whatever else is thrown was thrown by the caller: an abort, or a mistake.
        if (!(error instanceof LastMinuteLiveError)) throw error;
        const { repeatable } = request;
        if (!shouldRetry({ attempts, retries, error, repeatable })) throw error;
        await this.sleep(backoffMs(attempts, this.#options.random), options.signal);
      }
    }
  }

  /** Waits, unless the signal aborts: then it rejects with the signal's reason. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await (this.#options.sleep ?? sleep)(ms, signal);
  }

  async #attempt<T>(request: HttpRequest<T>, options: CallOptions): Promise<T> {
    options.signal?.throwIfAborted();
    const timeoutMs = options.timeoutMs ?? this.#options.timeoutMs;
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal =
      options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
    let answer: HttpAnswer;
    try {
      // Taken out of its object first: a browser's fetch refuses to be called as a method of another.
      const { fetch } = this.#options;
      const response = await fetch(request.url, {
        method: request.method,
        headers: request.headers,
        ...(request.body === undefined ? {} : { body: request.body }),
        // What proves who asks travels in headers, and is not carried to another address.
        credentials: "omit",
        redirect: "error",
        signal,
      });
      answer = {
        status: response.status,
        text: await response.text(),
        requestId: response.headers.get("x-request-id") ?? response.headers.get("request-id"),
      };
    } catch (cause) {
      options.signal?.throwIfAborted();
      const { origin } = new URL(request.url);
      if (timeout.aborted) {
        throw new TimeoutError(`${origin} did not answer within ${timeoutMs} ms.`, {
          code: "TIMEOUT",
          cause,
        });
      }
      throw new ConnectionError(`${origin} cannot be reached, or broke the connection.`, {
        code: "CONNECTION",
        hint: "Is the server running, and is this its address?",
        cause,
      });
    }
    return await request.read(answer);
  }
}

/** The failure that an answer other than GraphQL's tells of; null when its status is a good one. */
export function failureOf(answer: HttpAnswer): LastMinuteLiveError | null {
  if (isGood(answer)) return null;
  // What refuses before GraphQL does so in the same shape.
  return failure(answer, envelopeOf(answer)?.errors?.[0]);
}

/** The failure that the errors of a subscription tell of. */
function failureOfErrors(errors: unknown): LastMinuteLiveError {
  const [error] = z.array(answeredError).safeParse(errors).data ?? [];
  return failure({ status: 200, text: "", requestId: null }, error);
}

/** The data of a GraphQL answer. Throws the first of its errors. */
function readData(answer: HttpAnswer): unknown {
  const { data, errors } = envelopeOf(answer) ?? {};
  const [error] = errors ?? [];
  if (error !== undefined || !isGood(answer)) throw failure(answer, error);
  if (data == null) throw unexpected("This is no answer of GraphQL.", answer);
  return data;
}

function isGood({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

/** What an answer of GraphQL is made of; undefined when it is none. */
function envelopeOf(answer: HttpAnswer): z.output<typeof envelope> | undefined {
  let json: unknown;
  try {
    json = parseAnswer(answer.text);
  } catch (cause) {
    if (cause instanceof LastMinuteLiveError) throw cause;
    return undefined;
  }
  return envelope.safeParse(json).data;
}

function failure(
  { status, requestId }: HttpAnswer,
  error: AnsweredError | undefined,
): LastMinuteLiveError {
  const { code, hint, detail } = error?.extensions ?? {};
  const details = { hint: text(hint), detail: text(detail), path: error?.path, status, requestId };
  if (error !== undefined && typeof code === "string") {
    return errorOf(error.message, { ...details, code });
  }
  if (status === 502 || status === 503 || status === 504) {
    const message = `The server is not available (HTTP ${status}).`;
    return new UnavailableError(message, { ...details, code: "UNAVAILABLE" });
  }
  const message = error?.message ?? `The server refused (HTTP ${status}).`;
  return new UnknownError(message, { ...details, code: "UNKNOWN" });
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** The error for an answer that is not what was asked for. */
export function unexpected(
  message: string,
  { status, requestId }: Pick<HttpAnswer, "status" | "requestId">,
  cause?: unknown,
): UnexpectedAnswerError {
  return new UnexpectedAnswerError(message, { code: "ANSWER", status, requestId, cause });
}

/** The schema lets every root field be null; without an error, none of these ever is. */
export function present<T>(value: T | null | undefined): T {
  if (value != null) return value;
  throw new UnexpectedAnswerError("The server answered with nothing.", { code: "ANSWER" });
}

/** The JSON of an answer; an UnexpectedAnswerError when it is none. */
export function jsonOf(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.text);
  } catch (cause) {
    throw unexpected("This is not JSON.", answer, cause);
  }
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = (): void => {
    clearTimeout(timer);
    reject(signal?.reason);
  };
  const timer = setTimeout(() => {
    signal?.removeEventListener("abort", abort);
    resolve();
  }, ms);
  if (signal?.aborted === true) abort();
  else signal?.addEventListener("abort", abort, { once: true });
  return promise;
}
