// If this fails, a change of a map is never told to who asks what is new, because it was committed late.
import { expect, test } from "vitest";
import { holdOf, Theatre } from "./theatre.ts";

const map = "(app_public.seat_map(tests.id('theatre.performance'))).version";

async function news(theatre: Theatre, since: string): Promise<number[]> {
  const client = await theatre.guest(9);
  return await client.value<number[]>(
    `select (app_public.seat_map_changes(tests.id('theatre.performance'), '${since}')).seat_nos`,
  );
}

// Ada's hold begins first; Eve's commits first; then somebody reads the map; then Ada commits.
async function lateCommit(theatre: Theatre): Promise<{ since: string; later: string }> {
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  await ada.begin();
  await ada.run(`select ${holdOf([1])}`);
  await eve.value(`select ${holdOf([2])}`);
  const since = await theatre.value<string>(`select ${map}`);
  await eve.value(`select ${holdOf([3])}`);
  await ada.commit();
  return { since, later: await theatre.value<string>(`select ${map}`) };
}

test("a hold that commits after a later one is told", async () => {
  await using theatre = await Theatre.open();
  const { since, later } = await lateCommit(theatre);
  expect(await news(theatre, since)).toEqual([1, 3]);
  expect(await news(theatre, later)).toEqual([]);
});

test("control: by the order of numbers, it is missed", async () => {
  await using theatre = await Theatre.open();
  // As if a version were the last number that was seen: what is below it is believed to be known.
  await theatre.weaken(
    "app_public.seat_map_changes",
    "pg_snapshot_xmin(v_since)",
    "pg_snapshot_xmax(v_since)",
  );
  const { since } = await lateCommit(theatre);
  expect(await news(theatre, since)).toEqual([3]);
});

test("a change that commits late is told, too", async () => {
  await using theatre = await Theatre.open();
  const booking = await theatre.hold("cart", 1, 1, 2);
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  await ada.begin();
  await ada.run(`select app_public.release_seats('${booking}', tests.seats(2))`);
  await eve.value(`select ${holdOf([3])}`);
  const since = await theatre.value<string>(`select ${map}`);
  await ada.commit();
  expect(await news(theatre, since)).toEqual([2]);
});

// Ada's hold is prolonged by a transaction that began before it ran out, and is committed when others have seen that it has.
async function prolongLate(theatre: Theatre): Promise<{ told: string; later: number[] }> {
  const booking = await theatre.hold("cart", 1, 1, 2);
  const since = await theatre.value<string>(`select ${map}`);
  const ada = await theatre.guest(1);
  await ada.begin();
  await theatre.owner.query(
    `with b as (
      update app_public.bookings set expires_at = clock_timestamp() where id = $1
      returning *
    )
    update app_public.seat_booking_state as s set locked_until = b.expires_at
    from b where s.booking_id = b.id`,
    [booking],
  );
  expect(await ada.run(`select (app_public.extend_hold('${booking}')).status`)).toEqual(["draft"]);
  const reader = await theatre.guest(9);
  const [version, told] = await reader.value<[string, string]>(
    `select to_jsonb(array[c.version, c.availability])
    from app_public.seat_map_changes(tests.id('theatre.performance'), '${since}') as c`,
  );
  await ada.commit();
  return { told, later: await news(theatre, version) };
}

test("a hold that is prolonged when it was seen to run out is told, too", async () => {
  await using theatre = await Theatre.open();
  expect(await prolongLate(theatre)).toEqual({ told: "aa", later: [1, 2] });
});

test("control: without the note, its seats stay free on the map", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.prolong_hold", "app_private.note_seats_changed", "concat");
  expect(await prolongLate(theatre)).toEqual({ told: "aa", later: [] });
});

// A sweep passes over a seat that Eve is at, who then leaves it as it is.
async function sweepPast(theatre: Theatre): Promise<number[]> {
  const booking = await theatre.hold("cart", 1, 1, 2);
  const since = await theatre.value<string>(`select ${map}`);
  await theatre.runOut(booking);
  const eve = await theatre.guest(2);
  await eve.begin();
  await eve.run(`select ${holdOf([2])}`);
  const worker = await theatre.worker();
  expect(await worker.value("select app_private.expire_bookings()")).toBe(1);
  await eve.rollback();
  return await news(theatre, since);
}

test("what has run out is told, even if the sweep could not get at it", async () => {
  await using theatre = await Theatre.open();
  expect(await sweepPast(theatre)).toEqual([1, 2]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: by what the sweep has freed, a seat stays locked on the map", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken(
    "app_private.free_lapsed_seats",
    "from seats as l\n    group",
    "from lapsed as l\n    group",
  );
  expect(await sweepPast(theatre)).toEqual([1]);
});

// Ada's hold begins first; Eve's commits; then is asked what is new; then Ada commits, and it is asked again.
async function isNewAfterLateCommit(theatre: Theatre): Promise<boolean> {
  const ask = async <T>(what: string, since: string): Promise<T> =>
    await theatre.value<T>(
      `select ${what} from app_private.find_news(
        array[tests.id('theatre.performance')], ${since}, '{}', '{}'
      )`,
    );
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  await ada.begin();
  await ada.run(`select ${holdOf([1])}`);
  await eve.value(`select ${holdOf([2])}`);
  const since = await ask<string>("version", "null");
  expect(await ask<boolean>("changed_performance_ids is null", `'${since}'`)).toBe(true);
  await ada.commit();
  return await ask<boolean>("changed_performance_ids is not null", `'${since}'`);
}

test("a map that is watched is the map, however late what changes it commits", async () => {
  await using theatre = await Theatre.open();
  expect(await isNewAfterLateCommit(theatre)).toBe(true);
});

test("control: asked by the order of numbers, a change is never told", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken(
    "app_private.find_news",
    "pg_snapshot_xmin(v_since)",
    "pg_snapshot_xmax(v_since)",
  );
  expect(await isNewAfterLateCommit(theatre)).toBe(false);
});

test("a map that is kept up to date by changes is the map, whatever eight buyers do meanwhile", async () => {
  await using theatre = await Theatre.open();
  const reader = await theatre.guest(99);
  const read = async (sql: string): Promise<Record<string, unknown>> =>
    await reader.value<Record<string, unknown>>(`select to_jsonb(m) from ${sql} as m`);
  const first = await read("app_public.seat_map(tests.id('theatre.performance'))");
  let version = String(first["version"]);
  const letters = [...String(first["availability"])];
  const follow = async (): Promise<void> => {
    const changes = await read(
      `app_public.seat_map_changes(tests.id('theatre.performance'), '${version}')`,
    );
    expect(changes["is_complete"]).toBe(true);
    version = String(changes["version"]);
    (changes["seat_nos"] as number[]).forEach((seat, index) => {
      letters[seat - 1] = String(changes["availability"]).charAt(index);
    });
  };
  let ended = false;
  const buyers = await Promise.all(Array.from({ length: 8 }, (_, n) => theatre.guest(n + 1)));
  const buying = Promise.all(
    buyers.map(async (buyer, n) => {
      for (let round = 0; round < 15; round += 1) {
        const seat = 1 + ((n * 7 + round * 5) % 18);
        const outcome = await buyer.once(`select ${holdOf([seat, 1 + (seat % 18)])}`);
        if (typeof outcome === "string") continue;
        const booking = String(outcome[0]);
        if (round % 4 === 0) {
          await buyer.once(`select app_public.start_checkout('${booking}', 'a@b.c')`);
          await theatre.owner.query("select tests.pay($1)", [booking]);
        } else {
          await buyer.once(`select app_public.cancel_booking('${booking}')`);
        }
      }
    }),
  ).finally(() => (ended = true));
  while (!ended) await follow();
  await buying;
  await follow();
  const last = await read("app_public.seat_map(tests.id('theatre.performance'))");
  expect(letters.join("")).toBe(last["availability"]);
  expect(await theatre.broken()).toEqual([]);
}, 30_000);

test("of two requests of one buyer at the limit of open carts, one gets a cart", async () => {
  await using theatre = await Theatre.open();
  await theatre.owner.query("update app_public.events set open_carts_max = 1");
  const [left, right] = [await theatre.guest(1), await theatre.guest(1)];
  await left.begin();
  expect(await left.run(`select ${holdOf([1])}`)).toHaveLength(1);
  const second = right.once(`select ${holdOf([2])}`);
  await right.waits();
  await left.commit();
  expect(await second).toBe("LMCRS");
});

test("control: without the buyer's own lock, both do", async () => {
  await using theatre = await Theatre.open();
  await theatre.owner.query("update app_public.events set open_carts_max = 1");
  await theatre.weaken("app_private.require_room_for_cart", "pg_advisory_xact_lock", "abs");
  const [left, right] = [await theatre.guest(1), await theatre.guest(1)];
  await left.begin();
  expect(await left.run(`select ${holdOf([1])}`)).toHaveLength(1);
  expect(await right.once(`select ${holdOf([2])}`)).toHaveLength(1);
  await left.commit();
});
