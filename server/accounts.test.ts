// If these failed, an account could be taken over, guessed or probed for, or its owner locked out.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Passwords } from "./passwords.ts";
import {
  randomToken,
  startTestServer,
  uniqueName,
  type Answer,
  type Anything,
  type TestServer,
} from "./testing.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server[Symbol.asyncDispose]());

const password = "correct horse battery";

function signUp(input: Record<string, unknown> = {}): Promise<Answer<Anything>> {
  return server.graphql(
    `mutation ($input: SignUpInput!) {
      signUp(input: $input) { token expiresAt user { id email firstName } }
    }`,
    {
      input: {
        email: `${uniqueName("user")}@example.com`,
        password,
        firstName: "Ada",
        lastName: "Lovelace",
        ...input,
      },
    },
  );
}

function signIn(email: string, tried = password): Promise<Answer<Anything>> {
  return server.graphql(
    `mutation ($input: SignInInput!) {
      signIn(input: $input) { token expiresAt user { id } }
    }`,
    { input: { email, password: tried, device: "a test" } },
  );
}

const who = "{ currentUser { id email sessions { nodes { device ipAddress userAgent } } } }";

describe("an account", () => {
  test("is opened, used, left and entered again", async () => {
    const email = `${uniqueName("user")}@example.com`;
    const opened = await signUp({ email, device: "first" });
    const { token, expiresAt, user } = opened.data.signUp;
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(29 * 86_400_000);
    expect(user).toMatchObject({ email, firstName: "Ada" });
    expect((await server.data(who, {}, { token })).currentUser.id).toBe(user.id);

    const again = await signIn(email.toUpperCase());
    expect(again.data.signIn.user.id).toBe(user.id);
    const second = again.data.signIn.token;
    expect(second).not.toBe(token);
    const seen = await server.data(who, {}, { token: second });
    expect(seen.currentUser.sessions.nodes).toHaveLength(2);
    expect(seen.currentUser.sessions.nodes[1]).toMatchObject({
      device: "a test",
      ipAddress: "127.0.0.1",
    });

    const signOut = "mutation { signOut(input: {}) { signedOut } }";
    expect(await server.data(signOut, {}, { token })).toEqual({ signOut: { signedOut: true } });
    expect(await server.data(signOut, {}, { token })).toEqual({ signOut: { signedOut: false } });
    expect((await server.data(who, {}, { token })).currentUser).toBeNull();
    expect((await server.data(who, {}, { token: second })).currentUser.id).toBe(user.id);
  });

  test("is entered for the rest of the request that opens it, and for no other", async () => {
    const slug = uniqueName("mine");
    const data = await server.data(
      `mutation ($email: String!, $slug: String!) {
        signUp(input: { email: $email, password: "${password}", firstName: "A", lastName: "B" }) {
          user { id }
        }
        createOrganization(
          input: { name: "Mine", slug: $slug, email: $email, defaultCurrency: "EUR" }
        ) { organization { members { nodes { userId role } } } }
      }`,
      { email: `${slug}@example.com`, slug },
    );
    expect(data.createOrganization.organization.members.nodes).toEqual([
      { userId: data.signUp.user.id, role: "owner" },
    ]);
    expect(await server.data("{ currentUser { id } }")).toEqual({ currentUser: null });
  });

  test("keeps neither its password nor its token in the database", async () => {
    const email = `${uniqueName("user")}@example.com`;
    const { token } = (await signUp({ email })).data.signUp;
    const owner = await server.database.connect("lml_owner");
    const { rows } = await owner.query<{ password_hash: string; dump: string }>(
      `select c.password_hash, concat(
        (select json_agg(s) from app_public.user_sessions as s),
        (select json_agg(t) from app_private.session_tokens as t),
        (select json_agg(a) from app_public.audit_log as a),
        row_to_json(c), row_to_json(u)
      ) as dump
      from app_public.users as u join app_private.user_credentials as c on c.user_id = u.id
      where u.email = $1`,
      [email],
    );
    expect(rows[0]?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(rows[0]?.dump).not.toContain(token);
    expect(rows[0]?.dump).not.toContain(password);
  });

  test("is refused for a bad address, name or password, or when there is one", async () => {
    const email = `${uniqueName("user")}@example.com`;
    await signUp({ email });
    const cases: [Record<string, unknown>, string][] = [
      [{ email }, "LMEML"],
      [{ email: email.toUpperCase() }, "LMEML"],
      [{ email: "nobody" }, "LMINP"],
      [{ email: "a\u0000@b.c" }, "LMINP"],
      [{ firstName: "" }, "LMINP"],
      [{ lastName: "x".repeat(101) }, "LMINP"],
      [{ password: "123456789" }, "LMPWD"],
      [{ password: "x".repeat(257) }, "LMPWD"],
      [{ password: "😀".repeat(9) }, "LMPWD"],
    ];
    for (const [input, code] of cases) {
      const answer = await signUp(input);
      expect(answer.codes, JSON.stringify(input)).toEqual([code]);
      expect(answer.data.signUp).toBeNull();
    }
    expect((await signUp({ password: "😀".repeat(256) })).codes).toEqual([]);
  });

  test("opens for its password however a keyboard composes it, and for no other", async () => {
    const email = `${uniqueName("user")}@example.com`;
    await signUp({ email, password: "Caf\u00e9 au lait" });
    expect((await signIn(email, "Cafe\u0301 au lait")).codes).toEqual([]);
    for (const wrong of ["cafe au lait", "Caf\u00e9 au lait ", "", "x".repeat(5000)]) {
      expect((await signIn(email, wrong)).codes).toEqual(["LMCRD"]);
    }
  });

  test("is not told from none: the same words, in about the same time", async () => {
    const email = `${uniqueName("user")}@example.com`;
    await signUp({ email });
    const times = { known: [] as number[], unknown: [] as number[] };
    const words = new Set<string>();
    for (let round = 0; round < 7; round += 1) {
      for (const kind of ["known", "unknown"] as const) {
        const start = performance.now();
        const tried = kind === "known" ? email : `${uniqueName("nobody")}@example.com`;
        const answer = await signIn(tried, "wrong horse battery");
        times[kind].push(performance.now() - start);
        words.add(JSON.stringify(answer.errors));
      }
    }
    expect(words.size).toBe(1);
    const median = (values: number[]): number => values.toSorted((a, b) => a - b)[3] ?? 0;
    // Without the dummy verification an unknown address answers in a tenth of the time.
    expect(median(times.unknown)).toBeGreaterThan(median(times.known) / 3);
  });

  test("is locked after ten wrong passwords, even for the right one, and open again later", async () => {
    const email = `${uniqueName("user")}@example.com`;
    await signUp({ email });
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect((await signIn(email, "wrong horse battery")).codes).toEqual(["LMCRD"]);
    }
    const locked = await signIn(email);
    expect(locked.codes).toEqual(["LMLCK"]);
    const until = Date.parse(String(locked.errors[0]?.extensions?.["detail"]));
    expect(until - Date.now()).toBeGreaterThan(14 * 60_000);

    const owner = await server.database.connect("lml_owner");
    await owner.query(
      `update app_private.user_credentials as c set locked_until = now() - interval '1 second'
      from app_public.users as u where u.id = c.user_id and u.email = $1`,
      [email],
    );
    expect((await signIn(email)).codes).toEqual([]);
  });

  test("that is suspended lets nobody in, and says so only for the right password", async () => {
    const email = `${uniqueName("user")}@example.com`;
    const { token } = (await signUp({ email })).data.signUp;
    const owner = await server.database.connect("lml_owner");
    await owner.query("update app_public.users set account_status = 'suspended' where email = $1", [
      email,
    ]);
    expect((await signIn(email)).codes).toEqual(["LMLCK"]);
    expect((await signIn(email, "wrong horse battery")).codes).toEqual(["LMCRD"]);
    expect((await server.data(who, {}, { token })).currentUser).toBeNull();
  });
});

describe("hashing", () => {
  test("happens for two at a time, and sends the rest away when too many wait", async () => {
    const passwords = new Passwords();
    const results = await Promise.allSettled(
      Array.from({ length: 60 }, () => passwords.hash("correct horse")),
    );
    const refused = results.filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(8);
    expect(refused[0]).toMatchObject({ reason: { code: "LMBSY" } });
    // The places are free again.
    await passwords.hash("correct horse");
  });

  test("of the same password is never the same, and nobody's password is right", async () => {
    const passwords = new Passwords();
    const [one, two] = await Promise.all([
      passwords.hash("correct horse"),
      passwords.hash("correct horse"),
    ]);
    expect(one).not.toBe(two);
    expect(await passwords.verify(one, "correct horse")).toBe(true);
    expect(await passwords.verify(one, "wrong horse")).toBe(false);
    expect(await passwords.verify(undefined, randomToken())).toBe(false);
  });
});
