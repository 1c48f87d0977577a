import { remembered } from "../../server/remembered.ts";
import type { MailVariables } from "./templates.ts";

type InWords = (value: string, locale: string) => string;

/** How the database says what is no name: in one way for all languages. */
const kinds: Readonly<Partial<Record<keyof MailVariables, InWords>>> = {
  startsAt: moment,
  newStartsAt: moment,
  dates: moment,
  until: moment,
  refundsUntil: moment,
  amount: money,
  kept: money,
  paid: money,
  period: days,
};

/** What a template is given, as people of a locale (BCP 47) write it. */
export function localized(variables: MailVariables, locale: string): MailVariables {
  const said = Object.entries(variables).map(([name, value]: [string, unknown]) => {
    const inWords = kinds[name as keyof MailVariables] ?? asLine;
    const say = (one: unknown): unknown => (typeof one === "string" ? inWords(one, locale) : one);
    return [name, Array.isArray(value) ? value.map(say) : say(value)];
  });
  return Object.fromEntries(said) as MailVariables;
}

/** Such as `2027-05-01 19:30 Europe/Vienna`: in the time of the place, which is why it names it. */
function moment(value: string, locale: string): string {
  const [, day, time, zone] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d) (\S+)$/.exec(value) ?? [];
  if (day === undefined) return asLine(value);
  return `${plain(formatsOf(locale).moment.format(new Date(`${day}T${time}Z`)))} (${zone})`;
}

/** Such as `62.80 EUR`, of any size, with the decimals that it has. */
function money(value: string, locale: string): string {
  const [, amount, decimals = "", currency] = /^(-?\d+(?:\.(\d+))?) ([A-Z]{3})$/.exec(value) ?? [];
  if (amount === undefined) return asLine(value);
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: decimals.length,
    maximumFractionDigits: decimals.length,
  });
  return plain(format.format(amount as Intl.StringNumericLiteral));
}

/** Such as `2026-11-01 to 2026-11-07`. */
function days(value: string, locale: string): string {
  const [, first, last] = /^(\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d)$/.exec(value) ?? [];
  if (first === undefined || last === undefined) return asLine(value);
  return plain(formatsOf(locale).days.formatRange(new Date(first), new Date(last)));
}

/** Making them takes longer than using them. */
const formatsOf = remembered(20, (locale) => {
  // What is formatted is the time at the place already.
  const make = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" });
  return {
    moment: make({ dateStyle: "full", timeStyle: "short" }),
    days: make({ dateStyle: "long" }),
  };
});

/** The spaces of typesetters are boxes in some mailboxes. */
function plain(text: string): string {
  return text.replace(/\p{Zs}/gu, " ");
}

/** A name of several lines could pretend to be what we say, and a mark of direction turn around what follows it. */
function asLine(text: string): string {
  return text
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
}
