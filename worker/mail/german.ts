import { link, type PublicUrl } from "./link.ts";
import { happening, purchase, type PurchaseWords } from "./purchase.ts";
import type { MailName, MailVariables, Template } from "./templates.ts";

/** Every mail in German. */
export const german: Readonly<Record<MailName, Template>> = {
  verify_email: ({ token }, publicUrl) => ({
    subject: "Ist das Ihre Adresse?",
    text: `Jemand hat mit dieser Adresse ein Konto eröffnet. Wenn Sie es waren, bestätigen Sie sie binnen zwei Tagen:\n\n${link(publicUrl, "verify-email", token)}\n\nWenn nicht, brauchen Sie nichts zu tun.`,
  }),
  reset_password: ({ token }, publicUrl) => ({
    subject: "Wählen Sie ein neues Passwort",
    text: `Wählen Sie binnen einer Stunde ein neues Passwort:\n\n${link(publicUrl, "reset-password", token)}\n\nWenn Sie nicht darum gebeten haben, bleibt Ihr Passwort, wie es ist.`,
  }),
  change_email: ({ token }, publicUrl) => ({
    subject: "Bestätigen Sie Ihre neue Adresse",
    text: `Machen Sie diese Adresse binnen zwei Tagen zu der Ihres Kontos:\n\n${link(publicUrl, "change-email", token)}\n\nWenn Sie nicht darum gebeten haben, brauchen Sie nichts zu tun.`,
  }),
  complete_sign_up: ({ token }, publicUrl) => ({
    subject: "Eröffnen Sie Ihr Konto",
    text: `Jemand hat mit dieser Adresse um ein Konto gebeten. Wenn Sie es waren, eröffnen Sie es binnen zwei Tagen, mit dem Passwort, das Sie gewählt haben:\n\n${link(publicUrl, "complete-sign-up", token)}\n\nWenn nicht, brauchen Sie nichts zu tun: Es gibt kein Konto.`,
  }),
  account_exists: () => ({
    subject: "Sie haben schon ein Konto",
    text: "Jemand hat mit dieser Adresse um ein Konto gebeten. Es gibt schon eines, deshalb wurde nichts geändert. Wenn Sie es waren, melden Sie sich an; wenn Sie Ihr Passwort vergessen haben, bitten Sie um ein neues.",
  }),
  address_in_use: () => ({
    subject: "Ihre Adresse hat schon ein Konto",
    text: "Jemand wollte diese Adresse für ein anderes Konto verwenden. Sie hat schon eines, deshalb wurde nichts geändert. Wenn Sie es waren, melden Sie sich mit dem Konto dieser Adresse an.",
  }),
  organization_invitation: ({ token, organization, role }, publicUrl) => ({
    subject: `Mitarbeit bei ${organization}`,
    text: `${organization} lädt Sie ein mitzuarbeiten (Rolle: ${roles.get(role) ?? role}). Melden Sie sich mit dieser Adresse an, oder eröffnen Sie damit ein Konto, und nehmen Sie binnen sieben Tagen an:\n\n${link(publicUrl, "accept-invitation", token)}\n\nWenn Sie nicht möchten, brauchen Sie nichts zu tun.`,
  }),
  password_changed: () => ({
    subject: "Ihr Passwort wurde geändert",
    text: "Das Passwort Ihres Kontos wurde geändert, und andere Geräte wurden abgemeldet. Wenn Sie es nicht waren, bitten Sie sofort um ein neues Passwort.",
  }),
  email_changed: () => ({
    subject: "Ihr Konto hat eine andere Adresse",
    text: "Die Adresse Ihres Kontos wurde geändert; diese hier gilt nicht mehr. Wenn Sie es nicht waren, wenden Sie sich sofort an unseren Support.",
  }),
  account_locked: () => ({
    subject: "Ihr Konto ist für 15 Minuten gesperrt",
    text: "Zehnmal hintereinander wurde ein falsches Passwort versucht. Deshalb kann sich 15 Minuten lang niemand anmelden. Wenn Sie es nicht waren, hat Ihr Passwort gehalten, und es ist nichts zu tun.",
  }),
  new_sign_in: ({ place, network }) => ({
    subject: "Eine Anmeldung von einem neuen Ort",
    text: `Jemand hat sich bei Ihrem Konto von einem Ort angemeldet, der neu ist: ${place == null ? "" : `${place}, `}Netz ${network ?? "unbekannt"}. Wenn Sie es waren, ist nichts zu tun. Wenn nicht, wählen Sie sofort ein anderes Passwort: Das beendet alle anderen Sitzungen.`,
  }),
  two_factor_added: () => ({
    subject: "Zum Anmelden gehört jetzt ein Code",
    text: "Ihr Konto hat jetzt einen zweiten Faktor. Bewahren Sie die Wiederherstellungscodes dort auf, wo Sie sie ohne Ihr Telefon finden. Wenn Sie es nicht waren, wenden Sie sich sofort an unseren Support.",
  }),
  two_factor_removed: () => ({
    subject: "Zum Anmelden gehört kein Code mehr",
    text: "Der zweite Faktor Ihres Kontos wurde entfernt. Wenn Sie es nicht waren, bitten Sie sofort um ein neues Passwort.",
  }),
  recovery_code_used: () => ({
    subject: "Ein Wiederherstellungscode wurde verwendet",
    text: "Ein Wiederherstellungscode Ihres Kontos wurde verwendet. Wenn Sie es nicht waren, bitten Sie sofort um ein neues Passwort.",
  }),
  account_suspended: () => ({
    subject: "Ihr Konto ist gesperrt",
    text: "Ihr Konto wurde gesperrt, und Sie wurden überall abgemeldet. Karten, die Sie haben, gelten weiter. Wenn Sie das für einen Irrtum halten, wenden Sie sich an unseren Support.",
  }),
  account_reinstated: () => ({
    subject: "Ihr Konto ist wieder offen",
    text: "Ihr Konto ist nicht mehr gesperrt: Melden Sie sich an wie bisher.",
  }),
  impersonation_started: ({ reason }) => ({
    subject: "Unser Support sieht sich Ihr Konto an",
    text: `Jemand von unserem Support handelt in Ihrem Namen, höchstens eine Stunde lang. Der angegebene Grund:\n\n${reason}\n\nIhr Passwort, Ihre Adresse und Ihr zweiter Faktor können dabei nicht geändert werden. Wenn Sie das nicht erwartet haben, wenden Sie sich sofort an unseren Support.`,
  }),
  account_closed: () => ({
    subject: "Ihr Konto ist geschlossen",
    text: "Ihr Konto wurde geschlossen, wie Sie es wollten. Karten, die Sie haben, gelten weiter.",
  }),
  consent_given: ({ token, organization }, publicUrl) => ({
    subject: `Post von ${organization}?`,
    text: `Jemand hat ${organization} gebeten, an diese Adresse über Veranstaltungen zu schreiben. Wenn Sie es waren, bestätigen Sie es binnen zwei Tagen:\n\n${link(publicUrl, "confirm-consent", token)}\n\nWenn nicht, brauchen Sie nichts zu tun: Niemand schreibt Ihnen.`,
  }),
  consent_withdrawn: ({ token, organization }, publicUrl) => ({
    subject: `Keine Post mehr von ${organization}?`,
    text: `Jemand hat ${organization} gebeten, an diese Adresse nicht mehr über Veranstaltungen zu schreiben. Wenn Sie es waren, bestätigen Sie es binnen zwei Tagen:\n\n${link(publicUrl, "confirm-consent", token)}\n\nWenn nicht, brauchen Sie nichts zu tun: Alles bleibt, wie es ist.`,
  }),
  payment_link: (booking, publicUrl) => ({
    subject: `Bezahlen Sie ${booking.event}`,
    text: `${booking.organization} hält Plätze für Sie:\n\n${order(booking)}\n\nDer Preis beträgt insgesamt ${booking.amount}. Bezahlen Sie bis ${booking.until}:${bookingLink(booking, publicUrl)}\n\nWenn Sie nichts tun, bekommen andere die Plätze.${questions(booking)}`,
  }),
  booking_confirmed: (booking, publicUrl) => ({
    subject: `Ihre Karten für ${booking.event}`,
    text: `${booking.organization} bestätigt Ihre Buchung ${booking.reference}:\n\n${purchase(booking, words)}\n\n${total(booking)}\n\nDie Karten sind in Ihrer Buchung; jede öffnet die Tür einmal.${bookingLink(booking, publicUrl)}${linkIsGoodOnce(booking)}${questions(booking)}`,
  }),
  booking_deposit_paid: (booking, publicUrl) => ({
    subject: `Ihre Plätze für ${booking.event}`,
    text: `${booking.organization} bestätigt Ihre Buchung ${booking.reference}:\n\n${purchase(booking, words)}\n\n${booking.paid} von ${booking.amount} sind bezahlt. Die nächste Rate ist bis ${booking.until} fällig; die Karten bekommen Sie mit der letzten.${bookingLink(booking, publicUrl)}${linkIsGoodOnce(booking)}${questions(booking)}`,
  }),
  booking_link: (booking, publicUrl) => ({
    subject: `Ihre Buchung für ${booking.event}`,
    text: `Jemand hat um einen Link zu Ihrer Buchung gebeten:\n\n${order(booking)}${bookingLink(booking, publicUrl)}${linkIsGoodOnce(booking)}${questions(booking)}`,
  }),
  booking_in_account: (booking) => ({
    subject: `Ihre Buchung für ${booking.event}`,
    text: `Jemand hat um einen Link zu Ihrer Buchung gebeten:\n\n${order(booking)}\n\nSie ist in einem Konto und braucht keinen Link: Melden Sie sich mit dem Konto an, mit dem sie gemacht oder in das sie übernommen wurde.${questions(booking)}`,
  }),
  booking_approved: (booking, publicUrl) => ({
    subject: `Ihre Bestellung für ${booking.event} ist angenommen`,
    text: `${booking.organization} hat Ihre Bestellung angenommen:\n\n${order(booking)}\n\nDer Preis beträgt insgesamt ${booking.amount}. Bezahlen Sie bis ${booking.until}:${bookingLink(booking, publicUrl)}\n\nWenn Sie nichts tun, bekommen andere die Plätze.${questions(booking)}`,
  }),
  booking_declined: (booking) => ({
    subject: `Ihre Bestellung für ${booking.event} wurde abgelehnt`,
    text: `${booking.organization} hat Ihre Bestellung abgelehnt:\n\n${order(booking)}\n\nDer angegebene Grund:\n\n${booking.reason}${questions(booking)}`,
  }),
  booking_lapsed: (booking) => ({
    subject: `Ihre Bestellung für ${booking.event} blieb ohne Antwort`,
    text: `${booking.organization} hat Ihre Bestellung nicht rechtzeitig beantwortet:\n\n${order(booking)}\n\nEs wurde nichts abgebucht, und die Plätze sind wieder frei.${questions(booking)}`,
  }),
  booking_approval_needed: (booking) => ({
    subject: `Eine Bestellung für ${booking.event} wartet auf Sie`,
    text: `Jemand möchte bei ${booking.organization} Karten für insgesamt ${booking.amount} kaufen:\n\n${order(booking)}\n\nMelden Sie sich an, um bis ${booking.until} zuzustimmen oder abzulehnen. Danach sind die Plätze wieder frei.`,
  }),
  installment_due: (booking, publicUrl) => ({
    subject: `Eine Rate für ${booking.event}`,
    text: `Eine Rate von ${booking.amount} ist bis ${booking.until} fällig:\n\n${order(booking)}${bookingLink(booking, publicUrl)}${questions(booking)}`,
  }),
  installment_overdue: (booking, publicUrl) => ({
    subject: `Eine Rate für ${booking.event} ist überfällig`,
    text: `Eine Rate von ${booking.amount} war fällig. Bezahlen Sie sie bis ${booking.until}, sonst wird Ihre Buchung storniert:\n\n${order(booking)}${bookingLink(booking, publicUrl)}${questions(booking)}`,
  }),
  installment_canceled: (booking) => ({
    subject: `Ihre Buchung für ${booking.event} wurde storniert`,
    text: `Eine Rate wurde nicht bezahlt, deshalb wurde Ihre Buchung storniert:\n\n${order(booking)}\n\n${booking.kept === undefined ? "Was Sie bezahlt haben, geht an Sie zurück." : `Die Anzahlung von ${booking.kept} wird wie vereinbart einbehalten; was Sie darüber hinaus bezahlt haben, geht an Sie zurück.`}${questions(booking)}`,
  }),
  waiting_list_confirm: (wish, publicUrl) => ({
    subject: `Auf Plätze für ${wish.event} warten?`,
    text: `Jemand möchte mit dieser Adresse auf Plätze warten:\n\n${happening(wish, words)}\n\nWenn Sie es waren, bestätigen Sie es binnen zwei Tagen:\n\n${link(publicUrl, "waiting-list", wish.token)}\n\nDerselbe Link sagt später, wie viele vor Ihnen sind, und meldet Sie ab. Wenn Sie es nicht waren, brauchen Sie nichts zu tun: Niemand wartet.`,
  }),
  waiting_list_offer: (booking, publicUrl) => ({
    subject: `Es gibt Plätze für ${booking.event}`,
    text: `${booking.organization} hält die Plätze, auf die Sie gewartet haben:\n\n${order(booking)}\n\nSie kosten insgesamt ${booking.amount} und sind für Sie reserviert bis ${booking.until}:${bookingLink(booking, publicUrl)}\n\nWenn Sie nichts tun, gehen sie an die nächsten, die warten.${questions(booking)}`,
  }),
  waiting_list_lapsed: (wish) => ({
    subject: `Ihre Plätze für ${wish.event} sind vergeben`,
    text: `Die Plätze, die für Sie gehalten wurden, sind nicht rechtzeitig bezahlt worden und gehen an die nächsten, die warten:\n\n${happening(wish, words)}\n\nWenn Sie noch kommen möchten, setzen Sie sich wieder auf die Warteliste.${questions(wish)}`,
  }),
  waiting_list_canceled: (wish) => ({
    subject: `${wish.event} ist abgesagt`,
    text: `${wish.event} am ${wish.startsAt}, wofür Sie auf Plätze gewartet haben, findet nicht statt. Es ist nichts zu tun.${questions(wish)}`,
  }),
  performance_moved: (change) => ({
    subject: `${change.event} hat einen anderen Termin`,
    text: `${change.event}, wofür Sie ${ofChange(change)} haben, hat einen anderen Termin.\n\nNeu: ${change.newStartsAt}\nBisher: ${change.startsAt}${because(change)}\n\nIhre Karten gelten weiter.${givingBack(change)}${questions(change)}`,
  }),
  performance_postponed: (change) => ({
    subject: `${change.event} ist verschoben`,
    text: `${change.event} am ${change.startsAt}, wofür Sie ${ofChange(change)} haben, ist verschoben. Einen neuen Termin gibt es noch nicht: Wir schreiben wieder, sobald es ihn gibt.${because(change)}\n\nIhre Karten gelten weiter.${givingBack(change)}${questions(change)}`,
  }),
  performance_canceled: (change) => ({
    subject: `${change.event} ist abgesagt`,
    text: `${change.event} am ${change.startsAt}, wofür Sie ${ofChange(change)} haben, findet nicht statt.${because(change)}\n\n${change.ticket === undefined ? "Was Sie bezahlt haben, geht dorthin zurück, woher es kam." : "Wer die Karte gekauft hat, bekommt das Geld zurück."} Es ist nichts zu tun.${questions(change)}`,
  }),
  performance_date_canceled: (change) => ({
    subject: `${change.event}: Ein Termin ist abgesagt`,
    text: `${change.event} am ${change.startsAt} findet nicht statt. Sie haben ${ofChange(change)} für diesen und andere Termine.${because(change)}\n\nFür die anderen Termine gelten Ihre Karten weiter.${givingBack(change)}${questions(change)}`,
  }),
  ticket_offer: (ticket, publicUrl) => ({
    subject: `Eine Karte für ${ticket.event}`,
    text: `Jemand bietet Ihnen eine Karte an:\n\n${admission(ticket)}\n\nNehmen Sie sie binnen sieben Tagen an, oder lehnen Sie ab:\n\n${link(publicUrl, "ticket-offer", ticket.token)}\n\nWenn Sie nichts tun, bleibt sie, wo sie ist.${questions(ticket)}`,
  }),
  ticket_transferred: (ticket) => ({
    subject: `Ihre Karte für ${ticket.event} wurde angenommen`,
    text: `Wem Sie Ihre Karte angeboten haben, dem gehört sie jetzt:\n\n${admission(ticket)}\n\nIhr bisheriger QR-Code öffnet die Tür nicht mehr.${questions(ticket)}`,
  }),
  ticket_declined: (ticket) => ({
    subject: `Ihre Karte für ${ticket.event} wurde abgelehnt`,
    text: `Wem Sie Ihre Karte angeboten haben, der hat sie abgelehnt. Sie gehört weiterhin Ihnen:\n\n${admission(ticket)}${questions(ticket)}`,
  }),
  refund_started: (booking) => ({
    subject: `Ihre Rückzahlung von ${booking.amount}`,
    text: `Die Rückzahlung von ${booking.amount} ist auf dem Weg dorthin, von wo Sie bezahlt haben. Bei einer Karte sehen Sie sie binnen zehn Tagen.\n\n${order(booking)}${questions(booking)}`,
  }),
  refund_failed: (booking) => ({
    subject: `${booking.amount} konnten nicht zurückgezahlt werden`,
    text: `Ihre Bank hat die Rückzahlung von ${booking.amount} nicht angenommen, etwa weil die Karte nicht mehr gilt:\n\n${order(booking)}\n\n${booking.organization} schuldet Ihnen den Betrag weiterhin. Schreiben Sie, auf welches Konto er gehen soll, und nennen Sie ${booking.reference}. Schicken Sie nie eine Kartennummer.${questions(booking)}`,
  }),
  payment_returned: (booking) => ({
    subject: `Ihre Zahlung für ${booking.event} kommt zurück`,
    text: `Für Ihre Zahlung von ${booking.amount} gab es nichts: Sie kam zu spät, doppelt oder war nicht die verlangte. Sie ist auf dem Weg dorthin zurück, von wo Sie bezahlt haben. Bei einer Karte sehen Sie sie binnen zehn Tagen.\n\n${order(booking)}${questions(booking)}`,
  }),
  refund_approval_needed: (refund) => ({
    subject: `Eine Rückzahlung von ${refund.amount} wartet auf Sie`,
    text: `Ein Mitglied von ${refund.organization} möchte ${refund.amount} zurückzahlen:\n\n${order(refund)}\n\nDer angegebene Grund:\n\n${refund.reason}\n\nJemand anderes muss zustimmen oder ablehnen: Melden Sie sich dafür an.`,
  }),
  fraud_alert: ({ organization, rule, severity, booking }) => ({
    subject: `Betrugsverdacht (${severities.get(severity) ?? severity}) bei ${organization}`,
    text: `Die Regel „${rule}“ hat etwas gefunden${booking === undefined ? "" : `, in Buchung ${booking}`}. Jemand von ${organization} sollte es ansehen: Melden Sie sich an, und lesen Sie die offenen Meldungen.`,
  }),
  dispute_opened: (dispute) => ({
    subject: `Eine Zahlung von ${dispute.amount} wird beanstandet`,
    text: `Die Bank des Käufers verlangt ${dispute.amount} von ${dispute.organization} zurück. Ihr Grund: ${complaint(dispute)}.\n\n${order(dispute)}\n\nBis sie entschieden hat, öffnen die Karten keine Tür, und der Betrag wird nicht ausgezahlt.${answerBy(dispute)}`,
  }),
  dispute_evidence_due: (dispute) => ({
    subject: `Eine Beanstandung von ${dispute.amount} ist noch ohne Antwort`,
    text: `Die Bank des Käufers verlangt ${dispute.amount} von ${dispute.organization} zurück, und niemand hat ihr geantwortet. Ihr Grund: ${complaint(dispute)}.\n\n${order(dispute)}${answerBy(dispute)}`,
  }),
  payout_approval_needed: (payout) => ({
    subject: `Eine Auszahlung von ${payout.amount} wartet auf Sie`,
    text: `Eine Auszahlung von ${payout.amount} an ${payout.organization} für ${payout.period} braucht eine zweite Person. Melden Sie sich an, um zuzustimmen.`,
  }),
  payout_paid: (payout) => ({
    subject: `Eine Auszahlung von ${payout.amount}`,
    text: `${payout.amount} für ${payout.period} wurden auf das Konto von ${payout.organization} bei Stripe überwiesen. Stripe schickt sie an die Bank weiter.`,
  }),
  payout_failed: (payout) => ({
    subject: `Eine Auszahlung von ${payout.amount} ist gescheitert`,
    text: `Stripe hat ${payout.amount} für ${payout.period} nicht an ${payout.organization} überwiesen. Der angegebene Grund:\n\n${payout.reason}\n\nBeheben Sie ihn, und schicken Sie die Auszahlung noch einmal: Melden Sie sich dafür an.`,
  }),
  payout_held: (payout) => ({
    subject: `${payout.amount} einer Auszahlung werden zurückgehalten`,
    text: `${payout.amount} an ${payout.organization} werden zurückgehalten, bis jemand sie freigibt. Der angegebene Grund:\n\n${payout.reason}`,
  }),
  payout_account_requirements: (account) => ({
    subject: `Stripe muss mehr über ${account.organization} wissen`,
    text: `Stripe möchte mehr wissen, bevor es weiter an ${account.organization} zahlt: ${account.reason}. Melden Sie sich an, und folgen Sie dem Link zu Stripe, um zu antworten.`,
  }),
};

const words: PurchaseWords = {
  online: "Online: Der Zugang steht bei den Karten.",
  postponed:
    "Verschoben: Einen neuen Termin gibt es noch nicht. Wir schreiben wieder, sobald es ihn gibt.",
  more: (count) =>
    plurals.select(count) === "one" ? "und eine weitere Zeile" : `und ${count} weitere Zeilen`,
};

const plurals = new Intl.PluralRules("de");

/** What somebody does at an organization; what is not here is said as it is. */
const roles: ReadonlyMap<string | undefined, string> = new Map([
  ["owner", "Inhaberschaft"],
  ["admin", "Administration"],
  ["manager", "Leitung"],
  ["coordinator", "Koordination"],
  ["staff", "Team"],
  ["support", "Support"],
  ["analyst", "Auswertung"],
  ["viewer", "nur lesen"],
]);

const severities: ReadonlyMap<string | undefined, string> = new Map([
  ["low", "niedrig"],
  ["medium", "mittel"],
  ["high", "hoch"],
  ["critical", "kritisch"],
]);

/** Why banks want money back, in Stripe's words; what is not here is said in them. */
const complaints: ReadonlyMap<string | undefined, string> = new Map([
  ["credit_not_processed", "eine versprochene Rückzahlung kam nicht"],
  ["duplicate", "doppelt bezahlt"],
  ["fraudulent", "nicht vom Inhaber der Karte bezahlt"],
  ["general", "kein näherer Grund"],
  ["product_not_received", "nicht bekommen, was gekauft wurde"],
  ["product_unacceptable", "nicht, was versprochen war"],
  ["unrecognized", "die Zahlung ist dem Inhaber der Karte unbekannt"],
]);

function complaint({ reason }: MailVariables): string {
  return complaints.get(reason) ?? (reason ?? "").replaceAll("_", " ");
}

/** What an order or a booking is for, and what to quote. */
function order(booking: MailVariables): string {
  return `${happening(booking, words)}\nBuchung ${booking.reference}`;
}

/** What one ticket is for. */
function admission(ticket: MailVariables): string {
  return `${happening(ticket, words)}${ticket.seat == null ? "" : `\n${ticket.seat}`}`;
}

function questions({ organization, contact }: MailVariables): string {
  return contact === undefined ? "" : `\n\nFragen? Schreiben Sie an ${organization}: ${contact}`;
}

function answerBy({ until }: MailVariables): string {
  return until == null
    ? ""
    : `\n\nSie nimmt Belege bis ${until} an, einmal. Was niemand beantwortet, ist verloren: Melden Sie sich an, um zu antworten.`;
}

function total({ amount, payment }: MailVariables): string {
  if (payment === "free") return "Es ist nichts zu zahlen.";
  return payment === "invoice"
    ? `Summe: ${amount}; Sie bekommen eine Rechnung.`
    : `Summe: ${amount}, bezahlt.`;
}

function linkIsGoodOnce({ token, reference }: MailVariables): string {
  return token === undefined
    ? ""
    : `\n\nDer Link gilt einmal: Wo Sie ihn öffnen, gehört die Buchung Ihnen, und nicht mehr dort, wo sie war. Einen neuen gibt es im Shop mit ${reference} und dieser Adresse. Wenn Sie nichts gekauft haben, hat sich jemand bei der Adresse vertippt: Folgen Sie dem Link nicht.`;
}

function bookingLink({ token }: MailVariables, publicUrl: PublicUrl): string {
  if (token !== undefined) return `\n\n${link(publicUrl, "claim-booking", token)}`;
  return "\n\nMelden Sie sich bei Ihrem Konto an: Dort ist Ihre Buchung.";
}

function ofChange({ booking, ticket }: MailVariables): string {
  return ticket === undefined ? `Karten (Buchung ${booking})` : `eine Karte (${ticket})`;
}

function because({ reason }: MailVariables): string {
  return reason === undefined ? "" : `\n\nDer Grund: ${reason}`;
}

function givingBack({ refundsUntil }: MailVariables): string {
  return refundsUntil === undefined
    ? ""
    : ` Wenn Sie nicht kommen können, dürfen Sie sie bis ${refundsUntil} zum vollen Preis zurückgeben.`;
}
