// If these failed, one request could try a hundred passwords, or keep the database busy for long.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requestLimits } from "./graphql/limits.ts";
import { randomToken, signUp, startTestServer, type TestServer } from "./testing.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server[Symbol.asyncDispose]());

const many = (count: number, field: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => `a${at}: ${field(at)}`).join("\n");

describe("a hundred aliases", () => {
  const signIn = (email: string) => (at: number) =>
    `signIn(input: { email: "${email}", password: "guess number ${at}" }) { token }`;

  async function failures(email: string): Promise<number> {
    const owner = await server.database.connect("lml_owner");
    const { rows } = await owner.query<{ failures: number }>(
      `select c.failed_login_attempts as failures from app_private.user_credentials as c
      join app_public.users as u on u.id = c.user_id where u.email = $1`,
      [email],
    );
    await owner.end();
    return rows[0]?.failures ?? -1;
  }

  test("of a password are refused before the first is tried", async () => {
    const { email } = await signUp(server);
    const answer = await server.graphql(`mutation { ${many(100, signIn(email))} }`);
    expect([answer.status, answer.codes[0]]).toEqual([400, "LMCPX"]);
    expect(await failures(email)).toBe(0);
  });

  test("control: what the limit lets through is tried, and counted", async () => {
    const { email } = await signUp(server);
    await server.graphql(`mutation { ${many(3, signIn(email))} }`);
    expect(await failures(email)).toBe(3);
  });

  test.each([
    [
      "of a mutation",
      `mutation { ${many(100, () => "createCartToken(input: {}) { cartToken }")} }`,
    ],
    ["of a query", `{ ${many(100, () => "currencies { nodes { code } }")} }`],
    [
      "in a fragment",
      `{ ...a } fragment a on Query { ${many(100, () => "currencies { nodes { code } }")} }`,
    ],
    [
      "in fragments inside each other",
      `mutation { ...a } fragment a on Mutation { ...b }
      fragment b on Mutation { ${many(100, () => "createCartToken(input: {}) { cartToken }")} }`,
    ],
    [
      "behind conditions",
      `mutation { ${many(100, () => "createCartToken(input: {}) @include(if: true) { cartToken }")} }`,
    ],
  ])("%s are refused", async (_, query) => {
    const answer = await server.graphql(query, {}, { cartToken: randomToken() });
    expect([answer.status, answer.codes[0]]).toEqual([400, "LMCPX"]);
    expect(answer.data ?? null).toBeNull();
  });

  test("control: a few are answered, each", async () => {
    const answer = await server.graphql(
      `{ ${many(requestLimits.rootFields, () => "currencies { nodes { code } }")} }`,
    );
    expect(answer.codes).toEqual([]);
    expect(Object.keys(answer.data)).toHaveLength(requestLimits.rootFields);
  });
});

describe("what is nested", () => {
  const levels = (count: number): string =>
    `{ events { nodes { ${"venue { events(first: 1) { nodes { ".repeat(count)} id ${"} } }".repeat(count)} } } }`;

  test("a hundred times is refused, as is what is nested in fragments", async () => {
    expect((await server.graphql(levels(50))).codes).toContain("LMDPT");
    const fragments = Array.from(
      { length: 20 },
      (_, at) =>
        `fragment f${at} on ${at % 2 === 0 ? "Venue" : "Organization"} { id ${
          at === 19
            ? ""
            : at % 2 === 0
              ? `organization { ...f${at + 1} }`
              : `venues { nodes { ...f${at + 1} } }`
        } }`,
    ).join("\n");
    const answer = await server.graphql(`{ venues { nodes { ...f0 } } } ${fragments}`);
    expect(answer.status).toBe(400);
    expect(["LMDPT", "LMCPX"]).toContain(answer.codes[0]);
  });

  test("in a circle of fragments is refused, and ends", async () => {
    const answer = await server.graphql(
      `{ venues { nodes { ...a } } } fragment a on Venue { organization { venues { nodes { ...a } } } }`,
    );
    expect(answer.status).toBe(400);
    expect(answer.data ?? null).toBeNull();
  });

  test("control: a little is answered", async () => {
    expect((await server.graphql(levels(1))).codes).toEqual([]);
  });

  test("in brackets a hundred thousand times does not bring the server down", async () => {
    const answer = await server.graphql(`{ ${"a{".repeat(40_000)} id ${"}".repeat(40_000)} }`);
    expect(answer.status).toBe(400);
    expect((await server.graphql(levels(1))).codes).toEqual([]);
  });
});

test("a list of requests in one is no way around", async () => {
  const answer = await fetch(new URL("/graphql", server.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(
      Array.from({ length: 100 }, () => ({ query: "{ currencies { nodes { code } } }" })),
    ),
  });
  expect(answer.status).toBe(400);
  expect(await answer.text()).not.toMatch(/"code":\s*"EUR"/);
});
