// If this failed, a call could be done twice that must be done once, or given up that could be saved.
import { describe, expect, test } from "vitest";
import {
  backoffMs,
  BusyError,
  ConnectionError,
  OutcomeUnknownError,
  SeatsTakenError,
  ServerTimeoutError,
  shouldRetry,
  TimeoutError,
  UnavailableError,
  UnexpectedAnswerError,
  UnknownError,
} from "./index.ts";

const busy = new BusyError("Busy.", { code: "LMBSY" });
const lost = new ConnectionError("Lost.", { code: "CONNECTION" });
const late = new TimeoutError("Late.", { code: "TIMEOUT" });
const away = new UnavailableError("Away.", { code: "UNAVAILABLE", status: 503 });
const broken = new OutcomeUnknownError("Broken.", { code: "LMUNK" });
const taken = new SeatsTakenError("Taken.", { code: "LMTKN" });
const given = new ServerTimeoutError("Given up.", { code: "LMTMO" });
const odd = new UnexpectedAnswerError("Odd.", { code: "ANSWER" });
const unknown = new UnknownError("Unknown.", { code: "UNKNOWN", status: 500 });

describe("another attempt", () => {
  test.each([busy, lost, late, away, broken])(
    "follows $name when repeating is harmless",
    (error) => {
      expect(shouldRetry({ attempts: 1, retries: 2, error, repeatable: true })).toBe(true);
    },
  );

  test.each([taken, given, odd, unknown])("never follows $name, which is an answer", (error) => {
    expect(shouldRetry({ attempts: 1, retries: 2, error, repeatable: true })).toBe(false);
  });

  test.each([lost, late, away, broken])(
    "does not follow $name when it might do it twice",
    (error) => {
      expect(shouldRetry({ attempts: 1, retries: 2, error, repeatable: false })).toBe(false);
    },
  );

  test("follows a busy server whatever it was, for nothing was done", () => {
    expect(shouldRetry({ attempts: 1, retries: 2, error: busy, repeatable: false })).toBe(true);
  });

  test.each([
    { attempts: 1, retries: 0, expected: false },
    { attempts: 1, retries: 1, expected: true },
    { attempts: 2, retries: 1, expected: false },
    { attempts: 3, retries: 3, expected: true },
    { attempts: 4, retries: 3, expected: false },
  ])("after $attempts with $retries allowed: $expected", ({ attempts, retries, expected }) => {
    expect(shouldRetry({ attempts, retries, error: lost, repeatable: true })).toBe(expected);
  });
});

describe("the wait between two attempts", () => {
  test("doubles up to a limit, and lies between half and all of it", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 20].map((n) => backoffMs(n, () => 1))).toEqual([
      200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000,
    ]);
    expect([1, 2, 3].map((n) => backoffMs(n, () => 0))).toEqual([100, 200, 400]);
  });

  test("differs between clients", () => {
    expect(new Set(Array.from({ length: 50 }, () => backoffMs(6))).size).toBeGreaterThan(10);
  });
});
