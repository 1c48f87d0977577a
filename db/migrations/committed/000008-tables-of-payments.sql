--! Previous: sha1:39060aa556a1a1ff4f56a06413ee5c9d0dfeb4d0
--! Hash: sha1:53bab3c6facac800e4bd08e760205fc47a18f134
--! Message: tables of payments

--! split: 100-tables.sql
-- Money: what was asked of Stripe, what Stripe said, and the books.

create type app_public.payment_status as enum (
  'pending', 'processing', 'requires_action', 'succeeded', 'failed', 'canceled'
);
comment on type app_public.payment_status is 'State of a payment intent.';

create type app_public.refund_status as enum (
  'pending', 'processing', 'succeeded', 'failed', 'canceled'
);
comment on type app_public.refund_status is 'State of a refund.';

create type app_public.refund_reason as enum (
  'customer_request', 'event_canceled', 'fraud', 'error', 'late_payment', 'booking_canceled'
);
comment on type app_public.refund_reason is 'Why money goes back.';

create type app_public.ledger_account_kind as enum (
  'stripe_balance', 'buyer_clearing', 'organizer_payable', 'platform_commission', 'service_fees',
  'processing_fees', 'taxes_payable'
);
comment on type app_public.ledger_account_kind is 'What an account of the ledger stands for.';

create table app_public.payment_intents (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  booking_id uuid not null,
  amount_cents bigint not null,
  currency text not null references app_public.currencies,
  status app_public.payment_status not null default 'pending',
  stripe_payment_intent_id text,
  stripe_status text,
  received_cents bigint not null default 0,
  refunded_cents bigint not null default 0,
  failure_code text,
  failure_message text,
  succeeded_at timestamptz,
  canceled_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint payment_intents_amount_is_positive check (amount_cents > 0),
  constraint payment_intents_refunds_are_within_what_was_received
    check (refunded_cents between 0 and received_cents),
  constraint payment_intents_received_is_all_or_nothing
    check (received_cents = case when status = 'succeeded' then amount_cents else 0 end),
  constraint payment_intents_succeeded_has_time
    check ((status = 'succeeded') = (succeeded_at is not null))
);
create index payment_intents_booking_id_idx
  on app_public.payment_intents (booking_id, organization_id);
create unique index payment_intents_stripe_payment_intent_id_key
  on app_public.payment_intents (stripe_payment_intent_id, organization_id);
-- Two live intents could both be paid.
create unique index payment_intents_one_is_open_per_booking
  on app_public.payment_intents (booking_id, organization_id)
  where status in ('pending', 'processing', 'requires_action');

comment on table app_public.payment_intents is 'An attempt to collect the price of a booking.';
comment on column app_public.payment_intents.id is 'Identifier, and idempotency key at Stripe.';
comment on column app_public.payment_intents.organization_id is 'Who sells.';
comment on column app_public.payment_intents.booking_id is 'For which booking.';
comment on column app_public.payment_intents.amount_cents is 'Amount asked for.';
comment on column app_public.payment_intents.currency is 'Its currency.';
comment on column app_public.payment_intents.status is 'Where it stands.';
comment on column app_public.payment_intents.stripe_payment_intent_id is 'Its id at Stripe.';
comment on column app_public.payment_intents.stripe_status is 'What Stripe calls its state.';
comment on column app_public.payment_intents.received_cents is 'Amount received.';
comment on column app_public.payment_intents.refunded_cents is
  'Refunded or on its way back; never more than was received.';
comment on column app_public.payment_intents.failure_code is 'Why the last attempt failed.';
comment on column app_public.payment_intents.failure_message is 'The same, for people.';
comment on column app_public.payment_intents.succeeded_at is 'When the money arrived.';
comment on column app_public.payment_intents.canceled_at is 'When it was given up.';
comment on column app_public.payment_intents.created_at is 'When it was asked for.';
comment on column app_public.payment_intents.updated_at is 'When it last changed.';

create table app_private.payment_intent_secrets (
  organization_id uuid not null,
  payment_intent_id uuid not null,
  client_secret text not null,
  primary key (payment_intent_id, organization_id),
  foreign key (organization_id, payment_intent_id)
    references app_public.payment_intents (organization_id, id) on delete restrict
);

comment on table app_private.payment_intent_secrets is
  'With the client secret, the buyer''s browser confirms the payment at Stripe.';

create table app_private.stripe_events (
  id text primary key,
  type text not null,
  livemode boolean not null,
  stripe_created_at timestamptz not null,
  payload jsonb not null,
  outcome text,
  received_at timestamptz not null default now(),
  applied_at timestamptz,
  constraint stripe_events_id_is_stripes check (id ~ '^evt_[A-Za-z0-9_]{1,250}$'),
  constraint stripe_events_applied_has_outcome
    check ((outcome is not null) = (applied_at is not null)),
  constraint stripe_events_outcome_is_known check (outcome in ('applied', 'ignored', 'refused'))
);
create index stripe_events_unapplied_idx on app_private.stripe_events (received_at)
  where applied_at is null;

comment on table app_private.stripe_events is
  'Inbox: each verified event once, stored before it is answered, then applied by a job.';

create table app_public.refunds (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  booking_id uuid not null,
  payment_intent_id uuid not null,
  reason app_public.refund_reason not null,
  amount_cents bigint not null,
  currency text not null references app_public.currencies,
  status app_public.refund_status not null default 'pending',
  stripe_refund_id text,
  failure_reason text,
  requested_by uuid references app_public.users on delete restrict,
  succeeded_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  foreign key (organization_id, payment_intent_id)
    references app_public.payment_intents (organization_id, id) on delete restrict,
  constraint refunds_amount_is_positive check (amount_cents > 0),
  constraint refunds_succeeded_has_time
    check ((status = 'succeeded') = (succeeded_at is not null))
);
create index refunds_booking_id_idx on app_public.refunds (booking_id, organization_id);
create index refunds_payment_intent_id_idx
  on app_public.refunds (payment_intent_id, organization_id);
create index refunds_requested_by_idx on app_public.refunds (requested_by);
create unique index refunds_stripe_refund_id_key
  on app_public.refunds (stripe_refund_id, organization_id);
-- However often the news of a late payment comes, it is returned once.
create unique index refunds_late_payment_is_returned_once
  on app_public.refunds (payment_intent_id, organization_id)
  where reason = 'late_payment';

comment on table app_public.refunds is 'Money on its way back to a buyer.';
comment on column app_public.refunds.id is 'Identifier, and idempotency key at Stripe.';
comment on column app_public.refunds.organization_id is 'Who sold.';
comment on column app_public.refunds.booking_id is 'Which booking was paid for.';
comment on column app_public.refunds.payment_intent_id is 'Which payment is returned.';
comment on column app_public.refunds.reason is 'Why.';
comment on column app_public.refunds.amount_cents is 'How much.';
comment on column app_public.refunds.currency is 'In which currency.';
comment on column app_public.refunds.status is 'Where it stands.';
comment on column app_public.refunds.stripe_refund_id is 'Its id at Stripe.';
comment on column app_public.refunds.failure_reason is 'Why Stripe could not return it.';
comment on column app_public.refunds.requested_by is 'Who asked for it; null: the system.';
comment on column app_public.refunds.succeeded_at is 'When it was returned.';
comment on column app_public.refunds.created_at is 'When it was asked for.';
comment on column app_public.refunds.updated_at is 'When it last changed.';

create table app_public.ledger_accounts (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  kind app_public.ledger_account_kind not null,
  currency text not null references app_public.currencies,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  unique (kind, organization_id, currency)
);
create index ledger_accounts_organization_id_idx on app_public.ledger_accounts (organization_id);

comment on table app_public.ledger_accounts is
  'Accounts of an organization''s books, one of each kind and currency.';
comment on column app_public.ledger_accounts.id is 'Identifier.';
comment on column app_public.ledger_accounts.organization_id is 'Whose books.';
comment on column app_public.ledger_accounts.kind is 'What it stands for.';
comment on column app_public.ledger_accounts.currency is 'Its currency.';
comment on column app_public.ledger_accounts.created_at is 'When it was opened.';

create table app_public.ledger_transactions (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  booking_id uuid,
  source text not null,
  description text not null,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  -- What is posted for one fact is posted once.
  constraint ledger_transactions_fact_is_posted_once unique (source, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict
);
create index ledger_transactions_organization_id_idx
  on app_public.ledger_transactions (organization_id);
create index ledger_transactions_booking_id_idx
  on app_public.ledger_transactions (booking_id, organization_id);

comment on table app_public.ledger_transactions is
  'One fact in the books; its entries sum to zero. Append-only: corrections are new facts.';
comment on column app_public.ledger_transactions.id is 'Identifier.';
comment on column app_public.ledger_transactions.organization_id is 'Whose books.';
comment on column app_public.ledger_transactions.booking_id is 'Which booking it is about.';
comment on column app_public.ledger_transactions.source is
  'The fact, such as payment:ID, sale:ID or refund:ID; each is posted once.';
comment on column app_public.ledger_transactions.description is 'The same, for people.';
comment on column app_public.ledger_transactions.created_at is 'When it was posted.';

create table app_public.ledger_entries (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  transaction_id uuid not null,
  account_id uuid not null,
  amount_cents bigint not null,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  unique (transaction_id, organization_id, account_id),
  foreign key (organization_id, transaction_id)
    references app_public.ledger_transactions (organization_id, id) on delete restrict,
  foreign key (organization_id, account_id)
    references app_public.ledger_accounts (organization_id, id) on delete restrict,
  constraint ledger_entries_amount_is_not_zero check (amount_cents <> 0)
);
create index ledger_entries_account_id_idx
  on app_public.ledger_entries (account_id, organization_id);

comment on table app_public.ledger_entries is
  'A movement on one account: positive is debit, negative is credit. Append-only.';
comment on column app_public.ledger_entries.id is 'Identifier.';
comment on column app_public.ledger_entries.organization_id is 'Whose books.';
comment on column app_public.ledger_entries.transaction_id is 'Part of which fact.';
comment on column app_public.ledger_entries.account_id is 'On which account.';
comment on column app_public.ledger_entries.amount_cents is
  'Minor units of the account''s currency; debit is positive.';
comment on column app_public.ledger_entries.created_at is 'When it was posted.';

create type app_public.payment_session as (
  booking_id uuid,
  status app_public.payment_status,
  amount_cents bigint,
  currency text,
  stripe_payment_intent_id text,
  client_secret text,
  failure_code text,
  failure_message text
);
comment on type app_public.payment_session is 'What a buyer''s browser needs to pay at Stripe.';
comment on column app_public.payment_session.booking_id is 'The booking to pay for.';
comment on column app_public.payment_session.status is 'Where the payment stands.';
comment on column app_public.payment_session.amount_cents is 'What is to be paid.';
comment on column app_public.payment_session.currency is 'In which currency.';
comment on column app_public.payment_session.stripe_payment_intent_id is 'Its id at Stripe.';
comment on column app_public.payment_session.client_secret is
  'Lets the holder confirm this payment at Stripe; null until the intent exists there.';
comment on column app_public.payment_session.failure_code is 'Why the last attempt failed.';
comment on column app_public.payment_session.failure_message is 'The same, for people.';
