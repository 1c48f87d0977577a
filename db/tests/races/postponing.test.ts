// If this fails, somebody who chose a date in the moment in which it moved is not told, and cannot give it back.
import { expect, test } from "vitest";
import { Theatre } from "./theatre.ts";

const toAnotherDay = `select (app_public.postpone_performance(
  tests.id('theatre.performance'), now() + interval '60 days'
)).status::text`;

interface Told {
  /** Of the price, what the buyer gets back. */
  readonly percentage: number;
  readonly mails: string[];
}

const knows: Told = { percentage: 0, mails: ["booking_confirmed"] };
const isTold: Told = { percentage: 100, mails: ["booking_confirmed", "performance_moved"] };

/** What a buyer is told and offered whose choice and payment come before or after a move can be seen. */
async function buy(
  theatre: Theatre,
  chooses: "before" | "after",
  pays: "before" | "after",
): Promise<Told> {
  // As if each change took a minute, with a season to move.
  await theatre.owner.query(
    "alter table app_private.performance_notices alter known_from set default now() - interval '1 minute'",
  );
  const owner = await theatre.user("theatre owner");
  await owner.begin();
  expect(await owner.run(toAnotherDay)).toEqual(["scheduled"]);

  let booking = chooses === "before" ? await theatre.checkOut("b", 1, 1) : "";
  const pay = async () => {
    await theatre.owner.query("select tests.pay($1)", [booking]);
    await theatre.owner.query("select app_private.mail_confirmations(100)");
  };
  if (pays === "before") await pay();
  await owner.commit();
  await theatre.owner.query(
    "select app_private.mail_notices_of(n.id) from app_private.performance_notices as n",
  );
  if (chooses === "after") {
    await theatre.owner.query(
      "update app_private.performance_notices set known_from = now() - interval '1 minute'",
    );
    booking = await theatre.checkOut("b", 1, 1);
  }
  if (pays === "after") await pay();

  const percentage = await theatre.value<number>(
    `select (app_private.cancellation_offer_of(b)).percentage::integer
    from app_public.bookings as b where b.id = $1`,
    [booking],
  );
  const { rows } = await theatre.owner.query<{ template: string }>(
    "select template from app_private.outgoing_emails order by created_at, id",
  );
  return { percentage, mails: rows.map(({ template }) => template) };
}

test("who buys while a date moves is told, and may give it back", async () => {
  await using theatre = await Theatre.open();
  expect(await buy(theatre, "before", "before")).toEqual(isTold);
});

test("control: by when the move began, they have the old date in their mail, and keep the ticket", async () => {
  await using theatre = await Theatre.open();
  await theatre.owner.query("drop trigger _900_note_commit on app_private.performance_notices");
  expect(await buy(theatre, "before", "before")).toEqual(knows);
});

test("who chooses while a date moves, and pays then, is told with the confirmation", async () => {
  await using theatre = await Theatre.open();
  expect(await buy(theatre, "before", "after")).toEqual(isTold);
});

test("control: by the notice's own mails, they are not", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken(
    "app_private.mail_confirmation",
    "perform app_private.mail_missed_notice(mail_confirmation.booking);",
  );
  expect(await buy(theatre, "before", "after")).toEqual({ ...isTold, mails: knows.mails });
});

test("who chooses afterwards knows the date", async () => {
  await using theatre = await Theatre.open();
  expect(await buy(theatre, "after", "after")).toEqual(knows);
});
