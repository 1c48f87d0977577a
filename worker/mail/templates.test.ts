// If this failed, people would get a mail with a hole in it, or in a language that they have not chosen.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "../../cli/db/paths.ts";
import { german } from "./german.ts";
import { mailText, type MailVariables } from "./templates.ts";

const variables: MailVariables = {
  event: "The Tempest",
  startsAt: "2027-05-01 19:30 Europe/Vienna",
  reference: "ABC",
  amount: "62.80 EUR",
  until: "2027-04-01 19:30 Europe/Vienna",
  organization: "Playhouse",
  period: "2026-11-01 to 2026-11-07",
  reason: "The roof",
};

const bought: MailVariables = {
  ...variables,
  token: "x".repeat(43),
  paid: "20.00 EUR",
  venue: "House, Ring 1, 1010 Vienna",
  items: ["2 x Stalls: Stalls, A: 3, 4", "1 x Program"],
  payment: "paid",
};

const names = Object.keys(german);

test("what is said in German is said in English too, of the same things", () => {
  expect(names).not.toEqual([]);
  const given = { ...variables, token: "x".repeat(43), paid: "20.00 EUR" };
  for (const name of names) {
    const said = [mailText(name, given, undefined), mailText(name, given, undefined, "de-AT")];
    for (const { subject, text } of said)
      expect(subject + text, name).not.toMatch(/undefined|null/);
    const [english, translated] = said.map(({ subject, text }) =>
      Object.values(given).filter((value) => `${subject}${text}`.includes(`${value}`)),
    );
    const told = english?.filter((value) => value !== variables.period);
    expect(translated, name).toEqual(told);
  }
});

test.each([null, "de"])(
  "what was bought is told, with its price and where it is (%s)",
  (language) => {
    const said = (changes: MailVariables): string =>
      mailText("booking_confirmed", { ...bought, ...changes }, "https://shop.example", language)
        .text;
    const { reference, venue, startsAt, amount, items = [] } = bought;
    for (const told of [reference, venue, startsAt, amount, ...items]) {
      expect(said({})).toContain(told);
    }
    expect(said({})).toContain("https://shop.example/claim-booking?token=xxx");
    expect(said({ token: undefined })).not.toMatch(/token|undefined/);
    expect(said({ payment: "free" })).not.toContain(amount);
    expect(said({ payment: "invoice" })).toMatch(/invoice|Rechnung/);
    expect(said({ venue: undefined, isOnline: true })).toMatch(/Online: .*(tickets|Karten)/);
    const postponed = said({ isPostponed: true });
    expect(postponed).toMatch(/no new date yet|neuen Termin gibt es noch nicht/);
    expect(postponed).not.toContain(startsAt);
    const pass = said({
      pass: "Both days",
      dates: ["2027-05-01 10:00 UTC", "2027-05-02 10:00 UTC"],
    });
    expect(pass).toContain("The Tempest, Both days\n2027-05-01 10:00 UTC\n2027-05-02 10:00 UTC\n");
    expect(pass).not.toContain(startsAt);
  },
);

test("who is offered a ticket is told that it has no day any more", () => {
  const offer = { ...variables, token: "x".repeat(43) };
  const said = (isPostponed: boolean): string =>
    mailText("ticket_offer", { ...offer, isPostponed }, undefined).text;
  expect(said(true)).toContain("It is postponed, and has no new day yet.");
  expect(said(false)).not.toContain("postponed");
});

test("of a great many rows the first are told, and how many more there are", () => {
  const items = Array.from({ length: 40 }, (_, row) => `9 x Stalls: Stalls, ${row}: 1`);
  const { text } = mailText("booking_confirmed", { ...bought, items }, undefined);
  expect(text.match(/9 x Stalls/g)).toHaveLength(30);
  expect(text).toContain("and 10 lines more");
});

test("a language that there is no mail in is answered in English", () => {
  const english = mailText("payout_held", variables, undefined);
  for (const language of [null, "en", "fr", "den"]) {
    expect(mailText("payout_held", variables, undefined, language)).toEqual(english);
  }
  expect(mailText("payout_held", variables, undefined, "de").subject).toContain("zurückgehalten");
  // What has no German text yet.
  expect(mailText("account_closed", {}, undefined, "de").subject).toContain("closed");
});

test("whoever was handed a ticket reads of it, and of no booking", () => {
  const change: MailVariables = { ...variables, newStartsAt: "2027-06-01", ticket: "TKT-1" };
  for (const kind of ["moved", "postponed", "canceled", "date_canceled"]) {
    const { text } = mailText(`performance_${kind}`, change, undefined);
    expect(text).toContain("TKT-1");
    expect(text).not.toMatch(/booking|undefined|What you paid/);
  }
});

test("each of them is sent by a function of the database", () => {
  const sources = readdirSync(join(repositoryRoot, "db", "functions"), {
    recursive: true,
    encoding: "utf8",
  })
    .filter((file) => file.endsWith(".sql"))
    .map((file) => readFileSync(join(repositoryRoot, "db", "functions", file), "utf8"))
    .join("\n");
  expect(names.filter((name) => !sources.includes(`'${name}'`))).toEqual([]);
});

test.each(["moved", "postponed", "canceled", "date_canceled"])(
  "whoever was given a ticket is told that it is %s, and not whose it was",
  (kind) => {
    const change = { ...variables, ticket: "T-1", newStartsAt: "2027-05-02 19:30 Europe/Vienna" };
    const { text } = mailText(`performance_${kind}`, change, undefined);
    expect(text).toContain("The Tempest");
    expect(text).not.toMatch(/undefined|booking|you paid/);
  },
);
