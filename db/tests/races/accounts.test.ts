// If this fails, an account is entered on what was taken back a moment before, or the platform is nobody's.
import { expect, test } from "vitest";
import { meet, Theatre, type Outcome, type Session } from "./theatre.ts";

/** Opens a session, with a device instead of a code where one is named. */
const signIn = (session: string, device?: string): string => `select 'in' from app_private.sign_in(
  tests.user_id('ada'), '$argon2id$test', tests.token('${session}'), 'laptop', null, null,
  ${device === undefined ? "null" : `tests.token('${device}')`}
)`;

/** Ada, who trusts a device, and the server that signs her in. */
async function withDevice(theatre: Theatre): Promise<{ ada: Session; server: Session }> {
  await theatre.owner.query(`select app_private.sign_in(
    tests.user_id('ada'), '$argon2id$test', tests.token('first'), 'laptop', null, null,
    null, tests.token('device')
  )`);
  return {
    ada: await theatre.user("ada"),
    server: await theatre.session("", "lml_owner"),
  };
}

const revoke = `select (app_public.revoke_trusted_device(
  (select id from app_public.trusted_devices))).revoked_at is not null`;

test("one device signs in twice at once, as a browser with two windows does", async () => {
  await using theatre = await Theatre.open();
  const { server } = await withDevice(theatre);
  const other = await theatre.session("", "lml_owner");
  const outcomes = await meet([server, signIn("a", "device")], [other, signIn("b", "device")]);
  expect(outcomes).toEqual([["in"], ["in"]]);
});

test("a device that is revoked while it signs in does not get in", async () => {
  await using theatre = await Theatre.open();
  const { ada, server } = await withDevice(theatre);
  expect(await meet([ada, revoke], [server, signIn("a", "device")])).toEqual([[true], "LMTFA"]);
});

test("control: without looking again under the lock, it does", async () => {
  await using theatre = await Theatre.open();
  const { ada, server } = await withDevice(theatre);
  await theatre.weaken("app_private.use_trusted_device", "and d.revoked_at is null");
  expect(await meet([ada, revoke], [server, signIn("a", "device")])).toEqual([[true], ["in"]]);
});

/** Somebody gives the old password while its owner sets another. */
async function oldPassword(theatre: Theatre): Promise<Outcome[]> {
  await theatre.owner.query("select tests.user_id('ada')");
  const [one, other] = [await theatre.worker(), await theatre.worker()];
  const change = "select app_private.store_password(tests.user_id('ada'), '$argon2id$new')";
  const outcomes = await meet([one, change], [other, signIn("thief")]);
  return outcomes.slice(1);
}

const alive = `select count(*)::integer from app_public.user_sessions
  where user_id = tests.user_id('ada') and revoked_at is null`;

test("a password that was right before it was changed opens nothing after", async () => {
  await using theatre = await Theatre.open();
  expect(await oldPassword(theatre)).toEqual(["LMCRD"]);
  expect(await theatre.value(alive)).toBe(0);
});

test("control: without comparing it again, a session of the thief outlives the change", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.sign_in", "and c.password_hash = sign_in.password_hash");
  expect(await oldPassword(theatre)).toEqual([["in"]]);
  expect(await theatre.value(alive)).toBe(1);
});

/** Two admins, and nobody else. */
async function twoAdmins(theatre: Theatre): Promise<[Session, Session]> {
  await theatre.owner.query(`insert into app_public.platform_staff (user_id, role)
    values (tests.user_id('ada'), 'admin'), (tests.user_id('bob'), 'admin')`);
  return [await theatre.user("ada"), await theatre.user("bob")];
}

const admins = `select count(*)::integer from app_public.platform_staff
  where role = 'admin' and revoked_at is null`;
const dismiss = (name: string): string =>
  `select (app_public.revoke_platform_role((select user_id from tests.people where name = '${name}'))).role::text`;

/** Tests may read their own table of people. */
async function readable(theatre: Theatre): Promise<void> {
  await theatre.owner.query("grant select on tests.people to lml_user");
}

test("two admins dismiss each other at once: the second is none any more", async () => {
  await using theatre = await Theatre.open();
  await readable(theatre);
  const [ada, bob] = await twoAdmins(theatre);
  const outcomes = await meet([ada, dismiss("bob")], [bob, dismiss("ada")]);
  expect(outcomes).toEqual([["admin"], "LMRGT"]);
  expect(await theatre.value(admins)).toBe(1);
});

test("two admins go at once: one of them stays", async () => {
  await using theatre = await Theatre.open();
  await readable(theatre);
  const [ada, bob] = await twoAdmins(theatre);
  const outcomes = await meet([ada, dismiss("ada")], [bob, dismiss("bob")]);
  expect(outcomes).toEqual([["admin"], "LMADM"]);
  expect(await theatre.value(admins)).toBe(1);
});

const fromPsql = (name: string): string => `update app_public.platform_staff set revoked_at = now()
  where user_id = (select user_id from tests.people where name = '${name}') returning 'gone'`;

async function twoUpdates(theatre: Theatre): Promise<Outcome[]> {
  await twoAdmins(theatre);
  const [one, other] = [await theatre.worker(), await theatre.worker()];
  await one.begin();
  const outcomes = [await one.run(fromPsql("ada"))];
  const second = other.once(fromPsql("bob"));
  await other.waitsBefore(second);
  await one.commit();
  return [...outcomes, await second];
}

test("nor does psql leave none", async () => {
  await using theatre = await Theatre.open();
  expect(await twoUpdates(theatre)).toEqual([["gone"], "LMADM"]);
  expect(await theatre.value(admins)).toBe(1);
});

test("control: without waiting for each other, nobody is left", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken(
    "app_hidden.tg_platform_staff__keep_an_admin",
    "perform app_private.lock_platform_staff();",
  );
  expect(await twoUpdates(theatre)).toEqual([["gone"], ["gone"]]);
  expect(await theatre.value(admins)).toBe(0);
});

test("one token that is brought twice at once opens one account", async () => {
  await using theatre = await Theatre.open();
  await theatre.owner.query(`select app_private.sign_up(
    'new@example.com', '$argon2id$x', 'N', 'N', tests.token('mailed'))`);
  const complete = "select app_private.complete_sign_up(tests.token('mailed')) is not null";
  const [one, other] = [await theatre.worker(), await theatre.worker()];
  expect(await meet([one, complete], [other, complete])).toEqual([[true], "LMTOK"]);
});

test("two tokens for one address that are brought at once open one account", async () => {
  await using theatre = await Theatre.open();
  await theatre.owner.query(`
    select app_private.sign_up('new@example.com', '$argon2id$a', 'N', 'N', tests.token('a'));
    update app_private.outgoing_emails set created_at = created_at - interval '2 minutes';
    select app_private.sign_up('new@example.com', '$argon2id$b', 'N', 'N', tests.token('b'))`);
  const complete = (token: string): string =>
    `select app_private.complete_sign_up(tests.token('${token}')) is not null`;
  const [one, other] = [await theatre.worker(), await theatre.worker()];
  expect(await meet([one, complete("a")], [other, complete("b")])).toEqual([[true], "LMTOK"]);
});

test("somebody who becomes staff while their account is entered is not acted for", async () => {
  await using theatre = await Theatre.open();
  await theatre.owner.query(`insert into app_public.platform_staff (user_id, role)
    values (tests.user_id('ada'), 'admin'), (tests.user_id('sam'), 'support');
    select tests.user_id('bob'); grant select on tests.people to lml_user`);
  const ada = await theatre.user("ada");
  const sam = await theatre.session(
    "select set_config('lml.session_token', tests.token('session of sam'), true)",
    "lml_owner",
  );
  const outcomes = await meet(
    [
      ada,
      "select (app_public.grant_platform_role((select user_id from tests.people where name = 'bob'), 'support')).role::text",
    ],
    [
      sam,
      "select app_private.start_impersonation(tests.user_id('bob'), 'He asked us.', tests.token('x'))",
    ],
  );
  expect(outcomes).toEqual([["support"], "LMSTF"]);
});

/** What a thief does whose session and password were good a moment ago, while the owner sets another password. */
async function takeover(theatre: Theatre, attack: string): Promise<Outcome[]> {
  await theatre.owner.query("select tests.user_id('ada')");
  const owner = await theatre.worker();
  const thief = await theatre.session(
    "select tests.become('lml_authenticator', tests.token('session of ada'), '')",
  );
  const reset = "select app_private.store_password(tests.user_id('ada'), '$argon2id$new')";
  const outcomes = await meet([owner, reset], [thief, attack]);
  return outcomes.slice(1);
}

const takeovers = [
  "select app_private.change_password('$argon2id$thief')::text",
  "select app_private.request_email_change('thief@example.com', tests.token('thief'))::text",
  "select app_private.enroll_two_factor('thief')::text",
  "select app_private.remove_two_factor()::text",
  "select app_private.close_account()::text",
  "select app_private.request_erasure()::text",
];

test.each(takeovers)(
  "who sets another password at the same moment keeps the account: %s",
  async (attack) => {
    await using theatre = await Theatre.open();
    expect(await takeover(theatre, attack)).toEqual(["LMSES"]);
    expect(await theatre.value(passwordOfAda)).toBe("$argon2id$new");
  },
);

const passwordOfAda = `select password_hash from app_private.user_credentials
  where user_id = tests.user_id('ada')`;

test("control: without looking at the session again, the thief's password stands", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.lock_own_account", "perform app_hidden.require_user_id();");
  const [outcome] = await takeover(theatre, takeovers[0] ?? "");
  expect(outcome).not.toBe("LMSES");
  expect(await theatre.value(passwordOfAda)).toBe("$argon2id$thief");
});

/** Staff begins to act in somebody's name while something ends all of their own sessions. */
async function overtaken(theatre: Theatre, ending: string): Promise<Outcome> {
  await theatre.owner.query(`insert into app_public.platform_staff (user_id, role)
    values (tests.user_id('bob'), 'admin'), (tests.user_id('ada'), 'support');
    select tests.user_id('cyd')`);
  const act = `select 'acts' from app_private.start_impersonation(
    (select user_id from tests.people where name = 'cyd'), 'She asked us.', tests.token('x'))`;
  const staff = await theatre.session(
    "select tests.become('lml_authenticator', tests.token('session of ada'), '')",
  );
  const other = await theatre.session(
    "select set_config('lml.session_token', tests.token('session of ada'), true)",
    "lml_owner",
  );
  await theatre.owner.query("grant select on tests.people to lml_authenticator");
  await staff.begin();
  const acts = await staff.run(act);
  const ended = other.once(ending);
  await other.waitsBefore(ended);
  await staff.commit();
  await ended;
  return acts;
}

const inSomebodysName = `select count(*)::integer from app_public.user_sessions
  where impersonator_id is not null and revoked_at is null`;

const endings = [
  "select app_private.store_password(tests.user_id('ada'), '$argon2id$new')::text",
  "select app_public.sign_out_everywhere()::text",
];

test.each(endings)(
  "what ends all sessions of staff ends what begins at that moment: %s",
  async (ending) => {
    await using theatre = await Theatre.open();
    expect(await overtaken(theatre, ending)).toEqual(["acts"]);
    expect(await theatre.value(inSomebodysName)).toBe(0);
  },
);

test("control: without waiting for the credentials, they go on in somebody's name", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken(
    "app_public.sign_out_everywhere",
    "perform app_private.lock_credentials(v_user_id);",
  );
  await overtaken(theatre, endings[1] ?? "");
  expect(await theatre.value(inSomebodysName)).toBe(1);
});

/** The tenth wrong password is counted while the right one was found to be right. */
async function tenth(theatre: Theatre): Promise<Outcome[]> {
  await theatre.owner.query("select tests.user_id('ada')");
  await theatre.owner.query("update app_private.user_credentials set failed_login_attempts = 9");
  const [one, other] = [await theatre.worker(), await theatre.worker()];
  const wrong = `select app_private.record_failed_sign_in(
    (select email::text from app_public.users where id = tests.user_id('ada')))::text`;
  const outcomes = await meet([one, wrong], [other, signIn("guessed")]);
  return outcomes.slice(1);
}

test("whoever tries many at once gets in with none after the tenth", async () => {
  await using theatre = await Theatre.open();
  expect(await tenth(theatre)).toEqual(["LMCRD"]);
});

test("control: without looking again whether the account is locked, they do", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.sign_in", "and coalesce(c.locked_until <= now(), true)");
  expect(await tenth(theatre)).toEqual([["in"]]);
});
