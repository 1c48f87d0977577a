// If this fails, one ticket lets two people in, or a ticket is returned that was used.
import { expect, test } from "vitest";
import { meet, Theatre, type Outcome } from "./theatre.ts";

async function scanOf(theatre: Theatre, booking: string): Promise<string> {
  const credential = await theatre.value<string>("select tests.credential($1, 1)", [booking]);
  return `select (app_public.scan_ticket(tests.id('theatre.performance'), '${credential}')).result::text`;
}

async function twoScanners(theatre: Theatre): Promise<Outcome[]> {
  const scan = await scanOf(theatre, await theatre.sell("b", 1, 1));
  return await meet(
    [await theatre.user("theatre staff"), scan],
    [await theatre.user("theatre coordinator"), scan],
  );
}

const stillValid = "and t.status = 'valid'";

test("two scanners see one ticket, and one lets its holder in", async () => {
  await using theatre = await Theatre.open();
  expect(await twoScanners(theatre)).toEqual([["success"], ["already_scanned"]]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without asking whether it is valid, both do", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.use_ticket", stillValid);
  expect(await twoScanners(theatre)).toEqual([["success"], ["success"]]);
});

async function scanAgainstCancellation(theatre: Theatre): Promise<Outcome[]> {
  const booking = await theatre.sell("b", 1, 1, 2);
  return await meet(
    [
      await theatre.user("theatre support"),
      `select (app_public.cancel_booking('${booking}')).status::text`,
    ],
    [await theatre.user("theatre staff"), await scanOf(theatre, booking)],
  );
}

test("a ticket that is being canceled lets nobody in", async () => {
  await using theatre = await Theatre.open();
  expect(await scanAgainstCancellation(theatre)).toEqual([["canceled"], ["canceled"]]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without asking whether it is valid, it does", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.use_ticket", stillValid);
  expect(await scanAgainstCancellation(theatre)).toEqual([["canceled"], ["success"]]);
  expect(await theatre.broken()).toContain("live_ticket_has_its_seat");
});

async function cancellationAgainstScan(theatre: Theatre): Promise<Outcome[]> {
  const booking = await theatre.sell("b", 1, 1, 2);
  return await meet(
    [await theatre.user("theatre staff"), await scanOf(theatre, booking)],
    [
      await theatre.user("theatre support"),
      `select (app_public.cancel_booking('${booking}')).status::text`,
    ],
  );
}

test("a booking is not canceled when somebody is just let in with it", async () => {
  await using theatre = await Theatre.open();
  expect(await cancellationAgainstScan(theatre)).toEqual([["success"], "LMTUS"]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the tickets, it is", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.void_tickets", "for no key update");
  expect(await cancellationAgainstScan(theatre)).toEqual([["success"], ["canceled"]]);
  expect(await theatre.broken()).toContain("live_ticket_has_its_seat");
});
