// If this fails, a pass is sold for a day that is full, stands in the way of who buys a day, or lets two people in.
import { expect, test } from "vitest";
import { meet, Theatre, type Outcome } from "./theatre.ts";

async function festival(): Promise<Theatre> {
  const theatre = await Theatre.open();
  await theatre.owner.query("select tests.create_festival()");
  return theatre;
}

const attend = (date: string, quantity: number): string =>
  `select tests.attend('${date}', ${quantity})`;

// Three of ten places of Saturday are left, and two buyers each want two: one for both days.
async function lastOfADay(theatre: Theatre): Promise<Outcome[]> {
  await (await theatre.guest(1)).once(attend("saturday", 7));
  return await meet(
    [await theatre.guest(2), attend("saturday", 2)],
    [await theatre.guest(3), attend("pass", 2)],
  );
}

const held = `select sum(held)::integer from app_private.admission_slots
  where pool_id = tests.id('festival.saturday.pool')`;

test("a pass and a day do not share the last place of a day", async () => {
  await using theatre = await festival();
  const [day, pass] = await lastOfADay(theatre);
  expect(day).toHaveLength(1);
  expect(pass).toBe("LMFEW");
  expect(await theatre.value(held)).toBe(9);
  expect(await theatre.value(held.replace("saturday", "friday"))).toBe(0);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the slot, the constraint refuses the pass", async () => {
  await using theatre = await festival();
  await theatre.weaken("app_private.take_from_pool", "for no key update skip locked");
  expect((await lastOfADay(theatre))[1]).toBe("23514");
  expect(await theatre.broken()).toEqual([]);
});

test("control: if a pass took of its own pool only, the day would be oversold at its door", async () => {
  await using theatre = await festival();
  await theatre.owner.query(
    "update app_public.admission_pools set chain = array[id] where id = tests.id('festival.pass.pool')",
  );
  await (await theatre.guest(1)).once(attend("saturday", 10));
  expect(await (await theatre.guest(2)).once(attend("pass", 2))).toHaveLength(1);
  expect(await theatre.broken()).toContain("pass_takes_from_each_date");
});

// Who has a place of Friday takes one of Saturday, while a pass is being bought: it wants both.
async function daysAgainstPass(theatre: Theatre): Promise<Outcome[]> {
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  await ada.begin();
  const friday = await ada.run(attend("friday", 1));
  const pass = eve.once(attend("pass", 1));
  await eve.waits();
  const saturday = await ada.run(attend("saturday", 1));
  if (typeof saturday === "string") await ada.rollback();
  else await ada.commit();
  return [friday, saturday, await pass];
}

test("whoever buys a pass has nothing in hand that somebody at an earlier date waits for", async () => {
  await using theatre = await festival();
  for (const outcome of await daysAgainstPass(theatre)) expect(outcome).toHaveLength(1);
  expect(await theatre.broken()).toEqual([]);
});

test("control: with the dates in another order, one of them ends in a deadlock", async () => {
  await using theatre = await festival();
  await theatre.owner.query(
    `alter table app_public.admission_pools drop constraint admission_pools_chain_is_in_order_of_locks;
    update app_public.admission_pools set chain = array[chain[2], chain[1], chain[3]]
    where id = tests.id('festival.pass.pool')`,
  );
  expect(await daysAgainstPass(theatre)).toContain("40P01");
});

async function sellPass(theatre: Theatre): Promise<string> {
  const guest = await theatre.guest(1);
  const booking = await guest.value<string>(attend("pass", 1));
  await guest.value(`select (app_public.start_checkout('${booking}', 'g@example.com')).id`);
  await theatre.owner.query("select tests.pay($1)", [booking]);
  return booking;
}

async function scanOf(theatre: Theatre, booking: string, date: string): Promise<string> {
  const credential = await theatre.value<string>(
    `select app_private.ticket_credential_of(id, credential_version)
    from app_public.tickets where booking_id = $1`,
    [booking],
  );
  return `select (app_public.scan_ticket(tests.id('festival.${date}'), '${credential}')).result::text`;
}

async function twoScanners(theatre: Theatre): Promise<Outcome[]> {
  const scan = await scanOf(theatre, await sellPass(theatre), "saturday");
  return await meet(
    [await theatre.user("theatre staff"), scan],
    [await theatre.user("theatre coordinator"), scan],
  );
}

test("two scanners see one pass on one date, and one lets its holder in", async () => {
  await using theatre = await festival();
  expect(await twoScanners(theatre)).toEqual([["success"], ["already_scanned"]]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without asking who is inside, both do", async () => {
  await using theatre = await festival();
  await theatre.weaken(
    "app_private.admit_pass",
    `where not e.is_inside
      and e.entry_count - e.earlier_entries <= app_private.reentry_limit_of(v_door)`,
  );
  expect(await twoScanners(theatre)).toEqual([["success"], ["success"]]);
});

test("a pass that was let in by a scan that a move overtook is good for the new day", async () => {
  await using theatre = await festival();
  const scan = await scanOf(theatre, await sellPass(theatre), "friday");
  await theatre.owner.query(
    `update app_public.performances set starts_at = now() + interval '1 hour', ends_at = null
    where id = tests.id('festival.friday')`,
  );
  const move = `select (app_public.postpone_performance(
    tests.id('festival.friday'), now() + interval '60 days'
  )).status::text`;
  expect(
    await meet(
      [await theatre.user("theatre owner"), move],
      [await theatre.user("theatre staff"), scan],
    ),
  ).toEqual([["scheduled"], ["success"]]);
  const state = `select (t.status, e.is_inside, e.entry_count - e.earlier_entries)::text
    from app_public.tickets as t join app_public.pass_entries as e on e.ticket_id = t.id`;
  expect(await theatre.value(state)).toBe("(used,t,1)");
  // As the worker does, until nothing is left.
  const notify = "select sum(app_private.mail_notices_of(id)) from app_private.performance_notices";
  while ((await theatre.value(notify)) !== "0");
  expect(await theatre.value(state)).toBe("(valid,f,0)");
  expect(await theatre.broken()).toEqual([]);
});

async function cancellationAgainstScan(theatre: Theatre): Promise<Outcome[]> {
  const booking = await sellPass(theatre);
  const scan = await scanOf(theatre, booking, "friday");
  return await meet(
    [
      await theatre.user("theatre support"),
      `select (app_public.cancel_booking('${booking}')).status::text`,
    ],
    [await theatre.user("theatre staff"), scan],
  );
}

test("a pass that is being canceled lets nobody in", async () => {
  await using theatre = await festival();
  expect(await cancellationAgainstScan(theatre)).toEqual([["canceled"], ["canceled"]]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the ticket, it does", async () => {
  await using theatre = await festival();
  await theatre.weaken("app_private.admit_pass", "for no key update of t");
  expect(await cancellationAgainstScan(theatre)).toEqual([["canceled"], ["success"]]);
});

const cancelFriday =
  "select (app_public.cancel_performance(tests.id('festival.friday'), 'Rain')).id";

/** Friday is canceled while `serving` is done for a pass, which is paid for before the job of the cancellation comes. */
async function servedAtCancellation(
  theatre: Theatre,
  serving: "check-out" | "payment",
): Promise<[string, number]> {
  const guest = await theatre.guest(1);
  const pass = await guest.value<string>(attend("pass", 1));
  const checkOut = `select (app_public.start_checkout('${pass}', 'a@example.com')).id`;
  const pay = `select tests.pay('${pass}')`;
  const worker = await theatre.worker();
  if (serving === "payment") await guest.once(checkOut);
  const server = serving === "payment" ? worker : guest;
  await server.begin();
  await server.run(serving === "payment" ? pay : checkOut);
  const canceled = await (await theatre.user("theatre owner")).value<string>(cancelFriday);
  await server.commit();
  if (serving === "check-out") await worker.once(pay);
  const work = `select app_private.cancel_bookings_of('${canceled}')`;
  while ((await worker.value<number>(work)) > 0);
  return [
    await theatre.status(pass),
    await theatre.value("select count(*)::integer from app_public.refunds"),
  ];
}

test.each(["check-out", "payment"] as const)(
  "a pass that was in %s when it lost a date is refunded once",
  async (serving) => {
    await using theatre = await festival();
    expect(await servedAtCancellation(theatre, serving)).toEqual(["canceled", 1]);
    expect(await theatre.broken()).toEqual([]);
  },
);

test("control: if nobody noted that it was, it would be paid for, in full", async () => {
  await using theatre = await festival();
  await theatre.weaken(
    "app_private.cancel_bookings_of",
    "b.id = any (v_cancellation.being_served)",
    "false",
  );
  expect(await servedAtCancellation(theatre, "payment")).toEqual(["confirmed", 0]);
});

/** Friday is canceled while somebody chooses a pass, whom its job does not see: what the check-out says. */
async function holdAgainstCancellation(theatre: Theatre): Promise<Outcome> {
  const guest = await theatre.guest(1);
  await guest.begin();
  const [pass] = await guest.run(attend("pass", 1));
  const canceled = await (await theatre.user("theatre owner")).value<string>(cancelFriday);
  await (await theatre.worker()).once(`select app_private.cancel_bookings_of('${canceled}')`);
  await guest.commit();
  return await guest.once(
    `select (app_public.start_checkout('${String(pass)}', 'a@example.com')).status::text`,
  );
}

test("a pass that was being chosen when it lost a date is not checked out", async () => {
  await using theatre = await festival();
  expect(await holdAgainstCancellation(theatre)).toBe("LMEVT");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without asking whether it has, it is", async () => {
  await using theatre = await festival();
  await theatre.weaken(
    "app_private.require_buyer_limits",
    "app_private.has_lost_date(v_booking)",
    "false",
  );
  // The categories of such a pass are paused, which is asked, too.
  await theatre.weaken(
    "app_private.require_buyer_limits",
    "v_line.status in ('paused', 'canceled')",
    "false",
  );
  expect(await holdAgainstCancellation(theatre)).toEqual(["pending_payment"]);
});

/** Somebody pays late for a pass while Friday is being canceled, without anybody waiting. */
async function latePass(theatre: Theatre): Promise<string> {
  const guest = await theatre.guest(1);
  const pass = await guest.value<string>(attend("pass", 1));
  await guest.once(`select (app_public.start_checkout('${pass}', 'a@example.com')).id`);
  await theatre.runOut(pass);
  await theatre.owner.query("select app_private.expire_bookings()");
  await meet(
    [await theatre.user("theatre owner"), cancelFriday],
    [await theatre.worker(), `select tests.pay('${pass}')`],
  );
  return await theatre.status(pass);
}

test("a late payment waits for the cancellation of a date, and goes back", async () => {
  await using theatre = await festival();
  expect(await latePass(theatre)).toBe("expired");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the dates, nobody waits", async () => {
  await using theatre = await festival();
  await theatre.weaken("app_private.may_be_paid_late", "for share");
  await theatre.weaken("app_private.apply_payment_intent", "for share of p");
  await expect(latePass(theatre)).rejects.toThrow("Nobody is waited for.");
});
