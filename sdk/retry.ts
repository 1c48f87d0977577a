import {
  BusyError,
  ConnectionError,
  type LastMinuteLiveError,
  OutcomeUnknownError,
  TimeoutError,
  UnavailableError,
} from "./errors.ts";

/** What a decision about another attempt is made from. */
export interface RetryQuestion {
  /** Attempts that have failed so far, 1 or more. */
  readonly attempts: number;
  /** How many further attempts the caller allows. */
  readonly retries: number;
  /** Why the last attempt failed. */
  readonly error: LastMinuteLiveError;
  /** Whether doing it twice is the same as doing it once. */
  readonly repeatable: boolean;
}

/** Whether to try again. Pure: waiting, and stopping when the caller aborts, are others' work. */
export function shouldRetry({ attempts, retries, error, repeatable }: RetryQuestion): boolean {
  // Everything has a limit, and the caller sets this one.
  if (attempts > retries) return false;

  // The server says that it has undone everything, so even what must not happen twice has not
  // happened once.
  if (error instanceof BusyError) return true;

  // From here on nobody knows whether the server has done it and only its answer was lost.
  if (!repeatable) return false;

  // The connection failed, or the answer took too long: the next attempt may meet a better moment.
  if (error instanceof ConnectionError || error instanceof TimeoutError) return true;

  // A proxy found no server, or the server lost its database, as during a restart.
  if (error instanceof UnavailableError || error instanceof OutcomeUnknownError) return true;

  // Every other failure is an answer, and asking again would bring the same one.
  return false;
}

/** The wait before the first retry, in milliseconds; it doubles with each further one. */
const WAIT_MS = 200;

/** The longest wait between two attempts, in milliseconds. */
const WAIT_MS_MAX = 5_000;

/**
 * How long to wait before the next attempt, in milliseconds: exponential, and random between half
 * and all of it, so that many clients that failed together do not come back together.
 */
export function backoffMs(attempts: number, random: () => number = Math.random): number {
  const wait = Math.min(WAIT_MS_MAX, WAIT_MS * 2 ** (attempts - 1));
  return Math.round(wait * (0.5 + random() / 2));
}
