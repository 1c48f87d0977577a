// If this fails, one ticket lets two people in, is handed on while it is used, or is returned that was used.
import { expect, test } from "vitest";
import { meet, Theatre, type Outcome, type Session } from "./theatre.ts";

async function scanOf(theatre: Theatre, booking: string, seatNo = 1): Promise<string> {
  const credential = await theatre.value<string>("select tests.credential($1, $2)", [
    booking,
    seatNo,
  ]);
  return `select (app_public.scan_ticket(tests.id('theatre.performance'), '${credential}')).result::text`;
}

async function twoScanners(theatre: Theatre): Promise<Outcome[]> {
  const scan = await scanOf(theatre, await theatre.sell("b", 1, 1));
  return await meet(
    [await theatre.user("theatre staff"), scan],
    [await theatre.user("theatre coordinator"), scan],
  );
}

const stillValid = "t.status = 'valid'";

test("two scanners see one ticket, and one lets its holder in", async () => {
  await using theatre = await Theatre.open();
  expect(await twoScanners(theatre)).toEqual([["success"], ["already_scanned"]]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without asking whether it is valid, both do", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.admit", stillValid, "true");
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
  await theatre.weaken("app_private.admit", stillValid, "true");
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

/** A ticket that is offered: how its holder's code is scanned, and how a friend accepts it. */
async function offered(theatre: Theatre): Promise<{ scan: string; accept: string }> {
  const booking = await theatre.sell("b", 1, 1);
  const scan = await scanOf(theatre, booking);
  const guest = await theatre.guest(1);
  await guest.value(
    `select (app_public.offer_ticket(t.id, 'friend@example.com')).id from app_public.tickets as t`,
  );
  const token = await theatre.value<string>(
    "select variables ->> 'token' from app_private.outgoing_emails where template = 'ticket_offer'",
  );
  return { scan, accept: `select (app_public.accept_ticket('${token}')).credential_version` };
}

async function transferAgainstScan(theatre: Theatre): Promise<Outcome[]> {
  const { scan, accept } = await offered(theatre);
  return await meet([await theatre.guest(2), accept], [await theatre.user("theatre staff"), scan]);
}

const itsVersion = "c.version";

test("the code of a ticket that is being handed on lets nobody in", async () => {
  await using theatre = await Theatre.open();
  expect(await transferAgainstScan(theatre)).toEqual([[2], ["invalid"]]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without asking for the version of the code in the same write, it does", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.admit", itsVersion, "t.credential_version");
  expect(await transferAgainstScan(theatre)).toEqual([[2], ["success"]]);
  // Whoever accepted stands before the door with a ticket that somebody else has used.
  const receiver = await theatre.guest(2);
  expect(await receiver.value("select status::text from app_public.held_tickets()")).toBe("used");
});

async function scanAgainstTransfer(theatre: Theatre): Promise<Outcome[]> {
  const { scan, accept } = await offered(theatre);
  return await meet([await theatre.user("theatre staff"), scan], [await theatre.guest(2), accept]);
}

test("a ticket is not handed on when somebody is just let in with it", async () => {
  await using theatre = await Theatre.open();
  expect(await scanAgainstTransfer(theatre)).toEqual([["success"], "LMTUS"]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the ticket, it is", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.lock_ticket", "for no key update");
  expect(await scanAgainstTransfer(theatre)).toEqual([["success"], [2]]);
});

async function twoRecipients(theatre: Theatre): Promise<Outcome[]> {
  const { accept } = await offered(theatre);
  return await meet([await theatre.guest(2), accept], [await theatre.guest(3), accept]);
}

test("a ticket is accepted once, by whoever is first", async () => {
  await using theatre = await Theatre.open();
  expect(await twoRecipients(theatre)).toEqual([[2], "LMTOK"]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without asking again under the lock, by both", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.lock_ticket", "for no key update");
  expect(await twoRecipients(theatre)).toEqual([[2], [3]]);
});

const toAnotherDay = `select (app_public.postpone_performance(
  tests.id('theatre.performance'), now() + interval '60 days'
)).status::text`;

const stateOfTicket = "select (status, is_inside)::text from app_public.tickets";

/** The scan of a ticket on its evening, which begins in an hour. */
async function scanOnTheEvening(theatre: Theatre): Promise<string> {
  const scan = await scanOf(theatre, await theatre.sell("b", 1, 1));
  await theatre.owner.query(
    "update app_public.performances set starts_at = now() + interval '1 hour'",
  );
  return scan;
}

test("who is let in while the evening moves to another day has a good ticket for it", async () => {
  await using theatre = await Theatre.open();
  const scan = await scanOnTheEvening(theatre);
  expect(
    await meet(
      [await theatre.user("theatre staff"), scan],
      [await theatre.user("theatre owner"), toAnotherDay],
    ),
  ).toEqual([["success"], ["scheduled"]]);
  expect(await theatre.value(stateOfTicket)).toBe("(valid,f)");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without waiting for the scan, they have come in for ever", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.readmit_holders", "for no key update");
  const scan = await scanOnTheEvening(theatre);
  const [staff, owner] = [await theatre.user("theatre staff"), await theatre.user("theatre owner")];
  await staff.begin();
  await staff.run(scan);
  expect(await owner.once(toAnotherDay)).toEqual(["scheduled"]);
  await staff.commit();
  expect(await theatre.value(stateOfTicket)).toBe("(used,t)");
});

/** A scan that has asked about the old evening waits for its ticket until the evening has moved. */
async function scanOvertaken(theatre: Theatre): Promise<void> {
  const scan = await scanOnTheEvening(theatre);
  expect(
    await meet(
      [await theatre.user("theatre owner"), toAnotherDay],
      [await theatre.user("theatre staff"), scan],
    ),
  ).toEqual([["scheduled"], ["success"]]);
  expect(await theatre.value(stateOfTicket)).toBe("(used,t)");
  // As the worker does, until nothing is left.
  const notify = "select app_private.mail_notices_of(id) from app_private.performance_notices";
  expect(await theatre.value(notify)).toBe(1);
  expect(await theatre.value(notify)).toBe(0);
}

test("who was let in by a scan that a move overtook has a good ticket for the new day", async () => {
  await using theatre = await Theatre.open();
  await scanOvertaken(theatre);
  expect(await theatre.value(stateOfTicket)).toBe("(valid,f)");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without looking for such scans, they have come in for ever", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken(
    "app_private.mail_notices_of",
    "perform app_private.readmit_overtaken(v_notice);",
    "null;",
  );
  await scanOvertaken(theatre);
  expect(await theatre.value(stateOfTicket)).toBe("(used,t)");
});

test("scanners do not wait for other tickets", async () => {
  await using theatre = await Theatre.open();
  const booking = await theatre.sell("b", 1, 1, 2);
  const scans = [await scanOf(theatre, booking, 1), await scanOf(theatre, booking, 2)];
  const [first, second] = [
    await theatre.user("theatre staff"),
    await theatre.user("theatre coordinator"),
  ];
  await first.begin();
  expect(await first.run(scans[0] ?? "")).toEqual(["success"]);
  expect(await second.once(scans[1] ?? "")).toEqual(["success"]);
  await first.commit();
});

/** A scanner of the house that lets a ticket in while it is offline, twice: what it sends, under one or two ids. */
async function mergeOf(theatre: Theatre, booking: string, scanId: string): Promise<string> {
  const hash = await theatre.value<string>(
    "select encode(sha256(convert_to(tests.credential($1, 1), 'UTF8')), 'hex')",
    [booking],
  );
  return `select m.result::text, m.is_double from app_public.merge_offline_scans(
    tests.id('theatre.performance'),
    jsonb_build_array(jsonb_build_object(
      'scan_id', '${scanId}', 'credential_hash', '${hash}', 'scanned_at', now(), 'result', 'success'
    ))
  ) as m`;
}

async function scanner(theatre: Theatre, name: string): Promise<Session> {
  const owner = await theatre.user("theatre owner");
  const token = await owner.value<string>(
    `select (app_public.register_scanner_device(tests.id('theatre.venue'), '${name}')).device_token`,
  );
  return await theatre.session(`select tests.become('lml_user', '${token}', '')`);
}

const [oneId, otherId] = [
  "00000000-0000-7000-8000-000000000001",
  "00000000-0000-7000-8000-000000000002",
];

test("two scanners merge the same ticket at once, and one of them learns of the double", async () => {
  await using theatre = await Theatre.open();
  const booking = await theatre.sell("b", 1, 1);
  const merge = await mergeOf(theatre, booking, oneId);
  expect(
    await meet([await scanner(theatre, "one"), merge], [await scanner(theatre, "two"), merge]),
  ).toEqual([
    ["success", false],
    ["already_scanned", true],
  ]);
  expect(await theatre.broken()).toEqual([]);
});

test("a scanner that sends the same merge twice at once counts once", async () => {
  await using theatre = await Theatre.open();
  const booking = await theatre.sell("b", 1, 1);
  const merge = await mergeOf(theatre, booking, oneId);
  const device = await scanner(theatre, "one");
  const again = await theatre.session(device.who);
  expect(await meet([device, merge], [again, merge])).toEqual([
    ["success", false],
    ["success", false],
  ]);
  // Another scan of the same ticket is another one.
  expect(await device.once(await mergeOf(theatre, booking, otherId))).toEqual([
    "already_scanned",
    true,
  ]);
});

test("control: without looking for the id of the scan, it counts as a double", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.merge_offline_scan", "if not found then", "if false then");
  const booking = await theatre.sell("b", 1, 1);
  const merge = await mergeOf(theatre, booking, oneId);
  const device = await scanner(theatre, "one");
  const again = await theatre.session(device.who);
  expect(await meet([device, merge], [again, merge])).toEqual([
    ["success", false],
    ["already_scanned", true],
  ]);
});
