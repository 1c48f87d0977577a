// If these failed, a page would show seats that are gone, or somebody would be told of what is not theirs.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../db/tests/harness.ts";
import { Demand, Stream } from "./live.ts";
import { closeCode, connect, frame, open } from "./testing-listener.ts";
import {
  ask,
  createTheatre,
  randomToken,
  serve,
  signUp,
  startTestServer,
  uniqueName,
  type Anything,
  type Caller,
  type TestServer,
  type Theatre,
} from "./testing.ts";
import { Watcher } from "./watch.ts";

let server: TestServer;
let theatre: Theatre;
let owner: pg.Client;

beforeAll(async () => {
  server = await startTestServer({ watchMs: 20 });
  theatre = await createTheatre(server, { seats: 40 });
  owner = await server.database.connect("lml_owner");
});

afterAll(() => server[Symbol.asyncDispose]());

const seatMapChanged = `subscription ($performanceId: UUID!, $since: String) {
  seatMapChanged(performanceId: $performanceId, since: $since) {
    version isComplete seatNos availability
  }
}`;

const bookingChanged = `subscription ($bookingId: UUID!) {
  bookingChanged(bookingId: $bookingId) { booking { id status totalAmountCents } }
}`;

const admissionsLeftChanged = `subscription ($performanceId: UUID!) {
  admissionsLeftChanged(performanceId: $performanceId) {
    performanceId categories { ticketCategoryId admissionsLeft }
  }
}`;

const guest = (): Caller => ({ cartToken: randomToken() });

/** The arguments that follow a map from now on. */
async function fromNow(
  { performanceId } = theatre,
  at = server,
): Promise<{ performanceId: string; since: string }> {
  const query = "query ($id: UUID!) { seatMap(performanceId: $id) { version } }";
  const { seatMap } = await at.data(query, { id: performanceId });
  return { performanceId, since: seatMap.version };
}

/** Holds seats, in a booking that there is or a new one, and returns its id. */
async function hold(
  caller: Caller,
  seats: number[],
  bookingId?: string,
  { performanceId, seatIds } = theatre,
  at = server,
): Promise<string> {
  const { holdSeats } = await at.data(
    `mutation ($performanceId: UUID!, $seatIds: [String!]!, $bookingId: UUID) {
      holdSeats(
        input: { performanceId: $performanceId, seatIds: $seatIds, bookingId: $bookingId }
      ) { booking { id } }
    }`,
    { performanceId, seatIds: seats.map((seat) => seatIds[seat - 1]), bookingId },
    caller,
  );
  return holdSeats.booking.id;
}

async function cancel(caller: Caller, bookingId: string): Promise<void> {
  const query = `mutation ($bookingId: UUID!) {
    cancelBooking(input: { bookingId: $bookingId }) { booking { id } }
  }`;
  await server.data(query, { bookingId }, caller);
}

describe("a map", () => {
  test("two browsers see each other's holds, and that they end", async () => {
    const [ada, eve] = [guest(), guest()];
    await using adas = connect(server.url, ada);
    await using eves = connect(server.url, eve);
    const variables = await fromNow();
    const told = [adas.listen(seatMapChanged, variables), eves.listen(seatMapChanged, variables)];
    const bothAreTold = async (expected: object): Promise<void> => {
      for (const each of told) expect(await each.next()).toMatchObject(expected);
    };
    await bothAreTold({ isComplete: true, seatNos: [], availability: "" });
    await hold(ada, [1, 2]);
    await bothAreTold({ isComplete: true, seatNos: [1, 2], availability: "ll" });
    const booking = await hold(eve, [3]);
    await bothAreTold({ seatNos: [3], availability: "l" });
    await cancel(eve, booking);
    await bothAreTold({ seatNos: [3], availability: "a" });
  });

  test("that a hold has run out is told, although nothing is written then", async () => {
    const caller = guest();
    const booking = await hold(caller, [4]);
    await using connection = connect(server.url);
    const map = connection.listen(seatMapChanged, await fromNow());
    await map.next();
    await owner.query(
      `with b as (
        update app_public.bookings set expires_at = now() + interval '0.4 seconds' where id = $1
        returning *
      )
      update app_public.seat_booking_state as s set locked_until = b.expires_at
      from b where s.performance_id = b.performance_id and s.seat_no = 4`,
      [booking],
    );
    expect(await map.next()).toMatchObject({ seatNos: [4], availability: "a" });
  });

  test("whoever comes back with a version is told first what they have missed", async () => {
    const since = await fromNow();
    await hold(guest(), [5]);
    await using connection = connect(server.url);
    const missed = await connection.listen(seatMapChanged, since).next();
    expect(missed).toMatchObject({ isComplete: true, seatNos: [5], availability: "l" });
    expect(missed.version).not.toBe(since.since);
  });

  test("whoever has no version, or one of another database, is told to read the map", async () => {
    await using connection = connect(server.url);
    for (const since of [null, "1/99999999998:99999999999:"]) {
      const map = connection.listen(seatMapChanged, {
        performanceId: theatre.performanceId,
        since,
      });
      expect(await map.next()).toMatchObject({ isComplete: false, seatNos: [] });
      const caller = guest();
      const booking = await hold(caller, [6]);
      expect(await map.next()).toMatchObject({ isComplete: true, seatNos: [6] });
      await cancel(caller, booking);
      map.stop();
    }
  });

  test("what is not there, not public, or no version is refused", async () => {
    const draft = await createTheatre(server, { publish: false });
    await using stranger = connect(server.url);
    await using organizer = connect(server.url, draft.owner);
    const { performanceId } = draft;
    expect(await stranger.listen(seatMapChanged, { performanceId }).ended()).toEqual(["LMNFD"]);
    expect(
      await stranger.listen(seatMapChanged, { performanceId: crypto.randomUUID() }).ended(),
    ).toEqual(["LMNFD"]);
    const bad = { performanceId: theatre.performanceId, since: "yesterday" };
    expect(await stranger.listen(seatMapChanged, bad).ended()).toEqual(["LMINP"]);
    expect(await organizer.listen(seatMapChanged, { performanceId }).next()).toBeDefined();
  });

  test("it ends for strangers when the event does, and says nothing of its seats", async () => {
    const closing = await createTheatre(server);
    await using careful = await serve(server.database, { recheckMs: 100 });
    await using stranger = connect(careful.url);
    await using organizer = connect(careful.url, closing.owner);
    const variables = await fromNow(closing);
    const told = [stranger, organizer].map((each) => each.listen(seatMapChanged, variables));
    for (const each of told) await each.next();
    await server.data(
      `mutation ($eventId: UUID!) {
        cancelEvent(input: { eventId: $eventId, reason: "Rain" }) { clientMutationId }
      }`,
      { eventId: closing.eventId },
      closing.owner,
    );
    expect(await told[0]?.ended()).toEqual(["LMNFD"]);
  });
});

describe("places without a seat", () => {
  /** Three places in a field, two of which are in a tent. */
  async function openField(): Promise<Field> {
    const { performanceId, eventId, owner: organizer } = theatre;
    const made = async (mutation: string, input: object, result: string): Promise<string> => {
      const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`;
      const query = `mutation ($input: ${type}) { ${mutation}(input: $input) { ${result} } }`;
      const data = await server.data(query, { input }, organizer);
      return Object.values<Anything>(data[mutation])[0].id;
    };
    const add = async (capacity: number, parentPoolId?: string): Promise<[string, string]> => {
      const name = uniqueName("places");
      const category = { eventId, name, priceCents: "1000" };
      const ticketCategoryIds = [
        await made("createTicketCategory", category, "ticketCategory { id }"),
      ];
      const pool = { performanceId, name, capacity, ticketCategoryIds, parentPoolId };
      return [
        String(ticketCategoryIds[0]),
        await made("createAdmissionPool", pool, "admissionPool { id }"),
      ];
    };
    const [field, fieldPool] = await add(3);
    const [tent] = await add(2, fieldPool);
    const take = async (
      category: string,
      quantity: number,
      caller = guest(),
    ): Promise<[Caller, string]> => {
      const input = { performanceId, ticketCategoryId: category, quantity };
      const query = `mutation ($input: HoldAdmissionsInput!) {
        holdAdmissions(input: $input) { booking { id } }
      }`;
      return [caller, (await server.data(query, { input }, caller)).holdAdmissions.booking.id];
    };
    return { field, fieldPool, tent, take };
  }

  interface Field {
    readonly field: string;
    readonly fieldPool: string;
    readonly tent: string;
    take(category: string, quantity: number, caller?: Caller): Promise<[Caller, string]>;
  }

  /** What is left of the field and of the tent, when the next thing is told. */
  async function told(
    listener: { next(): Promise<Anything> },
    { field, tent }: Field,
  ): Promise<(number | undefined)[]> {
    const { categories } = await listener.next();
    const left = new Map<string, number>(
      categories.map((each: Anything) => [each.ticketCategoryId, each.admissionsLeft]),
    );
    return [left.get(field), left.get(tent)];
  }

  test("whoever watches sees them sold out and free again, through every pool around them", async () => {
    const field = await openField();
    await using connection = connect(server.url);
    const { performanceId } = theatre;
    const listener = connection.listen(admissionsLeftChanged, { performanceId });
    expect(await told(listener, field)).toEqual([3, 2]);
    const [ada, booking] = await field.take(field.tent, 1);
    expect(await told(listener, field)).toEqual([2, 1]);
    await field.take(field.field, 2);
    expect(await told(listener, field)).toEqual([0, 0]);
    await cancel(ada, booking);
    expect(await told(listener, field)).toEqual([1, 1]);
    const query = `mutation ($poolId: UUID!) {
      setPoolCapacity(input: { poolId: $poolId, capacity: 5 }) { admissionPool { id } }
    }`;
    await server.data(query, { poolId: field.fieldPool }, theatre.owner);
    expect(await told(listener, field)).toEqual([3, 2]);
  });

  test("that a hold has run out is told, although nothing is written then", async () => {
    const field = await openField();
    const [, booking] = await field.take(field.field, 3);
    await using connection = connect(server.url);
    const { performanceId } = theatre;
    const listener = connection.listen(admissionsLeftChanged, { performanceId });
    expect(await told(listener, field)).toEqual([0, 0]);
    await owner.query(
      `with b as (
        update app_public.bookings set expires_at = now() + interval '0.4 seconds' where id = $1
        returning *
      )
      update app_private.admission_claims as c set held_until = b.expires_at
      from b where c.booking_id = b.id`,
      [booking],
    );
    expect(await told(listener, field)).toEqual([3, 2]);
  });

  test("what has not changed is not told, and neither are seats", async () => {
    const field = await openField();
    await using connection = connect(server.url);
    const { performanceId } = theatre;
    const listeners = [1, 2].map(() => connection.listen(admissionsLeftChanged, { performanceId }));
    for (const each of listeners) expect(await told(each, field)).toEqual([3, 2]);
    const caller = guest();
    await cancel(caller, await hold(caller, [14]));
    await sleep(200);
    await field.take(field.field, 1);
    for (const each of listeners) expect(await told(each, field)).toEqual([2, 2]);
  });

  test("a performance without any says so, and one that is not there or not public is refused", async () => {
    const other = await createTheatre(server);
    const draft = await createTheatre(server, { publish: false });
    await using stranger = connect(server.url);
    await using organizer = connect(server.url, draft.owner);
    const at = (performanceId: string): { performanceId: string } => ({ performanceId });
    const none = stranger.listen(admissionsLeftChanged, at(other.performanceId));
    expect(await none.next()).toEqual({ performanceId: other.performanceId, categories: [] });
    for (const hidden of [draft.performanceId, crypto.randomUUID()]) {
      expect(await stranger.listen(admissionsLeftChanged, at(hidden)).ended()).toEqual(["LMNFD"]);
    }
    const own = organizer.listen(admissionsLeftChanged, at(draft.performanceId));
    expect(await own.next()).toBeDefined();
    await using forged = connect(server.url, { token: randomToken() });
    const refused = forged.listen(admissionsLeftChanged, at(other.performanceId));
    expect(await refused.ended()).toEqual(["LMSES"]);
  });

  test("whoever listens when the database was away is told what changed meanwhile", async () => {
    const field = await openField();
    const superuser = await server.database.connect("superuser");
    await using connection = connect(server.url);
    const { performanceId } = theatre;
    const listener = connection.listen(admissionsLeftChanged, { performanceId });
    expect(await told(listener, field)).toEqual([3, 2]);
    await superuser.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query like '%find_admission_news%'
        and pid <> pg_backend_pid()`,
    );
    await field.take(field.field, 1);
    expect(await told(listener, field)).toEqual([2, 2]);
  });
});

describe("a booking", () => {
  test("its guest sees it change, once for each change", async () => {
    const caller = guest();
    const bookingId = await hold(caller, [7]);
    await using connection = connect(server.url, caller);
    const booking = connection.listen(bookingChanged, { bookingId });
    const total = async (): Promise<unknown> => (await booking.next()).booking.totalAmountCents;
    expect(await total()).toBe("5000");
    await hold(caller, [8], bookingId);
    expect(await total()).toBe("10000");
    await cancel(caller, bookingId);
    expect(await booking.next()).toEqual({
      booking: { id: bookingId, status: "canceled", totalAmountCents: "10000" },
    });
  });

  test("staff sees it, and nobody else, not even that it changes", async () => {
    const caller = guest();
    const bookingId = await hold(caller, [9]);
    const user = await signUp(server);
    for (const stranger of [guest(), { token: user.token }, {}]) {
      await using connection = connect(server.url, stranger);
      const listener = connection.listen(bookingChanged, { bookingId });
      expect(await listener.ended()).toEqual(["LMBKG"]);
    }
    await using connection = connect(server.url, theatre.owner);
    const seen = await connection.listen(bookingChanged, { bookingId }).next();
    expect(seen.booking.id).toBe(bookingId);
  });

  test("it ends for whoever it no longer belongs to", async () => {
    const caller = guest();
    const bookingId = await hold(caller, [10]);
    await using connection = connect(server.url, caller);
    const booking = connection.listen(bookingChanged, { bookingId });
    await booking.next();
    await owner.query(
      "update app_public.bookings set cart_token_hash = sha256('another') where id = $1",
      [bookingId],
    );
    expect(await booking.ended()).toEqual(["LMBKG"]);
  });

  test("that its time has run out is told", async () => {
    const caller = guest();
    const bookingId = await hold(caller, [11]);
    await using connection = connect(server.url, caller);
    const booking = connection.listen(bookingChanged, { bookingId });
    await booking.next();
    await owner.query(
      // Long enough to be told of the new time before it is over.
      "update app_public.bookings set expires_at = now() + interval '2 seconds' where id = $1",
      [bookingId],
    );
    expect((await booking.next()).booking.status).toBe("draft");
    expect((await booking.next()).booking.status).toBe("draft");
  });
});

describe("who listens", () => {
  test("is asked for anew: a session that was revoked ends what it listens to", async () => {
    const user = await signUp(server);
    const bookingId = await hold(user, [12]);
    await using careful = await serve(server.database, { recheckMs: 100 });
    await using connection = connect(careful.url, user);
    const map = connection.listen(seatMapChanged, await fromNow());
    const booking = connection.listen(bookingChanged, { bookingId });
    await map.next();
    await booking.next();
    await server.data("mutation { signOutEverywhere(input: {}) { sessionsEnded } }", {}, user);
    expect(await map.ended()).toEqual(["LMSES"]);
    expect(await booking.ended()).toEqual(["LMSES"]);
  });

  test("is no other with a token that is made up, even where nobody would have to be", async () => {
    await using forged = connect(server.url, { token: randomToken() });
    await using other = connect(server.url, { headers: { authorization: "Basic YTpi" } });
    for (const connection of [forged, other]) {
      expect(await connection.listen(seatMapChanged, await fromNow()).ended()).toEqual(["LMSES"]);
    }
  });

  test("is told by the connection's first message alone", async () => {
    const caller = guest();
    const bookingId = await hold(caller, [13]);
    const socket = await open(server.url, { "x-cart-token": String(caller.cartToken) });
    socket.write(frame({ type: "connection_init" }));
    await once(socket, "data");
    const payload = { query: bookingChanged, variables: { bookingId } };
    socket.write(frame({ type: "subscribe", id: "1", payload }));
    const [answer] = await once(socket, "data");
    expect(String(answer)).toContain("LMBKG");
    socket.destroy();
  });
});

describe("a connection", () => {
  test("is for subscriptions, and subscriptions are for connections", async () => {
    await using connection = connect(server.url, theatre.owner);
    for (const query of [
      "{ __typename }",
      "mutation { createCartToken(input: {}) { cartToken } }",
    ]) {
      expect(await connection.listen(query).ended()).toEqual(["LMINP"]);
    }
    const overHttp = await server.graphql(seatMapChanged, await fromNow());
    expect(overHttp.codes).toEqual(["LMINP"]);
    expect(overHttp.data?.seatMapChanged ?? null).toBeNull();
  });

  test("is for the pages that may call, and for what is no page", async () => {
    const sockets = { initMs: 1 };
    const allowedOrigins = ["https://shop.example"];
    await using listed = await serve(server.database, { allowedOrigins, sockets });
    await using anybody = await serve(server.database, { allowedOrigins: ["*"], sockets });
    // Whoever may connect and says nothing hears that it took too long.
    const codeAt = async (url: string, origin?: string): Promise<number | undefined> =>
      await closeCode(await open(url, origin === undefined ? {} : { origin }));
    expect(await codeAt(listed.url)).toBe(4408);
    expect(await codeAt(listed.url, "https://shop.example")).toBe(4408);
    expect(await codeAt(listed.url, listed.url)).toBe(4408);
    for (const evil of ["https://evil.example", "null", "https://shop.example.evil.example"]) {
      expect(await codeAt(listed.url, evil)).toBe(4403);
    }
    expect(await codeAt(anybody.url, "https://evil.example")).toBe(4408);
  });

  test("has limits: how many there are, in all and of one address", async () => {
    for (const [sockets, code] of [
      [{ address: 2 }, 4429],
      [{ total: 2 }, 1013],
    ] as const) {
      await using full = await serve(server.database, { sockets });
      const first = await open(full.url);
      await using second = connect(full.url);
      await second.listen(seatMapChanged, await fromNow()).next();
      expect(await closeCode(await open(full.url))).toBe(code);
      first.destroy();
      await once(first, "close");
      await sleep(50);
      await using third = connect(full.url);
      await third.listen(seatMapChanged, await fromNow()).next();
    }
  });

  test("has limits: how many subscriptions, how large, how deep, how many a minute", async () => {
    await using connection = connect(server.url);
    const variables = await fromNow();
    const ten = Array.from({ length: 10 }, () => connection.listen(seatMapChanged, variables));
    for (const each of ten) await each.next();
    expect(await connection.listen(seatMapChanged, variables).ended()).toEqual(["LMCPX"]);
    ten[0]?.stop();
    await sleep(50);
    expect(await connection.listen(seatMapChanged, variables).next()).toBeDefined();

    await using other = connect(server.url);
    const bookingId = crypto.randomUUID();
    const deep = `{ booking { performance ${"{ event { performances(first: 1) { nodes ".repeat(9)}
      { id } ${"} } }".repeat(9)} } }`;
    const rows = "{ booking { items(first: 1000) { nodes { id } } } }";
    for (const [selection, code] of [
      [deep, "LMDPT"],
      [rows, "LMPGS"],
    ]) {
      const query = `subscription ($bookingId: UUID!) {
        bookingChanged(bookingId: $bookingId) ${selection}
      }`;
      expect(await other.listen(query, { bookingId }).ended()).toEqual([code]);
    }
    const long = `${seatMapChanged} # ${"x".repeat(40_000)}`;
    await using verbose = connect(server.url);
    verbose
      .listen(long)
      .ended()
      .catch(() => undefined);
    expect((await verbose.closed).code).toBe(1009);

    await using strict = await serve(server.database, { rateLimits: { caller: 2 } });
    await using caller = connect(strict.url, guest());
    for (const codes of [["LMNFD"], ["LMNFD"], ["LMRTE"]]) {
      const performanceId = crypto.randomUUID();
      expect(await caller.listen(seatMapChanged, { performanceId }).ended()).toEqual(codes);
    }
  });

  test("has limits: what says nothing, does not answer, or says too much is closed", async () => {
    await using lively = await serve(server.database, { sockets: { keepAliveMs: 50 } });
    const deaf = await open(lively.url);
    expect(await closeCode(deaf)).toBeUndefined();

    const loud = await open(server.url);
    const ping = frame({ type: "ping" });
    for (let sent = 0; sent < 700; sent += 1) loud.write(ping);
    expect(await closeCode(loud)).toBe(1008);

    const otherwise = { "sec-websocket-protocol": "graphql-ws" };
    expect(await closeCode(await open(server.url, otherwise))).toBe(4406);
  });

  test("that is slow is told everything at once, and nothing piles up for it", async () => {
    await owner.query("update app_public.events set description = repeat('x', 20000)");
    const caller = guest();
    const bookingId = await hold(caller, [14]);
    const socket = await open(server.url);
    socket.write(frame({ type: "connection_init", payload: { "x-cart-token": caller.cartToken } }));
    await once(socket, "data");
    let isSlow = false;
    const totals: string[] = [];
    let before = "";
    socket.on("data", (chunk: Buffer) => {
      const text = before + chunk.toString("latin1");
      totals.push(
        ...[...text.matchAll(/"totalAmountCents":"(\d+)"/g)].map(([, total]) => String(total)),
      );
      before = text.slice(text.lastIndexOf('"totalAmountCents') + 1).slice(-30);
      if (isSlow || totals.length === 0) return;
      // From the first news on, nothing is read until more has happened.
      isSlow = true;
      socket.pause();
    });
    // Far more than the machine takes for somebody who does not read.
    const much = Array.from({ length: 900 }, (_, n) => `d${n}: description`).join(" ");
    const query = `subscription { bookingChanged(bookingId: "${bookingId}") {
      booking { totalAmountCents performance { event { ${much} } } }
    } }`;
    socket.write(frame({ type: "subscribe", id: "1", payload: { query } }));
    await until(() => isSlow);
    for (const seat of [15, 16, 17, 18]) {
      await hold(caller, [seat], bookingId);
      await sleep(60);
    }
    socket.resume();
    await expect.poll(() => totals.at(-1)).toBe("25000");
    await sleep(100);
    expect(totals).toEqual(["5000", "25000"]);
    socket.destroy();
  });

  test("is told to come back when the server stops, which it does not hinder", async () => {
    const logFile = join(tmpdir(), `lml-live-${process.pid}.log`);
    await using stopping = await serve(server.database, {
      watchMs: 20,
      logLevel: "debug",
      logFile,
    });
    const caller = { ...guest(), token: undefined };
    const connection = connect(stopping.url, caller);
    const deaf = await open(stopping.url);
    deaf.pause();
    await connection.listen(seatMapChanged, await fromNow()).next();
    await stopping.close();
    expect(await connection.closed).toMatchObject({ code: 1012 });
    const log = await readFile(logFile, "utf8");
    expect(log).not.toContain("stopped before all requests were answered");
    expect(log).not.toContain(caller.cartToken);
    expect(log).not.toContain("subscription (");
    await expect(ask(stopping.url, "{ __typename }")).rejects.toThrow("fetch failed");
  });
});

describe("asking what is new", () => {
  test("is done by one connection, and only while somebody listens", async () => {
    const superuser = await server.database.connect("superuser");
    const asking = async (): Promise<unknown> => {
      const { rows } = await superuser.query(
        `select count(*)::int from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()
          and query like '%app_private.find_news%'`,
      );
      return rows[0]?.count;
    };
    await expect.poll(asking).toBe(0);
    {
      await using ada = connect(server.url);
      await using eve = connect(server.url);
      for (const each of [ada, eve]) await each.listen(seatMapChanged, await fromNow()).next();
      await expect.poll(asking).toBe(1);
    }
    await expect.poll(asking).toBe(0);
  });

  test("begins before anybody reads, so that a loss between the two is told", async () => {
    const connecting = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const attempts = connecting.values();
    const watcher = new Watcher({
      connect: async () => {
        await attempts.next().value?.promise;
        return await server.database.connect("lml_authenticator");
      },
      onError: () => undefined,
      everyMs: 1,
    });
    const demand = new Demand();
    const reads: boolean[] = [];
    const stream = new Stream({
      demand,
      recheckMs: 60_000,
      read: (isLost) => Promise.resolve(reads.push(isLost)),
      watch: (wake) => watcher.watch("performance", theatre.performanceId, wake),
      isWatched: () => watcher.ready,
      wakeLater: (wake) => watcher.wakeLater(wake),
    });
    const first = stream.next();
    demand.ask();
    await sleep(20);
    expect(reads).toEqual([]);
    connecting[0]?.reject(new Error("The database is away."));
    await first;
    expect(reads).toEqual([false]);
    demand.ask();
    connecting[1]?.resolve();
    await stream.next();
    expect(reads).toEqual([false, true]);
    await stream.return();
    await watcher.stop();
  });

  test("goes on when the database was away, and nothing is lost", async () => {
    await using lonely = await startTestServer({ watchMs: 20 });
    const stage = await createTheatre(lonely);
    const superuser = await server.database.connect("superuser");
    const caller = guest();
    const bookingId = await hold(caller, [1], undefined, stage, lonely);
    await using connection = connect(lonely.url, caller);
    const map = connection.listen(seatMapChanged, await fromNow(stage, lonely));
    const booking = connection.listen(bookingChanged, { bookingId });
    await map.next();
    await booking.next();
    const { name } = lonely.database;
    await superuser.query(`alter database ${name} with allow_connections false`);
    await superuser.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1",
      [name],
    );
    await expect.poll(async () => (await fetch(`${lonely.url}/readyz`)).status).toBe(503);
    await superuser.query(`alter database ${name} with allow_connections true`);
    await expect.poll(async () => (await fetch(`${lonely.url}/readyz`)).status).toBe(200);
    // What was known before may be of transactions that a crash took back, so that the map is to be read.
    expect(await map.next()).toMatchObject({ isComplete: false });
    await hold(caller, [2], bookingId, stage, lonely);
    expect(await map.next()).toMatchObject({ isComplete: true, seatNos: [2] });
    await expect.poll(async () => (await booking.next()).booking.totalAmountCents).toBe("10000");
  });
});
