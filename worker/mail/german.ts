import { link, type PublicUrl } from "./link.ts";
import { purchase, type PurchaseWords } from "./purchase.ts";
import type { MailVariables, Template } from "./templates.ts";

/** What is said in German to whoever has chosen it; what is not here is said in English. */
export const german: Readonly<Record<string, Template>> = {
  booking_confirmed: (booking, publicUrl) => ({
    subject: `Ihre Karten für ${booking.event}`,
    text: `${booking.organization} bestätigt Ihre Buchung ${booking.reference}:\n\n${purchase(booking, words)}\n\n${total(booking)}\n\nDie Karten sind in Ihrer Buchung; jede öffnet die Tür einmal.${bookingLink(booking, publicUrl)}`,
  }),
  booking_deposit_paid: (booking, publicUrl) => ({
    subject: `Ihre Plätze für ${booking.event}`,
    text: `${booking.organization} bestätigt Ihre Buchung ${booking.reference}:\n\n${purchase(booking, words)}\n\n${booking.paid} von ${booking.amount} sind bezahlt. Die nächste Rate ist am ${booking.until} fällig; die Karten gibt es mit der letzten.${bookingLink(booking, publicUrl)}`,
  }),
  booking_link: (booking, publicUrl) => ({
    subject: `Ihre Buchung für ${booking.event}`,
    text: `Jemand hat um einen Link zu Ihrer Buchung für ${describe(booking)} gebeten.${bookingLink(booking, publicUrl)}`,
  }),
  booking_in_account: (booking) => ({
    subject: `Ihre Buchung für ${booking.event}`,
    text: `Jemand hat um einen Link zu Ihrer Buchung für ${describe(booking)} gebeten. Sie ist in einem Konto und braucht keinen: Melden Sie sich mit dem Konto an, mit dem sie gemacht oder von dem sie übernommen wurde.`,
  }),
  refund_started: (booking) => ({
    subject: `${booking.amount} kommen zu Ihnen zurück`,
    text: `${booking.amount} für ${describe(booking)} sind auf dem Weg dorthin, von wo Sie bezahlt haben. Bei einer Karte sehen Sie sie binnen zehn Tagen.`,
  }),
  refund_failed: (booking) => ({
    subject: `${booking.amount} konnten nicht zurückgezahlt werden`,
    text: `Ihre Bank hat ${booking.amount} für ${describe(booking)} nicht angenommen, etwa weil die Karte nicht mehr gilt. ${booking.organization} schuldet Ihnen den Betrag weiterhin: Schreiben Sie, auf welches Konto er gehen soll, und nennen Sie ${booking.reference}. Schicken Sie nie eine Kartennummer.`,
  }),
  payment_returned: (booking) => ({
    subject: `Ihre Zahlung für ${booking.event} kommt zurück`,
    text: `Ihre Zahlung von ${booking.amount} für ${describe(booking)} hat nichts gekauft: Sie kam zu spät, doppelt oder war nicht die verlangte. Sie ist auf dem Weg dorthin, von wo Sie bezahlt haben. Bei einer Karte sehen Sie sie binnen zehn Tagen.`,
  }),
  refund_approval_needed: (refund) => ({
    subject: `Eine Rückzahlung von ${refund.amount} wartet auf Sie`,
    text: `Ein Mitglied von ${refund.organization} möchte ${refund.amount} für ${describe(refund)} zurückzahlen. Der angegebene Grund:\n\n${refund.reason}\n\nJemand anderes muss zustimmen oder ablehnen: Melden Sie sich dafür an.`,
  }),
  booking_approval_needed: (booking) => ({
    subject: `Eine Bestellung für ${booking.event} wartet auf Sie`,
    text: `Jemand möchte Karten für ${describe(booking)} kaufen, insgesamt ${booking.amount}. Stimmen Sie bis ${booking.until} zu, oder lehnen Sie ab: Melden Sie sich dafür an. Danach sind die Plätze wieder frei.`,
  }),
  payout_approval_needed: (payout) => ({
    subject: `Eine Auszahlung von ${payout.amount} wartet auf Sie`,
    text: `Eine Auszahlung von ${payout.amount} an ${payout.organization} für ${days(payout)} braucht eine zweite Person. Melden Sie sich an, um zuzustimmen.`,
  }),
  payout_paid: (payout) => ({
    subject: `${payout.amount} wurden ausgezahlt`,
    text: `${payout.amount} für ${days(payout)} wurden auf das Konto von ${payout.organization} bei Stripe überwiesen, das sie an die Bank weiterschickt.`,
  }),
  payout_failed: (payout) => ({
    subject: `Eine Auszahlung von ${payout.amount} ist gescheitert`,
    text: `Stripe hat ${payout.amount} für ${days(payout)} nicht an ${payout.organization} überwiesen. Der angegebene Grund:\n\n${payout.reason}\n\nBeheben Sie ihn, und schicken Sie die Auszahlung noch einmal: Melden Sie sich dafür an.`,
  }),
  payout_held: (payout) => ({
    subject: `${payout.amount} einer Auszahlung werden zurückgehalten`,
    text: `${payout.amount} an ${payout.organization} werden zurückgehalten, bis jemand sie freigibt. Der angegebene Grund:\n\n${payout.reason}`,
  }),
  payout_account_requirements: (account) => ({
    subject: `Stripe muss mehr über ${account.organization} wissen`,
    text: `Stripe möchte mehr wissen, bevor es weiter an ${account.organization} zahlt: ${account.reason}. Melden Sie sich an, und folgen Sie dem Link zu Stripe.`,
  }),
  waiting_list_confirm: (wish, publicUrl) => ({
    subject: `Auf Plätze für ${wish.event} warten?`,
    text: `Jemand möchte mit dieser Adresse auf Plätze für ${date(wish)} warten. Wenn Sie es waren, bestätigen Sie es binnen zwei Tagen:\n\n${link(publicUrl, "waiting-list", wish.token)}\n\nDerselbe Link sagt später, wie viele vor Ihnen sind, und meldet Sie ab. Wenn Sie es nicht waren, ist nichts zu tun: Niemand wartet.`,
  }),
  waiting_list_offer: (booking, publicUrl) => ({
    subject: `Es gibt Plätze für ${booking.event}`,
    text: `${booking.organization} hält die Plätze für Sie, auf die Sie gewartet haben: ${describe(booking)}, insgesamt ${booking.amount}. Sie gehören bis ${booking.until} Ihnen: ${booking.token === undefined ? "Melden Sie sich dafür an." : `\n\n${link(publicUrl, "claim-booking", booking.token)}`}\n\nWenn Sie nichts tun, bekommt sie der Nächste.`,
  }),
  waiting_list_lapsed: (wish) => ({
    subject: `Ihre Plätze für ${wish.event} sind vergeben`,
    text: `Die Plätze für ${date(wish)}, die für Sie gehalten wurden, sind nicht rechtzeitig bezahlt worden und gehen an den Nächsten. Wenn Sie noch kommen möchten, warten Sie von neuem.`,
  }),
  waiting_list_canceled: (wish) => ({
    subject: `${wish.event} ist abgesagt`,
    text: `${date(wish)}, worauf Sie Plätze wollten, findet nicht statt. Es ist nichts zu tun.`,
  }),
};

const words: PurchaseWords = {
  online: "Online: Der Zugang steht bei Ihren Karten.",
  postponed:
    "Verschoben: Einen neuen Termin gibt es noch nicht. Wir schreiben wieder, sobald es ihn gibt.",
  more: (count) => `und ${count} Zeilen mehr`,
};

function total({ amount, payment }: MailVariables): string {
  if (payment === "free") return "Es ist nichts zu zahlen.";
  return payment === "invoice"
    ? `Summe: ${amount}; Sie bekommen eine Rechnung.`
    : `Summe: ${amount}, bezahlt.`;
}

function bookingLink({ token, reference }: MailVariables, publicUrl: PublicUrl): string {
  return token === undefined
    ? "\n\nMelden Sie sich an, um sie zu finden."
    : `\n\n${link(publicUrl, "claim-booking", token)}\n\nDer Link gilt einmal: Wo Sie ihn öffnen, gehört die Buchung Ihnen, und nicht mehr dort, wo sie war. Einen neuen gibt es im Shop mit ${reference} und dieser Adresse. Wenn Sie nichts gekauft haben, hat sich jemand bei der Adresse vertippt: Folgen Sie dem Link nicht.`;
}

function date({ event, startsAt }: MailVariables): string {
  return `${event} am ${startsAt}`;
}

function describe({ event, startsAt, reference }: MailVariables): string {
  return `${event} am ${startsAt} (${reference})`;
}

function days({ period }: MailVariables): string {
  return (period ?? "").replace(" to ", " bis ");
}
