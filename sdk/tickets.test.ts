// If this failed, a program that uses the client could not hand a ticket on, show it, or scan it without a connection.
import qrcode from "qrcode";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  EventNotOnSaleError,
  type LastMinuteLive,
  MailedTokenError,
  NotFoundError,
  OfflineDoor,
  type Performance,
  ScannerNeededError,
  SessionEndedError,
  type Ticket,
  TicketPostponedError,
  TicketReplacedError,
  TicketUsedError,
  UsageError,
  WrongGateError,
} from "./index.ts";
import { buySeats, startOfficeWithShow, type TestOffice } from "./testing-office.ts";

let office: TestOffice;
let performance: Performance;
let organizer: LastMinuteLive;
let venueId: string;

beforeAll(async () => {
  ({ office, organizer, performance } = await startOfficeWithShow());
  const event = await organizer.event(performance.eventId);
  venueId = event?.venue?.id ?? "";
});
afterAll(async () => {
  await office[Symbol.asyncDispose]();
});

async function buy(lml: LastMinuteLive, count: number): Promise<readonly Ticket[]> {
  return await lml.tickets(await buySeats(lml, performance, count));
}

function first(tickets: readonly Ticket[]): Ticket {
  const [ticket] = tickets;
  if (ticket === undefined) throw new Error("There is no ticket.");
  return ticket;
}

test("a ticket is handed on by mail, and its old code is dead", async () => {
  const giver = office.client();
  const ticket = first(await buy(giver, 2));
  const transfer = await giver.offerTicket(ticket, "friend@example.com");
  expect(transfer).toMatchObject({ status: "offered", toEmail: "friend@example.com" });
  const mail = await office.mailTo("friend@example.com");
  const token = /ticket-offer\?token=([\w-]{43})/.exec(mail)?.[1] ?? "";
  expect(mail).toContain("The Tempest");

  const friend = office.client();
  expect(await friend.ticketOffer(token)).toMatchObject({
    eventTitle: "The Tempest",
    rowName: "A",
  });
  const received = await friend.acceptTicket(token, { firstName: "Fritz", lastName: "Freund" });
  expect(received).toMatchObject({ id: ticket.id, status: "valid" });
  expect(received.credential).toMatch(/^[\w-]{43}$/);
  expect(received.credential).not.toBe(ticket.credential);
  expect(await friend.heldTickets()).toEqual([received]);
  expect(await giver.heldTickets()).toHaveLength(1);
  expect(await giver.qrSvg(ticket)).toBeNull();
  await expect(giver.reissueTicket(ticket)).rejects.toThrow(NotFoundError);
  await expect(friend.declineTicket(token)).rejects.toThrow(MailedTokenError);
  expect(await friend.ticketOffer(token)).toBeNull();
  expect(await giver.ticketTransfers(ticket)).toMatchObject([{ status: "accepted" }]);

  const refused = await organizer.scan(performance, ticket.credential ?? "");
  expect(refused).toMatchObject({ admitted: false, result: "invalid" });
  expect(refused.refusal).toBeInstanceOf(TicketReplacedError);
  expect(refused.refusal?.hint).toBe("Ask for the new code.");
  expect((await organizer.scan(performance, received.credential ?? "")).admitted).toBe(true);
});

test("an offer is declined, and taken back", async () => {
  const giver = office.client();
  const ticket = first(await buy(giver, 1));
  await giver.offerTicket(ticket, "no@example.com");
  const mail = await office.mailTo("no@example.com");
  await office.client().declineTicket(/token=([\w-]{43})/.exec(mail)?.[1] ?? "");
  await giver.offerTicket(ticket, "never@example.com");
  await giver.withdrawTicketOffer(ticket);
  const statuses = (await giver.ticketTransfers(ticket)).map(({ status }) => status);
  expect(statuses).toEqual(["declined", "withdrawn"]);
  expect((await giver.reissueTicket(ticket)).credential).not.toBe(ticket.credential);
});

test("the picture of a ticket is the code that its holder has now", async () => {
  const holder = office.client();
  const ticket = first(await buy(holder, 1));
  const svg = await qrcode.toString(ticket.credential ?? "", {
    errorCorrectionLevel: "Q",
    margin: 4,
    type: "svg",
  });
  expect(await holder.qrSvg(ticket)).toBe(svg);
  const png = await holder.qrPng(ticket);
  expect(png?.slice(0, 4)).toEqual(new Uint8Array([0x89, 0x50, 0x4e, 0x47]));
  expect(await organizer.qrSvg(ticket)).toBeNull();
  expect(await organizer.qrPng(ticket)).toBeNull();
});

test("the holder says who comes, and staff how the ticket travels", async () => {
  const holder = office.client();
  const ticket = first(await buy(holder, 1));
  expect(await holder.attendee(ticket)).toBeNull();
  const answers = { Diet: "vegan" };
  await holder.setAttendee(ticket, { firstName: "Ada", lastName: "Adler", answers });
  expect(await organizer.attendee(ticket)).toMatchObject({ firstName: "Ada", answers });
  const delivery = { deliveryMethod: "mail", deliveryStatus: "sent" } as const;
  expect(await organizer.recordDelivery(ticket, delivery)).toMatchObject(delivery);
});

test("a scanner of the house knows its gate, and is nobody once it is revoked", async () => {
  const zone = await organizer.saveZone(venueId, {
    name: "Gallery",
    ticketCategories: ["Gallery"],
  });
  const gallery = await organizer.saveGate(venueId, { name: "Gallery stairs", zone });
  const { deviceId, deviceToken } = await organizer.registerScanner(venueId, {
    name: "Scanner 7",
    gate: gallery,
  });
  const scanner = office.client({ token: deviceToken });
  const { credential } = first(await buy(office.client(), 1));
  const wrong = await scanner.scan(performance, credential ?? "");
  expect(wrong).toMatchObject({ admitted: false, gate: "Gallery stairs", device: "Scanner 7" });
  expect(wrong.refusal).toBeInstanceOf(WrongGateError);
  const named = await organizer.scan(performance, credential ?? "", { gate: "Gallery stairs" });
  expect(named.refusal).toBeInstanceOf(WrongGateError);
  expect((await scanner.gates(performance)).map(({ name }) => name)).toContain("Gallery stairs");
  await organizer.saveGate(venueId, { name: "Gallery stairs" });
  const right = await scanner.scan(performance, credential ?? "");
  expect(right).toMatchObject({ admitted: true, ticket: { section: "Stalls" } });

  await organizer.allowReentry(performance.eventId, 1);
  expect((await scanner.scan(performance, credential ?? "", { direction: "out" })).admitted).toBe(
    true,
  );
  expect((await scanner.scan(performance, credential ?? "")).admitted).toBe(true);
  expect((await scanner.scan(performance, credential ?? "")).refusal).toBeInstanceOf(
    TicketUsedError,
  );
  await organizer.allowReentry(performance.eventId, 0);

  expect(await scanner.currentUser()).toBeNull();
  await expect(scanner.saveGate(venueId, { name: "Its own" })).rejects.toThrow(SessionEndedError);
  expect((await organizer.scanners(venueId)).map(({ id }) => id)).toContain(deviceId);
  await organizer.revokeScanner(deviceId);
  await expect(scanner.scan(performance, credential ?? "")).rejects.toThrow(SessionEndedError);
});

test("two scanners without a connection let in whom they know, and merging tells of the double", async () => {
  const [one, two] = await Promise.all(
    ["Left", "Right"].map(async (name) => {
      const { deviceToken } = await organizer.registerScanner(venueId, { name });
      return { lml: office.client({ token: deviceToken }), token: deviceToken };
    }),
  );
  if (one === undefined || two === undefined) throw new Error("There is no scanner.");
  const tickets = await buy(office.client(), 2);
  const [a = "", b = ""] = tickets.map(({ credential }) => credential ?? "");

  const list = await one.lml.scanList(performance);
  await expect(organizer.scanList(performance)).rejects.toThrow(ScannerNeededError);
  await expect(OfflineDoor.open(list, two.token)).rejects.toThrow(UsageError);
  const forged = {
    ...list,
    document: list.document.replace(/"[0-9a-f]{64}"/, `"${"0".repeat(64)}"`),
  };
  await expect(OfflineDoor.open(forged, one.token)).rejects.toThrow(UsageError);

  const left = await OfflineDoor.open(list, one.token);
  const right = await OfflineDoor.open(await two.lml.scanList(performance), two.token);
  expect(await left.scan(a)).toEqual({
    result: "success",
    admitted: true,
    seat: expect.stringContaining("Stalls"),
  });
  expect(await left.scan(a)).toMatchObject({ result: "already_scanned", admitted: false });
  expect(await left.scan("x".repeat(43))).toMatchObject({ result: "invalid", seat: "" });
  // What was stored is taken up again, as after a flat battery.
  const again = await OfflineDoor.open(list, one.token, left.pending);
  expect((await again.scan(a)).result).toBe("already_scanned");
  expect((await again.scan(b)).admitted).toBe(true);
  expect((await right.scan(a)).admitted).toBe(true);

  const merged = await one.lml.mergeOfflineScans(performance, again.pending);
  expect(merged.map(({ result, isDouble }) => [result, isDouble])).toEqual([
    ["success", false],
    ["already_scanned", false],
    ["invalid", false],
    ["already_scanned", false],
    ["success", false],
  ]);
  expect(await one.lml.mergeOfflineScans(performance, again.pending)).toEqual(merged);
  again.forget(merged);
  expect(again.pending).toEqual([]);
  const doubles = await two.lml.mergeOfflineScans(performance, right.pending);
  expect(doubles).toMatchObject([
    { ticketId: tickets[0]?.id, result: "already_scanned", code: "LMTUS", isDouble: true },
  ]);
  expect((await organizer.scan(performance, b)).refusal).toBeInstanceOf(TicketUsedError);
});

// The last one: there is no day any more for the others.
test("a date without a day lets nobody in, and its tickets stay good", async () => {
  const holder = office.client();
  const ticket = first(await buy(holder, 1));
  await holder.offerTicket(ticket, "later@example.com");
  const token = /token=([\w-]{43})/.exec(await office.mailTo("later@example.com"))?.[1] ?? "";
  const { deviceToken } = await organizer.registerScanner(venueId, { name: "Early" });
  const scanner = office.client({ token: deviceToken });
  await organizer.postponePerformance(performance, { reason: "A flood" });

  const scan = await scanner.scan(performance, ticket.credential ?? "");
  expect(scan).toMatchObject({ admitted: false, result: "wrong_event", code: "LMTPD" });
  expect(scan.refusal).toBeInstanceOf(TicketPostponedError);
  expect(scan.refusal?.hint).toBe("The ticket stays good: ask for the new day.");
  await expect(scanner.scanList(performance)).rejects.toThrow(EventNotOnSaleError);
  expect(await office.client().ticketOffer(token)).toMatchObject({
    eventTitle: "The Tempest",
    startsAt: null,
  });

  const startsAt = new Date(Date.now() + 60 * 86_400_000).toISOString();
  await organizer.postponePerformance(performance, { startsAt });
  expect((await scanner.scan(performance, ticket.credential ?? "")).admitted).toBe(true);
});
