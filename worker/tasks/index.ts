import type { TaskList } from "graphile-worker";
import type { TaskContext } from "../context.ts";
import { allocationReleaseDue } from "./allocation__release_due.ts";
import { auditSeal } from "./audit__seal.ts";
import { bookingCompleteDue } from "./booking__complete_due.ts";
import { bookingExpireDue } from "./booking__expire_due.ts";
import { bookingLinkMail } from "./booking_link__mail.ts";
import { bookingMailConfirmed } from "./booking__mail_confirmed.ts";
import { disputeRemindDue } from "./dispute__remind_due.ts";
import { disputeResponseSend } from "./dispute_response__send.ts";
import { emailSend } from "./email__send.ts";
import { eventCancelBookings } from "./event__cancel_bookings.ts";
import { eventCompleteDue } from "./event__complete_due.ts";
import { fraudAlertAnnounce } from "./fraud_alert__announce.ts";
import { installmentFollowUp } from "./installment__follow_up.ts";
import { layoutFetch } from "./layout__fetch.ts";
import { organizationCheckDomain } from "./organization__check_domain.ts";
import { organizationCheckDomains } from "./organization__check_domains.ts";
import { partitionMakeAhead } from "./partition__make_ahead.ts";
import { partitionRetire } from "./partition__retire.ts";
import { paymentIntentCancel } from "./payment_intent__cancel.ts";
import { paymentIntentCapture } from "./payment_intent__capture.ts";
import { paymentIntentCreate } from "./payment_intent__create.ts";
import { paymentIntentUpdate } from "./payment_intent__update.ts";
import { paymentMethodDetach } from "./payment_method__detach.ts";
import { paymentReconcile } from "./payment__reconcile.ts";
import { performanceNotify } from "./performance__notify.ts";
import { payoutReversalCreate } from "./payout_reversal__create.ts";
import { payoutRunDue } from "./payout__run_due.ts";
import { payoutSend } from "./payout__send.ts";
import { refundCreate } from "./refund__create.ts";
import { retentionApply } from "./retention__apply.ts";
import { riskLoadDisposableDomains } from "./risk__load_disposable_domains.ts";
import { seatChangeForget } from "./seat_change__forget.ts";
import { stripeAccountCreate } from "./stripe_account__create.ts";
import { stripeAccountLinkCreate } from "./stripe_account_link__create.ts";
import { stripeCustomerCreate } from "./stripe_customer__create.ts";
import { stripeCustomerDelete } from "./stripe_customer__delete.ts";
import { stripeEventApply } from "./stripe_event__apply.ts";
import { stripeEventRetryParked } from "./stripe_event__retry_parked.ts";
import { userErase } from "./user__erase.ts";
import { ticketTransferExpireDue } from "./ticket_transfer__expire_due.ts";
import { waitingListServe } from "./waiting_list__serve.ts";
import { workerUnlockDead } from "./worker__unlock_dead.ts";

/** Every task by the name that jobs give, which is the name of its file. */
export function taskList(context: TaskContext): TaskList {
  return {
    allocation__release_due: allocationReleaseDue(context),
    audit__seal: auditSeal(context),
    booking__complete_due: bookingCompleteDue(context),
    booking__expire_due: bookingExpireDue(context),
    booking__mail_confirmed: bookingMailConfirmed(context),
    booking_link__mail: bookingLinkMail(context),
    dispute__remind_due: disputeRemindDue(context),
    dispute_response__send: disputeResponseSend(context),
    email__send: emailSend(context),
    event__cancel_bookings: eventCancelBookings(context),
    event__complete_due: eventCompleteDue(context),
    fraud_alert__announce: fraudAlertAnnounce(context),
    installment__follow_up: installmentFollowUp(context),
    layout__fetch: layoutFetch(context),
    organization__check_domain: organizationCheckDomain(context),
    organization__check_domains: organizationCheckDomains(context),
    partition__make_ahead: partitionMakeAhead(context),
    partition__retire: partitionRetire(context),
    payment_intent__cancel: paymentIntentCancel(context),
    payment_intent__capture: paymentIntentCapture(context),
    payment_intent__create: paymentIntentCreate(context),
    payment_intent__update: paymentIntentUpdate(context),
    payment_method__detach: paymentMethodDetach(context),
    payment__reconcile: paymentReconcile(context),
    performance__notify: performanceNotify(context),
    payout__run_due: payoutRunDue(context),
    payout__send: payoutSend(context),
    payout_reversal__create: payoutReversalCreate(context),
    refund__create: refundCreate(context),
    retention__apply: retentionApply(context),
    risk__load_disposable_domains: riskLoadDisposableDomains(context),
    seat_change__forget: seatChangeForget(context),
    stripe_account__create: stripeAccountCreate(context),
    stripe_account_link__create: stripeAccountLinkCreate(context),
    stripe_customer__create: stripeCustomerCreate(context),
    stripe_customer__delete: stripeCustomerDelete(context),
    stripe_event__apply: stripeEventApply(context),
    stripe_event__retry_parked: stripeEventRetryParked(context),
    user__erase: userErase(context),
    ticket_transfer__expire_due: ticketTransferExpireDue(context),
    waiting_list__serve: waitingListServe(context),
    worker__unlock_dead: workerUnlockDead(context),
  };
}

/**
 * What is done without being asked. Nothing here is a deadline: a hold is over when its time is over, and the sweep only
 * tidies up.
 */
export const crontab = `
* * * * * booking__expire_due ?jobKey=booking__expire_due&max=1
* * * * * booking__mail_confirmed ?jobKey=booking__mail_confirmed&max=1
* * * * * allocation__release_due ?jobKey=allocation__release_due&max=1
* * * * * waiting_list__serve ?jobKey=waiting_list__serve&max=1
* * * * * worker__unlock_dead ?jobKey=worker__unlock_dead&max=1
* * * * * stripe_event__retry_parked ?jobKey=stripe_event__retry_parked&max=1
*/5 * * * * ticket_transfer__expire_due ?jobKey=ticket_transfer__expire_due&max=1
*/5 * * * * seat_change__forget ?jobKey=seat_change__forget&max=1
*/10 * * * * event__complete_due ?jobKey=event__complete_due&max=1
12 * * * * booking__complete_due ?jobKey=booking__complete_due&max=1
*/10 * * * * payout__run_due ?jobKey=payout__run_due&max=1
7 * * * * installment__follow_up ?jobKey=installment__follow_up&max=1
23 * * * * dispute__remind_due ?jobKey=dispute__remind_due&max=1
*/5 * * * * audit__seal ?jobKey=audit__seal&max=3
17 3 * * * partition__make_ahead ?fill=2d&jobKey=partition__make_ahead
11 4 * * * payment__reconcile ?fill=2d&jobKey=payment__reconcile
29 4 * * * organization__check_domains ?fill=2d&jobKey=organization__check_domains
43 2 * * * retention__apply ?fill=2d&jobKey=retention__apply
47 3 * * * partition__retire ?fill=2d&jobKey=partition__retire
41 3 * * 1 risk__load_disposable_domains ?fill=8d&jobKey=risk__load_disposable_domains
`;
