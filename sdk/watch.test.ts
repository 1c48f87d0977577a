// If these failed, a page that watches would go stale without anybody noticing, or watch for ever what is refused.
import { once } from "node:events";
import { connect as connectTo, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  BookingNotFoundError,
  ConnectionError,
  type LastMinuteLive,
  NotFoundError,
  type Performance,
  type Seat,
  SessionEndedError,
} from "./index.ts";
import {
  openAccount,
  putOnSale,
  smallShow,
  startOffice,
  type TestOffice,
} from "./testing-office.ts";

let office: TestOffice;
let organizer: LastMinuteLive;
let performance: Performance;

beforeAll(async () => {
  office = await startOffice();
  organizer = office.client();
  performance = await putOnSale(office, organizer, smallShow);
}, 60_000);
afterAll(() => office[Symbol.asyncDispose]());

function freeSeat(seats: readonly Seat[]): Seat {
  const seat = seats.find(({ status }) => status === "available");
  if (seat === undefined) throw new Error("There is no free seat.");
  return seat;
}

async function next<T>(updates: AsyncGenerator<T, void>): Promise<T> {
  const { done, value } = await updates.next();
  if (done === true) throw new Error("It has ended.");
  return value;
}

describe("a map that is watched", () => {
  test("is the map, whatever others do", async () => {
    const [ada, eve] = [office.client(), office.client()];
    const updates = eve.watchSeatMap(performance);
    const first = await next(updates);
    expect(first.changed).toEqual(first.map.seats);
    const wanted = first.map.seats.filter(({ status }) => status === "available").slice(0, 2);
    const booking = await ada.hold(performance, wanted);
    const held = (await updates.next()).value;
    expect(held?.changed).toEqual(wanted.map((seat) => ({ ...seat, status: "locked" })));
    await ada.cancel(booking);
    const free = (await updates.next()).value;
    expect(free?.changed).toEqual(wanted);
    expect(free?.map.seats).toEqual((await eve.seatMap(performance)).seats);
    await updates.return();
  });

  test("goes on from where it was when the connection is lost", async () => {
    await using proxy = await startProxy(office.url);
    const [ada, eve] = [office.client(), office.client({ url: proxy.url })];
    const updates = eve.watchSeatMap(performance);
    const { map } = await next(updates);
    const following = updates.next();
    const seat = freeSeat(map.seats);
    await expect.poll(() => proxy.connections()).toBeGreaterThan(0);
    proxy.cut();
    const booking = await ada.hold(performance, [seat]);
    proxy.mend();
    expect((await following).value?.changed).toEqual([{ ...seat, status: "locked" }]);
    await ada.cancel(booking);
    expect((await updates.next()).value?.changed).toEqual([seat]);
    await updates.return();
  });

  test("tells whoever is slow the newest at once", async () => {
    const [ada, eve] = [office.client(), office.client()];
    const updates = eve.watchSeatMap(performance);
    const { map } = await next(updates);
    const one = freeSeat(map.seats);
    const two = freeSeat(map.seats.filter((seat) => seat !== one));
    const quick = eve.watchSeatMap(performance);
    await next(quick);
    const first = await ada.hold(performance, [one]);
    expect((await updates.next()).value?.changed).toHaveLength(1);
    await ada.cancel(first);
    const second = await ada.hold(performance, [two]);
    // More than two of the server's questions what is new, however slow it is.
    let told = await next(quick);
    while (told.map.seats.find(({ id }) => id === two.id)?.status !== "locked") {
      told = await next(quick);
    }
    await quick.return();
    await sleep(1_200);
    expect((await updates.next()).value?.changed).toEqual([one, { ...two, status: "locked" }]);
    await ada.cancel(second);
    await updates.return();
  });
});

describe("places that are watched", () => {
  test("are told by category, as many as can be had, and not twice after a lost connection", async () => {
    const { eventId } = performance;
    const floor = await organizer.createTicketCategory({ eventId, name: "Floor", priceCents: 900 });
    await organizer.createAdmissionPool({
      performanceId: performance.id,
      name: "Floor",
      capacity: 4,
      ticketCategoryIds: [floor.id],
    });
    await using proxy = await startProxy(office.url);
    const [ada, eve] = [office.client(), office.client({ url: proxy.url })];
    const updates = eve.watchAdmissionsLeft(performance);
    expect(await next(updates)).toEqual(new Map([[floor.id, 4]]));
    const following = updates.next();
    proxy.cut();
    proxy.mend();
    await expect.poll(() => proxy.connections()).toBe(2);
    // More than one of the server's questions what is new.
    await sleep(700);
    const booking = await ada.holdAdmissions(performance, floor, 3);
    expect((await following).value?.get(floor.id)).toBe(1);
    await ada.cancel(booking);
    expect((await next(updates)).get(floor.id)).toBe(4);
    await updates.return();
  });

  test("end for whoever they are not for", async () => {
    await expect(
      office.client().watchAdmissionsLeft(crypto.randomUUID()).next(),
    ).rejects.toBeInstanceOf(NotFoundError);
  });
});

describe("a booking that is watched", () => {
  test("is told until one has heard enough", async () => {
    const lml = office.client();
    const { seats } = await lml.seatMap(performance);
    const seat = freeSeat(seats);
    const booking = await lml.hold(performance, [seat]);
    const enough = new AbortController();
    const statuses: string[] = [];
    const watching = (async () => {
      for await (const now of lml.watchBooking(booking, { signal: enough.signal })) {
        statuses.push(now.status);
        expect(now.items).toEqual(booking.items);
        if (now.status === "draft") await lml.cancel(booking);
        else enough.abort(new Error("Enough."));
      }
    })();
    await expect(watching).rejects.toThrow("Enough.");
    expect(statuses).toEqual(["draft", "canceled"]);
  });

  test("ends for whoever it is not for, or no longer", async () => {
    const [ada, eve] = [office.client(), office.client()];
    await openAccount(office, ada, {
      email: "ada.watches@example.com",
      password: "a long enough password",
      firstName: "Ada",
      lastName: "Adler",
    });
    const { seats } = await ada.seatMap(performance);
    const seat = freeSeat(seats);
    const booking = await ada.hold(performance, [seat]);
    await expect(eve.watchBooking(booking).next()).rejects.toBeInstanceOf(BookingNotFoundError);
    const watching = office.client({ token: ada.token }).watchBooking(booking);
    expect((await watching.next()).value?.id).toBe(booking.id);
    await ada.cancel(booking);
    await ada.signOutEverywhere();
    const ended = (async () => {
      for await (const _ of watching);
    })();
    await expect(ended).rejects.toBeInstanceOf(SessionEndedError);
    await expect(eve.watchSeatMap(crypto.randomUUID()).next()).rejects.toBeInstanceOf(
      NotFoundError,
    );
  });
});

test("a server that is not there is told after as many attempts as a call has", async () => {
  const nowhere = office.client({ url: "http://127.0.0.1:1", retries: 1 });
  await expect(nowhere.watchBooking(crypto.randomUUID()).next()).rejects.toBeInstanceOf(
    ConnectionError,
  );
});

/** A way to a server that can be cut. */
async function startProxy(url: string): Promise<
  AsyncDisposable & {
    readonly url: string;
    /** How many connections have been upgraded. */
    connections(): number;
    cut(): void;
    mend(): void;
  }
> {
  const port = Number(new URL(url).port);
  const open = new Set<Socket>();
  let isCut = false;
  let upgraded = 0;
  const server = createServer((socket) => {
    if (isCut) return void socket.destroy();
    const there = connectTo(port, "127.0.0.1");
    for (const each of [socket, there]) {
      open.add(each);
      each.on("error", () => undefined);
      each.on("close", () => open.delete(each));
    }
    there.on("data", (chunk: Buffer) => {
      if (chunk.includes("101 Switching")) upgraded += 1;
    });
    socket.pipe(there).pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => upgraded,
    cut: () => {
      isCut = true;
      for (const each of open) each.destroy();
    },
    mend: () => (isCut = false),
    [Symbol.asyncDispose]: async () => {
      for (const each of open) each.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
