import { link, type PublicUrl } from "./link.ts";
import { happening, purchase, type PurchaseWords } from "./purchase.ts";
import type { MailVariables, Template } from "./templates.ts";

/** Every mail in English. */
export const english = {
  verify_email: ({ token }, publicUrl) => ({
    subject: "Is this your address?",
    text: `Somebody opened an account with this address. If it was you, confirm it within two days:\n\n${link(publicUrl, "verify-email", token)}\n\nIf not, there is nothing to do.`,
  }),
  reset_password: ({ token }, publicUrl) => ({
    subject: "Choose a new password",
    text: `Choose a new password within an hour:\n\n${link(publicUrl, "reset-password", token)}\n\nIf you did not ask for this, your password stays as it is.`,
  }),
  change_email: ({ token }, publicUrl) => ({
    subject: "Confirm your new address",
    text: `Make this the address of your account within two days:\n\n${link(publicUrl, "change-email", token)}\n\nIf you did not ask for this, there is nothing to do.`,
  }),
  complete_sign_up: ({ token }, publicUrl) => ({
    subject: "Open your account",
    text: `Somebody asked for an account with this address. If it was you, open it within two days, with the password that you chose:\n\n${link(publicUrl, "complete-sign-up", token)}\n\nIf not, there is nothing to do: there is no account.`,
  }),
  account_exists: () => ({
    subject: "You have an account already",
    text: "Somebody asked for an account with this address. It has one already, so nothing was changed. If it was you, sign in; if you have forgotten your password, ask for a new one.",
  }),
  address_in_use: () => ({
    subject: "Your address has an account already",
    text: "Somebody wanted to use this address for another account. It has one already, so nothing was changed. If it was you, sign in to the account of this address.",
  }),
  organization_invitation: ({ token, organization, role }, publicUrl) => ({
    subject: `Work with ${organization}`,
    text: `${organization} invites you to work with them (role: ${role}). Sign in with this address, or open an account with it, and accept within seven days:\n\n${link(publicUrl, "accept-invitation", token)}\n\nIf you do not want to, there is nothing to do.`,
  }),
  password_changed: () => ({
    subject: "Your password was changed",
    text: "The password of your account was changed, and other devices were signed out. If it was not you, ask for a new password at once.",
  }),
  email_changed: () => ({
    subject: "Your account has another address",
    text: "The address of your account was changed; this one is no longer used. If it was not you, contact our support at once.",
  }),
  account_locked: () => ({
    subject: "Your account is locked for 15 minutes",
    text: "A wrong password was tried ten times in a row, so nobody can sign in for 15 minutes. If it was not you, your password has kept them out, and there is nothing to do.",
  }),
  new_sign_in: ({ place, network }) => ({
    subject: "A sign-in from a new place",
    text: `Somebody signed in to your account from a place that is new to it: ${place == null ? "" : `${place}, `}network ${network ?? "unknown"}. If it was you, there is nothing to do. If not, choose another password at once: that ends all other sessions.`,
  }),
  two_factor_added: () => ({
    subject: "Signing in takes a code now",
    text: "Your account has a second factor now. Keep the recovery codes where you find them without your phone. If it was not you, contact our support at once.",
  }),
  two_factor_removed: () => ({
    subject: "Signing in takes no code anymore",
    text: "The second factor of your account was removed. If it was not you, ask for a new password at once.",
  }),
  recovery_code_used: () => ({
    subject: "A recovery code was used",
    text: "One of the recovery codes of your account was used. If it was not you, ask for a new password at once.",
  }),
  account_suspended: () => ({
    subject: "Your account is suspended",
    text: "Your account was suspended, and you were signed out everywhere. Tickets that you have stay valid. If you think that this is a mistake, contact our support.",
  }),
  account_reinstated: () => ({
    subject: "Your account is open again",
    text: "Your account is no longer suspended: sign in as before.",
  }),
  impersonation_started: ({ reason }) => ({
    subject: "Our support is looking at your account",
    text: `Somebody of our support is acting in your name, for an hour at most. The reason they gave:\n\n${reason}\n\nThey cannot change your password, your address or your second factor. If you did not expect this, contact our support at once.`,
  }),
  account_closed: () => ({
    subject: "Your account is closed",
    text: "Your account was closed as you asked. Tickets that you have stay valid.",
  }),
  consent_given: ({ token, organization }, publicUrl) => ({
    subject: `Mail from ${organization}?`,
    text: `Somebody asked ${organization} to write to this address about its events. If it was you, confirm it within two days:\n\n${link(publicUrl, "confirm-consent", token)}\n\nIf not, there is nothing to do: nobody writes to you.`,
  }),
  consent_withdrawn: ({ token, organization }, publicUrl) => ({
    subject: `No more mail from ${organization}?`,
    text: `Somebody asked ${organization} to stop writing to this address about its events. If it was you, confirm it within two days:\n\n${link(publicUrl, "confirm-consent", token)}\n\nIf not, there is nothing to do: everything stays as it is.`,
  }),
  payment_link: (booking, publicUrl) => ({
    subject: `Pay for ${booking.event}`,
    text: `${booking.organization} is holding places for you:\n\n${order(booking)}\n\nThe price is ${booking.amount} in all. Pay by ${booking.until}:${bookingLink(booking, publicUrl)}\n\nIf you do nothing, the places go to others.${questions(booking)}`,
  }),
  booking_confirmed: (booking, publicUrl) => ({
    subject: `Your tickets for ${booking.event}`,
    text: `${booking.organization} confirms your booking ${booking.reference}:\n\n${purchase(booking, words)}\n\n${total(booking)}\n\nThe tickets are in your booking; each opens the door once.${bookingLink(booking, publicUrl)}${linkIsGoodOnce(booking)}${questions(booking)}`,
  }),
  booking_deposit_paid: (booking, publicUrl) => ({
    subject: `Your places for ${booking.event}`,
    text: `${booking.organization} confirms your booking ${booking.reference}:\n\n${purchase(booking, words)}\n\n${booking.paid} of ${booking.amount} is paid. The next installment is due by ${booking.until}; you get the tickets with the last one.${bookingLink(booking, publicUrl)}${linkIsGoodOnce(booking)}${questions(booking)}`,
  }),
  booking_link: (booking, publicUrl) => ({
    subject: `Your booking for ${booking.event}`,
    text: `Somebody asked for a link to your booking:\n\n${order(booking)}${bookingLink(booking, publicUrl)}${linkIsGoodOnce(booking)}${questions(booking)}`,
  }),
  booking_in_account: (booking) => ({
    subject: `Your booking for ${booking.event}`,
    text: `Somebody asked for a link to your booking:\n\n${order(booking)}\n\nIt is in an account and needs no link: sign in to the account that it was made with, or taken over by.${questions(booking)}`,
  }),
  booking_approved: (booking, publicUrl) => ({
    subject: `Your order for ${booking.event} was approved`,
    text: `${booking.organization} has approved your order:\n\n${order(booking)}\n\nThe price is ${booking.amount} in all. Pay by ${booking.until}:${bookingLink(booking, publicUrl)}\n\nIf you do nothing, the places go to others.${questions(booking)}`,
  }),
  booking_declined: (booking) => ({
    subject: `Your order for ${booking.event} was declined`,
    text: `${booking.organization} has declined your order:\n\n${order(booking)}\n\nThe reason they gave:\n\n${booking.reason}${questions(booking)}`,
  }),
  booking_lapsed: (booking) => ({
    subject: `Your order for ${booking.event} was not answered`,
    text: `${booking.organization} has not answered your order in time:\n\n${order(booking)}\n\nNothing was charged, and the places are free again.${questions(booking)}`,
  }),
  booking_approval_needed: (booking) => ({
    subject: `An order for ${booking.event} waits for you`,
    text: `Somebody wants to buy tickets from ${booking.organization}, for ${booking.amount} in all:\n\n${order(booking)}\n\nSign in to approve or decline it by ${booking.until}. After that the places are free again.`,
  }),
  installment_due: (booking, publicUrl) => ({
    subject: `An installment for ${booking.event}`,
    text: `An installment of ${booking.amount} is due by ${booking.until}:\n\n${order(booking)}${bookingLink(booking, publicUrl)}${questions(booking)}`,
  }),
  installment_overdue: (booking, publicUrl) => ({
    subject: `An installment for ${booking.event} is overdue`,
    text: `An installment of ${booking.amount} was due. Pay it by ${booking.until}, or your booking is canceled:\n\n${order(booking)}${bookingLink(booking, publicUrl)}${questions(booking)}`,
  }),
  installment_canceled: (booking) => ({
    subject: `Your booking for ${booking.event} was canceled`,
    text: `An installment was not paid, so your booking was canceled:\n\n${order(booking)}\n\n${booking.kept === undefined ? "What you have paid is returned." : `The deposit of ${booking.kept} is kept, as agreed; what you have paid beyond it is returned.`}${questions(booking)}`,
  }),
  waiting_list_confirm: (wish, publicUrl) => ({
    subject: `Wait for ${wish.event}?`,
    text: `Somebody wants to wait for places with this address:\n\n${happening(wish, words)}\n\nIf it was you, confirm it within two days:\n\n${link(publicUrl, "waiting-list", wish.token)}\n\nThe same link tells later how many are before you, and lets you leave. If it was not you, there is nothing to do: nobody waits.`,
  }),
  waiting_list_offer: (booking, publicUrl) => ({
    subject: `There are places for ${booking.event}`,
    text: `${booking.organization} is holding the places that you waited for:\n\n${order(booking)}\n\nThey cost ${booking.amount} in all, and are yours until ${booking.until}:${bookingLink(booking, publicUrl)}\n\nIf you do nothing, they go to the next one who waits.${questions(booking)}`,
  }),
  waiting_list_lapsed: (wish) => ({
    subject: `Your places for ${wish.event} went to others`,
    text: `The places that were held for you were not paid for in time, and go to the next one who waits:\n\n${happening(wish, words)}\n\nIf you still want to come, join the waiting list again.${questions(wish)}`,
  }),
  waiting_list_canceled: (wish) => ({
    subject: `${wish.event} is canceled`,
    text: `${wish.event} on ${wish.startsAt}, for which you waited for places, does not take place. There is nothing to do.${questions(wish)}`,
  }),
  performance_moved: (change) => ({
    subject: `${change.event} has another date`,
    text: `${change.event}, for which you have ${ofChange(change)}, has another date.\n\nNew: ${change.newStartsAt}\nBefore: ${change.startsAt}${because(change)}\n\nYour tickets stay good.${givingBack(change)}${questions(change)}`,
  }),
  performance_postponed: (change) => ({
    subject: `${change.event} is postponed`,
    text: `${change.event} on ${change.startsAt}, for which you have ${ofChange(change)}, is postponed. There is no new date yet: we write again when there is.${because(change)}\n\nYour tickets stay good.${givingBack(change)}${questions(change)}`,
  }),
  performance_canceled: (change) => ({
    subject: `${change.event} is canceled`,
    text: `${change.event} on ${change.startsAt}, for which you have ${ofChange(change)}, does not take place.${because(change)}\n\n${change.ticket === undefined ? "What you paid goes back to where it came from." : "Whoever bought the ticket gets the money back."} There is nothing to do.${questions(change)}`,
  }),
  performance_date_canceled: (change) => ({
    subject: `${change.event}: one date is canceled`,
    text: `${change.event} on ${change.startsAt} does not take place. You have ${ofChange(change)} for this and other dates.${because(change)}\n\nYour tickets stay good for the other dates.${givingBack(change)}${questions(change)}`,
  }),
  ticket_offer: (ticket, publicUrl) => ({
    subject: `A ticket for ${ticket.event}`,
    text: `Somebody offers you a ticket:\n\n${admission(ticket)}\n\nAccept or decline it within seven days:\n\n${link(publicUrl, "ticket-offer", ticket.token)}\n\nIf you do nothing, it stays with whoever has it.${questions(ticket)}`,
  }),
  ticket_transferred: (ticket) => ({
    subject: `Your ticket for ${ticket.event} was accepted`,
    text: `Whoever you offered it to has your ticket now:\n\n${admission(ticket)}\n\nThe QR code that you had no longer opens the door.${questions(ticket)}`,
  }),
  ticket_declined: (ticket) => ({
    subject: `Your ticket for ${ticket.event} was declined`,
    text: `Whoever you offered it to has declined your ticket. It is still yours:\n\n${admission(ticket)}${questions(ticket)}`,
  }),
  refund_started: (booking) => ({
    subject: `Your refund of ${booking.amount}`,
    text: `${booking.amount} is on its way back to where you paid from. A card shows it within ten days.\n\n${order(booking)}${questions(booking)}`,
  }),
  refund_failed: (booking) => ({
    subject: `${booking.amount} could not be returned`,
    text: `Your bank did not take back ${booking.amount}, for example because the card is closed:\n\n${order(booking)}\n\n${booking.organization} still owes it to you. Write to them which account they should send it to, and quote ${booking.reference}. Never send a card number.${questions(booking)}`,
  }),
  payment_returned: (booking) => ({
    subject: `Your payment for ${booking.event} comes back`,
    text: `Your payment of ${booking.amount} bought nothing: it came too late, twice, or was not what was asked for. It is on its way back to where you paid from. A card shows it within ten days.\n\n${order(booking)}${questions(booking)}`,
  }),
  refund_approval_needed: (refund) => ({
    subject: `A refund of ${refund.amount} waits for you`,
    text: `A member of ${refund.organization} wants to return ${refund.amount}:\n\n${order(refund)}\n\nThe reason they gave:\n\n${refund.reason}\n\nSomebody else has to approve or decline it: sign in to do so.`,
  }),
  fraud_alert: ({ organization, rule, severity, booking }) => ({
    subject: `Fraud alert (${severity}) at ${organization}`,
    text: `The rule "${rule}" caught something${booking === undefined ? "" : ` in booking ${booking}`}. Somebody of ${organization} should look at it: sign in and read the open alerts.`,
  }),
  dispute_opened: (dispute) => ({
    subject: `A payment of ${dispute.amount} is disputed`,
    text: `The buyer's bank wants ${dispute.amount} back from ${dispute.organization}. The reason it gives: ${spaced(dispute.reason)}.\n\n${order(dispute)}\n\nUntil it has decided, the tickets open no door and the amount is not paid out.${answerBy(dispute)}`,
  }),
  dispute_evidence_due: (dispute) => ({
    subject: `A dispute of ${dispute.amount} has no answer yet`,
    text: `The buyer's bank wants ${dispute.amount} back from ${dispute.organization}, and nobody has answered it. The reason it gives: ${spaced(dispute.reason)}.\n\n${order(dispute)}${answerBy(dispute)}`,
  }),
  payout_approval_needed: (payout) => ({
    subject: `A payout of ${payout.amount} waits for you`,
    text: `A payout of ${payout.amount} to ${payout.organization} for ${payout.period} needs a second person. Sign in to approve it.`,
  }),
  payout_paid: (payout) => ({
    subject: `A payout of ${payout.amount}`,
    text: `${payout.amount} for ${payout.period} was transferred to the account of ${payout.organization} at Stripe, which sends it on to its bank.`,
  }),
  payout_failed: (payout) => ({
    subject: `A payout of ${payout.amount} failed`,
    text: `Stripe did not transfer ${payout.amount} for ${payout.period} to ${payout.organization}. The reason it gives:\n\n${payout.reason}\n\nFix that, and send the payout again: sign in to do so.`,
  }),
  payout_held: (payout) => ({
    subject: `${payout.amount} of a payout is held back`,
    text: `${payout.amount} to ${payout.organization} is held back until somebody releases it. The reason given:\n\n${payout.reason}`,
  }),
  payout_account_requirements: (account) => ({
    subject: `Stripe needs to know more about ${account.organization}`,
    text: `Stripe asks for more before it goes on paying ${account.organization}: ${account.reason}. Sign in and follow the link to Stripe to answer.`,
  }),
} satisfies Readonly<Record<string, Template>>;

const words: PurchaseWords = {
  online: "Online: where to join is shown with the tickets.",
  postponed: "Postponed: there is no new date yet. We write again when there is.",
  more: (count) =>
    plurals.select(count) === "one" ? "and one more line" : `and ${count} more lines`,
};

const plurals = new Intl.PluralRules("en");

/** What an order or a booking is for, and what to quote. */
function order(booking: MailVariables): string {
  return `${happening(booking, words)}\nBooking ${booking.reference}`;
}

/** What one ticket is for. */
function admission(ticket: MailVariables): string {
  return `${happening(ticket, words)}${ticket.seat == null ? "" : `\n${ticket.seat}`}`;
}

function questions({ organization, contact }: MailVariables): string {
  return contact === undefined ? "" : `\n\nQuestions? Write to ${organization}: ${contact}`;
}

function answerBy({ until }: MailVariables): string {
  return until == null
    ? ""
    : `\n\nIt takes evidence until ${until}, once. What nobody answers is lost: sign in to answer.`;
}

function total({ amount, payment }: MailVariables): string {
  if (payment === "free") return "There is nothing to pay.";
  return payment === "invoice"
    ? `Total: ${amount}; you get an invoice for it.`
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
  return "\n\nSign in to your account: your booking is there.";
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

/** What Stripe says in one word, such as `product_not_received`. */
function spaced(word: string | undefined): string {
  return (word ?? "").replaceAll("_", " ");
}
