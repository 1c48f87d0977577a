import type { MailVariables } from "./templates.ts";

/** What a language says of a purchase. */
export interface PurchaseWords {
  /** Where to join what takes place online: not here, as mails are passed on. */
  readonly online: string;
  /** Instead of a date that there is not yet. */
  readonly postponed: string;
  /** How many lines are left out. */
  readonly more: (count: number) => string;
}

// Of a great many rows the first are enough: the booking has all of them.
const linesMax = 30;

/** The event, when and where it is, and what was bought for it, a line each. */
export function purchase(
  { event, startsAt, pass, dates, isPostponed, venue, isOnline, items = [] }: MailVariables,
  { online, postponed, more }: PurchaseWords,
): string {
  const left = items.length - linesMax;
  return [
    pass === undefined ? event : `${event}, ${pass}`,
    ...(isPostponed === true ? [postponed] : (dates ?? [startsAt])),
    ...(venue === undefined ? [] : [venue]),
    ...(isOnline === true ? [online] : []),
    "",
    ...items.slice(0, linesMax),
    ...(left > 0 ? [more(left)] : []),
  ].join("\n");
}
