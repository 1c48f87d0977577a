// If these failed, an account could be taken over, guessed or probed for, or its owner locked out.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Secret, TOTP } from "otpauth";
import { Passwords } from "./passwords.ts";
import { TwoFactor } from "./two-factor.ts";
import {
  mailedToken as mailedTokenOf,
  randomToken,
  signUp as openAccount,
  startTestServer,
  uniqueName,
  type Answer,
  type Anything,
  type TestServer,
} from "./testing.ts";

let server: TestServer;

beforeAll(async () => {
  // All of these tests come from one address.
  server = await startTestServer({
    secretKey: "the key of these tests, which is long",
    rateLimits: { signIn: 10_000 },
  });
  const owner = await server.database.connect("lml_owner");
  await owner.query("update app_private.attempt_limits set attempts = 100000");
});

afterAll(() => server[Symbol.asyncDispose]());

const password = "correct horse battery";

function signUp(input: Record<string, unknown> = {}): Promise<Answer<Anything>> {
  return server.graphql("mutation ($input: SignUpInput!) { signUp(input: $input) }", {
    input: {
      email: `${uniqueName("user")}@example.com`,
      password,
      firstName: "Ada",
      lastName: "Lovelace",
      ...input,
    },
  });
}

function complete(token: string | undefined, tried = password): Promise<Answer<Anything>> {
  return server.graphql(
    `mutation ($input: CompleteSignUpInput!) {
      completeSignUp(input: $input) { token expiresAt user { id email firstName emailVerifiedAt } }
    }`,
    { input: { token, password: tried, device: "first" } },
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
    expect((await signUp({ email })).data).toEqual({ signUp: true });
    // Until the mail comes back there is no account.
    expect((await signIn(email)).codes).toEqual(["LMCRD"]);
    const mailed = await mailedToken(email, "complete_sign_up");
    const { token, expiresAt, user } = (await complete(mailed)).data.completeSignUp;
    expect(user.emailVerifiedAt).not.toBeNull();
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
    const email = `${slug}@example.com`;
    await signUp({ email });
    const data = await server.data(
      `mutation ($token: String!, $email: String!, $slug: String!) {
        completeSignUp(input: { token: $token, password: "${password}" }) { user { id } }
        createOrganization(
          input: { name: "Mine", slug: $slug, email: $email, defaultCurrency: "EUR" }
        ) { organization { members { nodes { userId role } } } }
      }`,
      { email, slug, token: await mailedToken(email, "complete_sign_up") },
    );
    expect(data.createOrganization.organization.members.nodes).toEqual([
      { userId: data.completeSignUp.user.id, role: "owner" },
    ]);
    expect(await server.data("{ currentUser { id } }")).toEqual({ currentUser: null });
  });

  test("keeps neither its password nor its token in the database", async () => {
    const email = `${uniqueName("user")}@example.com`;
    const { token } = await openAccount(server, { email, password });
    const owner = await server.database.connect("lml_owner");
    const { rows } = await owner.query<{ password_hash: string; dump: string }>(
      `select c.password_hash, concat(
        (select json_agg(s) from app_public.user_sessions as s),
        (select json_agg(t) from app_private.session_tokens as t),
        (select json_agg(a) from app_public.audit_log as a),
        (select json_agg(a) from app_private.sign_ups as a),
        (select json_agg(a) from app_private.outgoing_emails as a where a.sent_at is not null),
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

  test("is refused for a bad address, name or password", async () => {
    const cases: [Record<string, unknown>, string][] = [
      [{ email: "nobody" }, "LMINP"],
      [{ email: "a\u0000@b.c" }, "LMINP"],
      [{ firstName: "" }, "LMINP"],
      [{ lastName: "x".repeat(101) }, "LMINP"],
      [{ password: "123456789" }, "LMPWD"],
      [{ password: "x".repeat(257) }, "LMPWD"],
      [{ password: "😀".repeat(9) }, "LMPWD"],
      [{ password: "aaaaaaaaaaaa" }, "LMPWD"],
      [{ password: "Password-1234" }, "LMPWD"],
      [{ email: "ada.king@example.com", password: "Ada.King@Example.com" }, "LMPWD"],
      [{ email: "countess.king@example.com", password: "countessking1815" }, "LMPWD"],
      [{ password: "Ada Lovelace!" }, "LMPWD"],
    ];
    for (const [input, code] of cases) {
      const answer = await signUp(input);
      expect(answer.codes, JSON.stringify(input)).toEqual([code]);
      expect(answer.data ?? null, JSON.stringify(input)).toBeNull();
    }
    expect((await signUp({ password: "😀🎭🎟🎫".repeat(64) })).codes).toEqual([]);
  });

  test("opens for its password however a keyboard composes it, and for no other", async () => {
    const email = `${uniqueName("user")}@example.com`;
    await openAccount(server, { email, password: "Caf\u00e9 au lait" });
    expect((await signIn(email, "Cafe\u0301 au lait")).codes).toEqual([]);
    for (const wrong of ["cafe au lait", "Caf\u00e9 au lait ", "", "x".repeat(5000)]) {
      expect((await signIn(email, wrong)).codes).toEqual(["LMCRD"]);
    }
  });

  test("is not told from none: the same words, in about the same time", async () => {
    const email = `${uniqueName("user")}@example.com`;
    await openAccount(server, { email, password });
    const times: number[] = [];
    const words = new Set<string>();
    for (const tried of [email, `${uniqueName("nobody")}@example.com`]) {
      const start = performance.now();
      const answer = await signIn(tried, "wrong horse battery");
      times.push(performance.now() - start);
      words.add(JSON.stringify(answer.errors));
    }
    expect(words.size).toBe(1);
    // What is written about an account takes longer than what is written about none.
    expect(Math.min(...times)).toBeGreaterThanOrEqual(245);
  });

  test("is locked after ten wrong passwords, even for the right one, and open again later", async () => {
    const email = `${uniqueName("user")}@example.com`;
    await openAccount(server, { email, password });
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect((await signIn(email, "wrong horse battery")).codes).toEqual(["LMCRD"]);
    }
    // Whoever tries is not told: the answer is the one for an address without an account.
    expect((await signIn(email)).codes).toEqual(["LMCRD"]);
    const owner = await server.database.connect("lml_owner");
    // Nor by the time that it takes: the right password writes what a wrong one writes.
    const { rows } = await owner.query<{ tried: number; minutes: number; mails: number }>(
      `select (
        select count(*)::int from app_public.failed_attempts as f where f.user_id = u.id
      ) as tried, floor(extract(epoch from c.locked_until - now()) / 60)::int as minutes, (
        select count(*)::int from app_private.outgoing_emails as e
        where e.recipient = u.email and e.template = 'account_locked'
      ) as mails
      from app_public.users as u join app_private.user_credentials as c on c.user_id = u.id
      where u.email = $1`,
      [email],
    );
    expect(rows).toEqual([{ tried: 11, minutes: 14, mails: 1 }]);
    await owner.query(
      `update app_private.user_credentials as c set locked_until = now() - interval '1 second'
      from app_public.users as u where u.id = c.user_id and u.email = $1`,
      [email],
    );
    expect((await signIn(email)).codes).toEqual([]);
  });

  test("that is suspended lets nobody in, and says so only for the right password", async () => {
    const email = `${uniqueName("user")}@example.com`;
    const { token } = await openAccount(server, { email, password });
    const owner = await server.database.connect("lml_owner");
    await owner.query("update app_public.users set account_status = 'suspended' where email = $1", [
      email,
    ]);
    expect((await signIn(email)).codes).toEqual(["LMLCK"]);
    expect((await signIn(email, "wrong horse battery")).codes).toEqual(["LMCRD"]);
    expect((await server.data(who, {}, { token })).currentUser).toBeNull();
  });
});

const mailedToken = (email: string, template: string): Promise<string | undefined> =>
  mailedTokenOf(server, email, template);

async function somebody(): Promise<{ email: string; token: string; id: string }> {
  return await openAccount(server, { password });
}

/** Somebody whose account an operator has opened: its address is yet to be proven. */
async function unproven(): Promise<{ email: string; token: string }> {
  const person = await somebody();
  const owner = await server.database.connect("lml_owner");
  await owner.query("update app_public.users set email_verified_at = null where id = $1", [
    person.id,
  ]);
  await owner.end();
  await server.data("mutation { requestEmailVerification }", {}, { token: person.token });
  return person;
}

const verified = "{ currentUser { emailVerifiedAt email } }";

describe("a mailed token", () => {
  const verify =
    "mutation ($token: String!) { verifyEmail(input: { token: $token }) { verified } }";

  test("proves an address, once", async () => {
    const { email, token } = await unproven();
    expect((await server.data(verified, {}, { token })).currentUser.emailVerifiedAt).toBeNull();
    const mailed = await mailedToken(email, "verify_email");
    expect((await server.graphql(verify, { token: mailed })).codes).toEqual([]);
    expect((await server.data(verified, {}, { token })).currentUser.emailVerifiedAt).not.toBeNull();
    expect((await server.graphql(verify, { token: mailed })).codes).toEqual(["LMTOK"]);
    expect((await server.graphql(verify, { token: randomToken() })).codes).toEqual(["LMTOK"]);
  });

  test("is used once even when it is brought twice at the same moment", async () => {
    const { email } = await unproven();
    const token = await mailedToken(email, "verify_email");
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => server.graphql(verify, { token })),
    );
    expect(answers.filter(({ codes }) => codes.length === 0)).toHaveLength(1);
    expect(answers.flatMap(({ codes }) => codes)).toEqual(Array(7).fill("LMTOK"));
  });

  test("is not good for anything else, nor after its time, and another replaces it", async () => {
    const { email, token } = await unproven();
    const first = await mailedToken(email, "verify_email");
    const reset = `mutation ($token: String!) {
      resetPassword(input: { token: $token, password: "another long password" })
    }`;
    expect((await server.graphql(reset, { token: first })).codes).toEqual(["LMTOK"]);
    const again = "mutation { requestEmailVerification }";
    // Within a minute nobody is mailed twice.
    await server.data(again, {}, { token });
    expect(await mailedToken(email, "verify_email")).toBe(first);
    const owner = await server.database.connect("lml_owner");
    await owner.query(
      "update app_private.user_tokens set created_at = now() - interval '2 minutes'",
    );
    await server.data(again, {}, { token });
    const second = await mailedToken(email, "verify_email");
    expect(second).not.toBe(first);
    expect((await server.graphql(verify, { token: first })).codes).toEqual(["LMTOK"]);
    await owner.query(
      `update app_private.user_tokens
      set created_at = created_at - interval '3 days', expires_at = now() - interval '1 second'`,
    );
    expect((await server.graphql(verify, { token: second })).codes).toEqual(["LMTOK"]);
  });

  test("takes no longer for an address that has an account, whose token and mail are written", async () => {
    const request = `mutation ($email: String!) { requestPasswordReset(input: { email: $email }) }`;
    const owner = await server.database.connect("lml_owner");
    const own = { known: [] as number[], unknown: [] as number[] };
    const told = { known: [] as number[], unknown: [] as number[] };
    const timed = async (times: number[], action: () => Promise<unknown>): Promise<void> => {
      const start = performance.now();
      await action();
      times.push(performance.now() - start);
    };
    for (let round = 0; round < 11; round += 1) {
      for (const kind of ["known", "unknown"] as const) {
        const email = `${uniqueName(kind)}@example.com`;
        if (kind === "known") {
          await owner.query("select app_private.register_user($1, '$argon2id$x', 'A', 'B')", [
            email,
          ]);
        }
        await timed(told[kind], () => server.graphql(request, { email }));
        // What the answer would tell by itself; a minute has passed.
        await owner.query("delete from app_private.user_tokens where email = $1", [email]);
        await timed(own[kind], () =>
          owner.query("select app_private.request_password_reset($1, $2)", [
            email,
            `${kind} ${round}`,
          ]),
        );
      }
    }
    await owner.end();
    // The shortest are compared: what else the machine does only makes an answer longer. Control: the work itself tells.
    expect(Math.min(...own.known)).toBeGreaterThan(Math.min(...own.unknown) * 1.2);
    expect(Math.min(...told.known, ...told.unknown)).toBeGreaterThanOrEqual(245);
    expect(Math.min(...told.known)).toBeLessThan(Math.min(...told.unknown) * 1.1);
  });

  test("sets a forgotten password, and ends every session", async () => {
    const { email, token } = await somebody();
    const request = `mutation ($email: String!) { requestPasswordReset(input: { email: $email }) }`;
    const known = await server.graphql(request, { email });
    const unknown = await server.graphql(request, { email: "nobody@example.com" });
    expect(unknown.data).toEqual(known.data);
    expect(await mailedToken("nobody@example.com", "reset_password")).toBeUndefined();
    const mailed = await mailedToken(email, "reset_password");
    const reset = `mutation ($token: String!, $password: String!) {
      resetPassword(input: { token: $token, password: $password })
    }`;
    const short = await server.graphql(reset, { token: mailed, password: "short" });
    expect(short.codes).toEqual(["LMPWD"]);
    const done = await server.graphql(reset, { token: mailed, password: "another long password" });
    expect(done.codes).toEqual([]);
    expect((await server.data(who, {}, { token })).currentUser).toBeNull();
    expect((await signIn(email)).codes).toEqual(["LMCRD"]);
    expect((await signIn(email, "another long password")).codes).toEqual([]);
  });

  test("moves an account to another address, unless somebody has it", async () => {
    const { email, token } = await somebody();
    const other = await somebody();
    const request = `mutation ($email: String!, $currentPassword: String!) {
      requestEmailChange(input: { email: $email, currentPassword: $currentPassword })
    }`;
    const confirm = `mutation ($token: String!) {
      confirmEmailChange(input: { token: $token }) { changed }
    }`;
    const change = (to: string, currentPassword = password) =>
      server.graphql(request, { email: to, currentPassword }, { token });
    const next = `${uniqueName("next")}@example.com`;
    expect((await change(next, "wrong horse battery")).codes).toEqual(["LMCRD"]);
    expect((await change("nowhere")).codes).toEqual(["LMINP"]);
    expect((await change(other.email)).codes).toEqual([]);
    expect(await mailedToken(other.email, "change_email")).toBeUndefined();
    expect((await change(next)).codes).toEqual([]);
    const mailed = await mailedToken(next, "change_email");
    expect((await server.graphql(confirm, { token: mailed })).codes).toEqual([]);
    expect((await server.data(verified, {}, { token })).currentUser.email).toBe(next);
    expect((await signIn(email)).codes).toEqual(["LMCRD"]);
    expect((await signIn(next)).codes).toEqual([]);
  });
});

describe("a session", () => {
  test("gets another token, and the old one is dead", async () => {
    const { token } = await somebody();
    const refresh = "mutation { refreshSession { token user { id } } }";
    const { refreshSession } = await server.data(refresh, {}, { token });
    expect(refreshSession.token).not.toBe(token);
    expect((await server.data(who, {}, { token })).currentUser).toBeNull();
    const now = await server.data(who, {}, { token: refreshSession.token });
    expect(now.currentUser.sessions.nodes).toHaveLength(1);
    expect((await server.graphql(refresh, {}, { token })).codes).toEqual(["LMSES"]);
    expect((await server.graphql(refresh)).codes).toEqual(["LMAUT"]);
  });

  test("is ended by its user, one or all, and by nobody else", async () => {
    const { email, token } = await somebody();
    const second = (await signIn(email)).data.signIn.token;
    const list = "{ currentUser { sessions { nodes { id device } } } }";
    const { nodes } = (await server.data(list, {}, { token })).currentUser.sessions;
    const revoke = `mutation ($id: UUID!) {
      revokeSession(input: { sessionId: $id }) { userSession { revokedAt } }
    }`;
    const id = nodes.find((node: Anything) => node.device === "a test").id;
    const stranger = await somebody();
    expect((await server.graphql(revoke, { id }, { token: stranger.token })).codes).toEqual([
      "LMNFD",
    ]);
    await server.data(revoke, { id }, { token });
    expect((await server.data(who, {}, { token: second })).currentUser).toBeNull();

    const third = (await signIn(email)).data.signIn.token;
    const all = "mutation { signOutEverywhere(input: {}) { sessionsEnded } }";
    expect((await server.data(all, {}, { token })).signOutEverywhere.sessionsEnded).toBe(2);
    for (const dead of [token, third]) {
      expect((await server.data(who, {}, { token: dead })).currentUser).toBeNull();
    }
  });

  test("outlives a change of password, which ends the others", async () => {
    const { email, token } = await somebody();
    const second = (await signIn(email)).data.signIn.token;
    const change = `mutation ($old: String!, $new: String!) {
      changePassword(input: { currentPassword: $old, newPassword: $new })
    }`;
    const next = "another long password";
    const wrong = await server.graphql(change, { old: "wrong horse", new: next }, { token });
    expect(wrong.codes).toEqual(["LMCRD"]);
    await server.data(change, { old: password, new: next }, { token });
    expect((await server.data(who, {}, { token: second })).currentUser).toBeNull();
    expect((await server.data(who, {}, { token })).currentUser).not.toBeNull();
    expect((await signIn(email, next)).codes).toEqual([]);
  });
});

describe("a second factor", () => {
  const enroll = `mutation ($password: String!) {
    enrollTwoFactor(input: { currentPassword: $password }) { uri secret }
  }`;
  const confirm = "mutation ($code: String!) { confirmTwoFactor(input: { code: $code }) }";
  const remove = `mutation ($input: RemoveTwoFactorInput!) { removeTwoFactor(input: $input) }`;

  /** The code of an app, so many periods from now. */
  const codeOf = (secret: string, periods = 0): string =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({
      timestamp: Date.now() + periods * 30_000,
    });

  const enter = (email: string, more: Record<string, unknown> = {}) =>
    server.graphql("mutation ($input: SignInInput!) { signIn(input: $input) { token } }", {
      input: { email, password, ...more },
    });

  async function withTwoFactors() {
    const person = await somebody();
    const as = { token: person.token };
    const { secret, uri } = (await server.data(enroll, { password }, as)).enrollTwoFactor;
    expect(uri).toContain(`secret=${secret}`);
    // Until it is confirmed, the password is enough.
    expect((await enter(person.email)).codes).toEqual([]);
    // The code of the next period is good already, and left to be used. That of the one before may just have ended.
    const { confirmTwoFactor } = await server.data(confirm, { code: codeOf(secret) }, as);
    return { ...person, secret, recoveryCodes: confirmTwoFactor as string[] };
  }

  test("is asked for, and each code is good once", async () => {
    const { email, secret } = await withTwoFactors();
    expect((await enter(email)).codes).toEqual(["LMTFA"]);
    expect((await enter(email, { password: "wrong horse battery" })).codes).toEqual(["LMCRD"]);
    expect((await enter(email, { code: "000000x" })).codes).toEqual(["LMTFC"]);
    const code = codeOf(secret, 1);
    const answers = await Promise.all([1, 2, 3, 4].map(() => enter(email, { code })));
    expect(answers.filter(({ codes }) => codes.length === 0)).toHaveLength(1);
    expect((await enter(email, { code })).codes).toEqual(["LMTFC"]);
    expect((await enter(email, { code: codeOf(secret, -1) })).codes).toEqual(["LMTFC"]);
    expect((await enter(email, { code: codeOf(secret, 5) })).codes).toEqual(["LMTFC"]);
  });

  test("cannot be guessed: ten wrong codes lock the account", async () => {
    const { email, secret } = await withTwoFactors();
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect((await enter(email, { recoveryCode: `WRONG${attempt}` })).codes).toEqual(["LMTFC"]);
    }
    expect((await enter(email, { code: codeOf(secret, 1) })).codes).toEqual(["LMCRD"]);
  });

  test("cannot be guessed by whoever has the session and the password, either", async () => {
    const { email, token, secret } = await withTwoFactors();
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const input = { currentPassword: password, recoveryCode: `WRONG${attempt}` };
      expect((await server.graphql(remove, { input }, { token })).codes).toEqual(["LMTFC"]);
    }
    // The password is not looked at any more, nor is the right code: at no door.
    const input = { currentPassword: password, code: codeOf(secret, 1) };
    expect((await server.graphql(remove, { input }, { token })).codes).toEqual(["LMCRD"]);
    expect((await server.graphql(confirm, { code: codeOf(secret, 1) }, { token })).codes).toEqual([
      "LMTFC",
    ]);
    expect((await enter(email, { code: codeOf(secret, 1) })).codes).toEqual(["LMCRD"]);
    const owner = await server.database.connect("lml_owner");
    await owner.query("update app_private.user_credentials set locked_until = null");
    expect((await server.graphql(remove, { input }, { token })).codes).toEqual([]);
  });

  test("is replaced by a recovery code, once each, however it is typed", async () => {
    const { email, recoveryCodes } = await withTwoFactors();
    expect(new Set(recoveryCodes).size).toBe(10);
    const [first = ""] = recoveryCodes;
    const typed = `${first.slice(0, 4).toLowerCase()}-${first.slice(4, 8)} ${first.slice(8)}`;
    expect((await enter(email, { recoveryCode: typed })).codes).toEqual([]);
    expect((await enter(email, { recoveryCode: first })).codes).toEqual(["LMTFC"]);
  });

  test("is removed with password and code, and its secret is not in the database", async () => {
    const { email, token, secret, recoveryCodes } = await withTwoFactors();
    expect((await server.graphql(enroll, { password }, { token })).codes).toEqual(["LMTFE"]);
    const owner = await server.database.connect("lml_owner");
    const { rows } = await owner.query<{ stored: Buffer; codes: string }>(
      `select s.encrypted_secret as stored, (
        select string_agg(encode(r.code_hash, 'escape'), ' ')
        from app_private.recovery_codes as r where r.user_id = s.user_id
      ) as codes
      from app_private.two_factor_secrets as s join app_public.users as u on u.id = s.user_id
      where u.email = $1`,
      [email],
    );
    expect(rows[0]?.stored.toString("latin1")).not.toContain(secret);
    for (const code of recoveryCodes) expect(rows[0]?.codes).not.toContain(code);
    const without = await server.graphql(
      remove,
      { input: { currentPassword: password } },
      { token },
    );
    expect(without.codes).toEqual(["LMTFA"]);
    const input = { currentPassword: password, code: codeOf(secret, 1) };
    expect((await server.graphql(remove, { input }, { token })).codes).toEqual([]);
    expect((await enter(email)).codes).toEqual([]);
  });

  test("is good in the period before and after its own, as clocks differ, and in no other", () => {
    const mine = new TwoFactor("a key that is long enough to be one");
    const { encrypted, shown } = mine.enroll("user 1", "a@example.com");
    const now = vi.spyOn(Date, "now").mockReturnValue(1_800_000_000_000);
    try {
      const good = [-2, -1, 0, 1, 2].map(
        (periods) =>
          mine.timeStep(encrypted, "user 1", codeOf(shown.secret, periods)) !== undefined,
      );
      expect(good).toEqual([false, true, true, true, false]);
    } finally {
      now.mockRestore();
    }
  });

  test("of somebody else does not decrypt, nor under another key", () => {
    const mine = new TwoFactor("a key that is long enough to be one");
    const { encrypted, shown } = mine.enroll("user 1", "a@example.com");
    const code = codeOf(shown.secret);
    expect(mine.timeStep(encrypted, "user 1", code)).toBeGreaterThan(0);
    expect(() => mine.timeStep(encrypted, "user 2", code)).toThrow("authenticate data");
    const other = new TwoFactor("another key that is long enough too");
    expect(() => other.timeStep(encrypted, "user 1", code)).toThrow("authenticate data");
    expect(() => new TwoFactor(undefined).enroll("user 1", "a@example.com")).toThrow(
      "not available",
    );
  });
});

describe("closing an account", () => {
  const close = `mutation ($password: String!) {
    closeAccount(input: { currentPassword: $password })
  }`;

  test("takes the password, and ends everything", async () => {
    const { email, token } = await somebody();
    expect((await server.graphql(close, { password: "wrong horse" }, { token })).codes).toEqual([
      "LMCRD",
    ]);
    await server.data(close, { password }, { token });
    expect((await server.data(who, {}, { token })).currentUser).toBeNull();
    expect((await signIn(email)).codes).toEqual(["LMLCK"]);
  });

  test("with the wish to be forgotten, takes the password and leaves a job", async () => {
    const erase = `mutation ($password: String!) {
      requestErasure(input: { currentPassword: $password })
    }`;
    const { email, token } = await somebody();
    expect((await server.graphql(erase, { password: "wrong horse" }, { token })).codes).toEqual([
      "LMCRD",
    ]);
    await server.data(erase, { password }, { token });
    expect((await signIn(email)).codes).toEqual(["LMLCK"]);
    const owner = await server.database.connect("lml_owner");
    const { rows } = await owner.query<{ erased: boolean }>(
      `select app_private.erase_user(r.id) as erased
      from app_public.privacy_requests as r join app_public.users as u on u.id = r.user_id
      where u.email = $1`,
      [email],
    );
    expect(rows).toEqual([{ erased: true }]);
    expect((await signIn(email)).codes).toEqual(["LMCRD"]);
  });

  test("is refused to the last owner of an organization", async () => {
    const { token } = await somebody();
    const slug = uniqueName("org");
    await server.data(
      `mutation ($slug: String!) {
        createOrganization(
          input: { name: "Mine", slug: $slug, email: "o@example.com", defaultCurrency: "EUR" }
        ) { organization { id } }
      }`,
      { slug },
      { token },
    );
    expect((await server.graphql(close, { password }, { token })).codes).toEqual(["LMOWN"]);
    expect((await server.data(who, {}, { token })).currentUser).not.toBeNull();
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
