// If this failed, people would get a mail with a hole in it, with words that somebody else chose, or not in their language.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "../../cli/db/paths.ts";
import { english } from "./english.ts";
import { german } from "./german.ts";
import { languages } from "./languages.ts";
import { mailNames, mailText, type MailVariables } from "./templates.ts";

const shop = "https://shop.example";

/** Every word that any mail is given, as the database says it. */
const everything = {
  token: "x".repeat(43),
  organization: "Playhouse",
  contact: "box@playhouse.example",
  role: "role-1",
  reason: "The roof",
  event: "The Tempest",
  seat: "Stalls, A, 3",
  startsAt: "2027-05-01 19:30 Europe/Vienna",
  amount: "1234.50 EUR",
  until: "2027-04-02 20:30 Europe/Vienna",
  reference: "LML-ABCDEFGH",
  kept: "20.00 EUR",
  paid: "21.00 EUR",
  items: ["2 x Stalls: Stalls, A: 3, 4", "1 x Program"],
  venue: "House, Ring 1, 1010 Vienna",
  newStartsAt: "2027-06-03 18:00 Europe/Vienna",
  refundsUntil: "2027-05-04 12:00 Europe/Vienna",
  booking: "LML-HGFEDCBA",
  ticket: "TKT-1",
  severity: "severity-1",
  rule: "Too many",
  place: "Linz, AT",
  network: "203.0.113.0/24",
  period: "2026-11-01 to 2026-11-07",
} as const satisfies MailVariables;

/** What some mails say only in some cases. */
const cases: readonly MailVariables[] = [
  everything,
  { ...everything, payment: "invoice" },
  { ...everything, payment: "free" },
  { ...everything, isOnline: true, venue: undefined },
  { ...everything, isPostponed: true },
  { ...everything, pass: "Both days", dates: [everything.startsAt, everything.newStartsAt] },
  { ...everything, token: undefined, contact: undefined, booking: undefined },
  { ...everything, ticket: undefined, seat: null, place: null, network: null },
  { ...everything, reason: undefined, refundsUntil: undefined, until: null, kept: undefined },
];

/** As a language writes them: what is no name. */
const written: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  en: {
    startsAt: "Saturday, May 1, 2027 at 7:30 PM (Europe/Vienna)",
    newStartsAt: "Thursday, June 3, 2027 at 6:00 PM (Europe/Vienna)",
    until: "Friday, April 2, 2027 at 8:30 PM (Europe/Vienna)",
    refundsUntil: "Tuesday, May 4, 2027 at 12:00 PM (Europe/Vienna)",
    amount: "€1,234.50",
    kept: "€20.00",
    paid: "€21.00",
    period: "November 1 – 7, 2026",
  },
  de: {
    startsAt: "Samstag, 1. Mai 2027 um 19:30 (Europe/Vienna)",
    newStartsAt: "Donnerstag, 3. Juni 2027 um 18:00 (Europe/Vienna)",
    until: "Freitag, 2. April 2027 um 20:30 (Europe/Vienna)",
    refundsUntil: "Dienstag, 4. Mai 2027 um 12:00 (Europe/Vienna)",
    amount: "1.234,50 €",
    kept: "20,00 €",
    paid: "21,00 €",
    period: "1.–7. November 2026",
  },
};

const needsToken = /needs its token/;

/** The mail, or nothing where it cannot do without what is not given. */
function said(name: string, variables: MailVariables, language: string): string | undefined {
  try {
    const { subject, text } = mailText(name, variables, shop, language);
    expect(subject, name).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]|^\s*$/u);
    return `${subject}\n\n${text}`;
  } catch (error) {
    if (error instanceof Error && needsToken.test(error.message)) return undefined;
    throw error;
  }
}

/** Which of the words that were given a mail has, by name. */
function told(mail: string, variables: MailVariables, language: string): string[] {
  // What is paid how is told in words of the language.
  const { payment: _payment, dates, items = [], ...words } = variables;
  const all = Object.entries({
    ...words,
    items: items[0],
    newStartsAt: dates?.[1] ?? words.newStartsAt,
  });
  return all
    .filter(([, value]) => typeof value === "string")
    .filter(([name, value]) => mail.includes(written[language]?.[name] ?? String(value)))
    .map(([name]) => name)
    .toSorted();
}

test("every mail is written in every language", () => {
  expect(mailNames.length).toBeGreaterThan(50);
  expect(Object.keys(german).toSorted()).toEqual(mailNames.toSorted());
  for (const name of mailNames) {
    const [one, other] = languages.map((language) => said(name, everything, language));
    expect(one, name).not.toBe(other);
  }
});

test.each(mailNames)("%s says the same in each language, and nothing else", (name) => {
  for (const variables of cases) {
    const [inEnglish, ...others] = languages.map((language) => {
      const mail = said(name, variables, language);
      return mail === undefined ? undefined : told(mail, variables, language);
    });
    for (const other of others) expect(other).toEqual(inEnglish);
  }
  for (const language of languages) {
    expect(said(name, everything, language)).not.toMatch(/undefined|null|NaN|\[object/);
    // What the database says in its own way is written in no language.
    expect(said(name, everything, language)).not.toMatch(/\d{4}-\d\d-\d\d|\d EUR/);
  }
});

test("the same mail has the same number of parts in each language", () => {
  for (const name of mailNames) {
    const parts = languages.map((language) => said(name, everything, language)?.split("\n").length);
    expect(new Set(parts).size, name).toBe(1);
  }
});

test.each(mailNames)("a name in %s is a line, whatever somebody has put into it", (name) => {
  const named = (words: string): MailVariables => ({
    ...Object.fromEntries(Object.keys(everything).map((key) => [key, words])),
    token: everything.token,
    items: [words, words],
    dates: [words],
    pass: words,
  });
  const hostile = "Eve\r\nBcc: all@example.com\n\nPay here\u202e\u2028\u0000";
  for (const language of languages) {
    const mail = said(name, named(hostile), language) ?? "";
    expect(mail).not.toMatch(/^(Bcc|Pay here)/m);
    expect(mail.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202e]/u);
    expect(mail.split("\n").length).toBe(said(name, named("Eve"), language)?.split("\n").length);
  }
});

test("dates and amounts are written as the reader's country does", () => {
  const text = (tag: string | null, amount = "1234.50 EUR"): string =>
    mailText("installment_due", { ...everything, amount }, shop, tag).text;
  expect(text("en")).toContain("€1,234.50 is due by Friday, April 2, 2027 at 8:30 PM (Europe/");
  expect(text("en-GB")).toMatch(/by Friday,? 2 April 2027 at 20:30 \(Europe/);
  expect(text("de")).toContain(
    "1.234,50 € ist bis Freitag, 2. April 2027 um 20:30 (Europe/Vienna)",
  );
  expect(text("de-CH")).toContain("EUR");
  expect(text("en", "1000 JPY")).toContain("¥1,000 is due");
  expect(text("de", "0.125 KWD")).toContain("0,125 KWD");
  expect(text("en", "92233720368547758.07 USD")).toContain("$92,233,720,368,547,758.07");
});

test("an event may be called what would be an amount, or a day that there is not", () => {
  for (const event of ["20 EUR", "2027-13-45 25:61 Nowhere/Never", "2026-11-01 to 2026-13-01"]) {
    for (const language of languages)
      expect(said("booking_link", { ...everything, event }, language)).toContain(event);
  }
});

test.each([null, "en", "fr", "den", "zh-Hant-TW", ""])(
  "to whoever speaks %s a mail is in English",
  (tag) => {
    const inEnglish = mailText("account_closed", {}, undefined, null);
    expect(inEnglish.subject).toBe("Your account is closed");
    expect(mailText("account_closed", {}, undefined, tag)).toEqual(inEnglish);
  },
);

// The last one passes the database's constraint, and is a tag that the runtime does not take.
test.each(["de", "de-AT", "de-Latn-DE", "de-1996", "de-1996-1996"])("%s is German", (tag) => {
  const { subject, text } = mailText("installment_due", everything, undefined, tag);
  expect(subject).toBe("Eine Rate für The Tempest");
  expect(text).toContain("April 2027 um 20:30 (Europe/Vienna)");
});

test.each(languages)("what was bought is told, with its price and where it is (%s)", (language) => {
  const bought: MailVariables = { ...everything, payment: "paid" };
  const { startsAt = "", newStartsAt = "", amount = "" } = written[language] ?? {};
  const text = (changes: MailVariables): string =>
    mailText("booking_confirmed", { ...bought, ...changes }, shop, language).text;
  const { reference, venue, items, contact } = everything;
  for (const word of [reference, venue, startsAt, amount, contact, ...items])
    expect(text({})).toContain(word);
  expect(text({})).toContain(`${shop}/claim-booking?token=xxx`);
  expect(text({ token: undefined })).not.toMatch(/token|undefined/);
  expect(text({ payment: "free" })).not.toContain(amount);
  expect(text({ payment: "invoice" })).toMatch(/invoice|Rechnung/);
  expect(text({ venue: undefined, isOnline: true })).toMatch(/Online: .*(tickets|Karten)/);
  const postponed = text({ isPostponed: true });
  expect(postponed).toMatch(/no new date yet|neuen Termin gibt es noch nicht/);
  expect(postponed).not.toContain(startsAt);
  const pass = text({ pass: "Both days", dates: [bought.newStartsAt ?? "", "soon"] });
  expect(pass).toContain(`The Tempest, Both days\n${newStartsAt}\nsoon\n`);
  expect(pass).not.toContain(startsAt);
});

test("of a great many rows the first are told, and how many more there are", () => {
  const text = (count: number, language: string): string => {
    const items = Array.from({ length: count }, (_, row) => `9 x Stalls: Stalls, ${row}: 1`);
    return mailText("booking_confirmed", { ...everything, items }, undefined, language).text;
  };
  expect(text(40, "en").match(/9 x Stalls/g)).toHaveLength(30);
  expect(text(40, "en")).toContain("and 10 more lines");
  expect(text(31, "en")).toContain("and one more line\n");
  expect(text(40, "de")).toContain("und 10 weitere Zeilen");
  expect(text(31, "de")).toContain("und eine weitere Zeile\n");
});

test.each(["moved", "postponed", "canceled", "date_canceled"])(
  "whoever was handed a ticket is told that it is %s, and not whose it was",
  (kind) => {
    const change: MailVariables = { ...everything, booking: undefined, refundsUntil: undefined };
    for (const language of languages) {
      const { text } = mailText(`performance_${kind}`, change, undefined, language);
      expect(text).toContain("TKT-1");
      expect(text).not.toMatch(/booking|Buchung|undefined|you paid|Sie bezahlt/);
    }
  },
);

test("German has words for every role and severity that there is, and for what banks say", () => {
  const role = (word: string): string =>
    german.organization_invitation({ ...everything, role: word }, shop).text;
  for (const word of ["owner", "manager", "viewer"]) expect(role(word)).not.toContain(`: ${word})`);
  expect(german.fraud_alert({ ...everything, severity: "high" }, shop).subject).toContain("(hoch)");
  const disputed = { ...everything, reason: "product_not_received" };
  expect(german.dispute_opened(disputed, shop).text).toContain("nicht bekommen");
  expect(english.dispute_opened(disputed).text).toContain("product not received");
});

test("each of them is sent by a function of the database", () => {
  const sources = readdirSync(join(repositoryRoot, "db", "functions"), {
    recursive: true,
    encoding: "utf8",
  })
    .filter((file) => file.endsWith(".sql"))
    .map((file) => readFileSync(join(repositoryRoot, "db", "functions", file), "utf8"))
    .join("\n");
  const tokens = new Set(["verify_email", "reset_password", "change_email"]);
  expect(
    mailNames.filter(
      (name) => !sources.includes(`'${name.replace(/^performance_/, "")}'`) && !tokens.has(name),
    ),
  ).toEqual([]);
});
