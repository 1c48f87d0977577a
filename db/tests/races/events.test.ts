// If this fails, a canceled event keeps somebody's money, or one buyer gets more tickets than one may.
import { expect, test } from "vitest";
import { meet, Theatre, type Outcome, type Session } from "./theatre.ts";

const cancel = "select (app_public.cancel_event(tests.id('theatre.event'))).id";
const endAll = `select sum(app_private.cancel_bookings_of(c.id, 100))::integer
  from app_public.event_cancellations as c`;
const pay = (name: string): string => `select tests.pay(tests.id('${name}'))`;

/** All batches of the cancellation, until there is nothing left. */
async function work(worker: Session): Promise<void> {
  while ((await worker.value<number>(endAll)) > 0);
}

const refunds = `select count(*)::integer from app_public.refunds`;
const isDone = `select bool_and(completed_at is not null) from app_public.event_cancellations`;

test("an event is canceled while a payment is being confirmed: it is refunded", async () => {
  await using theatre = await Theatre.open();
  const id = await theatre.checkOut("paying", 1, 1, 2);
  const [stripe, owner] = [await theatre.worker(), await theatre.user("theatre owner")];
  await stripe.begin();
  await stripe.run(pay("paying"));
  // It does not wait for the payment, nor the payment for it.
  expect(await owner.once(cancel)).toHaveLength(1);
  const worker = await theatre.worker();
  const working = worker.once(endAll);
  await worker.waits();
  await stripe.commit();
  await working;
  await work(worker);
  expect(await theatre.status(id)).toBe("canceled");
  expect(await theatre.value(refunds)).toBe(1);
  expect(await theatre.broken()).toEqual([]);
});

test("a payment that comes after the cancellation goes back", async () => {
  await using theatre = await Theatre.open();
  const id = await theatre.checkOut("paying", 1, 1, 2);
  const [stripe, owner] = [await theatre.worker(), await theatre.user("theatre owner")];
  expect(await meet([owner, cancel], [stripe, pay("paying")])).toEqual([
    [expect.any(String)],
    ["applied"],
  ]);
  await work(stripe);
  expect(await theatre.status(id)).toBe("canceled");
  expect(await theatre.value(refunds)).toBe(1);
  expect(await theatre.broken()).toEqual([]);
});

/** A payment comes after its hold has expired, at the moment of the cancellation. */
async function latePayment(theatre: Theatre): Promise<string> {
  const id = await theatre.checkOut("late", 1, 1, 2);
  await theatre.runOut(id);
  await theatre.owner.query("select app_private.expire_bookings()");
  const [stripe, owner] = [await theatre.worker(), await theatre.user("theatre owner")];
  await stripe.begin();
  expect(await stripe.run(pay("late"))).toEqual(["applied"]);
  const canceling = owner.once(cancel);
  if (await owner.waitsBefore(canceling)) await stripe.commit();
  await canceling;
  await work(await theatre.worker());
  await stripe.commit();
  return await theatre.status(id);
}

test("a late payment is confirmed while the event is canceled: it is refunded, too", async () => {
  await using theatre = await Theatre.open();
  expect(await latePayment(theatre)).toBe("canceled");
  expect(await theatre.value(refunds)).toBe(1);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the performance, nobody refunds it", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.may_be_paid_late", "for share");
  await theatre.weaken("app_private.apply_payment_intent", "for share of p");
  expect(await latePayment(theatre)).toBe("confirmed");
  expect(await theatre.value(isDone)).toBe(true);
  expect(await theatre.broken()).toEqual(["canceled_performance_keeps_no_booking"]);
});

/** Somebody holds a seat while the event is canceled, and then wants to pay: what comes of that. */
async function holdAgainstCancellation(theatre: Theatre): Promise<Outcome> {
  const [guest, owner] = [await theatre.guest(1), await theatre.user("theatre owner")];
  await guest.begin();
  await guest.run(
    "select tests.keep('held', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1))).id)",
  );
  expect(await owner.once(cancel)).toHaveLength(1);
  await guest.commit();
  return await guest.once(
    "select (app_public.start_checkout(tests.id('held'), 'a@example.com')).status::text",
  );
}

test("a hold that was under way is let go, and never paid", async () => {
  await using theatre = await Theatre.open();
  expect(await holdAgainstCancellation(theatre)).toBe("LMEVT");
  await work(await theatre.worker());
  expect(await theatre.value("select tests.status(tests.id('held'))")).toBe("canceled");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without asking how the event is, money is asked for it", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken(
    "app_private.open_sale",
    "e.status = 'published' and p.status = 'scheduled' and ",
  );
  expect(await holdAgainstCancellation(theatre)).toEqual(["pending_payment"]);
});

test("two people cancel one event, which is one cancellation", async () => {
  await using theatre = await Theatre.open();
  const [owner, manager] = [
    await theatre.user("theatre owner"),
    await theatre.user("theatre manager"),
  ];
  const [one, other] = await meet([owner, cancel], [manager, cancel]);
  expect(one).toEqual(other);
});

test("a worker that dies in the middle of a batch has done nothing, and another one does it", async () => {
  await using theatre = await Theatre.open();
  for (const seat of [1, 2, 3, 4, 5]) await theatre.sell(`s${seat}`, seat, seat);
  const owner = await theatre.user("theatre owner");
  await owner.once(cancel);
  const batch = endAll.replace("100", "2");
  const [first, second] = [await theatre.worker(), await theatre.worker()];
  expect(await first.once(batch)).toEqual([2]);
  await first.begin();
  expect(await first.run(batch)).toEqual([2]);
  // Its connection is cut.
  first.client.on("error", () => undefined);
  await theatre.database
    .connect("superuser")
    .then((root) => root.query("select pg_terminate_backend($1)", [first.pid]));
  while ((await second.value<number>(batch)) > 0);
  expect(await theatre.value(refunds)).toBe(5);
  expect(
    await theatre.value("select array_agg(distinct status::text) from app_public.bookings"),
  ).toEqual(["canceled"]);
  expect(await theatre.value("select bookings_canceled from app_public.event_cancellations")).toBe(
    5,
  );
  expect(await theatre.value(isDone)).toBe(true);
  expect(await theatre.broken()).toEqual([]);
});

/** One person checks out two carts of two tickets at once, where three tickets are allowed. */
async function twoCarts(theatre: Theatre): Promise<unknown[]> {
  // She is known already, so that nobody waits for that.
  await theatre.owner.query(`
    update app_public.events set tickets_per_user_max = 3;
    insert into app_public.customers (organization_id, user_id, email)
    values (tests.id('theatre.organization'), tests.user_id('ada'), 'ada@example.com');
  `);
  const [one, other] = [await theatre.user("ada"), await theatre.user("ada")];
  const hold = (name: string, seats: string): string =>
    `select tests.keep('${name}', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(${seats}))).id)`;
  await one.once(hold("one", "1, 2"));
  await other.once(hold("other", "3, 4"));
  const checkOut = (name: string): string =>
    `select (app_public.start_checkout(tests.id('${name}'))).status::text`;
  await one.begin();
  const first = await one.run(checkOut("one"));
  const second = other.once(checkOut("other"));
  if (await other.waitsBefore(second)) await one.commit();
  const outcomes = [first, await second];
  await one.commit();
  return outcomes;
}

test("two carts of one buyer are counted together", async () => {
  await using theatre = await Theatre.open();
  expect(await twoCarts(theatre)).toEqual([["pending_payment"], "LMMAX"]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the buyer, both get through", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.require_user_limits", "pg_advisory_xact_lock(k)", "k");
  expect(await twoCarts(theatre)).toEqual([["pending_payment"], ["pending_payment"]]);
});
