import type { MailVariables } from "./templates.ts";

/** What a language says of an event and what was bought for it. */
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

/** The event, when and where it is, a line each. */
export function happening(
  { event, startsAt, pass, dates, isPostponed, venue, isOnline }: MailVariables,
  { online, postponed }: PurchaseWords,
): string {
  return [
    pass === undefined ? event : `${event}, ${pass}`,
    ...(isPostponed === true ? [postponed] : (dates ?? [startsAt])),
    ...(venue === undefined ? [] : [venue]),
    ...(isOnline === true ? [online] : []),
  ].join("\n");
}

/** The same, and what was bought, a line each. */
export function purchase(variables: MailVariables, words: PurchaseWords): string {
  const { items = [] } = variables;
  const left = items.length - linesMax;
  return [
    happening(variables, words),
    "",
    ...items.slice(0, linesMax),
    ...(left > 0 ? [words.more(left)] : []),
  ].join("\n");
}
