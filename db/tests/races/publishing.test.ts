// If this fails, an event has two inventories, is sold before it is public, or counts versions of a plan wrongly.
import { expect, test } from "vitest";
import { meet, Theatre, type Outcome, type Session } from "./theatre.ts";

async function draft(theatre: Theatre): Promise<[Session, Session]> {
  await theatre.owner.query("select tests.create_event('theatre', 'draft.event')");
  return [await theatre.user("theatre owner"), await theatre.user("theatre manager")];
}

const publish = "select (app_public.publish_event(tests.id('draft.event'))).status::text";
const hold = "select (app_public.hold_seats(tests.id('draft.performance'), tests.seats(1))).id";
const seats = `select count(*)::integer from app_public.seat_booking_state
  where performance_id = tests.id('draft.performance')`;

async function twoPublishers(theatre: Theatre): Promise<Outcome[]> {
  const [owner, manager] = await draft(theatre);
  await owner.begin();
  const one = await owner.run(publish);
  const other = manager.once(publish);
  await manager.waits();
  await owner.commit();
  return [one, await other];
}

test("two people publish one event, which gets one inventory", async () => {
  await using theatre = await Theatre.open();
  expect(await twoPublishers(theatre)).toEqual([["published"], ["published"]]);
  expect(await theatre.value(seats)).toBe(20);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the locks on organization and event, the second one fails", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_public.publish_event", "for no key update of o");
  await theatre.weaken("app_private.lock_event", "for no key update");
  expect((await twoPublishers(theatre))[1]).toBe("23505");
});

test("a stranger who publishes it waits for nobody, and makes nobody wait", async () => {
  await using theatre = await Theatre.open();
  const [owner] = await draft(theatre);
  const stranger = await theatre.user("stranger");
  await owner.begin();
  await owner.run(publish);
  const refused = stranger.once(publish);
  expect(await stranger.waitsBefore(refused)).toBe(false);
  expect(await refused).toBe("LMNFD");
  await owner.commit();
});

/** A date is moved while somebody holds a seat of it: how that ended. */
async function movedUnderHold(theatre: Theatre): Promise<Outcome> {
  const [guest, owner] = [await theatre.guest(1), await theatre.user("theatre owner")];
  await guest.begin();
  await guest.run(
    "select (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1))).id",
  );
  const moving = owner.once(
    `select (app_public.update_performance(
      tests.id('theatre.performance'), now() + interval '40 days'
    )).status::text`,
  );
  if (await owner.waitsBefore(moving)) await guest.commit();
  const moved = await moving;
  await guest.commit();
  return moved;
}

test("a date is not just moved while somebody is holding a seat of it", async () => {
  await using theatre = await Theatre.open();
  expect(await movedUnderHold(theatre)).toBe("LMEVT");
});

test("control: without waiting for them, they hold a seat of another time", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_public.update_performance", "for update", "for no key update");
  expect(await movedUnderHold(theatre)).toEqual(["scheduled"]);
});

test("a category that is added while an event is published comes too late", async () => {
  await using theatre = await Theatre.open();
  const [owner, manager] = await draft(theatre);
  await owner.begin();
  await owner.run(publish);
  const category = manager.once(
    "select app_public.create_ticket_category(tests.id('draft.event'), 'Late', 1, array['Category I'])",
  );
  await manager.waits();
  await owner.commit();
  expect(await category).toBe("LMEVT");
  expect(await theatre.broken()).toEqual([]);
});

test("a date that is added while an event is published is on sale, too", async () => {
  await using theatre = await Theatre.open();
  const [owner, manager] = await draft(theatre);
  await owner.begin();
  await owner.run(publish);
  const date = manager.once(
    `select app_public.create_performance(
      tests.id('draft.event'), tests.id('theatre.layout'), '2040-01-01')`,
  );
  await manager.waits();
  await owner.commit();
  expect(await date).toHaveLength(1);
  // Else it would be part of a published event without any seats.
  expect(await theatre.broken()).toEqual([]);
});

test("nobody holds a seat of an event before it is public, nor waits for that", async () => {
  await using theatre = await Theatre.open();
  const [owner] = await draft(theatre);
  const guest = await theatre.guest(1);
  await owner.begin();
  await owner.run(publish);
  expect(await guest.once(hold)).toBe("LMEVT");
  await owner.commit();
  expect(await guest.once(hold)).toHaveLength(1);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without that question, seats are held of an event that stays a draft", async () => {
  await using theatre = await Theatre.open();
  await draft(theatre);
  await theatre.weaken("app_private.open_sale", "e.status = 'published' and");
  await theatre.owner.query("select app_private.create_inventory(tests.id('draft.performance'))");
  const guest = await theatre.guest(1);
  expect(await guest.once(hold)).toHaveLength(1);
});

/** Two drafts, and a plan that allows one more event. */
async function twoAtTheLimit(theatre: Theatre): Promise<[Session, Session]> {
  await theatre.owner.query(`
    update app_public.organization_settings set monthly_event_limit = 2;
    select tests.create_event('theatre', 'other.event');
  `);
  return await draft(theatre);
}

const publishOther = "select (app_public.publish_event(tests.id('other.event'))).status::text";

test("two events are published at once, of which the plan allows one", async () => {
  await using theatre = await Theatre.open();
  const [owner, manager] = await twoAtTheLimit(theatre);
  expect(await meet([owner, publish], [manager, publishOther])).toEqual([["published"], "LMLIM"]);
});

test("control: without the lock on the organization, both are", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_public.publish_event", "for no key update of o");
  const [owner, manager] = await twoAtTheLimit(theatre);
  await owner.begin();
  expect(await owner.run(publish)).toEqual(["published"]);
  expect(await manager.once(publishOther)).toEqual(["published"]);
  await owner.commit();
});

test("an organization is suspended while it publishes, without a deadlock", async () => {
  await using theatre = await Theatre.open();
  const [owner] = await draft(theatre);
  await theatre.owner.query(
    "insert into app_public.platform_staff (user_id, role) values (tests.user_id('root'), 'admin')",
  );
  const root = await theatre.user("root");
  const suspend = `select (app_public.suspend_organization(
    tests.id('theatre.organization'), 'Fraud')).status::text`;
  expect(await meet([owner, publish], [root, suspend])).toEqual([["published"], ["suspended"]]);
  const guest = await theatre.guest(1);
  expect(await guest.once(hold)).toBe("LMEVT");
  expect(await theatre.broken()).toEqual([]);
});

async function twoImports(theatre: Theatre): Promise<Outcome> {
  const sessions = [
    await theatre.user("theatre owner"),
    await theatre.user("theatre manager"),
  ] as const;
  const importing = (title: string): string => `select (app_public.import_venue_layout(
    tests.id('theatre.venue'), tests.layout('${title}'), tests.hash_of(tests.layout('${title}'))
  )).version`;
  await sessions[0].begin();
  expect(await sessions[0].run(importing("One"))).toEqual([2]);
  const other = sessions[1].once(importing("Two"));
  await sessions[1].waits();
  await sessions[0].commit();
  return await other;
}

test("two plans that are imported at once are two versions", async () => {
  await using theatre = await Theatre.open();
  expect(await twoImports(theatre)).toEqual([3]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the venue, the second one fails", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.store_layout", "for no key update");
  expect(await twoImports(theatre)).toBe("23505");
});
