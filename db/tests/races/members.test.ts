// If this fails, an organization belongs to nobody, or somebody acts on rights that were taken a moment before.
import { expect, test } from "vitest";
import { meet, Theatre, type Outcome, type Session } from "./theatre.ts";

const leave = "select app_public.leave_organization(tests.id('theatre.organization'))";
const owners = `select count(*)::integer from app_public.organization_members
  where role = 'owner' and status = 'active'`;

/** The owner and the admin, who is an owner now, too. */
async function twoOwners(theatre: Theatre): Promise<[Session, Session]> {
  await theatre.owner.query(`
    update app_public.organization_members set role = 'owner' where role = 'admin';
    select tests.keep('m.' || m.role, m.id) from app_public.organization_members as m
    where m.role <> 'owner';
    select tests.keep('second', m.id) from app_public.organization_members as m
    where m.user_id = tests.user_id('theatre admin');
  `);
  return [await theatre.user("theatre owner"), await theatre.user("theatre admin")];
}

test("two owners leave at once: one of them stays", async () => {
  await using theatre = await Theatre.open();
  const [one, other] = await twoOwners(theatre);
  expect(await meet([one, leave], [other, leave])).toEqual([[true], "LMOWN"]);
  expect(await theatre.value(owners)).toBe(1);
});

const remove = (name: string): string => `delete from app_public.organization_members
  where user_id = (select user_id from tests.people where name = '${name}')`;

/** From psql, without the functions and their lock, both before either commits. */
async function twoDeletions(
  theatre: Theatre,
  isolation: string,
  waits: boolean,
): Promise<Outcome[]> {
  await twoOwners(theatre);
  const [one, other] = [await theatre.worker(), await theatre.worker()];
  for (const session of [one, other]) {
    await session.begin();
    await session.run(`set transaction isolation level ${isolation}`);
    await session.run("select 1");
  }
  const first = await one.run(remove("theatre owner"));
  const second = other.run(remove("theatre admin"));
  if (waits) await other.waits();
  else await second;
  const committed = await one.commit();
  const outcomes = [first, committed, await second];
  const ended = await other.commit();
  return [...outcomes, ended];
}

test("two owners are deleted at once from psql: the second is refused", async () => {
  await using theatre = await Theatre.open();
  expect((await twoDeletions(theatre, "read committed", true))[2]).toBe("LMOWN");
  expect(await theatre.value(owners)).toBe(1);
});

test("nor does a snapshot from before help", async () => {
  await using theatre = await Theatre.open();
  expect((await twoDeletions(theatre, "repeatable read", true))[2]).toBe("40001");
  expect(await theatre.value(owners)).toBe(1);
});

test("control: without the write to the organization, it is ownerless", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken(
    "app_private.require_owner",
    "where o.id = require_owner.organization_id;",
    "where false;",
  );
  await twoDeletions(theatre, "read committed", false);
  expect(await theatre.value(owners)).toBe(0);
});

async function giveWhileLosing(theatre: Theatre): Promise<Outcome> {
  const [owner, second] = await twoOwners(theatre);
  const [, gift] = await meet(
    [owner, "select app_public.change_member_role(tests.id('second'), 'viewer')"],
    [second, "select (app_public.change_member_role(tests.id('m.staff'), 'admin')).role::text"],
  );
  return gift ?? "nothing";
}

test("who loses a right while giving it gives nothing", async () => {
  await using theatre = await Theatre.open();
  expect(await giveWhileLosing(theatre)).toBe("LMRGT");
});

test("one invitation that is accepted twice at once makes one member", async () => {
  await using theatre = await Theatre.open();
  await theatre.owner.query(`select tests.user_id('ada');
    select set_config('lml.session_token', tests.token('session of theatre owner'), true),
      app_private.invite_member(
        tests.id('theatre.organization'), 'ada@example.com', 'staff', tests.token('i')
      )`);
  const accept = "select (app_public.accept_invitation(tests.token('i'))).role::text";
  const sessions = [await theatre.user("ada"), await theatre.user("ada")] as const;
  expect(await meet([sessions[0], accept], [sessions[1], accept])).toEqual([["staff"], ["staff"]]);
});

test("an invitation that is revoked while it is accepted lets nobody in", async () => {
  await using theatre = await Theatre.open();
  await theatre.owner.query(`select tests.user_id('ada');
    select set_config('lml.session_token', tests.token('session of theatre owner'), true),
      tests.keep('i', app_private.invite_member(
        tests.id('theatre.organization'), 'ada@example.com', 'staff', tests.token('i')
      ))`);
  const [owner, ada] = [await theatre.user("theatre owner"), await theatre.user("ada")];
  const outcomes = await meet(
    [owner, "select (app_public.revoke_invitation(tests.id('i'))).role::text"],
    [ada, "select app_public.accept_invitation(tests.token('i'))"],
  );
  expect(outcomes).toEqual([["staff"], "LMINV"]);
});

const close = "select app_private.close_account()";

/** Closes an account, as the server does for whoever has a session. */
async function closing(theatre: Theatre, name: string): Promise<Session> {
  return await theatre.session(
    `select set_config('lml.session_token', tests.token('session of ${name}'), true)`,
    "lml_owner",
  );
}

test("two owners close their accounts at once: one of them stays", async () => {
  await using theatre = await Theatre.open();
  await twoOwners(theatre);
  const one = await closing(theatre, "theatre owner");
  const other = await closing(theatre, "theatre admin");
  expect(await meet([one, close], [other, close])).toEqual([[""], "LMOWN"]);
  expect(await theatre.broken()).toEqual([]);
});

test("who is made the owner while they close their account stays", async () => {
  await using theatre = await Theatre.open();
  await theatre.owner.query(`select tests.keep('admin', m.id)
    from app_public.organization_members as m where m.role = 'admin'`);
  const owner = await theatre.user("theatre owner");
  const admin = await closing(theatre, "theatre admin");
  const outcomes = await meet(
    [
      owner,
      "select (app_public.transfer_ownership(tests.id('theatre.organization'), tests.id('admin'))).role::text",
    ],
    [admin, close],
  );
  expect(outcomes).toEqual([["owner"], "LMOWN"]);
  expect(await theatre.broken()).toEqual([]);
});

test("who closes their account while they are made the owner is not", async () => {
  await using theatre = await Theatre.open();
  await theatre.owner.query(`select tests.keep('admin', m.id)
    from app_public.organization_members as m where m.role = 'admin'`);
  const owner = await theatre.user("theatre owner");
  const admin = await closing(theatre, "theatre admin");
  const outcomes = await meet(
    [admin, close],
    [
      owner,
      "select app_public.transfer_ownership(tests.id('theatre.organization'), tests.id('admin'))",
    ],
  );
  expect(outcomes).toEqual([[""], "LMINP"]);
  expect(await theatre.broken()).toEqual([]);
});

test("who accepts to own while they close their account is asked to try again", async () => {
  await using theatre = await Theatre.open();
  await theatre.owner.query(`select tests.user_id('ada');
    select set_config('lml.session_token', tests.token('session of theatre owner'), true),
      app_private.invite_member(
        tests.id('theatre.organization'), 'ada@example.com', 'owner', tests.token('i')
      )`);
  const ada = await theatre.user("ada");
  const outcomes = await meet(
    [ada, "select (app_public.accept_invitation(tests.token('i'))).role::text"],
    [await closing(theatre, "ada"), close],
  );
  expect(outcomes).toEqual([["owner"], "40001"]);
});

test.each([
  ["organizations", "organization", "request_domain_check"],
  ["events", "event", "cancel_event"],
  ["venues", "venue", "update_venue"],
])("a stranger waits for nobody who is at work in one of the %s", async (table, what, call) => {
  await using theatre = await Theatre.open();
  await theatre.owner.query("select tests.user_id('stranger')");
  const member = await theatre.session("", "lml_owner");
  await member.begin();
  await member.run(`select from app_public.${table}
    where id = tests.id('theatre.${what}') for no key update`);
  const stranger = await theatre.user("stranger");
  const asked = stranger.once(`select app_public.${call}(tests.id('theatre.${what}'))`);
  expect(await stranger.waitsBefore(asked)).toBe(false);
  expect(await asked).toBe("LMNFD");
  await member.rollback();
});
