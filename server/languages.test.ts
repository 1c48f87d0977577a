// If this failed, somebody would be written to in another language than their browser asks for, or a bad header would stop a request.
import { expect, test } from "vitest";
import { preferredLanguage } from "./languages.ts";

test.each([
  ["de-AT,de;q=0.9,en;q=0.8", "de-AT"],
  ["en-US,en;q=0.5", "en-US"],
  ["en;q=0.5, de-CH ; q=0.9", "de-CH"],
  // What mails do not speak, only where there is nothing else.
  ["fr-CH, nl;q=0.9, de;q=0.7, *;q=0.5", "de"],
  ["fr-CH, nl;q=0.9", "fr-CH"],
  ["DE-at", "de-AT"],
  ["zh-hant-tw", "zh-Hant-TW"],
  ["en-US-u-hc-h23", "en-US"],
  ["de;q=0, en", "en"],
  ["de_AT, english-with-a-long-word, 'or 1=1, en;q=0.1", "en"],
  ["de;q=much, fr", "fr"],
])("of %s it is %s", (header, language) => {
  expect(preferredLanguage(header)).toBe(language);
});

test.each([undefined, "", "*", "*;q=0.5", ",,;", "de;q=0", "\u0000", `x${"y".repeat(10_000)}`])(
  "of %j it is none",
  (header) => {
    expect(preferredLanguage(header)).toBe("");
  },
);

test("of thousands the first are read", () => {
  expect(preferredLanguage(`${"fr,".repeat(100_000)}de`)).toBe("fr");
});

test("a header is read again as it was read first, however many there were in between", () => {
  expect(preferredLanguage("de-AT, en;q=0.5")).toBe("de-AT");
  for (let n = 0; n < 2_500; n += 1) expect(preferredLanguage(`en;q=0.1${n}`)).toBe("en");
  expect(preferredLanguage("de-AT, en;q=0.5")).toBe("de-AT");
});
