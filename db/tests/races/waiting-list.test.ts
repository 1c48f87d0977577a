// If this fails, one place is offered twice, somebody gets two offers, or loses the places that they are paying for.
import { expect, test } from "vitest";
import { holdOf, type Outcome, Theatre } from "./theatre.ts";

const performance = "tests.id('theatre.performance')";
const serve = `select app_private.serve_waiting_list(${performance})`;

/** A theatre whose seats of category I and II are held, but for these, and for which these people wait in this order. */
async function soldOut(
  free: readonly number[],
  ...waiting: readonly (readonly [name: string, category: string])[]
): Promise<Theatre> {
  const theatre = await Theatre.open();
  await theatre.owner.query(
    "update app_public.events set has_waiting_list = true where id = tests.id('theatre.event')",
  );
  for (const seat of [3, 4, 13]) await theatre.hold(`seat ${seat}`, seat, seat);
  await theatre.hold("stalls", 20, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12);
  await theatre.hold("balcony", 21, 14, 15, 16, 17, 18);
  for (const [name, category] of waiting) {
    const person = await theatre.user(name);
    await theatre.owner.query(
      "update app_public.users set email_verified_at = now() where id = tests.user_id($1)",
      [name],
    );
    await person.value(
      `select (app_public.join_waiting_list(${performance}, 1, (
        select c.id from app_public.ticket_categories as c
        where c.event_id = tests.id('theatre.event') and c.name = '${category}'
      ))).id`,
    );
  }
  for (const seat of free) {
    const guest = await theatre.guest(seat);
    await guest.value(`select (app_public.cancel_booking(tests.id('seat ${seat}'))).id`);
  }
  return theatre;
}

/** What waits, in order of joining, and how many drafts its owner has. */
async function outcome(theatre: Theatre): Promise<string[]> {
  return await theatre.value<string[]>(
    `select array_agg(w.status || ' ' || (
      select count(*) from app_public.bookings as b where b.user_id = w.user_id
    ) order by w.id) from app_public.waiting_list_entries as w`,
  );
}

async function withoutLocks(theatre: Theatre): Promise<void> {
  await theatre.weaken(
    "app_private.serve_waiting_list",
    "if not pg_try",
    "if false and not pg_try",
  );
  await theatre.weaken("app_private.offer_places", "for no key update skip locked");
}

/** What came of the second of two jobs at once. */
async function twoJobs(theatre: Theatre): Promise<Outcome> {
  const [one, other] = [await theatre.worker(), await theatre.worker()];
  await one.begin();
  await one.run(serve);
  const second = other.once(serve);
  await other.waitsBefore(second);
  await one.commit();
  return await second;
}

test("of two jobs at once, one makes the offer", async () => {
  await using theatre = await soldOut([3, 4], ["ada", "I"]);
  await twoJobs(theatre);
  expect(await outcome(theatre)).toEqual(["offered 1"]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without their locks, the constraint refuses the second one", async () => {
  await using theatre = await soldOut([3, 4], ["ada", "I"]);
  await withoutLocks(theatre);
  expect(await twoJobs(theatre)).toBe("23514");
  expect(await outcome(theatre)).toEqual(["offered 1"]);
});

test("control: without the constraint either, both hold places for the same entry", async () => {
  await using theatre = await soldOut([3, 4], ["ada", "I"]);
  await withoutLocks(theatre);
  await theatre.owner.query(
    `alter table app_public.waiting_list_entries
      drop constraint waiting_list_entries_gathered_is_part_of_quantity,
      drop constraint waiting_list_entries_offer_is_of_all_places`,
  );
  await twoJobs(theatre);
  expect(await outcome(theatre)).toEqual(["offered 2"]);
});

test("nobody has two offers at once", async () => {
  await using theatre = await soldOut([3, 13], ["ada", "I"], ["ada", "II"]);
  await twoJobs(theatre);
  expect(await outcome(theatre)).toEqual(["offered 1", "waiting 1"]);
});

test("control: without the index, somebody has", async () => {
  await using theatre = await soldOut([3, 13], ["ada", "I"], ["ada", "II"]);
  await theatre.owner.query("drop index app_public.waiting_list_entries_offer_once_to_a_person");
  await twoJobs(theatre);
  expect(await outcome(theatre)).toEqual(["offered 2", "offered 2"]);
});

/** Ada's time runs out while she pays; a job comes before the payment is there for all to see. */
async function paidTooLate(theatre: Theatre): Promise<void> {
  const worker = await theatre.worker();
  await worker.once(serve);
  const ada = await theatre.user("ada");
  const booking = await ada.value<string>("select b.id from app_public.bookings as b");
  await ada.value(`select (app_public.start_checkout('${booking}')).id`);
  await theatre.runOut(booking);
  const payment = await theatre.worker();
  await payment.begin();
  await payment.run(`select tests.pay('${booking}')`);
  const job = worker.once(serve);
  await worker.waitsBefore(job);
  await payment.commit();
  await job;
}

test("who is paying when the time runs out keeps the places, and the next one waits", async () => {
  await using theatre = await soldOut([3], ["ada", "I"], ["bob", "I"]);
  await paidTooLate(theatre);
  await (await theatre.worker()).once(serve);
  expect(await outcome(theatre)).toEqual(["taken 1", "waiting 0"]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the booking, they are told that they have lost them", async () => {
  await using theatre = await soldOut([3], ["ada", "I"], ["bob", "I"]);
  await theatre.weaken(
    "app_private.settle_waiting_offers",
    "for no key update of w, b skip locked",
  );
  await paidTooLate(theatre);
  expect(await outcome(theatre)).toEqual(["lapsed 1", "waiting 0"]);
});

test("who pays after the next one has got them gets the money back", async () => {
  await using theatre = await soldOut([3], ["ada", "I"], ["bob", "I"]);
  const worker = await theatre.worker();
  await worker.once(serve);
  const ada = await theatre.user("ada");
  const booking = await ada.value<string>("select b.id from app_public.bookings as b");
  await ada.value(`select (app_public.start_checkout('${booking}')).id`);
  await theatre.runOut(booking);
  await worker.once(serve);
  expect(await outcome(theatre)).toEqual(["lapsed 1", "offered 1"]);
  await theatre.owner.query("select tests.pay($1)", [booking]);
  expect(
    await theatre.value("select tests.seat_status($1, 3)", [
      await theatre.value(`select ${performance}`),
    ]),
  ).toBe("locked");
  expect(
    await theatre.value("select count(*)::integer from app_public.refunds where booking_id = $1", [
      booking,
    ]),
  ).toBe(1);
  expect(await theatre.broken()).toEqual([]);
});

test("who holds a place that is being offered waits for the job, which waits for nobody", async () => {
  await using theatre = await soldOut([3, 4, 13], ["ada", "I"], ["bob", "I"]);
  const [worker, bob] = [await theatre.worker(), await theatre.user("bob")];
  await bob.begin();
  await bob.run(`select ${holdOf([13])}`);
  await worker.begin();
  const job = worker.run(serve);
  await worker.waitsBefore(job);
  const hold = bob.run(`select ${holdOf([3, 4])}`);
  await bob.waitsBefore(hold);
  expect(await job).toEqual([2]);
  await worker.commit();
  expect(await hold).toBe("LMTKN");
  await bob.rollback();
  expect(await outcome(theatre)).toEqual(["offered 1", "offered 1"]);
  expect(await theatre.broken()).toEqual([]);
});

test("who is being forgotten is passed, not waited for", async () => {
  await using theatre = await soldOut([3], ["ada", "I"], ["bob", "I"]);
  const [worker, eraser] = [await theatre.worker(), await theatre.worker()];
  await eraser.begin();
  await eraser.run("select from app_public.customers where email = 'ada@example.com' for update");
  const job = worker.once(serve);
  expect(await worker.waitsBefore(job)).toBe(false);
  expect(await job).toEqual([1]);
  await eraser.rollback();
  expect(await outcome(theatre)).toEqual(["waiting 0", "offered 1"]);
});
