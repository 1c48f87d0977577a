// If these failed, the server could not be operated: started, watched, cached, stopped without losing what runs.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { buildSchema, parse, validate } from "postgraphile/graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../db/tests/harness.ts";
import { readConfig } from "./config.ts";
import { startQuery } from "./graphql/start-query.ts";
import { startServer } from "./server.ts";
import {
  ask,
  createTheatre,
  serve,
  signUp,
  startTestServer,
  testStripe,
  type Anything,
  type TestServer,
  type Theatre,
} from "./testing.ts";

let server: TestServer;
let theatre: Theatre;

beforeAll(async () => {
  server = await startTestServer({ stripe: { ...testStripe, apiBase: "http://127.0.0.1:1" } });
  theatre = await createTheatre(server);
});

afterAll(() => server[Symbol.asyncDispose]());

describe("health", () => {
  test("it lives, and is ready", async () => {
    const alive = await fetch(`${server.url}/healthz`);
    expect([alive.status, await alive.json()]).toEqual([200, { status: "alive" }]);
    const ready = await fetch(`${server.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: "ready" }]);
    expect(ready.headers.get("cache-control")).toBe("no-store");
  });

  test("it is not ready for a database of another version, and says what is missing", async () => {
    await using older = await startTestServer({}, async (database) => {
      const owner = await database.connect("lml_owner");
      await owner.query("alter table app_public.events rename column title to headline");
      await owner.query(
        "revoke execute on function app_private.receive_stripe_event from lml_authenticator",
      );
    });
    const ready = await fetch(`${older.url}/readyz`);
    expect(ready.status).toBe(503);
    const { problems } = (await ready.json()) as { problems: string[] };
    expect(problems.join("\n")).toContain("Event.title was removed");
    expect(problems.join("\n")).toContain("receive_stripe_event");
    expect((await fetch(`${older.url}/healthz`)).status).toBe(200);
  });

  test("it is ready for a newer database", async () => {
    await using newer = await startTestServer({}, async (database) => {
      const owner = await database.connect("lml_owner");
      await owner.query("alter table app_public.events add column subtitle text");
    });
    expect((await fetch(`${newer.url}/readyz`)).status).toBe(200);
  });

  test("it survives the loss of its database, and is ready when that is back", async () => {
    await using lonely = await startTestServer();
    const superuser = await server.database.connect("superuser");
    const { name } = lonely.database;
    await superuser.query(`alter database ${name} with allow_connections false`);
    await superuser.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1",
      [name],
    );
    await expect.poll(async () => (await fetch(`${lonely.url}/readyz`)).status).toBe(503);
    const answer = await lonely.graphql("{ currencies { nodes { code } } }");
    expect(answer.codes).toEqual(["LMBSY"]);
    expect((await fetch(`${lonely.url}/healthz`)).status).toBe(200);
    await superuser.query(`alter database ${name} with allow_connections true`);
    await expect.poll(async () => (await fetch(`${lonely.url}/readyz`)).status).toBe(200);
    expect((await lonely.graphql("{ currencies { nodes { code } } }")).codes).toEqual([]);
  });
});

describe("public files", () => {
  test("a browser learns how to pay, and nothing secret", async () => {
    const response = await fetch(`${server.url}/payments/config`);
    expect(await response.json()).toEqual({
      publishableKey: testStripe.publishableKey,
      apiBase: "http://127.0.0.1:1",
      testMode: true,
    });
  });

  test("a public layout can be kept for ever", async () => {
    const url = `${server.url}/layouts/${theatre.layoutSha256}.json`;
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toContain("immutable");
    const bytes = await response.arrayBuffer();
    const digest = Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex");
    expect(digest).toBe(theatre.layoutSha256);
    const etag = response.headers.get("etag") ?? "";
    expect((await fetch(url, { headers: { "if-none-match": etag } })).status).toBe(304);
  });

  test("a layout that is not public is not there, not even for its owner", async () => {
    const draft = await createTheatre(server, { publish: false });
    const url = `${server.url}/layouts/${draft.layoutSha256}.json`;
    expect((await fetch(url)).status).toBe(404);
    const authorization = `Bearer ${draft.owner.token}`;
    expect((await fetch(url, { headers: { authorization } })).status).toBe(404);
    expect((await fetch(`${server.url}/layouts/x.json`)).status).toBe(404);
    expect((await fetch(`${server.url}/layouts/${"0".repeat(64)}.json`)).status).toBe(404);
  });
});

describe("requests", () => {
  test("have an id: the caller's when it is one, otherwise a new one", async () => {
    const idOf = async (given?: string): Promise<string | null> => {
      const headers: Record<string, string> = given === undefined ? {} : { "x-request-id": given };
      return (await fetch(`${server.url}/healthz`, { headers })).headers.get("x-request-id");
    };
    expect(await idOf("abc-123")).toBe("abc-123");
    expect(await idOf()).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idOf("<script>")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idOf("x".repeat(101))).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("may come from the pages on the list, and carry nothing by themselves", async () => {
    const preflight = async (at: TestServer, origin: string): Promise<Headers> => {
      const answer = await fetch(`${at.url}/graphql`, {
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization,content-type",
        },
      });
      return answer.headers;
    };
    const allowed = (headers: Headers): string | null => headers.get("access-control-allow-origin");
    expect(allowed(await preflight(server, "https://shop.example"))).toBeNull();
    await using listed = await startTestServer({ allowedOrigins: ["https://shop.example"] });
    const shop = await preflight(listed, "https://shop.example");
    expect(allowed(shop)).toBe("https://shop.example");
    expect(shop.get("access-control-allow-headers")).toContain("authorization");
    expect(shop.get("access-control-allow-credentials")).toBeNull();
    expect(allowed(await preflight(listed, "https://evil.example"))).not.toBe(
      "https://evil.example",
    );
    await using open = await startTestServer({ allowedOrigins: ["*"] });
    expect(allowed(await preflight(open, "https://evil.example"))).toBe("*");
  });

  test("are answered with headers that leave a browser nothing to run or to frame", async () => {
    const { headers } = await fetch(`${server.url}/healthz`);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none';frame-ancestors 'none'",
    );
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("strict-transport-security")).toContain("max-age=");
    expect(headers.get("x-powered-by")).toBeNull();
  });

  test("are refused when one address or one caller sends too many", async () => {
    await using strict = await startTestServer({ rateLimits: { address: 8, caller: 3 } });
    const statusesOf = async (times: number, cartToken: string): Promise<number[]> => {
      const statuses: number[] = [];
      for (let time = 0; time < times; time += 1) {
        const answer = await strict.graphql("{ __typename }", {}, { cartToken });
        statuses.push(answer.status);
        if (answer.status === 429) {
          expect(answer.codes).toEqual(["LMRTE"]);
          expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
        }
      }
      return statuses;
    };
    expect(await statusesOf(4, "a".repeat(43))).toEqual([200, 200, 200, 429]);
    expect(await statusesOf(3, "b".repeat(43))).toEqual([200, 200, 200]);
    // The address has used up its eight, whatever token comes next. Stripe's events still arrive.
    expect(await statusesOf(2, "c".repeat(43))).toEqual([200, 429]);
    const webhook = await fetch(`${strict.url}/stripe/webhook`, { method: "POST", body: "{}" });
    expect(webhook.status).not.toBe(429);
  });

  test("to sign in are refused sooner, before a password is hashed", async () => {
    await using strict = await startTestServer({ rateLimits: { signIn: 2 } });
    const signIn = (email: string) =>
      strict.graphql(
        `mutation ($email: String!) {
          signIn(input: { email: $email, password: "not the password" }) { token }
        }`,
        { email },
      );
    expect((await signIn("one@example.com")).codes).toEqual(["LMCRD"]);
    expect((await signIn("two@example.com")).codes).toEqual(["LMCRD"]);
    expect((await signIn("three@example.com")).codes).toEqual(["LMRTE"]);
  });

  test("are counted by the network of an IPv6 address, which has 2^64 of them", async () => {
    await using proxied = await startTestServer({
      trustProxy: "127.0.0.1",
      rateLimits: { address: 2 },
    });
    const statusFrom = async (address: string): Promise<number> =>
      (await proxied.graphql("{ __typename }", {}, { headers: { "x-forwarded-for": address } }))
        .status;
    expect(await statusFrom("2001:db8:1:2::1")).toBe(200);
    expect(await statusFrom("2001:db8:1:2:ffff::2")).toBe(200);
    expect(await statusFrom("2001:db8:1:2::3")).toBe(429);
    expect(await statusFrom("2001:db8:1:3::1")).toBe(200);
  });

  test("have the client's address, which a header changes only behind a trusted proxy", async () => {
    const addressOf = async (at: TestServer, written = "203.0.113.9"): Promise<string | null> => {
      const { email } = await signUp(at);
      const { signIn } = await at.data(
        `mutation ($email: String!) {
          signIn(input: { email: $email, password: "correct horse", device: "here" }) {
            user { sessions { nodes { device ipAddress } } }
          }
        }`,
        { email },
        { headers: { "x-forwarded-for": written } },
      );
      const { nodes } = signIn.user.sessions;
      return nodes.find(({ device }: Anything) => device === "here").ipAddress;
    };
    expect(await addressOf(server)).toBe("127.0.0.1");
    await using proxied = await startTestServer({ trustProxy: "127.0.0.1" });
    expect(await addressOf(proxied)).toBe("203.0.113.9");
    for (const [written, address] of [
      ["203.0.113.9:4711", "203.0.113.9"],
      ["[2001:db8::7]:443", "2001:db8::7"],
      ["unknown", null],
    ] as const) {
      expect(await addressOf(proxied, written)).toBe(address);
    }
  });

  test("to nowhere are told so in the shape of all errors", async () => {
    const response = await fetch(`${server.url}/nowhere`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "LMNFD" } }] });
  });

  test("reach GraphiQL only where it is switched on", async () => {
    expect((await fetch(`${server.url}/graphiql`)).status).toBe(404);
    await using open = await startTestServer({ graphiql: true });
    expect((await fetch(`${server.url}/`)).status).toBe(404);
    const page = await fetch(`${open.url}/`);
    expect([page.url, page.status, page.headers.get("content-type")]).toEqual([
      `${open.url}/graphiql`,
      200,
      expect.stringContaining("text/html"),
    ]);
    // Its scripts run, and those of other answers would not.
    const policy = page.headers.get("content-security-policy");
    expect(policy).toContain("script-src 'self' 'unsafe-inline';");
    const text = await page.text();
    expect(text).toContain("query OnSale");
    // Ruru hides half of what is longer.
    expect(startQuery.split("\n").filter((line) => line.length > 57)).toEqual([]);
    expect(text).toContain('name="viewport"');
    expect(text).toContain('rel="icon"');
    const schema = await readFile(new URL("../sdk/schema.graphql", import.meta.url), "utf8");
    expect(validate(buildSchema(schema), parse(startQuery))).toEqual([]);
  });
});

describe("starting", () => {
  test("on a port that is taken fails, and says so", async () => {
    const port = Number(new URL(server.url).port);
    const starting = serve(server.database, { port });
    await expect(starting).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
  });

  test("without a database fails, and says so", async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    const address = probe.address();
    const port = typeof address === "object" ? address?.port : undefined;
    await new Promise((resolve) => probe.close(resolve));
    const starting = startServer({
      databaseUrl: `postgres://lml_authenticator:x@127.0.0.1:${port}/lml`,
      stripe: testStripe,
      logLevel: "silent",
    });
    await expect(starting).rejects.toThrow("The database cannot be read");
  });

  test("from an environment that lacks something names all of it, and repeats no secret", () => {
    expect(() =>
      readConfig({ STRIPE_SECRET_KEY: "hunter2", STRIPE_PUBLISHABLE_KEY: "", PORT: "abc" }),
    ).toThrow(
      /LML_SERVER_DATABASE_URL is missing[\s\S]*STRIPE_SECRET_KEY must be[\s\S]*STRIPE_WEBHOOK_SECRET is missing/,
    );
    try {
      readConfig({ STRIPE_SECRET_KEY: "hunter2" });
    } catch (error) {
      expect(String(error)).not.toContain("hunter2");
    }
  });

  test("from a complete environment needs nothing else", () => {
    const options = readConfig({
      LML_SERVER_DATABASE_URL: "postgres://lml_authenticator:x@db:5432/lml",
      STRIPE_SECRET_KEY: "sk_test_1",
      STRIPE_PUBLISHABLE_KEY: "pk_test_1",
      STRIPE_WEBHOOK_SECRET: "whsec_1",
      STRIPE_API_BASE: "",
      LML_GRAPHIQL: "",
    });
    expect(options).toMatchObject({ host: "127.0.0.1", port: 4000, graphiql: false });
    expect(options.stripe.apiBase).toBeUndefined();
  });
});

describe("stopping", () => {
  const slow = "mutation { slow(input: {}) { result } }";
  const plantSlow = async (database: TestServer["database"]): Promise<void> => {
    const owner = await database.connect("lml_owner");
    await owner.query(`
      create table app_private.planted (n integer);
      create function app_public.slow() returns text
      language plpgsql volatile security definer set search_path = '' as $$
      begin
        insert into app_private.planted values (1);
        perform pg_sleep(1.5);
        return 'done';
      end $$;
      grant execute on function app_public.slow() to lml_anonymous;
    `);
  };

  /** Resolves when the slow mutation has reached the database, however busy the machine is. */
  const underWay = async ({ database }: TestServer): Promise<void> => {
    const superuser = await database.connect("superuser");
    const asked = `select from pg_stat_activity
      where datname = current_database() and usename = 'lml_authenticator' and wait_event = 'PgSleep'`;
    await until(async () => (await superuser.query(asked)).rowCount === 1);
  };

  test("finishes what runs, takes nothing new, and leaves no connection", async () => {
    await using stopping = await startTestServer({}, plantSlow);
    const running = stopping.graphql(slow);
    await underWay(stopping);
    const closed = stopping.server.close();
    await expect(ask(stopping.url, "{ __typename }")).rejects.toThrow("fetch failed");
    expect((await running).data).toEqual({ slow: { result: "done" } });
    await closed;
    const superuser = await stopping.database.connect("superuser");
    const { rows } = await superuser.query(
      `select (select count(*)::int from app_private.planted) as written, count(*)::int as open
      from pg_stat_activity
      where datname = current_database() and usename = 'lml_authenticator'`,
    );
    expect(rows).toEqual([{ written: 1, open: 0 }]);
  });

  test("waits only as long as it was told", async () => {
    await using stopping = await startTestServer({ stopPatienceMs: 200 }, plantSlow);
    const running = ask(stopping.url, slow).then(
      () => "answered",
      () => "cut off",
    );
    await underWay(stopping);
    const start = performance.now();
    await stopping.server.close();
    expect(await running).toBe("cut off");
    expect(performance.now() - start).toBeLessThan(4_000);
  });

  test("does not wait for connections that ask nothing", async () => {
    await using stopping = await startTestServer();
    const idle = connect(Number(new URL(stopping.url).port), "127.0.0.1");
    await once(idle, "connect");
    await ask(stopping.url, "{ __typename }");
    const start = performance.now();
    await stopping.server.close();
    expect(performance.now() - start).toBeLessThan(3_000);
    idle.destroy();
  });

  test("twice is once", async () => {
    await using stopping = await startTestServer();
    await Promise.all([stopping.server.close(), stopping.server.close()]);
  });
});
