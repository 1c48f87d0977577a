// Buys tickets as a guest, from the first look at the program to the QR code for the door.
//
//   npm run demo                      two seats for the next performance
//   npm run demo -- --seats 4         four seats side by side
//   npm run demo -- --event the-tempest --card declined
//   npm run demo -- --url http://127.0.0.1:4100
//
// Everything goes through the SDK, as in a program of yours. Only finding the running box office is taken from `lml`.
import { parseArgs } from "node:util";
import qrcode from "qrcode";
import { officeDirectory } from "../cli/office/directory.ts";
import { runningState } from "../cli/office/state.ts";
import {
  type Booking,
  ConnectionError,
  type Event,
  LastMinuteLive,
  LastMinuteLiveError,
  PaymentDeclinedError,
  type Performance,
  type Seat,
  type SeatMap,
  SeatsTakenError,
  TEST_CARDS,
  type TestCardName,
  type Ticket,
} from "../sdk/index.ts";

interface Wishes {
  readonly url: string;
  readonly seats: number;
  readonly event: string | undefined;
  readonly card: TestCardName;
}

/** What the buyer is told when nothing is wrong with the program. */
class DemoError extends Error {
  override name = "DemoError";
}

async function main(wishes: Wishes): Promise<void> {
  const lml = new LastMinuteLive({ url: wishes.url });
  const { event, performance } = await choosePerformance(lml, wishes);
  say(`${event.title}, ${localTime(event, performance)}, ${event.venue?.name ?? ""}`);

  const booking = await holdSideBySide(lml, performance, wishes.seats);
  say(`Held until ${clock(booking.expiresAt)}, nobody else can have them meanwhile.`);
  showPrice(booking);

  await lml.startCheckout(booking, {
    email: "guest@riverside.example",
    firstName: "Gabriel",
    lastName: "Okafor",
  });
  const paid = await pay(lml, booking, wishes.card);
  say(`Paid with a test card. Booking ${paid.bookingReference} is ${paid.status}.`);

  for (const ticket of await lml.tickets(paid)) await showTicket(ticket);
  say("Within a minute a mail confirms it, in .lml/mail unless you have set up SMTP.");
  say("At the door, scanTicket lets each of them in, once.");
  say(`Look at it in the database: psql "$(npx lml url)"`);
}

/** The next performance with as many free seats side by side: not everything that is sold has seats. */
async function choosePerformance(
  lml: LastMinuteLive,
  { event: slug, seats }: Wishes,
): Promise<{ event: Event; performance: Performance }> {
  const found: { event: Event; performance: Performance }[] = [];
  for await (const event of lml.events()) {
    if (!isOnSale(event) || (slug !== undefined && event.slug !== slug)) continue;
    for await (const performance of lml.performances(event)) {
      const upcoming = Date.parse(performance.startsAt) > Date.now();
      if (upcoming && performance.status === "scheduled") found.push({ event, performance });
    }
  }
  const inOrder = found.toSorted(
    (a, b) => Date.parse(a.performance.startsAt) - Date.parse(b.performance.startsAt),
  );
  for (const { event, performance } of inOrder) {
    if (performance.layout == null || performance.passName !== null) continue;
    if (sideBySide(await lml.seatMap(performance), seats) !== undefined) {
      return { event, performance };
    }
  }
  if (found.length > 0) throw noneSideBySide(seats);
  throw new DemoError(
    slug === undefined
      ? "Nothing is on sale. Fill in the demo: npx lml seed"
      : `Nothing called "${slug}" is on sale. Without --event, the next performance is taken.`,
  );
}

function isOnSale({ status, salesStart, salesEnd }: Event): boolean {
  const now = Date.now();
  return (
    status === "published" &&
    Date.parse(salesStart) <= now &&
    (salesEnd === null || Date.parse(salesEnd) > now)
  );
}

function noneSideBySide(count: number): DemoError {
  return new DemoError(`There are no ${count} free seats side by side. Try fewer: --seats 1`);
}

const attemptsMax = 10;

/** Looks at the plan, chooses, holds; looks again when somebody was quicker. */
async function holdSideBySide(
  lml: LastMinuteLive,
  performance: Performance,
  count: number,
): Promise<Booking> {
  for (let attempt = 1; ; attempt++) {
    const map = await lml.seatMap(performance);
    const free = map.seats.filter(({ status }) => status === "available");
    if (attempt === 1) say(`${free.length} of ${map.seats.length} seats are free.`);
    const seats = sideBySide(map, count);
    if (seats === undefined) throw noneSideBySide(count);
    try {
      const booking = await lml.hold(performance, seats);
      for (const seat of seats) {
        const price = money(seat.priceCents ?? 0, map.currency);
        say(`  ${seat.section}, row ${seat.row}, seat ${seat.number}: ${price}`);
      }
      return booking;
    } catch (error) {
      if (!(error instanceof SeatsTakenError) || attempt === attemptsMax) throw error;
      say("Somebody was quicker. Looking again.");
    }
  }
}

/** Free neighbors in one row, the nearest to the middle of the house; wheelchair places are left to those who need them. */
function sideBySide({ seats }: SeatMap, count: number): readonly Seat[] | undefined {
  const rows = Map.groupBy(seats, ({ section, row }) => JSON.stringify([section, row]));
  const groups = [...rows.values()].flatMap((row) =>
    row.slice(0, Math.max(0, row.length - count + 1)).map((_, at) => row.slice(at, at + count)),
  );
  return groups
    .filter((group) => group.every(isOrdinary))
    .toSorted((a, b) => fromMiddle(a) - fromMiddle(b))[0];
}

function isOrdinary({ status, priceCents, features }: Seat): boolean {
  const special = features.includes("wheelchair") || features.includes("companion");
  return status === "available" && priceCents !== null && !special;
}

function fromMiddle(group: readonly Seat[]): number {
  const distances = group.map(({ x, y }) => Math.hypot(x - 0.5, y - 0.35));
  return distances.reduce((sum, distance) => sum + distance, 0);
}

function showPrice(booking: Booking): void {
  const { currency } = booking;
  const parts = [
    ["tickets", booking.subtotalCents],
    ["service fee", booking.serviceFeeCents],
    ["processing fee", booking.processingFeeCents],
    ["tax", booking.taxCents],
  ] as const;
  const lines = parts
    .filter(([, cents]) => cents !== 0)
    .map(([name, cents]) => `${name} ${money(cents, currency)}`);
  say(`To pay: ${money(booking.totalAmountCents, currency)} (${lines.join(", ")})`);
}

/** A declined card is no end: the seats stay held, so another card can be tried. */
async function pay(lml: LastMinuteLive, booking: Booking, card: TestCardName): Promise<Booking> {
  try {
    return await lml.pay(booking, { testCard: card });
  } catch (error) {
    if (!(error instanceof PaymentDeclinedError)) throw error;
    say(`${error.message} The seats are still held: trying another card.`);
    return await lml.pay(booking, { testCard: "visa" });
  }
}

async function showTicket(ticket: Ticket): Promise<void> {
  const { ticketNumber, section, rowName, seatNumber, credential, currency } = ticket;
  say("");
  say(`Ticket ${ticketNumber}: ${section ?? ""}, row ${rowName ?? ""}, seat ${seatNumber ?? ""}`);
  say(`  ${money(ticket.totalPaidCents, currency)}, fees and tax included`);
  if (credential === null) return;
  // A terminal is told the colors, so that dark themes do not turn the code inside out.
  const code = process.stdout.isTTY
    ? await qrcode.toString(credential, { type: "terminal", small: true })
    : await qrcode.toString(credential, { type: "utf8" });
  say(code);
}

function localTime(event: Event, { startsAt }: Performance): string {
  return new Intl.DateTimeFormat("en", {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(event.venue == null ? {} : { timeZone: event.venue.timezone }),
  }).format(new Date(startsAt));
}

function clock(time: string | null): string {
  return time === null ? "the end" : new Date(time).toLocaleTimeString("en", { hour12: false });
}

function money(cents: number, currency: string): string {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(cents / 10 ** digits);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function readWishes(): Wishes {
  const { values } = parseArgs({
    options: {
      url: { type: "string" },
      seats: { type: "string", default: "2" },
      event: { type: "string" },
      card: { type: "string", default: "visa" },
      data: { type: "string" },
    },
  });
  const seats = Number(values.seats);
  if (!Number.isInteger(seats) || seats < 1) throw new DemoError("--seats is a number from 1.");
  const card = Object.keys(TEST_CARDS).find((name): name is TestCardName => name === values.card);
  if (card === undefined) {
    throw new DemoError(`--card is one of ${Object.keys(TEST_CARDS).join(", ")}.`);
  }
  const running = runningState(officeDirectory(values.data))?.graphqlUrl;
  const url = values.url ?? running ?? "http://127.0.0.1:4000";
  return { url, seats, event: values.event, card };
}

function explain(error: unknown, url: string | undefined): string {
  if (error instanceof ConnectionError) {
    const where = url === undefined ? "" : ` at ${url}`;
    return `No box office answers${where}. Start one in another terminal, and then this again:\n\n  npm start\n`;
  }
  if (error instanceof LastMinuteLiveError) {
    return `${error.message} [${error.code}]${error.hint === null ? "" : `\n${error.hint}`}`;
  }
  if (error instanceof Error && process.env["LML_DEBUG"]) return error.stack ?? error.message;
  return error instanceof Error ? error.message : String(error);
}

let url: string | undefined;
try {
  const wishes = readWishes();
  url = wishes.url;
  await main(wishes);
} catch (error) {
  process.stderr.write(`${explain(error, url)}\n`);
  process.exitCode = 1;
}
