// If these tests failed, somebody could buy a seat while the hall is rebuilt, and get another one, or none.
import { expect, test } from "vitest";
import { holdOf, type Outcome, type Session, Theatre } from "./theatre.ts";

/** A theatre with a second plan, in which the balcony comes first: every seat has another number. */
async function rebuilding(): Promise<Theatre> {
  const theatre = await Theatre.open();
  // Seats by their numbers in the first plan, whatever other plans there are.
  await theatre.owner.query(`
    create function tests.turned() returns text language sql stable as $$
      select jsonb_set(tests.layout('Turned')::jsonb, '{sections}', jsonb_build_array(
        tests.layout()::jsonb #> '{sections,1}', tests.layout()::jsonb #> '{sections,2}',
        tests.layout()::jsonb #> '{sections,0}'
      ))::text
    $$;
    create function tests.reduced() returns text language sql stable as $$
      select (tests.layout('Reduced')::jsonb #- '{sections,0,rows,0,seats,0}')::text
    $$;
    create or replace function tests.seats(variadic seat_nos integer[]) returns text[]
    language sql stable security definer set search_path = '' as $$
      select array_agg(s.seat_id order by s.seat_no) from app_public.layout_seats as s
      where s.layout_id = tests.id('theatre.layout') and s.seat_no = any (seat_nos)
    $$;
    select tests.keep('turned', (
      app_private.store_layout(tests.id('theatre.venue'), tests.turned(), tests.hash_of(tests.turned()))
    ).id);
    select tests.keep('reduced', (
      app_private.store_layout(tests.id('theatre.venue'), tests.reduced(), tests.hash_of(tests.reduced()))
    ).id)`);
  return theatre;
}

const move = `select (app_public.move_performance_to_layout(
  tests.id('theatre.performance'), tests.id('turned')
)).is_moved`;

/** What seats a booking has, by their ids, and whether these are the ones that were asked for. */
async function holds(theatre: Theatre, booking: string, ...seatNos: number[]): Promise<boolean> {
  return await theatre.value(
    `select array_agg(s.seat_id order by s.seat_id) = (
      select array_agg(id order by id) from unnest(tests.seats(${seatNos.join(", ")})) as id
    )
    from app_public.performances as p
    join app_public.layout_seats as s on s.layout_id = p.layout_id
    join app_public.seat_booking_state as state
      on state.performance_id = p.id and state.seat_no = s.seat_no
    where state.booking_id = $1`,
    [booking],
  );
}

/** A guest who has read where the seats are, and stops before taking them until the gate opens. */
async function holdAtTheGate(theatre: Theatre): Promise<{
  readonly guest: Session;
  readonly hold: Promise<Outcome>;
  readonly open: () => Promise<void>;
}> {
  const gate = await theatre.database.connect("lml_owner");
  await gate.query("select pg_advisory_lock(4711)");
  // Called between reading and taking.
  await theatre.weaken(
    "app_private.require_room_for_cart",
    "begin\n  if",
    "begin perform pg_advisory_xact_lock(4711);\n  if",
  );
  const guest = await theatre.guest(1);
  const hold = guest.once(`select tests.keep('hold', ${holdOf([1, 2])})`);
  await guest.waits();
  return {
    guest,
    hold,
    open: async () => {
      await gate.query("select pg_advisory_unlock(4711)");
    },
  };
}

test("a hold that has read the old plan when the performance moves is refused", async () => {
  await using theatre = await rebuilding();
  const { hold, open } = await holdAtTheGate(theatre);
  const owner = await theatre.user("theatre owner");
  expect(await owner.once(move)).toEqual([true]);
  await open();
  expect(await hold).toBe("LMBSY");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the check of when it began, it takes other seats", async () => {
  await using theatre = await rebuilding();
  await theatre.owner.query("drop trigger _200_check_layout on app_public.bookings");
  const { hold, open } = await holdAtTheGate(theatre);
  const owner = await theatre.user("theatre owner");
  expect(await owner.once(move)).toEqual([true]);
  await open();
  const [booking] = await hold;
  expect(await holds(theatre, String(booking), 1, 2)).toBe(false);
});

test("a hold that has taken its seats is waited for, and moves with them", async () => {
  await using theatre = await rebuilding();
  const guest = await theatre.guest(1);
  await guest.begin();
  const [booking] = await guest.run(`select tests.keep('hold', ${holdOf([1, 2])})`);
  const owner = await theatre.user("theatre owner");
  const moving = owner.once(move);
  await owner.waits();
  await guest.commit();
  expect(await moving).toEqual([true]);
  expect(await holds(theatre, String(booking), 1, 2)).toBe(true);
  expect(await theatre.broken()).toEqual([]);
});

/** A move to a plan without seat 1, which waits for a guest who has just taken it: how both ended. */
async function takeWhatGoes(theatre: Theatre): Promise<{
  readonly outcome: Outcome;
  readonly keeps: boolean;
}> {
  const guest = await theatre.guest(1);
  await guest.begin();
  const [booking] = await guest.run(`select tests.keep('hold', ${holdOf([1, 2])})`);
  const owner = await theatre.user("theatre owner");
  const moving = owner.once(move.replace("turned", "reduced"));
  await owner.waits();
  await guest.commit();
  const outcome = await moving;
  return { outcome, keeps: await holds(theatre, String(booking), 1, 2) };
}

test("a seat that is taken while the move begins is not lost", async () => {
  await using theatre = await rebuilding();
  expect(await takeWhatGoes(theatre)).toEqual({ outcome: "LMMOV", keeps: true });
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the locks before the look, it is", async () => {
  await using theatre = await rebuilding();
  await theatre.weaken(
    "app_public.move_performance_to_layout",
    "perform app_private.lock_for_move(v_performance);",
    "perform 1;",
  );
  expect(await takeWhatGoes(theatre)).toEqual({ outcome: [true], keeps: false });
  expect(await theatre.broken()).toContain("open_booking_owns_its_seats");
});

test("a buyer of seats that are being moved waits, and finds them gone or renumbered, never others", async () => {
  await using theatre = await rebuilding();
  const owner = await theatre.user("theatre owner");
  await owner.begin();
  expect(await owner.run(move)).toEqual([true]);
  const guest = await theatre.guest(1);
  const hold = guest.once(`select ${holdOf([1, 2])}`);
  await guest.waits();
  await owner.commit();
  expect(typeof (await hold)).toBe("string");
  expect(await theatre.value("select count(*)::int from app_public.bookings")).toBe(0);
  expect(await theatre.broken()).toEqual([]);
});

test("a checkout that meets a move keeps its seats, whoever comes first", async () => {
  await using theatre = await rebuilding();
  const booking = await theatre.hold("cart", 1, 3, 4);
  const guest = await theatre.guest(1);
  const owner = await theatre.user("theatre owner");
  await owner.begin();
  expect(await owner.run(move)).toEqual([true]);
  const checkout = guest.once(
    `select (app_public.start_checkout('${booking}', 'g@example.com')).status::text`,
  );
  await guest.waits();
  await owner.commit();
  expect(await checkout).toEqual(["pending_payment"]);
  await theatre.owner.query("select tests.pay($1)", [booking]);
  expect(await holds(theatre, booking, 3, 4)).toBe(true);
  expect(await theatre.broken()).toEqual([]);
});

/** Two seats are kept back by somebody who has read the old plan and stops before the keeping while the hall is rebuilt. */
async function keepBackAtTheGate(theatre: Theatre): Promise<boolean> {
  const gate = await theatre.database.connect("lml_owner");
  await gate.query("select pg_advisory_lock(4711)");
  // Called between reading and keeping back.
  await theatre.weaken(
    "app_private.require_release_ahead",
    "begin",
    "begin perform pg_advisory_xact_lock(4711);",
  );
  const manager = await theatre.user("theatre manager");
  const keeping = manager.once(`select (app_public.allocate_seats(
    tests.id('theatre.performance'), tests.seats(1, 2), 'house', 'For the house'
  )).id`);
  await manager.waits();
  const owner = await theatre.user("theatre owner");
  const moving = owner.once(move);
  await owner.waitsBefore(moving);
  await gate.query("select pg_advisory_unlock(4711)");
  expect(await keeping).toHaveLength(1);
  expect(await moving).toEqual([true]);
  return await theatre.value(
    `select array_agg(s.seat_id order by s.seat_id) = (
      select array_agg(id order by id) from unnest(tests.seats(1, 2)) as id
    )
    from app_public.performances as p
    join app_public.layout_seats as s on s.layout_id = p.layout_id
    join app_public.seat_booking_state as state
      on state.performance_id = p.id and state.seat_no = s.seat_no
    where state.status = 'reserved'`,
  );
}

test("seats that are kept back while the performance moves are those that were named", async () => {
  await using theatre = await rebuilding();
  expect(await keepBackAtTheGate(theatre)).toBe(true);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the performance, they are others", async () => {
  await using theatre = await rebuilding();
  await theatre.weaken(
    "app_public.allocate_seats",
    "app_private.lock_performance(\n    allocate_seats.performance_id, 'inventory.manage'\n  )",
    "(select p from app_public.performances as p where p.id = allocate_seats.performance_id)",
  );
  expect(await keepBackAtTheGate(theatre)).toBe(false);
});

/** What is told of a map since a version of before the move to a plan without seat 1. */
async function isToldToReadAnew(theatre: Theatre): Promise<boolean> {
  const since = await theatre.value<string>(
    "select (app_public.seat_map(tests.id('theatre.performance'))).version",
  );
  const owner = await theatre.user("theatre owner");
  expect(await owner.once(move.replace("turned", "reduced"))).toEqual([true]);
  return await theatre.value<boolean>(
    `select not (
      app_public.seat_map_changes(tests.id('theatre.performance'), '${since}')
    ).is_complete`,
  );
}

test("whoever follows a map is told to read it anew after a move", async () => {
  await using theatre = await rebuilding();
  expect(await isToldToReadAnew(theatre)).toBe(true);
});

test("control: by what was noted alone, they go on with the seats of the old plan", async () => {
  await using theatre = await rebuilding();
  await theatre.weaken(
    "app_public.seat_map_changes",
    "(v_then < p.holds_begin_at) is not true",
    "true",
  );
  expect(await isToldToReadAnew(theatre)).toBe(false);
});

test("a move that is committed too late is refused", async () => {
  await using theatre = await rebuilding();
  const owner = await theatre.user("theatre owner");
  await owner.begin();
  expect(await owner.run(move)).toEqual([true]);
  // As if the clock had moved on.
  await owner.client.query("reset role");
  await theatre.weaken(
    "app_hidden.tg_performances__check_move",
    "interval '5 seconds'",
    "interval '15 seconds'",
  );
  expect(await owner.commit()).toBe("LMBSY");
  expect(await theatre.broken()).toEqual([]);
});

/** A venue whose last performance is over closes while another event is published there. */
async function closeAndPublish(theatre: Theatre): Promise<Outcome> {
  await theatre.owner.query(`
    update app_public.performances set starts_at = now() - interval '1 day';
    select tests.create_event('theatre', 'late.event')`);
  const planner = await theatre.user("theatre owner");
  const closer = await theatre.user("theatre manager");
  await planner.begin();
  await planner.run("select app_public.publish_event(tests.id('late.event'))");
  const closing = closer.once(
    "select (app_public.set_venue_status(tests.id('theatre.venue'), 'closed')).status::text",
  );
  await closer.waitsBefore(closing);
  await planner.commit();
  return await closing;
}

test("a venue does not close while an event is being published there", async () => {
  await using theatre = await rebuilding();
  expect(await closeAndPublish(theatre)).toBe("LMVEN");
});

test("control: without the lock on the venue, it does", async () => {
  await using theatre = await rebuilding();
  await theatre.weaken("app_hidden.tg_events__check_venue", "for share");
  expect(await closeAndPublish(theatre)).toEqual(["closed"]);
});

/** Seats are sold out of an allocation, and stop before they leave it, while the hall is rebuilt. */
async function soldWhileMoving(theatre: Theatre): Promise<Outcome[]> {
  const seller = await theatre.user("theatre owner");
  await seller.value(`select tests.keep('kept', (app_public.allocate_seats(
    tests.id('theatre.performance'), tests.seats(1, 2), 'house', 'x')).id)`);
  const gate = await theatre.database.connect("lml_owner");
  await gate.query("select pg_advisory_lock(4711)");
  await theatre.weaken(
    "app_private.free_kept_back",
    "begin\n  update",
    "begin perform pg_advisory_xact_lock(4711);\n  update",
  );
  const sale = seller.once(
    "select (app_public.hold_allocated_seats(tests.id('kept'), tests.seats(1))).status::text",
  );
  await seller.waits();
  const mover = await theatre.user("theatre admin");
  const moved = mover.once(move);
  await mover.waits();
  await gate.query("select pg_advisory_unlock(4711)");
  return [await sale, await moved];
}

test("seats that are sold out of an allocation and a move do not block each other for ever", async () => {
  await using theatre = await rebuilding();
  expect(await soldWhileMoving(theatre)).toEqual([["draft"], [true]]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: with the seats before the allocations, they do", async () => {
  await using theatre = await rebuilding();
  await theatre.weaken(
    "app_private.lock_for_move",
    "from app_public.seat_allocations as a\n  where",
    "from app_public.seat_allocations as a\n  where false and",
  );
  expect(await soldWhileMoving(theatre)).toContain("40P01");
});
