import { german } from "./german.ts";
import { link, type PublicUrl } from "./link.ts";
import { purchase, type PurchaseWords } from "./purchase.ts";

/** What a mail says, before it is known who gets it. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
}

/** What a template may use. */
export interface MailVariables {
  readonly token?: string | undefined;
  readonly organization?: string | undefined;
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

const signature = "\n\nLast Minute Live\n";

const templates: Readonly<Record<string, Template>> = {
  verify_email: ({ token }, publicUrl) => ({
    subject: "Is this your address?",
    text: `Somebody opened an account with this address. If it was you, prove it within two days:\n\n${link(publicUrl, "verify-email", token)}\n\nIf not, there is nothing to do.`,
  }),
  reset_password: ({ token }, publicUrl) => ({
    subject: "A new password",
    text: `Choose a new password within an hour:\n\n${link(publicUrl, "reset-password", token)}\n\nIf you did not ask for this, your password stays as it is.`,
  }),
  change_email: ({ token }, publicUrl) => ({
    subject: "Your new address",
    text: `Make this the address of your account within two days:\n\n${link(publicUrl, "change-email", token)}\n\nIf you did not ask for this, there is nothing to do.`,
  }),
  complete_sign_up: ({ token }, publicUrl) => ({
    subject: "Open your account",
    text: `Somebody asked for an account with this address. If it was you, open it within two days, with the password that you chose:\n\n${link(publicUrl, "complete-sign-up", token)}\n\nIf not, there is nothing to do: there is no account.`,
  }),
  account_exists: () => ({
    subject: "You have an account already",
    text: "Somebody asked for an account with this address. It has one already, so nothing was changed. If it was you, sign in; if you have forgotten the password, ask for a new one.",
  }),
  address_in_use: () => ({
    subject: "Your address has an account already",
    text: "Somebody wanted to use this address for an account. It has one already, so nothing was changed. If it was you, sign in with that account.",
  }),
  organization_invitation: ({ token, organization, role }, publicUrl) => ({
    subject: `Work with ${organization}`,
    text: `${organization} would like you to join as ${role}. Sign in with this address, or open an account with it, and accept within seven days:\n\n${link(publicUrl, "accept-invitation", token)}\n\nIf you do not want to, there is nothing to do.`,
  }),
  password_changed: () => ({
    subject: "Your password was changed",
    text: "The password of your account was changed, and other devices were signed out. If it was not you, ask for a new password at once.",
  }),
  email_changed: () => ({
    subject: "Your account has another address",
    text: "The address of your account was changed; this one is no longer used. If it was not you, tell us at once.",
  }),
  account_locked: () => ({
    subject: "Your account is locked for a quarter of an hour",
    text: "A wrong password was tried ten times in a row, so nobody can sign in for a quarter of an hour. If it was not you, your password has kept them out.",
  }),
  new_sign_in: ({ place, network }) => ({
    subject: "A sign-in from a new place",
    text: `Somebody signed in to your account from where you have not been before: ${place == null ? "" : `${place}, `}network ${network ?? "unknown"}. If it was you, there is nothing to do. If not, choose another password at once: that ends all other sessions.`,
  }),
  two_factor_added: () => ({
    subject: "Signing in takes a code now",
    text: "Your account has a second factor now. Keep the recovery codes where you find them without your telephone. If it was not you, tell us at once.",
  }),
  two_factor_removed: () => ({
    subject: "Signing in takes no code any more",
    text: "The second factor of your account was removed. If it was not you, ask for a new password at once.",
  }),
  recovery_code_used: () => ({
    subject: "A recovery code was used",
    text: "One of the recovery codes of your account was used instead of a code. If it was not you, ask for a new password at once.",
  }),
  account_suspended: () => ({
    subject: "Your account is suspended",
    text: "Your account was suspended, and you were signed out everywhere. Tickets that you have stay valid. If you think that this is a mistake, write to us.",
  }),
  account_reinstated: () => ({
    subject: "Your account is open again",
    text: "Your account was suspended and is open again: sign in as before.",
  }),
  impersonation_started: ({ reason }) => ({
    subject: "Our support is looking at your account",
    text: `Somebody of our support is acting in your name, for an hour at most. The reason they gave:\n\n${reason}\n\nThey cannot change your password, your address or your second factor. If you did not expect this, tell us at once.`,
  }),
  ticket_offer: (ticket, publicUrl) => ({
    subject: `A ticket for ${ticket.event}`,
    text: `Somebody offers you a ticket for ${describe(ticket)}.${ticket.isPostponed === true ? " It is postponed, and has no new day yet." : ""} Accept or decline it within seven days:\n\n${link(publicUrl, "ticket-offer", ticket.token)}\n\nIf you do nothing, it stays where it is.`,
  }),
  ticket_transferred: (ticket) => ({
    subject: `Your ticket for ${ticket.event} was accepted`,
    text: `Your ticket for ${describe(ticket)} belongs to whoever you offered it to now. The QR code that you had opens no door any more.`,
  }),
  ticket_declined: (ticket) => ({
    subject: `Your ticket for ${ticket.event} was declined`,
    text: `Your ticket for ${describe(ticket)} was declined by whoever you offered it to. It is still yours.`,
  }),
  consent_given: ({ token, organization }, publicUrl) => ({
    subject: `Mail from ${organization}?`,
    text: `Somebody asked ${organization} to write to this address about its events. If it was you, say so within two days:\n\n${link(publicUrl, "confirm-consent", token)}\n\nIf not, there is nothing to do: nobody writes to you.`,
  }),
  consent_withdrawn: ({ token, organization }, publicUrl) => ({
    subject: `No more mail from ${organization}?`,
    text: `Somebody asked ${organization} not to write to this address about its events any more. If it was you, say so within two days:\n\n${link(publicUrl, "confirm-consent", token)}\n\nIf not, there is nothing to do: everything stays as it is.`,
  }),
  payment_link: (booking, publicUrl) => ({
    subject: `Pay for ${booking.event}`,
    text: `${booking.organization} holds places for you at ${describeBooking(booking)}. Pay ${booking.amount} until ${booking.until}:${bookingLink(booking, publicUrl)}\n\nIf you do nothing, they are given to others.`,
  }),
  booking_confirmed: (booking, publicUrl) => ({
    subject: `Your tickets for ${booking.event}`,
    text: `${booking.organization} confirms your booking ${booking.reference}:\n\n${purchase(booking, words)}\n\n${total(booking)}\n\nYour booking has the tickets; each opens the door once.${bookingLink(booking, publicUrl)}${linkIsGoodOnce(booking)}`,
  }),
  booking_deposit_paid: (booking, publicUrl) => ({
    subject: `Your places for ${booking.event}`,
    text: `${booking.organization} confirms your booking ${booking.reference}:\n\n${purchase(booking, words)}\n\n${booking.paid} of ${booking.amount} are paid. The next installment is due on ${booking.until}; the tickets are there with the last one.${bookingLink(booking, publicUrl)}${linkIsGoodOnce(booking)}`,
  }),
  booking_link: (booking, publicUrl) => ({
    subject: `Your booking for ${booking.event}`,
    text: `Somebody asked for a link to your booking for ${describeBooking(booking)}:${bookingLink(booking, publicUrl)}${linkIsGoodOnce(booking)}`,
  }),
  booking_in_account: (booking) => ({
    subject: `Your booking for ${booking.event}`,
    text: `Somebody asked for a link to your booking for ${describeBooking(booking)}. It is in an account and needs no link: sign in to the account that it was made with, or taken over by.`,
  }),
  booking_approved: (booking, publicUrl) => ({
    subject: `Your order for ${booking.event} was approved`,
    text: `${booking.organization} has approved your order for ${describeBooking(booking)}. Pay until ${booking.until}:${bookingLink(booking, publicUrl)}\n\nIf you do nothing, your places are given to others.`,
  }),
  booking_declined: (booking) => ({
    subject: `Your order for ${booking.event} was declined`,
    text: `${booking.organization} has declined your order for ${describeBooking(booking)}. The reason they gave:\n\n${booking.reason}`,
  }),
  booking_lapsed: (booking) => ({
    subject: `Your order for ${booking.event} was not answered`,
    text: `${booking.organization} has not answered your order for ${describeBooking(booking)} in time. Nothing was charged, and your places are free again.`,
  }),
  installment_due: (booking, publicUrl) => ({
    subject: `An installment for ${booking.event}`,
    text: `${booking.amount} for ${describeBooking(booking)} are due until ${booking.until}:${bookingLink(booking, publicUrl)}`,
  }),
  installment_overdue: (booking, publicUrl) => ({
    subject: `An installment for ${booking.event} is overdue`,
    text: `${booking.amount} for ${describeBooking(booking)} were due. Pay until ${booking.until}, or your booking is canceled:${bookingLink(booking, publicUrl)}`,
  }),
  installment_canceled: (booking) => ({
    subject: `Your booking for ${booking.event} was canceled`,
    text: `An installment for ${describeBooking(booking)} was not paid, so the booking was canceled. ${booking.kept === undefined ? "What you have paid is returned." : `The deposit of ${booking.kept} is kept, as agreed; what you have paid beyond it is returned.`}`,
  }),
  waiting_list_confirm: (wish, publicUrl) => ({
    subject: `Wait for ${wish.event}?`,
    text: `Somebody wants to wait for places at ${describe(wish)} with this address. If it was you, say so within two days:\n\n${link(publicUrl, "waiting-list", wish.token)}\n\nThe same link tells later how many are before you, and lets you leave. If it was not you, there is nothing to do: nobody waits.`,
  }),
  waiting_list_offer: (booking, publicUrl) => ({
    subject: `There are places for ${booking.event}`,
    text: `${booking.organization} holds the places for you that you waited for: ${describeBooking(booking)}, ${booking.amount} in all. They are yours until ${booking.until}:${bookingLink(booking, publicUrl)}\n\nIf you do nothing, they go to the next one.`,
  }),
  waiting_list_lapsed: (wish) => ({
    subject: `Your places for ${wish.event} went to others`,
    text: `The places at ${describe(wish)} that were held for you were not paid for in time, and go to the next one. If you still want to come, wait again.`,
  }),
  waiting_list_canceled: (wish) => ({
    subject: `${wish.event} is canceled`,
    text: `${describe(wish)}, for which you waited for places, does not take place. There is nothing to do.`,
  }),
  performance_moved: (change) => ({
    subject: `${change.event} has another date`,
    text: `${change.event}, for which you have ${ofChange(change)}, takes place on ${change.newStartsAt}, and not on ${change.startsAt}.${because(change)}\n\nYour tickets stay good.${givingBack(change)}`,
  }),
  performance_postponed: (change) => ({
    subject: `${change.event} is postponed`,
    text: `${change.event} on ${change.startsAt}, for which you have ${ofChange(change)}, is postponed. There is no new date yet: we write again when there is.${because(change)}\n\nYour tickets stay good.${givingBack(change)}`,
  }),
  performance_canceled: (change) => ({
    subject: `${change.event} is canceled`,
    text: `${change.event} on ${change.startsAt}, for which you have ${ofChange(change)}, does not take place.${because(change)}\n\n${change.ticket === undefined ? "What you paid goes back to where it came from." : "Whoever bought the ticket has the money back."} There is nothing to do.`,
  }),
  performance_date_canceled: (change) => ({
    subject: `${change.event}: one date is canceled`,
    text: `${change.event} on ${change.startsAt}, one of the dates of ${ofChange(change)}, does not take place.${because(change)}\n\nYour tickets stay good for the other dates.${givingBack(change)}`,
  }),
  fraud_alert: ({ organization, rule, severity, booking }) => ({
    subject: `Fraud alert (${severity}) at ${organization}`,
    text: `The rule "${rule}" caught something${booking === undefined ? "" : ` in booking ${booking}`}. Somebody of ${organization} should look at it: sign in and read the open alerts.`,
  }),
  dispute_opened: (dispute) => ({
    subject: `A payment of ${dispute.amount} is disputed`,
    text: `The bank of the buyer of ${describeBooking(dispute)} wants ${dispute.amount} back. The reason it gives: ${dispute.reason}. Until it has decided, the tickets open no door and the amount is not paid out.${answerBy(dispute)}`,
  }),
  dispute_evidence_due: (dispute) => ({
    subject: `A dispute of ${dispute.amount} is still without an answer`,
    text: `Nobody has answered the bank of the buyer of ${describeBooking(dispute)}, which wants ${dispute.amount} back. The reason it gives: ${dispute.reason}.${answerBy(dispute)}`,
  }),
  refund_started: (booking) => ({
    subject: `${booking.amount} come back to you`,
    text: `${booking.amount} for ${describeBooking(booking)} are on their way to where you paid from. A card shows them within ten days.`,
  }),
  refund_failed: (booking) => ({
    subject: `${booking.amount} could not be returned`,
    text: `Your bank did not take ${booking.amount} for ${describeBooking(booking)}, for example because the card is closed. ${booking.organization} still owes it to you: write to them which account they should send it to, and quote ${booking.reference}. Never send a card number.`,
  }),
  payment_returned: (booking) => ({
    subject: `Your payment for ${booking.event} comes back`,
    text: `Your payment of ${booking.amount} for ${describeBooking(booking)} bought nothing: it came too late, twice, or was not what was asked for. It is on its way to where you paid from. A card shows it within ten days.`,
  }),
  refund_approval_needed: (refund) => ({
    subject: `A refund of ${refund.amount} waits for you`,
    text: `A member of ${refund.organization} wants to return ${refund.amount} for ${describeBooking(refund)}. The reason they gave:\n\n${refund.reason}\n\nSomebody else has to approve or decline it: sign in to do so.`,
  }),
  booking_approval_needed: (booking) => ({
    subject: `An order for ${booking.event} waits for you`,
    text: `Somebody wants to buy tickets for ${describeBooking(booking)}, ${booking.amount} in all. Approve or decline it until ${booking.until}: sign in to do so. After that the places are free again.`,
  }),
  payout_approval_needed: (payout) => ({
    subject: `A payout of ${payout.amount} waits for you`,
    text: `A payout of ${payout.amount} to ${payout.organization} for ${payout.period} needs a second person. Sign in to approve it.`,
  }),
  payout_paid: (payout) => ({
    subject: `${payout.amount} were paid out`,
    text: `${payout.amount} for ${payout.period} were transferred to the account of ${payout.organization} at Stripe, which sends them on to its bank.`,
  }),
  payout_failed: (payout) => ({
    subject: `A payout of ${payout.amount} failed`,
    text: `Stripe did not transfer ${payout.amount} for ${payout.period} to ${payout.organization}. The reason it gives:\n\n${payout.reason}\n\nPut that right, and send the payout again: sign in to do so.`,
  }),
  payout_held: (payout) => ({
    subject: `${payout.amount} of a payout are held back`,
    text: `${payout.amount} to ${payout.organization} are held back until somebody releases them. The reason given:\n\n${payout.reason}`,
  }),
  payout_account_requirements: (account) => ({
    subject: `Stripe needs to know more of ${account.organization}`,
    text: `Stripe asks for more before it goes on paying ${account.organization}: ${account.reason}. Sign in and follow the link to Stripe to answer.`,
  }),
  account_closed: () => ({
    subject: "Your account is closed",
    text: "Your account was closed as you asked. Tickets that you have stay valid.",
  }),
};

/** The templates that there are, and the languages that each is written in. */
export const mailLanguages: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.keys(templates).map((name) => [name, name in german ? ["en", "de"] : ["en"]]),
);

/**
 * What a mail says, in the language of whoever gets it (BCP 47) where it has that, else in English.
 *
 * @throws Error for a template that does not exist.
 */
export function mailText(
  name: string,
  variables: MailVariables,
  publicUrl: PublicUrl,
  language: string | null = null,
): MailText {
  const spoken = language !== null && /^de(-|$)/.test(language) ? german[name] : undefined;
  const template = spoken ?? templates[name];
  if (template === undefined) throw new Error(`There is no mail template "${name}".`);
  const { subject, text } = template(variables, publicUrl);
  return { subject, text: text + signature };
}

function describe({ event, seat, startsAt }: MailVariables): string {
  return `${event} on ${startsAt}${seat == null ? "" : ` (${seat})`}`;
}

function describeBooking({ event, startsAt, reference }: MailVariables): string {
  return `${event} on ${startsAt} (${reference})`;
}

function answerBy({ until }: MailVariables): string {
  return until == null
    ? ""
    : `\n\nIt takes evidence until ${until}, once. What nobody answers is lost.`;
}

const words: PurchaseWords = {
  online: "Online: where to join is shown with your tickets.",
  postponed: "Postponed: there is no new date yet. We write again when there is.",
  more: (count) => `and ${count} lines more`,
};

function total({ amount, payment }: MailVariables): string {
  if (payment === "free") return "There is nothing to pay.";
  return payment === "invoice"
    ? `Total: ${amount}, for which you get an invoice.`
    : `Total: ${amount}, paid.`;
}

function linkIsGoodOnce({ token, reference }: MailVariables): string {
  return token === undefined
    ? ""
    : `\n\nThe link works once: where you open it, the booking is yours, and no longer where it was. For another one, give the shop ${reference} and this address. If you have bought nothing, somebody mistyped theirs: do not follow the link.`;
}

/** Where the booking is: for a guest by a link that makes it theirs, once; with an account it is there already. */
function bookingLink({ token }: MailVariables, publicUrl: PublicUrl): string {
  if (token !== undefined) return `\n\n${link(publicUrl, "claim-booking", token)}`;
  return "\n\nSign in to find it.";
}

/** A buyer knows the booking; whoever was handed a ticket only that. */
function ofChange({ booking, ticket }: MailVariables): string {
  return ticket === undefined ? `tickets (booking ${booking})` : `a ticket (${ticket})`;
}

function because({ reason }: MailVariables): string {
  return reason === undefined ? "" : `\n\nThe reason: ${reason}`;
}

function givingBack({ refundsUntil }: MailVariables): string {
  return refundsUntil === undefined
    ? ""
    : ` If you cannot come, you may give them back for the whole price until ${refundsUntil}.`;
}
