// If these failed, staff could act in somebody's name unseen, or a session could not be told from another.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "./database.ts";
import { startSessionActivity } from "./session-activity.ts";
import { signUp, startTestServer, type Anything, type TestServer } from "./testing.ts";

let server: TestServer;
const password = "correct horse battery";

beforeAll(async () => {
  server = await startTestServer({
    rateLimits: { signIn: 10_000 },
    sessionActivityMs: 86_400_000,
  });
});

afterAll(() => server[Symbol.asyncDispose]());

async function sql(text: string, values: unknown[] = []): Promise<Anything[]> {
  const owner = await server.database.connect("lml_owner");
  const { rows } = await owner.query<Anything>(text, values);
  await owner.end();
  return rows;
}

/** Somebody of the platform's support. */
async function support(): Promise<{ token: string; id: string; email: string }> {
  const staff = await signUp(server, { password });
  await sql("select app_private.grant_first_platform_role($1, 'support')", [staff.email]);
  return staff;
}

const start = `mutation ($input: StartImpersonationInput!) {
  startImpersonation(input: $input) { token expiresAt user { id email } }
}`;

describe("acting in somebody's name", () => {
  test("takes the staff's password, ends in an hour, and every change says who it was", async () => {
    const [sam, ada] = [await support(), await signUp(server, { password })];
    const input = { userId: ada.id, reason: "She asked us to look.", currentPassword: "wrong" };
    const as = { token: sam.token };
    expect((await server.graphql(start, { input }, as)).codes).toEqual(["LMCRD"]);
    expect((await server.graphql(start, { input }, { token: ada.token })).codes).toEqual(["LMCRD"]);
    const right = { ...input, currentPassword: password };
    const stranger = await server.graphql(start, { input: right }, { token: ada.token });
    expect(stranger.codes).toEqual(["LMRGT"]);
    const { startImpersonation: begun } = await server.data(start, { input: right }, as);
    expect(begun.user).toEqual({ id: ada.id, email: ada.email });
    const minutes = (Date.parse(begun.expiresAt) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(55);
    expect(minutes).toBeLessThan(61);

    const acting = { token: begun.token };
    await server.data(
      `mutation { createOrganization(
        input: { name: "Hers", slug: "hers", email: "o@example.com", defaultCurrency: "EUR" }
      ) { organization { id } } }`,
      {},
      acting,
    );
    const rows = await sql(
      `select distinct user_id, impersonator_id from app_public.audit_log
      where organization_id = (select id from app_public.organizations where slug = 'hers')`,
    );
    expect(rows).toEqual([{ user_id: ada.id, impersonator_id: sam.id }]);

    const refused = [
      `mutation { changePassword(
        input: { currentPassword: "${password}", newPassword: "a new and long one" }) }`,
      `mutation { requestEmailChange(
        input: { currentPassword: "${password}", email: "x@example.com" }) }`,
      `mutation { removeTwoFactor(input: { currentPassword: "${password}" }) }`,
      `mutation { closeAccount(input: { currentPassword: "${password}" }) }`,
      "mutation { signOutEverywhere(input: {}) { sessionsEnded } }",
    ];
    for (const query of refused) {
      expect((await server.graphql(query, {}, acting)).codes, query).toEqual(["LMIMP"]);
    }

    const seen = await server.data(
      "{ currentUser { impersonations { nodes { reason impersonatorId endedAt } } } }",
      {},
      { token: ada.token },
    );
    expect(seen.currentUser.impersonations.nodes).toEqual([
      { reason: "She asked us to look.", impersonatorId: sam.id, endedAt: null },
    ]);
    await server.data(
      "mutation { endImpersonation(input: {}) { impersonation { endedAt } } }",
      {},
      acting,
    );
    expect((await server.data("{ currentUser { id } }", {}, acting)).currentUser).toBeNull();
    expect((await server.data("{ currentUser { id } }", {}, as)).currentUser.id).toBe(sam.id);
  });

  test("staff finds people, suspends them, and ends their sessions", async () => {
    const [sam, ada] = [await support(), await signUp(server, { password })];
    const as = { token: sam.token };
    const find =
      "query ($email: String!) { findUser(email: $email) { id sessions { nodes { id } } } }";
    const { findUser } = await server.data(find, { email: ada.email }, as);
    expect(findUser.id).toBe(ada.id);
    expect(findUser.sessions.nodes).toHaveLength(1);
    expect((await server.graphql(find, { email: sam.email }, { token: ada.token })).codes).toEqual([
      "LMRGT",
    ]);
    const suspend = `mutation ($userId: UUID!) {
      suspendUser(input: { userId: $userId, reason: "Card fraud." }) { user { accountStatus } }
    }`;
    expect((await server.graphql(suspend, { userId: ada.id }, as)).codes).toEqual([]);
    const me = "{ currentUser { id } }";
    expect((await server.data(me, {}, { token: ada.token })).currentUser).toBeNull();
    const signIn = `mutation ($email: String!) {
      signIn(input: { email: $email, password: "${password}" }) { token }
    }`;
    expect((await server.graphql(signIn, { email: ada.email })).codes).toEqual(["LMLCK"]);
  });
});

describe("the list of sessions", () => {
  const list = "{ currentUser { sessions { nodes { id place network isCurrent lastSeenAt } } } }";

  test("says where, and which one this is", async () => {
    const { token, email } = await signUp(server, { password });
    await server.data(
      `mutation ($email: String!) {
        signIn(input: { email: $email, password: "${password}" }) { token }
      }`,
      { email },
    );
    const { nodes } = (await server.data(list, {}, { token })).currentUser.sessions;
    expect(nodes.map(({ isCurrent }: Anything) => isCurrent)).toEqual([true, false]);
    expect(nodes[0]).toMatchObject({ place: null, network: "127.0.0.0/24" });
  });

  test("says when each was last used, which no request waits for", async () => {
    const { token } = await signUp(server, { password });
    await sql(
      `update app_public.user_sessions set created_at = now() - interval '1 hour'
      where id = (select max(id::text)::uuid from app_public.user_sessions)`,
    );
    const ago = async (): Promise<number> => {
      const { nodes } = (await server.data(list, {}, { token })).currentUser.sessions;
      return (Date.now() - Date.parse(nodes[0].lastSeenAt)) / 60_000;
    };
    // Reading is not writing: however often she asks, the server has written nothing yet.
    expect(await ago()).toBeGreaterThan(59);
    expect(await sql("select from app_private.session_activity")).toEqual([]);

    const database = openDatabase({
      databaseUrl: server.database.url("lml_authenticator"),
      poolSize: 1,
      onError: () => undefined,
    });
    const activity = startSessionActivity(database, () => undefined);
    activity.note(token);
    activity.note(token);
    activity.note("forged");
    activity.note("");
    await activity.stop();
    expect(await ago()).toBeLessThan(1);
    expect(await sql("select from app_private.session_activity")).toHaveLength(1);
    await database.pool.end();
  });
});
