-- Terms of cancellation, and money that goes back in parts that are explained to the cent.

insert into app_public.role_permissions (role, permission)
select role::app_public.organization_role, permission
from (values
  ('payments.refund', 'owner,admin,manager'),
  ('payments.approve', 'owner,admin')
) as granted (permission, roles), unnest(string_to_array(roles, ',')) as role;

insert into app_public.booking_status_transitions (from_status, to_status, reason) values
  ('refunded', 'canceled', 'a refund that had succeeded failed after all'),
  ('refunded', 'expired', 'the refund of a late payment failed after all');

alter table app_public.organization_settings
  add column refund_approval_above_cents bigint,
  add constraint organization_settings_refund_approval_is_not_negative
    check (refund_approval_above_cents >= 0);
comment on column app_public.organization_settings.refund_approval_above_cents is
  'Refunds by staff above this amount, in the default currency, need a second person; null: none.';

-- A policy never changes: new terms are a new version, so that a booking can point at its own.
create table app_public.cancellation_policies (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  event_id uuid,
  version integer not null,
  refunds_service_fees boolean not null,
  refunds_processing_fees boolean not null,
  created_by uuid references app_public.users on delete restrict,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint cancellation_policies_version_is_unique
    unique nulls not distinct (organization_id, event_id, version),
  foreign key (organization_id, event_id)
    references app_public.events (organization_id, id) on delete restrict,
  constraint cancellation_policies_version_is_positive check (version > 0)
);
create index cancellation_policies_event_id_idx
  on app_public.cancellation_policies (event_id, organization_id) where event_id is not null;
create index cancellation_policies_created_by_idx on app_public.cancellation_policies (created_by);

comment on table app_public.cancellation_policies is
  'Terms on which tickets are taken back: of one event, or of all others of an organization. The '
  'newest version applies to who buys now; a booking keeps the one it was bought under.';
comment on column app_public.cancellation_policies.id is 'Identifier.';
comment on column app_public.cancellation_policies.organization_id is 'Whose terms.';
comment on column app_public.cancellation_policies.event_id is
  'For which event; null: for every event without terms of its own.';
comment on column app_public.cancellation_policies.version is 'Counts the versions from 1.';
comment on column app_public.cancellation_policies.refunds_service_fees is
  'Whether service fees are returned in proportion; else they are kept.';
comment on column app_public.cancellation_policies.refunds_processing_fees is
  'Whether processing fees are returned in proportion; else they are kept.';
comment on column app_public.cancellation_policies.created_by is 'Who set it.';
comment on column app_public.cancellation_policies.created_at is 'Since when it applies.';

create table app_public.cancellation_windows (
  policy_id uuid not null,
  organization_id uuid not null,
  days_before integer not null,
  percentage numeric(7, 4) not null,
  primary key (policy_id, organization_id, days_before),
  foreign key (organization_id, policy_id)
    references app_public.cancellation_policies (organization_id, id) on delete restrict,
  constraint cancellation_windows_days_are_bounded check (days_before between 0 and 3650),
  constraint cancellation_windows_percentage_is_a_share
    check (percentage > 0 and percentage <= 100)
);

comment on table app_public.cancellation_windows is
  'What is returned until when; after the last window nothing is.';
comment on column app_public.cancellation_windows.policy_id is 'Part of which policy.';
comment on column app_public.cancellation_windows.organization_id is 'Whose terms.';
comment on column app_public.cancellation_windows.days_before is
  'Until how many days before the start, at the same time of day.';
comment on column app_public.cancellation_windows.percentage is 'How much is returned.';

create trigger _200_refuse_change before update or delete on app_public.cancellation_policies
  for each row execute function app_hidden.tg__refuse_change();
create trigger _200_refuse_change before update or delete on app_public.cancellation_windows
  for each row execute function app_hidden.tg__refuse_change();

alter table app_public.bookings
  add column cancellation_policy_id uuid,
  add column refunded_cents bigint not null default 0,
  add constraint bookings_cancellation_policy_fkey
    foreign key (organization_id, cancellation_policy_id)
    references app_public.cancellation_policies (organization_id, id) on delete restrict,
  add constraint bookings_refunds_are_within_total
    check (refunded_cents between 0 and total_amount_cents);
create index bookings_cancellation_policy_id_idx
  on app_public.bookings (cancellation_policy_id, organization_id)
  where cancellation_policy_id is not null;
comment on column app_public.bookings.cancellation_policy_id is
  'The terms under which it was bought, frozen at checkout; null: it is not taken back.';
comment on column app_public.bookings.refunded_cents is
  'How much of the total was taken back, whether or not the money has arrived.';

alter table app_public.booking_items
  add column returned_quantity integer not null default 0,
  add column refunded_cents bigint not null default 0,
  add constraint booking_items_returns_are_within_quantity
    check (returned_quantity between 0 and quantity),
  add constraint booking_items_refunds_are_within_total
    check (refunded_cents between 0 and total_cents);
comment on column app_public.booking_items.returned_quantity is 'How many tickets came back.';
comment on column app_public.booking_items.refunded_cents is 'How much of it was taken back.';

alter table app_public.tickets
  add column refunded_cents bigint not null default 0,
  add constraint tickets_refunds_are_within_what_was_paid
    check (refunded_cents between 0 and total_paid_cents);
comment on column app_public.tickets.refunded_cents is 'How much of it was taken back.';

create type app_public.refund_kind as enum ('full', 'ticket', 'partial', 'fee_only');
comment on type app_public.refund_kind is
  'What is taken back: a booking, tickets, an amount, or fees only.';

create type app_public.refund_request_status as enum ('requested', 'approved', 'declined');
comment on type app_public.refund_request_status is
  'Where a request stands; with its approval its refunds are queued.';

create table app_public.refund_requests (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  booking_id uuid not null,
  kind app_public.refund_kind not null,
  status app_public.refund_request_status not null,
  reason app_public.refund_reason not null,
  note text,
  ticket_ids uuid[],
  percentage numeric(7, 4) not null,
  refunds_service_fees boolean not null,
  refunds_processing_fees boolean not null,
  is_exception boolean not null,
  amount_cents bigint not null,
  currency text not null references app_public.currencies,
  cancellation_policy_id uuid,
  requested_by uuid references app_public.users on delete restrict,
  decided_by uuid references app_public.users on delete restrict,
  decided_at timestamptz,
  decision_note text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  unique (id, organization_id, booking_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  foreign key (organization_id, cancellation_policy_id)
    references app_public.cancellation_policies (organization_id, id) on delete restrict,
  constraint refund_requests_amount_is_not_negative check (amount_cents >= 0),
  constraint refund_requests_percentage_is_a_share check (percentage between 0 and 100),
  constraint refund_requests_notes_are_short
    check (length(note) <= 1000 and length(decision_note) <= 1000),
  constraint refund_requests_tickets_are_named_and_few
    check (cardinality(ticket_ids) between 1 and 10000),
  constraint refund_requests_exception_has_a_note check (not is_exception or note is not null),
  constraint refund_requests_decision_is_complete
    check ((decided_by is null) = (decided_at is null)),
  constraint refund_requests_requested_is_undecided
    check (status <> 'requested' or decided_by is null),
  constraint refund_requests_declined_by_somebody
    check (status <> 'declined' or decided_by is not null),
  -- Two people, or the approval means nothing.
  constraint refund_requests_approved_by_another
    check (status <> 'approved' or decided_by is null or decided_by <> requested_by)
);
create index refund_requests_booking_id_idx
  on app_public.refund_requests (booking_id, organization_id);
create index refund_requests_cancellation_policy_id_idx
  on app_public.refund_requests (cancellation_policy_id, organization_id);
create index refund_requests_requested_by_idx on app_public.refund_requests (requested_by);
create index refund_requests_decided_by_idx on app_public.refund_requests (decided_by);
create index refund_requests_status_idx on app_public.refund_requests (status, organization_id);
create trigger _100_set_updated_at before update on app_public.refund_requests
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _500_audit after insert or update or delete on app_public.refund_requests
  for each row execute function app_hidden.tg__audit();

comment on table app_public.refund_requests is
  'Why something of a sale was taken back, on whose word, and how much; its items say of what, its '
  'refunds by which payment.';
comment on column app_public.refund_requests.id is 'Identifier.';
comment on column app_public.refund_requests.organization_id is 'Who sold.';
comment on column app_public.refund_requests.booking_id is 'Which booking.';
comment on column app_public.refund_requests.kind is 'What is taken back.';
comment on column app_public.refund_requests.status is 'Where it stands.';
comment on column app_public.refund_requests.reason is 'Why.';
comment on column app_public.refund_requests.note is 'The same in the words of staff.';
comment on column app_public.refund_requests.ticket_ids is 'Which tickets; null: all there are.';
comment on column app_public.refund_requests.percentage is 'How much of them.';
comment on column app_public.refund_requests.refunds_service_fees is 'With service fees or not.';
comment on column app_public.refund_requests.refunds_processing_fees is
  'With processing fees or not.';
comment on column app_public.refund_requests.is_exception is
  'Whether staff decided it; otherwise the terms did.';
comment on column app_public.refund_requests.amount_cents is 'How much, the sum of its items.';
comment on column app_public.refund_requests.currency is 'In which currency.';
comment on column app_public.refund_requests.cancellation_policy_id is
  'The terms that were applied; null: none were.';
comment on column app_public.refund_requests.requested_by is 'Who asked; null: a guest, or the system.';
comment on column app_public.refund_requests.decided_by is
  'Who approved or declined it; null: nobody had to, or has yet.';
comment on column app_public.refund_requests.decided_at is 'When they did.';
comment on column app_public.refund_requests.decision_note is 'What they said.';
comment on column app_public.refund_requests.created_at is 'When it was asked for.';
comment on column app_public.refund_requests.updated_at is 'When it last changed.';

create table app_public.refund_items (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  request_id uuid not null,
  booking_id uuid not null,
  booking_item_id uuid not null,
  ticket_id uuid,
  is_return boolean not null,
  price_cents bigint not null,
  service_fee_cents bigint not null,
  processing_fee_cents bigint not null,
  tax_cents bigint not null,
  total_cents bigint not null,
  commission_cents bigint not null,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint refund_items_request_fkey foreign key (organization_id, request_id, booking_id)
    references app_public.refund_requests (organization_id, id, booking_id) on delete restrict,
  foreign key (organization_id, booking_item_id)
    references app_public.booking_items (organization_id, id) on delete restrict,
  foreign key (organization_id, ticket_id)
    references app_public.tickets (organization_id, id) on delete restrict,
  constraint refund_items_parts_are_not_negative check (
    price_cents >= 0 and service_fee_cents >= 0 and processing_fee_cents >= 0
    and tax_cents >= 0 and commission_cents >= 0
  ),
  constraint refund_items_total_is_sum_of_parts check (
    total_cents = price_cents + service_fee_cents + processing_fee_cents + tax_cents
  ),
  constraint refund_items_commission_is_within_price check (commission_cents <= price_cents),
  constraint refund_items_are_something check (is_return or total_cents > 0)
);
create index refund_items_request_id_idx
  on app_public.refund_items (request_id, organization_id, booking_id);
create index refund_items_booking_id_idx
  on app_public.refund_items (booking_id, organization_id);
create index refund_items_booking_item_id_idx
  on app_public.refund_items (booking_item_id, organization_id);
create index refund_items_ticket_id_idx on app_public.refund_items (ticket_id, organization_id);
-- However many ask for it at once: a ticket comes back once, and so does a line without tickets.
create unique index refund_items_ticket_is_returned_once
  on app_public.refund_items (ticket_id, organization_id)
  where is_return and ticket_id is not null;
create unique index refund_items_line_is_returned_once
  on app_public.refund_items (booking_item_id, organization_id)
  where is_return and ticket_id is null;
create trigger _200_refuse_change before update or delete on app_public.refund_items
  for each row execute function app_hidden.tg__refuse_change();

comment on table app_public.refund_items is
  'What was taken back of which ticket or line, part by part. Written when it is approved.';
comment on column app_public.refund_items.id is 'Identifier.';
comment on column app_public.refund_items.organization_id is 'Who sold.';
comment on column app_public.refund_items.request_id is 'For which request.';
comment on column app_public.refund_items.booking_id is 'Of which booking.';
comment on column app_public.refund_items.booking_item_id is 'Of which line.';
comment on column app_public.refund_items.ticket_id is 'Of which ticket; null: the line has none.';
comment on column app_public.refund_items.is_return is
  'Whether the ticket came back; otherwise its holder keeps it.';
comment on column app_public.refund_items.price_cents is 'Of the price, less discount.';
comment on column app_public.refund_items.service_fee_cents is 'Of the service fee.';
comment on column app_public.refund_items.processing_fee_cents is 'Of the processing fee.';
comment on column app_public.refund_items.tax_cents is 'Of the tax.';
comment on column app_public.refund_items.total_cents is 'Sum of the parts.';
comment on column app_public.refund_items.commission_cents is
  'What the platform returns of its commission; the organization returns the rest of the price.';
comment on column app_public.refund_items.created_at is 'When it was taken back.';

alter table app_public.refunds
  add column request_id uuid,
  add column attempt smallint not null default 1,
  add column retried_refund_id uuid,
  add column not_before timestamptz not null default now(),
  add column stripe_status text,
  add column failed_at timestamptz,
  add constraint refunds_request_fkey foreign key (organization_id, request_id, booking_id)
    references app_public.refund_requests (organization_id, id, booking_id) on delete restrict,
  add constraint refunds_retried_refund_fkey foreign key (organization_id, retried_refund_id)
    references app_public.refunds (organization_id, id) on delete restrict,
  add constraint refunds_attempt_is_positive check (attempt > 0),
  add constraint refunds_first_attempt_retries_nothing
    check ((attempt = 1) = (retried_refund_id is null)),
  add constraint refunds_failed_at_is_of_failed
    check (failed_at is null or status in ('failed', 'canceled'));
create index refunds_request_id_idx
  on app_public.refunds (request_id, organization_id, booking_id);
-- A failed refund has one successor, so that the money is sent again once.
create unique index refunds_are_retried_once
  on app_public.refunds (retried_refund_id, organization_id);
create index refunds_failed_idx on app_public.refunds (organization_id, id)
  where status in ('failed', 'canceled');
drop index app_public.refunds_late_payment_is_returned_once;
create unique index refunds_late_payment_is_returned_once
  on app_public.refunds (payment_intent_id, organization_id)
  where reason = 'late_payment' and attempt = 1;
comment on constraint refund_items_request_fkey on app_public.refund_items is
  E'@fieldName request\n@foreignFieldName items';
comment on constraint refunds_request_fkey on app_public.refunds is
  E'@fieldName request\n@foreignFieldName refunds';
comment on constraint refunds_retried_refund_fkey on app_public.refunds is
  E'@fieldName retriedRefund\n@foreignFieldName retries';
comment on column app_public.refunds.request_id is
  'What is taken back with it; null: a payment for which there was no sale.';
comment on column app_public.refunds.attempt is 'Counts the attempts from 1.';
comment on column app_public.refunds.retried_refund_id is 'The failed refund that it tries again.';
comment on column app_public.refunds.not_before is 'Stripe is asked then, or later.';
comment on column app_public.refunds.stripe_status is 'What Stripe calls its state.';
comment on column app_public.refunds.failed_at is 'When it failed.';

create type app_public.cancellation_quote as (
  booking_id uuid,
  percentage numeric,
  until timestamptz,
  policy_version integer,
  refunds_service_fees boolean,
  refunds_processing_fees boolean,
  ticket_count integer,
  price_cents bigint,
  service_fee_cents bigint,
  processing_fee_cents bigint,
  tax_cents bigint,
  refund_cents bigint,
  kept_cents bigint,
  currency text
);
comment on type app_public.cancellation_quote is 'What a buyer gets back who cancels now.';
comment on column app_public.cancellation_quote.booking_id is 'The booking.';
comment on column app_public.cancellation_quote.percentage is
  'How much is returned now; 0: nothing, and tickets are not taken back.';
comment on column app_public.cancellation_quote.until is 'Until when; null: nothing is returned.';
comment on column app_public.cancellation_quote.policy_version is
  'Which version of the terms; null: there are none, or a postponement stands above them.';
comment on column app_public.cancellation_quote.refunds_service_fees is 'With service fees or not.';
comment on column app_public.cancellation_quote.refunds_processing_fees is
  'With processing fees or not.';
comment on column app_public.cancellation_quote.ticket_count is 'Of how many tickets.';
comment on column app_public.cancellation_quote.price_cents is 'Of the prices.';
comment on column app_public.cancellation_quote.service_fee_cents is 'Of the service fees.';
comment on column app_public.cancellation_quote.processing_fee_cents is 'Of the processing fees.';
comment on column app_public.cancellation_quote.tax_cents is 'Of the taxes.';
comment on column app_public.cancellation_quote.refund_cents is 'All that is returned.';
comment on column app_public.cancellation_quote.kept_cents is 'What is not.';
comment on column app_public.cancellation_quote.currency is 'Currency of the amounts.';

create type app_public.cancellation_term as (
  days_before integer,
  until timestamptz,
  percentage numeric,
  refunds_service_fees boolean,
  refunds_processing_fees boolean
);
comment on type app_public.cancellation_term is 'One window of the terms of a performance.';
comment on column app_public.cancellation_term.days_before is 'How many days before the start.';
comment on column app_public.cancellation_term.until is 'When that is.';
comment on column app_public.cancellation_term.percentage is 'How much is returned until then.';
comment on column app_public.cancellation_term.refunds_service_fees is 'With service fees or not.';
comment on column app_public.cancellation_term.refunds_processing_fees is
  'With processing fees or not.';

-- What a ticket is worth, or a line without tickets, and what of it was not taken back yet.
create type app_private.refund_unit as (
  booking_item_id uuid,
  ticket_id uuid,
  is_fee boolean,
  is_live boolean,
  price_cents bigint,
  service_fee_cents bigint,
  processing_fee_cents bigint,
  tax_cents bigint,
  commission_cents bigint
);

create type app_private.refund_part as (
  booking_item_id uuid,
  ticket_id uuid,
  is_return boolean,
  price_cents bigint,
  service_fee_cents bigint,
  processing_fee_cents bigint,
  tax_cents bigint,
  commission_cents bigint
);

create type app_private.cancellation_offer as (
  policy_id uuid,
  policy_version integer,
  percentage numeric,
  until timestamptz,
  refunds_service_fees boolean,
  refunds_processing_fees boolean
);

-- They have more arguments now.
drop function app_private.queue_refund(
  app_public.payment_intents, bigint, app_public.refund_reason
);
drop function app_private.refund_booking(app_public.bookings, app_public.refund_reason);
