-- An intent follows its booking's price, and a card may be authorized before the organization
-- answers.

create type app_public.capture_method as enum ('automatic', 'manual');
comment on type app_public.capture_method is
  'Whether a card is charged when it is confirmed, or authorized then and captured later.';

-- Of one order the stricter terms count, as with the hours.
alter table app_public.ticket_categories
  add column capture_method app_public.capture_method not null default 'automatic';
comment on column app_public.ticket_categories.capture_method is
  'Of a category that requires approval: automatic: the buyer pays after a yes; manual: the card '
  'is authorized at checkout, and charged by a yes.';
drop function app_public.set_category_approval(uuid, boolean, integer, integer);

drop function app_private.request_payment(app_public.bookings);
drop function app_private.return_payment(app_public.payment_intents);
drop function app_private.receive_payment(app_public.payment_intents, text);
drop function app_private.settle_payment(app_public.payment_intents, app_public.payment_status);

alter type app_public.payment_status add value 'authorized' before 'succeeded';

alter table app_public.payment_intents
  add column capture_method app_public.capture_method not null default 'automatic',
  add column capture_before timestamptz,
  add column capture_requested_at timestamptz,
  add constraint payment_intents_only_manual_ones_are_captured check (
    capture_method = 'manual' or (capture_before is null and capture_requested_at is null)
  );
comment on column app_public.payment_intents.capture_method is
  'automatic: charged when the buyer confirms; manual: authorized then, charged by an approval.';
comment on column app_public.payment_intents.capture_before is
  'When the authorization lapses; null: the card was not authorized.';
comment on column app_public.payment_intents.capture_requested_at is
  'When somebody said yes, so that the card is to be charged.';
comment on column app_public.payment_intents.amount_cents is
  'What is to be paid; once it is paid, what was.';

-- Two live intents could both be paid. Whatever has not ended is live.
drop index app_public.payment_intents_one_is_open_per_booking;
create unique index payment_intents_one_is_open_per_booking
  on app_public.payment_intents (booking_id, organization_id)
  where status not in ('succeeded', 'failed', 'canceled');

create table app_private.payment_intent_changes (
  organization_id uuid not null,
  payment_intent_id uuid not null,
  change_no integer not null,
  amount_before_cents bigint not null,
  amount_cents bigint not null,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (payment_intent_id, change_no),
  foreign key (organization_id, payment_intent_id)
    references app_public.payment_intents (organization_id, id) on delete restrict,
  constraint payment_intent_changes_change_no_is_positive check (change_no > 0),
  constraint payment_intent_changes_amount_is_positive
    check (amount_before_cents > 0 and amount_cents > 0)
);
create index payment_intent_changes_organization_id_idx
  on app_private.payment_intent_changes (organization_id, payment_intent_id);

comment on table app_private.payment_intent_changes is
  'Each amount that an intent was changed to, in order: what Stripe is to be told, and what was '
  'ever asked for.';
comment on column app_private.payment_intent_changes.change_no is
  'Which one of its intent, from 1; part of the idempotency key.';
comment on column app_private.payment_intent_changes.amount_before_cents is
  'What was asked for before.';
comment on column app_private.payment_intent_changes.amount_cents is 'What is asked for since.';
comment on column app_private.payment_intent_changes.ended_at is
  'When Stripe had it, had refused it, or was told of a later one.';

alter type app_public.payment_session add attribute capture_method app_public.capture_method;
comment on column app_public.payment_session.capture_method is
  'manual: the card is only authorized now, and charged when the organization says yes.';

insert into app_public.booking_status_transitions (from_status, to_status, reason) values
  ('pending_payment', 'draft', 'the buyer goes back to the cart'),
  ('pending_payment', 'pending_approval', 'the card is authorized, the organization may answer');
