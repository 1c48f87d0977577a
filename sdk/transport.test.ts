// If this failed, a failing network would look like a refusal, or a call would be repeated or lost.
import { describe, expect, test } from "vitest";
import {
  BusyError,
  ConnectionError,
  LastMinuteLiveError,
  SeatsTakenError,
  TimeoutError,
  UnavailableError,
  UnexpectedAnswerError,
  UnknownError,
} from "./index.ts";
import { data, refused, type Reply, scriptedFetch } from "./testing.ts";
import { Transport } from "./transport.ts";

const document = { name: "Thing", text: "query Thing { thing }" };

function transportOn(replies: readonly (() => Reply)[], timeoutMs = 1_000) {
  const script = scriptedFetch(replies);
  const waits: number[] = [];
  const transport = new Transport({
    url: "http://box-office.test",
    fetch: script.fetch,
    timeoutMs,
    retries: 2,
    headers: () => ({ authorization: "Bearer t" }),
    random: () => 1,
    sleep: async (ms, signal) => {
      waits.push(ms);
      signal?.throwIfAborted();
    },
  });
  return { transport, waits, seen: script.seen };
}

async function failureOf(promise: Promise<unknown>): Promise<LastMinuteLiveError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof LastMinuteLiveError) return error;
    throw error;
  }
  throw new Error("This should have failed.");
}

const ok = (): Reply => data({ thing: 1 });
const lost = (): Reply => new TypeError("fetch failed");
const away = (): Reply => new Response("<h1>Bad Gateway</h1>", { status: 502 });

describe("a repeatable call", () => {
  test.each([
    { name: "a lost connection", reply: lost },
    { name: "a 502 from a proxy", reply: away },
    { name: "a 503", reply: (): Reply => new Response("", { status: 503 }) },
    { name: "a busy server", reply: (): Reply => refused("LMBSY") },
    { name: "no answer", reply: (): Reply => "hang" },
  ])("survives $name", async ({ reply }) => {
    const { transport, waits, seen } = transportOn([reply, reply, ok], 20);
    await expect(transport.graphql(document, {}, true)).resolves.toEqual({ thing: 1 });
    expect(waits).toEqual([200, 400]);
    expect(seen).toHaveLength(3);
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
  });

  test("is given up after the retries it may have, with the last reason", async () => {
    const { transport, seen } = transportOn([lost, lost, away]);
    expect(await failureOf(transport.graphql(document, {}, true))).toMatchObject({
      constructor: UnavailableError,
      code: "UNAVAILABLE",
      status: 502,
    });
    expect(seen).toHaveLength(3);
  });

  test("may have other retries and another time than the client's", async () => {
    const { transport, seen } = transportOn([(): Reply => "hang"]);
    const failure = await failureOf(
      transport.graphql(document, {}, true, { retries: 0, timeoutMs: 5 }),
    );
    expect(failure).toBeInstanceOf(TimeoutError);
    expect(failure.message).toBe("http://box-office.test did not answer within 5 ms.");
    expect(seen).toHaveLength(1);
  });

  test("is not repeated after an answer", async () => {
    const reply = (): Reply => refused("LMTKN", { detail: '{"seat_ids":["a"]}', hint: "Others." });
    const { transport, seen } = transportOn([reply]);
    const failure = await failureOf(transport.graphql(document, {}, true));
    expect(failure).toBeInstanceOf(SeatsTakenError);
    expect(failure).toMatchObject({ seatIds: ["a"], hint: "Others.", path: ["x"], status: 200 });
    expect(seen).toHaveLength(1);
  });
});

describe("a call that must not be done twice", () => {
  test.each([
    { name: "a lost connection", reply: lost, type: ConnectionError },
    { name: "a 502 from a proxy", reply: away, type: UnavailableError },
    { name: "no answer", reply: (): Reply => "hang", type: TimeoutError },
  ])("is not repeated after $name", async ({ reply, type }) => {
    const { transport, seen } = transportOn([reply, ok], 20);
    expect(await failureOf(transport.graphql(document, {}, false))).toBeInstanceOf(type);
    expect(seen).toHaveLength(1);
  });

  test("is repeated when the server says that it did nothing", async () => {
    const { transport } = transportOn([(): Reply => refused("LMBSY"), ok]);
    await expect(transport.graphql(document, {}, false)).resolves.toEqual({ thing: 1 });
  });

  test("tells so when the server stays busy", async () => {
    const { transport } = transportOn([(): Reply => refused("LMBSY")]);
    expect(await failureOf(transport.graphql(document, {}, false))).toBeInstanceOf(BusyError);
  });
});

describe("an abort", () => {
  test("ends a call with the caller's own reason, without another attempt", async () => {
    const { transport, seen } = transportOn([(): Reply => "hang"]);
    const reason = new Error("The buyer left.");
    const abort = new AbortController();
    const call = transport.graphql(document, {}, true, { signal: abort.signal });
    abort.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(seen).toHaveLength(1);
  });

  test("ends the wait between two attempts", async () => {
    const reason = new Error("The buyer left.");
    const abort = new AbortController();
    const { fetch, seen } = scriptedFetch(() => {
      setTimeout(() => abort.abort(reason), 10);
      return new TypeError("fetch failed");
    });
    const headers = (): Record<string, string> => ({});
    const url = "http://box-office.test";
    const transport = new Transport({ url, fetch, timeoutMs: 1_000, retries: 2, headers });
    const call = transport.graphql(document, {}, true, { signal: abort.signal });
    await expect(call).rejects.toBe(reason);
    expect(seen).toHaveLength(1);
  });

  test("keeps a call from being made at all", async () => {
    const { transport, seen } = transportOn([ok]);
    const signal = AbortSignal.abort(new Error("Too late."));
    await expect(transport.graphql(document, {}, true, { signal })).rejects.toThrow("Too late.");
    expect(seen).toHaveLength(0);
  });
});

describe("an answer", () => {
  test.each([
    { name: "a page of HTML", reply: () => new Response("<p>Hello"), type: UnexpectedAnswerError },
    { name: "other JSON", reply: () => Response.json([1]), type: UnexpectedAnswerError },
    { name: "no data", reply: () => Response.json({ data: null }), type: UnexpectedAnswerError },
    { name: "a 404", reply: () => new Response("", { status: 404 }), type: UnknownError },
    {
      name: "an error without a code",
      reply: () => Response.json({ errors: [{ message: "Syntax error" }] }, { status: 400 }),
      type: UnknownError,
    },
    { name: "an unknown code", reply: () => refused("LMXXX"), type: UnknownError },
    {
      name: "an amount that cannot be counted",
      reply: () => data({ totalCents: "9007199254740993" }),
      type: UnexpectedAnswerError,
    },
  ])("that is $name is told as what it is", async ({ reply, type }) => {
    const { transport, seen } = transportOn([reply]);
    expect(await failureOf(transport.graphql(document, {}, true))).toBeInstanceOf(type);
    expect(seen).toHaveLength(1);
  });

  test("names the request, for the operator", async () => {
    const headers = { "x-request-id": "req-7" };
    const reply = (): Reply => new Response("", { status: 500, headers });
    const { transport } = transportOn([reply]);
    const failure = await failureOf(transport.graphql(document, {}, true));
    expect(failure).toMatchObject({ requestId: "req-7", status: 500, code: "UNKNOWN" });
  });

  test("may come from before GraphQL, with a code as well", async () => {
    const errors = [{ message: "The body has at most 128 kB.", extensions: { code: "LMBIG" } }];
    const { transport } = transportOn([(): Reply => Response.json({ errors }, { status: 413 })]);
    const failure = await failureOf(transport.graphql(document, {}, true));
    expect(failure).toMatchObject({ code: "LMBIG", name: "RequestTooLargeError", status: 413 });
  });
});
