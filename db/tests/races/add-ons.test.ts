// If this fails, the last shirt is sold twice, or a pool is made smaller than what is in its buyers' carts.
import { expect, test } from "vitest";
import { meet, Theatre, type Outcome } from "./theatre.ts";

/** A shirt of which there are two, and two carts with a seat each. */
async function shirts(): Promise<Theatre> {
  const theatre = await Theatre.open();
  const owner = await theatre.user("theatre owner");
  await owner.value(
    `select tests.keep('shirt', (
      app_public.create_add_on('Shirt', 2000, tests.id('theatre.event'), stock => 2)
    ).id)`,
  );
  await theatre.hold("ada", 1, 1);
  await theatre.hold("eve", 2, 2);
  return theatre;
}

const take = (cart: string, quantity: number): string =>
  `select (app_public.add_add_on(tests.id('${cart}'), tests.id('shirt'), ${quantity})).id`;

const held = "select held from app_private.add_on_counters where add_on_id = tests.id('shirt')";

async function lastOfStock(theatre: Theatre): Promise<Outcome[]> {
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  return await meet([ada, take("ada", 2)], [eve, take("eve", 1)]);
}

test("the last of a stock goes to one cart", async () => {
  await using theatre = await shirts();
  const [first, second] = await lastOfStock(theatre);
  expect(first).toHaveLength(1);
  expect(second).toBe("LMFEW");
  expect(await theatre.value(held)).toBe(2);
  expect(await theatre.broken()).toEqual([]);
});

const counterLock = `    and s.organization_id = (claim_add_on.booking).organization_id
  for no key update;`;
const noLock = counterLock.replace("\n  for no key update", "");

test("control: without the lock on the counter, the constraint refuses the second cart", async () => {
  await using theatre = await shirts();
  await theatre.weaken("app_private.claim_add_on", counterLock, noLock);
  expect((await lastOfStock(theatre))[1]).toBe("23514");
  expect(await theatre.value(held)).toBe(2);
});

test("control: without the constraint either, three shirts of two are held", async () => {
  await using theatre = await shirts();
  await theatre.weaken("app_private.claim_add_on", counterLock, noLock);
  await theatre.owner.query(
    "alter table app_private.add_on_counters drop constraint add_on_counters_stay_within_total",
  );
  expect((await lastOfStock(theatre))[1]).toHaveLength(1);
  expect(await theatre.value(held)).toBe(3);
});

test("who only buys tickets waits for nobody at the counter", async () => {
  await using theatre = await shirts();
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  await ada.begin();
  await ada.run(take("ada", 2));
  const checkout = eve.once(
    "select (app_public.start_checkout(tests.id('eve'), 'eve@example.com')).id",
  );
  expect(await eve.waitsBefore(checkout)).toBe(false);
  expect(await checkout).toHaveLength(1);
  await ada.commit();
});

test("a late payment and a cart want the last shirts: one gets them, the other its money", async () => {
  await using theatre = await shirts();
  const ada = await theatre.guest(1);
  const booking = await ada.value<string>(take("ada", 2));
  await ada.value(`select (app_public.start_checkout('${booking}', 'ada@example.com')).id`);
  await theatre.runOut(booking);
  const [eve, worker] = [await theatre.guest(2), await theatre.worker()];
  const [taken] = await meet([eve, take("eve", 1)], [worker, `select tests.pay('${booking}')`]);
  expect(taken).toHaveLength(1);
  expect(await theatre.status(booking)).not.toBe("confirmed");
  expect(
    await theatre.value("select count(*)::integer from app_public.refunds where booking_id = $1", [
      booking,
    ]),
  ).toBe(1);
  expect(await theatre.value(held)).toBe(1);
  expect(await theatre.broken()).toEqual([]);
});

test("the payment first, and the cart finds none", async () => {
  await using theatre = await shirts();
  const ada = await theatre.guest(1);
  const booking = await ada.value<string>(take("ada", 2));
  await ada.value(`select (app_public.start_checkout('${booking}', 'ada@example.com')).id`);
  await theatre.runOut(booking);
  const [eve, worker] = [await theatre.guest(2), await theatre.worker()];
  const [, refused] = await meet([worker, `select tests.pay('${booking}')`], [eve, take("eve", 1)]);
  expect(refused).toBe("LMFEW");
  expect(await theatre.status(booking)).toBe("confirmed");
  expect(await theatre.broken()).toEqual([]);
});

// A buyer whose transaction began just before the deadline of the hold, which has passed by now for everybody else.
async function lastMoment(theatre: Theatre) {
  const ada = await theatre.guest(1);
  const booking = await ada.value<string>(take("ada", 2));
  await ada.begin();
  await theatre.owner.query(
    `with b as (
      update app_public.bookings set expires_at = clock_timestamp() where id = '${booking}'
      returning *
    ),
    s as (
      update app_public.seat_booking_state as s set locked_until = b.expires_at
      from b where s.booking_id = b.id
    )
    update app_private.add_on_claims as c set held_until = b.expires_at
    from b where c.booking_id = b.id`,
  );
  return { ada, checkout: `select app_public.start_checkout('${booking}', 'a@b.c')` };
}

async function checkoutAgainstTakeOver(theatre: Theatre): Promise<Outcome> {
  const { ada, checkout } = await lastMoment(theatre);
  const eve = await theatre.guest(2);
  await eve.begin();
  expect(await eve.run(take("eve", 1))).toHaveLength(1);
  const first = ada.run(checkout);
  await ada.waits();
  await eve.commit();
  const outcome = await first;
  if (typeof outcome === "string") await ada.rollback();
  else await ada.commit();
  return outcome;
}

test("a checkout whose shirts were taken over ends there", async () => {
  await using theatre = await shirts();
  expect(await checkoutAgainstTakeOver(theatre)).toBe("LMEXP");
  expect(await theatre.value(held)).toBe(1);
});

test("control: without asking whose they are, it asks for money for them", async () => {
  await using theatre = await shirts();
  await theatre.weaken(
    "app_private.prolong_add_ons",
    "if app_private.lacks_add_ons(prolong_add_ons.booking) then",
    "if false then",
  );
  expect(await checkoutAgainstTakeOver(theatre)).toHaveLength(1);
  expect(await theatre.broken()).toContain("booking_has_its_add_ons");
});

async function takeOverAgainstCheckout(theatre: Theatre): Promise<Outcome> {
  const { ada, checkout } = await lastMoment(theatre);
  const eve = await theatre.guest(2);
  expect(await ada.run(checkout)).toHaveLength(1);
  const takeOver = eve.once(take("eve", 1));
  if (await eve.waitsBefore(takeOver)) await ada.commit();
  const outcome = await takeOver;
  await ada.commit();
  return outcome;
}

test("a checkout that came first keeps its shirts", async () => {
  await using theatre = await shirts();
  expect(await takeOverAgainstCheckout(theatre)).toBe("LMFEW");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without locking the claims, it loses them", async () => {
  await using theatre = await shirts();
  await theatre.weaken("app_private.free_lapsed_add_ons", "for no key update skip locked");
  expect(await takeOverAgainstCheckout(theatre)).toHaveLength(1);
  expect(await theatre.broken()).toContain("booking_has_its_add_ons");
});

/** A floor of ten places. */
async function floor(): Promise<Theatre> {
  const theatre = await Theatre.open();
  await theatre.owner.query("select tests.create_standing()");
  return theatre;
}

const resize = (capacity: number): string =>
  `select (app_public.set_pool_capacity(tests.id('standing.floor'), ${capacity})).capacity`;
const admit = (quantity: number): string => `select tests.admit('floor', ${quantity})`;
const places = `select sum(capacity - held - sold)::integer from app_private.admission_slots
  where pool_id = tests.id('standing.floor')`;

test("a pool is not made smaller than a hold that comes first", async () => {
  await using theatre = await floor();
  const [ada, owner] = [await theatre.guest(1), await theatre.user("theatre owner")];
  expect(await meet([ada, admit(8)], [owner, resize(5)])).toEqual([[expect.anything()], "LMCAP"]);
  expect(await theatre.broken()).toEqual([]);
});

test("a hold finds a pool as small as it has become", async () => {
  await using theatre = await floor();
  const [ada, owner] = [await theatre.guest(1), await theatre.user("theatre owner")];
  expect(await meet([owner, resize(5)], [ada, admit(8)])).toEqual([[5], "LMFEW"]);
  expect(await theatre.value(places)).toBe(5);
  expect(await theatre.broken()).toEqual([]);
});

const slotLocks = "perform app_private.lock_pool(v_pool.organization_id, v_pool.id);";

test("control: without the locks on the slots, the constraint refuses the smaller pool", async () => {
  await using theatre = await floor();
  await theatre.weaken("app_public.set_pool_capacity", slotLocks);
  const [ada, owner] = [await theatre.guest(1), await theatre.user("theatre owner")];
  // As bad input: the name of the constraint is the explanation.
  expect(await meet([ada, admit(8)], [owner, resize(5)])).toEqual([[expect.anything()], "LMINP"]);
});

test("control: without the constraint either, eight places of five are held", async () => {
  await using theatre = await floor();
  await theatre.weaken("app_public.set_pool_capacity", slotLocks);
  await theatre.owner.query(
    "alter table app_private.admission_slots drop constraint admission_slots_stay_within_capacity",
  );
  const [ada, owner] = [await theatre.guest(1), await theatre.user("theatre owner")];
  expect(await meet([ada, admit(8)], [owner, resize(5)])).toEqual([[expect.anything()], [5]]);
  expect(await theatre.value(places)).toBe(-3);
});

test("places are kept back or held, and not both", async () => {
  await using theatre = await floor();
  const [ada, owner] = [await theatre.guest(1), await theatre.user("theatre owner")];
  const allocate = `select (app_public.allocate_admissions(
    tests.id('standing.floor'), 6, 'house', 'x')).quantity`;
  expect(await meet([owner, allocate], [ada, admit(5)])).toEqual([[6], "LMFEW"]);
  expect(await theatre.broken()).toEqual([]);
});
