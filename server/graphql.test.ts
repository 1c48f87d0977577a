// If these failed, somebody could not buy through GraphQL, or could see, do or learn what is not theirs.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createTheatre,
  randomToken,
  signUp,
  startTestServer,
  uniqueName,
  type TestServer,
  type Theatre,
} from "./testing.ts";

let server: TestServer;
let theatre: Theatre;

beforeAll(async () => {
  server = await startTestServer();
  theatre = await createTheatre(server);
});

afterAll(() => server[Symbol.asyncDispose]());

const hold = `mutation ($performanceId: UUID!, $seatIds: [String!]!) {
  holdSeats(input: { performanceId: $performanceId, seatIds: $seatIds }) {
    booking {
      id
      status
      expiresAt
      userId
      bookingChannel
      totalAmountCents
      items { nodes { quantity seatNos unitPriceCents } }
    }
  }
}`;

describe("a sale", () => {
  test("anybody sees what is published, with its dates, prices and free seats", async () => {
    const data = await server.data(
      `query ($event: UUID!, $performance: UUID!) {
        event(id: $event) {
          title
          organization { name }
          venue { name address }
          performances { nodes { id startsAt layout { sha256 seatCount } } }
          ticketCategories { nodes { name prices { nodes { priceCents } } } }
        }
        seatMap(performanceId: $performance) { layoutSha256 availability }
      }`,
      { event: theatre.eventId, performance: theatre.performanceId },
    );
    expect(data.event).toMatchObject({
      title: "Play",
      organization: { name: "Theatre" },
      venue: { name: "House", address: { city: "Wien" } },
      performances: { nodes: [{ id: theatre.performanceId, layout: { seatCount: 12 } }] },
      ticketCategories: { nodes: [{ prices: { nodes: [{ priceCents: "5000" }] } }] },
    });
    expect(data.seatMap.layoutSha256).toBe(theatre.layoutSha256);
    expect(data.seatMap.availability).toHaveLength(12);
  });

  test("a guest with a cart token holds seats, and nobody else sees the booking", async () => {
    const cartToken = randomToken();
    const [first, second] = theatre.seatIds;
    const { holdSeats } = await server.data(
      hold,
      { performanceId: theatre.performanceId, seatIds: [first, second] },
      { cartToken },
    );
    expect(holdSeats.booking).toMatchObject({
      status: "draft",
      userId: null,
      totalAmountCents: "10000",
      items: { nodes: [{ quantity: 2, seatNos: [1, 2], unitPriceCents: "5000" }] },
    });
    const read = `query ($id: UUID!) { booking(id: $id) { id } bookings { nodes { id } } }`;
    const { id } = holdSeats.booking;
    expect(await server.data(read, { id }, { cartToken })).toEqual({
      booking: { id },
      bookings: { nodes: [{ id }] },
    });
    const stranger = await signUp(server);
    for (const caller of [{}, { cartToken: randomToken() }, { token: stranger.token }]) {
      expect(await server.data(read, { id }, caller)).toEqual({
        booking: null,
        bookings: { nodes: [] },
      });
    }
  });

  test("a user holds seats in a channel of the program's, and staff sees it", async () => {
    const user = await signUp(server);
    const { holdSeats } = await server.data(
      hold,
      { performanceId: theatre.performanceId, seatIds: [theatre.seatIds[2]] },
      { token: user.token, headers: { "x-lml-channel": "mobile" } },
    );
    expect(holdSeats.booking).toMatchObject({ userId: user.id, bookingChannel: "mobile" });
    const read = `query ($id: UUID!) { booking(id: $id) { id } }`;
    const { id } = holdSeats.booking;
    expect(await server.data(read, { id }, { token: theatre.owner.token })).toEqual({
      booking: { id },
    });
  });

  test("the loser of a race is told which seats, by a code, a hint and a place", async () => {
    const variables = {
      performanceId: theatre.performanceId,
      seatIds: [theatre.seatIds[3], theatre.seatIds[4]],
    };
    await server.data(
      hold,
      { ...variables, seatIds: [theatre.seatIds[4]] },
      { cartToken: randomToken() },
    );
    const lost = await server.graphql(hold, variables, { cartToken: randomToken() });
    expect(lost.status).toBe(200);
    expect(lost.codes).toEqual(["LMTKN"]);
    expect(lost.errors[0]?.path).toEqual(["holdSeats"]);
    expect(lost.errors[0]?.extensions?.["detail"]).toContain(theatre.seatIds[4]);
    expect(lost.errors[0]?.extensions?.["detail"]).not.toContain(theatre.seatIds[3]);
    // All or nothing: the other seat is still free.
    await server.data(
      hold,
      { ...variables, seatIds: [theatre.seatIds[3]] },
      { cartToken: randomToken() },
    );
  });

  test("a transaction that fails leaves nothing behind", async () => {
    const cartToken = randomToken();
    const answer = await server.graphql(
      `mutation ($p: UUID!, $good: [String!]!, $bad: [String!]!) {
        one: holdSeats(input: { performanceId: $p, seatIds: $good }) { booking { id } }
        two: holdSeats(input: { performanceId: $p, seatIds: $bad }) { booking { id } }
      }`,
      { p: theatre.performanceId, good: [theatre.seatIds[5]], bad: ["0".repeat(64)] },
      { cartToken },
    );
    // Each mutation is a transaction of its own, as it is in every GraphQL service.
    expect(answer.data.one.booking.id).toBeTypeOf("string");
    expect(answer.data.two).toBeNull();
    expect(answer.codes).toEqual(["LMSEA"]);
    const { bookings } = await server.data("{ bookings { nodes { id } } }", {}, { cartToken });
    expect(bookings.nodes).toEqual([{ id: answer.data.one.booking.id }]);
  });

  test("anonymous visitors do not see drafts, and their owner does", async () => {
    const draft = await createTheatre(server, { publish: false });
    const read = `query ($event: UUID!, $performance: UUID!, $layout: UUID!) {
      event(id: $event) { id }
      performance(id: $performance) { id }
      venueLayout(id: $layout) { document }
      seatMap(performanceId: $performance) { availability }
      ticketCategories(first: 100) { nodes { eventId } }
    }`;
    const variables = {
      event: draft.eventId,
      performance: draft.performanceId,
      layout: draft.layoutId,
    };
    const stranger = await signUp(server);
    for (const caller of [{}, { token: stranger.token }]) {
      const seen = await server.data(read, variables, caller);
      expect(seen).toMatchObject({
        event: null,
        performance: null,
        venueLayout: null,
        seatMap: null,
      });
      expect(seen.ticketCategories.nodes).not.toContainEqual({ eventId: draft.eventId });
    }
    const own = await server.data(read, variables, { token: draft.owner.token });
    expect(own.event.id).toBe(draft.eventId);
    expect(own.performance.id).toBe(draft.performanceId);
    const refused = await server.graphql(
      hold,
      { performanceId: draft.performanceId, seatIds: [draft.seatIds[0]] },
      { cartToken: randomToken() },
    );
    expect(refused.data.holdSeats).toBeNull();
    expect(["LMEVT", "LMNFD"]).toContain(refused.codes[0]);
  });
});

describe("identity", () => {
  test("what needs an account says so, to guests and with a dead session", async () => {
    const create = `mutation {
      createOrganization(
        input: { name: "X", slug: "${uniqueName("x")}", email: "x@example.com", defaultCurrency: "EUR" }
      ) { organization { id } }
    }`;
    const nobody = await server.graphql(create);
    expect(nobody.codes).toEqual(["LMAUT"]);
    expect(nobody.errors[0]?.extensions?.["hint"]).toContain("Bearer");
    expect((await server.graphql(create, {}, { token: randomToken() })).codes).toEqual(["LMSES"]);
    const basic = { headers: { authorization: "Basic YTpi" } };
    expect((await server.graphql(create, {}, basic)).codes).toEqual(["LMSES"]);
  });

  test("what only users are granted is refused to guests as such", async () => {
    const answer = await server.graphql("{ organizationMembers { nodes { id } } }");
    expect(answer.codes).toEqual(["LMAUT"]);
    expect(JSON.stringify(answer.errors)).not.toContain("permission denied");
  });

  test("no header, argument or extension makes somebody another person", async () => {
    const { id, email } = await signUp(server);
    const who = "{ currentUser { id } bookings { nodes { id } } }";
    const nobody = { currentUser: null, bookings: { nodes: [] } };
    const forged: Record<string, string>[] = [
      { "lml.user_id": id, role: "lml_owner", "x-user-id": id, "x-hasura-role": "admin" },
      { pgsettings: JSON.stringify({ role: "lml_owner" }), "x-lml-session-token": id },
      { authorization: `Bearer ${id}` },
      { authorization: `Bearer ${email}` },
      { authorization: "Bearer " },
      { authorization: "Bearer ' or true --" },
      { authorization: `Bearer ${"x".repeat(5000)}` },
      { "user-agent": "x', set_config('role','lml_owner',false)) --" },
      { "x-request-id": "'; reset role; --" },
      { "x-lml-channel": "admin" },
    ];
    for (const headers of forged) {
      const answer = await server.graphql(who, {}, { headers });
      expect(answer.codes, JSON.stringify(headers)).toEqual([]);
      expect(answer.data, JSON.stringify(headers)).toEqual(nobody);
    }
    const body = {
      query: who,
      variables: { role: "lml_owner" },
      extensions: { pgSettings: { role: "lml_owner" }, "lml.session_token": id },
      pgSettings: { role: "lml_owner" },
    };
    const response = await fetch(`${server.url}/graphql?role=lml_owner`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(await response.json()).toEqual({ data: nobody });
  });

  test("a request leaves nothing of who asked on its connection", async () => {
    const user = await signUp(server);
    const who = "{ currentUser { id } }";
    const callers = Array.from({ length: 60 }, (_, at) =>
      at % 3 === 0 ? { token: user.token } : {},
    );
    const answers = await Promise.all(callers.map((caller) => server.data(who, {}, caller)));
    for (const [at, { currentUser }] of answers.entries()) {
      expect(currentUser).toEqual(at % 3 === 0 ? { id: user.id } : null);
    }
  });

  test("the audit log knows the request, the address and the program", async () => {
    const user = await signUp(server);
    const requestId = uniqueName("request");
    const slug = uniqueName("audited");
    await server.data(
      `mutation ($slug: String!) {
        createOrganization(
          input: { name: "X", slug: $slug, email: "x@example.com", defaultCurrency: "EUR" }
        ) { organization { id } }
      }`,
      { slug },
      { token: user.token, headers: { "x-request-id": requestId, "user-agent": "a test" } },
    );
    const owner = await server.database.connect("lml_owner");
    const { rows } = await owner.query(
      `select distinct user_id, host(ip_address) as ip, user_agent
      from app_public.audit_log where request_id = $1`,
      [requestId],
    );
    expect(rows).toEqual([{ user_id: user.id, ip: "127.0.0.1", user_agent: "a test" }]);
  });
});

describe("limits", () => {
  test("a page holds 50 rows unless told, and 100 at most", async () => {
    expect(
      (await server.graphql("{ currencies { nodes { code } } }")).data.currencies.nodes,
    ).toHaveLength(50);
    const hundred = await server.data("{ currencies(first: 100) { nodes { code } } }");
    expect(hundred.currencies.nodes).toHaveLength(100);
    for (const first of [101, 100_000, -1]) {
      const written = await server.graphql(`{ currencies(first: ${first}) { nodes { code } } }`);
      expect([written.status, ...written.codes]).toEqual([400, "LMPGS"]);
      const query = "query ($n: Int!) { currencies(first: $n) { nodes { code } } }";
      const given = await server.graphql(query, { n: first });
      expect([given.status, ...given.codes]).toEqual([400, "LMPGS"]);
    }
    const hidden = await server.graphql(
      `query ($n: Int = 500) { ...f } fragment f on Query { currencies(first: $n) { nodes { code } } }`,
    );
    expect(hidden.codes).toEqual(["LMPGS"]);
  });

  test("pages are read one after the other", async () => {
    const codes: string[] = [];
    for (let after: string | null = null; ;) {
      const { currencies } = await server.data(
        `query ($after: Cursor) {
          currencies(first: 60, after: $after) { nodes { code } pageInfo { hasNextPage endCursor } }
        }`,
        { after },
      );
      codes.push(...currencies.nodes.map(({ code }: { code: string }) => code));
      if (!currencies.pageInfo.hasNextPage) break;
      after = currencies.pageInfo.endCursor;
    }
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.length).toBeGreaterThan(120);
  });

  test("depth is limited, by lists and by levels", async () => {
    const lists = `{ events { nodes { performances { nodes { tickets { nodes { scans { nodes { ticket {
      scans { nodes { id } } } } } } } } } } } }`;
    const answer = await server.graphql(lists);
    expect([answer.status, ...answer.codes]).toEqual([400, "LMDPT"]);
    const levels = `{ events { nodes { ${"venue { events { nodes { ".repeat(5)} id ${"} } }".repeat(5)} } } }`;
    expect((await server.graphql(levels)).codes).toContain("LMDPT");
  });

  test("aliases, repeated mutations, fragment bombs and huge pages of pages are limited", async () => {
    const many = (count: number, field: string): string =>
      Array.from({ length: count }, (_, at) => `a${at}: ${field}`).join("\n");
    const refused = [
      `{ ${many(21, "currencies { nodes { code } }")} }`,
      `mutation { ${many(11, "createCartToken(input: {}) { cartToken }")} }`,
      `{ events { nodes { ${many(1001, "id")} } } }`,
      `{ events(first: 100) { nodes { performances(first: 100) { nodes { tickets(first: 100) { nodes { id } } } } } } }`,
      `query { events { nodes { ...a } } }
      fragment a on Event { ${many(20, "organization { ...b }")} }
      fragment b on Organization { ${many(20, "events { nodes { ...c } }")} }
      fragment c on Event { id title slug }`,
      `{ currencies { nodes { code } } } # ${"x".repeat(100_000)}`,
    ];
    for (const query of refused) {
      const answer = await server.graphql(query);
      expect([answer.status, answer.codes[0]], query.slice(0, 200)).toEqual([400, "LMCPX"]);
    }
    const allowed = await server.graphql(
      `mutation { ${many(10, "createCartToken(input: {}) { cartToken }")} }`,
    );
    expect(allowed.codes).toEqual([]);
  });

  test("introspection works only where it is asked for", async () => {
    const { getIntrospectionQuery } = await import("postgraphile/graphql");
    const closed = await server.graphql(getIntrospectionQuery());
    expect([closed.status, closed.data]).toEqual([400, undefined]);
    await using open = await startTestServer({ introspection: true });
    const data = await open.data(getIntrospectionQuery());
    expect(data.__schema.queryType.name).toBe("Query");
  });

  test("a time without a zone is refused, also in a query", async () => {
    const search = (time: string): string =>
      `{ searchEvents(startsFrom: "${time}", first: 1) { nodes { cursor } } }`;
    for (const time of ["2040-01-01", "2040-01-01T20:00", "2040-01-01 20:00:00.5"]) {
      expect((await server.graphql(search(time))).codes, time).toEqual(["LMINP"]);
    }
    for (const time of ["2040-01-01T20:00Z", "2040-01-01T20:00:00+01:00", "infinity"]) {
      expect((await server.graphql(search(time))).codes, time).toEqual([]);
    }
  });

  test("only POST reaches it, and only with JSON", async () => {
    const get = await fetch(`${server.url}/graphql?query={currencies{nodes{code}}}`);
    expect([get.status, await get.json()]).toMatchObject([
      400,
      { errors: [{ message: "GraphQL is asked with POST.", extensions: { code: "LMINP" } }] },
    ]);
    const form = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "query={currencies{nodes{code}}}",
    });
    expect([form.status, await form.json()]).toMatchObject([
      415,
      { errors: [{ extensions: { code: "LMINP", hint: expect.stringContaining("json") } }] },
    ]);
    const broken = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{",
    });
    expect(broken.status).toBe(400);
  });

  test("a body is limited, more generously for users, who send layouts", async () => {
    const user = await signUp(server);
    const send = (bytes: number, headers: Record<string, string>): Promise<Response> =>
      fetch(`${server.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ query: "{ __typename }", variables: { filler: "x".repeat(bytes) } }),
      });
    const guest = await send(200 * 1024, {});
    expect(guest.status).toBe(413);
    expect(await guest.json()).toMatchObject({ errors: [{ extensions: { code: "LMBIG" } }] });
    const authorization = `Bearer ${user.token}`;
    expect((await send(200 * 1024, { authorization })).status).toBe(200);
    expect((await send(9 * 1024 * 1024, { authorization })).status).toBe(413);
    // What only looks like a token makes nobody a user.
    for (const made of ["Bearer made-up", `Bearer ${randomToken()}`, "Basic YTpi"]) {
      expect((await send(200 * 1024, { authorization: made })).status).toBe(413);
    }
  });
});
