// If this failed, whoever follows a guide for their kind of house would not get to its end.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { examplesOf, runExample } from "../sdk/testing-examples.ts";
import { openAccount, startOffice, type TestOffice } from "../sdk/testing-office.ts";

/** What each of them prints. */
const printed = {
  theatre: [
    // Four at 60.00 less a tenth, and 5 percent and 0.50 of fees.
    "confirmed 22880 EUR",
    "pending_payment",
    "returned 2700",
    "A 2 true",
    "A 3 true",
    "A 4 true",
  ],
  festival: [
    "scheduled Ground",
    "scheduled Ground",
    "partially_paid",
    "paid 2800",
    "pending 5600",
    "pending 5600",
    "places left in the camp: 0",
    "on the ground: 496",
    "on the day after: 498",
    "for both: 198",
    "The camp is full.",
    "true",
    "success false",
    "1 refunded",
    "partial approved",
  ],
  museum: [
    "24 dates",
    "places: 30",
    "4000 JPY",
    "public_price 4000 0",
    "tax 0 364",
    "public_price 0 0",
    "3 come",
    "true",
    "true",
    "true",
    "wrong_event",
  ],
  online: [
    "a stranger sees null",
    "before: null",
    "6500 0",
    "after: https://stream.example/room-7",
    "download: https://films.example/talk-by-night",
    "confirmed",
    "pending_approval",
    "confirmed",
    "authorized: pending_approval",
    "charged: confirmed",
    // 38500 less 4 percent of fees and 10 of commission.
    "organizer_payable 33110",
    "stream: https://stream.example/hall",
    "Hall success",
    "stream wrong_gate LMTWG",
    // A stream of 30 with its fee of 4 percent.
    "given back: 3120",
    "stream: null",
    "Hall canceled",
    "Hall canceled",
    "null canceled",
  ],
} as const;

let office: TestOffice;
let directory: string;
const person = { email: "organizer@example.com", password: "a long enough password" };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "lml-guides-"));
  office = await startOffice();
  const names = { firstName: "Olga", lastName: "Organizer" };
  await openAccount(office, office.client(), { ...person, ...names });
});
afterAll(async () => {
  await office[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

test.each(Object.entries(printed))("the guide of %s runs as it stands", async (name, lines) => {
  const page = await readFile(new URL(`guides/${name}.md`, import.meta.url), "utf8");
  const code = examplesOf(page)
    .map((example) => example.code)
    .join("\n");
  const output = await runExample({ heading: name, code }, directory, {
    LML_URL: office.url,
    LML_EMAIL: person.email,
    LML_PASSWORD: person.password,
  });
  expect(output.trim().split("\n")).toEqual(lines);
});
