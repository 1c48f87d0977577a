import { english } from "./english.ts";
import { german } from "./german.ts";
import { type Language, spokenLanguage } from "./languages.ts";
import type { PublicUrl } from "./link.ts";
import { localized } from "./localized.ts";

/** What a mail says, before it is known who gets it. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
}

/** What a template may use, as the database says it; a template gets it as its readers write it. */
export interface MailVariables {
  readonly token?: string | undefined;
  readonly organization?: string | undefined;
  /** Where the organization answers questions. */
  readonly contact?: string | undefined;
  readonly role?: string | undefined;
  readonly reason?: string | undefined;
  readonly event?: string | undefined;
  /** Section, row and number; null for an admission. */
  readonly seat?: string | null | undefined;
  /** In the venue's time, such as `2027-05-01 19:30 Europe/Vienna`. */
  readonly startsAt?: string | undefined;
  /** Whether that is the day of old, and the new one is not known yet. */
  readonly isPostponed?: boolean | undefined;
  /** What is to be paid, such as `62.80 EUR`. */
  readonly amount?: string | undefined;
  /** Until when, such as `2027-05-01 19:30 Europe/Vienna`; null when there is no deadline. */
  readonly until?: string | null | undefined;
  /** What people quote on the telephone. */
  readonly reference?: string | undefined;
  /** A deposit that is not returned, such as `20.00 EUR`. */
  readonly kept?: string | undefined;
  /** What is paid of a price in parts, such as `20.00 EUR`. */
  readonly paid?: string | null | undefined;
  /** How the price of what was sold is settled. */
  readonly payment?: "free" | "invoice" | "paid" | undefined;
  /** What was bought, such as `2 x Stalls: Stalls, A: 3, 4`, a line each. */
  readonly items?: readonly string[] | undefined;
  /** The name of the house, and where it is. */
  readonly venue?: string | undefined;
  /** Whether it takes place online, only or too. */
  readonly isOnline?: boolean | undefined;
  /** The name of a pass; its dates are `dates`. */
  readonly pass?: string | undefined;
  readonly dates?: readonly string[] | undefined;
  readonly newStartsAt?: string | undefined;
  readonly refundsUntil?: string | undefined;
  /** The reference of a booking. */
  readonly booking?: string | undefined;
  /** The number of a ticket that somebody was handed. */
  readonly ticket?: string | undefined;
  readonly severity?: string | undefined;
  readonly rule?: string | undefined;
  /** Such as `Vienna, AT`; null where it is not known. */
  readonly place?: string | null | undefined;
  /** Such as `203.0.113.0/24`. */
  readonly network?: string | null | undefined;
  /** Which days a payout is for, such as `2026-11-01 to 2026-11-07`. */
  readonly period?: string | undefined;
}

/** A mail in one language. */
export type Template = (variables: MailVariables, publicUrl: PublicUrl) => MailText;

/** The mails that there are. */
export type MailName = keyof typeof english;

/** What each language says: all of them, which the compiler sees to. */
const templates: Readonly<Record<Language, Readonly<Record<MailName, Template>>>> = {
  en: english,
  de: german,
};

/** The mails that there are, by name. */
export const mailNames = Object.keys(english) as readonly MailName[];

const signature = "\n\nLast Minute Live\n";

/**
 * What a mail says, in the language of whoever gets it (BCP 47) if mails speak it, else in English.
 *
 * @throws Error for a template that does not exist.
 */
export function mailText(
  name: string,
  variables: MailVariables,
  publicUrl: PublicUrl,
  tag: string | null = null,
): MailText {
  if (!isMailName(name)) throw new Error(`There is no mail template "${name}".`);
  const language = spokenLanguage(tag);
  const said = localized(variables, language === undefined ? "en" : localeOf(tag ?? "", language));
  const { subject, text } = templates[language ?? "en"][name](said, publicUrl);
  return { subject, text: text + signature };
}

function isMailName(name: string): name is MailName {
  return Object.hasOwn(english, name);
}

/** The reader's own tag, which says how they write dates, unless it is none that the runtime takes. */
function localeOf(tag: string, language: Language): string {
  try {
    return new Intl.Locale(tag).baseName;
  } catch {
    return language;
  }
}
