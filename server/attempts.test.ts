// If these failed, an address could guess without end, or signing up would tell who has an account.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunningServer } from "./server.ts";
import {
  ask,
  mailedToken,
  randomToken,
  signUp,
  startTestServer,
  serve,
  uniqueName,
  type Answer,
  type Anything,
  type TestServer,
} from "./testing.ts";

let server: TestServer;
let second: RunningServer;
const password = "correct horse battery";

/** A proxy tells the address, so that each test comes from one of its own. */
const options = {
  trustProxy: "127.0.0.1",
  rateLimits: { signIn: 10_000 },
  secretKey: "the key of these tests, which is long",
} as const;

beforeAll(async () => {
  server = await startTestServer(options);
  second = await serve(server.database, options);
});

afterAll(async () => {
  await second.close();
  await server[Symbol.asyncDispose]();
});

let address = "";
let tests = 0;
beforeEach(() => {
  tests += 1;
  address = `203.0.113.${tests}`;
});

async function sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
  const owner = await server.database.connect("lml_owner");
  const { rows } = await owner.query<Row>(text, values);
  await owner.end();
  return rows;
}

function send(
  query: string,
  variables: Record<string, unknown>,
  { url = server.url, token }: { url?: string; token?: string } = {},
): Promise<Answer<Anything>> {
  return ask(url, query, variables, { token, headers: { "x-forwarded-for": address } });
}

const signIn = (email: string, tried = password, url?: string): Promise<Answer<Anything>> =>
  send(
    "mutation ($input: SignInInput!) { signIn(input: $input) { token } }",
    { input: { email, password: tried } },
    url === undefined ? {} : { url },
  );

describe("wrong passwords from one address", () => {
  /** Twenty wrong passwords on twenty accounts, from one address over two processes. */
  async function guess(): Promise<unknown[]> {
    await sql("update app_private.attempt_limits set attempts = 10 where kind = 'sign_in'");
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        signIn(`${uniqueName("user")}@example.com`, "wrong", at % 2 ? second.url : server.url),
      ),
    );
    return answers.flatMap(({ codes }) => codes);
  }

  test("are counted by all processes together, even all at once, and outlive them", async () => {
    const codes = await guess();
    expect(codes.filter((code) => code === "LMCRD")).toHaveLength(10);
    expect(codes.filter((code) => code === "LMRTE")).toHaveLength(10);
    await using third = await serve(server.database, options);
    const { email } = await signUp(server, { password });
    expect((await signIn(email, password, third.url)).codes).toEqual(["LMRTE"]);
    address = "198.51.100.77";
    expect((await signIn(email, password, third.url)).codes).toEqual([]);
  });

  test("are refused alike whether there is an account or not", async () => {
    const { email } = await signUp(server, { password });
    await guess();
    const [known, unknown] = [await signIn(email), await signIn("nobody@example.com")];
    const told = ({ errors }: Answer<Anything>): unknown =>
      errors.map(({ message, extensions }) => [message, extensions?.["code"]]);
    expect(told(known)).toEqual(told(unknown));
    expect(Number(known.errors[0]?.extensions?.["detail"])).toBeGreaterThan(0);
  });

  test("control: without the count in the database, they go on", async () => {
    const [{ source = "" } = {}] = await sql<{ source: string }>(
      `select pg_get_functiondef(
        'app_private.count_attempt(app_public.attempt_kind, inet)'::regprocedure
      ) as source`,
    );
    const guard = "v_counted.attempts > v_limit.attempts";
    expect(source).toContain(guard);
    await sql(source.replace(guard, "false"));
    expect(new Set(await guess())).toEqual(new Set(["LMCRD"]));
    await sql(source);
  });

  test("do not count for whoever gives the right one", async () => {
    const { email } = await signUp(server, { password });
    await sql("update app_private.attempt_limits set attempts = 2 where kind = 'sign_in'");
    for (let time = 0; time < 5; time += 1) expect((await signIn(email)).codes).toEqual([]);
    await sql("update app_private.attempt_limits set attempts = 60 where kind = 'sign_in'");
  });

  test("are remembered, without what was typed", async () => {
    const { email, id, token } = await signUp(server, { password });
    await signIn(email, "a secret of something else");
    const seen = await send(
      "{ currentUser { failedAttempts { nodes { kind ipAddress } } } }",
      {},
      { token },
    );
    expect(seen.data.currentUser.failedAttempts.nodes).toEqual([
      { kind: "sign_in", ipAddress: address },
    ]);
    const rows = await sql("select f::text from app_public.failed_attempts as f");
    expect(JSON.stringify(rows)).not.toContain("a secret");
    expect(JSON.stringify(rows)).toContain(id);
  });
});

describe("other attempts from one address", () => {
  const cases: [string, string, Record<string, unknown>][] = [
    ["completeSignUp", "token", { token: "x", password }],
    ["verifyEmail", "verified", { token: "x" }],
    ["confirmEmailChange", "changed", { token: "x" }],
    ["resetPassword", "", { token: "x", password }],
  ];
  test.each(cases)("%s: wrong tokens are limited", async (name, field, input) => {
    await sql("update app_private.attempt_limits set attempts = 3 where kind = 'mailed_token'");
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
    const query = `mutation ($input: ${type}) { ${name}(input: $input) ${field && `{ ${field} }`} }`;
    const codes: unknown[] = [];
    for (let time = 0; time < 4; time += 1) {
      codes.push(...(await send(query, { input: { ...input, token: randomToken() } })).codes);
    }
    expect(codes).toEqual(["LMTOK", "LMTOK", "LMTOK", "LMRTE"]);
  });

  test("sign-ups are limited, also those that succeed", async () => {
    await sql("update app_private.attempt_limits set attempts = 3 where kind = 'sign_up'");
    const codes: unknown[] = [];
    for (let time = 0; time < 4; time += 1) codes.push(...(await askForAccount()).codes);
    expect(codes).toEqual(["LMRTE"]);
    await sql("update app_private.attempt_limits set attempts = 60 where kind = 'sign_up'");
  });

  test("the password of an open session cannot be guessed for long, and locks the account", async () => {
    const { token, email } = await signUp(server, { password });
    const change = (currentPassword: string): Promise<Answer<Anything>> =>
      send(
        "mutation ($input: ChangePasswordInput!) { changePassword(input: $input) }",
        { input: { currentPassword, newPassword: "a new and long one" } },
        { token },
      );
    for (let time = 0; time < 10; time += 1) {
      expect((await change("wrong")).codes).toEqual(["LMCRD"]);
    }
    expect((await change(password)).codes).toEqual(["LMCRD"]);
    expect((await signIn(email)).codes).toEqual(["LMCRD"]);
  });
});

function askForAccount(
  email = `${uniqueName("user")}@example.com`,
  url = server.url,
): Promise<Answer<Anything>> {
  return send(
    "mutation ($input: SignUpInput!) { signUp(input: $input) }",
    { input: { email, password, firstName: "Ada", lastName: "Lovelace" } },
    { url },
  );
}

describe("signing up", () => {
  test("answers alike for an address with an account and one without, and takes as long", async () => {
    const { email } = await signUp(server, { password });
    const times = { known: [] as number[], unknown: [] as number[] };
    const answers = new Set<string>();
    for (let round = 0; round < 7; round += 1) {
      for (const kind of ["known", "unknown"] as const) {
        const start = performance.now();
        const answer = await askForAccount(kind === "known" ? email.toUpperCase() : undefined);
        times[kind].push(performance.now() - start);
        answers.add(JSON.stringify([answer.status, answer.data, answer.errors]));
      }
    }
    expect([...answers]).toEqual([JSON.stringify([200, { signUp: true }, []])]);
    const median = (values: number[]): number => values.toSorted((a, b) => a - b)[3] ?? 0;
    // Without hashing in both cases, the known address answers in a fraction of the time.
    expect(median(times.known)).toBeGreaterThan(median(times.unknown) / 3);
  });

  test("nor does signing in with the new password tell, before the mail is answered", async () => {
    const known = await signUp(server, { password });
    const unknown = `${uniqueName("user")}@example.com`;
    // A minute later.
    await sql("update app_private.outgoing_emails set created_at = now() - interval '1 hour'");
    const tried = "another long password";
    for (const email of [known.email, unknown]) {
      await send("mutation ($input: SignUpInput!) { signUp(input: $input) }", {
        input: { email, password: tried, firstName: "Eve", lastName: "L" },
      });
    }
    expect((await signIn(known.email, tried)).errors).toEqual(
      (await signIn(unknown, tried)).errors,
    );
    expect(await mailedToken(server, known.email, "account_exists")).toBeNull();
    expect(await mailedToken(server, unknown, "complete_sign_up")).toHaveLength(43);
  });

  test("takes the mailbox and the password: either alone opens nothing", async () => {
    const email = `${uniqueName("user")}@example.com`;
    await askForAccount(email);
    const token = await mailedToken(server, email, "complete_sign_up");
    const complete = (tried: string): Promise<Answer<Anything>> =>
      send("mutation ($input: CompleteSignUpInput!) { completeSignUp(input: $input) { token } }", {
        input: { token, password: tried },
      });
    await sql("update app_private.attempt_limits set attempts = 30 where kind = 'mailed_token'");
    expect((await complete("not the password")).codes).toEqual(["LMCRD"]);
    expect(await sql("select from app_public.users where email = $1", [email])).toEqual([]);
    expect((await complete(password)).codes).toEqual([]);
    expect((await complete(password)).codes).toEqual(["LMTOK"]);
  });
});
