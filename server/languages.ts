import { remembered } from "./remembered.ts";
import { spokenLanguage } from "../worker/mail/languages.ts";

/**
 * The language that a caller would like best of those that mails speak, else the one that they would like best of all,
 * as an `Accept-Language` header says it: a tag such as `de-AT`. Empty if it names none: what is no tag is passed over.
 */
export function preferredLanguage(header: string | undefined): string {
  // No browser sends more than a few, and each is read.
  return languageOf((header ?? "").slice(0, 500));
}

/** Each request has a header, and most have the same few. To read one takes up to 80 µs. */
const languageOf = remembered(1_000, (header) => {
  const wishes = header.split(",").map(asWish);
  const wanted = wishes.filter(({ tag, weight }) => tag !== undefined && weight > 0);
  const ranked = wanted.toSorted((one, other) => other.weight - one.weight);
  const tags = ranked.map(({ tag = "" }) => tag);
  return tags.find((tag) => spokenLanguage(tag) !== undefined) ?? tags[0] ?? "";
});

function asWish(text: string): { readonly tag: string | undefined; readonly weight: number } {
  const [tag = "", ...parameters] = text.split(";").map((part) => part.trim());
  const quality = parameters.find((parameter) => /^q=/i.test(parameter));
  const weight = quality === undefined ? 1 : Number(quality.slice(2));
  try {
    return { tag: new Intl.Locale(tag).baseName, weight };
  } catch {
    return { tag: undefined, weight };
  }
}
