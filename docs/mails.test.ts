// If this failed, the page would list a mail that nobody gets, or not tell of one that somebody does.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "../cli/db/paths.ts";
import { mailNames } from "../worker/mail/templates.ts";

const functions = join(repositoryRoot, "db", "functions");
const sources = new Map(
  readdirSync(functions, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".sql"))
    .map((file) => [basename(file, ".sql"), readFileSync(join(functions, file), "utf8")]),
);

const page = readFileSync(join(repositoryRoot, "docs", "mails.md"), "utf8");
const mails = [...page.matchAll(/^\| `(\w+)` +\| [^|]+ \| ([^|]+) \| `(\w+)` +\|$/gm)].map(
  ([, name = "", recipient = "", sender = ""]) => ({
    name,
    recipient,
    sender,
  }),
);

test("the page lists every mail", () => {
  const listed = mails.map(({ name }) => name);
  expect(listed.length).toBeGreaterThan(50);
  expect(listed.toSorted()).toEqual(mailNames.toSorted());
});

test("each of them is sent by the function that is named, to whoever has the right that is", () => {
  for (const { name, recipient, sender } of mails) {
    const source = sources.get(sender) ?? "";
    // A notice is called after what has happened to the date.
    const template = sender === "mail_notices_of" ? "performance_" : `${name}'`;
    expect(source, name).toContain(`'${template}`);
    const [, permission] = /members with `([a-z.]+)`/.exec(recipient) ?? [];
    if (permission === undefined) continue;
    const called = [...source.matchAll(/app_private\.(mail_\w+)\(/g)].map(
      ([, helper = ""]) => sources.get(helper) ?? "",
    );
    expect([source, ...called].join("\n"), name).toContain(`'${permission}'`);
  }
});

test("no other mail is sent to whoever a booking is for", () => {
  const sent = [...sources.values()].flatMap((source) =>
    [...source.matchAll(/mail_(?:booking|buyer)\(\s*\w+, '(\w+)'/g)].map(([, name]) => name),
  );
  expect(sent.length).toBeGreaterThan(3);
  expect(sent.filter((name) => !mails.some((mail) => mail.name === name))).toEqual([]);
});
