// If this failed, an organizer could not describe a venue, or would lose seats that are sold when it is rebuilt.
import { afterAll, beforeAll, expect, test } from "vitest";
import { readLayout, writeLayout } from "../cli/layout/index.ts";
import { VenueStatusError, SeatsWouldBeLostError } from "./errors.ts";
import type { LastMinuteLive } from "./client.ts";
import type { LayoutDocument } from "./layout.ts";
import type { Performance } from "./models.ts";
import { smallHall, startOfficeWithShow, type TestOffice } from "./testing-office.ts";

let office: TestOffice;
let organizer: LastMinuteLive;
let performance: Performance;
let venueId: string;

beforeAll(async () => {
  ({ office, organizer, performance } = await startOfficeWithShow({
    layout: smallHall,
    prices: { Good: 2000, Cheap: 1000 },
  }));
  const [venue] = await organizer.searchVenues({ query: "great" }).toArray(10);
  venueId = venue?.id ?? "";
});

afterAll(() => office[Symbol.asyncDispose]());

/** The small hall with a standing area before it, and without some seats of its first row. */
function rebuilt(without: readonly string[]): LayoutDocument {
  const [stalls] = smallHall.sections;
  if (stalls === undefined || stalls.kind === "standing") throw new Error("The hall has no seats.");
  const rows = stalls.rows.map((row, index) =>
    index === 0
      ? { ...row, seats: row.seats.filter(({ number }) => !without.includes(number)) }
      : row,
  );
  return {
    ...smallHall,
    categories: [...(smallHall.categories ?? []), { name: "Pit" }],
    sections: [
      { name: "Pit", kind: "standing", capacity: 80, category: "Pit" },
      { ...stalls, rows },
    ],
  };
}

test("a venue is described, found, and read by everybody", async () => {
  await organizer.updateVenue(venueId, {
    address: { city: "Vienna", country: "AT" },
    latitude: 48.2,
    longitude: 16.37,
    venueType: "theater",
    amenities: ["bar"],
    openingHours: { mon: [["10:00", "18:00"]] },
  });
  await organizer.updateVenueCompliance(venueId, { licenseNumber: "L-7", licensedCapacity: 120 });
  const visitor = office.client();
  const found = await visitor
    .searchVenues({ city: "vienna", near: { latitude: 48.21, longitude: 16.38 }, withinKm: 5 })
    .toArray(10);
  expect(found).toMatchObject([
    { id: venueId, country: "AT", venueType: "theater", status: "active" },
  ]);
  expect(await visitor.venue(venueId)).toMatchObject({
    amenities: ["bar"],
    latitude: "48.20000000",
  });
});

test("a plan that is exported and imported again is the same version", async () => {
  const plan = await organizer.importLayout(venueId, rebuilt([]));
  expect(plan).toMatchObject({ version: 2, seatCount: 20, standingCapacity: 80 });
  const text = await organizer.exportLayout(plan);
  for (const format of ["lml", "pretix"] as const) {
    const reading = readLayout(text ?? "", { repair: false });
    if (!reading.accepted) throw new Error("The export is refused.");
    const again = readLayout(writeLayout(reading.document, format), { repair: false });
    if (!again.accepted) throw new Error("The export is refused.");
    expect((await organizer.importLayout(venueId, again.canonicalText)).id).toBe(plan.id);
  }
  expect(await organizer.validateLayouts(venueId)).toEqual([]);
});

test("a sold seat is not lost when the hall is rebuilt", async () => {
  const buyer = office.client();
  const { seats } = await buyer.layout(performance);
  const [first, second] = seats;
  if (first === undefined || second === undefined) throw new Error("The hall has no seats.");
  const booking = await buyer.hold(performance, [first.id, second.id]);
  await buyer.startCheckout(booking, { email: "buyer@example.com" });

  const fewer = await organizer.importLayout(venueId, rebuilt(["2"]));
  const dry = await organizer.movePerformanceToLayout(performance, fewer, { dryRun: true });
  expect(dry).toMatchObject({ isMoved: false, takenSeats: 2, removedSeats: 1 });
  expect(dry.lostSeats).toMatchObject([{ seatId: second.id, rowName: "A", reason: "missing" }]);
  await expect(organizer.movePerformanceToLayout(performance, fewer)).rejects.toThrow(
    SeatsWouldBeLostError,
  );

  const moved = await organizer.movePerformanceToLayout(
    performance,
    await organizer.importLayout(venueId, rebuilt(["5"])),
  );
  expect(moved).toMatchObject({ isMoved: true, takenSeats: 2, removedSeats: 1, lostSeats: [] });
  const current = await buyer.performance(performance);
  const plan = await buyer.layout(current ?? performance);
  expect(plan.seats.slice(0, 2).map(({ id }) => id)).toEqual([first.id, second.id]);
  expect(plan.standingAreas).toEqual([{ section: "Pit", capacity: 80, category: "Pit" }]);
  const again = await organizer.moveEventToLayout(performance.eventId, fewer, { dryRun: true });
  expect(again.map(({ lostSeats }) => lostSeats?.length)).toEqual([1]);
});

test("a layout that cannot be fetched says why", async () => {
  const source = { url: "https://127.0.0.1/plan.json", sha256: "0".repeat(64) };
  const asked = await organizer.requestLayoutFetch(venueId, source);
  await expect
    .poll(() => organizer.layoutFetch(asked))
    .toMatchObject({ status: "failed", errorCode: "address", layoutId: null });
});

test("a venue does not close while a performance is to come", async () => {
  await expect(organizer.setVenueStatus(venueId, "closed")).rejects.toThrow(VenueStatusError);
  expect((await organizer.setVenueStatus(venueId, "maintenance")).status).toBe("maintenance");
  expect((await organizer.setVenueStatus(venueId, "active")).status).toBe("active");
});
