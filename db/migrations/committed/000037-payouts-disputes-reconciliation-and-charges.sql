--! Previous: sha1:c21bade96e7d2d1956c5945530f6350f569417e5
--! Hash: sha1:142597417bac0a00acbdeaab675ddf213712a495
--! Message: Payouts, disputes, reconciliation and charges

--! split: 046-payouts.sql
-- Payouts: accounts at Stripe to which money goes, what is paid out and of which facts, holds,
-- and what is taken back.

insert into app_public.role_permissions (role, permission)
select role::app_public.organization_role, permission
from (values
  ('payouts.read', 'owner,admin'),
  ('payouts.manage', 'owner,admin'),
  ('payouts.approve', 'owner,admin')
) as granted (permission, roles), unnest(string_to_array(roles, ',')) as role;

-- Terms.

create type app_public.payout_timing as enum ('rolling', 'after_event');
comment on type app_public.payout_timing is 'When money may be paid out that was received.';

alter table app_public.organization_settings
  add column payout_timing app_public.payout_timing not null default 'rolling',
  add column payout_delay_days integer not null default 0,
  add column payout_approval_above_cents bigint,
  add column pays_stripe_fees boolean not null default true,
  add constraint organization_settings_payout_delay_is_bounded
    check (payout_delay_days between 0 and 90),
  add constraint organization_settings_payout_approval_is_not_negative
    check (payout_approval_above_cents >= 0);
comment on column app_public.organization_settings.payout_timing is
  'Rolling: what was sold is paid out after the period in which it was sold. After_event: after its '
  'performance.';
comment on column app_public.organization_settings.payout_delay_days is
  'How many days later than that.';
comment on column app_public.organization_settings.payout_approval_above_cents is
  'Above which amount a second person approves a payout; null: nobody.';
comment on column app_public.organization_settings.pays_stripe_fees is
  'Whether what Stripe charges is taken off its payouts; otherwise the platform bears it.';

-- Where the money goes.

create table app_public.stripe_accounts (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  promoter_id uuid,
  country text not null,
  email public.citext not null,
  stripe_account_id text,
  stripe_onboarding_completed boolean not null default false,
  charges_enabled boolean not null default false,
  payout_enabled boolean not null default false,
  transfers_enabled boolean not null default false,
  requirements_due text[] not null default '{}',
  disabled_reason text,
  failure_reason text,
  stripe_news text,
  deauthorized_at timestamptz,
  requested_by uuid references app_public.users on delete restrict,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, promoter_id)
    references app_public.promoters (organization_id, id) on delete restrict,
  constraint stripe_accounts_country_is_iso_3166 check (country ~ '^[A-Z]{2}$'),
  constraint stripe_accounts_email_has_two_sides
    check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 320),
  constraint stripe_accounts_stripe_account_id_is_one check (stripe_account_id ~ '^acct_[A-Za-z0-9]+$'),
  constraint stripe_accounts_enabled_are_known check (
    stripe_account_id is not null
    or not (stripe_onboarding_completed or charges_enabled or payout_enabled or transfers_enabled)
  )
);
create unique index stripe_accounts_payee_has_one
  on app_public.stripe_accounts (organization_id, promoter_id) nulls not distinct
  where deauthorized_at is null;
create unique index stripe_accounts_stripe_account_id_key
  on app_public.stripe_accounts (stripe_account_id, organization_id);
create index stripe_accounts_promoter_id_idx
  on app_public.stripe_accounts (promoter_id, organization_id);
create index stripe_accounts_organization_id_idx on app_public.stripe_accounts (organization_id);
create index stripe_accounts_requested_by_idx on app_public.stripe_accounts (requested_by);

comment on table app_public.stripe_accounts is
  'Accounts at Stripe to which an organization, or a promoter of it, is paid out.';
comment on column app_public.stripe_accounts.id is 'Identifier.';
comment on column app_public.stripe_accounts.organization_id is 'Which organization.';
comment on column app_public.stripe_accounts.promoter_id is
  'Which promoter; null: the organization itself.';
comment on column app_public.stripe_accounts.country is 'Where the account is, by ISO 3166.';
comment on column app_public.stripe_accounts.email is 'Whom Stripe writes to.';
comment on column app_public.stripe_accounts.stripe_account_id is
  'Its id at Stripe; null: it is being made.';
comment on column app_public.stripe_accounts.stripe_onboarding_completed is
  'Whether Stripe was told who it is.';
comment on column app_public.stripe_accounts.charges_enabled is 'Whether it may charge cards itself.';
comment on column app_public.stripe_accounts.payout_enabled is
  'Whether Stripe pays from it to its bank.';
comment on column app_public.stripe_accounts.transfers_enabled is 'Whether it may be paid.';
comment on column app_public.stripe_accounts.requirements_due is 'What Stripe still wants to know.';
comment on column app_public.stripe_accounts.disabled_reason is 'Why Stripe has disabled it.';
comment on column app_public.stripe_accounts.failure_reason is 'Why Stripe did not make it.';
comment on column app_public.stripe_accounts.stripe_news is
  E'@behavior -*\nTime, state and id of the newest event that was applied.';
comment on column app_public.stripe_accounts.deauthorized_at is
  'When its owner cut it off; another one may then be opened.';
comment on column app_public.stripe_accounts.requested_by is 'Who opened it.';
comment on column app_public.stripe_accounts.created_at is 'When it was asked for.';
comment on column app_public.stripe_accounts.updated_at is 'When this last changed.';

create table app_private.stripe_account_links (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  stripe_account_id uuid not null,
  requested_by uuid not null references app_public.users on delete cascade,
  return_url text not null,
  refresh_url text not null,
  url text,
  expires_at timestamptz,
  failure_reason text,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, stripe_account_id)
    references app_public.stripe_accounts (organization_id, id) on delete restrict,
  constraint stripe_account_links_addresses_are_https_or_local check (
    return_url ~ '^(https://|http://(localhost|127\.0\.0\.1)[:/])[^[:space:]]+$'
    and refresh_url ~ '^(https://|http://(localhost|127\.0\.0\.1)[:/])[^[:space:]]+$'
    and length(return_url) <= 2000 and length(refresh_url) <= 2000
  ),
  constraint stripe_account_links_url_has_an_end check ((url is null) = (expires_at is null))
);
create index stripe_account_links_stripe_account_id_idx
  on app_private.stripe_account_links (stripe_account_id, organization_id);
create index stripe_account_links_requested_by_idx
  on app_private.stripe_account_links (requested_by);
comment on table app_private.stripe_account_links is
  'Addresses at Stripe where an owner says who they are. Each works once, for a few minutes.';

-- Payouts.

create type app_public.payout_status as enum (
  'draft', 'pending_approval', 'approved', 'in_transit', 'paid', 'failed', 'canceled'
);
comment on type app_public.payout_status is 'State of a payout.';

create table app_public.payout_status_transitions (
  from_status app_public.payout_status not null,
  to_status app_public.payout_status not null,
  reason text not null,
  primary key (from_status, to_status)
);
comment on table app_public.payout_status_transitions is 'The moves that a payout may make.';
comment on column app_public.payout_status_transitions.from_status is 'From here.';
comment on column app_public.payout_status_transitions.to_status is 'To there.';
comment on column app_public.payout_status_transitions.reason is 'When.';
insert into app_public.payout_status_transitions (from_status, to_status, reason) values
  ('draft', 'pending_approval', 'submitted, and a second person has to approve it'),
  ('draft', 'approved', 'submitted, and nobody has to approve it'),
  ('draft', 'canceled', 'given up'),
  ('pending_approval', 'approved', 'a second person approved it'),
  ('pending_approval', 'canceled', 'declined, or given up'),
  ('approved', 'in_transit', 'Stripe is asked to transfer it'),
  ('approved', 'canceled', 'given up before it was sent'),
  ('in_transit', 'paid', 'Stripe has transferred it'),
  ('in_transit', 'failed', 'Stripe has refused the transfer'),
  ('failed', 'approved', 'it is tried again'),
  ('failed', 'canceled', 'given up: its items are paid with the next one');

create table app_public.payouts (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  promoter_id uuid,
  stripe_account_id uuid not null,
  currency text not null references app_public.currencies,
  payout_period_start date not null,
  payout_period_end date not null,
  period_ends_at timestamptz not null,
  gross_revenue_cents bigint not null default 0,
  total_commission_cents bigint not null default 0,
  stripe_fees_cents bigint not null default 0,
  refunds_cents bigint not null default 0,
  adjustments_cents bigint not null default 0,
  net_payout_cents bigint not null default 0,
  transactions_included integer not null default 0,
  events_included integer not null default 0,
  reversed_cents bigint not null default 0,
  status app_public.payout_status not null default 'draft',
  attempt integer not null default 1,
  requested_by uuid references app_public.users on delete restrict,
  approved_by uuid references app_public.users on delete restrict,
  approved_at timestamptz,
  decision_note text,
  scheduled_for timestamptz not null default now(),
  initiated_at timestamptz,
  completed_at timestamptz,
  failed_at timestamptz,
  failure_code text,
  failure_reason text,
  retry_at timestamptz,
  canceled_by uuid references app_public.users on delete restrict,
  canceled_at timestamptz,
  stripe_transfer_id text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, promoter_id)
    references app_public.promoters (organization_id, id) on delete restrict,
  foreign key (organization_id, stripe_account_id)
    references app_public.stripe_accounts (organization_id, id) on delete restrict,
  constraint payouts_period_ends_after_its_start check (payout_period_end >= payout_period_start),
  constraint payouts_net_is_what_the_parts_leave check (
    net_payout_cents = gross_revenue_cents - total_commission_cents - stripe_fees_cents
      - refunds_cents + adjustments_cents
  ),
  constraint payouts_gross_revenue_is_not_negative check (gross_revenue_cents >= 0),
  constraint payouts_submitted_pay_something check (
    status in ('draft', 'canceled') or net_payout_cents > 0
  ),
  constraint payouts_reversed_is_within_net
    check (reversed_cents between 0 and greatest(net_payout_cents, 0)),
  constraint payouts_reversed_were_paid check (reversed_cents = 0 or status = 'paid'),
  constraint payouts_counts_are_not_negative
    check (transactions_included >= 0 and events_included >= 0),
  constraint payouts_attempt_is_positive check (attempt > 0),
  constraint payouts_approved_by_a_second_person check (approved_by <> requested_by),
  constraint payouts_approved_has_time check (
    approved_at is not null or approved_by is null
      and status not in ('approved', 'in_transit', 'paid', 'failed')
  ),
  constraint payouts_initiated_has_time
    check (initiated_at is not null or status not in ('in_transit', 'paid', 'failed')),
  constraint payouts_paid_has_time_and_transfer check (
    (status = 'paid') = (completed_at is not null)
    and (status = 'paid') = (stripe_transfer_id is not null)
  ),
  constraint payouts_failed_has_time_and_reason check (
    status <> 'failed' or failed_at is not null and failure_reason is not null
  ),
  constraint payouts_canceled_has_time check ((status = 'canceled') = (canceled_at is not null)),
  constraint payouts_decision_note_is_short_text check (length(decision_note) between 1 and 2000)
);
create unique index payouts_stripe_transfer_id_key
  on app_public.payouts (stripe_transfer_id, organization_id);
create index payouts_organization_id_idx on app_public.payouts (organization_id, created_at);
create index payouts_promoter_id_idx on app_public.payouts (promoter_id, organization_id);
create index payouts_stripe_account_id_idx
  on app_public.payouts (stripe_account_id, organization_id);
create index payouts_currency_idx on app_public.payouts (currency);
create index payouts_requested_by_idx on app_public.payouts (requested_by);
create index payouts_approved_by_idx on app_public.payouts (approved_by);
create index payouts_canceled_by_idx on app_public.payouts (canceled_by);
-- What is to be sent, or tried again.
create index payouts_scheduled_for_idx on app_public.payouts (scheduled_for, status)
  where status in ('approved', 'in_transit', 'failed');

comment on table app_public.payouts is
  'What an organization, or a promoter of it, is paid. Its amounts are the sums of its items.';
comment on column app_public.payouts.id is 'Identifier.';
comment on column app_public.payouts.organization_id is 'Out of whose books.';
comment on column app_public.payouts.promoter_id is
  'Which promoter is paid; null: the organization itself.';
comment on column app_public.payouts.stripe_account_id is 'To which account.';
comment on column app_public.payouts.currency is 'In which currency.';
comment on column app_public.payouts.payout_period_start is
  'First day of the period, in the time zone of the books.';
comment on column app_public.payouts.payout_period_end is 'Last day of the period.';
comment on column app_public.payouts.period_ends_at is 'What counts from then on is not in it.';
comment on column app_public.payouts.gross_revenue_cents is
  'What was sold, without fees and taxes that buyers paid besides.';
comment on column app_public.payouts.total_commission_cents is
  'What the platform keeps of it, less what it gives back with refunds.';
comment on column app_public.payouts.stripe_fees_cents is 'What Stripe has charged.';
comment on column app_public.payouts.refunds_cents is 'What was sold before and taken back.';
comment on column app_public.payouts.adjustments_cents is
  'All else: promoters'' shares, what the box office has taken itself, corrections, disputes, and '
  'what is held back or was.';
comment on column app_public.payouts.net_payout_cents is 'What is transferred.';
comment on column app_public.payouts.transactions_included is 'How many facts of the books it pays.';
comment on column app_public.payouts.events_included is 'Of how many events.';
comment on column app_public.payouts.reversed_cents is
  'What was taken back after it was paid, or is being taken back.';
comment on column app_public.payouts.status is 'What became of it.';
comment on column app_public.payouts.attempt is 'The how many-th transfer it is.';
comment on column app_public.payouts.requested_by is 'Who made it; null: the schedule.';
comment on column app_public.payouts.approved_by is
  'Who approved it; null: nobody had to, or nobody has.';
comment on column app_public.payouts.approved_at is 'Since when it may be sent.';
comment on column app_public.payouts.decision_note is 'What was said of it.';
comment on column app_public.payouts.scheduled_for is 'Not sent before.';
comment on column app_public.payouts.initiated_at is 'When Stripe was asked, for this attempt.';
comment on column app_public.payouts.completed_at is 'When it was known to be paid.';
comment on column app_public.payouts.failed_at is 'When a transfer last failed.';
comment on column app_public.payouts.failure_code is 'Stripe''s word for why.';
comment on column app_public.payouts.failure_reason is 'The same, for people.';
comment on column app_public.payouts.retry_at is
  'When it is tried again by itself; null: only if somebody asks.';
comment on column app_public.payouts.canceled_by is 'Who gave it up.';
comment on column app_public.payouts.canceled_at is 'When.';
comment on column app_public.payouts.stripe_transfer_id is 'The transfer at Stripe.';
comment on column app_public.payouts.created_at is 'When it was made.';
comment on column app_public.payouts.updated_at is 'When this last changed.';

-- Holds.

create type app_public.payout_hold_kind as enum ('manual', 'dispute');
comment on type app_public.payout_hold_kind is 'Why money is held back.';

create table app_public.payout_holds (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  payout_id uuid not null,
  kind app_public.payout_hold_kind not null default 'manual',
  amount_cents bigint,
  reason text not null,
  is_of_platform boolean not null default false,
  hold_until timestamptz,
  created_by uuid references app_public.users on delete restrict,
  created_at timestamptz not null default now(),
  released_by uuid references app_public.users on delete restrict,
  released_at timestamptz,
  unique (id, organization_id),
  foreign key (organization_id, payout_id)
    references app_public.payouts (organization_id, id) on delete restrict,
  constraint payout_holds_amount_is_positive check (amount_cents > 0),
  constraint payout_holds_reason_is_short_text check (length(reason) between 1 and 2000),
  constraint payout_holds_end_after_their_start check (hold_until > created_at),
  constraint payout_holds_manual_by_somebody check ((kind = 'manual') = (created_by is not null)),
  constraint payout_holds_of_disputes_have_an_amount
    check (kind = 'manual' or amount_cents is not null),
  constraint payout_holds_released_by_somebody_has_time
    check (released_by is null or released_at is not null)
);
create index payout_holds_payout_id_idx on app_public.payout_holds (payout_id, organization_id);
create index payout_holds_organization_id_idx
  on app_public.payout_holds (organization_id, created_at);
create index payout_holds_created_by_idx on app_public.payout_holds (created_by);
create index payout_holds_released_by_idx on app_public.payout_holds (released_by);

comment on table app_public.payout_holds is
  'What is held back of a payout: all of it, which is then not sent, or an amount, which is paid with '
  'a later one.';
comment on column app_public.payout_holds.id is 'Identifier.';
comment on column app_public.payout_holds.organization_id is 'Whose payout.';
comment on column app_public.payout_holds.payout_id is 'Which payout.';
comment on column app_public.payout_holds.kind is
  'Manual: somebody''s decision. Dispute: until the next payout, which holds what is disputed then.';
comment on column app_public.payout_holds.amount_cents is 'How much of it; null: all.';
comment on column app_public.payout_holds.reason is 'Why.';
comment on column app_public.payout_holds.is_of_platform is
  'Whether the platform''s staff holds it, which then releases it.';
comment on column app_public.payout_holds.hold_until is 'When it ends by itself; null: it does not.';
comment on column app_public.payout_holds.created_by is 'Who holds it.';
comment on column app_public.payout_holds.created_at is 'Since when.';
comment on column app_public.payout_holds.released_by is 'Who released it.';
comment on column app_public.payout_holds.released_at is 'When.';

-- Items.

create type app_public.payout_item_kind as enum ('fact', 'hold', 'release');
comment on type app_public.payout_item_kind is
  'A fact of the books that is paid, an amount that is held back, or one that no longer is.';

create table app_public.payout_items (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  payout_id uuid not null,
  promoter_id uuid,
  kind app_public.payout_item_kind not null,
  ledger_transaction_id uuid,
  hold_id uuid,
  gross_revenue_cents bigint not null default 0,
  commission_cents bigint not null default 0,
  stripe_fees_cents bigint not null default 0,
  refunds_cents bigint not null default 0,
  adjustments_cents bigint not null default 0,
  net_cents bigint not null,
  box_office_cents bigint not null default 0,
  released_at timestamptz,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, payout_id)
    references app_public.payouts (organization_id, id) on delete restrict,
  foreign key (organization_id, promoter_id)
    references app_public.promoters (organization_id, id) on delete restrict,
  foreign key (organization_id, ledger_transaction_id)
    references app_public.ledger_transactions (organization_id, id) on delete restrict,
  foreign key (organization_id, hold_id)
    references app_public.payout_holds (organization_id, id) on delete restrict,
  constraint payout_items_net_is_what_the_parts_leave check (
    net_cents = gross_revenue_cents - commission_cents - stripe_fees_cents - refunds_cents
      + adjustments_cents
  ),
  constraint payout_items_pay_a_fact_or_an_amount_held check (
    (kind = 'fact') = (ledger_transaction_id is not null)
    and (kind <> 'fact') = (hold_id is not null)
  )
);
-- A fact is paid once to each payee, and an amount is held once and given back once, except by
-- payouts that were given up.
create unique index payout_items_fact_is_paid_once
  on app_public.payout_items (ledger_transaction_id, organization_id, promoter_id)
  nulls not distinct
  where kind = 'fact' and released_at is null;
create unique index payout_items_hold_is_kept_and_given_back_once
  on app_public.payout_items (hold_id, organization_id, kind)
  where kind <> 'fact' and released_at is null;
create index payout_items_payout_id_idx on app_public.payout_items (payout_id, organization_id);
create index payout_items_ledger_transaction_id_idx
  on app_public.payout_items (ledger_transaction_id, organization_id);
create index payout_items_hold_id_idx on app_public.payout_items (hold_id, organization_id);
create index payout_items_promoter_id_idx on app_public.payout_items (promoter_id, organization_id);

comment on table app_public.payout_items is
  'What a payout is made of: facts of the books, each paid at most once, and amounts held back.';
comment on column app_public.payout_items.id is 'Identifier.';
comment on column app_public.payout_items.organization_id is 'Whose payout.';
comment on column app_public.payout_items.payout_id is 'Which payout.';
comment on column app_public.payout_items.promoter_id is 'Which promoter is paid, if it is one.';
comment on column app_public.payout_items.kind is 'What it is.';
comment on column app_public.payout_items.ledger_transaction_id is 'The fact.';
comment on column app_public.payout_items.hold_id is 'The hold.';
comment on column app_public.payout_items.gross_revenue_cents is 'Sold.';
comment on column app_public.payout_items.commission_cents is 'The platform''s part of it.';
comment on column app_public.payout_items.stripe_fees_cents is 'Charged by Stripe.';
comment on column app_public.payout_items.refunds_cents is 'Taken back.';
comment on column app_public.payout_items.adjustments_cents is 'All else.';
comment on column app_public.payout_items.net_cents is 'What it adds to the payout.';
comment on column app_public.payout_items.box_office_cents is
  'What the box office has taken itself, which is among the adjustments.';
comment on column app_public.payout_items.released_at is
  'When its payout was given up, so that another one may pay it.';
comment on column app_public.payout_items.created_at is 'When it was put into its payout.';

-- Taken back.

create type app_public.payout_reversal_status as enum ('requested', 'succeeded', 'failed');
comment on type app_public.payout_reversal_status is 'State of what is taken back of a payout.';

create table app_public.payout_reversals (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  payout_id uuid not null,
  amount_cents bigint not null,
  reason text not null,
  status app_public.payout_reversal_status not null default 'requested',
  requested_by uuid not null references app_public.users on delete restrict,
  stripe_reversal_id text,
  failure_reason text,
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, payout_id)
    references app_public.payouts (organization_id, id) on delete restrict,
  constraint payout_reversals_amount_is_positive check (amount_cents > 0),
  constraint payout_reversals_reason_is_short_text check (length(reason) between 1 and 2000),
  constraint payout_reversals_ended_has_time check ((status <> 'requested') = (ended_at is not null))
);
create unique index payout_reversals_stripe_reversal_id_key
  on app_public.payout_reversals (stripe_reversal_id, organization_id);
create index payout_reversals_payout_id_idx
  on app_public.payout_reversals (payout_id, organization_id);
create index payout_reversals_organization_id_idx on app_public.payout_reversals (organization_id);
create index payout_reversals_requested_by_idx on app_public.payout_reversals (requested_by);

comment on table app_public.payout_reversals is
  'What the platform takes back of a payout. The payee is owed it again.';
comment on column app_public.payout_reversals.id is 'Identifier.';
comment on column app_public.payout_reversals.organization_id is 'Whose payout.';
comment on column app_public.payout_reversals.payout_id is 'Which payout.';
comment on column app_public.payout_reversals.amount_cents is 'How much.';
comment on column app_public.payout_reversals.reason is 'Why.';
comment on column app_public.payout_reversals.status is 'What became of it.';
comment on column app_public.payout_reversals.requested_by is 'Who asked for it.';
comment on column app_public.payout_reversals.stripe_reversal_id is 'The reversal at Stripe.';
comment on column app_public.payout_reversals.failure_reason is 'Why Stripe refused it.';
comment on column app_public.payout_reversals.ended_at is 'When it was known what came of it.';
comment on column app_public.payout_reversals.created_at is 'When it was asked for.';

-- Until when the schedule has paid whom, and the lock of whoever pays out.
create table app_private.payout_runs (
  organization_id uuid primary key references app_public.organizations on delete restrict,
  ran_until timestamptz,
  retry_at timestamptz
);
comment on table app_private.payout_runs is
  'Until when the schedule of an organization has run. Whoever makes payouts of it locks the row.';

-- What is asked.

create type app_public.payout_preview as (
  currency text,
  promoter_id uuid,
  payable_cents bigint,
  waiting_cents bigint,
  held_cents bigint,
  disputed_cents bigint,
  in_transit_cents bigint,
  next_payout_cents bigint,
  next_period_ends_at timestamptz
);
comment on type app_public.payout_preview is 'What is owed to a payee, and what of it is paid next.';
comment on column app_public.payout_preview.currency is 'In which currency.';
comment on column app_public.payout_preview.promoter_id is
  'To which promoter; null: the organization itself.';
comment on column app_public.payout_preview.payable_cents is
  'All that is owed and in no payout yet; below zero: owed by the payee.';
comment on column app_public.payout_preview.waiting_cents is
  'How much of it waits for its performance, or for the buyer''s money.';
comment on column app_public.payout_preview.held_cents is 'How much is held back by people.';
comment on column app_public.payout_preview.disputed_cents is 'How much is disputed by buyers.';
comment on column app_public.payout_preview.in_transit_cents is
  'What payouts that are not paid yet amount to.';
comment on column app_public.payout_preview.next_payout_cents is
  'What would be paid now; zero when nothing would be.';
comment on column app_public.payout_preview.next_period_ends_at is 'When the period ends.';

create type app_public.payout_onboarding_link as (
  id uuid,
  url text,
  expires_at timestamptz,
  failure_reason text
);
comment on type app_public.payout_onboarding_link is
  'An address at Stripe where the owner of an account says who they are.';
comment on column app_public.payout_onboarding_link.id is 'Identifier.';
comment on column app_public.payout_onboarding_link.url is
  'Where to send the browser, once; null: Stripe has not answered yet.';
comment on column app_public.payout_onboarding_link.expires_at is 'Until when it works.';
comment on column app_public.payout_onboarding_link.failure_reason is 'Why there is none.';

insert into app_private.retention_rules (
  rule, description, relation, action, kept_for, since, condition
)
values (
  'stripe_account_links', 'Addresses at Stripe that work for minutes.',
  'app_private.stripe_account_links', 'delete', '7 days', 't.created_at', 'true'
);

create trigger _100_set_updated_at before update on app_public.stripe_accounts
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _100_set_updated_at before update on app_public.payouts
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _500_audit after insert or update or delete on app_public.stripe_accounts
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit after insert or update or delete on app_public.payouts
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit after insert or update or delete on app_public.payout_holds
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit after insert or update or delete on app_public.payout_reversals
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit after insert or update or delete on app_public.payout_status_transitions
  for each row execute function app_hidden.tg__audit();

create type app_public.payout_amounts as (
  gross_revenue_cents bigint,
  total_commission_cents bigint,
  stripe_fees_cents bigint,
  refunds_cents bigint,
  adjustments_cents bigint,
  net_payout_cents bigint,
  transactions_included integer
);
comment on type app_public.payout_amounts is 'What a payout amounts to.';
comment on column app_public.payout_amounts.gross_revenue_cents is 'Sold.';
comment on column app_public.payout_amounts.total_commission_cents is 'The platform''s part of it.';
comment on column app_public.payout_amounts.stripe_fees_cents is 'Charged by Stripe.';
comment on column app_public.payout_amounts.refunds_cents is 'Taken back.';
comment on column app_public.payout_amounts.adjustments_cents is 'All else.';
comment on column app_public.payout_amounts.net_payout_cents is 'What is transferred.';
comment on column app_public.payout_amounts.transactions_included is 'How many facts of the books.';

--! split: 047-disputes.sql
-- Disputes: a buyer's bank takes a payment back until it has decided, or for good.

alter type app_public.refund_reason add value 'dispute';
alter type app_public.scan_result add value 'disputed';
alter type app_public.fraud_rule_type add value 'lost_disputes';
comment on type app_public.fraud_rule_type is
  'What a rule looks at: how often a person, an address or a device buys; how much; from where; '
  'after how many declined payments; how many seats; with which kind of mailbox; after how many '
  'disputes that were lost.';

insert into app_public.role_permissions (role, permission)
values ('owner', 'disputes.manage'), ('admin', 'disputes.manage');

insert into app_public.booking_status_transitions (from_status, to_status, reason) values
  ('confirmed', 'disputed', 'the buyer''s bank wants the money back'),
  ('partially_paid', 'disputed', 'the buyer''s bank wants the money back'),
  ('completed', 'disputed', 'the buyer''s bank wants the money back'),
  ('disputed', 'confirmed', 'no dispute is open any more'),
  ('disputed', 'partially_paid', 'no dispute is open any more'),
  ('disputed', 'completed', 'no dispute is open any more'),
  ('disputed', 'canceled', 'a dispute was lost');

create type app_public.dispute_status as enum (
  'warning_needs_response', 'warning_under_review', 'warning_closed', 'prevented',
  'needs_response', 'under_review', 'won', 'lost'
);
comment on type app_public.dispute_status is
  'Where a dispute stands, in Stripe''s words. A warning is a question of the bank: no money moves.';

create table app_public.disputes (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  booking_id uuid not null,
  payment_intent_id uuid not null,
  stripe_dispute_id text not null,
  stripe_charge_id text,
  status app_public.dispute_status not null,
  reason text not null,
  network_reason_code text,
  amount_cents bigint not null,
  currency text not null references app_public.currencies,
  counted_cents bigint not null default 0,
  withdrawn_cents bigint not null default 0,
  reinstated_cents bigint not null default 0,
  fee_cents bigint not null default 0,
  lost_cents bigint not null default 0,
  posted_loss_cents bigint not null default 0,
  charged_fee_cents bigint not null default 0,
  evidence_due_at timestamptz,
  evidence_submitted_at timestamptz,
  reminded_at timestamptz,
  stripe_news text,
  opened_at timestamptz not null,
  closed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint disputes_stripe_id_is_unique unique (stripe_dispute_id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  foreign key (organization_id, payment_intent_id)
    references app_public.payment_intents (organization_id, id) on delete restrict,
  constraint disputes_amount_is_positive check (amount_cents > 0),
  constraint disputes_counted_is_within_amount check (counted_cents between 0 and amount_cents),
  constraint disputes_movements_are_not_negative
    check (withdrawn_cents >= 0 and reinstated_cents >= 0),
  constraint disputes_loss_is_counted_before_it_is_posted
    check (lost_cents >= 0 and posted_loss_cents between 0 and lost_cents),
  constraint disputes_closed_has_time check (
    (status in ('warning_closed', 'prevented', 'won', 'lost')) = (closed_at is not null)
  )
);
create index disputes_booking_id_idx on app_public.disputes (booking_id, organization_id);
create index disputes_payment_intent_id_idx
  on app_public.disputes (payment_intent_id, organization_id);
create index disputes_organization_id_idx on app_public.disputes (organization_id, opened_at);
create index disputes_status_idx on app_public.disputes (status, organization_id);
create index disputes_evidence_due_at_idx on app_public.disputes (evidence_due_at)
  where reminded_at is null and status in ('warning_needs_response', 'needs_response');
create trigger _100_set_updated_at before update on app_public.disputes
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _500_audit after insert or update or delete on app_public.disputes
  for each row execute function app_hidden.tg__audit();

comment on table app_public.disputes is
  'A buyer''s bank takes a payment back, or asks about it, as Stripe tells it.';
comment on column app_public.disputes.id is 'Identifier.';
comment on column app_public.disputes.organization_id is 'Who sold.';
comment on column app_public.disputes.booking_id is 'Which booking.';
comment on column app_public.disputes.payment_intent_id is 'Which payment.';
comment on column app_public.disputes.stripe_dispute_id is 'Its id at Stripe.';
comment on column app_public.disputes.stripe_charge_id is 'The charge at Stripe.';
comment on column app_public.disputes.status is 'Where it stands.';
comment on column app_public.disputes.reason is 'What the buyer says, such as fraudulent.';
comment on column app_public.disputes.network_reason_code is 'The same in the card network''s code.';
comment on column app_public.disputes.amount_cents is 'How much is disputed.';
comment on column app_public.disputes.currency is 'In which currency.';
comment on column app_public.disputes.counted_cents is
  'How much of the payment it keeps from being refunded: the amount, unless refunds were faster; '
  'nothing while it is only asked, or when it was won.';
comment on column app_public.disputes.withdrawn_cents is 'What Stripe took for it.';
comment on column app_public.disputes.reinstated_cents is 'What Stripe gave back.';
comment on column app_public.disputes.fee_cents is 'What Stripe charges for it.';
comment on column app_public.disputes.lost_cents is 'What is gone for good.';
comment on column app_public.disputes.posted_loss_cents is
  E'@behavior -*\nHow much of the loss the books know.';
comment on column app_public.disputes.charged_fee_cents is
  'How much of the fee the organization bears: that of a lost dispute.';
comment on column app_public.disputes.evidence_due_at is 'Until when the bank takes evidence.';
comment on column app_public.disputes.evidence_submitted_at is 'When it was first known to have it.';
comment on column app_public.disputes.reminded_at is 'When staff was reminded of the evidence.';
comment on column app_public.disputes.stripe_news is
  E'@behavior -*\nRank, time and id of the newest event that was applied.';
comment on column app_public.disputes.opened_at is 'When the bank opened it.';
comment on column app_public.disputes.closed_at is 'When its end was told.';
comment on column app_public.disputes.created_at is 'When we heard of it.';
comment on column app_public.disputes.updated_at is 'When it last changed.';

-- Refunds and disputes share one payment: what a bank has taken cannot be returned as well.
alter table app_public.payment_intents
  add column disputed_cents bigint not null default 0,
  drop constraint payment_intents_refunds_are_within_what_was_received,
  add constraint payment_intents_refunds_are_within_what_was_received check (
    refunded_cents >= 0 and disputed_cents >= 0
    and refunded_cents + disputed_cents <= received_cents
  );
comment on column app_public.payment_intents.disputed_cents is
  'What open and lost disputes keep from being refunded.';

-- In the ticket's own row, so that a scanner asks nothing else. A ticket that was used may come back
-- all the same, and when it was used is not forgotten.
alter table app_public.tickets
  add column is_disputed boolean not null default false,
  drop constraint tickets_used_has_time,
  add constraint tickets_used_has_time check (
    case status when 'used' then used_at is not null when 'valid' then used_at is null else true end
  );
comment on column app_public.tickets.is_disputed is
  'Whether a dispute of its booking is open: it opens no door and stays with its holder meanwhile.';

create table app_public.dispute_responses (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  dispute_id uuid not null,
  is_acceptance boolean not null,
  evidence jsonb not null default '{}',
  status text not null default 'pending',
  failure_reason text,
  submitted_by uuid references app_public.users on delete restrict,
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, dispute_id)
    references app_public.disputes (organization_id, id) on delete restrict,
  constraint dispute_responses_status_is_known check (status in ('pending', 'sent', 'refused')),
  constraint dispute_responses_ended_has_time
    check ((status = 'pending') = (ended_at is null)),
  constraint dispute_responses_evidence_is_an_object check (jsonb_typeof(evidence) = 'object'),
  constraint dispute_responses_acceptance_has_no_evidence
    check (not is_acceptance or evidence = '{}')
);
create index dispute_responses_dispute_id_idx
  on app_public.dispute_responses (dispute_id, organization_id);
create index dispute_responses_submitted_by_idx on app_public.dispute_responses (submitted_by);
-- A bank listens once.
create unique index dispute_responses_one_is_sent
  on app_public.dispute_responses (dispute_id, organization_id)
  where status <> 'refused';
create trigger _500_audit after insert or update or delete on app_public.dispute_responses
  for each row execute function app_hidden.tg__audit();

comment on table app_public.dispute_responses is
  'What was answered to a dispute: evidence, or that it is accepted.';
comment on column app_public.dispute_responses.id is 'Identifier.';
comment on column app_public.dispute_responses.organization_id is 'Who sold.';
comment on column app_public.dispute_responses.dispute_id is 'Which dispute.';
comment on column app_public.dispute_responses.is_acceptance is
  'Whether the dispute was given up; otherwise evidence was sent.';
comment on column app_public.dispute_responses.evidence is 'What was sent, by Stripe''s names.';
comment on column app_public.dispute_responses.status is 'One of pending, sent, refused.';
comment on column app_public.dispute_responses.failure_reason is 'Why Stripe refused it.';
comment on column app_public.dispute_responses.submitted_by is 'Who answered.';
comment on column app_public.dispute_responses.ended_at is 'When Stripe had it, or refused it.';
comment on column app_public.dispute_responses.created_at is 'When it was written.';

-- Rules may count lost disputes, like declined payments.
create table app_private.lost_dispute_signals (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  dispute_id uuid not null,
  booking_id uuid not null,
  occurred_at timestamptz not null default clock_timestamp(),
  buyer_key bytea,
  email text,
  ip_address inet,
  device text,
  constraint lost_dispute_signals_are_one_per_dispute unique (dispute_id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict
);
create index lost_dispute_signals_booking_id_idx
  on app_private.lost_dispute_signals (booking_id, organization_id);
create index lost_dispute_signals_buyer_key_idx
  on app_private.lost_dispute_signals (organization_id, buyer_key, occurred_at);
create index lost_dispute_signals_email_idx
  on app_private.lost_dispute_signals (organization_id, email, occurred_at)
  where email is not null;
create index lost_dispute_signals_ip_address_idx
  on app_private.lost_dispute_signals (organization_id, ip_address, occurred_at)
  where ip_address is not null;
create index lost_dispute_signals_device_idx
  on app_private.lost_dispute_signals (organization_id, device, occurred_at)
  where device is not null;
comment on table app_private.lost_dispute_signals is
  'Every dispute that was lost, with who had bought: who did so once may do so again.';

insert into app_private.retention_rules (rule, description, relation, action, kept_for, since, condition)
values (
  'lost_dispute_signals', 'Who bought what was lost to a dispute.',
  'app_private.lost_dispute_signals', 'delete', '400 days', 't.occurred_at', 'true'
);

-- The text, because a value that was just added to an enum cannot be used here yet.
alter table app_public.fraud_detection_rules
  drop constraint fraud_rules_that_count_have_a_count_and_a_window,
  add constraint fraud_rules_that_count_have_a_count_and_a_window check (
    (
      rule_type::text in (
        'velocity_user', 'velocity_address', 'velocity_device', 'payment_failures',
        'seat_hoarding', 'lost_disputes'
      )
    ) = (trigger_count is not null)
    and (trigger_count is null) = (window_seconds is null)
  );

--! split: 048-reconciliation.sql
-- Reconciliation: what Stripe says has moved, compared with what the books say.

create table app_public.reconciliation_runs (
  id uuid primary key default uuidv7(),
  status text not null default 'listing',
  listed_from timestamptz not null,
  listed_through timestamptz not null,
  compared_before timestamptz not null,
  starting_after text,
  created_at timestamptz not null default now(),
  listed_at timestamptz,
  completed_at timestamptz,
  constraint reconciliation_runs_status_is_known
    check (status in ('listing', 'comparing', 'completed')),
  constraint reconciliation_runs_list_a_period check (listed_through > listed_from),
  constraint reconciliation_runs_leave_time_to_what_is_under_way
    check (compared_before <= listed_through),
  constraint reconciliation_runs_listed_has_time
    check ((status <> 'listing') = (listed_at is not null)),
  constraint reconciliation_runs_completed_has_time
    check ((status = 'completed') = (completed_at is not null))
);
-- Whoever begins while one is under way goes on with it.
create unique index reconciliation_runs_one_is_under_way
  on app_public.reconciliation_runs ((true)) where status <> 'completed';

comment on table app_public.reconciliation_runs is
  'Comparisons of the books with Stripe, each with a result for each organization and currency.';
comment on column app_public.reconciliation_runs.id is 'Identifier.';
comment on column app_public.reconciliation_runs.status is
  'listing (Stripe is being asked), comparing, completed.';
comment on column app_public.reconciliation_runs.listed_from is
  'From when on Stripe''s movements were listed: some days before the run before it ended.';
comment on column app_public.reconciliation_runs.listed_through is
  'Up to when; the next run begins before that.';
comment on column app_public.reconciliation_runs.compared_before is
  'What is newer may be under way, and is left to the next run.';
comment on column app_public.reconciliation_runs.starting_after is
  E'@behavior -*\nThe last movement that was listed: a run that was interrupted goes on there.';
comment on column app_public.reconciliation_runs.created_at is 'When it began.';
comment on column app_public.reconciliation_runs.listed_at is 'When everything was listed.';
comment on column app_public.reconciliation_runs.completed_at is 'When everything was compared.';

create table app_public.reconciliation_results (
  id uuid primary key default uuidv7(),
  run_id uuid not null references app_public.reconciliation_runs on delete restrict,
  organization_id uuid references app_public.organizations on delete restrict,
  currency text not null,
  stripe_count integer not null,
  stripe_gross_cents bigint not null,
  stripe_fee_cents bigint not null,
  stripe_net_cents bigint not null,
  book_count integer not null,
  book_net_cents bigint not null,
  difference_cents bigint not null
    generated always as (stripe_net_cents - book_net_cents) stored,
  matched_count integer not null,
  finding_count integer not null,
  created_at timestamptz not null default now(),
  constraint reconciliation_results_one_per_currency
    unique nulls not distinct (run_id, organization_id, currency),
  constraint reconciliation_results_currency_is_three_letters check (currency ~ '^[A-Z]{3}$'),
  constraint reconciliation_results_net_is_gross_less_fee
    check (stripe_net_cents = stripe_gross_cents - stripe_fee_cents),
  constraint reconciliation_results_counts_are_counts check (
    stripe_count >= 0 and book_count >= 0 and finding_count >= 0
    and matched_count between 0 and book_count
  )
);
create index reconciliation_results_organization_id_idx
  on app_public.reconciliation_results (organization_id, run_id);

comment on table app_public.reconciliation_results is
  'What a comparison with Stripe found for an organization in a currency, from the beginning up to '
  'its time. Append-only.';
comment on column app_public.reconciliation_results.id is 'Identifier.';
comment on column app_public.reconciliation_results.run_id is 'Which comparison.';
comment on column app_public.reconciliation_results.organization_id is
  'Whose money; null: the platform''s own, or nobody''s that is known.';
comment on column app_public.reconciliation_results.currency is 'In which currency.';
comment on column app_public.reconciliation_results.stripe_count is
  'How many movements Stripe has.';
comment on column app_public.reconciliation_results.stripe_gross_cents is
  'What they have moved, without fees; what came is positive.';
comment on column app_public.reconciliation_results.stripe_fee_cents is 'What Stripe charged.';
comment on column app_public.reconciliation_results.stripe_net_cents is
  'By how much they changed the balance at Stripe.';
comment on column app_public.reconciliation_results.book_count is
  'How many movements the books have.';
comment on column app_public.reconciliation_results.book_net_cents is
  'By how much they changed stripe_balance.';
comment on column app_public.reconciliation_results.difference_cents is
  'What Stripe has more than the books: findings, and what is under way.';
comment on column app_public.reconciliation_results.matched_count is
  'Of how many movements in the books Stripe says the same.';
comment on column app_public.reconciliation_results.finding_count is
  'How many differences there are that nobody has closed.';
comment on column app_public.reconciliation_results.created_at is 'When it was found.';

create table app_public.reconciliation_balances (
  run_id uuid not null references app_public.reconciliation_runs on delete restrict,
  currency text not null,
  stripe_cents bigint not null,
  listed_cents bigint not null,
  book_cents bigint not null,
  unexplained_cents bigint not null generated always as (stripe_cents - listed_cents) stored,
  is_certain boolean not null,
  created_at timestamptz not null default now(),
  primary key (run_id, currency),
  constraint reconciliation_balances_currency_is_three_letters check (currency ~ '^[A-Z]{3}$')
);
comment on table app_public.reconciliation_balances is
  'The platform''s balance at Stripe beside what its movements, and the books, add up to. '
  'Append-only.';
comment on column app_public.reconciliation_balances.run_id is 'Which comparison.';
comment on column app_public.reconciliation_balances.currency is 'In which currency.';
comment on column app_public.reconciliation_balances.stripe_cents is
  'What Stripe says, available or pending.';
comment on column app_public.reconciliation_balances.listed_cents is
  'What the movements add up to that Stripe has listed.';
comment on column app_public.reconciliation_balances.book_cents is
  'What stripe_balance of all organizations adds up to.';
comment on column app_public.reconciliation_balances.unexplained_cents is
  'What no movement explains.';
comment on column app_public.reconciliation_balances.is_certain is
  'Whether nothing moved while it was asked for; else an unexplained rest means nothing.';
comment on column app_public.reconciliation_balances.created_at is 'When it was compared.';

-- What Stripe says. The platform's account holds the money of all organizations.
create table app_private.stripe_balance_transactions (
  id text primary key,
  type text not null,
  amount_cents bigint not null,
  fee_cents bigint not null,
  net_cents bigint not null,
  currency text not null,
  source text,
  occurred_at timestamptz not null,
  available_at timestamptz not null,
  stripe_payment_intent_id text,
  looked_up_at timestamptz,
  organization_id uuid references app_public.organizations on delete restrict,
  payment_intent_id uuid,
  refund_id uuid,
  is_matched boolean not null default false,
  run_id uuid not null references app_public.reconciliation_runs on delete restrict,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, payment_intent_id)
    references app_public.payment_intents (organization_id, id) on delete restrict,
  foreign key (organization_id, refund_id)
    references app_public.refunds (organization_id, id) on delete restrict,
  constraint stripe_balance_transactions_net_is_gross_less_fee
    check (net_cents = amount_cents - fee_cents),
  constraint stripe_balance_transactions_currency_is_three_letters
    check (currency ~ '^[A-Z]{3}$'),
  constraint stripe_balance_transactions_known_has_organization check (
    organization_id is not null or payment_intent_id is null and refund_id is null
  )
);
create index stripe_balance_transactions_organization_id_idx
  on app_private.stripe_balance_transactions (organization_id, occurred_at);
create index stripe_balance_transactions_payment_intent_id_idx
  on app_private.stripe_balance_transactions (payment_intent_id, organization_id);
create index stripe_balance_transactions_refund_id_idx
  on app_private.stripe_balance_transactions (refund_id, organization_id);
create index stripe_balance_transactions_run_id_idx
  on app_private.stripe_balance_transactions (run_id);
create index stripe_balance_transactions_occurred_at_idx
  on app_private.stripe_balance_transactions (occurred_at);
create index stripe_balance_transactions_open_idx
  on app_private.stripe_balance_transactions (type) where not is_matched;

comment on table app_private.stripe_balance_transactions is
  'Movements of the platform''s balance, as Stripe lists them.';
comment on column app_private.stripe_balance_transactions.source is
  'The charge, refund, dispute, ... that made it.';
comment on column app_private.stripe_balance_transactions.looked_up_at is
  'When Stripe was asked what its source belongs to, because nothing here knew it.';
comment on column app_private.stripe_balance_transactions.run_id is
  'The run that first listed it.';

-- One difference, while it is being found.
create type app_private.stripe_difference as (
  kind text,
  subject text,
  organization_id uuid,
  booking_id uuid,
  payment_transaction_id uuid,
  occurred_at timestamptz,
  detail jsonb
);
comment on type app_private.stripe_difference is 'What Stripe and the books do not agree on.';

alter table app_public.payment_transactions
  add column reconciliation_run_id uuid references app_public.reconciliation_runs
    on delete restrict;
create index payment_transactions_reconciliation_run_id_idx
  on app_public.payment_transactions (reconciliation_run_id)
  where reconciliation_run_id is not null;
comment on column app_public.payment_transactions.reconciliation_run_id is
  'The run that found out what reconciliation_status says.';

alter table app_public.payment_findings
  add column payment_transaction_id uuid,
  add column accounting_period date,
  add column reconciliation_run_id uuid references app_public.reconciliation_runs
    on delete restrict,
  add column gone_at timestamptz,
  add constraint payment_findings_payment_transaction_id_fkey
    foreign key (organization_id, payment_transaction_id)
    references app_public.payment_transactions (organization_id, id) on delete restrict,
  add constraint payment_findings_movement_has_organization
    check (payment_transaction_id is null or organization_id is not null),
  add constraint payment_findings_period_is_a_month
    check (accounting_period = date_trunc('month', accounting_period)::date);
create index payment_findings_payment_transaction_id_idx
  on app_public.payment_findings (payment_transaction_id, organization_id)
  where payment_transaction_id is not null;
create index payment_findings_reconciliation_run_id_idx
  on app_public.payment_findings (reconciliation_run_id)
  where reconciliation_run_id is not null;
comment on column app_public.payment_findings.payment_transaction_id is
  'The movement in the books that it is about.';
comment on column app_public.payment_findings.accounting_period is
  'The month that it keeps from being closed.';
comment on column app_public.payment_findings.reconciliation_run_id is
  'The comparison with Stripe that saw it last.';
comment on column app_public.payment_findings.gone_at is
  'When a comparison with Stripe did not find it any more.';

-- What a comparison finds out is written for all movements at once.
drop function app_private.record_reconciliation(uuid, boolean, text);

--! split: 051-charges.sql
-- Each card that was charged for a payment, also in vain: what staff looks at when a buyer calls, and
-- what the bank and Stripe thought of it.
create type app_public.charge_status as enum ('pending', 'succeeded', 'failed');
comment on type app_public.charge_status is 'What became of a charge.';

create table app_public.payment_charges (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  payment_intent_id uuid not null,
  stripe_charge_id text not null,
  status app_public.charge_status not null,
  card_brand text,
  card_last4 text,
  risk_level text,
  risk_score smallint,
  network_answer text,
  outcome_reason text,
  charged_at timestamptz not null,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint payment_charges_stripe_charge_is_known_once unique (stripe_charge_id, organization_id),
  foreign key (organization_id, payment_intent_id)
    references app_public.payment_intents (organization_id, id) on delete restrict,
  constraint payment_charges_card_last4_is_four_digits check (card_last4 ~ '^[0-9]{4}$'),
  constraint payment_charges_risk_score_is_0_to_100 check (risk_score between 0 and 100),
  constraint payment_charges_words_are_short check (
    length(stripe_charge_id) <= 255 and length(card_brand) <= 50 and length(risk_level) <= 50
    and length(network_answer) <= 100 and length(outcome_reason) <= 200
  )
);
create index payment_charges_payment_intent_id_idx
  on app_public.payment_charges (payment_intent_id, organization_id);

comment on table app_public.payment_charges is
  'Each time a card was charged for a payment, also in vain. For staff.';
comment on column app_public.payment_charges.id is 'Identifier.';
comment on column app_public.payment_charges.organization_id is 'Who sells.';
comment on column app_public.payment_charges.payment_intent_id is 'For which payment.';
comment on column app_public.payment_charges.stripe_charge_id is 'Its id at Stripe.';
comment on column app_public.payment_charges.status is 'What became of it.';
comment on column app_public.payment_charges.card_brand is 'Such as visa; null: no card.';
comment on column app_public.payment_charges.card_last4 is 'The last digits of the card.';
comment on column app_public.payment_charges.risk_level is
  'What Stripe thinks: normal, elevated, highest.';
comment on column app_public.payment_charges.risk_score is 'The same from 0 to 100, if Stripe tells.';
comment on column app_public.payment_charges.network_answer is 'What the network of the card said.';
comment on column app_public.payment_charges.outcome_reason is 'Why, in Stripe''s words.';
comment on column app_public.payment_charges.charged_at is 'When.';
comment on column app_public.payment_charges.created_at is 'When we heard of it.';

--! split: 1000-functions-events-tg_add_ons__check_amount.sql
create or replace function app_hidden.tg_add_ons__check_amount()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform app_hidden.require_chargeable(new.price_cents, new.currency, 'price_cents');
  return new;
end
$$;

comment on function app_hidden.tg_add_ons__check_amount() is
  'Raises LMINP for a price that cannot be charged in its currency.';

create or replace trigger _200_check_amount
  before insert or update of price_cents on app_public.add_ons
  for each row execute function app_hidden.tg_add_ons__check_amount();

--! split: 1001-functions-bookings-book_late.sql
-- In the order of locks of a checkout: seats, then buyers, then codes. The block gives everything back.
create or replace function app_private.book_late(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if app_private.book_everything(book_late.booking)
    and not app_private.is_beyond_limits(book_late.booking)
  then
    return true;
  end if;
  raise exception 'Others have a part of it.' using errcode = 'LMEXP';
exception
  when sqlstate 'LMEXP' then
    return false;
end
$$;

comment on function app_private.book_late(app_public.bookings) is
  'Books what a booking had whose time had run out, if it is free and its buyer gets as much by now; '
  'false, and no change, otherwise.';

--! split: 1002-functions-bookings-cancel_booking.sql
create or replace function app_public.cancel_booking(
  booking_id uuid, reason text default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    cancel_booking.booking_id, 'bookings.manage'
  );
begin
  if app_private.replay_result(
    cancel_booking.idempotency_key, 'cancel_booking',
    jsonb_build_array(cancel_booking.booking_id, cancel_booking.reason)
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  if length(cancel_booking.reason) > 500 then
    raise exception 'A reason has at most 500 characters.'
      using errcode = 'LMINP', detail = 'reason';
  end if;
  if v_booking.status not in (
    'draft', 'pending_payment', 'fraud_hold', 'pending_approval', 'partially_paid', 'confirmed'
  ) then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  if v_booking.status in ('partially_paid', 'confirmed')
    and not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    )
  then
    raise exception 'A paid booking is canceled by the organization that sold it.'
      using errcode = 'LMRGT', hint = 'Ask the organization; quote the booking reference.';
  end if;
  if v_booking.status in ('partially_paid', 'confirmed')
    and app_private.needs_approval(
      v_booking, v_booking.total_amount_cents - v_booking.refunded_cents
    )
  then
    raise exception 'So much is returned only with the approval of a second person.'
      using errcode = 'LMAPV', hint = 'Ask for it with refund_tickets.';
  end if;

  v_booking := app_private.end_booking(
    v_booking, cancel_booking.reason, 'booking_canceled'
  );
  perform app_private.keep_result(cancel_booking.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.cancel_booking(uuid, text, text) is
  'Lets the seats go. An unpaid booking is canceled by its owner or by staff; a paid one by staff '
  'with bookings.manage, which voids its tickets and refunds it in full. '
  'Raises LMBKG, LMBST, LMRGT, LMAPV (a second person must approve it), LMTUS (a ticket was used), '
  'LMINP, LMSES, LMCRT, LMIDK.';
grant execute on function app_public.cancel_booking(uuid, text, text) to lml_anonymous, lml_user;

--! split: 1003-functions-bookings-confirm_booking.sql
-- Seats and admissions are booked only if this booking owns them, or, when its time had run out, if
-- they are free. False: somebody else has one of them or it is beyond limits by now,
-- or it was not this money that was asked for, and nothing has changed. Parts of a price come through receive_installment.
create or replace function app_private.confirm_booking(
  booking_id uuid, received_cents bigint default null
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = confirm_booking.booking_id
  for no key update;
  if v_booking.status = 'confirmed' then
    return confirm_booking.received_cents is null;
  end if;
  if v_booking.status not in ('draft', 'pending_payment', 'expired')
    or confirm_booking.received_cents <> v_booking.total_amount_cents
    or (confirm_booking.received_cents is not null and v_booking.payment_plan_id is not null)
  then
    return false;
  end if;
  -- Who was in time is confirmed, and refunded with the others when the event is canceled; nobody
  -- comes after them. The lock makes a cancellation wait that is under way.
  if v_booking.status = 'expired' and not exists (
    select from app_public.performances as p
    where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id
      and p.status <> 'canceled'
    for share
  ) then
    return false;
  end if;
  if v_booking.status = 'expired' or v_booking.expires_at <= now() then
    if not app_private.book_late(v_booking) then
      return false;
    end if;
  elsif not app_private.book_everything(v_booking) then
    return false;
  end if;

  -- What is paid in parts is sold with its deposit; the tickets are there with the last one.
  update app_public.bookings as b
  set status = case when b.payment_plan_id is null then 'confirmed' else 'partially_paid' end
      ::app_public.booking_status,
    confirmed_at = now(), expires_at = null
  where b.id = v_booking.id
  returning * into v_booking;
  if v_booking.status = 'confirmed' then
    perform app_private.issue_tickets(v_booking);
  end if;
  perform app_private.post_sale(v_booking);
  return true;
end
$$;

comment on function app_private.confirm_booking(uuid, bigint) is
  'Books seats and admissions, issues the tickets and posts the sale: all of it, or false. '
  'Confirming twice is harmless; paying twice is not confirming.';
grant execute on function app_private.confirm_booking(uuid, bigint) to lml_worker;

--! split: 1004-functions-bookings-create_payment_plan.sql
create or replace function app_public.create_payment_plan(
  event_id uuid, name text, installments integer, deposit_percentage numeric default null,
  deposit_cents bigint default null, ticket_category_id uuid default null,
  basis app_public.payment_plan_basis default 'purchase', first_due_days integer default 30,
  interval_days integer default 30, last_due_days_before integer default 14,
  reminder_days integer default 7, grace_days integer default 7,
  overdue_action app_public.overdue_action default 'keep_deposit',
  idempotency_key text default null
)
returns app_public.payment_plans
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    create_payment_plan.event_id, 'events.manage'
  );
  v_id uuid;
  v_plan app_public.payment_plans;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_payment_plan.idempotency_key, 'create_payment_plan',
    jsonb_build_array(
      create_payment_plan.event_id, create_payment_plan.name, create_payment_plan.installments,
      create_payment_plan.deposit_percentage, create_payment_plan.deposit_cents,
      create_payment_plan.ticket_category_id, create_payment_plan.basis,
      create_payment_plan.first_due_days, create_payment_plan.interval_days,
      create_payment_plan.last_due_days_before, create_payment_plan.reminder_days,
      create_payment_plan.grace_days, create_payment_plan.overdue_action
    )
  );
  if v_id is not null then
    select * into strict v_plan from app_public.payment_plans as p where p.id = v_id;
    return v_plan;
  end if;
  if create_payment_plan.ticket_category_id is not null and not exists (
    select from app_public.ticket_categories as c
    where c.organization_id = v_event.organization_id and c.event_id = v_event.id
      and c.id = create_payment_plan.ticket_category_id
  ) then
    raise exception 'The event has no such category.'
      using errcode = 'LMNFD', detail = 'ticket_category_id';
  end if;
  perform app_hidden.require_chargeable(
    create_payment_plan.deposit_cents, v_event.currency, 'deposit_cents'
  );
  insert into app_public.payment_plans as p (
    organization_id, event_id, ticket_category_id, name, deposit_percentage, deposit_cents,
    installments, basis, first_due_days, interval_days, last_due_days_before, reminder_days,
    grace_days, overdue_action
  )
  values (
    v_event.organization_id, v_event.id, create_payment_plan.ticket_category_id,
    create_payment_plan.name, create_payment_plan.deposit_percentage,
    create_payment_plan.deposit_cents, create_payment_plan.installments,
    create_payment_plan.basis, create_payment_plan.first_due_days,
    create_payment_plan.interval_days, create_payment_plan.last_due_days_before,
    create_payment_plan.reminder_days, create_payment_plan.grace_days,
    create_payment_plan.overdue_action
  )
  on conflict on constraint payment_plans_name_is_unique do nothing
  returning * into v_plan;
  if v_plan.id is null then
    raise exception 'The event has a plan of that name.'
      using errcode = 'LMINP', detail = 'name';
  end if;
  perform app_private.keep_result(create_payment_plan.idempotency_key, v_plan.id);
  return v_plan;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    raise exception 'A share is more than 0 and less than 100 percent.'
      using errcode = 'LMINP', detail = 'deposit_percentage';
end
$$;

comment on function app_public.create_payment_plan(
  uuid, text, integer, numeric, bigint, uuid, app_public.payment_plan_basis, integer, integer,
  integer, integer, integer, app_public.overdue_action, text
) is
  'Lets bookings of an event, or of one category of it, be paid in parts. Its terms never change: '
  'retire it and make another one. Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMIDK, LMAUT, '
  'LMSES.';
grant execute on function app_public.create_payment_plan(
  uuid, text, integer, numeric, bigint, uuid, app_public.payment_plan_basis, integer, integer,
  integer, integer, integer, app_public.overdue_action, text
) to lml_user;

--! split: 1005-functions-bookings-is_beyond_limits.sql
-- Codes and limits count what is under way until it runs out, so that others may have had its share.
create or replace function app_private.is_beyond_limits(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := is_beyond_limits.booking;
  v_code app_public.discount_codes := app_private.discount_code_of(v_booking);
begin
  if not exists (
    select from app_public.staff_sales as s
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.override_reason is not null
  ) then
    perform app_private.require_user_limits(v_booking, e)
    from app_public.performances as p
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id;
  end if;
  perform app_private.lock_discount_code(v_code);
  return app_private.uses_refusal(v_code, v_booking) is not null;
exception
  when sqlstate 'LMMAX' then
    return true;
end
$$;

comment on function app_private.is_beyond_limits(app_public.bookings) is
  'Whether a booking whose time had run out, and which is locked, would be more than its buyer gets, or '
  'than its discount code allows, by now.';

--! split: 1006-functions-bookings-parts_of.sql
-- The deposit is due at once. What is left is shared out so that the parts sum to the price exactly.
create or replace function app_private.parts_of(
  booking app_public.bookings, payment_plan_id uuid
)
returns setof app_public.installment_quote
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_total bigint := (parts_of.booking).total_amount_cents;
  v_plan app_public.payment_plans;
  v_starts_at timestamptz;
  v_deposit bigint;
  v_last_day integer;
  v_part app_public.installment_quote;
begin
  select p.* into v_plan
  from app_public.payment_plans as p
  join app_public.performances as d
    on d.organization_id = p.organization_id and d.event_id = p.event_id
    and d.id = (parts_of.booking).performance_id
  where p.organization_id = (parts_of.booking).organization_id
    and p.id = parts_of.payment_plan_id;
  if v_plan.id is null then
    raise exception 'The event has no such payment plan.'
      using errcode = 'LMNFD', detail = format('%s', parts_of.payment_plan_id);
  end if;
  select d.starts_at into strict v_starts_at
  from app_public.performances as d where d.id = (parts_of.booking).performance_id;
  v_deposit := app_hidden.rounded(
    coalesce(v_plan.deposit_cents, v_total * v_plan.deposit_percentage / 100),
    (parts_of.booking).currency
  );
  v_last_day := (v_plan.installments - 1) * v_plan.interval_days;
  for v_part in
    select
      n,
      case
        when n = 0 then now()
        when v_plan.basis = 'purchase' then
          now() + make_interval(
            days => v_plan.first_due_days + (n - 1) * v_plan.interval_days
          )
        else
          v_starts_at - make_interval(
            days => greatest(v_plan.first_due_days, v_plan.last_due_days_before)
              + v_last_day - (n - 1) * v_plan.interval_days
          )
      end,
      case n
        when 0 then v_deposit
        else app_hidden.share_to_charge(
          v_total - v_deposit, n, v_plan.installments, (parts_of.booking).currency
        )
      end
    from generate_series(0, v_plan.installments) as n
  loop
    if v_plan.retired_at is not null and (parts_of.booking).payment_plan_id is distinct from v_plan.id
      or v_part.amount_cents <= 0
      or (v_part.installment_no > 0 and v_part.due_at <= now() + interval '1 day')
      or v_part.due_at > v_starts_at - make_interval(days => v_plan.last_due_days_before)
      or exists (
        select from app_public.booking_items as i
        where i.organization_id = (parts_of.booking).organization_id
          and i.booking_id = (parts_of.booking).id
          and v_plan.ticket_category_id is not null
          and i.ticket_category_id is distinct from v_plan.ticket_category_id
      )
    then
      raise exception 'This payment plan is not for this booking, or not any more.'
        using errcode = 'LMPLN', detail = v_plan.id::text,
          hint = 'Choose another one, or pay at once.';
    end if;
    return next v_part;
  end loop;
end
$$;

comment on function app_private.parts_of(app_public.bookings, uuid) is
  'The parts in which a plan has a booking paid. Raises LMNFD, and LMPLN when the plan is retired, '
  'for another category, or there is not enough time or money for it.';

--! split: 1007-functions-bookings-waive_lines.sql
-- What nobody pays has no fees, no taxes and no commission: the whole price is taken off, and no use of
-- a code is spent on it. Its sums are written here, since storing totals would price its lines again.
create or replace function app_private.waive_lines(booking app_public.bookings)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  delete from app_public.discount_redemptions as r
  where r.organization_id = (waive_lines.booking).organization_id
    and r.booking_id = (waive_lines.booking).id;
  update app_public.booking_items as i
  set discount_cents = i.subtotal_cents, service_fee_cents = 0, processing_fee_cents = 0,
    tax_cents = 0, total_cents = 0, service_fee_absorbed_cents = 0,
    processing_fee_absorbed_cents = 0, tax_included_cents = 0
  where i.organization_id = (waive_lines.booking).organization_id
    and i.booking_id = (waive_lines.booking).id;
  update app_public.bookings as b
  set discount_cents = b.subtotal_cents, service_fee_cents = 0, processing_fee_cents = 0,
    tax_cents = 0, total_amount_cents = 0, commission_amount_cents = 0, payout_cents = 0,
    service_fee_absorbed_cents = 0, processing_fee_absorbed_cents = 0, tax_included_cents = 0
  where b.id = (waive_lines.booking).id
  returning * into v_booking;
  return v_booking;
end
$$;

comment on function app_private.waive_lines(app_public.bookings) is
  'Makes a booking free, and returns it.';

--! split: 1008-functions-payments-accept_dispute.sql
create or replace function app_public.accept_dispute(
  dispute_id uuid, idempotency_key text default null
)
returns app_public.dispute_responses
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_dispute app_public.disputes := app_private.lock_dispute(accept_dispute.dispute_id);
  v_response app_public.dispute_responses;
  v_known uuid := app_private.replay_result(
    accept_dispute.idempotency_key, 'accept_dispute', jsonb_build_array(accept_dispute.dispute_id)
  );
begin
  if v_known is not null then
    select * into strict v_response
    from app_public.dispute_responses as r where r.id = v_known;
    return v_response;
  end if;
  perform app_private.require_answerable(v_dispute);
  v_response := app_private.answer_dispute(v_dispute, true, '{}');
  perform app_private.keep_result(accept_dispute.idempotency_key, v_response.id);
  return v_response;
end
$$;

comment on function app_public.accept_dispute(uuid, text) is
  'Gives a dispute up: it is lost, and the buyer keeps the money. It cannot be undone. '
  'Needs disputes.manage. Raises LMNFD, LMRGT, LMDSP (it was answered, is over, or its time is), '
  'LMINP, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.accept_dispute(uuid, text) to lml_user;

--! split: 1009-functions-payments-access_log_of.sql
-- What happened to the tickets, in order, as far as it tells that the buyer had and used them.
create or replace function app_private.access_log_of(booking app_public.bookings)
returns text
language sql stable security definer set search_path = ''
as $$
  with facts as (
    select (access_log_of.booking).confirmed_at as at,
      format('Booking %s was paid and confirmed.', (access_log_of.booking).booking_reference)
        as fact
    union all
    select t.issued_at,
      format('Ticket %s was issued (%s%s).', t.ticket_number, t.delivery_method,
        case when t.delivery_status <> 'pending' then ', ' || t.delivery_status else '' end)
    from app_public.tickets as t
    where t.organization_id = (access_log_of.booking).organization_id
      and t.booking_id = (access_log_of.booking).id
    union all
    select x.ended_at, format('Ticket %s was handed on by its buyer.', t.ticket_number)
    from app_public.tickets as t
    join app_public.ticket_transfers as x
      on x.organization_id = t.organization_id and x.ticket_id = t.id and x.status = 'accepted'
    where t.organization_id = (access_log_of.booking).organization_id
      and t.booking_id = (access_log_of.booking).id
    union all
    select coalesce(s.offline_at, s.scanned_at),
      format('Ticket %s was scanned at the entrance%s and let %s.', t.ticket_number,
        coalesce(' ' || s.gate, ''), s.direction)
    from app_public.tickets as t
    join app_public.ticket_scans as s
      on s.organization_id = t.organization_id and s.ticket_id = t.id and s.result = 'success'
    where t.organization_id = (access_log_of.booking).organization_id
      and t.booking_id = (access_log_of.booking).id
  )
  select left(
    string_agg(
      to_char(f.at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC ' || f.fact, e'\n'
      order by f.at, f.fact
    ),
    20000
  )
  from facts as f
  where f.at is not null
$$;

comment on function app_private.access_log_of(app_public.bookings) is
  'When the tickets of a booking were issued, handed on and used, in words.';

--! split: 1010-functions-payments-account_news.sql
create or replace function app_private.account_news(event jsonb, object jsonb)
returns text
language sql immutable security definer set search_path = ''
as $$
  select concat_ws(
    '.',
    lpad(floor((account_news.event ->> 'created')::numeric)::text, 12, '0'),
    (account_news.object @> '{"details_submitted": true}')::integer
      + (account_news.object @> '{"charges_enabled": true}')::integer
      + (account_news.object @> '{"payouts_enabled": true}')::integer
      + (account_news.object @> '{"capabilities": {"transfers": "active"}}')::integer,
    account_news.event ->> 'id'
  ) collate "C"
$$;

comment on function app_private.account_news(jsonb, jsonb) is
  'Orders the news of one account, by text, so that the order of arrival does not matter.';

--! split: 1011-functions-payments-answer_dispute.sql
create or replace function app_private.answer_dispute(
  dispute app_public.disputes, is_acceptance boolean, evidence jsonb
)
returns app_public.dispute_responses
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_response app_public.dispute_responses;
begin
  insert into app_public.dispute_responses (
    organization_id, dispute_id, is_acceptance, evidence, submitted_by
  )
  values (
    (answer_dispute.dispute).organization_id, (answer_dispute.dispute).id,
    answer_dispute.is_acceptance, answer_dispute.evidence, app_hidden.current_user_id()
  )
  returning * into v_response;
  perform app_private.add_stripe_job('dispute_response.send', v_response.id, '0');
  return v_response;
end
$$;

comment on function app_private.answer_dispute(app_public.disputes, boolean, jsonb) is
  'Writes an answer down, and has the worker send it.';

--! split: 1012-functions-payments-apply_account.sql
-- An account goes to and fro between its states, so the newest news count: by the second, and within
-- one by how far on it is. One that its owner has cut off stays so.
create or replace function app_private.apply_account(object jsonb, event jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_account.object;
  v_text text := v_object #>> '{metadata,lml_stripe_account_id}';
  v_account app_public.stripe_accounts;
  v_news text := app_private.account_news(apply_account.event, v_object);
begin
  if coalesce(apply_account.event ->> 'account', v_object ->> 'id') <> v_object ->> 'id' then
    return 'refused: event_account_differs';
  end if;
  select * into v_account
  from app_public.stripe_accounts as a
  where case when pg_input_is_valid(coalesce(v_text, ''), 'uuid') then a.id = v_text::uuid
    else a.stripe_account_id = v_object ->> 'id' end
  for no key update;
  if not found then
    return app_private.outcome_without_parent(v_object, 'lml_stripe_account_id');
  end if;
  if v_account.stripe_account_id <> v_object ->> 'id' then
    return 'refused: event_identity_differs';
  end if;
  if v_account.deauthorized_at is not null or v_news <= v_account.stripe_news collate "C" then
    return 'applied';
  end if;
  perform app_private.record_stripe_account(v_account.id, v_object ->> 'id', null);
  update app_public.stripe_accounts as a
  set stripe_news = v_news,
    stripe_onboarding_completed = coalesce((v_object ->> 'details_submitted')::boolean, false),
    charges_enabled = coalesce((v_object ->> 'charges_enabled')::boolean, false),
    payout_enabled = coalesce((v_object ->> 'payouts_enabled')::boolean, false),
    transfers_enabled = coalesce(v_object #>> '{capabilities,transfers}' = 'active', false),
    requirements_due = array(
      select left(d, 200)
      from jsonb_array_elements_text(
        case when jsonb_typeof(v_object #> '{requirements,currently_due}') = 'array'
          then v_object #> '{requirements,currently_due}' else '[]' end
      ) as d
      order by d limit 100
    ),
    disabled_reason = left(v_object #>> '{requirements,disabled_reason}', 200)
  where a.id = v_account.id;
  return 'applied';
end
$$;

comment on function app_private.apply_account(jsonb, jsonb) is
  'What Stripe says of an account that is paid out to: applied, ignored when it is none of ours, '
  'parked while it is unknown, refused when it is another one than we know.';

--! split: 1013-functions-payments-apply_charge.sql
-- The payment intent says what was paid. A charge adds by which charge, and what Stripe has returned
-- of it without being asked.
create or replace function app_private.apply_charge(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_charge.object;
  v_stripe_id text := coalesce(
    v_object #>> '{payment_intent,id}', v_object ->> 'payment_intent'
  );
  v_intent app_public.payment_intents;
begin
  if v_stripe_id is null then
    return 'ignored: no payment intent';
  end if;
  v_intent := app_private.lock_payment_of(v_object);
  if v_intent.id is null then
    return 'parked: ' || v_stripe_id;
  end if;
  if v_stripe_id <> v_intent.stripe_payment_intent_id then
    return 'refused: event_identity_differs';
  end if;
  if v_object ->> 'amount' is distinct from v_intent.amount_cents::text then
    return 'refused: event_amount_differs';
  end if;
  if upper(v_object ->> 'currency') is distinct from v_intent.currency then
    return 'refused: event_currency_differs';
  end if;
  -- All that was ever asked for, as news of a refund that failed later may come after that.
  if (v_object ->> 'amount_refunded')::numeric > (
    select coalesce(sum(r.amount_cents), 0)
    from app_public.refunds as r
    where r.organization_id = v_intent.organization_id and r.payment_intent_id = v_intent.id
  ) then
    return 'refused: refund_not_asked_for';
  end if;
  if v_object ->> 'status' = 'succeeded' and v_intent.stripe_charge_id <> v_object ->> 'id' then
    return 'refused: second_charge';
  end if;
  perform app_private.record_charge(v_intent, v_object);
  if v_object ->> 'status' is distinct from 'succeeded' then
    return 'applied';
  end if;
  update app_public.payment_intents as p
  set stripe_charge_id = v_object ->> 'id'
  where p.id = v_intent.id and p.stripe_charge_id is null;
  return 'applied';
end
$$;

comment on function app_private.apply_charge(jsonb) is
  'What Stripe says of a charge: applied, ignored without a payment intent, parked while that is '
  'unknown, refused when it is not what was asked for.';

--! split: 1014-functions-payments-apply_deauthorization.sql
-- The owner of an account has cut the platform off: nothing can be transferred any more.
create or replace function app_private.apply_deauthorization(event jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_account app_public.stripe_accounts;
begin
  if apply_deauthorization.event ->> 'type' <> 'account.application.deauthorized' then
    return 'ignored: no handler';
  end if;
  update app_public.stripe_accounts as a
  set deauthorized_at = coalesce(
      a.deauthorized_at, to_timestamp((apply_deauthorization.event ->> 'created')::double precision)
    ),
    charges_enabled = false, payout_enabled = false, transfers_enabled = false,
    requirements_due = '{}', disabled_reason = 'deauthorized', stripe_news = null,
    stripe_onboarding_completed = false
  where a.stripe_account_id = apply_deauthorization.event ->> 'account'
  returning * into v_account;
  return case when v_account.id is null then 'ignored: not ours' else 'applied' end;
end
$$;

comment on function app_private.apply_deauthorization(jsonb) is
  'Takes an account out of use that its owner has cut off: applied, or ignored.';

--! split: 1015-functions-payments-apply_dispute.sql
-- Events come in any order and any number. What is told of the state is the newest, by how far on the
-- dispute was; each balance transaction that the object names is posted once; and what follows for
-- booking, tickets and refunds is derived from all of it, so that no order matters.
create or replace function app_private.apply_dispute(object jsonb, event jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_dispute.object;
  v_intent app_public.payment_intents := app_private.lock_payment_of(v_object);
  v_refusal text;
  v_before app_public.dispute_status;
  v_dispute app_public.disputes;
begin
  -- A dispute may be told before the payment is.
  if v_intent.id is null or v_intent.status <> 'succeeded' then
    return 'parked: ' || coalesce(
      v_object #>> '{payment_intent,id}', v_object ->> 'payment_intent', v_object ->> 'charge', ''
    );
  end if;
  v_refusal := app_private.dispute_refusal(v_object, v_intent);
  if v_refusal is not null then
    return v_refusal;
  end if;
  select d.status into v_before
  from app_public.disputes as d
  where d.organization_id = v_intent.organization_id
    and d.stripe_dispute_id = v_object ->> 'id';
  v_dispute := app_private.store_dispute(v_intent, v_object, apply_dispute.event);
  v_dispute := app_private.post_dispute_movements(v_dispute, v_object);
  perform app_private.count_disputes(v_intent.id);
  perform app_private.settle_disputes_of(v_intent.booking_id);
  if v_dispute.status in ('warning_needs_response', 'needs_response')
    and v_dispute.status is distinct from v_before
  then
    perform app_private.mail_dispute(v_dispute, 'dispute_opened');
  end if;
  -- A bank decides once.
  if v_dispute.status in ('won', 'lost') and v_object ->> 'status' in ('won', 'lost')
    and v_dispute.status::text <> v_object ->> 'status'
  then
    return 'refused: dispute_outcome_differs';
  end if;
  return 'applied';
end
$$;

comment on function app_private.apply_dispute(jsonb, jsonb) is
  'What Stripe says of a dispute: applied, parked while its payment is not known or not received, '
  'refused when it contradicts what is known.';

--! split: 1016-functions-payments-apply_transfer.sql
create or replace function app_private.apply_transfer(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_transfer.object;
  v_text text := v_object #>> '{metadata,lml_payout_id}';
  v_payout app_public.payouts;
  v_destination text;
begin
  if not pg_input_is_valid(coalesce(v_text, ''), 'uuid') then
    return 'ignored: not ours';
  end if;
  select p.* into v_payout
  from app_public.payouts as p where p.id = v_text::uuid
  for no key update;
  if not found then
    return app_private.outcome_without_parent(v_object, 'lml_payout_id');
  end if;
  select a.stripe_account_id into v_destination
  from app_public.stripe_accounts as a
  where a.organization_id = v_payout.organization_id and a.id = v_payout.stripe_account_id;
  if v_object ->> 'amount' is distinct from v_payout.net_payout_cents::text then
    return 'refused: event_amount_differs';
  end if;
  if upper(v_object ->> 'currency') is distinct from v_payout.currency then
    return 'refused: event_currency_differs';
  end if;
  if app_private.stripe_id_in(v_object, 'destination')
    is distinct from v_destination
  then
    return 'refused: event_account_differs';
  end if;
  if v_payout.status <> 'in_transit'
    and v_object ->> 'id' is distinct from v_payout.stripe_transfer_id
  then
    return 'refused: transfer_not_asked_for';
  end if;
  perform app_private.record_transfer(
    v_payout.id, v_object ->> 'id',
    app_private.stripe_id_in(v_object, 'balance_transaction')
  );
  perform app_private.overtake_stripe_calls('payout.send', v_payout.id);
  -- All that was ever asked for, as a reversal that was refused may be told after one that was not.
  if (v_object ->> 'amount_reversed')::numeric > (
    select coalesce(sum(r.amount_cents), 0)
    from app_public.payout_reversals as r
    where r.organization_id = v_payout.organization_id and r.payout_id = v_payout.id
  ) then
    return 'refused: reversal_not_asked_for';
  end if;
  return 'applied';
end
$$;

comment on function app_private.apply_transfer(jsonb) is
  'What Stripe says of a transfer: applied, ignored when it is none of ours, parked while its payout '
  'is unknown, refused when it is not what was asked for.';

--! split: 1017-functions-payments-approve_payout.sql
create or replace function app_public.approve_payout(payout_id uuid, note text default null)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout(
    approve_payout.payout_id, 'payouts.approve'
  );
  v_constraint text;
  v_column text;
begin
  perform app_hidden.refuse_impersonator();
  perform app_private.require_payable(v_payout.organization_id);
  if v_payout.status <> 'pending_approval' then
    perform app_private.raise_payout_status(v_payout);
  end if;
  if v_payout.requested_by = app_hidden.current_user_id() then
    raise exception 'Somebody else has to approve what you have asked for.'
      using errcode = 'LMAPV', hint = 'Ask another member with payouts.approve.';
  end if;
  update app_public.payouts as p
  set status = 'approved', approved_by = app_hidden.current_user_id(), approved_at = now(),
    decision_note = approve_payout.note
  where p.id = v_payout.id
  returning * into v_payout;
  perform app_private.add_stripe_job(
    'payout.send', v_payout.id, greatest(v_payout.scheduled_for - now(), '0')
  );
  return v_payout;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.approve_payout(uuid, text) is
  'Approves a payout that somebody else, or the schedule, has made, and has it sent. Needs '
  'payouts.approve. Raises LMAPV (your own), LMPOS, LMPOA, LMORG, LMINP, LMNFD, LMRGT, LMIMP, LMAUT, '
  'LMSES.';
grant execute on function app_public.approve_payout(uuid, text) to lml_user;

--! split: 1018-functions-payments-begin_payout.sql
-- Commits that the payout is under way before Stripe is asked. Whoever comes again, after a worker
-- died, asks the same with the same key.
create or replace function app_private.begin_payout(payout_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  select * into v_payout
  from app_public.payouts as p where p.id = begin_payout.payout_id
  for no key update;
  if v_payout.status = 'approved' and app_private.may_send_payout(v_payout) then
    v_payout := app_private.hold_disputed(v_payout);
  end if;
  if v_payout.status = 'approved' and app_private.may_send_payout(v_payout) then
    update app_public.payouts as p
    set status = 'in_transit', initiated_at = now(), retry_at = null
    where p.id = v_payout.id
    returning * into v_payout;
    perform app_private.post_payout(v_payout, 'payout', 1);
  end if;
  if v_payout.status is distinct from 'in_transit' then
    return null;
  end if;
  return (
    select jsonb_build_object(
      'amount', v_payout.net_payout_cents,
      'currency', lower(v_payout.currency),
      'destination', a.stripe_account_id,
      'transfer_group', 'payout_' || v_payout.id,
      'idempotency_key', 'payout:' || v_payout.id || ':' || v_payout.attempt,
      'may_be_forgotten', v_payout.initiated_at < now() - interval '23 hours',
      'metadata', jsonb_build_object(
        'lml_payout_id', v_payout.id, 'lml_organization_id', v_payout.organization_id
      )
    )
    from app_public.stripe_accounts as a
    where a.organization_id = v_payout.organization_id and a.id = v_payout.stripe_account_id
  );
end
$$;

comment on function app_private.begin_payout(uuid) is
  'What to ask Stripe to transfer; null: nothing, or not yet.';
grant execute on function app_private.begin_payout(uuid) to lml_worker;

--! split: 1019-functions-payments-begin_reconciliation.sql
-- Stripe may show a movement late, so that each run lists the last days again. One that was interrupted
-- goes on where it was; its window does not move meanwhile.
create or replace function app_private.begin_reconciliation(
  grace interval default '1 hour', overlap interval default '3 days'
)
returns app_public.reconciliation_runs
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_run app_public.reconciliation_runs;
begin
  insert into app_public.reconciliation_runs (listed_from, listed_through, compared_before)
  select
    coalesce(
      max(r.listed_through) - begin_reconciliation.overlap, timestamptz '2011-01-01 00:00:00Z'
    ),
    now(), now() - begin_reconciliation.grace
  from app_public.reconciliation_runs as r
  where r.status = 'completed'
  on conflict ((true)) where status <> 'completed' do nothing
  returning * into v_run;
  if v_run.id is null then
    select * into strict v_run
    from app_public.reconciliation_runs as r where r.status <> 'completed';
  end if;
  return v_run;
end
$$;

comment on function app_private.begin_reconciliation(interval, interval) is
  'The run that is under way, or a new one that leaves out what is newer than its grace.';
grant execute on function app_private.begin_reconciliation(interval, interval) to lml_worker;

--! split: 1020-functions-payments-block_booking.sql
-- All tickets: which of them a part of the money was for, nobody knows.
create or replace function app_private.block_booking(booking app_public.bookings)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  update app_public.bookings as b
  set status = 'disputed' where b.id = (block_booking.booking).id
  returning * into v_booking;
  -- In order; a scan that is under way comes first, or waits and then finds the ticket blocked.
  perform from app_public.tickets as t
  where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
  order by t.id
  for no key update;
  update app_public.tickets as t
  set is_disputed = true
  where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
    and t.status in ('valid', 'used');
  return v_booking;
end
$$;

comment on function app_private.block_booking(app_public.bookings) is
  'Keeps the tickets of a booking from doors and from other holders, while a bank decides.';

--! split: 1021-functions-payments-cancel_payout.sql
create or replace function app_public.cancel_payout(payout_id uuid, note text default null)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout(
    cancel_payout.payout_id, 'payouts.manage'
  );
  v_constraint text;
  v_column text;
begin
  perform app_hidden.refuse_impersonator();
  if v_payout.status not in ('draft', 'pending_approval', 'approved', 'failed') then
    perform app_private.raise_payout_status(v_payout);
  end if;
  -- Otherwise whoever is held would have it paid by the next one.
  if app_hidden.current_platform_role() is null and exists (
    select from app_public.payout_holds as h
    where h.organization_id = v_payout.organization_id
      and h.payout_id = v_payout.id
      and h.is_of_platform
      and h.released_at is null
      and (h.hold_until is null or h.hold_until > now())
  ) then
    raise exception 'The platform holds this payout.'
      using errcode = 'LMPOA', detail = 'held', hint = 'Ask the platform''s support.';
  end if;
  return app_private.give_payout_up(
    v_payout, app_hidden.current_user_id(), cancel_payout.note
  );
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.cancel_payout(uuid, text) is
  'Gives up a payout that is not on its way, and its holds; what it would have paid is paid with the '
  'next one. Needs payouts.manage. Raises LMPOS, LMPOA (the platform holds it), LMINP, LMNFD, LMRGT, '
  'LMIMP, LMAUT, LMSES.';
grant execute on function app_public.cancel_payout(uuid, text) to lml_user;

--! split: 1022-functions-payments-carry_out_request.sql
-- What the request takes back is computed now, under the lock of its booking: what was taken back
-- in the meantime is not there any more.
create or replace function app_private.carry_out_request(
  booking app_public.bookings, request app_public.refund_requests
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := carry_out_request.booking;
  v_request app_public.refund_requests := carry_out_request.request;
  v_ticket_ids uuid[];
  v_parts app_private.refund_part[];
  v_is_over boolean := false;
begin
  if v_request.kind in ('full', 'ticket') then
    v_ticket_ids := app_private.lock_tickets_to_return(v_booking, v_request.ticket_ids);
  end if;
  v_parts := array(select p from app_private.parts_of_request(v_booking, v_request) as p);
  if v_request.kind in ('full', 'ticket') then
    perform app_private.take_tickets_back(v_booking, v_ticket_ids);
    if not exists (
      select from app_public.tickets as t
      where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
        and t.status in ('valid', 'used')
    ) then
      v_booking := app_private.close_booking(
        v_booking, coalesce(v_request.note, 'Given back by the buyer')
      );
      v_is_over := true;
      v_parts := app_private.parts_not_received(v_booking, v_parts);
    end if;
  end if;
  update app_public.refund_requests as r
  set amount_cents = (
    select coalesce(sum(app_private.total_of_part(p)), 0) from unnest(v_parts) as p
  )
  where r.id = v_request.id
  returning * into v_request;
  v_booking := app_private.take_back(v_booking, v_request, v_parts);
  if v_is_over then
    perform app_private.withdraw_payment(v_booking);
  end if;
  return v_request;
end
$$;

comment on function app_private.carry_out_request(
  app_public.bookings, app_public.refund_requests
) is
  'Does what an approved request says: tickets end, seats go on sale, money is queued. '
  'Raises LMTUS, LMTVD, LMRFX.';

--! split: 1023-functions-payments-charge_step.sql
create or replace function app_hidden.charge_step(currency text)
returns bigint
language sql immutable parallel safe
return case
  when charge_step.currency in ('BHD', 'JOD', 'KWD', 'OMR', 'TND') then 10
  when charge_step.currency in ('ISK', 'UGX') then 100
  else 1
end;

comment on function app_hidden.charge_step(text) is
  'What amounts in a currency are multiples of, so that a card can be charged, and get them back.';

--! split: 1024-functions-payments-complete_reconciliation.sql
-- All months that are not closed are compared, and whatever did not match before. Of two who come here
-- with the same run, the second finds it done.
create or replace function app_private.complete_reconciliation(
  run_id uuid, balances jsonb, is_certain boolean
)
returns app_public.reconciliation_runs
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_run app_public.reconciliation_runs;
  v_since timestamptz;
  v_differences app_private.stripe_difference[];
begin
  select * into strict v_run
  from app_public.reconciliation_runs as r
  where r.id = complete_reconciliation.run_id
  for no key update;
  if v_run.status <> 'comparing' then
    return v_run;
  end if;
  select coalesce(min(p.starts_at), now()) into v_since
  from app_public.accounting_periods as p where p.status <> 'closed';
  perform app_private.identify_stripe_movements();
  perform app_private.link_stripe_movements();
  perform app_private.store_stripe_balances(
    v_run.id, complete_reconciliation.balances, complete_reconciliation.is_certain
  );
  v_differences := array(
    select d from app_private.differences_at_stripe(v_run.compared_before, v_since) as d
    union all
    select d from app_private.differences_in_books(v_run.compared_before, v_since) as d
    union all
    select d from app_private.differences_of_balance(v_run.id) as d
  );
  perform app_private.raise_differences(v_run.id, v_differences);
  perform app_private.mark_reconciled(v_run.id, v_run.compared_before, v_differences);
  perform app_private.store_reconciliation_results(v_run.id);
  update app_public.reconciliation_runs as r
  set status = 'completed', completed_at = clock_timestamp()
  where r.id = v_run.id
  returning * into v_run;
  return v_run;
end
$$;

comment on function app_private.complete_reconciliation(uuid, jsonb, boolean) is
  'Compares what Stripe has listed with the books, once for each run.';
grant execute on function app_private.complete_reconciliation(uuid, jsonb, boolean)
  to lml_worker;

--! split: 1025-functions-payments-count_disputes.sql
-- The oldest first. What refunds left of a payment is all that a dispute can keep; if a refund
-- fails, it keeps more. The payment is locked.
create or replace function app_private.count_disputes(payment_intent_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
  v_excess bigint;
begin
  if not exists (
    select from app_public.disputes as d
    where d.payment_intent_id = count_disputes.payment_intent_id
  ) then
    return;
  end if;
  select * into strict v_intent
  from app_public.payment_intents as p where p.id = count_disputes.payment_intent_id
  for no key update;
  with asked as (
    select d.id,
      case when d.status in ('needs_response', 'under_review', 'lost')
        then d.amount_cents else 0 end as amount,
      sum(
        case when d.status in ('needs_response', 'under_review', 'lost')
          then d.amount_cents else 0 end
      ) over (order by d.opened_at, d.stripe_dispute_id) as running
    from app_public.disputes as d
    where d.organization_id = v_intent.organization_id and d.payment_intent_id = v_intent.id
  )
  update app_public.disputes as d
  set counted_cents = greatest(0, least(
    a.amount, v_intent.received_cents - v_intent.refunded_cents - (a.running - a.amount)
  ))::bigint
  from asked as a
  where d.id = a.id
    and d.counted_cents <> greatest(0, least(
      a.amount, v_intent.received_cents - v_intent.refunded_cents - (a.running - a.amount)
    ));
  update app_public.payment_intents as p
  set disputed_cents = (
    select coalesce(sum(d.counted_cents), 0) from app_public.disputes as d
    where d.organization_id = p.organization_id and d.payment_intent_id = p.id
  )
  where p.id = v_intent.id
    and p.disputed_cents <> (
      select coalesce(sum(d.counted_cents), 0) from app_public.disputes as d
      where d.organization_id = p.organization_id and d.payment_intent_id = p.id
    );

  -- A refund that is under way may still fail: then it was not too much.
  select coalesce(sum(d.amount_cents), 0) - v_intent.received_cents + coalesce((
    select sum(r.amount_cents) from app_public.refunds as r
    where r.organization_id = v_intent.organization_id and r.payment_intent_id = v_intent.id
      and r.status = 'succeeded'
  ), 0) into v_excess
  from app_public.disputes as d
  where d.organization_id = v_intent.organization_id and d.payment_intent_id = v_intent.id
    and d.status in ('needs_response', 'under_review', 'lost');
  if v_excess > 0 then
    perform app_private.raise_payment_finding(
      'dispute_exceeds_payment', v_intent.id::text, v_intent.organization_id,
      v_intent.booking_id, jsonb_build_object(
        'excess', v_excess, 'received', v_intent.received_cents,
        'refunded', v_intent.refunded_cents
      )
    );
  end if;
end
$$;

comment on function app_private.count_disputes(uuid) is
  'Shares what refunds left of a payment out to its disputes; what is beyond it is a finding.';

--! split: 1026-functions-payments-create_payout.sql
create or replace function app_public.create_payout(
  organization_id uuid, currency text default null, promoter_id uuid default null,
  idempotency_key text default null
)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_payout app_public.payouts;
  v_known uuid;
begin
  perform app_hidden.require_permission(create_payout.organization_id, 'payouts.manage');
  perform app_hidden.refuse_impersonator();
  v_known := app_private.replay_result(
    create_payout.idempotency_key, 'create_payout',
    jsonb_build_array(
      create_payout.organization_id, create_payout.currency, create_payout.promoter_id
    )
  );
  if v_known is not null then
    select * into strict v_payout from app_public.payouts as p where p.id = v_known;
    return v_payout;
  end if;
  if create_payout.promoter_id is not null and not exists (
    select from app_public.promoters as p
    where p.organization_id = create_payout.organization_id and p.id = create_payout.promoter_id
  ) then
    raise exception 'There is no such promoter.' using errcode = 'LMNFD', detail = 'promoter_id';
  end if;
  perform app_private.lock_payouts_of(create_payout.organization_id);
  v_payout := app_private.make_payout(
    create_payout.organization_id, create_payout.promoter_id,
    coalesce(create_payout.currency, (
      select o.default_currency from app_public.organizations as o
      where o.id = create_payout.organization_id
    )),
    clock_timestamp(), v_user_id
  );
  perform app_private.keep_result(create_payout.idempotency_key, v_payout.id);
  return v_payout;
exception
  -- Of a currency that does not exist.
  when foreign_key_violation then
    raise exception 'There is no such currency.' using errcode = 'LMCUR', detail = 'currency';
end
$$;

comment on function app_public.create_payout(uuid, text, uuid, text) is
  'A draft of all that may be paid now to the organization, or to a promoter of it, without waiting '
  'for its schedule; submit_payout has it sent. Needs payouts.manage. Raises LMPOA (unverified, '
  'no_account), LMPOE (nothing, or less than the minimum), LMORG, LMCUR, LMNFD, LMRGT, LMIDK, LMIMP, '
  'LMAUT, LMSES.';
grant execute on function app_public.create_payout(uuid, text, uuid, text) to lml_user;

--! split: 1027-functions-payments-differences_at_stripe.sql
-- From Stripe's side: each of its movements, beside all that the books say of it. What is wrong in more
-- than one way is told by the first: a fee means nothing while amounts differ.
create or replace function app_private.differences_at_stripe(
  before timestamptz, since timestamptz
)
returns setof app_private.stripe_difference
language sql stable security definer set search_path = ''
as $$
  with books as (
    select
      m.stripe_id, (array_agg(m.id order by m.transaction_type = 'fee', m.id))[1] as movement_id,
      (array_agg(m.booking_id order by m.transaction_type = 'fee', m.id))[1] as booking_id,
      array_agg(m.id order by m.id) as movement_ids,
      array_agg(m.ledger_transaction_id order by m.id) as ledger_transaction_ids,
      array_agg(distinct m.currency) as currencies,
      sum(m.gross_amount_cents)::bigint as gross, sum(m.fee_amount_cents)::bigint as fee,
      sum(m.net_amount_cents)::bigint as net, sum(m.ledger_cents)::bigint as ledger,
      (array_agg(m.created_at order by m.transaction_type = 'fee', m.id))[1] as created_at
    from app_private.book_movements as m
    where m.stripe_id is not null
    group by m.stripe_id
  ), compared as (
    select
      k, b, p, r,
      case
        when b.stripe_id is null then
          case
            when app_hidden.is_platform_movement(k.type) or k.occurred_at < (
              select coalesce(min(o.created_at), now()) from app_public.organizations as o
            ) - interval '1 hour' then null
            when k.type in ('charge', 'payment') and exists (
              select from app_public.payment_transactions as o
              where o.organization_id = k.organization_id
                and o.payment_intent_id = k.payment_intent_id
                and o.transaction_type = 'payment'
            ) then 'booked_twice'
            else 'missing_here'
          end
        when b.currencies <> array[k.currency] or p.currency <> k.currency
          or r.currency <> k.currency then 'currency_differs'
        when b.gross <> k.amount_cents
          or k.type in ('charge', 'payment') and p.received_cents <> k.amount_cents
          or r.amount_cents <> abs(k.amount_cents) then 'amount_differs'
        when b.fee <> k.fee_cents then 'fee_differs'
        when b.net <> b.ledger then 'amount_differs'
        when b.created_at > k.occurred_at + interval '1 day' then 'booked_late'
      end as kind
    from app_private.stripe_balance_transactions as k
    left join books as b on b.stripe_id = k.id
    left join app_public.payment_intents as p
      on p.organization_id = k.organization_id and p.id = k.payment_intent_id
    left join app_public.refunds as r
      on r.organization_id = k.organization_id and r.id = k.refund_id
    where k.occurred_at < differences_at_stripe.before
      and (k.occurred_at >= differences_at_stripe.since or not k.is_matched)
  )
  select
    'reconciliation_' || c.kind, (c.k).id, (c.k).organization_id,
    coalesce((c.b).booking_id, (c.p).booking_id), (c.b).movement_id, (c.k).occurred_at,
    jsonb_strip_nulls(jsonb_build_object(
      'currency', (c.k).currency,
      'stripe', jsonb_build_object(
        'id', (c.k).id, 'type', (c.k).type, 'source', (c.k).source,
        'payment_intent', (c.k).stripe_payment_intent_id, 'amount_cents', (c.k).amount_cents,
        'fee_cents', (c.k).fee_cents, 'net_cents', (c.k).net_cents,
        'currency', (c.k).currency, 'occurred_at', (c.k).occurred_at
      ),
      'books', jsonb_build_object(
        'payment_transaction_ids', (c.b).movement_ids,
        'ledger_transaction_ids', (c.b).ledger_transaction_ids,
        'amount_cents', (c.b).gross, 'fee_cents', (c.b).fee, 'net_cents', (c.b).net,
        'ledger_cents', (c.b).ledger, 'currencies', (c.b).currencies,
        'booked_at', (c.b).created_at
      ),
      'payment', jsonb_build_object(
        'payment_intent_id', (c.p).id, 'status', (c.p).status,
        'received_cents', (c.p).received_cents, 'currency', (c.p).currency
      ),
      'refund', jsonb_build_object(
        'refund_id', (c.r).id, 'status', (c.r).status, 'amount_cents', (c.r).amount_cents,
        'currency', (c.r).currency
      )
    ))
  from compared as c
  where c.kind is not null
$$;

comment on function app_private.differences_at_stripe(timestamptz, timestamptz) is
  'What Stripe says has moved, and the books do not say or say otherwise.';

--! split: 1028-functions-payments-differences_in_books.sql
-- From the books' side: what Stripe does not have. A fee is told with its payment, and what a
-- correction has undone is no difference any more.
create or replace function app_private.differences_in_books(
  before timestamptz, since timestamptz
)
returns setof app_private.stripe_difference
language sql stable security definer set search_path = ''
as $$
  select
    case when exists (
      select from app_public.payment_transactions as o
      join app_private.stripe_balance_transactions as k on k.id = o.stripe_balance_transaction_id
      where o.organization_id = m.organization_id and o.id <> m.id
        and o.transaction_type = m.transaction_type
        and sign(o.net_amount_cents) = sign(m.net_amount_cents)
        and case m.transaction_type
          when 'payment' then o.payment_intent_id = m.payment_intent_id
          when 'refund' then o.refund_id = m.refund_id
        end
    ) then 'reconciliation_booked_twice' else 'reconciliation_missing_at_stripe' end,
    m.id::text, m.organization_id, m.booking_id, m.id, m.processed_at,
    jsonb_strip_nulls(jsonb_build_object(
      'currency', m.currency,
      'books', jsonb_build_object(
        'payment_transaction_ids', jsonb_build_array(m.id),
        'ledger_transaction_ids', jsonb_build_array(m.ledger_transaction_id),
        'type', m.transaction_type, 'stripe_balance_transaction_id', m.stripe_id,
        'amount_cents', m.gross_amount_cents, 'fee_cents', m.fee_amount_cents,
        'net_cents', m.corrected_net_cents, 'ledger_cents', m.ledger_cents,
        'occurred_at', m.processed_at
      ),
      'payment', jsonb_build_object('payment_intent_id', m.payment_intent_id),
      'refund', jsonb_build_object('refund_id', m.refund_id)
    ))
  from app_private.book_movements as m
  where m.id = m.root_id
    and m.corrected_net_cents <> 0
    and m.processed_at < differences_in_books.before
    and (
      m.processed_at >= differences_in_books.since or m.reconciliation_status <> 'matched'
    )
    and not exists (
      select from app_private.stripe_balance_transactions as k where k.id = m.stripe_id
    )
    and not (
      m.transaction_type = 'fee' and exists (
        select from app_public.payment_transactions as o
        where o.stripe_balance_transaction_id = m.stripe_id and o.transaction_type <> 'fee'
      )
    )
$$;

comment on function app_private.differences_in_books(timestamptz, timestamptz) is
  'What the books say has moved, and Stripe does not have, or has once only.';

--! split: 1029-functions-payments-differences_of_balance.sql
create or replace function app_private.differences_of_balance(run_id uuid)
returns setof app_private.stripe_difference
language sql stable security definer set search_path = ''
as $$
  select
    'reconciliation_balance_differs', 'balance:' || b.currency, null::uuid, null::uuid,
    null::uuid, b.created_at,
    jsonb_build_object('currency', b.currency, 'unexplained_cents', b.unexplained_cents)
  from app_public.reconciliation_balances as b
  where b.run_id = differences_of_balance.run_id and b.is_certain and b.unexplained_cents <> 0
$$;

comment on function app_private.differences_of_balance(uuid) is
  'What of the balance at Stripe no movement explains.';

--! split: 1030-functions-payments-dispatch_stripe_event.sql
-- The registry: one function for each kind of object. A handler takes the object, locks in the order
-- of docs/architecture.md, may be called with any news in any order and again, and returns
--   applied
--   ignored: why           it is not about us
--   refused: kind          it contradicts what is known: a finding of that kind
--   parked: id             it is about something that is not known yet, and is tried again when a
--                          payment or refund gets that id at Stripe, and by the clock
create or replace function app_private.dispatch_stripe_event(event app_private.stripe_events)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payload jsonb := (dispatch_stripe_event.event).payload;
  v_object jsonb := v_payload #> '{data,object}';
begin
  if jsonb_typeof(v_object) is distinct from 'object' then
    return 'ignored: no object';
  end if;
  if v_object ->> 'livemode' <> (dispatch_stripe_event.event).livemode::text then
    return 'refused: event_mode_differs';
  end if;
  -- Payments, charges, refunds, disputes and transfers are the platform's own. What they are called
  -- on the account of somebody who is paid out is no news of ours, unless it says that it is.
  if v_payload ->> 'account' is not null
    and v_object ->> 'object' in ('payment_intent', 'charge', 'refund', 'dispute', 'transfer')
  then
    return case
      when app_private.is_stripe_object_ours(v_object) then 'refused: event_account_differs'
      else 'ignored: another account'
    end;
  end if;
  return case v_object ->> 'object'
    when 'payment_intent' then app_private.apply_payment_intent(v_object, v_payload)
    when 'charge' then app_private.apply_charge(v_object)
    when 'refund' then app_private.apply_refund(v_object)
    when 'dispute' then app_private.apply_dispute(v_object, v_payload)
    when 'payment_method' then app_private.apply_payment_method(v_payload)
    when 'account' then app_private.apply_account(v_object, v_payload)
    when 'application' then app_private.apply_deauthorization(v_payload)
    when 'transfer' then app_private.apply_transfer(v_object)
    else 'ignored: no handler'
  end;
end
$$;

comment on function app_private.dispatch_stripe_event(app_private.stripe_events) is
  'Has the handler of its object apply an event; returns the outcome and its reason.';

--! split: 1031-functions-payments-dispute_movements.sql
-- An event has them in full; where it has only their ids, another event tells.
create or replace function app_private.dispute_movements(object jsonb)
returns table (
  stripe_id text, amount_cents bigint, fee_cents bigint, currency text, occurred_at timestamptz
)
language sql immutable security definer set search_path = ''
as $$
  select t ->> 'id', (t ->> 'amount')::bigint, coalesce((t ->> 'fee')::bigint, 0),
    t ->> 'currency', to_timestamp((t ->> 'created')::double precision)
  from jsonb_array_elements(
    case when jsonb_typeof(dispute_movements.object -> 'balance_transactions') = 'array'
      then dispute_movements.object -> 'balance_transactions' else '[]' end
  ) as t
  where coalesce(t ->> 'id', '') ~ '^[A-Za-z0-9_]{1,250}$'
    and coalesce(t ->> 'amount', '') ~ '^-?[0-9]{1,15}$'
    and coalesce(t ->> 'fee', '0') ~ '^-?[0-9]{1,15}$'
    and coalesce(t ->> 'created', '0') ~ '^[0-9]{1,11}$'
$$;

comment on function app_private.dispute_movements(jsonb) is
  'The balance transactions that a dispute of Stripe names.';

--! split: 1032-functions-payments-dispute_news.sql
-- A dispute only goes forward, from a question of the bank to its verdict. Within one state: what
-- was answered, what was moved, and then the clock.
create or replace function app_private.dispute_news(object jsonb, event jsonb)
returns text
language sql immutable security definer set search_path = ''
as $$
  select concat_ws(
    '.',
    array_position(
      array[
        'warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response',
        'under_review', 'prevented', 'won', 'lost'
      ],
      dispute_news.object ->> 'status'
    )::text,
    lpad(coalesce(dispute_news.object #>> '{evidence_details,submission_count}', '0'), 4, '0'),
    lpad(
      case when jsonb_typeof(dispute_news.object -> 'balance_transactions') = 'array'
        then jsonb_array_length(dispute_news.object -> 'balance_transactions') else 0 end::text,
      4, '0'
    ),
    lpad(floor((dispute_news.event ->> 'created')::numeric)::text, 12, '0'),
    dispute_news.event ->> 'id'
  ) collate "C"
$$;

comment on function app_private.dispute_news(jsonb, jsonb) is
  'Orders the news of one dispute, by text, whatever the order of their arrival.';

--! split: 1033-functions-payments-dispute_refusal.sql
create or replace function app_private.dispute_refusal(
  object jsonb, intent app_public.payment_intents
)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_object jsonb := dispute_refusal.object;
  v_intent app_public.payment_intents := dispute_refusal.intent;
  v_stripe_id text := coalesce(
    v_object #>> '{payment_intent,id}', v_object ->> 'payment_intent'
  );
begin
  if v_stripe_id <> v_intent.stripe_payment_intent_id
    or coalesce(v_object #>> '{charge,id}', v_object ->> 'charge') <> v_intent.stripe_charge_id
    or coalesce(v_object ->> 'id', '') !~ '^[A-Za-z0-9_]{1,250}$'
    or exists (
      select from app_public.disputes as d
      where d.organization_id = v_intent.organization_id
        and d.stripe_dispute_id = v_object ->> 'id' and d.payment_intent_id <> v_intent.id
    )
  then
    return 'refused: event_identity_differs';
  end if;
  if coalesce(v_object ->> 'amount', '') !~ '^[1-9][0-9]{0,14}$' then
    return 'refused: event_amount_differs';
  end if;
  if upper(v_object ->> 'currency') is distinct from v_intent.currency
    or exists (
      select from app_private.dispute_movements(v_object) as m
      where upper(m.currency) is distinct from v_intent.currency
    )
  then
    return 'refused: event_currency_differs';
  end if;
  if not coalesce(v_object ->> 'status', '') = any (
    enum_range(null::app_public.dispute_status)::text[]
  ) then
    return 'refused: dispute_status_unknown';
  end if;
  return null;
end
$$;

comment on function app_private.dispute_refusal(jsonb, app_public.payment_intents) is
  'Why news of a dispute contradict its payment; null: they do not.';

--! split: 1034-functions-payments-due_payouts.sql
create or replace function app_private.due_payouts(batch_limit integer)
returns table (organization_id uuid, ends_at timestamptz)
language sql stable security definer set search_path = ''
as $$
  select o.id, e.ends_at
  from app_public.organizations as o
  join app_public.organization_settings as s on s.organization_id = o.id
  cross join lateral (
    select app_private.end_of_payout_period(s.payout_schedule, s.books_timezone, now()) as ends_at
  ) as e
  left join app_private.payout_runs as r on r.organization_id = o.id
  where o.status = 'active'
    and o.verification_status = 'verified'
    and (r.ran_until is null or r.ran_until < e.ends_at)
    and (r.retry_at is null or r.retry_at <= now())
    and exists (
      select from app_public.stripe_accounts as a
      where a.organization_id = o.id and a.transfers_enabled and a.payout_enabled
        and a.deauthorized_at is null
    )
  order by o.id
  limit due_payouts.batch_limit
$$;

comment on function app_private.due_payouts(integer) is
  'Organizations that may be paid, and whose period has ended since they were.';

--! split: 1035-functions-payments-end_disputed.sql
-- Who was let in before has been there; what they have paid for it is gone all the same.
create or replace function app_private.end_disputed(booking app_public.bookings)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket_ids uuid[];
  v_booking app_public.bookings;
begin
  select coalesce(array_agg(t.id order by t.id), '{}') into v_ticket_ids
  from (
    select t.id from app_public.tickets as t
    where t.organization_id = (end_disputed.booking).organization_id
      and t.booking_id = (end_disputed.booking).id
      and t.status in ('valid', 'used')
    order by t.id
    for no key update
  ) as t;
  perform app_private.take_tickets_back(end_disputed.booking, v_ticket_ids);
  update app_public.tickets as t
  set is_disputed = false, is_inside = false
  where t.organization_id = (end_disputed.booking).organization_id
    and t.id = any (v_ticket_ids);
  v_booking := app_private.close_booking(
    end_disputed.booking, 'The payment was lost to a dispute.'
  );
  perform app_private.withdraw_payment(v_booking);
  return v_booking;
end
$$;

comment on function app_private.end_disputed(app_public.bookings) is
  'Ends a booking whose money is lost: its tickets are void, its places are on sale again.';

--! split: 1036-functions-payments-end_of_payout_period.sql
create or replace function app_private.end_of_payout_period(
  schedule app_public.payout_schedule, timezone text, at timestamptz
)
returns timestamptz
language sql stable
return date_trunc(
  case end_of_payout_period.schedule
    when 'daily' then 'day' when 'weekly' then 'week' else 'month'
  end,
  end_of_payout_period.at at time zone end_of_payout_period.timezone
) at time zone end_of_payout_period.timezone;

comment on function app_private.end_of_payout_period(
  app_public.payout_schedule, text, timestamptz
) is 'When the last period of a schedule has ended: at midnight, on a Monday, or on the first.';

--! split: 1037-functions-payments-evidence_of_purchase.sql
create or replace function app_private.evidence_of_purchase(booking app_public.bookings)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'customer_name', nullif(trim(coalesce(
      (evidence_of_purchase.booking).customer_name,
      concat_ws(' ', c.first_name, c.last_name)
    )), ''),
    'customer_email_address', coalesce(
      (evidence_of_purchase.booking).customer_email, c.email
    )::text,
    -- Of IPv6 the network is known, not the address.
    'customer_purchase_ip', (
      select case family(s.ip_address) when 4 then host(s.ip_address) else s.ip_address::text end
      from app_private.booking_signals as s
      where s.organization_id = (evidence_of_purchase.booking).organization_id
        and s.booking_id = (evidence_of_purchase.booking).id
        and s.ip_address is not null
      order by s.occurred_at desc
      limit 1
    ),
    'product_description', format(
      '%s x admission to %s on %s, sold by %s (booking %s)',
      greatest(1, app_private.tickets_in(evidence_of_purchase.booking)),
      w.words ->> 'event', w.words ->> 'startsAt', w.words ->> 'organization',
      w.words ->> 'reference'
    ),
    'service_date', left(w.words ->> 'startsAt', 10)
  )
  from app_public.bookings as b
  cross join lateral (select app_private.booking_words(b) as words) as w
  left join app_public.customers as c
    on c.organization_id = b.organization_id and c.id = b.customer_id
  where b.id = (evidence_of_purchase.booking).id
$$;

comment on function app_private.evidence_of_purchase(app_public.bookings) is
  'Who bought what, from where.';

--! split: 1038-functions-payments-give_payout_up.sql
create or replace function app_private.give_payout_up(
  payout app_public.payouts, user_id uuid, note text
)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  update app_public.payouts as p
  set status = 'canceled', canceled_at = now(), canceled_by = give_payout_up.user_id,
    decision_note = coalesce(give_payout_up.note, p.decision_note), retry_at = null
  where p.id = (give_payout_up.payout).id
  returning * into v_payout;
  update app_public.payout_items as i
  set released_at = now()
  where i.organization_id = v_payout.organization_id and i.payout_id = v_payout.id;
  update app_public.payout_holds as h
  set released_at = now(), released_by = give_payout_up.user_id
  where h.organization_id = v_payout.organization_id
    and h.payout_id = v_payout.id
    and h.released_at is null;
  return v_payout;
end
$$;

comment on function app_private.give_payout_up(app_public.payouts, uuid, text) is
  'Cancels a payout and its holds; its items are paid with the next one.';

--! split: 1039-functions-payments-has_open_dispute.sql
create or replace function app_private.has_open_dispute(intent app_public.payment_intents)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_public.disputes as d
    where d.organization_id = (has_open_dispute.intent).organization_id
      and d.payment_intent_id = (has_open_dispute.intent).id
      and d.status in ('needs_response', 'under_review')
  )
$$;

comment on function app_private.has_open_dispute(app_public.payment_intents) is
  'Whether a bank has taken a payment back, and has not decided yet.';

--! split: 1040-functions-payments-held_for_disputes.sql
-- The whole amount and the fee, although not all of it would be the organizer's: what is lost is
-- lost at once, and what was paid out is hard to get back.
create or replace function app_private.held_for_disputes(organization_id uuid, currency text)
returns bigint
language sql stable security definer set search_path = ''
as $$
  select coalesce(sum(d.counted_cents + greatest(0, d.fee_cents - d.charged_fee_cents)), 0)::bigint
  from app_public.disputes as d
  where d.organization_id = held_for_disputes.organization_id
    and d.currency = held_for_disputes.currency
    and d.status in ('needs_response', 'under_review')
$$;

comment on function app_private.held_for_disputes(uuid, text) is
  'What payouts to an organization leave back because disputes are open.';

--! split: 1041-functions-payments-hold_back.sql
create or replace function app_private.hold_back(
  payout app_public.payouts, kind app_public.payout_hold_kind, amount_cents bigint, reason text,
  hold_until timestamptz, is_of_platform boolean default false
)
returns app_public.payout_holds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_hold app_public.payout_holds;
begin
  if hold_back.amount_cents = 0 then
    return null;
  end if;
  insert into app_public.payout_holds (
    organization_id, payout_id, kind, amount_cents, reason, hold_until, is_of_platform, created_by
  )
  values (
    (hold_back.payout).organization_id, (hold_back.payout).id, hold_back.kind,
    hold_back.amount_cents, hold_back.reason, hold_back.hold_until, hold_back.is_of_platform,
    case when hold_back.kind = 'manual' then app_hidden.require_user_id() end
  )
  returning * into v_hold;
  if v_hold.amount_cents is not null then
    insert into app_public.payout_items (
      organization_id, payout_id, promoter_id, kind, hold_id, adjustments_cents, net_cents
    )
    values (
      v_hold.organization_id, v_hold.payout_id, (hold_back.payout).promoter_id, 'hold', v_hold.id,
      -v_hold.amount_cents, -v_hold.amount_cents
    );
  end if;
  return v_hold;
end
$$;

comment on function app_private.hold_back(
  app_public.payouts, app_public.payout_hold_kind, bigint, text, timestamptz, boolean
) is 'Holds an amount of a payout back, or all of it; the payout is summed by whoever calls.';

--! split: 1042-functions-payments-hold_disputed.sql
-- Between a payout and its transfer more may have come to be disputed.
create or replace function app_private.hold_disputed(payout app_public.payouts)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := hold_disputed.payout;
  v_missing bigint;
begin
  if v_payout.promoter_id is not null then
    return v_payout;
  end if;
  v_missing := app_private.held_for_disputes(v_payout.organization_id, v_payout.currency) - (
    select coalesce(sum(h.amount_cents), 0)
    from app_private.kept_back_of(v_payout.organization_id, null, v_payout.currency) as h
    where h.kind = 'dispute'
  );
  if v_missing <= 0 then
    return v_payout;
  end if;
  if v_missing >= v_payout.net_payout_cents then
    return app_private.give_payout_up(v_payout, null, 'More than that is disputed by buyers.');
  end if;
  perform app_private.hold_back(v_payout, 'dispute', v_missing, 'Buyers dispute it.', null);
  return app_private.sum_payout(v_payout.id);
end
$$;

comment on function app_private.hold_disputed(app_public.payouts) is
  'Holds back of a payout what came to be disputed since it was made, or gives it up.';

--! split: 1043-functions-payments-hold_payout.sql
create or replace function app_public.hold_payout(
  payout_id uuid, reason text, amount_cents bigint default null,
  hold_until timestamptz default null
)
returns app_public.payout_holds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout_for_hold(hold_payout.payout_id);
  v_hold app_public.payout_holds;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.refuse_impersonator();
  if v_payout.status not in ('draft', 'pending_approval', 'approved') then
    perform app_private.raise_payout_status(v_payout);
  end if;
  if hold_payout.amount_cents <= 0 then
    raise exception 'Name an amount above zero.' using errcode = 'LMINP', detail = 'amount_cents';
  end if;
  if hold_payout.amount_cents >= v_payout.net_payout_cents then
    raise exception 'The payout is not more than that.'
      using errcode = 'LMINP', detail = 'amount_cents', hint = 'Hold all of it: name no amount.';
  end if;
  v_hold := app_private.hold_back(
    v_payout, 'manual', hold_payout.amount_cents, trim(hold_payout.reason),
    hold_payout.hold_until,
    not app_hidden.has_permission(v_payout.organization_id, 'payouts.approve')
  );
  perform app_private.sum_payout(v_payout.id);
  return v_hold;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.hold_payout(uuid, text, bigint, timestamptz) is
  'Holds a payout back, or an amount of it, until it is released or a time has come. An amount is '
  'paid with a later payout. Needs payouts.approve, or to be of the platform''s staff. '
  'Raises LMPOS, LMINP, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.hold_payout(uuid, text, bigint, timestamptz) to lml_user;

--! split: 1044-functions-payments-identify_stripe_movements.sql
-- By what Stripe calls the charge or the refund; by what it said when it was asked about one that
-- nothing here knew; for all else by the movement that was posted with its id.
create or replace function app_private.identify_stripe_movements()
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.stripe_balance_transactions as k
  set organization_id = p.organization_id, payment_intent_id = p.id,
    stripe_payment_intent_id = p.stripe_payment_intent_id
  from app_public.payment_intents as p
  where k.payment_intent_id is null
    and k.type in ('charge', 'payment')
    and (p.stripe_charge_id = k.source or p.stripe_payment_intent_id = k.stripe_payment_intent_id);

  update app_private.stripe_balance_transactions as k
  set organization_id = r.organization_id, payment_intent_id = r.payment_intent_id,
    refund_id = r.id
  from app_public.refunds as r
  where k.refund_id is null
    and k.type in ('refund', 'payment_refund', 'refund_failure', 'payment_failure_refund')
    and r.stripe_refund_id = k.source;

  -- A refund that was not asked for here, of a payment that was.
  update app_private.stripe_balance_transactions as k
  set organization_id = p.organization_id, payment_intent_id = p.id
  from app_public.payment_intents as p
  where k.payment_intent_id is null
    and k.stripe_payment_intent_id = p.stripe_payment_intent_id;

  update app_private.stripe_balance_transactions as k
  set organization_id = m.organization_id
  from app_public.payment_transactions as m
  where k.organization_id is null and m.stripe_balance_transaction_id = k.id;
$$;

comment on function app_private.identify_stripe_movements() is
  'Finds out whose each movement at Stripe is, as far as it is known here.';

--! split: 1045-functions-payments-is_platform_movement.sql
-- An organization's books know nothing of the platform's own bank account, nor of what Stripe bills for
-- anything but a payment.
create or replace function app_hidden.is_platform_movement(type text)
returns boolean
language sql immutable parallel safe
return is_platform_movement.type
  ~ '^(payout|topup|stripe_fee|stripe_fx_fee|tax_fee|network_cost|reserve|risk_reserve|contribution)';

comment on function app_hidden.is_platform_movement(text) is
  'Whether a movement of this type at Stripe may be the platform''s own.';

--! split: 1046-functions-payments-is_refund_open.sql
create or replace function app_private.is_refund_open(refund app_public.refunds)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select (is_refund_open.refund).status in ('pending', 'processing')
    or (
      (is_refund_open.refund).status in ('failed', 'canceled')
      and not exists (
        select from app_public.refunds as later
        where later.organization_id = (is_refund_open.refund).organization_id
          and later.retried_refund_id = (is_refund_open.refund).id
      )
      -- What a dispute was lost about is with the buyer already.
      and not exists (
        select from app_public.payment_intents as p
        where p.organization_id = (is_refund_open.refund).organization_id
          and p.id = (is_refund_open.refund).payment_intent_id
          and p.received_cents - p.refunded_cents <= (
            select sum(d.counted_cents) from app_public.disputes as d
            where d.organization_id = p.organization_id and d.payment_intent_id = p.id
              and d.status = 'lost'
          )
      )
    )
$$;

comment on function app_private.is_refund_open(app_public.refunds) is
  'Whether its money is still to arrive: it is under way, or it failed and nobody tried it again.';

--! split: 1047-functions-payments-kept_back_of.sql
-- An amount is given back only after the payout that it was taken off is paid: until then that one may
-- be given up, and the next one would pay the whole of it.
create or replace function app_private.kept_back_of(
  organization_id uuid, promoter_id uuid, currency text
)
returns table (hold_id uuid, amount_cents bigint, is_held boolean, kind app_public.payout_hold_kind)
language sql stable security definer set search_path = ''
as $$
  select h.id, -i.net_cents,
    p.status <> 'paid'
      or h.kind = 'manual' and h.released_at is null
        and (h.hold_until is null or h.hold_until > now()),
    h.kind
  from app_public.payouts as p
  join app_public.payout_items as i
    on i.organization_id = p.organization_id and i.payout_id = p.id
  join app_public.payout_holds as h on h.organization_id = i.organization_id and h.id = i.hold_id
  where p.organization_id = kept_back_of.organization_id
    and p.promoter_id is not distinct from kept_back_of.promoter_id
    and p.currency = kept_back_of.currency
    and i.kind = 'hold'
    and i.released_at is null
    and not exists (
      select from app_public.payout_items as given
      where given.organization_id = h.organization_id
        and given.hold_id = h.id
        and given.kind = 'release'
        and given.released_at is null
    )
$$;

comment on function app_private.kept_back_of(uuid, uuid, text) is
  'Amounts that were held back of payouts and not paid since, and whether they still are to be held. '
  'What is disputed is looked at anew by each payout.';

--! split: 1048-functions-payments-left_of_payment.sql
-- What a failed refund is to return again is not there for others, or nobody could send it again.
create or replace function app_private.left_of_payment(intent app_public.payment_intents)
returns bigint
language sql stable security definer set search_path = ''
as $$
  select greatest(
    0,
    (left_of_payment.intent).received_cents - (left_of_payment.intent).refunded_cents
      - (left_of_payment.intent).disputed_cents - coalesce(sum(r.amount_cents), 0)
  )::bigint
  from app_public.refunds as r
  where r.organization_id = (left_of_payment.intent).organization_id
    and r.payment_intent_id = (left_of_payment.intent).id
    and r.status in ('failed', 'canceled')
    and app_private.is_refund_open(r)
$$;

comment on function app_private.left_of_payment(app_public.payment_intents) is
  'What of a payment was neither returned, nor is to be, nor is with a bank that disputes it.';

--! split: 1049-functions-payments-link_stripe_movements.sql
-- One for one: what is left over on either side is a difference.
create or replace function app_private.link_stripe_movements()
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.payment_transactions as m
  set stripe_balance_transaction_id = w.stripe_id
  from (
    select distinct on (p.id) p.id, k.id as stripe_id
    from (
      select distinct on (k.id) k.id, m.id as movement_id
      from app_private.stripe_balance_transactions as k
      join app_public.payment_transactions as m
        on m.organization_id = k.organization_id
        and m.stripe_balance_transaction_id is null
        and case
          when k.type in ('charge', 'payment')
            then m.transaction_type = 'payment' and m.payment_intent_id = k.payment_intent_id
          when k.type in ('refund', 'payment_refund')
            then m.transaction_type = 'refund' and m.refund_id = k.refund_id
              and m.net_amount_cents < 0
          when k.type in ('refund_failure', 'payment_failure_refund')
            then m.transaction_type = 'refund' and m.refund_id = k.refund_id
              and m.net_amount_cents > 0
        end
      where not exists (
        select from app_public.payment_transactions as o
        where o.stripe_balance_transaction_id = k.id and o.transaction_type <> 'fee'
      )
      order by k.id, m.id
    ) as k
    join app_public.payment_transactions as p on p.id = k.movement_id
    order by p.id, k.id
  ) as w
  where m.id = w.id
$$;

comment on function app_private.link_stripe_movements() is
  'Writes what Stripe calls them on movements that do not know it yet.';

--! split: 1050-functions-payments-lock_dispute.sql
-- The booking first, as everywhere.
create or replace function app_private.lock_dispute(dispute_id uuid)
returns app_public.disputes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_dispute app_public.disputes;
begin
  select * into v_dispute from app_public.disputes as d where d.id = lock_dispute.dispute_id;
  perform app_hidden.require_permission(v_dispute.organization_id, 'disputes.manage');
  perform from app_public.bookings as b
  where b.organization_id = v_dispute.organization_id and b.id = v_dispute.booking_id
  for no key update;
  select * into strict v_dispute
  from app_public.disputes as d where d.id = lock_dispute.dispute_id
  for no key update;
  return v_dispute;
end
$$;

comment on function app_private.lock_dispute(uuid) is
  'A dispute, locked with its booking, for whoever has disputes.manage. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1051-functions-payments-lock_payout.sql
create or replace function app_private.lock_payout(payout_id uuid, permission text)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  select * into v_payout
  from app_public.payouts as p where p.id = lock_payout.payout_id
  for no key update;
  perform app_hidden.require_permission(v_payout.organization_id, lock_payout.permission);
  return v_payout;
end
$$;

comment on function app_private.lock_payout(uuid, text) is
  'A payout, locked, if the caller has the permission. Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1052-functions-payments-lock_payout_for_hold.sql
-- Members of the organization who approve payouts, and the platform's staff.
create or replace function app_private.lock_payout_for_hold(payout_id uuid)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  perform app_hidden.require_user_id();
  if app_hidden.current_platform_role() is null then
    return app_private.lock_payout(lock_payout_for_hold.payout_id, 'payouts.approve');
  end if;
  select * into v_payout
  from app_public.payouts as p where p.id = lock_payout_for_hold.payout_id
  for no key update;
  if not found then
    raise exception 'There is no such payout.' using errcode = 'LMNFD';
  end if;
  return v_payout;
end
$$;

comment on function app_private.lock_payout_for_hold(uuid) is
  'A payout, locked, for whoever may hold it. Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1053-functions-payments-lock_payouts_of.sql
-- One at a time makes payouts of an organization. The keys of payout_items would refuse the second,
-- too; with the lock it finds what the first has left.
create or replace function app_private.lock_payouts_of(organization_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_private.payout_runs (organization_id)
  values (lock_payouts_of.organization_id)
  on conflict do nothing;
  select from app_private.payout_runs as r
  where r.organization_id = lock_payouts_of.organization_id
  for update;
$$;

comment on function app_private.lock_payouts_of(uuid) is
  'Waits for whoever makes payouts of the organization.';

--! split: 1054-functions-payments-lose_dispute.sql
-- Each step does what is left of it to do, so that money which is told of later is settled later.
create or replace function app_private.lose_dispute(
  booking app_public.bookings, dispute app_public.disputes
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := lose_dispute.booking;
  v_dispute app_public.disputes := lose_dispute.dispute;
  v_posted bigint;
begin
  if v_dispute.counted_cents > v_dispute.lost_cents then
    v_booking := app_private.take_disputed_back(
      v_booking, v_dispute, v_dispute.counted_cents - v_dispute.lost_cents
    );
  end if;
  v_posted := greatest(
    v_dispute.posted_loss_cents,
    least(v_dispute.counted_cents, v_dispute.withdrawn_cents - v_dispute.reinstated_cents)
  );
  perform app_private.post_to_ledger(
    v_dispute.organization_id, v_dispute.booking_id, v_dispute.currency,
    format('dispute_loss:%s:%s', v_dispute.id, v_posted),
    'Dispute ' || v_dispute.stripe_dispute_id || ' was lost',
    array['buyer_clearing', 'disputes']::app_public.ledger_account_kind[],
    array[v_posted - v_dispute.posted_loss_cents, v_dispute.posted_loss_cents - v_posted]
  );
  perform app_private.post_to_ledger(
    v_dispute.organization_id, v_dispute.booking_id, v_dispute.currency,
    format('dispute_fee:%s:%s', v_dispute.id, v_dispute.fee_cents),
    'Fee of dispute ' || v_dispute.stripe_dispute_id,
    array['organizer_payable', 'stripe_fees']::app_public.ledger_account_kind[],
    array[
      v_dispute.fee_cents - v_dispute.charged_fee_cents,
      v_dispute.charged_fee_cents - v_dispute.fee_cents
    ]
  );
  update app_public.disputes as d
  set lost_cents = greatest(d.lost_cents, d.counted_cents), posted_loss_cents = v_posted,
    charged_fee_cents = d.fee_cents
  where d.id = v_dispute.id
    and (d.lost_cents, d.posted_loss_cents, d.charged_fee_cents)
      is distinct from (greatest(d.lost_cents, d.counted_cents), v_posted, d.fee_cents);
  perform app_private.note_lost_dispute(v_dispute);
  -- The money is back with the buyer.
  if v_booking.status in ('canceled', 'expired') and not exists (
    select from app_public.refunds as r
    where r.organization_id = v_booking.organization_id and r.booking_id = v_booking.id
      and app_private.is_refund_open(r)
  ) then
    update app_public.bookings as b
    set status = 'refunded' where b.id = v_booking.id
    returning * into v_booking;
  end if;
  return v_booking;
end
$$;

comment on function app_private.lose_dispute(app_public.bookings, app_public.disputes) is
  'Takes the sale back that a lost dispute was about, and posts the loss and its fee.';

--! split: 1055-functions-payments-mail_dispute.sql
create or replace function app_private.mail_dispute(dispute app_public.disputes, template text)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.queue_email(
    u.email::text, mail_dispute.template,
    app_private.booking_words(b) || jsonb_build_object(
      'amount', app_hidden.money_text(
        (mail_dispute.dispute).amount_cents, (mail_dispute.dispute).currency
      ),
      'reason', (mail_dispute.dispute).reason,
      'until', to_char(
        (mail_dispute.dispute).evidence_due_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'
      ) || ' UTC'
    )
  )
  from app_public.organization_members as m
  join app_public.users as u on u.id = m.user_id
  join app_public.bookings as b
    on b.organization_id = m.organization_id and b.id = (mail_dispute.dispute).booking_id
  where m.organization_id = (mail_dispute.dispute).organization_id
    and 'disputes.manage' = any (
      app_private.permissions_of(m.organization_id, m.user_id)
    )
  order by m.id
$$;

comment on function app_private.mail_dispute(app_public.disputes, text) is
  'Mails every member who may answer a dispute.';

--! split: 1056-functions-payments-make_payout.sql
-- The caller has locked the payouts of the organization.
create or replace function app_private.make_payout(
  organization_id uuid, promoter_id uuid, currency text, ends_at timestamptz, requested_by uuid
)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_account app_public.stripe_accounts := app_private.payable_account_of(
    make_payout.organization_id, make_payout.promoter_id
  );
  v_payout app_public.payouts;
  v_timezone text;
  v_minimum bigint;
begin
  perform app_private.require_payable(make_payout.organization_id);
  if v_account.id is null then
    raise exception 'There is no account at Stripe to which it could be paid.'
      using errcode = 'LMPOA', detail = 'no_account',
        hint = 'Open one with openPayoutAccount, and answer what Stripe asks.';
  end if;
  select s.books_timezone,
    -- The minimum says nothing about other currencies.
    case when o.default_currency = make_payout.currency then s.minimum_payout_cents else 1 end
  into strict v_timezone, v_minimum
  from app_public.organization_settings as s
  join app_public.organizations as o on o.id = s.organization_id
  where s.organization_id = make_payout.organization_id;

  insert into app_public.payouts (
    organization_id, promoter_id, stripe_account_id, currency, payout_period_start,
    payout_period_end, period_ends_at, requested_by
  )
  values (
    make_payout.organization_id, make_payout.promoter_id, v_account.id, make_payout.currency,
    ((make_payout.ends_at - interval '1 microsecond') at time zone v_timezone)::date,
    ((make_payout.ends_at - interval '1 microsecond') at time zone v_timezone)::date,
    make_payout.ends_at, make_payout.requested_by
  )
  returning * into v_payout;
  perform app_private.put_into_payout(v_payout);
  v_payout := app_private.sum_payout(v_payout.id, v_timezone);
  if v_payout.net_payout_cents < greatest(v_minimum, 1) then
    raise exception 'There is nothing to pay out yet.'
      using errcode = 'LMPOE', detail = v_payout.net_payout_cents::text,
        hint = 'It is carried over. See payoutPreview for what is waiting, and for the minimum.';
  end if;
  return v_payout;
end
$$;

comment on function app_private.make_payout(uuid, uuid, text, timestamptz, uuid) is
  'A draft of all that may be paid to a payee. Raises LMORG, LMPOA (unverified, no_account), LMPOE '
  '(nothing, or less than the minimum: all of it stays for later).';

--! split: 1057-functions-payments-mark_reconciled.sql
-- What a difference names is mismatched; what Stripe has, too, is matched, and so is what corrections
-- have undone. The rest is under way. What is late is right all the same.
create or replace function app_private.mark_reconciled(
  run_id uuid, before timestamptz, differences app_private.stripe_difference[]
)
returns void
language sql volatile security definer set search_path = ''
as $$
  with named as (
    select distinct n.id::uuid as id
    from unnest(mark_reconciled.differences) as d
    cross join jsonb_array_elements_text(d.detail #> '{books,payment_transaction_ids}') as n (id)
    where d.kind <> 'reconciliation_booked_late'
  ), found as (
    select m.id,
      case
        when n.id is not null then 'mismatched'
        when k.id is not null
          or m.corrected_net_cents = 0 and m.processed_at < mark_reconciled.before then 'matched'
      end::app_public.reconciliation_status as status
    from app_private.book_movements as m
    left join named as n on n.id = m.id
    left join app_private.stripe_balance_transactions as k
      on k.id = m.stripe_id and k.occurred_at < mark_reconciled.before
    where m.reconciliation_status <> 'matched' or n.id is not null
  )
  update app_public.payment_transactions as m
  set reconciliation_status = f.status, reconciled_at = now(),
    reconciliation_run_id = mark_reconciled.run_id
  from found as f
  where m.id = f.id and f.status is distinct from m.reconciliation_status
    and f.status is not null;

  update app_private.stripe_balance_transactions as k
  set is_matched = w.is_matched
  from (
    select k.id, d.subject is null as is_matched
    from app_private.stripe_balance_transactions as k
    left join unnest(mark_reconciled.differences) as d
      on d.subject = k.id and d.kind <> 'reconciliation_booked_late'
    where k.occurred_at < mark_reconciled.before and (not k.is_matched or d.subject is not null)
  ) as w
  where k.id = w.id and k.is_matched <> w.is_matched
$$;

comment on function app_private.mark_reconciled(
  uuid, timestamptz, app_private.stripe_difference[]
) is 'Writes down of which movements Stripe and the books say the same.';

--! split: 1058-functions-payments-may_send_payout.sql
create or replace function app_private.may_send_payout(payout app_public.payouts)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select (may_send_payout.payout).scheduled_for <= now()
    and exists (
      select from app_public.organizations as o
      where o.id = (may_send_payout.payout).organization_id
        and o.status = 'active' and o.verification_status = 'verified'
    )
    and (may_send_payout.payout).stripe_account_id = (app_private.payable_account_of(
      (may_send_payout.payout).organization_id, (may_send_payout.payout).promoter_id
    )).id
    and not exists (
      select from app_public.payout_holds as h
      where h.organization_id = (may_send_payout.payout).organization_id
        and h.payout_id = (may_send_payout.payout).id
        and h.amount_cents is null
        and h.released_at is null
        and (h.hold_until is null or h.hold_until > now())
    )
$$;

comment on function app_private.may_send_payout(app_public.payouts) is
  'Whether an approved payout may be sent now: it is due and not held, and its payee may be paid.';

--! split: 1059-functions-payments-needs_approval.sql
-- Together with what of the booking was returned without one before: many small parts are one large one.
create or replace function app_private.needs_approval(
  booking app_public.bookings, amount_cents bigint
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select s.refund_approval_above_cents is not null
    and needs_approval.amount_cents > 0
    and (
      needs_approval.amount_cents + (
        select coalesce(sum(r.amount_cents), 0)
        from app_public.refund_requests as r
        where r.organization_id = (needs_approval.booking).organization_id
          and r.booking_id = (needs_approval.booking).id
          and r.is_exception and r.status = 'approved' and r.decided_by is null
      ) > s.refund_approval_above_cents
      -- The threshold says nothing about other currencies.
      or o.default_currency <> (needs_approval.booking).currency
    )
  from app_public.organization_settings as s
  join app_public.organizations as o on o.id = s.organization_id
  where s.organization_id = (needs_approval.booking).organization_id
$$;

comment on function app_private.needs_approval(app_public.bookings, bigint) is
  'Whether a refund by staff needs a second person.';

--! split: 1060-functions-payments-needs_payout_approval.sql
create or replace function app_private.needs_payout_approval(payout app_public.payouts)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select s.payout_approval_above_cents is not null
    and (
      (needs_payout_approval.payout).net_payout_cents > s.payout_approval_above_cents
      -- The threshold says nothing about other currencies.
      or o.default_currency <> (needs_payout_approval.payout).currency
    )
  from app_public.organization_settings as s
  join app_public.organizations as o on o.id = s.organization_id
  where s.organization_id = (needs_payout_approval.payout).organization_id
$$;

comment on function app_private.needs_payout_approval(app_public.payouts) is
  'Whether a second person has to approve a payout.';

--! split: 1061-functions-payments-note_lost_dispute.sql
create or replace function app_private.note_lost_dispute(dispute app_public.disputes)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_private.lost_dispute_signals (
    organization_id, dispute_id, booking_id, buyer_key, email, ip_address, device
  )
  select
    b.organization_id, (note_lost_dispute.dispute).id, b.id,
    coalesce(uuid_send(b.user_id), b.cart_token_hash), lower(b.customer_email::text),
    s.ip_address, s.device
  from app_public.bookings as b
  left join app_private.booking_signals as s
    on s.organization_id = b.organization_id and s.booking_id = b.id and s.stage = 'checkout'
  where b.organization_id = (note_lost_dispute.dispute).organization_id
    and b.id = (note_lost_dispute.dispute).booking_id
  limit 1
  on conflict on constraint lost_dispute_signals_are_one_per_dispute do nothing
$$;

comment on function app_private.note_lost_dispute(app_public.disputes) is
  'Writes down, once, who had bought what was lost to a dispute.';

--! split: 1062-functions-payments-open_payout_account.sql
create or replace function app_public.open_payout_account(
  organization_id uuid, country text default null, email text default null,
  promoter_id uuid default null
)
returns app_public.stripe_accounts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    open_payout_account.organization_id, 'payouts.manage'
  );
  v_promoter app_public.promoters;
  v_account app_public.stripe_accounts;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.refuse_impersonator();
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  if open_payout_account.promoter_id is not null then
    select * into v_promoter
    from app_public.promoters as p
    where p.organization_id = v_organization.id and p.id = open_payout_account.promoter_id;
    if not found then
      raise exception 'There is no such promoter.' using errcode = 'LMNFD', detail = 'promoter_id';
    end if;
  end if;
  select * into v_account
  from app_public.stripe_accounts as a
  where a.organization_id = v_organization.id
    and a.promoter_id is not distinct from v_promoter.id
    and a.deauthorized_at is null;
  if not found then
    insert into app_public.stripe_accounts (
      organization_id, promoter_id, country, email, requested_by
    )
    values (
      v_organization.id, v_promoter.id,
      upper(coalesce(open_payout_account.country, v_organization.address ->> 'country')),
      coalesce(
        open_payout_account.email,
        case when v_promoter.id is null then v_organization.email else v_promoter.email end
      ),
      app_hidden.current_user_id()
    )
    returning * into v_account;
  elsif v_account.stripe_account_id is null and v_account.failure_reason is not null then
    -- Stripe has refused it: with other answers it is another request.
    update app_public.stripe_accounts as a
    set country = upper(coalesce(open_payout_account.country, a.country)),
      email = coalesce(open_payout_account.email, a.email), failure_reason = null,
      requested_by = app_hidden.current_user_id()
    where a.id = v_account.id
    returning * into v_account;
  end if;
  if v_account.stripe_account_id is null then
    perform app_private.add_stripe_job('stripe_account.create', v_account.id, '0');
  end if;
  return v_account;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.open_payout_account(uuid, text, text, uuid) is
  'Opens the account at Stripe to which the organization, or a promoter of it, is paid; the one that '
  'there is, is returned. Then request_onboarding_link. Needs payouts.manage. '
  'Raises LMINP, LMORG, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.open_payout_account(uuid, text, text, uuid) to lml_user;

--! split: 1063-functions-payments-open_payout_facts.sql
-- What the books owe a payee, fact by fact: whatever touches the payee's account, what Stripe has
-- charged, and what the box office has taken itself, as long as no payout has it. Payouts
-- themselves are no such facts; what was taken back of one is.
--
-- A fact of a booking is ready when the buyer owes nothing of it and, by the organization's terms,
-- when its performance is over. What has once been paid of a booking stays ready, so that a refund is
-- never kept out because of what it takes back.
create or replace function app_private.open_payout_facts(
  organization_id uuid, promoter_id uuid, currency text, ends_at timestamptz
)
returns table (
  ledger_transaction_id uuid, event_id uuid, effective_at timestamptz, is_ready boolean,
  gross_revenue_cents bigint, commission_cents bigint, stripe_fees_cents bigint,
  refunds_cents bigint, adjustments_cents bigint, net_cents bigint, box_office_cents bigint
)
language sql stable security definer set search_path = ''
as $$
  with facts as (
    select distinct t.id, t.booking_id, t.category, t.effective_at, t.source
    from app_public.ledger_accounts as a
    join app_public.ledger_entries as e
      on e.organization_id = a.organization_id and e.account_id = a.id
    join app_public.ledger_transactions as t
      on t.organization_id = e.organization_id and t.id = e.transaction_id
    where a.organization_id = open_payout_facts.organization_id
      and a.currency = open_payout_facts.currency
      and case when open_payout_facts.promoter_id is null
        then a.kind in ('organizer_payable', 'stripe_fees', 'box_office')
        else a.kind = 'promoter_payable'
      end
      and t.category not in ('payout', 'payout_failure')
      and t.effective_at < open_payout_facts.ends_at
      and not exists (
        select from app_public.payout_items as i
        where i.ledger_transaction_id = t.id
          and i.organization_id = t.organization_id
          and i.promoter_id is not distinct from open_payout_facts.promoter_id
          and i.kind = 'fact'
          and i.released_at is null
      )
  ),
  -- A promoter has the facts of the bookings of which they have a share.
  owed as (
    select f.* from facts as f where open_payout_facts.promoter_id is null
    union all
    select f.* from facts as f
    join app_public.promoter_shares as s
      on s.organization_id = open_payout_facts.organization_id and s.booking_id = f.booking_id
    where s.promoter_id = open_payout_facts.promoter_id
    union all
    select f.* from facts as f
    join app_public.payout_reversals as r
      on r.organization_id = open_payout_facts.organization_id
      and 'payout_reversal' = f.category and r.id::text = split_part(f.source, ':', 2)
    join app_public.payouts as p on p.organization_id = r.organization_id and p.id = r.payout_id
    where p.promoter_id = open_payout_facts.promoter_id
  )
  select o.id, m.event_id, o.effective_at, coalesce(r.is_ready, true), b.gross_revenue_cents,
    b.commission_cents, b.stripe_fees_cents, b.refunds_cents, b.adjustments_cents, b.net_cents,
    b.box_office_cents
  from owed as o
  join app_public.organization_settings as s
    on s.organization_id = open_payout_facts.organization_id
  cross join lateral app_private.payout_parts_of(
    open_payout_facts.organization_id, o.id, open_payout_facts.promoter_id is not null,
    s.pays_stripe_fees
  ) as b
  left join app_public.bookings as k
    on k.organization_id = open_payout_facts.organization_id and k.id = o.booking_id
  left join app_public.performances as m
    on m.organization_id = k.organization_id and m.id = k.performance_id
  left join lateral (
    select
      exists (
        select from app_public.payout_items as i
        join app_public.ledger_transactions as t
          on t.organization_id = i.organization_id and t.id = i.ledger_transaction_id
        where t.organization_id = k.organization_id
          and t.booking_id = k.id
          and i.promoter_id is not distinct from open_payout_facts.promoter_id
          and i.released_at is null
      )
      or (
        case
          when m.status = 'canceled' then true
          when s.payout_timing = 'after_event' then
            coalesce(m.ends_at, m.starts_at) + make_interval(days => s.payout_delay_days)
              <= open_payout_facts.ends_at
          else o.effective_at + make_interval(days => s.payout_delay_days)
            <= open_payout_facts.ends_at
        end
        and app_private.owed_by_buyer(k.organization_id, k.id) <= 0
      ) as is_ready
    where k.id is not null
  ) as r on true
$$;

comment on function app_private.open_payout_facts(uuid, uuid, text, timestamptz) is
  'Facts of the books before a moment that are in no payout of a payee, with what each adds to one, '
  'and whether it may be paid yet.';

--! split: 1064-functions-payments-owed_by_buyer.sql
create or replace function app_private.owed_by_buyer(organization_id uuid, booking_id uuid)
returns bigint
language sql stable security definer set search_path = ''
as $$
  select coalesce(sum(e.amount_cents), 0)::bigint
  from app_public.ledger_transactions as t
  join app_public.ledger_entries as e
    on e.organization_id = t.organization_id and e.transaction_id = t.id
  join app_public.ledger_accounts as a
    on a.organization_id = e.organization_id and a.id = e.account_id
  where t.organization_id = owed_by_buyer.organization_id
    and t.booking_id = owed_by_buyer.booking_id
    and a.kind = 'buyer_clearing'
$$;

comment on function app_private.owed_by_buyer(uuid, uuid) is
  'What was sold by a booking and not paid for yet, by the books; below zero: what the buyer is owed.';

--! split: 1065-functions-payments-owed_of.sql
create or replace function app_private.owed_of(booking app_public.bookings)
returns bigint
language sql stable security definer set search_path = ''
as $$
  select greatest(
    0,
    (owed_of.booking).total_amount_cents - (owed_of.booking).refunded_cents
      - coalesce(sum(app_private.left_of_payment(p)), 0)
  )::bigint
  from app_public.payment_intents as p
  where p.organization_id = (owed_of.booking).organization_id
    and p.booking_id = (owed_of.booking).id
$$;

comment on function app_private.owed_of(app_public.bookings) is
  'What of the rest of a sale was not received yet: the opposite of surplus_of.';

--! split: 1066-functions-payments-parts_not_received.sql
-- Nobody asks for the installments of a booking that has ended, so that what is kept of it is in the
-- till already: otherwise the organization would be owed what no buyer ever pays.
create or replace function app_private.parts_not_received(
  booking app_public.bookings, parts app_private.refund_part[]
)
returns app_private.refund_part[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_owed bigint := app_private.owed_of(parts_not_received.booking);
begin
  if (parts_not_received.booking).payment_plan_id is null or v_owed <= (
    select coalesce(sum(app_private.total_of_part(p)), 0)
    from unnest(parts_not_received.parts) as p
  ) then
    return parts_not_received.parts;
  end if;
  return array(
    select p from app_private.parts_of_amount(parts_not_received.booking, v_owed) as p
  );
end
$$;

comment on function app_private.parts_not_received(
  app_public.bookings, app_private.refund_part[]
) is 'What is taken back of a booking that ends: at least what was not paid of it.';

--! split: 1067-functions-payments-parts_of_amount.sql
-- Off what is still valid, as long as that suffices; in proportion, and within a ticket in
-- proportion of its parts.
create or replace function app_private.parts_of_amount(
  booking app_public.bookings, amount_cents bigint
)
returns setof app_private.refund_part
language sql stable security definer set search_path = ''
as $$
  with units as (
    select u.*,
      u.price_cents + u.service_fee_cents + u.processing_fee_cents + u.tax_cents as total,
      u.price_cents + u.service_fee_cents as with_service_fee,
      u.price_cents + u.service_fee_cents + u.processing_fee_cents as with_fees
    from app_private.refund_units(parts_of_amount.booking) as u
  ),
  chosen as (
    select u.*,
      sum(u.total) over (order by u.booking_item_id, u.ticket_id)::bigint as running,
      sum(u.total) over ()::bigint as whole
    from units as u
    where u.total > 0
      and (u.is_live or parts_of_amount.amount_cents > (
        select coalesce(sum(live.total), 0) from units as live where live.is_live
      ))
  ),
  amounts as (
    select c.*,
      app_hidden.portion_to_charge(
        parts_of_amount.amount_cents, c.running, c.whole, (parts_of_amount.booking).currency
      ) - app_hidden.portion_to_charge(
        parts_of_amount.amount_cents, c.running - c.total, c.whole,
        (parts_of_amount.booking).currency
      ) as amount
    from chosen as c
  ),
  parts as (
    select a.*,
      app_hidden.portion_to_charge(
        a.amount, a.price_cents, a.total, (parts_of_amount.booking).currency
      ) as until_price,
      app_hidden.portion_to_charge(
        a.amount, a.with_service_fee, a.total, (parts_of_amount.booking).currency
      ) as until_service_fee,
      app_hidden.portion_to_charge(
        a.amount, a.with_fees, a.total, (parts_of_amount.booking).currency
      ) as until_fees
    from amounts as a
    where a.amount > 0
  )
  select
    p.booking_item_id, p.ticket_id, false, p.until_price,
    p.until_service_fee - p.until_price, p.until_fees - p.until_service_fee,
    p.amount - p.until_fees,
    case
      when p.until_price = p.price_cents then p.commission_cents
      else app_hidden.portion_of(p.commission_cents, p.until_price, p.price_cents)
    end
  from parts as p
$$;

comment on function app_private.parts_of_amount(app_public.bookings, bigint) is
  'An amount, taken off the tickets of a booking that their holders keep.';

--! split: 1068-functions-payments-parts_of_everything.sql
-- Also of tickets that were used, and of what the terms had let the organization keep.
create or replace function app_private.parts_of_everything(booking app_public.bookings)
returns setof app_private.refund_part
language sql stable security definer set search_path = ''
as $$
  select
    u.booking_item_id, u.ticket_id,
    case when u.ticket_id is null then u.is_live else t.status in ('valid', 'used') end,
    u.price_cents, u.service_fee_cents, u.processing_fee_cents, u.tax_cents, u.commission_cents
  from app_private.refund_units(parts_of_everything.booking) as u
  left join app_public.tickets as t
    on t.organization_id = (parts_of_everything.booking).organization_id and t.id = u.ticket_id
  where u.price_cents + u.service_fee_cents + u.processing_fee_cents + u.tax_cents > 0
    or case when u.ticket_id is null then u.is_live else t.status in ('valid', 'used') end
$$;

comment on function app_private.parts_of_everything(app_public.bookings) is
  'All that is left of a sale.';

--! split: 1069-functions-payments-parts_of_fees.sql
create or replace function app_private.parts_of_fees(
  booking app_public.bookings, ticket_ids uuid[], with_service_fees boolean,
  with_processing_fees boolean
)
returns setof app_private.refund_part
language sql stable security definer set search_path = ''
as $$
  select
    f.booking_item_id, f.ticket_id, false, f.price, f.service_fee, f.processing_fee,
    app_hidden.portion_to_charge(
      f.tax_cents, f.price + f.service_fee, f.price_cents + f.service_fee_cents,
      (parts_of_fees.booking).currency
    ),
    case when f.price = f.price_cents then f.commission_cents else 0 end
  from (
    select u.*,
      -- A line that is a fee has it as its price.
      case when u.is_fee and parts_of_fees.with_service_fees then u.price_cents else 0 end as price,
      case when parts_of_fees.with_service_fees then u.service_fee_cents else 0 end as service_fee,
      case when parts_of_fees.with_processing_fees then u.processing_fee_cents else 0 end
        as processing_fee
    from app_private.refund_units(parts_of_fees.booking) as u
    where parts_of_fees.ticket_ids is null or u.ticket_id = any (parts_of_fees.ticket_ids)
  ) as f
  where f.price + f.service_fee + f.processing_fee > 0
$$;

comment on function app_private.parts_of_fees(app_public.bookings, uuid[], boolean, boolean) is
  'The fees of a booking or of some of its tickets, with the tax on them, not yet taken back.';

--! split: 1070-functions-payments-parts_of_request.sql
create or replace function app_private.parts_of_request(
  booking app_public.bookings, request app_public.refund_requests
)
returns setof app_private.refund_part
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_left bigint;
begin
  if (parts_of_request.request).kind in ('full', 'ticket') then
    return query select * from app_private.parts_to_return(
      parts_of_request.booking, (parts_of_request.request).ticket_ids,
      (parts_of_request.request).percentage, (parts_of_request.request).refunds_service_fees,
      (parts_of_request.request).refunds_processing_fees
    );
  elsif (parts_of_request.request).kind = 'fee_only' then
    return query select * from app_private.parts_of_fees(
      parts_of_request.booking, (parts_of_request.request).ticket_ids,
      (parts_of_request.request).refunds_service_fees,
      (parts_of_request.request).refunds_processing_fees
    );
  else
    v_left := least(
      (parts_of_request.booking).total_amount_cents - (parts_of_request.booking).refunded_cents,
      (
        select sum(app_private.left_of_payment(p))
        from app_public.payment_intents as p
        where p.organization_id = (parts_of_request.booking).organization_id
          and p.booking_id = (parts_of_request.booking).id
      )
    );
    if (parts_of_request.request).amount_cents > v_left then
      raise exception 'Less than that is left of what was received.'
        using errcode = 'LMRFX', detail = v_left::text;
    end if;
    return query select * from app_private.parts_of_amount(
      parts_of_request.booking, (parts_of_request.request).amount_cents
    );
  end if;
end
$$;

comment on function app_private.parts_of_request(
  app_public.bookings, app_public.refund_requests
) is 'What a request takes back, as things stand. Raises LMRFX.';

--! split: 1071-functions-payments-parts_to_return.sql
-- The tax follows what it is on, price and service fee; the commission follows the price. What is
-- not tied to a ticket comes back with the last one.
create or replace function app_private.parts_to_return(
  booking app_public.bookings, ticket_ids uuid[], percentage numeric,
  with_service_fees boolean, with_processing_fees boolean
)
returns setof app_private.refund_part
language sql stable security definer set search_path = ''
as $$
  with units as (
    select * from app_private.refund_units(parts_to_return.booking) as u where u.is_live
  ),
  returned as (
    select u.*,
      app_hidden.rounded(
        u.price_cents * case when u.is_fee and not parts_to_return.with_service_fees then 0
          else parts_to_return.percentage end / 100,
        (parts_to_return.booking).currency
      ) as price,
      case when parts_to_return.with_service_fees
        then app_hidden.rounded(
          u.service_fee_cents * parts_to_return.percentage / 100,
          (parts_to_return.booking).currency
        )
        else 0 end as service_fee,
      case when parts_to_return.with_processing_fees
        then app_hidden.rounded(
          u.processing_fee_cents * parts_to_return.percentage / 100,
          (parts_to_return.booking).currency
        )
        else 0 end as processing_fee
    from units as u
    where parts_to_return.ticket_ids is null
      or u.ticket_id = any (parts_to_return.ticket_ids)
      or (u.ticket_id is null and not exists (
        select from units as other
        where other.ticket_id is not null
          and not other.ticket_id = any (parts_to_return.ticket_ids)
      ) and not exists (
        -- Who was let in has come with it.
        select from app_public.tickets as t
        where t.organization_id = (parts_to_return.booking).organization_id
          and t.booking_id = (parts_to_return.booking).id
          and t.status = 'used'
      ))
  )
  select
    r.booking_item_id, r.ticket_id, true, r.price, r.service_fee, r.processing_fee,
    case
      when r.price_cents + r.service_fee_cents = 0
        then app_hidden.rounded(
          r.tax_cents * parts_to_return.percentage / 100, (parts_to_return.booking).currency
        )
      else app_hidden.portion_to_charge(
        r.tax_cents, r.price + r.service_fee, r.price_cents + r.service_fee_cents,
        (parts_to_return.booking).currency
      )
    end,
    case
      when r.price = r.price_cents then r.commission_cents
      else app_hidden.portion_of(r.commission_cents, r.price, r.price_cents)
    end
  from returned as r
$$;

comment on function app_private.parts_to_return(
  app_public.bookings, uuid[], numeric, boolean, boolean
) is 'What goes back for live tickets of a booking, or for all of it.';

--! split: 1072-functions-payments-payable_account_of.sql
create or replace function app_private.payable_account_of(organization_id uuid, promoter_id uuid)
returns app_public.stripe_accounts
language sql stable security definer set search_path = ''
as $$
  select a
  from app_public.stripe_accounts as a
  where a.organization_id = payable_account_of.organization_id
    and a.promoter_id is not distinct from payable_account_of.promoter_id
    and a.deauthorized_at is null
    and a.transfers_enabled
    and a.payout_enabled
$$;

comment on function app_private.payable_account_of(uuid, uuid) is
  'The account at Stripe to which a payee can be paid; null: there is none, or it is restricted.';

--! split: 1073-functions-payments-payment_provider_calls.sql
create or replace function app_public.payment_provider_calls(
  organization_id uuid, booking_id uuid default null
)
returns setof app_public.stripe_call
language plpgsql stable security definer set search_path = ''
rows 20
as $$
begin
  perform app_hidden.require_permission(payment_provider_calls.organization_id, 'payments.read');
  return query
  select
    c.id, c.purpose, c.subject_id, c.status, c.attempts, c.idempotency_key,
    c.stripe_id, c.http_code, c.error_code, c.stripe_request_id, c.duration_ms,
    c.first_asked_at, c.last_asked_at, c.ended_at
  from app_private.stripe_calls as c
  where c.organization_id = payment_provider_calls.organization_id
    and (
      payment_provider_calls.booking_id is null
      or c.subject_id in (
        select p.id from app_public.payment_intents as p
        where p.organization_id = payment_provider_calls.organization_id
          and p.booking_id = payment_provider_calls.booking_id
        union all
        select r.id from app_public.refunds as r
        where r.organization_id = payment_provider_calls.organization_id
          and r.booking_id = payment_provider_calls.booking_id
        union all
        select a.id
        from app_public.disputes as d
        join app_public.dispute_responses as a
          on a.organization_id = d.organization_id and a.dispute_id = d.id
        where d.organization_id = payment_provider_calls.organization_id
          and d.booking_id = payment_provider_calls.booking_id
      )
    )
  order by c.last_asked_at desc, c.id desc
  limit 1000;
end
$$;

comment on function app_public.payment_provider_calls(uuid, uuid) is
  'What an organization''s payments asked of Stripe, newest first, for a booking or at all, and what '
  'came of it. Needs payments.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.payment_provider_calls(uuid, uuid) to lml_user;

--! split: 1074-functions-payments-payout_from_books.sql
-- Nothing of the payout's own amounts is read: only which facts and holds it names, and, of each fact,
-- whether Stripe's fee was the payee's at that time.
create or replace function app_private.payout_from_books(payout_id uuid)
returns app_public.payout_amounts
language sql stable security definer set search_path = ''
as $$
  select row(
    coalesce(sum(b.gross_revenue_cents), 0), coalesce(sum(b.commission_cents), 0),
    coalesce(sum(b.stripe_fees_cents), 0), coalesce(sum(b.refunds_cents), 0),
    coalesce(sum(b.adjustments_cents), 0)
      + coalesce(sum(h.amount_cents * case i.kind when 'hold' then -1 else 1 end), 0),
    coalesce(sum(b.net_cents), 0)
      + coalesce(sum(h.amount_cents * case i.kind when 'hold' then -1 else 1 end), 0),
    count(i.ledger_transaction_id)::integer
  )::app_public.payout_amounts
  from app_public.payout_items as i
  left join app_public.payout_holds as h
    on h.organization_id = i.organization_id and h.id = i.hold_id
  left join lateral app_private.payout_parts_of(
    i.organization_id, i.ledger_transaction_id, i.promoter_id is not null,
    i.stripe_fees_cents <> 0
  ) as b on i.kind = 'fact'
  where i.payout_id = payout_from_books.payout_id
$$;

comment on function app_private.payout_from_books(uuid) is
  'The amounts of a payout, made again from the entries of the books that its items name.';

--! split: 1075-functions-payments-payout_onboarding_link.sql
create or replace function app_public.payout_onboarding_link(link_id uuid)
returns app_public.payout_onboarding_link
language sql stable security definer set search_path = ''
as $$
  select row(
    l.id, case when l.expires_at > now() then l.url end, l.expires_at, l.failure_reason
  )::app_public.payout_onboarding_link
  from app_private.stripe_account_links as l
  where l.id = payout_onboarding_link.link_id
    and l.requested_by = app_hidden.current_user_id()
    and app_hidden.has_permission(l.organization_id, 'payouts.manage')
$$;

comment on function app_public.payout_onboarding_link(uuid) is
  'An address that you have asked for with request_onboarding_link; null: not yours, or forgotten.';
grant execute on function app_public.payout_onboarding_link(uuid) to lml_user;

--! split: 1076-functions-payments-payout_parts_of.sql
-- Sales are revenue, what takes them back is refunds, and everything else is an adjustment. Net is
-- always what the payee's account says, less what is taken off it.
create or replace function app_private.payout_parts_of(
  organization_id uuid, ledger_transaction_id uuid, is_promoter boolean, pays_stripe_fees boolean
)
returns table (
  gross_revenue_cents bigint, commission_cents bigint, stripe_fees_cents bigint,
  refunds_cents bigint, adjustments_cents bigint, net_cents bigint, box_office_cents bigint
)
language sql stable security definer set search_path = ''
as $$
  select
    case when p.is_sale then p.base else 0 end,
    case when p.is_sale or p.is_return then p.commission else 0 end,
    p.fees,
    case when p.is_return then -p.base else 0 end,
    p.own - p.box_office
      - case when p.is_sale or p.is_return then p.base - p.commission else 0 end,
    p.own - p.fees - p.box_office,
    p.box_office
  from (
    select
      t.category = 'sale' as is_sale,
      t.category in ('sale_reversal', 'sale_return') as is_return,
      case when payout_parts_of.is_promoter then s.promoter else s.organizer end as own,
      case when payout_parts_of.is_promoter then s.promoter
        else s.organizer + s.promoter + s.commission end as base,
      case when payout_parts_of.is_promoter then 0 else s.commission end as commission,
      case when payout_parts_of.is_promoter or not payout_parts_of.pays_stripe_fees then 0
        else s.fees end as fees,
      case when payout_parts_of.is_promoter then 0 else s.box_office end as box_office
    from (
      select t.category from app_public.ledger_transactions as t
      where t.organization_id = payout_parts_of.organization_id
        and t.id = payout_parts_of.ledger_transaction_id
    ) as t
    cross join lateral (
      select
        coalesce(-sum(e.amount_cents) filter (where a.kind = 'organizer_payable'), 0)::bigint
          as organizer,
        coalesce(-sum(e.amount_cents) filter (where a.kind = 'promoter_payable'), 0)::bigint
          as promoter,
        coalesce(-sum(e.amount_cents) filter (where a.kind = 'platform_commission'), 0)::bigint
          as commission,
        coalesce(sum(e.amount_cents) filter (where a.kind = 'stripe_fees'), 0)::bigint as fees,
        coalesce(sum(e.amount_cents) filter (where a.kind = 'box_office'), 0)::bigint
          as box_office
      from app_public.ledger_entries as e
      join app_public.ledger_accounts as a
        on a.organization_id = e.organization_id and a.id = e.account_id
      where e.organization_id = payout_parts_of.organization_id
        and e.transaction_id = payout_parts_of.ledger_transaction_id
    ) as s
  ) as p
$$;

comment on function app_private.payout_parts_of(uuid, uuid, boolean, boolean) is
  'What a fact of the books adds to a payout of an organization, or of its promoter.';

--! split: 1077-functions-payments-payout_preview.sql
create or replace function app_public.payout_preview(organization_id uuid)
returns setof app_public.payout_preview
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_settings app_public.organization_settings;
begin
  perform app_hidden.require_permission(payout_preview.organization_id, 'payouts.read');
  select * into strict v_settings
  from app_public.organization_settings as s
  where s.organization_id = payout_preview.organization_id;
  return query
  select p.currency, p.promoter_id, (f.ready + f.waiting + k.held + k.free)::bigint, f.waiting,
    k.held, d.amount, t.amount,
    case when f.ready + k.free - d.amount >= greatest(m.minimum_cents, 1)
      then f.ready + k.free - d.amount else 0 end::bigint,
    (app_private.end_of_payout_period(
      v_settings.payout_schedule, v_settings.books_timezone,
      now() + case v_settings.payout_schedule
        when 'daily' then interval '1 day' when 'weekly' then interval '1 week'
        else interval '1 month' end
    ))
  from (
    select distinct a.currency, null::uuid as promoter_id
    from app_public.ledger_accounts as a
    where a.organization_id = payout_preview.organization_id and a.kind = 'organizer_payable'
    union
    select distinct b.currency, s.promoter_id
    from app_public.promoter_shares as s
    join app_public.bookings as b
      on b.organization_id = s.organization_id and b.id = s.booking_id
    where s.organization_id = payout_preview.organization_id
  ) as p
  cross join lateral (
    select coalesce(sum(o.net_cents) filter (where o.is_ready), 0)::bigint as ready,
      coalesce(sum(o.net_cents) filter (where not o.is_ready), 0)::bigint as waiting
    from app_private.open_payout_facts(
      payout_preview.organization_id, p.promoter_id, p.currency, clock_timestamp()
    ) as o
  ) as f
  cross join lateral (
    select coalesce(sum(h.amount_cents) filter (where h.is_held), 0)::bigint as held,
      coalesce(sum(h.amount_cents) filter (where not h.is_held), 0)::bigint as free
    from app_private.kept_back_of(
      payout_preview.organization_id, p.promoter_id, p.currency
    ) as h
  ) as k
  cross join lateral (
    select case when p.promoter_id is null then app_private.held_for_disputes(
      payout_preview.organization_id, p.currency
    ) else 0 end::bigint as amount
  ) as d
  cross join lateral (
    select coalesce(sum(o.net_payout_cents), 0)::bigint as amount
    from app_public.payouts as o
    where o.organization_id = payout_preview.organization_id
      and o.promoter_id is not distinct from p.promoter_id
      and o.currency = p.currency
      and o.status not in ('paid', 'canceled')
  ) as t
  cross join lateral (
    select case when g.default_currency = p.currency then v_settings.minimum_payout_cents
      else 1 end as minimum_cents
    from app_public.organizations as g where g.id = payout_preview.organization_id
  ) as m
  order by p.promoter_id nulls first, p.currency;
end
$$;

comment on function app_public.payout_preview(uuid) is
  'What is owed to the organization and its promoters, and what of it would be paid now. Needs '
  'payouts.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.payout_preview(uuid) to lml_user;

--! split: 1078-functions-payments-policy_text_of.sql
create or replace function app_private.policy_text_of(booking app_public.bookings)
returns text
language sql stable security definer set search_path = ''
as $$
  select case
    when (policy_text_of.booking).cancellation_policy_id is null
      then 'The tickets were sold without a right to return them.'
    else format(
      'The terms were shown at checkout on %s (version %s), and have not changed for this sale. %s',
      to_char((policy_text_of.booking).created_at at time zone 'UTC', 'YYYY-MM-DD'), c.version,
      coalesce(
        (
          select string_agg(
            format('Until %s days before the start %s percent are returned.', w.days_before,
              trim_scale(w.percentage)),
            ' ' order by w.days_before desc
          )
          from app_public.cancellation_windows as w
          where w.organization_id = c.organization_id and w.policy_id = c.id
        ),
        'Nothing is returned.'
      )
    )
  end
  from (values (true)) as one (is_one)
  left join app_public.cancellation_policies as c
    on c.organization_id = (policy_text_of.booking).organization_id
    and c.id = (policy_text_of.booking).cancellation_policy_id
$$;

comment on function app_private.policy_text_of(app_public.bookings) is
  'The terms of cancellation that a booking was bought under, in words.';

--! split: 1079-functions-payments-portion_to_charge.sql
-- What is split into amounts that travel: each can be charged and returned, and the whole gives all.
create or replace function app_hidden.portion_to_charge(
  amount_cents bigint, part_cents bigint, whole_cents bigint, currency text
)
returns bigint
language sql immutable parallel safe
return case
  when portion_to_charge.part_cents = portion_to_charge.whole_cents
    and portion_to_charge.whole_cents <> 0
    then portion_to_charge.amount_cents
  else app_hidden.portion_of(
      portion_to_charge.amount_cents, portion_to_charge.part_cents,
      portion_to_charge.whole_cents * app_hidden.charge_step(portion_to_charge.currency)
    ) * app_hidden.charge_step(portion_to_charge.currency)
end;

comment on function app_hidden.portion_to_charge(bigint, bigint, bigint, text) is
  'As much of an amount as a part is of a whole, rounded down to what a card can be charged.';

--! split: 1080-functions-payments-post_dispute_movements.sql
-- One posting for each balance transaction of Stripe, with its fee, so that the books move what
-- Stripe moved. In order of time, so that nothing comes back before it went.
create or replace function app_private.post_dispute_movements(
  dispute app_public.disputes, object jsonb
)
returns app_public.disputes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_dispute app_public.disputes := post_dispute_movements.dispute;
  v_movement record;
begin
  for v_movement in
    select * from app_private.dispute_movements(post_dispute_movements.object) as m
    order by m.occurred_at, m.amount_cents, m.stripe_id
  loop
    if app_private.post_to_ledger(
      v_dispute.organization_id, v_dispute.booking_id, v_dispute.currency,
      format(
        '%s:%s:%s',
        case when v_movement.amount_cents > 0 then 'dispute_reinstatement' else 'dispute' end,
        v_dispute.id, v_movement.stripe_id
      ),
      format(
        'Dispute %s %s', v_dispute.stripe_dispute_id,
        case when v_movement.amount_cents > 0 then 'gave money back' else 'took money' end
      ),
      array['disputes', 'stripe_fees', 'stripe_balance']::app_public.ledger_account_kind[],
      array[
        -v_movement.amount_cents, v_movement.fee_cents,
        v_movement.amount_cents - v_movement.fee_cents
      ],
      v_movement.occurred_at
    ) then
      update app_public.disputes as d
      set withdrawn_cents = d.withdrawn_cents + greatest(0, -v_movement.amount_cents),
        reinstated_cents = d.reinstated_cents + greatest(0, v_movement.amount_cents),
        fee_cents = d.fee_cents + v_movement.fee_cents
      where d.id = v_dispute.id
      returning * into v_dispute;
    end if;
  end loop;
  return v_dispute;
end
$$;

comment on function app_private.post_dispute_movements(app_public.disputes, jsonb) is
  'Posts what Stripe took and gave back for a dispute, once for each of its balance transactions.';

--! split: 1081-functions-payments-post_payout.sql
-- Under way, the money is owed to nobody any more: what Stripe has charged is borne by the payee, and
-- what the box office has taken itself is settled. If the transfer fails, all of it is put back.
create or replace function app_private.post_payout(
  payout app_public.payouts, category text, sign integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := post_payout.payout;
  v_fees bigint;
  v_box_office bigint;
begin
  select coalesce(sum(i.stripe_fees_cents), 0), coalesce(sum(i.box_office_cents), 0)
  into v_fees, v_box_office
  from app_public.payout_items as i
  where i.organization_id = v_payout.organization_id and i.payout_id = v_payout.id;
  perform app_private.post_to_ledger(
    v_payout.organization_id, null, v_payout.currency,
    format('%s:%s:%s', post_payout.category, v_payout.id, v_payout.attempt),
    case post_payout.sign when 1 then 'Payout under way' else 'Payout failed' end,
    array[
      case when v_payout.promoter_id is null then 'organizer_payable' else 'promoter_payable' end,
      'stripe_fees', 'box_office', 'payouts_in_transit'
    ]::app_public.ledger_account_kind[],
    array[
      post_payout.sign * (v_payout.net_payout_cents + v_fees + v_box_office),
      -post_payout.sign * v_fees, -post_payout.sign * v_box_office,
      -post_payout.sign * v_payout.net_payout_cents
    ]
  );
end
$$;

comment on function app_private.post_payout(app_public.payouts, text, integer) is
  'Posts that a payout is under way (1), or that it failed (-1).';

--! split: 1082-functions-payments-post_stripe_fees.sql
-- Only for payments of which everything else agrees: a fee on top of a difference would hide it.
create or replace function app_private.post_stripe_fees(batch_limit integer)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_charge app_private.stripe_balance_transactions;
  v_count integer := 0;
begin
  perform app_private.identify_stripe_movements();
  perform app_private.link_stripe_movements();
  for v_charge in
    select k.*
    from app_private.stripe_balance_transactions as k
    join app_public.payment_intents as p
      on p.organization_id = k.organization_id and p.id = k.payment_intent_id
    join app_public.payment_transactions as m
      on m.organization_id = k.organization_id
      and m.stripe_balance_transaction_id = k.id
      and m.transaction_type = 'payment'
      and m.payment_intent_id = p.id
    where not k.is_matched and k.type in ('charge', 'payment') and k.fee_cents > 0
      and p.status = 'succeeded' and p.received_cents = k.amount_cents
      and m.net_amount_cents = k.amount_cents
      and p.currency = k.currency and m.currency = k.currency
      and not exists (
        select from app_public.payment_transactions as f
        where f.organization_id = k.organization_id
          and f.stripe_balance_transaction_id = k.id
          and f.transaction_type = 'fee'
      )
    order by k.id
    limit post_stripe_fees.batch_limit
  loop
    perform app_private.post_stripe_fee(
      v_charge.payment_intent_id, v_charge.fee_cents, v_charge.net_cents, v_charge.id,
      least(v_charge.occurred_at, now())
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.post_stripe_fees(integer) is
  'Posts what Stripe has charged for payments that agree with the books; returns for how many.';
grant execute on function app_private.post_stripe_fees(integer) to lml_worker;

--! split: 1083-functions-payments-prepare_dispute_evidence.sql
create or replace function app_public.prepare_dispute_evidence(dispute_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_dispute app_public.disputes;
  v_booking app_public.bookings;
begin
  select * into v_dispute
  from app_public.disputes as d where d.id = prepare_dispute_evidence.dispute_id;
  perform app_hidden.require_permission(v_dispute.organization_id, 'disputes.manage');
  select * into strict v_booking
  from app_public.bookings as b
  where b.organization_id = v_dispute.organization_id and b.id = v_dispute.booking_id;
  return jsonb_strip_nulls(
    app_private.evidence_of_purchase(v_booking) || jsonb_build_object(
      'access_activity_log', app_private.access_log_of(v_booking),
      'cancellation_policy_disclosure', app_private.policy_text_of(v_booking),
      'refund_policy_disclosure', app_private.policy_text_of(v_booking),
      'shipping_date', (
        select to_char(max(t.issued_at) at time zone 'UTC', 'YYYY-MM-DD')
        from app_public.tickets as t
        where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
      ),
      'shipping_tracking_number', (
        select string_agg(distinct t.delivery_tracking, ', ' order by t.delivery_tracking)
        from app_public.tickets as t
        where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
      )
    )
  );
end
$$;

comment on function app_public.prepare_dispute_evidence(uuid) is
  'Suggests evidence, by Stripe''s names: who bought what, when, and from where; how and when the '
  'tickets were delivered, and used; and the terms they were bought under. To be read, completed '
  'and sent with submitDisputeEvidence. Needs disputes.manage. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.prepare_dispute_evidence(uuid) to lml_user;

--! split: 1084-functions-payments-prepare_dispute_response.sql
create or replace function app_private.prepare_dispute_response(response_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'dispute', d.stripe_dispute_id,
    'is_acceptance', r.is_acceptance,
    'evidence', r.evidence,
    'idempotency_key', 'dispute_response:' || r.id,
    'may_be_forgotten', r.created_at < now() - interval '23 hours',
    'organization_id', r.organization_id,
    'metadata', jsonb_build_object('lml_dispute_response_id', r.id)
  )
  from app_public.dispute_responses as r
  join app_public.disputes as d
    on d.organization_id = r.organization_id and d.id = r.dispute_id
  where r.id = prepare_dispute_response.response_id and r.status = 'pending'
$$;

comment on function app_private.prepare_dispute_response(uuid) is
  'What to answer to a dispute at Stripe; null when there is nothing left to answer.';
grant execute on function app_private.prepare_dispute_response(uuid) to lml_worker;

--! split: 1085-functions-payments-prepare_payout_reversal.sql
create or replace function app_private.prepare_payout_reversal(payout_reversal_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'transfer', p.stripe_transfer_id,
    'amount', r.amount_cents,
    'idempotency_key', 'payout_reversal:' || r.id,
    'may_be_forgotten', r.created_at < now() - interval '23 hours',
    'metadata', jsonb_build_object(
      'lml_payout_reversal_id', r.id, 'lml_organization_id', r.organization_id
    )
  )
  from app_public.payout_reversals as r
  join app_public.payouts as p on p.organization_id = r.organization_id and p.id = r.payout_id
  where r.id = prepare_payout_reversal.payout_reversal_id and r.status = 'requested'
$$;

comment on function app_private.prepare_payout_reversal(uuid) is
  'What to ask Stripe to take back; null when there is nothing left to ask.';
grant execute on function app_private.prepare_payout_reversal(uuid) to lml_worker;

--! split: 1086-functions-payments-prepare_stripe_account.sql
create or replace function app_private.prepare_stripe_account(stripe_account_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'country', a.country,
    'email', a.email,
    -- What was refused may be asked again with other answers.
    'idempotency_key', format('account:%s:%s', a.id, md5(a.country || ' ' || a.email)),
    'may_be_forgotten', a.created_at < now() - interval '23 hours',
    'created', floor(extract(epoch from a.created_at))::bigint,
    'metadata', jsonb_build_object(
      'lml_stripe_account_id', a.id, 'lml_organization_id', a.organization_id
    )
  )
  from app_public.stripe_accounts as a
  where a.id = prepare_stripe_account.stripe_account_id
    and a.stripe_account_id is null
    and a.failure_reason is null
    and a.deauthorized_at is null
$$;

comment on function app_private.prepare_stripe_account(uuid) is
  'Which account to make at Stripe; null when there is nothing to make.';
grant execute on function app_private.prepare_stripe_account(uuid) to lml_worker;

--! split: 1087-functions-payments-prepare_stripe_account_link.sql
create or replace function app_private.prepare_stripe_account_link(stripe_account_link_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'account', a.stripe_account_id,
    'return_url', l.return_url,
    'refresh_url', l.refresh_url,
    'idempotency_key', 'account_link:' || l.id,
    'organization_id', l.organization_id
  )
  from app_private.stripe_account_links as l
  join app_public.stripe_accounts as a
    on a.organization_id = l.organization_id and a.id = l.stripe_account_id
  where l.id = prepare_stripe_account_link.stripe_account_link_id
    and l.url is null
    and l.failure_reason is null
    and a.stripe_account_id is not null
    and a.deauthorized_at is null
$$;

comment on function app_private.prepare_stripe_account_link(uuid) is
  'For which account to make an address; null when there is nothing to make.';
grant execute on function app_private.prepare_stripe_account_link(uuid) to lml_worker;

--! split: 1088-functions-payments-put_into_payout.sql
-- In this order: what the books owe, what was held back of earlier ones and no longer is, and what
-- buyers dispute now.
create or replace function app_private.put_into_payout(payout app_public.payouts)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := put_into_payout.payout;
begin
  insert into app_public.payout_items (
    organization_id, payout_id, promoter_id, kind, ledger_transaction_id, gross_revenue_cents,
    commission_cents, stripe_fees_cents, refunds_cents, adjustments_cents, net_cents,
    box_office_cents
  )
  select v_payout.organization_id, v_payout.id, v_payout.promoter_id, 'fact',
    f.ledger_transaction_id, f.gross_revenue_cents, f.commission_cents, f.stripe_fees_cents,
    f.refunds_cents, f.adjustments_cents, f.net_cents, f.box_office_cents
  from app_private.open_payout_facts(
    v_payout.organization_id, v_payout.promoter_id, v_payout.currency, v_payout.period_ends_at
  ) as f
  where f.is_ready
  order by f.effective_at, f.ledger_transaction_id;

  insert into app_public.payout_items (
    organization_id, payout_id, promoter_id, kind, hold_id, adjustments_cents, net_cents
  )
  select v_payout.organization_id, v_payout.id, v_payout.promoter_id, 'release', h.hold_id,
    h.amount_cents, h.amount_cents
  from app_private.kept_back_of(
    v_payout.organization_id, v_payout.promoter_id, v_payout.currency
  ) as h
  where not h.is_held;

  if v_payout.promoter_id is null then
    perform app_private.hold_back(
      v_payout, 'dispute',
      (greatest(
        app_private.held_for_disputes(v_payout.organization_id, v_payout.currency) - (
          -- Of payouts that are not paid yet, something may be held for them already.
          select coalesce(sum(h.amount_cents), 0)
          from app_private.kept_back_of(v_payout.organization_id, null, v_payout.currency) as h
          where h.kind = 'dispute'
        ), 0
      ))::bigint,
      'Buyers dispute it.', null
    );
  end if;
end
$$;

comment on function app_private.put_into_payout(app_public.payouts) is
  'Makes the items of a new payout.';

--! split: 1089-functions-payments-queue_payout.sql
create or replace function app_private.queue_payout(payout app_public.payouts)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  update app_public.payouts as p
  set status = case
      when p.status = 'draft' and app_private.needs_payout_approval(p) then 'pending_approval'
      else 'approved'
    end::app_public.payout_status
  where p.id = (queue_payout.payout).id
  returning * into v_payout;
  if v_payout.status = 'approved' then
    perform app_private.add_stripe_job(
      'payout.send', v_payout.id, greatest(v_payout.scheduled_for - now(), '0')
    );
  end if;
  return v_payout;
end
$$;

comment on function app_private.queue_payout(app_public.payouts) is
  'Has a payout sent, or asks for a second person first.';

--! split: 1090-functions-payments-queue_refund.sql
create or replace function app_private.queue_refund(
  intent app_public.payment_intents, amount_cents bigint, reason app_public.refund_reason,
  request_id uuid default null, failed app_public.refunds default null,
  wait interval default '0'
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  -- The check on refunded_cents is what keeps refunds, and what disputes have taken, within the
  -- payment, under any concurrency.
  update app_public.payment_intents as p
  set refunded_cents = p.refunded_cents + queue_refund.amount_cents
  where p.id = (queue_refund.intent).id;

  insert into app_public.refunds (
    organization_id, booking_id, payment_intent_id, reason, amount_cents, currency, requested_by,
    request_id, attempt, retried_refund_id, not_before
  )
  values (
    (queue_refund.intent).organization_id, (queue_refund.intent).booking_id,
    (queue_refund.intent).id, queue_refund.reason, queue_refund.amount_cents,
    (queue_refund.intent).currency, app_hidden.current_user_id(), queue_refund.request_id,
    coalesce((queue_refund.failed).attempt, 0) + 1, (queue_refund.failed).id,
    now() + queue_refund.wait
  )
  returning id into v_id;
  perform graphile_worker.add_job(
    'refund__create', json_build_object('refund_id', v_id), run_at => now() + queue_refund.wait
  );
  return v_id;
end
$$;

comment on function app_private.queue_refund(
  app_public.payment_intents, bigint, app_public.refund_reason, uuid, app_public.refunds, interval
) is 'Writes a refund down, and has the worker ask Stripe for it.';

--! split: 1091-functions-payments-raise_differences.sql
-- Each difference is one finding while it is open. One that somebody has closed is not opened again
-- unless it has changed, and one that is not found any more says so.
create or replace function app_private.raise_differences(
  run_id uuid, differences app_private.stripe_difference[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
begin
  insert into app_public.payment_findings as f (
    kind, subject, organization_id, booking_id, payment_transaction_id, accounting_period, detail,
    reconciliation_run_id
  )
  select
    d.kind, d.subject, d.organization_id, d.booking_id, d.payment_transaction_id,
    coalesce(
      m.accounting_period, p.period,
      case when d.organization_id is not null
        then date_trunc('month', d.occurred_at at time zone 'UTC')::date end
    ),
    d.detail, raise_differences.run_id
  from unnest(raise_differences.differences) as d
  left join app_public.payment_transactions as m
    on m.organization_id = d.organization_id and m.id = d.payment_transaction_id
  left join app_public.accounting_periods as p
    on p.organization_id = d.organization_id
    and p.starts_at <= d.occurred_at and p.ends_at > d.occurred_at
  where not exists (
    select from app_public.payment_findings as c
    where c.kind = d.kind and c.subject = d.subject
      and c.organization_id is not distinct from d.organization_id
      and c.resolved_at is not null and c.gone_at is null
      and c.detail = d.detail
  )
  order by d.kind, d.subject, d.organization_id
  on conflict (kind, subject, organization_id) where resolved_at is null do update
  set last_seen_at = now(), detail = excluded.detail, gone_at = null,
    booking_id = excluded.booking_id,
    payment_transaction_id = excluded.payment_transaction_id,
    accounting_period = excluded.accounting_period,
    reconciliation_run_id = excluded.reconciliation_run_id;

  update app_public.payment_findings as f
  set gone_at = now(), reconciliation_run_id = raise_differences.run_id
  where f.kind like 'reconciliation\_%' and f.gone_at is null
    and not exists (
      select from unnest(raise_differences.differences) as d
      where d.kind = f.kind and d.subject = f.subject
        and d.organization_id is not distinct from f.organization_id
    )
    -- What was closed in a month that is not compared any more is not gone.
    and (
      f.resolved_at is null or exists (
        select from app_public.payment_transactions as m
        where m.organization_id = f.organization_id and m.id = f.payment_transaction_id
          and m.reconciliation_status <> 'matched'
      )
    )
    and (
      f.kind <> 'reconciliation_balance_differs' or exists (
        select from app_public.reconciliation_balances as b
        where b.run_id = raise_differences.run_id and b.is_certain
          and f.subject = 'balance:' || b.currency
      )
    );
end
$$;

comment on function app_private.raise_differences(uuid, app_private.stripe_difference[]) is
  'Makes findings of what a comparison found, and marks those that it did not find any more.';

--! split: 1092-functions-payments-raise_payout_status.sql
create or replace function app_private.raise_payout_status(payout app_public.payouts)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception 'The payout is %.', (raise_payout_status.payout).status
    using errcode = 'LMPOS', detail = (raise_payout_status.payout).status::text,
      hint = 'Read it again. payoutStatusTransitions lists what may happen to it.';
end
$$;

comment on function app_private.raise_payout_status(app_public.payouts) is 'Raises LMPOS.';

--! split: 1093-functions-payments-receive_installment.sql
-- The booking is locked. A part that is paid takes no second payment.
create or replace function app_private.receive_installment(intent app_public.payment_intents)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = (receive_installment.intent).booking_id
  for no key update;
  if exists (
    select from app_public.booking_payment_schedule as s
    where s.organization_id = v_booking.organization_id
      and s.id = (receive_installment.intent).schedule_id and s.status = 'paid'
  ) then
    return false;
  end if;
  -- A dispute of another part makes nobody pay this one twice.
  if v_booking.status not in ('partially_paid', 'disputed')
    and not app_private.confirm_booking(v_booking.id)
  then
    return false;
  end if;
  -- A late deposit brings the others back.
  update app_public.booking_payment_schedule as s
  set status = case when s.id = (receive_installment.intent).schedule_id
      then 'paid' else 'pending' end::app_public.installment_status,
    paid_at = case when s.id = (receive_installment.intent).schedule_id then now() end
  where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
    and (s.id = (receive_installment.intent).schedule_id or s.status = 'canceled');
  if v_booking.status <> 'disputed' and not exists (
    select from app_public.booking_payment_schedule as s
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.status <> 'paid'
  ) then
    update app_public.bookings as b
    set status = 'confirmed' where b.id = v_booking.id
    returning * into v_booking;
    perform app_private.issue_tickets(v_booking);
  end if;
  return true;
end
$$;

comment on function app_private.receive_installment(app_public.payment_intents) is
  'Marks a part of a price as paid: the deposit books the seats, the last one issues the tickets. '
  'False: it was paid already, or the booking takes no money any more.';

--! split: 1094-functions-payments-record_charge.sql
-- What Stripe says of a charge later is truer, but a charge that has ended stays so, in whichever
-- order the news come.
create or replace function app_private.record_charge(
  intent app_public.payment_intents, object jsonb
)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.payment_charges as c (
    organization_id, payment_intent_id, stripe_charge_id, status, card_brand, card_last4,
    risk_level, risk_score, network_answer, outcome_reason, charged_at
  )
  select
    (record_charge.intent).organization_id, (record_charge.intent).id, o ->> 'id',
    (o ->> 'status')::app_public.charge_status,
    left(o #>> '{payment_method_details,card,brand}', 50),
    substring(o #>> '{payment_method_details,card,last4}' from '^[0-9]{4}$'),
    left(o #>> '{outcome,risk_level}', 50),
    substring(o #>> '{outcome,risk_score}' from '^([0-9]{1,2}|100)$')::smallint,
    left(o #>> '{outcome,network_status}', 100), left(o #>> '{outcome,reason}', 200),
    to_timestamp(coalesce(substring(o ->> 'created' from '^[0-9]{1,10}$'), '0')::double precision)
  from (select record_charge.object as o) as told
  where o ->> 'status' in ('pending', 'succeeded', 'failed')
  on conflict on constraint payment_charges_stripe_charge_is_known_once do update
  set status = case when c.status = 'pending' then excluded.status else c.status end,
    risk_level = coalesce(excluded.risk_level, c.risk_level),
    risk_score = coalesce(excluded.risk_score, c.risk_score)
$$;

comment on function app_private.record_charge(app_public.payment_intents, jsonb) is
  'Writes down that a card was charged for a payment, also in vain.';

--! split: 1095-functions-payments-record_dispute_response.sql
-- What it means for the dispute is told by an event.
create or replace function app_private.record_dispute_response(
  response_id uuid, status text, failure_reason text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_response app_public.dispute_responses;
begin
  update app_public.dispute_responses as r
  set status = record_dispute_response.status,
    failure_reason = left(record_dispute_response.failure_reason, 1000),
    ended_at = now()
  where r.id = record_dispute_response.response_id and r.status = 'pending'
  returning * into v_response;
  if v_response.status = 'refused' then
    perform app_private.raise_payment_finding(
      'dispute_response_refused', d.stripe_dispute_id, d.organization_id, d.booking_id,
      jsonb_build_object('response_id', v_response.id, 'reason', v_response.failure_reason)
    )
    from app_public.disputes as d
    where d.organization_id = v_response.organization_id and d.id = v_response.dispute_id;
  end if;
end
$$;

comment on function app_private.record_dispute_response(uuid, text, text) is
  'Remembers that Stripe has taken or refused an answer; repeating it is harmless.';
grant execute on function app_private.record_dispute_response(uuid, text, text) to lml_worker;

--! split: 1096-functions-payments-record_movement.sql
-- The source names the fact: payment:ID, refund:ID, stripe_fee:PAYMENT:ID-AT-STRIPE,
-- dispute:ID:ID-AT-STRIPE. What the same
-- posting puts on stripe_fees is the fee, so that gross, fee and net are said once.
create or replace function app_private.record_movement(
  fact app_public.ledger_transactions, currency text, kinds app_public.ledger_account_kind[],
  amounts bigint[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_text text := split_part((record_movement.fact).source, ':', 2);
  v_id uuid := case when pg_input_is_valid(v_text, 'uuid') then v_text::uuid end;
  v_type app_public.payment_transaction_type := app_hidden.movement_type(
    (record_movement.fact).category
  );
  v_category text := (record_movement.fact).category;
  v_net_cents bigint;
  v_fee_cents bigint;
  v_payment_intent_id uuid;
  v_refund_id uuid;
begin
  select sum(l.amount) filter (where l.kind = 'stripe_balance'),
    coalesce(sum(l.amount) filter (where l.kind = 'stripe_fees'), 0)
  into v_net_cents, v_fee_cents
  from unnest(record_movement.kinds, record_movement.amounts) as l (kind, amount);
  if v_net_cents = 0 then
    return;
  end if;
  if v_type in ('payment', 'fee') then
    select p.id, case v_type when 'payment' then 'booking_payment' else v_category end
    into v_payment_intent_id, v_category
    from app_public.payment_intents as p
    where p.organization_id = (record_movement.fact).organization_id and p.id = v_id;
  elsif v_type = 'refund' then
    select r.payment_intent_id, r.id, r.reason || '_refund'
    into v_payment_intent_id, v_refund_id, v_category
    from app_public.refunds as r
    where r.organization_id = (record_movement.fact).organization_id and r.id = v_id;
  elsif v_type = 'dispute' then
    select d.payment_intent_id into v_payment_intent_id
    from app_public.disputes as d
    where d.organization_id = (record_movement.fact).organization_id and d.id = v_id;
  end if;
  insert into app_public.payment_transactions (
    organization_id, ledger_transaction_id, accounting_period, transaction_type,
    transaction_category, booking_id, payment_intent_id, refund_id, gross_amount_cents,
    fee_amount_cents, net_amount_cents, currency, description, stripe_balance_transaction_id,
    processed_at
  )
  values (
    (record_movement.fact).organization_id, (record_movement.fact).id,
    (record_movement.fact).accounting_period, v_type,
    coalesce(v_category, (record_movement.fact).category), (record_movement.fact).booking_id,
    v_payment_intent_id, v_refund_id, v_net_cents + v_fee_cents, v_fee_cents, v_net_cents,
    record_movement.currency, (record_movement.fact).description,
    nullif(split_part((record_movement.fact).source, ':', 3), ''),
    (record_movement.fact).occurred_at
  );
end
$$;

comment on function app_private.record_movement(
  app_public.ledger_transactions, text, app_public.ledger_account_kind[], bigint[]
) is 'Writes the row of payment_transactions for a posting that moves money at Stripe.';

--! split: 1097-functions-payments-record_payout_reversal.sql
create or replace function app_private.record_payout_reversal(
  payout_reversal_id uuid, stripe_reversal_id text, stripe_balance_transaction_id text,
  failure_reason text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
  v_reversal app_public.payout_reversals;
begin
  select p.* into strict v_payout
  from app_public.payout_reversals as r
  join app_public.payouts as p on p.organization_id = r.organization_id and p.id = r.payout_id
  where r.id = record_payout_reversal.payout_reversal_id
  for no key update of p;
  update app_public.payout_reversals as r
  set status = case when record_payout_reversal.stripe_reversal_id is null then 'failed'
      else 'succeeded' end::app_public.payout_reversal_status,
    stripe_reversal_id = record_payout_reversal.stripe_reversal_id,
    failure_reason = left(record_payout_reversal.failure_reason, 2000),
    ended_at = now()
  where r.id = record_payout_reversal.payout_reversal_id and r.status = 'requested'
  returning * into v_reversal;
  if not found then
    return;
  end if;
  if v_reversal.status = 'failed' then
    update app_public.payouts as p
    set reversed_cents = p.reversed_cents - v_reversal.amount_cents
    where p.id = v_payout.id;
    return;
  end if;
  perform app_private.post_to_ledger(
    v_payout.organization_id, null, v_payout.currency,
    concat_ws(
      ':', 'payout_reversal', v_reversal.id, record_payout_reversal.stripe_balance_transaction_id
    ),
    'Payout taken back',
    array[
      'stripe_balance',
      case when v_payout.promoter_id is null then 'organizer_payable' else 'promoter_payable' end
    ]::app_public.ledger_account_kind[],
    array[v_reversal.amount_cents, -v_reversal.amount_cents]
  );
end
$$;

comment on function app_private.record_payout_reversal(uuid, text, text, text) is
  'Remembers what Stripe says of a reversal, without an id that it was refused; repeating it is '
  'harmless.';
grant execute on function app_private.record_payout_reversal(uuid, text, text, text) to lml_worker;

--! split: 1098-functions-payments-record_refund.sql
-- From Stripe's answer and from its events alike, in any order: a refund that has ended stays so,
-- except that a bank may send back what had succeeded.
create or replace function app_private.record_refund(
  refund_id uuid, stripe_refund_id text, stripe_status text, failure_reason text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_before app_public.refund_status;
  v_refund app_public.refunds;
begin
  perform from app_public.refunds as r
  join app_public.bookings as b
    on b.organization_id = r.organization_id and b.id = r.booking_id
  where r.id = record_refund.refund_id
  for no key update of b;
  select * into strict v_refund
  from app_public.refunds as r where r.id = record_refund.refund_id
  for no key update;
  v_before := v_refund.status;
  if v_before in ('failed', 'canceled')
    or (v_before = 'succeeded' and record_refund.stripe_status is distinct from 'failed')
  then
    return;
  end if;

  update app_public.refunds as r
  set stripe_refund_id = coalesce(record_refund.stripe_refund_id, r.stripe_refund_id),
    stripe_status = record_refund.stripe_status,
    status = case record_refund.stripe_status
      when 'succeeded' then 'succeeded'
      when 'failed' then 'failed'
      when 'canceled' then 'canceled'
      else 'processing'
    end::app_public.refund_status,
    failure_reason = record_refund.failure_reason,
    succeeded_at = case when record_refund.stripe_status = 'succeeded' then now() end,
    failed_at = case when record_refund.stripe_status in ('failed', 'canceled') then now() end
  where r.id = v_refund.id
  returning * into v_refund;

  if v_refund.status = 'succeeded' then
    perform app_private.settle_refund(v_refund);
    perform app_private.count_disputes(v_refund.payment_intent_id);
  elsif v_refund.status in ('failed', 'canceled') then
    if v_before = 'succeeded' then
      perform app_private.unsettle_refund(v_refund);
    end if;
    update app_public.payment_intents as p
    set refunded_cents = p.refunded_cents - v_refund.amount_cents
    where p.id = v_refund.payment_intent_id;
    perform app_private.raise_payment_finding(
      'refund_' || v_refund.status, v_refund.id::text, v_refund.organization_id,
      v_refund.booking_id, jsonb_build_object('amount', v_refund.amount_cents)
    );
    -- A bank that was faster takes what did not go back.
    perform app_private.count_disputes(v_refund.payment_intent_id);
    perform app_private.settle_disputes_of(v_refund.booking_id);
    perform app_private.retry_by_itself(v_refund);
  end if;
end
$$;

comment on function app_private.record_refund(uuid, text, text, text) is
  'Remembers what Stripe says of a refund; repeating it is harmless.';
grant execute on function app_private.record_refund(uuid, text, text, text) to lml_worker;

--! split: 1099-functions-payments-record_stripe_account.sql
-- The first one stays: an event may have told of it before Stripe's answer was here.
create or replace function app_private.record_stripe_account(
  stripe_account_id uuid, stripe_id text, failure_reason text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_link_id uuid;
begin
  update app_public.stripe_accounts as a
  set stripe_account_id = record_stripe_account.stripe_id,
    failure_reason = left(record_stripe_account.failure_reason, 2000)
  where a.id = record_stripe_account.stripe_account_id and a.stripe_account_id is null;
  if record_stripe_account.stripe_id is null then
    return;
  end if;
  -- Whoever has asked for a link meanwhile.
  for v_link_id in
    select l.id from app_private.stripe_account_links as l
    where l.stripe_account_id = record_stripe_account.stripe_account_id and l.url is null
      and l.failure_reason is null
  loop
    perform app_private.add_stripe_job('stripe_account_link.create', v_link_id, '0');
  end loop;
end
$$;

comment on function app_private.record_stripe_account(uuid, text, text) is
  'Remembers the account that Stripe made, or why it did not; recording twice is harmless.';
grant execute on function app_private.record_stripe_account(uuid, text, text) to lml_worker;

--! split: 1100-functions-payments-record_stripe_account_link.sql
create or replace function app_private.record_stripe_account_link(
  stripe_account_link_id uuid, url text, expires_at bigint, failure_reason text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.stripe_account_links as l
  set url = record_stripe_account_link.url,
    expires_at = to_timestamp(record_stripe_account_link.expires_at),
    failure_reason = left(record_stripe_account_link.failure_reason, 2000)
  where l.id = record_stripe_account_link.stripe_account_link_id and l.url is null
$$;

comment on function app_private.record_stripe_account_link(uuid, text, bigint, text) is
  'Remembers the address that Stripe made, or why it did not.';
grant execute on function app_private.record_stripe_account_link(uuid, text, bigint, text)
  to lml_worker;

--! split: 1101-functions-payments-record_stripe_source.sql
create or replace function app_private.record_stripe_source(
  stripe_balance_transaction_id text, stripe_payment_intent_id text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.stripe_balance_transactions as k
  set looked_up_at = now(),
    stripe_payment_intent_id = record_stripe_source.stripe_payment_intent_id
  where k.id = record_stripe_source.stripe_balance_transaction_id
$$;

comment on function app_private.record_stripe_source(text, text) is
  'Remembers to which payment intent a charge or a refund belongs, as Stripe said.';
grant execute on function app_private.record_stripe_source(text, text) to lml_worker;

--! split: 1102-functions-payments-record_transfer.sql
-- From Stripe's answer and from its events alike.
create or replace function app_private.record_transfer(
  payout_id uuid, stripe_transfer_id text, stripe_balance_transaction_id text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  select * into strict v_payout
  from app_public.payouts as p where p.id = record_transfer.payout_id
  for no key update;
  if v_payout.status = 'paid' and v_payout.stripe_transfer_id = record_transfer.stripe_transfer_id
  then
    return;
  end if;
  if v_payout.status <> 'in_transit' then
    -- Nobody has asked for it: people have to take it back, or to say what it was for.
    perform app_private.raise_payment_finding(
      'transfer_not_asked_for', record_transfer.stripe_transfer_id, v_payout.organization_id, null,
      jsonb_build_object('payout_id', v_payout.id, 'status', v_payout.status)
    );
    return;
  end if;
  update app_public.payouts as p
  set status = 'paid', completed_at = now(),
    stripe_transfer_id = record_transfer.stripe_transfer_id,
    failure_code = null, failure_reason = null
  where p.id = v_payout.id;
  perform app_private.post_to_ledger(
    v_payout.organization_id, null, v_payout.currency,
    concat_ws(
      ':', 'payout_transfer', v_payout.id, record_transfer.stripe_balance_transaction_id
    ),
    'Payout transferred',
    array['payouts_in_transit', 'stripe_balance']::app_public.ledger_account_kind[],
    array[v_payout.net_payout_cents, -v_payout.net_payout_cents]
  );
end
$$;

comment on function app_private.record_transfer(uuid, text, text) is
  'Remembers that a payout was transferred; repeating it is harmless.';
grant execute on function app_private.record_transfer(uuid, text, text) to lml_worker;

--! split: 1103-functions-payments-record_transfer_failure.sql
-- Stripe has understood and refused: nothing was transferred. What lacks money comes by itself after a
-- while, because payments become available days after they were made.
create or replace function app_private.record_transfer_failure(
  payout_id uuid, failure_code text, failure_reason text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  update app_public.payouts as p
  set status = 'failed', failed_at = now(),
    failure_code = left(record_transfer_failure.failure_code, 200),
    failure_reason = left(coalesce(record_transfer_failure.failure_reason, 'Refused.'), 2000),
    retry_at = case
      when record_transfer_failure.failure_code = 'balance_insufficient' and p.attempt < 20
        then now() + interval '12 hours'
    end
  where p.id = record_transfer_failure.payout_id and p.status = 'in_transit'
  returning * into v_payout;
  if not found then
    return;
  end if;
  perform app_private.post_payout(v_payout, 'payout_failure', -1);
  perform app_private.raise_payment_finding(
    'payout_failed', v_payout.id::text, v_payout.organization_id, null,
    jsonb_build_object(
      'code', v_payout.failure_code, 'reason', v_payout.failure_reason,
      'amount', v_payout.net_payout_cents, 'retry_at', v_payout.retry_at
    )
  );
end
$$;

comment on function app_private.record_transfer_failure(uuid, text, text) is
  'Remembers that Stripe has refused a payout, and owes it again; repeating it is harmless.';
grant execute on function app_private.record_transfer_failure(uuid, text, text) to lml_worker;

--! split: 1104-functions-payments-reduce_invoice.sql
-- An invoice asks for what is left of the sale, also where the booking has ended and a part is kept.
create or replace function app_private.reduce_invoice(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_owed bigint := app_private.owed_of(reduce_invoice.booking);
begin
  update app_public.payment_intents as p
  set amount_cents = case when v_owed > 0 then v_owed else p.amount_cents end,
    status = case when v_owed > 0 then 'pending' else 'canceled' end::app_public.payment_status,
    canceled_at = case when v_owed = 0 then now() end
  where p.organization_id = (reduce_invoice.booking).organization_id
    and p.booking_id = (reduce_invoice.booking).id
    and p.method = 'invoice' and p.status = 'pending'
    and p.amount_cents > v_owed;
end
$$;

comment on function app_private.reduce_invoice(app_public.bookings) is
  'Lowers the open invoice of a locked booking to what is still owed; with nothing, it is canceled.';

--! split: 1105-functions-payments-refund_booking.sql
-- Over several payments the newest is returned first, since Stripe returns no old ones.
create or replace function app_private.refund_booking(
  booking app_public.bookings, reason app_public.refund_reason, amount_cents bigint default null,
  request_id uuid default null
)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
  v_rest bigint := refund_booking.amount_cents;
  v_part bigint;
  v_queued bigint := 0;
begin
  for v_intent in
    select * from app_public.payment_intents as p
    where p.organization_id = (refund_booking.booking).organization_id
      and p.booking_id = (refund_booking.booking).id
      and p.received_cents > p.refunded_cents + p.disputed_cents
    order by p.id desc
    for no key update
  loop
    exit when v_rest = 0;
    v_part := least(app_private.left_of_payment(v_intent), v_rest);
    continue when v_part = 0;
    perform app_private.queue_refund(
      v_intent, v_part, refund_booking.reason, refund_booking.request_id
    );
    v_rest := v_rest - v_part;
    v_queued := v_queued + v_part;
  end loop;
  return v_queued;
end
$$;

comment on function app_private.refund_booking(
  app_public.bookings, app_public.refund_reason, bigint, uuid
) is
  'Queues the return of an amount, or of all that was paid for a booking and not yet returned, and '
  'says how much that is.';

--! split: 1106-functions-payments-refund_booking_amount.sql
create or replace function app_public.refund_booking_amount(
  booking_id uuid, amount_cents bigint, note text,
  reason app_public.refund_reason default 'customer_request', idempotency_key text default null
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_for_refund(
    refund_booking_amount.booking_id, 'payments.refund'
  );
  v_request app_public.refund_requests;
  v_known uuid := app_private.replay_result(
    refund_booking_amount.idempotency_key, 'refund_booking_amount',
    jsonb_build_array(
      refund_booking_amount.booking_id, refund_booking_amount.amount_cents,
      refund_booking_amount.note, refund_booking_amount.reason
    )
  );
begin
  if v_known is not null then
    return app_private.known_refund_request(v_known);
  end if;
  perform app_hidden.require_chargeable(
    refund_booking_amount.amount_cents, v_booking.currency, 'amount_cents'
  );
  v_request.kind := 'partial';
  v_request.amount_cents := refund_booking_amount.amount_cents;
  v_request.reason := refund_booking_amount.reason;
  v_request.note := refund_booking_amount.note;
  v_request := app_private.request_refund(v_booking, v_request);
  perform app_private.keep_result(refund_booking_amount.idempotency_key, v_request.id);
  return v_request;
end
$$;

comment on function app_public.refund_booking_amount(
  uuid, bigint, text, app_public.refund_reason, text
) is
  'Returns an amount, within what was received, whatever the terms say; the buyer keeps the tickets. '
  'Above the organization''s threshold somebody else has to approve it. Needs payments.refund. '
  'Raises LMBKG, LMRGT, LMBST, LMRFX (less is left), LMINP, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.refund_booking_amount(
  uuid, bigint, text, app_public.refund_reason, text
) to lml_user;

--! split: 1107-functions-payments-refund_units.sql
-- From the amounts that were stored at the sale, whatever its terms were. The price is what fees
-- and tax leave of the total; a ticket's fees, and the commission, are shared out in the order of
-- ids, so that the tickets of a line sum to it, and all units to the booking.
create or replace function app_private.refund_units(booking app_public.bookings)
returns setof app_private.refund_unit
language sql stable security definer set search_path = ''
as $$
  with lines as (
    select i.*, exists (
      select from app_public.tickets as t
      where t.organization_id = i.organization_id and t.booking_item_id = i.id
    ) as has_tickets
    from app_public.booking_items as i
    where i.organization_id = (refund_units.booking).organization_id
      and i.booking_id = (refund_units.booking).id
  ),
  shares as (
    select
      t.booking_item_id, t.id as ticket_id, t.status = 'valid' as is_live, t.total_paid_cents,
      t.fees_paid_cents, t.tax_paid_cents, l.service_fee_cents,
      sum(t.fees_paid_cents) over line as running, sum(t.fees_paid_cents) over whole_line as fees
    from lines as l
    join app_public.tickets as t
      on t.organization_id = l.organization_id and t.booking_item_id = l.id
    window line as (partition by l.id order by t.id), whole_line as (partition by l.id)
  ),
  units as (
    select
      s.booking_item_id, s.ticket_id, false as is_fee, s.is_live,
      s.total_paid_cents - s.fees_paid_cents - s.tax_paid_cents as price, s.fees_paid_cents as fees,
      app_hidden.portion_to_charge(
        s.service_fee_cents, s.running::bigint, s.fees::bigint, (refund_units.booking).currency
      ) - app_hidden.portion_to_charge(
        s.service_fee_cents, (s.running - s.fees_paid_cents)::bigint, s.fees::bigint,
        (refund_units.booking).currency
      ) as service_fee,
      s.tax_paid_cents as tax
    from shares as s
    union all
    select
      l.id, null, l.item_type = 'fee',
      not exists (
        select from app_public.refund_items as r
        where r.organization_id = l.organization_id and r.booking_item_id = l.id and r.is_return
      ),
      l.total_cents - l.service_fee_cents - l.processing_fee_cents - l.tax_cents,
      l.service_fee_cents + l.processing_fee_cents, l.service_fee_cents, l.tax_cents
    from lines as l
    where not l.has_tickets
  ),
  counted as (
    select u.*,
      sum(u.price) over (order by u.booking_item_id, u.ticket_id) as running,
      sum(u.price) over () as whole
    from units as u
  )
  select
    c.booking_item_id, c.ticket_id, c.is_fee, c.is_live,
    c.price - r.price,
    c.service_fee - r.service_fee,
    c.fees - c.service_fee - r.processing_fee,
    c.tax - r.tax,
    app_hidden.portion_of(
      (refund_units.booking).commission_amount_cents, c.running::bigint, c.whole::bigint
    ) - app_hidden.portion_of(
      (refund_units.booking).commission_amount_cents, (c.running - c.price)::bigint,
      c.whole::bigint
    ) - r.commission
  from counted as c
  cross join lateral (
    select
      coalesce(sum(r.price_cents), 0)::bigint as price,
      coalesce(sum(r.service_fee_cents), 0)::bigint as service_fee,
      coalesce(sum(r.processing_fee_cents), 0)::bigint as processing_fee,
      coalesce(sum(r.tax_cents), 0)::bigint as tax,
      coalesce(sum(r.commission_cents), 0)::bigint as commission
    from app_public.refund_items as r
    where r.organization_id = (refund_units.booking).organization_id
      and r.booking_item_id = c.booking_item_id
      and r.ticket_id is not distinct from c.ticket_id
  ) as r
  order by c.booking_item_id, c.ticket_id
$$;

comment on function app_private.refund_units(app_public.bookings) is
  'Tickets of a booking, and lines without tickets, with what of each was not taken back yet.';

--! split: 1108-functions-payments-release_payout_hold.sql
create or replace function app_public.release_payout_hold(hold_id uuid)
returns app_public.payout_holds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
  v_hold app_public.payout_holds;
begin
  select h.* into v_hold
  from app_public.payout_holds as h where h.id = release_payout_hold.hold_id;
  v_payout := app_private.lock_payout_for_hold(v_hold.payout_id);
  perform app_hidden.refuse_impersonator();
  select * into strict v_hold
  from app_public.payout_holds as h where h.id = v_hold.id;
  if v_hold.released_at is not null then
    return v_hold;
  end if;
  if v_hold.kind <> 'manual' then
    raise exception 'It ends with the dispute.'
      using errcode = 'LMPOA', detail = 'disputed', hint = 'The next payout looks at it anew.';
  end if;
  if v_hold.is_of_platform and app_hidden.current_platform_role() is null then
    raise exception 'The platform holds this payout.'
      using errcode = 'LMRGT', detail = 'held', hint = 'Ask the platform''s support.';
  end if;
  update app_public.payout_holds as h
  set released_at = now(), released_by = app_hidden.current_user_id()
  where h.id = v_hold.id
  returning * into v_hold;
  if v_payout.status = 'approved' then
    perform app_private.add_stripe_job('payout.send', v_payout.id, '0');
  end if;
  return v_hold;
end
$$;

comment on function app_public.release_payout_hold(uuid) is
  'Ends a hold: a payout that was held is sent, an amount is paid with the next one. What the '
  'platform holds, its staff releases. Needs payouts.approve, or to be of the platform''s staff. '
  'Raises LMPOA (disputed), LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.release_payout_hold(uuid) to lml_user;

--! split: 1109-functions-payments-remind_of_disputes.sql
create or replace function app_private.remind_of_disputes(batch_limit integer default 100)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_dispute app_public.disputes;
  v_count integer := 0;
begin
  for v_dispute in
    update app_public.disputes as d
    set reminded_at = now()
    where d.id in (
      select d.id from app_public.disputes as d
      where d.reminded_at is null
        and d.status in ('warning_needs_response', 'needs_response')
        and d.evidence_due_at <= now() + interval '3 days'
      order by d.evidence_due_at
      limit remind_of_disputes.batch_limit
      for no key update skip locked
    )
    returning *
  loop
    v_count := v_count + 1;
    if v_dispute.evidence_due_at > now() and not exists (
      select from app_public.dispute_responses as r
      where r.organization_id = v_dispute.organization_id and r.dispute_id = v_dispute.id
        and r.status <> 'refused'
    ) then
      perform app_private.mail_dispute(v_dispute, 'dispute_evidence_due');
    end if;
  end loop;
  return v_count;
end
$$;

comment on function app_private.remind_of_disputes(integer) is
  'Reminds staff, three days before, of disputes that nobody has answered; returns how many it '
  'looked at, 0 when it is done.';
grant execute on function app_private.remind_of_disputes(integer) to lml_worker;

--! split: 1110-functions-payments-reproduce_payout.sql
create or replace function app_public.reproduce_payout(payout_id uuid)
returns app_public.payout_amounts
language plpgsql stable security definer set search_path = ''
as $$
begin
  perform app_hidden.require_permission(
    (select p.organization_id from app_public.payouts as p where p.id = reproduce_payout.payout_id),
    'payouts.read'
  );
  return app_private.payout_from_books(reproduce_payout.payout_id);
end
$$;

comment on function app_public.reproduce_payout(uuid) is
  'The amounts of a payout, made again from the entries of the books that its items name: always '
  'those of the payout. Needs payouts.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.reproduce_payout(uuid) to lml_user;

--! split: 1111-functions-payments-request_onboarding_link.sql
create or replace function app_public.request_onboarding_link(
  account_id uuid, return_url text, refresh_url text default null
)
returns app_public.payout_onboarding_link
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_account app_public.stripe_accounts;
  v_link app_private.stripe_account_links;
  v_constraint text;
  v_column text;
begin
  select * into v_account
  from app_public.stripe_accounts as a where a.id = request_onboarding_link.account_id;
  perform app_hidden.require_permission(v_account.organization_id, 'payouts.manage');
  perform app_hidden.refuse_impersonator();
  if v_account.deauthorized_at is not null then
    raise exception 'The account was cut off.'
      using errcode = 'LMPOA', detail = 'no_account', hint = 'Open another one.';
  end if;
  insert into app_private.stripe_account_links (
    organization_id, stripe_account_id, requested_by, return_url, refresh_url
  )
  values (
    v_account.organization_id, v_account.id, app_hidden.current_user_id(),
    request_onboarding_link.return_url,
    coalesce(request_onboarding_link.refresh_url, request_onboarding_link.return_url)
  )
  returning * into v_link;
  if v_account.stripe_account_id is not null then
    perform app_private.add_stripe_job('stripe_account_link.create', v_link.id, '0');
  end if;
  return row(v_link.id, null, null, null)::app_public.payout_onboarding_link;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_onboarding_link(uuid, text, text) is
  'Has Stripe make an address where the owner of an account says who they are: read '
  'payout_onboarding_link until it is there, usually within a second. Needs payouts.manage. '
  'Raises LMINP (an address that is not https), LMPOA, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.request_onboarding_link(uuid, text, text) to lml_user;

--! split: 1112-functions-payments-request_refund.sql
-- A refund by staff: beyond the terms, so with words, and above the organization's threshold only
-- with a second person.
create or replace function app_private.request_refund(
  booking app_public.bookings, request app_public.refund_requests
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := request_refund.booking;
  v_request app_public.refund_requests := request_refund.request;
  v_constraint text;
  v_column text;
begin
  -- What is unknown would be nothing when the threshold is asked, and all of it when it is carried out.
  v_request.percentage := case
    when v_request.kind in ('full', 'ticket') then v_request.percentage else 100
  end;
  if coalesce(v_request.percentage not between 0 and 100, true) then
    raise exception 'A share is 0 to 100 percent.' using errcode = 'LMINP', detail = 'percentage';
  end if;
  if v_request.kind <> 'partial'
    and num_nulls(v_request.refunds_service_fees, v_request.refunds_processing_fees) > 0
  then
    raise exception 'Say whether fees come back.' using errcode = 'LMINP', detail = 'with_fees';
  end if;
  v_request.percentage := round(v_request.percentage, 4);
  perform app_private.require_refundable(v_booking, v_request.kind);
  perform app_private.require_tickets_of(v_booking, v_request.ticket_ids);
  v_request.organization_id := v_booking.organization_id;
  v_request.booking_id := v_booking.id;
  v_request.currency := v_booking.currency;
  v_request.is_exception := true;
  if v_request.kind = 'partial' and coalesce(v_request.amount_cents, 0) <= 0 then
    raise exception 'Name an amount above zero.' using errcode = 'LMINP', detail = 'amount_cents';
  end if;
  if v_request.kind = 'partial'
    and v_request.amount_cents % app_hidden.charge_step(v_request.currency) <> 0
  then
    raise exception 'An amount of this currency is a multiple of %.',
        app_hidden.charge_step(v_request.currency)
      using errcode = 'LMINP', detail = 'amount_cents';
  end if;
  v_request.amount_cents := (
    select coalesce(sum(app_private.total_of_part(p)), 0)
    from app_private.parts_of_request(v_booking, v_request) as p
  );
  if v_request.kind = 'fee_only' and v_request.amount_cents = 0 then
    raise exception 'No fees are left to return.' using errcode = 'LMRFX', detail = '0';
  end if;
  v_request.status := case
    when app_private.needs_approval(v_booking, v_request.amount_cents) then 'requested'
    else 'approved'
  end;
  v_request := app_private.store_refund_request(v_request);
  if v_request.status = 'approved' then
    v_request := app_private.carry_out_request(v_booking, v_request);
  end if;
  return v_request;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_private.request_refund(app_public.bookings, app_public.refund_requests) is
  'Writes a request of staff down, and carries it out unless somebody else has to approve it. '
  'Raises LMBST, LMRFX, LMTUS, LMTVD, LMINP.';

--! split: 1113-functions-payments-requeue_payouts.sql
-- What was approved and could not be sent (held, not due, an account that was restricted), and what
-- failed in a way that passes.
create or replace function app_private.requeue_payouts(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
  v_count integer := 0;
begin
  for v_payout in
    select * from app_public.payouts as p
    where (p.status = 'approved' and p.scheduled_for <= now())
      or (p.status = 'in_transit' and p.initiated_at < now() - interval '10 minutes')
      or (p.status = 'failed' and p.retry_at <= now())
    order by p.scheduled_for
    limit requeue_payouts.batch_limit
    for no key update skip locked
  loop
    if v_payout.status = 'failed' then
      perform app_private.retry_payout_again(v_payout);
    elsif v_payout.status = 'in_transit' or app_private.may_send_payout(v_payout) then
      perform app_private.add_stripe_job('payout.send', v_payout.id, '0');
    else
      continue;
    end if;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.requeue_payouts(integer) is
  'Has payouts sent that wait, and those sent again that failed for a while; returns how many.';
grant execute on function app_private.requeue_payouts(integer) to lml_worker;

--! split: 1114-functions-payments-require_answerable.sql
-- A bank listens once, and only until it wants to.
create or replace function app_private.require_answerable(dispute app_public.disputes)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_detail text := case
    when (require_answerable.dispute).status not in ('warning_needs_response', 'needs_response')
      then (require_answerable.dispute).status::text
    when (require_answerable.dispute).evidence_due_at < now() then 'late'
    when exists (
      select from app_public.dispute_responses as r
      where r.organization_id = (require_answerable.dispute).organization_id
        and r.dispute_id = (require_answerable.dispute).id and r.status <> 'refused'
    ) then 'answered'
  end;
begin
  if v_detail is not null then
    raise exception 'The dispute takes no answer: %.', v_detail
      using errcode = 'LMDSP', detail = v_detail;
  end if;
end
$$;

comment on function app_private.require_answerable(app_public.disputes) is
  'Raises LMDSP when a dispute was answered, is over, or its time is.';

--! split: 1115-functions-payments-require_closable.sql
create or replace function app_private.require_closable(period app_public.accounting_periods)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid := (require_closable.period).organization_id;
  v_period date := (require_closable.period).period;
  v_mismatched bigint;
  v_pending bigint;
  v_findings bigint;
begin
  if exists (
    select
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where t.organization_id = v_organization_id and t.accounting_period = v_period
    group by a.currency
    having sum(e.amount_cents) <> 0
  ) then
    raise exception 'The month does not sum to zero.' using errcode = 'LMBAL', detail = 'period';
  end if;
  if exists (
    select
    from app_public.ledger_corrections as c
    join app_public.ledger_transactions as t
      on t.organization_id = c.organization_id and t.id = c.corrects_id
    where c.organization_id = v_organization_id
      and c.status = 'requested'
      and t.accounting_period = v_period
  ) then
    raise exception 'A correction of something in this month waits for a decision.'
      using errcode = 'LMPER', detail = 'corrections',
        hint = 'Ask the platform to post or reject it.';
  end if;
  -- A difference that somebody has closed with a note keeps nobody from closing the month.
  select count(*) filter (
      where m.reconciliation_status = 'mismatched' and not exists (
        select from app_public.payment_findings as f
        where f.organization_id = m.organization_id
          and f.kind like 'reconciliation\_%'
          and f.resolved_at is not null
          and f.detail @> jsonb_build_object(
            'books', jsonb_build_object('payment_transaction_ids', jsonb_build_array(m.id))
          )
      )
    ),
    count(*) filter (where m.reconciliation_status = 'pending')
  into v_mismatched, v_pending
  from app_public.payment_transactions as m
  where m.organization_id = v_organization_id
    and m.accounting_period = v_period
    and m.reconciliation_status <> 'matched';
  select count(*) into v_findings
  from app_public.payment_findings as f
  where f.organization_id = v_organization_id
    and f.kind like 'reconciliation\_%'
    and f.accounting_period <= v_period
    and f.resolved_at is null
    and f.gone_at is null;
  if v_findings > 0 then
    raise exception 'Stripe and the books differ in % places that nobody has closed.', v_findings
      using errcode = 'LMPER', detail = 'findings',
        hint = 'Look into each, and close it with resolve_payment_finding and a note.';
  end if;
  if v_mismatched > 0 then
    raise exception 'Of % movements of the month, Stripe says something else.', v_mismatched
      using errcode = 'LMPER', detail = 'mismatched', hint = 'Find out why, and correct it.';
  end if;
  return v_pending;
end
$$;

comment on function app_private.require_closable(app_public.accounting_periods) is
  'How many movements of a month were not compared with Stripe. Raises LMBAL or LMPER when it cannot '
  'be closed at all.';

--! split: 1116-functions-payments-require_evidence.sql
-- The texts among Stripe's fields, within its limits. Files are uploaded at Stripe.
create or replace function app_private.require_evidence(evidence jsonb)
returns void
language plpgsql immutable set search_path = ''
as $$
declare
  c_fields constant text[] := array[
    'access_activity_log', 'billing_address', 'cancellation_policy_disclosure',
    'cancellation_rebuttal', 'customer_email_address', 'customer_name', 'customer_purchase_ip',
    'duplicate_charge_explanation', 'duplicate_charge_id', 'product_description',
    'refund_policy_disclosure', 'refund_refusal_explanation', 'service_date',
    'shipping_address', 'shipping_carrier', 'shipping_date', 'shipping_tracking_number',
    'uncategorized_text'
  ];
  v_field record;
begin
  if jsonb_typeof(require_evidence.evidence) is distinct from 'object'
    or require_evidence.evidence = '{}'
    or length(require_evidence.evidence::text) > 150000
  then
    raise exception 'Evidence is an object of texts, of 150,000 characters at most.'
      using errcode = 'LMINP', detail = 'evidence';
  end if;
  for v_field in select * from jsonb_each(require_evidence.evidence) loop
    if v_field.key <> all (c_fields)
      or jsonb_typeof(v_field.value) <> 'string'
      or length(v_field.value #>> '{}') not between 1 and 20000
    then
      raise exception 'This is no evidence that a bank takes: %.', left(v_field.key, 100)
        using errcode = 'LMINP', detail = left(v_field.key, 100),
          hint = 'Name texts of 1 to 20,000 characters: ' || array_to_string(c_fields, ', ');
    end if;
  end loop;
end
$$;

comment on function app_private.require_evidence(jsonb) is
  'Raises LMINP unless these are texts that Stripe takes as evidence.';

--! split: 1117-functions-payments-require_payable.sql
-- Asked when a payout is made, submitted and approved, and once more just before it is sent.
create or replace function app_private.require_payable(organization_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
begin
  select * into strict v_organization
  from app_public.organizations as o where o.id = require_payable.organization_id;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  if v_organization.verification_status <> 'verified' then
    raise exception 'The organization is not verified.'
      using errcode = 'LMPOA', detail = 'unverified',
        hint = 'Hand in documents with requestOrganizationVerification.';
  end if;
end
$$;

comment on function app_private.require_payable(uuid) is
  'Raises LMORG for an organization that is suspended or closed, LMPOA for one that is not verified.';

--! split: 1118-functions-payments-require_refundable.sql
-- Money for a disputed booking is with the bank that disputes it.
create or replace function app_private.require_refundable(
  booking app_public.bookings, kind app_public.refund_kind
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if (require_refundable.booking).confirmed_at is null
    or (require_refundable.booking).status = 'disputed'
    or (
      require_refundable.kind in ('full', 'ticket')
      and (require_refundable.booking).status not in ('confirmed', 'partially_paid')
    )
    -- Its parts have to sum to its price, and it has no tickets yet to take an amount off.
    or (
      require_refundable.kind in ('partial', 'fee_only')
      and (require_refundable.booking).status = 'partially_paid'
    )
  then
    raise exception 'The booking is %.', (require_refundable.booking).status
      using errcode = 'LMBST', detail = (require_refundable.booking).status::text;
  end if;
end
$$;

comment on function app_private.require_refundable(app_public.bookings, app_public.refund_kind) is
  'Raises LMBST unless something of the booking may be taken back.';

--! split: 1119-functions-payments-require_undisputed.sql
create or replace function app_private.require_undisputed(
  intent app_public.payment_intents, amount_cents bigint
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_left bigint := (require_undisputed.intent).received_cents
    - (require_undisputed.intent).refunded_cents - (require_undisputed.intent).disputed_cents;
begin
  if app_private.has_open_dispute(require_undisputed.intent) then
    raise exception 'The buyer''s bank has taken this payment back, and decides whose it is.'
      using errcode = 'LMDSP', detail = 'open', hint = 'Wait for the end of the dispute.';
  end if;
  if require_undisputed.amount_cents > v_left then
    raise exception 'Less than that is left of what was received.'
      using errcode = 'LMRFX', detail = v_left::text;
  end if;
end
$$;

comment on function app_private.require_undisputed(app_public.payment_intents, bigint) is
  'Raises LMDSP while a payment is disputed, LMRFX when it has less left than is to be returned.';

--! split: 1120-functions-payments-retry_by_itself.sql
-- Only for what passes: Stripe's balance was empty, or a bank did not answer. An hour, six hours, a
-- day, three days, with up to a tenth more, so that many do not come back at the same moment.
-- Anything else, such as a closed account, is for people to look at.
create or replace function app_private.retry_by_itself(refund app_public.refunds)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_waits constant interval[] := array['1 hour', '6 hours', '1 day', '3 days'];
  v_wait interval := c_waits[(retry_by_itself.refund).attempt];
begin
  if v_wait is null or (retry_by_itself.refund).status <> 'failed'
    or coalesce((retry_by_itself.refund).failure_reason, '')
      not in ('insufficient_funds', 'processing_error', 'unknown')
  then
    return;
  end if;
  perform app_private.queue_refund(
    p, (retry_by_itself.refund).amount_cents, (retry_by_itself.refund).reason,
    (retry_by_itself.refund).request_id, retry_by_itself.refund,
    v_wait * (1 + random() / 10)
  )
  from app_public.payment_intents as p
  where p.organization_id = (retry_by_itself.refund).organization_id
    and p.id = (retry_by_itself.refund).payment_intent_id
    -- Not while a bank decides who has the money, nor when it has it.
    and not app_private.has_open_dispute(p)
    and p.received_cents - p.refunded_cents - p.disputed_cents
      >= (retry_by_itself.refund).amount_cents;
end
$$;

comment on function app_private.retry_by_itself(app_public.refunds) is
  'Queues a failed refund again, later, if that may help.';

--! split: 1121-functions-payments-retry_payout.sql
create or replace function app_public.retry_payout(payout_id uuid)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout(
    retry_payout.payout_id, 'payouts.manage'
  );
begin
  perform app_hidden.refuse_impersonator();
  perform app_private.require_payable(v_payout.organization_id);
  if v_payout.status <> 'failed' then
    perform app_private.raise_payout_status(v_payout);
  end if;
  return app_private.retry_payout_again(v_payout);
end
$$;

comment on function app_public.retry_payout(uuid) is
  'Has a payout sent again that Stripe has refused. Needs payouts.manage. Raises LMPOS, LMPOA, LMORG, '
  'LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.retry_payout(uuid) to lml_user;

--! split: 1122-functions-payments-retry_payout_again.sql
create or replace function app_private.retry_payout_again(payout app_public.payouts)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  -- Another attempt is another request, with another key: the one before was refused.
  update app_public.payouts as p
  set status = 'approved', attempt = p.attempt + 1, retry_at = null
  where p.id = (retry_payout_again.payout).id and p.status = 'failed'
  returning * into v_payout;
  if found then
    perform app_private.add_stripe_job('payout.send', v_payout.id, '0');
  end if;
  return v_payout;
end
$$;

comment on function app_private.retry_payout_again(app_public.payouts) is
  'Has a payout sent again that Stripe has refused.';

--! split: 1123-functions-payments-retry_refund.sql
create or replace function app_public.retry_refund(refund_id uuid)
returns app_public.refunds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_refund app_public.refunds;
  v_next app_public.refunds;
  v_intent app_public.payment_intents;
begin
  select r.* into v_refund from app_public.refunds as r where r.id = retry_refund.refund_id;
  perform app_private.lock_booking_for_refund(v_refund.booking_id, 'payments.refund');
  select * into strict v_refund
  from app_public.refunds as r where r.id = retry_refund.refund_id
  for no key update;
  select * into v_next
  from app_public.refunds as r
  where r.organization_id = v_refund.organization_id and r.retried_refund_id = v_refund.id;
  if found then
    return v_next;
  end if;
  if v_refund.status not in ('failed', 'canceled') then
    raise exception 'The refund is %.', v_refund.status
      using errcode = 'LMRFD', detail = v_refund.status::text;
  end if;
  select * into strict v_intent
  from app_public.payment_intents as p
  where p.organization_id = v_refund.organization_id and p.id = v_refund.payment_intent_id
  for no key update;
  perform app_private.require_undisputed(v_intent, v_refund.amount_cents);
  perform app_private.queue_refund(
    v_intent, v_refund.amount_cents, v_refund.reason, v_refund.request_id, v_refund
  );
  select * into strict v_next
  from app_public.refunds as r
  where r.organization_id = v_refund.organization_id and r.retried_refund_id = v_refund.id;
  return v_next;
end
$$;

comment on function app_public.retry_refund(uuid) is
  'Sends a failed refund again, as a new one, and returns that; once: again it is the same one. '
  'Needs payments.refund. Raises LMBKG, LMRGT, LMRFD (it has not failed), '
  'LMDSP (the payment is disputed), LMRFX (a lost dispute left less), LMAUT, LMSES.';
grant execute on function app_public.retry_refund(uuid) to lml_user;

--! split: 1124-functions-payments-reverse_payout.sql
create or replace function app_public.reverse_payout(
  payout_id uuid, reason text, amount_cents bigint default null,
  idempotency_key text default null
)
returns app_public.payout_reversals
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
  v_reversal app_public.payout_reversals;
  v_known uuid;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_platform_role('support');
  v_known := app_private.replay_result(
    reverse_payout.idempotency_key, 'reverse_payout',
    jsonb_build_array(reverse_payout.payout_id, reverse_payout.reason, reverse_payout.amount_cents)
  );
  if v_known is not null then
    select * into strict v_reversal from app_public.payout_reversals as r where r.id = v_known;
    return v_reversal;
  end if;
  v_payout := app_private.lock_payout_for_hold(reverse_payout.payout_id);
  if v_payout.status <> 'paid' then
    perform app_private.raise_payout_status(v_payout);
  end if;
  insert into app_public.payout_reversals (
    organization_id, payout_id, amount_cents, reason, requested_by
  )
  values (
    v_payout.organization_id, v_payout.id,
    coalesce(reverse_payout.amount_cents, v_payout.net_payout_cents - v_payout.reversed_cents),
    trim(reverse_payout.reason), app_hidden.current_user_id()
  )
  returning * into v_reversal;
  update app_public.payouts as p
  set reversed_cents = p.reversed_cents + v_reversal.amount_cents
  where p.id = v_payout.id;
  perform app_private.add_stripe_job('payout_reversal.create', v_reversal.id, '0');
  perform app_private.keep_result(reverse_payout.idempotency_key, v_reversal.id);
  return v_reversal;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    raise exception 'That is more than was paid.' using errcode = 'LMINP', detail = 'amount_cents';
end
$$;

comment on function app_public.reverse_payout(uuid, text, bigint, text) is
  'Takes a payout back, or an amount of it; the payee is owed it again. For the platform''s support. '
  'Raises LMPOS, LMINP, LMNFD, LMRGT, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.reverse_payout(uuid, text, bigint, text) to lml_user;

--! split: 1125-functions-payments-rounded.sql
-- Stripe charges currencies with three decimals in steps of ten of their minor unit, and two that have
-- lost their decimals in steps of a hundred: every part of a price is a multiple of it there.
create or replace function app_hidden.rounded(amount numeric, currency text)
returns bigint
language sql immutable parallel safe
return (
  round(rounded.amount / app_hidden.charge_step(rounded.currency))
    * app_hidden.charge_step(rounded.currency)
)::bigint;

comment on function app_hidden.rounded(numeric, text) is
  'An amount that can be charged in a currency, half away from zero.';

--! split: 1126-functions-payments-run_due_payouts.sql
-- Organization by organization, of which each is one transaction's part: what goes wrong with one is a
-- finding, and does not keep the others from being paid.
create or replace function app_private.run_due_payouts(batch_limit integer default 50)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_due record;
  v_count integer := 0;
begin
  for v_due in
    select d.organization_id, d.ends_at from app_private.due_payouts(run_due_payouts.batch_limit) as d
  loop
    insert into app_private.payout_runs (organization_id)
    values (v_due.organization_id) on conflict do nothing;
    -- Somebody else is at it.
    perform from app_private.payout_runs as r
    where r.organization_id = v_due.organization_id
      and (r.ran_until is null or r.ran_until < v_due.ends_at)
    for update skip locked;
    continue when not found;
    v_count := v_count + 1;
    begin
      perform app_private.run_payouts_of(v_due.organization_id, v_due.ends_at);
      update app_private.payout_runs as r
      set ran_until = v_due.ends_at, retry_at = null
      where r.organization_id = v_due.organization_id;
    exception when others then
      update app_private.payout_runs as r
      set retry_at = now() + interval '1 hour'
      where r.organization_id = v_due.organization_id;
      perform app_private.raise_payment_finding(
        'payouts_not_made', v_due.organization_id::text, v_due.organization_id, null,
        jsonb_build_object('code', sqlstate, 'reason', sqlerrm)
      );
    end;
  end loop;
  return v_count;
end
$$;

comment on function app_private.run_due_payouts(integer) is
  'Makes the payouts of periods that have ended; returns for how many organizations.';
grant execute on function app_private.run_due_payouts(integer) to lml_worker;

--! split: 1127-functions-payments-run_payouts_of.sql
create or replace function app_private.run_payouts_of(organization_id uuid, ends_at timestamptz)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payee record;
begin
  for v_payee in
    select a.promoter_id, c.currency
    from app_public.stripe_accounts as a
    cross join (
      select distinct l.currency from app_public.ledger_accounts as l
      where l.organization_id = run_payouts_of.organization_id
        and l.kind in ('organizer_payable', 'promoter_payable')
    ) as c
    where a.organization_id = run_payouts_of.organization_id
      and a.transfers_enabled and a.payout_enabled and a.deauthorized_at is null
    order by a.promoter_id nulls first, c.currency
  loop
    begin
      perform app_private.queue_payout(app_private.make_payout(
        run_payouts_of.organization_id, v_payee.promoter_id, v_payee.currency,
        run_payouts_of.ends_at, null
      ));
    exception when sqlstate 'LMPOE' then
      -- Carried over: it is in no payout, and the next one finds it.
      null;
    end;
  end loop;
end
$$;

comment on function app_private.run_payouts_of(uuid, timestamptz) is
  'Makes and submits what is to be paid to an organization and its promoters at the end of a period.';

--! split: 1128-functions-payments-set_payout_settings.sql
create or replace function app_public.set_payout_settings(
  organization_id uuid, payout_timing app_public.payout_timing default null,
  payout_delay_days integer default null, approval_above_cents bigint default null
)
returns app_public.organization_settings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_settings app_public.organization_settings;
  v_constraint text;
  v_column text;
begin
  perform app_private.lock_organization(
    set_payout_settings.organization_id, 'organization.manage'
  );
  perform app_hidden.refuse_impersonator();
  update app_public.organization_settings as s
  set payout_timing = coalesce(set_payout_settings.payout_timing, s.payout_timing),
    payout_delay_days = coalesce(set_payout_settings.payout_delay_days, s.payout_delay_days),
    payout_approval_above_cents = set_payout_settings.approval_above_cents
  where s.organization_id = set_payout_settings.organization_id
  returning * into strict v_settings;
  return v_settings;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_payout_settings(
  uuid, app_public.payout_timing, integer, bigint
) is
  'When money may be paid out (null: as before), and above which amount a second person approves a '
  'payout (null: nobody). Schedule and minimum are changed by update_organization_settings. Needs '
  'organization.manage. Raises LMINP, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.set_payout_settings(
  uuid, app_public.payout_timing, integer, bigint
) to lml_user;

--! split: 1129-functions-payments-set_stripe_fees_payer.sql
create or replace function app_public.set_stripe_fees_payer(
  organization_id uuid, pays_stripe_fees boolean
)
returns app_public.organization_settings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_settings app_public.organization_settings;
begin
  perform app_hidden.require_platform_role('support');
  perform app_private.lock_any_organization(set_stripe_fees_payer.organization_id);
  if set_stripe_fees_payer.pays_stripe_fees is null then
    perform app_hidden.raise_bad_input(null, 'pays_stripe_fees');
  end if;
  update app_public.organization_settings as s
  set pays_stripe_fees = set_stripe_fees_payer.pays_stripe_fees
  where s.organization_id = set_stripe_fees_payer.organization_id
  returning * into strict v_settings;
  return v_settings;
end
$$;

comment on function app_public.set_stripe_fees_payer(uuid, boolean) is
  'Whether what Stripe charges is taken off the payouts of an organization, from the next one that '
  'is made. For the platform''s support. Raises LMINP, LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.set_stripe_fees_payer(uuid, boolean) to lml_user;

--! split: 1130-functions-payments-settle_disputes_of.sql
-- What disputes mean for a booking, derived from where they stand: called with every news of them,
-- and when a refund fails, it changes what is not so yet. The booking is locked.
create or replace function app_private.settle_disputes_of(booking_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_dispute app_public.disputes;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = settle_disputes_of.booking_id
  for no key update;
  if not exists (
    select from app_public.disputes as d
    where d.organization_id = v_booking.organization_id and d.booking_id = v_booking.id
  ) then
    return;
  end if;
  if v_booking.status in ('confirmed', 'partially_paid', 'completed') and exists (
    select from app_public.disputes as d
    where d.organization_id = v_booking.organization_id and d.booking_id = v_booking.id
      and (d.status in ('needs_response', 'under_review') or d.counted_cents > d.lost_cents)
  ) then
    v_booking := app_private.block_booking(v_booking);
  end if;
  for v_dispute in
    select * from app_public.disputes as d
    where d.organization_id = v_booking.organization_id and d.booking_id = v_booking.id
      and d.status = 'lost'
    order by d.opened_at, d.stripe_dispute_id
    for no key update
  loop
    v_booking := app_private.lose_dispute(v_booking, v_dispute);
  end loop;
  if v_booking.status = 'disputed' and not exists (
    select from app_public.disputes as d
    where d.organization_id = v_booking.organization_id and d.booking_id = v_booking.id
      and d.status in ('needs_response', 'under_review')
  ) then
    perform app_private.unblock_booking(v_booking);
  end if;
end
$$;

comment on function app_private.settle_disputes_of(uuid) is
  'Makes a booking, its tickets and its money what its disputes say.';

--! split: 1131-functions-payments-share_to_charge.sql
create or replace function app_hidden.share_to_charge(
  amount_cents bigint, part_no bigint, parts integer, currency text
)
returns bigint
language sql immutable parallel safe
return app_hidden.share_of(
    share_to_charge.amount_cents / app_hidden.charge_step(share_to_charge.currency),
    share_to_charge.part_no, share_to_charge.parts
  ) * app_hidden.charge_step(share_to_charge.currency)
  + case when share_to_charge.part_no = share_to_charge.parts
    then share_to_charge.amount_cents % app_hidden.charge_step(share_to_charge.currency)
    else 0
  end;

comment on function app_hidden.share_to_charge(bigint, bigint, integer, text) is
  'Part 1 to N of an amount, each of which a card can be charged; all N sum to it.';

--! split: 1132-functions-payments-store_dispute.sql
create or replace function app_private.store_dispute(
  intent app_public.payment_intents, object jsonb, event jsonb
)
returns app_public.disputes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := store_dispute.object;
  v_news text := app_private.dispute_news(v_object, store_dispute.event);
  v_opened_at timestamptz := coalesce(
    to_timestamp((v_object ->> 'created')::double precision), now()
  );
  v_status app_public.dispute_status := (v_object ->> 'status')::app_public.dispute_status;
  v_is_answered boolean := coalesce(
    (v_object #>> '{evidence_details,submission_count}')::numeric > 0, false
  );
  v_dispute app_public.disputes;
begin
  insert into app_public.disputes (
    organization_id, booking_id, payment_intent_id, stripe_dispute_id, status, reason,
    amount_cents, currency, opened_at
  )
  values (
    (store_dispute.intent).organization_id, (store_dispute.intent).booking_id,
    (store_dispute.intent).id, v_object ->> 'id', 'warning_needs_response',
    coalesce(left(v_object ->> 'reason', 100), 'general'), (v_object ->> 'amount')::bigint,
    (store_dispute.intent).currency, v_opened_at
  )
  on conflict on constraint disputes_stripe_id_is_unique do nothing;
  update app_public.disputes as d
  set status = v_status,
    stripe_news = v_news,
    stripe_charge_id = coalesce(v_object #>> '{charge,id}', v_object ->> 'charge'),
    reason = coalesce(left(v_object ->> 'reason', 100), d.reason),
    network_reason_code = left(
      v_object #>> '{payment_method_details,card,network_reason_code}', 100
    ),
    -- What was lost stays lost.
    amount_cents = greatest((v_object ->> 'amount')::bigint, d.lost_cents),
    counted_cents = least(d.counted_cents, (v_object ->> 'amount')::bigint),
    evidence_due_at = to_timestamp(
      (v_object #>> '{evidence_details,due_by}')::double precision
    ),
    evidence_submitted_at = case when v_is_answered
      then coalesce(d.evidence_submitted_at, now()) else d.evidence_submitted_at end,
    closed_at = case when v_status in ('warning_closed', 'prevented', 'won', 'lost')
      then coalesce(d.closed_at, now()) end
  where d.organization_id = (store_dispute.intent).organization_id
    and d.stripe_dispute_id = v_object ->> 'id'
    and coalesce(d.stripe_news collate "C" < v_news, true)
    -- The first word of a bank is its last.
    and not (d.status in ('won', 'lost') and d.status <> v_status)
  returning * into v_dispute;
  if not found then
    select * into strict v_dispute
    from app_public.disputes as d
    where d.organization_id = (store_dispute.intent).organization_id
      and d.stripe_dispute_id = v_object ->> 'id';
  end if;
  return v_dispute;
end
$$;

comment on function app_private.store_dispute(app_public.payment_intents, jsonb, jsonb) is
  'Keeps what is told of a dispute, if nothing newer is known.';

--! split: 1133-functions-payments-store_reconciliation_results.sql
create or replace function app_private.store_reconciliation_results(run_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.reconciliation_results (
    run_id, organization_id, currency, stripe_count, stripe_gross_cents, stripe_fee_cents,
    stripe_net_cents, book_count, book_net_cents, matched_count, finding_count
  )
  select
    store_reconciliation_results.run_id, s.organization_id, s.currency,
    sum(s.stripe_count), sum(s.gross), sum(s.fee), sum(s.net), sum(s.book_count),
    sum(s.book_net), sum(s.matched_count), sum(s.finding_count)
  from (
    select k.organization_id, k.currency, count(*) as stripe_count,
      sum(k.amount_cents) as gross, sum(k.fee_cents) as fee, sum(k.net_cents) as net,
      0 as book_count, 0 as book_net, 0 as matched_count, 0 as finding_count
    from app_private.stripe_balance_transactions as k
    group by k.organization_id, k.currency
    union all
    select m.organization_id, m.currency, 0, 0, 0, 0, count(*), sum(m.net_amount_cents),
      count(*) filter (where m.reconciliation_status = 'matched'), 0
    from app_public.payment_transactions as m
    group by m.organization_id, m.currency
    union all
    select f.organization_id, f.detail ->> 'currency', 0, 0, 0, 0, 0, 0, 0, count(*)
    from app_public.payment_findings as f
    where f.kind like 'reconciliation\_%' and f.resolved_at is null and f.gone_at is null
    group by f.organization_id, f.detail ->> 'currency'
  ) as s
  group by s.organization_id, s.currency
$$;

comment on function app_private.store_reconciliation_results(uuid) is
  'Writes down what a comparison found, by organization and currency.';

--! split: 1134-functions-payments-store_stripe_balances.sql
create or replace function app_private.store_stripe_balances(
  run_id uuid, balances jsonb, is_certain boolean
)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.reconciliation_balances (
    run_id, currency, stripe_cents, listed_cents, book_cents, is_certain
  )
  select store_stripe_balances.run_id, s.currency, sum(s.stripe), sum(s.listed), sum(s.book),
    store_stripe_balances.is_certain
  from (
    select upper(b.key) as currency, b.value::bigint as stripe, 0 as listed, 0 as book
    from jsonb_each_text(store_stripe_balances.balances) as b
    union all
    select k.currency, 0, k.net_cents, 0 from app_private.stripe_balance_transactions as k
    union all
    select a.currency, 0, 0, e.amount_cents
    from app_public.ledger_entries as e
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where a.kind = 'stripe_balance'
  ) as s
  group by s.currency
$$;

comment on function app_private.store_stripe_balances(uuid, jsonb, boolean) is
  'Writes down the balance at Stripe beside what explains it, by currency.';

--! split: 1135-functions-payments-store_stripe_movements.sql
-- A page and the place where it ends are kept together, so that a run may die after any of them.
create or replace function app_private.store_stripe_movements(
  run_id uuid, movements jsonb, is_of_window boolean, is_last boolean
)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count bigint;
begin
  insert into app_private.stripe_balance_transactions as k (
    id, type, amount_cents, fee_cents, net_cents, currency, source, occurred_at, available_at,
    run_id
  )
  select m ->> 'id', m ->> 'type', (m ->> 'amount')::bigint, (m ->> 'fee')::bigint,
    (m ->> 'net')::bigint, upper(m ->> 'currency'), m ->> 'source',
    to_timestamp((m ->> 'created')::bigint), to_timestamp((m ->> 'available_on')::bigint),
    store_stripe_movements.run_id
  from jsonb_array_elements(store_stripe_movements.movements) as m
  order by m ->> 'id'
  on conflict (id) do update
  set type = excluded.type, amount_cents = excluded.amount_cents, fee_cents = excluded.fee_cents,
    net_cents = excluded.net_cents, currency = excluded.currency, source = excluded.source,
    occurred_at = excluded.occurred_at, available_at = excluded.available_at
  where (
    k.type, k.amount_cents, k.fee_cents, k.net_cents, k.currency, k.source, k.occurred_at,
    k.available_at
  ) is distinct from (
    excluded.type, excluded.amount_cents, excluded.fee_cents, excluded.net_cents,
    excluded.currency, excluded.source, excluded.occurred_at, excluded.available_at
  );
  get diagnostics v_count = row_count;
  if store_stripe_movements.is_of_window then
    update app_public.reconciliation_runs as r
    set starting_after = coalesce(
        store_stripe_movements.movements #>> '{-1,id}', r.starting_after
      ),
      status = case when store_stripe_movements.is_last then 'comparing' else r.status end,
      listed_at = case when store_stripe_movements.is_last then now() else r.listed_at end
    where r.id = store_stripe_movements.run_id and r.status = 'listing';
  end if;
  return v_count;
end
$$;

comment on function app_private.store_stripe_movements(uuid, jsonb, boolean, boolean) is
  'Keeps a page of Stripe''s balance transactions; returns how many were new or have changed.';
grant execute on function app_private.store_stripe_movements(uuid, jsonb, boolean, boolean)
  to lml_worker;

--! split: 1136-functions-payments-stripe_id_in.sql
create or replace function app_private.stripe_id_in(object jsonb, field text)
returns text
language sql immutable
return case jsonb_typeof(stripe_id_in.object -> stripe_id_in.field)
  when 'object' then stripe_id_in.object -> stripe_id_in.field ->> 'id'
  else stripe_id_in.object ->> stripe_id_in.field
end;

comment on function app_private.stripe_id_in(jsonb, text) is
  'The id to which a field of a Stripe object refers, whether it was expanded or not.';

--! split: 1137-functions-payments-stripe_sources_to_look_up.sql
create or replace function app_private.stripe_sources_to_look_up(batch_limit integer)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.identify_stripe_movements();
  return (
    select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'source', s.source)), '[]')
    from (
      select k.id, k.source
      from app_private.stripe_balance_transactions as k
      where not k.is_matched and k.organization_id is null and k.looked_up_at is null
        and k.source ~ '^(ch|py|re|pyr)_'
      order by k.id
      limit stripe_sources_to_look_up.batch_limit
    ) as s
  );
end
$$;

comment on function app_private.stripe_sources_to_look_up(integer) is
  'Charges and refunds that Stripe has to be asked about, since nothing here knows them.';
grant execute on function app_private.stripe_sources_to_look_up(integer) to lml_worker;

--! split: 1138-functions-payments-submit_dispute_evidence.sql
create or replace function app_public.submit_dispute_evidence(
  dispute_id uuid, evidence jsonb, idempotency_key text default null
)
returns app_public.dispute_responses
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_dispute app_public.disputes := app_private.lock_dispute(submit_dispute_evidence.dispute_id);
  v_response app_public.dispute_responses;
  v_known uuid := app_private.replay_result(
    submit_dispute_evidence.idempotency_key, 'submit_dispute_evidence',
    jsonb_build_array(submit_dispute_evidence.dispute_id, submit_dispute_evidence.evidence)
  );
begin
  if v_known is not null then
    select * into strict v_response
    from app_public.dispute_responses as r where r.id = v_known;
    return v_response;
  end if;
  perform app_private.require_evidence(submit_dispute_evidence.evidence);
  perform app_private.require_answerable(v_dispute);
  v_response := app_private.answer_dispute(v_dispute, false, submit_dispute_evidence.evidence);
  perform app_private.keep_result(submit_dispute_evidence.idempotency_key, v_response.id);
  return v_response;
end
$$;

comment on function app_public.submit_dispute_evidence(uuid, jsonb, text) is
  'Sends evidence to the bank, which takes it once: texts by Stripe''s names, such as those that '
  'prepareDisputeEvidence suggests. Needs disputes.manage. Raises LMNFD, LMRGT, LMDSP (it was '
  'answered, is over, or its time is), LMINP, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.submit_dispute_evidence(uuid, jsonb, text) to lml_user;

--! split: 1139-functions-payments-submit_payout.sql
create or replace function app_public.submit_payout(payout_id uuid)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout(
    submit_payout.payout_id, 'payouts.manage'
  );
begin
  perform app_hidden.refuse_impersonator();
  perform app_private.require_payable(v_payout.organization_id);
  if v_payout.status <> 'draft' then
    perform app_private.raise_payout_status(v_payout);
  end if;
  return app_private.queue_payout(v_payout);
end
$$;

comment on function app_public.submit_payout(uuid) is
  'Has a draft sent, or asks for a second person when it is above the organization''s threshold. '
  'Needs payouts.manage. Raises LMPOS, LMPOA, LMORG, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.submit_payout(uuid) to lml_user;

--! split: 1140-functions-payments-sum_payout.sql
create or replace function app_private.sum_payout(payout_id uuid, timezone text default null)
returns app_public.payouts
language sql volatile security definer set search_path = ''
as $$
  update app_public.payouts as p
  set gross_revenue_cents = s.gross,
    total_commission_cents = s.commission,
    stripe_fees_cents = s.fees,
    refunds_cents = s.refunds,
    adjustments_cents = s.adjustments,
    net_payout_cents = s.net,
    transactions_included = s.facts,
    events_included = s.events,
    -- From where the last one ended, or from its first fact.
    payout_period_start = case when sum_payout.timezone is null then p.payout_period_start
      else least(p.payout_period_end, coalesce(
        (
          select max(o.payout_period_end) + 1
          from app_public.payouts as o
          where o.organization_id = p.organization_id
            and o.promoter_id is not distinct from p.promoter_id
            and o.currency = p.currency
            and o.id <> p.id
            and o.status <> 'canceled'
        ),
        (s.first_at at time zone sum_payout.timezone)::date, p.payout_period_end
      )) end
  from (
    select coalesce(sum(i.gross_revenue_cents), 0)::bigint as gross,
      coalesce(sum(i.commission_cents), 0)::bigint as commission,
      coalesce(sum(i.stripe_fees_cents), 0)::bigint as fees,
      coalesce(sum(i.refunds_cents), 0)::bigint as refunds,
      coalesce(sum(i.adjustments_cents), 0)::bigint as adjustments,
      coalesce(sum(i.net_cents), 0)::bigint as net,
      count(i.ledger_transaction_id)::integer as facts,
      count(distinct m.event_id)::integer as events,
      min(t.effective_at) as first_at
    from app_public.payout_items as i
    left join app_public.ledger_transactions as t
      on t.organization_id = i.organization_id and t.id = i.ledger_transaction_id
    left join app_public.bookings as b
      on b.organization_id = t.organization_id and b.id = t.booking_id
    left join app_public.performances as m
      on m.organization_id = b.organization_id and m.id = b.performance_id
    where i.payout_id = sum_payout.payout_id
  ) as s
  where p.id = sum_payout.payout_id
  returning p.*
$$;

comment on function app_private.sum_payout(uuid, text) is
  'Writes the sums of its items into a payout and, with a time zone, from when it pays.';

--! split: 1141-functions-payments-surplus_of.sql
-- Whoever paid all of it has paid too much as soon as something was taken back; whoever still owes
-- a part owes less.
create or replace function app_private.surplus_of(booking app_public.bookings)
returns bigint
language sql volatile security definer set search_path = ''
as $$
  select greatest(
    0,
    coalesce(sum(app_private.left_of_payment(p)), 0)
      - ((surplus_of.booking).total_amount_cents - (surplus_of.booking).refunded_cents)
  )::bigint
  from app_public.payment_intents as p
  where p.organization_id = (surplus_of.booking).organization_id
    and p.booking_id = (surplus_of.booking).id
$$;

comment on function app_private.surplus_of(app_public.bookings) is
  'What was received for a booking, and not taken by its bank, beyond what is left of its total.';

--! split: 1142-functions-payments-take_back.sql
-- The one way in which something of a sale is taken back. The booking is locked, its tickets too if
-- they come back; constraints keep every line and ticket within what was paid for it.
create or replace function app_private.take_back(
  booking app_public.bookings, request app_public.refund_requests,
  parts app_private.refund_part[]
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_amount bigint := (
    select coalesce(sum(app_private.total_of_part(p)), 0) from unnest(take_back.parts) as p
  );
begin
  insert into app_public.refund_items (
    organization_id, request_id, booking_id, booking_item_id, ticket_id, is_return, price_cents,
    service_fee_cents, processing_fee_cents, tax_cents, total_cents, commission_cents
  )
  select
    (take_back.request).organization_id, (take_back.request).id, (take_back.request).booking_id,
    p.booking_item_id, p.ticket_id, p.is_return, p.price_cents, p.service_fee_cents,
    p.processing_fee_cents, p.tax_cents, app_private.total_of_part(p), p.commission_cents
  from unnest(take_back.parts) as p;

  update app_public.tickets as t
  set refunded_cents = t.refunded_cents + app_private.total_of_part(p)
  from unnest(take_back.parts) as p
  where t.organization_id = (take_back.request).organization_id and t.id = p.ticket_id
    and app_private.total_of_part(p) > 0;
  update app_public.booking_items as i
  set refunded_cents = i.refunded_cents + l.amount,
    returned_quantity = i.returned_quantity
      + case when l.is_ticketed then l.returned else i.quantity * l.returned end
  from (
    select
      p.booking_item_id, sum(app_private.total_of_part(p)) as amount,
      count(*) filter (where p.is_return) as returned,
      bool_or(p.ticket_id is not null) as is_ticketed
    from unnest(take_back.parts) as p
    group by p.booking_item_id
  ) as l
  where i.organization_id = (take_back.request).organization_id and i.id = l.booking_item_id;
  update app_public.bookings as b
  set refunded_cents = b.refunded_cents + v_amount
  where b.id = (take_back.booking).id
  returning * into v_booking;

  perform app_private.post_take_back(v_booking, take_back.request);
  perform app_private.reduce_invoice(v_booking);
  perform app_private.refund_booking(
    v_booking, (take_back.request).reason, least(v_amount, app_private.surplus_of(v_booking)),
    (take_back.request).id
  );
  return v_booking;
end
$$;

comment on function app_private.take_back(
  app_public.bookings, app_public.refund_requests, app_private.refund_part[]
) is
  'Writes down what is taken back of a sale, reverses that part of its postings, and queues what '
  'was paid too much by then.';

--! split: 1143-functions-payments-take_disputed_back.sql
-- No more than the buyer now lacks to have paid what is left of the sale: of a sale that was taken
-- back before, or never made, nothing is left.
create or replace function app_private.take_disputed_back(
  booking app_public.bookings, dispute app_public.disputes, amount_cents bigint
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := take_disputed_back.booking;
  v_left bigint := v_booking.total_amount_cents - v_booking.refunded_cents;
  v_paid bigint;
  v_amount bigint;
  v_is_whole boolean;
  v_parts app_private.refund_part[];
  v_request app_public.refund_requests;
begin
  if v_booking.confirmed_at is null or v_left = 0 then
    return v_booking;
  end if;
  select coalesce(sum(
    case when p.method = 'invoice' and p.status = 'pending' then p.amount_cents
      else app_private.left_of_payment(p) end
  ), 0) into v_paid
  from app_public.payment_intents as p
  where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id;
  v_amount := least(take_disputed_back.amount_cents, v_left, greatest(0, v_left - v_paid));
  if v_amount = 0 then
    return v_booking;
  end if;
  -- What is only paid for in part is not sold without that part.
  v_is_whole := v_amount = v_left or exists (
    select from app_public.booking_payment_schedule as s
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.status <> 'paid'
  );
  v_parts := array(
    select p from app_private.parts_of_everything(v_booking) as p where v_is_whole
    union all
    select p from app_private.parts_of_amount(v_booking, v_amount) as p where not v_is_whole
  );
  if v_is_whole and v_booking.status = 'disputed' then
    v_booking := app_private.end_disputed(v_booking);
  end if;
  v_request.organization_id := v_booking.organization_id;
  v_request.booking_id := v_booking.id;
  v_request.currency := v_booking.currency;
  v_request.kind := case when v_is_whole then 'full' else 'partial' end;
  v_request.status := 'approved';
  v_request.reason := 'dispute';
  v_request.note := 'Dispute ' || (take_disputed_back.dispute).stripe_dispute_id || ' was lost.';
  v_request.amount_cents := (
    select coalesce(sum(app_private.total_of_part(p)), 0) from unnest(v_parts) as p
  );
  return app_private.take_back(
    v_booking, app_private.store_refund_request(v_request), v_parts
  );
end
$$;

comment on function app_private.take_disputed_back(
  app_public.bookings, app_public.disputes, bigint
) is 'Takes back of a sale what a lost dispute has taken of its money.';

--! split: 1144-functions-payments-tg__wake_parked_events.sql
-- When what an event waited for gets its id at Stripe, or its money, of which a dispute may tell first.
create or replace function app_hidden.tg__wake_parked_events()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform app_private.wake_parked_events(
    case tg_table_name
      when 'refunds' then to_jsonb(new) ->> 'stripe_refund_id'
      else to_jsonb(new) ->> 'stripe_payment_intent_id'
    end
  );
  return null;
end
$$;

comment on function app_hidden.tg__wake_parked_events() is 'Adds jobs for parked events.';

create or replace trigger _900_wake_parked_events
  after update of stripe_payment_intent_id on app_public.payment_intents
  for each row
  when (old.stripe_payment_intent_id is distinct from new.stripe_payment_intent_id)
  execute function app_hidden.tg__wake_parked_events();
create or replace trigger _900_wake_parked_events
  after update of stripe_refund_id on app_public.refunds
  for each row
  when (old.stripe_refund_id is distinct from new.stripe_refund_id)
  execute function app_hidden.tg__wake_parked_events();
create or replace trigger _900_wake_parked_disputes
  after update of status on app_public.payment_intents
  for each row
  when (
    new.status = 'succeeded' and old.status <> 'succeeded'
    and new.stripe_payment_intent_id is not null
  )
  execute function app_hidden.tg__wake_parked_events();

--! split: 1145-functions-payments-tg_payment_transactions__refuse_change.sql
-- Money has moved, or it has not: only what reconciliation finds out is added later.
create or replace function app_hidden.tg_payment_transactions__refuse_change()
returns trigger
language plpgsql set search_path = ''
as $$
declare
  v_allowed app_public.payment_transactions := old;
begin
  v_allowed.reconciliation_status := new.reconciliation_status;
  v_allowed.reconciled_at := new.reconciled_at;
  v_allowed.reconciliation_run_id := new.reconciliation_run_id;
  v_allowed.stripe_balance_transaction_id := coalesce(
    old.stripe_balance_transaction_id, new.stripe_balance_transaction_id
  );
  if new is distinct from v_allowed then
    raise exception 'payment_transactions is append-only, except for its reconciliation.'
      using errcode = 'LMAPP', hint = 'Post a correction.';
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_payment_transactions__refuse_change() is
  'Raises LMAPP for a change of anything but the reconciliation.';

create or replace trigger _200_refuse_change
  before update on app_public.payment_transactions
  for each row execute function app_hidden.tg_payment_transactions__refuse_change();
create or replace trigger _210_refuse_delete
  before delete on app_public.payment_transactions
  for each row execute function app_hidden.tg__refuse_change();
create or replace trigger _200_refuse_truncate
  before truncate on app_public.payment_transactions
  for each statement execute function app_hidden.tg__refuse_change();

--! split: 1146-functions-payments-tg_payout_items__refuse_change.sql
-- An item is written once. All that may be said later is that its payout was given up.
create or replace function app_hidden.tg_payout_items__refuse_change()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and old.released_at is null then
    old.released_at := new.released_at;
    if new is not distinct from old then
      return new;
    end if;
  end if;
  raise exception 'What a payout is made of stays as it is.'
    using errcode = 'LMAPP', hint = 'Cancel the payout: another one pays its items.';
end
$$;

comment on function app_hidden.tg_payout_items__refuse_change() is 'Raises LMAPP.';

create or replace trigger _200_refuse_change
  before update or delete on app_public.payout_items
  for each row execute function app_hidden.tg_payout_items__refuse_change();

--! split: 1147-functions-payments-tg_payouts__check_status.sql
-- Only the moves that payout_status_transitions lists, whoever makes them. What was sent, and what is
-- paid, stays as it is.
create or replace function app_hidden.tg_payouts__check_status()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    if new.status <> 'draft' then
      raise exception 'A payout begins as a draft.' using errcode = 'LMTRN';
    end if;
    return new;
  end if;
  if old.status <> new.status and not exists (
    select from app_public.payout_status_transitions as t
    where t.from_status = old.status and t.to_status = new.status
  ) then
    raise exception 'A payout cannot go from % to %.', old.status, new.status
      using errcode = 'LMTRN', detail = old.id::text;
  end if;
  if old.status not in ('draft', 'pending_approval', 'approved') and (
    new.net_payout_cents, new.organization_id, new.promoter_id, new.currency, new.stripe_account_id
  ) is distinct from (
    old.net_payout_cents, old.organization_id, old.promoter_id, old.currency, old.stripe_account_id
  ) then
    raise exception 'What was sent stays as it is.' using errcode = 'LMAPP', detail = old.id::text;
  end if;
  if new.status = 'approved' and new.approved_at is null then
    new.approved_at := now();
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_payouts__check_status() is 'Raises LMTRN, LMAPP.';

create or replace trigger _200_check_status
  before insert or update on app_public.payouts
  for each row execute function app_hidden.tg_payouts__check_status();
create or replace trigger _210_refuse_delete
  before delete on app_public.payouts
  for each row execute function app_hidden.tg__refuse_change();

--! split: 1148-functions-payments-unblock_booking.sql
-- As it was before; or as it would be now, if its show was canceled or went by meanwhile. The lock on
-- the performance makes the job wait that completes its bookings, so that none is left out.
create or replace function app_private.unblock_booking(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := unblock_booking.booking;
  v_performance app_public.performances;
  v_is_owed boolean := exists (
    select from app_public.booking_payment_schedule as s
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.status <> 'paid'
  );
begin
  select * into strict v_performance
  from app_public.performances as p
  where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id
  for share;
  update app_public.bookings as b
  set status = case
    when v_is_owed then 'partially_paid'
    when v_performance.bookings_completed_at is not null then 'completed'
    else 'confirmed'
  end::app_public.booking_status
  where b.id = v_booking.id
  returning * into v_booking;
  update app_public.tickets as t
  set is_disputed = false
  where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
    and t.is_disputed;
  -- The last installment came meanwhile.
  if not v_is_owed and v_booking.payment_plan_id is not null and not exists (
    select from app_public.tickets as t
    where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
  ) then
    perform app_private.issue_tickets(v_booking);
  end if;
  if v_performance.status = 'canceled' and not exists (
    select from app_public.tickets as t
    where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
      and t.status = 'used'
  ) and v_booking.status <> 'completed' then
    perform app_private.end_booking(
      v_booking, 'It was canceled while the payment was disputed.', 'event_canceled'
    );
  end if;
end
$$;

comment on function app_private.unblock_booking(app_public.bookings) is
  'Gives a booking back what a dispute kept from it.';

--! split: 1149-functions-payments-withdraw_payment.sql
-- Here the intent is given up at once; at Stripe a job cancels it. A payment that was faster still
-- arrives as an event, and is then returned or finds its seats free.
create or replace function app_private.withdraw_payment(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_is_at_stripe boolean;
begin
  update app_public.payment_intents as p
  set status = 'canceled', canceled_at = now()
  where p.organization_id = (withdraw_payment.booking).organization_id
    and p.booking_id = (withdraw_payment.booking).id
    and p.status in ('pending', 'processing', 'requires_action')
    -- What is taken back of a sale lowers its invoice, and what is kept of it stays owed.
    and p.method <> 'invoice'
  returning p.id, p.stripe_payment_intent_id is not null into v_id, v_is_at_stripe;
  if v_is_at_stripe then
    perform app_private.add_job(
      'payment_intent__cancel', jsonb_build_object('payment_intent_id', v_id)
    );
  end if;
  if (withdraw_payment.booking).payment_plan_id is not null
    and (withdraw_payment.booking).status in ('canceled', 'expired')
  then
    update app_public.booking_payment_schedule as s
    set status = 'canceled'
    where s.organization_id = (withdraw_payment.booking).organization_id
      and s.booking_id = (withdraw_payment.booking).id
      and s.status in ('pending', 'overdue');
  end if;
end
$$;

comment on function app_private.withdraw_payment(app_public.bookings) is
  'Gives the open payment intent of a booking up, if it has one, and with an ended booking what '
  'was still to be paid.';

--! split: 1150-functions-tickets-admit.sql
-- One conditional write decides between two scanners of one ticket, and between a scanner and
-- whoever hands the ticket on: it waits for nothing but this ticket. What may change is in the
-- ticket's own row, because that is what is looked at again after waiting; a credential never
-- changes. A refusal is a result, not an exception: raising would undo the record of the attempt.
-- What is written as "is true" is of no use to an index: on a new database, a plan might otherwise
-- read all tickets of the performance.
create or replace function app_private.admit(
  door app_private.door, credential_hash bytea, direction app_public.scan_direction,
  at timestamptz
)
returns app_private.admission
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_admission app_private.admission := row(null, 'success', null);
begin
  if admit.direction = 'out' then
    update app_public.tickets as t
    set is_inside = false
    from app_private.ticket_credentials as c
    where c.credential_hash = admit.credential_hash
      and c.organization_id = (admit.door).organization_id
      and t.organization_id = c.organization_id
      and t.id = c.ticket_id
      and (t.performance_id = (admit.door).performance_id) is true
      and t.credential_version = c.version
      and t.is_inside
    returning t.id into v_admission.ticket_id;
  elsif (admit.door).closes_at >= admit.at and not (admit.door).is_canceled then
    update app_public.tickets as t
    set status = 'used', used_at = coalesce(t.used_at, admit.at),
      entry_count = t.entry_count + 1, is_inside = true
    from app_private.ticket_credentials as c
    where c.credential_hash = admit.credential_hash
      and c.organization_id = (admit.door).organization_id
      and t.organization_id = c.organization_id
      and t.id = c.ticket_id
      and (t.performance_id = (admit.door).performance_id) is true
      and t.credential_version = c.version
      and (
        t.status = 'valid'
        or (
          t.status = 'used' and not t.is_inside
          and t.entry_count <= (admit.door).reentry_limit
        )
      )
      and not t.is_disputed
      and (
        (admit.door).has_zone is not true
        or app_private.leads_to(admit.door, t.section, t.ticket_category_id)
      )
    returning t.id into v_admission.ticket_id;
  end if;
  if v_admission.ticket_id is null then
    v_admission := app_private.refusal_of(
      admit.door, admit.credential_hash, admit.direction, admit.at
    );
  end if;
  return v_admission;
end
$$;

comment on function app_private.admit(
  app_private.door, bytea, app_public.scan_direction, timestamptz
) is 'Lets the holder of a credential through a door, or says why not.';

--! split: 1151-functions-tickets-issue_tickets.sql
-- One ticket per seat or admission. The parts of a line are shared out so that its tickets sum to it exactly.
create or replace function app_private.issue_tickets(booking app_public.bookings)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_layout_id uuid;
  v_count integer;
begin
  select p.layout_id into strict v_layout_id
  from app_public.performances as p where p.id = (issue_tickets.booking).performance_id;

  with issued as (
    insert into app_public.tickets (
      organization_id, performance_id, booking_id, booking_item_id, ticket_category_id, seat_no,
      ticket_number, section, row_name, seat_number, face_value_cents, discount_cents,
      fees_paid_cents, tax_paid_cents, total_paid_cents, currency
    )
    select
      i.organization_id, (issue_tickets.booking).performance_id, i.booking_id, i.id,
      i.ticket_category_id, s.seat_no, 'TKT-' || app_hidden.random_code(10), section.name,
      s.row_name, s.seat_number, i.unit_price_cents, share.discount, share.fees, share.tax,
      i.unit_price_cents - share.discount + share.fees + share.tax,
      (issue_tickets.booking).currency
    from app_public.booking_items as i
    cross join generate_series(1, i.quantity) as n (ordinality)
    left join app_public.layout_seats as s
      on s.organization_id = i.organization_id
      and s.layout_id = v_layout_id
      and s.seat_no = i.seat_nos[n.ordinality]
    left join app_public.layout_sections as section
      on section.organization_id = s.organization_id
      and section.layout_id = s.layout_id
      and section.section_no = s.section_no
    cross join lateral (
      select
        app_hidden.share_to_charge(
          i.discount_cents, n.ordinality, i.quantity, (issue_tickets.booking).currency
        ) as discount,
        app_hidden.share_to_charge(
          i.service_fee_cents + i.processing_fee_cents, n.ordinality, i.quantity,
          (issue_tickets.booking).currency
        ) as fees,
        app_hidden.share_to_charge(
          i.tax_cents, n.ordinality, i.quantity, (issue_tickets.booking).currency
        ) as tax
    ) as share
    where i.organization_id = (issue_tickets.booking).organization_id
      and i.booking_id = (issue_tickets.booking).id
      and i.item_type in ('seat', 'admission')
    returning organization_id, id
  )
  insert into app_private.ticket_credentials (organization_id, ticket_id, credential_hash)
  select t.organization_id, t.id,
    app_hidden.hash_token(app_private.ticket_credential_of(t.id, 1))
  from issued as t;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.issue_tickets(app_public.bookings) is
  'Issues the tickets of a booking that has just been confirmed; returns how many.';

--! split: 1152-functions-tickets-noted_refusal.sql
create or replace function app_private.noted_refusal(
  door app_private.door, scan app_private.offline_scan
)
returns app_private.admission
language sql stable security definer set search_path = ''
as $$
  select
    (
      select c.ticket_id from app_private.ticket_credentials as c
      where c.organization_id = (noted_refusal.door).organization_id
        and c.credential_hash = decode((noted_refusal.scan).credential_hash, 'hex')
    ),
    (noted_refusal.scan).result,
    case (noted_refusal.scan).result::text
      when 'already_scanned' then 'LMTUS'
      when 'canceled' then 'LMTVD'
      when 'wrong_event' then 'LMTFO'
      when 'expired' then 'LMTEX'
      when 'wrong_gate' then 'LMTWG'
      when 'disputed' then 'LMTDP'
      else 'LMTUK'
    end
$$;

comment on function app_private.noted_refusal(app_private.door, app_private.offline_scan) is
  'What is noted of somebody whom a scanner refused while offline.';

--! split: 1153-functions-tickets-refusal_of.sql
-- Volatile, so that it sees what the write before it has waited for.
create or replace function app_private.refusal_of(
  door app_private.door, credential_hash bytea, direction app_public.scan_direction,
  at timestamptz
)
returns app_private.admission
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket record;
  v_admission app_private.admission;
begin
  -- Tickets of other organizations are simply unknown here.
  select t.*, c.version into v_ticket
  from app_private.ticket_credentials as c
  join app_public.tickets as t on t.organization_id = c.organization_id and t.id = c.ticket_id
  where c.credential_hash = refusal_of.credential_hash
    and c.organization_id = (refusal_of.door).organization_id;

  v_admission.code := case
    when v_ticket.id is null then 'LMTUK'
    when v_ticket.performance_id <> (refusal_of.door).performance_id then 'LMTFO'
    when v_ticket.version <> v_ticket.credential_version then 'LMTRP'
    when (refusal_of.door).is_canceled or v_ticket.status not in ('valid', 'used') then 'LMTVD'
    when refusal_of.direction = 'out' then 'LMTNI'
    when v_ticket.is_disputed then 'LMTDP'
    when (refusal_of.door).closes_at < refusal_of.at then 'LMTEX'
    when not app_private.leads_to(
      refusal_of.door, v_ticket.section, v_ticket.ticket_category_id
    ) then 'LMTWG'
    else 'LMTUS'
  end;
  v_admission.result := app_private.scan_result_of(v_admission.code);
  v_admission.ticket_id := v_ticket.id;
  return v_admission;
end
$$;

comment on function app_private.refusal_of(
  app_private.door, bytea, app_public.scan_direction, timestamptz
) is 'Why somebody is not let through a door.';

--! split: 1154-functions-tickets-scan_list.sql
-- The key of the signature is the hash of the scanner's token, which the scanner can make too:
-- whoever changes the list where it is stored, and does not have the token, is found out.
create or replace function app_public.scan_list(performance_id uuid, gate_id uuid default null)
returns app_public.scan_list
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_door app_private.door := app_private.open_door(scan_list.performance_id, scan_list.gate_id);
  v_list app_public.scan_list;
begin
  perform app_private.require_scanner(v_door);
  select jsonb_build_object(
    'format', 'lml-scan-list/1', 'performance_id', v_door.performance_id,
    'device_id', v_door.device_id, 'gate_id', v_door.gate_id,
    'issued_at', now(), 'closes_at', v_door.closes_at,
    'reentry_limit', v_door.reentry_limit,
    'tickets', coalesce(
      jsonb_agg(
        jsonb_build_array(
          encode(c.credential_hash, 'hex'), concat_ws(' ', t.section, t.row_name, t.seat_number),
          v_door.has_zone is not true
            or app_private.leads_to(v_door, t.section, t.ticket_category_id),
          t.entry_count, t.is_inside
        ) order by c.credential_hash
      ),
      '[]'
    )
  )::text
  into strict v_list.document
  from app_public.tickets as t
  join app_private.ticket_credentials as c
    on c.organization_id = t.organization_id
    and c.ticket_id = t.id
    and c.version = t.credential_version
  where t.organization_id = v_door.organization_id
    and t.performance_id = v_door.performance_id
    and t.status in ('valid', 'used')
    and not t.is_disputed
    and not v_door.is_canceled;

  select encode(
    public.hmac(convert_to(v_list.document, 'UTF8'), k.token_hash, 'sha256'), 'hex'
  )
  into strict v_list.signature
  from app_private.scanner_tokens as k
  where k.organization_id = v_door.organization_id and k.device_id = v_door.device_id;
  return v_list;
end
$$;

comment on function app_public.scan_list(uuid, uuid) is
  'What a registered scanner needs to scan a performance offline: the SHA-256 of each good code, '
  'and whether it may enter at this gate, signed. Raises LMDEV, LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.scan_list(uuid, uuid) to lml_user;

--! split: 1155-functions-tickets-scan_result_of.sql
create or replace function app_private.scan_result_of(code text)
returns app_public.scan_result
language plpgsql immutable set search_path = ''
as $$
begin
  return case scan_result_of.code
    when 'LMTUS' then 'already_scanned'
    when 'LMTVD' then 'canceled'
    when 'LMTFO' then 'wrong_event'
    when 'LMTEX' then 'expired'
    when 'LMTWG' then 'wrong_gate'
    when 'LMTDP' then 'disputed'
    else 'invalid'
  end;
end
$$;

comment on function app_private.scan_result_of(text) is 'The result that a code is the reason of.';

--! split: 1156-functions-tickets-scan_ticket.sql
create or replace function app_public.scan_ticket(
  performance_id uuid, credential text, gate text default null, device text default null,
  gate_id uuid default null, direction app_public.scan_direction default 'in'
)
returns app_public.ticket_scans
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_door app_private.door := app_private.open_door(
    scan_ticket.performance_id, scan_ticket.gate_id
  );
  v_admission app_private.admission;
  v_scan app_public.ticket_scans;
begin
  if length(scan_ticket.gate) > 50 or length(scan_ticket.device) > 100 then
    raise exception 'Names of gates have at most 50 characters, of devices 100.'
      using errcode = 'LMINP', detail = 'gate, device';
  end if;
  v_admission := app_private.admit(
    v_door, app_hidden.hash_token(scan_ticket.credential),
    coalesce(scan_ticket.direction, 'in'), now()
  );

  insert into app_public.ticket_scans (
    organization_id, performance_id, ticket_id, result, code, direction, gate, entry_gate_id,
    device, scanner_device_id, scanned_by
  )
  values (
    v_door.organization_id, v_door.performance_id, v_admission.ticket_id, v_admission.result,
    v_admission.code, coalesce(scan_ticket.direction, 'in'),
    coalesce(v_door.gate, scan_ticket.gate), v_door.gate_id,
    coalesce(v_door.device, scan_ticket.device), v_door.device_id, v_door.user_id
  )
  returning * into v_scan;
  return v_scan;
end
$$;

comment on function app_public.scan_ticket(
  uuid, text, text, text, uuid, app_public.scan_direction
) is
  'Lets the holder of a QR code in, or out. The result says why not, with the code LMTUS (used), '
  'LMTVD (canceled), LMTFO (another performance), LMTWG (another gate), LMTEX (it is over), LMTRP '
  '(replaced by another code), LMTDP (its payment is disputed), LMTNI (nobody is inside with it) or LMTUK (unknown); each attempt '
  'is recorded. For registered scanners, and members with tickets.scan. Raises LMNFD, LMRGT, '
  'LMINP, LMAUT, LMSES.';
grant execute on function app_public.scan_ticket(
  uuid, text, text, text, uuid, app_public.scan_direction
) to lml_user;

--! split: 1157-functions-risk-rule_catches.sql
-- The one place that says what rules mean: a checkout asks it about now, and try_fraud_rule about
-- then. It reads only what was written down up to the signal, so both get the same answer. It stops
-- counting at the threshold, since everybody may come from one address. Each way to be the same
-- person is a query of its own, which has its index.
create or replace function app_private.rule_catches(
  rule app_public.fraud_detection_rules, signal app_private.booking_signals
)
returns boolean
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
-- The first checkout plans for all, and sees tables that are nearly empty.
set enable_seqscan = off set enable_bitmapscan = off
as $$
declare
  v_since timestamptz := signal.occurred_at - make_interval(secs => rule.window_seconds);
begin
  case rule.rule_type
    when 'amount' then
      return signal.currency = rule.amount_currency and signal.amount_cents >= rule.amount_cents;
    when 'disposable_email' then
      return signal.is_disposable_email;
    when 'geography_mismatch' then
      return coalesce(signal.country <> all (signal.expected_countries), false);
    when 'velocity_user' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select s.id
          from app_private.booking_signals as s
          where s.organization_id = signal.organization_id
            and s.stage = signal.stage
            and s.buyer_key = signal.buyer_key
            and s.occurred_at > v_since
            and s.occurred_at <= signal.occurred_at
          union
          select s.id
          from app_private.booking_signals as s
          where s.organization_id = signal.organization_id
            and s.stage = signal.stage
            and s.email = signal.email
            and s.occurred_at > v_since
            and s.occurred_at <= signal.occurred_at
          limit rule.trigger_count
        ) as seen
      );
    when 'velocity_address' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select s.id
          from app_private.booking_signals as s
          where s.organization_id = signal.organization_id
            and s.stage = signal.stage
            and s.ip_address = signal.ip_address
            and s.occurred_at > v_since
            and s.occurred_at <= signal.occurred_at
          limit rule.trigger_count
        ) as seen
      );
    when 'velocity_device' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select s.id
          from app_private.booking_signals as s
          where s.organization_id = signal.organization_id
            and s.stage = signal.stage
            and s.device = signal.device
            and s.occurred_at > v_since
            and s.occurred_at <= signal.occurred_at
          limit rule.trigger_count
        ) as seen
      );
    when 'seat_hoarding' then
      return rule.trigger_count <= (
        select coalesce(sum(seen.tickets), 0)
        from (
          select s.id, s.tickets
          from app_private.booking_signals as s
          where s.organization_id = signal.organization_id
            and s.stage = signal.stage
            and s.performance_id = signal.performance_id
            and s.buyer_key = signal.buyer_key
            and s.occurred_at > v_since
            and s.occurred_at <= signal.occurred_at
          union
          select s.id, s.tickets
          from app_private.booking_signals as s
          where s.organization_id = signal.organization_id
            and s.stage = signal.stage
            and s.performance_id = signal.performance_id
            and s.email = signal.email
            and s.occurred_at > v_since
            and s.occurred_at <= signal.occurred_at
        ) as seen
      );
    when 'payment_failures' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select f.id
          from app_private.payment_failure_signals as f
          where f.organization_id = signal.organization_id
            and f.buyer_key = signal.buyer_key
            and f.occurred_at > v_since
            and f.occurred_at <= signal.occurred_at
          union
          select f.id
          from app_private.payment_failure_signals as f
          where f.organization_id = signal.organization_id
            and f.email = signal.email
            and f.occurred_at > v_since
            and f.occurred_at <= signal.occurred_at
          union
          select f.id
          from app_private.payment_failure_signals as f
          where f.organization_id = signal.organization_id
            and f.ip_address = signal.ip_address
            and f.occurred_at > v_since
            and f.occurred_at <= signal.occurred_at
          union
          select f.id
          from app_private.payment_failure_signals as f
          where f.organization_id = signal.organization_id
            and f.device = signal.device
            and f.occurred_at > v_since
            and f.occurred_at <= signal.occurred_at
          limit rule.trigger_count
        ) as seen
      );
    when 'lost_disputes' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select f.id
          from app_private.lost_dispute_signals as f
          where f.organization_id = signal.organization_id
            and f.buyer_key = signal.buyer_key
            and f.occurred_at > v_since
            and f.occurred_at <= signal.occurred_at
          union
          select f.id
          from app_private.lost_dispute_signals as f
          where f.organization_id = signal.organization_id
            and f.email = signal.email
            and f.occurred_at > v_since
            and f.occurred_at <= signal.occurred_at
          union
          select f.id
          from app_private.lost_dispute_signals as f
          where f.organization_id = signal.organization_id
            and f.ip_address = signal.ip_address
            and f.occurred_at > v_since
            and f.occurred_at <= signal.occurred_at
          union
          select f.id
          from app_private.lost_dispute_signals as f
          where f.organization_id = signal.organization_id
            and f.device = signal.device
            and f.occurred_at > v_since
            and f.occurred_at <= signal.occurred_at
          limit rule.trigger_count
        ) as seen
      );
  end case;
end
$$;

comment on function app_private.rule_catches(
  app_public.fraud_detection_rules, app_private.booking_signals
) is
  'Whether a rule fires at what was known at a hold or a checkout, enabled or not.';

--! split: 1158-functions-audit-check_invariants.sql
-- Are we consistent now? No rows: yes. Each question is one that a constraint cannot ask, because
-- it reaches across tables.
create or replace function app_public.check_invariants()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select
    'seat_belongs_to_its_booking', s.organization_id, s.booking_id,
    format('seat %s of performance %s is not on a line of its booking', s.seat_no, s.performance_id)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where (s.status = 'booked' or (s.status = 'locked' and s.locked_until > now()))
    and not (
      b.performance_id = s.performance_id
      and b.status in (
        'draft', 'pending_payment', 'fraud_hold', 'pending_approval', 'partially_paid', 'confirmed',
        'completed', 'disputed'
      )
      and exists (
        select from app_public.booking_items as i
        where i.organization_id = b.organization_id
          and i.booking_id = b.id
          and s.seat_no = any (i.seat_nos)
      )
    )

  union all
  select
    'open_booking_owns_its_seats', b.organization_id, b.id,
    format('seat %s is on a line of the booking, but is not held for it', n)
  from app_public.bookings as b
  join app_public.booking_items as i
    on i.organization_id = b.organization_id and i.booking_id = b.id
  cross join unnest(i.seat_nos) as n
  where (
      (
        b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
        and b.expires_at > now()
      )
      or b.status in ('partially_paid', 'confirmed', 'completed', 'disputed')
    )
    -- A seat whose ticket was returned is on sale again.
    and not exists (
      select from app_public.tickets as t
      where t.organization_id = i.organization_id
        and t.booking_item_id = i.id
        and t.seat_no = n
        and t.status = 'refunded'
    )
    and not exists (
      select from app_public.seat_booking_state as s
      where s.organization_id = b.organization_id
        and s.performance_id = b.performance_id
        and s.seat_no = n
        and s.booking_id = b.id
        and s.status
          = case when b.confirmed_at is null then 'locked' else 'booked' end::app_public.seat_status
    )

  union all
  select
    'seat_is_held_as_long_as_its_booking', s.organization_id, s.booking_id,
    format('seat %s is held until %s, not until %s', s.seat_no, s.locked_until, b.expires_at)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where s.status = 'locked'
    and b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
    and s.locked_until <> b.expires_at

  union all
  select
    'booked_seat_has_one_ticket', s.organization_id, s.booking_id,
    format('seat %s of performance %s has %s live tickets', s.seat_no, s.performance_id, t.live)
  from app_public.seat_booking_state as s
  cross join lateral (
    select count(*) as live
    from app_public.tickets as t
    where t.organization_id = s.organization_id
      and t.performance_id = s.performance_id
      and t.seat_no = s.seat_no
      and t.booking_id = s.booking_id
      and t.status in ('valid', 'used')
  ) as t
  where s.status = 'booked'
    and t.live <> case
      when exists (
        select from app_public.bookings as b
        where b.organization_id = s.organization_id and b.id = s.booking_id
          and b.status in ('partially_paid', 'disputed')
          -- No ticket is issued before all of it is paid.
          and not exists (
            select from app_public.tickets as any_ticket
            where any_ticket.organization_id = b.organization_id and any_ticket.booking_id = b.id
          )
      ) then 0
      else 1
    end

  union all
  select
    'live_ticket_has_its_seat', t.organization_id, t.id,
    format('ticket %s has no seat that is booked for it', t.ticket_number)
  from app_public.tickets as t
  where t.status in ('valid', 'used')
    and t.seat_no is not null
    and not exists (
      select from app_public.seat_booking_state as s
      where s.organization_id = t.organization_id
        and s.performance_id = t.performance_id
        and s.seat_no = t.seat_no
        and s.status = 'booked'
        and s.booking_id = t.booking_id
    )

  union all
  select
    'slot_is_sum_of_its_claims', s.organization_id, s.pool_id,
    format(
      'slot %s says %s held and %s sold, its claims %s and %s', s.slot_no, s.held, s.sold,
      c.held, c.sold
    )
  from app_private.admission_slots as s
  cross join lateral (
    select
      coalesce(sum(c.quantity) filter (where c.held_until is not null), 0) as held,
      coalesce(sum(c.quantity) filter (where c.held_until is null), 0) as sold
    from app_private.admission_claims as c
    where c.organization_id = s.organization_id
      and c.pool_id = s.pool_id
      and c.slot_no = s.slot_no
  ) as c
  where (s.held, s.sold) is distinct from (c.held, c.sold)

  union all
  select
    'pool_is_sum_of_its_slots', p.organization_id, p.id,
    format('its slots take %s, the pool %s', coalesce(s.capacity, 0), p.capacity - p.allocated)
  from app_public.admission_pools as p
  left join lateral (
    select sum(s.capacity) as capacity
    from app_private.admission_slots as s
    where s.organization_id = p.organization_id and s.pool_id = p.id
  ) as s on true
  where s.capacity is distinct from p.capacity - p.allocated

  union all
  select
    'pool_keeps_back_its_allocations', p.organization_id, p.id,
    format('%s kept back, allocations have %s', p.allocated, coalesce(a.places, 0))
  from app_public.admission_pools as p
  left join lateral (
    select sum(a.places_left) as places
    from app_public.admission_allocations as a
    join app_public.admission_pools as inside
      on inside.organization_id = a.organization_id and inside.id = a.pool_id
    where a.organization_id = p.organization_id
      and a.performance_id = p.performance_id
      and p.id = any (inside.chain)
  ) as a on true
  where p.allocated <> coalesce(a.places, 0)

  union all
  select
    'stock_is_sum_of_its_claims', s.organization_id, s.add_on_id,
    format('%s held and %s sold, its claims %s and %s', s.held, s.sold, c.held, c.sold)
  from app_private.add_on_counters as s
  cross join lateral (
    select
      coalesce(sum(c.quantity) filter (where c.held_until is not null), 0) as held,
      coalesce(sum(c.quantity) filter (where c.held_until is null), 0) as sold
    from app_private.add_on_claims as c
    where c.organization_id = s.organization_id and c.add_on_id = s.add_on_id
  ) as c
  where (s.held, s.sold) is distinct from (c.held, c.sold)

  union all
  select
    'booking_has_its_add_ons', b.organization_id, b.id,
    format('%s of add-on %s, its line has %s', coalesce(c.quantity, 0), i.add_on_id, i.quantity)
  from app_public.booking_items as i
  join app_public.bookings as b on b.organization_id = i.organization_id and b.id = i.booking_id
  join app_private.add_on_counters as s
    on s.organization_id = i.organization_id and s.add_on_id = i.add_on_id
  left join app_private.add_on_claims as c
    on c.organization_id = i.organization_id
    and c.add_on_id = i.add_on_id
    and c.booking_id = i.booking_id
    and c.held_until is not distinct from b.expires_at
  where (
      (
        b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
        and b.expires_at > now()
      )
      or b.status in ('confirmed', 'partially_paid', 'completed', 'disputed')
    )
    and c.quantity is distinct from i.quantity

  union all
  select
    'add_ons_belong_to_their_booking', c.organization_id, c.booking_id,
    format('%s of add-on %s for a booking that is %s', c.quantity, c.add_on_id, b.status)
  from app_private.add_on_claims as c
  join app_public.bookings as b on b.organization_id = c.organization_id and b.id = c.booking_id
  where (
      c.held_until is null
      and b.status in (
        'draft', 'pending_payment', 'fraud_hold', 'pending_approval', 'canceled', 'refunded',
        'expired'
      )
    )
    or (
      c.held_until > now()
      and b.status not in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
    )

  union all
  select
    'booking_has_its_admissions', b.organization_id, b.id,
    format('%s places of pool %s, its lines need %s', coalesce(c.quantity, 0), n.pool_id, n.quantity)
  from app_public.bookings as b
  cross join lateral (
    select c.pool_id, sum(i.quantity - i.returned_quantity) as quantity
    from app_public.booking_items as i
    join app_public.admission_pool_categories as pc
      on pc.organization_id = i.organization_id
      and pc.performance_id = b.performance_id
      and pc.ticket_category_id = i.ticket_category_id
    join app_public.admission_pools as pool
      on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
    cross join unnest(pool.chain) as c (pool_id)
    where i.organization_id = b.organization_id
      and i.booking_id = b.id
      and i.item_type = 'admission'
    group by c.pool_id
  ) as n
  left join lateral (
    select sum(c.quantity) as quantity
    from app_private.admission_claims as c
    where c.organization_id = b.organization_id
      and c.booking_id = b.id
      and c.pool_id = n.pool_id
      and c.held_until is not distinct from b.expires_at
  ) as c on true
  where (
      (
        b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
        and b.expires_at > now()
      )
      or b.status in ('partially_paid', 'confirmed', 'completed', 'disputed')
    )
    and coalesce(c.quantity, 0) <> n.quantity

  union all
  select
    'admissions_belong_to_their_booking', c.organization_id, c.booking_id,
    format('%s places of pool %s for a booking that is %s', c.quantity, c.pool_id, b.status)
  from app_private.admission_claims as c
  join app_public.bookings as b on b.organization_id = c.organization_id and b.id = c.booking_id
  where (
      c.held_until is null
      and b.status not in ('partially_paid', 'confirmed', 'completed', 'disputed')
    )
    or (
      c.held_until > now()
      and b.status not in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
    )

  union all
  select
    'allocated_seat_is_kept_back', a.organization_id, a.allocation_id,
    format('seat %s of the allocation is %s', a.seat_no, s.status)
  from app_public.seat_allocation_seats as a
  join app_public.seat_booking_state as s
    on s.organization_id = a.organization_id
    and s.performance_id = a.performance_id
    and s.seat_no = a.seat_no
  where s.status not in ('reserved', 'blocked')

  union all
  select
    'ticket_has_its_credential', t.organization_id, t.id,
    format('ticket %s has no credential', t.ticket_number)
  from app_public.tickets as t
  where not exists (
    select from app_private.ticket_credentials as c
    where c.organization_id = t.organization_id
      and c.ticket_id = t.id
      and c.version = t.credential_version
  )

  union all
  select
    'ticket_was_accepted_by_its_holder', t.organization_id, t.id,
    format('ticket %s is held by a transfer that is %s', t.ticket_number, x.status)
  from app_public.tickets as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  where x.status <> 'accepted'
    or exists (
      select from app_public.ticket_transfers as later
      where later.organization_id = t.organization_id
        and later.ticket_id = t.id
        and later.status = 'accepted'
        and later.ended_at > x.ended_at
    )

  union all
  select
    'ticket_is_offered_while_it_is_unused', t.organization_id, t.id,
    format('ticket %s came in, and changed hands afterwards', t.ticket_number)
  from app_public.tickets as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  where x.ended_at > t.used_at

  union all
  select
    'entries_were_scanned', t.organization_id, t.id,
    format('ticket %s came in %s times, and was scanned %s times', t.ticket_number,
      t.entry_count, s.scans)
  from app_public.tickets as t
  cross join lateral (
    select count(*) as scans from app_public.ticket_scans as s
    where s.organization_id = t.organization_id
      and s.ticket_id = t.id
      and s.result = 'success'
      and s.direction = 'in'
  ) as s
  where t.entry_count <> s.scans

  union all
  select
    'confirmed_booking_has_its_tickets', b.organization_id, b.id,
    format('%s live tickets of %s', t.live, i.sold)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(sum(i.quantity - i.returned_quantity), 0) as sold
    from app_public.booking_items as i
    where i.organization_id = b.organization_id
      and i.booking_id = b.id
      and i.item_type in ('seat', 'admission')
  ) as i
  cross join lateral (
    select count(*) as live
    from app_public.tickets as t
    where t.organization_id = b.organization_id
      and t.booking_id = b.id
      and t.status in ('valid', 'used')
  ) as t
  where b.status in ('confirmed', 'completed') and t.live <> i.sold

  union all
  select
    'tickets_sum_to_their_line', i.organization_id, i.id,
    format('tickets sum to %s, the line to %s', t.total, i.total_cents)
  from app_public.booking_items as i
  join lateral (
    select sum(t.total_paid_cents) as total
    from app_public.tickets as t
    where t.organization_id = i.organization_id and t.booking_item_id = i.id
  ) as t on t.total is not null
  where t.total <> i.total_cents

  union all
  select
    'booking_is_sum_of_its_lines', b.organization_id, b.id,
    format('lines sum to %s, the booking to %s', coalesce(i.total, 0), b.total_amount_cents)
  from app_public.bookings as b
  left join lateral (
    select sum(i.total_cents) as total
    from app_public.booking_items as i
    where i.organization_id = b.organization_id and i.booking_id = b.id
  ) as i on true
  where coalesce(i.total, 0) <> b.total_amount_cents

  union all
  select
    'confirmed_booking_is_paid', b.organization_id, b.id,
    format(
      'received %s of %s, of which %s were taken back', coalesce(p.received, 0),
      b.total_amount_cents - i.open, b.refunded_cents
    )
  from app_public.bookings as b
  left join lateral (
    select sum(p.received_cents - p.refunded_cents - p.disputed_cents) as received
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p on true
  cross join lateral (
    select coalesce(sum(i.amount_cents), 0) as open
    from app_public.payment_intents as i
    where i.organization_id = b.organization_id and i.booking_id = b.id
      and i.method = 'invoice' and i.status = 'pending'
  ) as i
  where b.status in ('confirmed', 'completed')
    and coalesce(p.received, 0) <> b.total_amount_cents - b.refunded_cents - i.open
    and not exists (
      select from app_public.refunds as r
      where r.organization_id = b.organization_id
        and r.booking_id = b.id
        and r.status in ('failed', 'canceled')
        and app_private.is_refund_open(r)
    )

  union all
  select
    'paid_parts_were_received', b.organization_id, b.id,
    format('received %s of %s', coalesce(p.received, 0), s.paid)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(sum(s.amount_cents) filter (where s.status = 'paid'), 0) as paid
    from app_public.booking_payment_schedule as s
    where s.organization_id = b.organization_id and s.booking_id = b.id
  ) as s
  left join lateral (
    select sum(app_private.left_of_payment(p)) as received
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p on true
  where b.status = 'partially_paid' and coalesce(p.received, 0) <> s.paid

  union all
  select
    'parts_sum_to_their_booking', b.organization_id, b.id,
    format('its parts sum to %s, the booking to %s', coalesce(s.total, 0), b.total_amount_cents)
  from app_public.bookings as b
  left join lateral (
    select sum(s.amount_cents) as total
    from app_public.booking_payment_schedule as s
    where s.organization_id = b.organization_id and s.booking_id = b.id
  ) as s on true
  where (s.total is not null or b.status = 'partially_paid')
    and coalesce(s.total, 0) <> b.total_amount_cents

  union all
  select
    'payment_is_in_the_books', p.organization_id, p.id, 'no ledger transaction payment:ID'
  from app_public.payment_intents as p
  where p.status = 'succeeded'
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = p.organization_id and t.source = 'payment:' || p.id
    )

  union all
  select
    'sale_is_in_the_books', b.organization_id, b.id, 'no ledger transaction sale:ID'
  from app_public.bookings as b
  where b.status in ('partially_paid', 'confirmed', 'completed', 'disputed')
    and b.total_amount_cents > 0
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = b.organization_id and t.source = 'sale:' || b.id
    )

  union all
  select
    'refund_is_in_the_books', r.organization_id, r.id, 'no ledger transaction refund:ID'
  from app_public.refunds as r
  where r.status = 'succeeded'
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = r.organization_id and t.source = 'refund:' || r.id
    )

  union all
  select
    'ledger_transaction_is_balanced', t.organization_id, t.id,
    format('%s entries sum to %s', count(e.id), coalesce(sum(e.amount_cents), 0))
  from app_public.ledger_transactions as t
  left join app_public.ledger_entries as e
    on e.organization_id = t.organization_id and e.transaction_id = t.id
  group by t.organization_id, t.id
  having count(e.id) < 2 or sum(e.amount_cents) <> 0

  union all
  select
    'stripe_balance_is_what_came_and_went', o.id, null,
    format(
      'the books say %s %s, payments and refunds %s', coalesce(b.balance, 0), c.code,
      coalesce(p.received, 0) - coalesce(r.returned, 0)
    )
  from app_public.organizations as o
  join (
    select p.organization_id, p.currency as code from app_public.payment_intents as p
    union
    select a.organization_id, a.currency from app_public.ledger_accounts as a
  ) as c on c.organization_id = o.id
  left join lateral (
    select sum(e.amount_cents) as balance
    from app_public.ledger_accounts as a
    join app_public.ledger_entries as e
      on e.organization_id = a.organization_id and e.account_id = a.id
    join app_public.ledger_transactions as t
      on t.organization_id = e.organization_id and t.id = e.transaction_id
    where a.organization_id = o.id and a.currency = c.code and a.kind = 'stripe_balance'
      and t.category in ('payment', 'refund', 'refund_failure')
  ) as b on true
  left join lateral (
    select sum(p.received_cents) as received
    from app_public.payment_intents as p
    where p.organization_id = o.id and p.currency = c.code and p.method = 'card'
  ) as p on true
  left join lateral (
    select sum(r.amount_cents) as returned
    from app_public.refunds as r
    join app_public.payment_intents as p
      on p.organization_id = r.organization_id and p.id = r.payment_intent_id
    where r.organization_id = o.id and r.currency = c.code and r.status = 'succeeded'
      and p.method = 'card'
  ) as r on true
  where coalesce(b.balance, 0) <> coalesce(p.received, 0) - coalesce(r.returned, 0)

  union all
  select
    'buyer_clearing_is_total_less_paid', b.organization_id, b.id,
    format('the books say %s, the booking %s', l.balance, x.expected)
  from app_public.bookings as b
  join lateral (
    select sum(e.amount_cents) as balance,
      coalesce(sum(e.amount_cents) filter (where t.category = 'sale'), 0) as sold,
      coalesce(sum(e.amount_cents) filter (
        where t.category not in ('sale', 'payment', 'refund', 'refund_failure')
      ), 0) as others
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
      and a.kind = 'buyer_clearing'
    where t.organization_id = b.organization_id and t.booking_id = b.id
  ) as l on l.balance is not null
  cross join lateral (
    select case when l.sold <> 0 then b.total_amount_cents else 0 end + l.others
      - coalesce((
        select sum(p.received_cents) from app_public.payment_intents as p
        where p.organization_id = b.organization_id and p.booking_id = b.id
      ), 0)
      + coalesce((
        select sum(r.amount_cents) from app_public.refunds as r
        where r.organization_id = b.organization_id and r.booking_id = b.id
          and r.status = 'succeeded'
      ), 0) as expected
  ) as x
  where l.balance <> x.expected

  union all
  select
    'promoter_has_the_share_that_was_frozen', s.organization_id, s.booking_id,
    format('the sale gives %s, the share is %s', coalesce(l.given, 0), s.share_cents)
  from app_public.promoter_shares as s
  left join lateral (
    select -sum(e.amount_cents) as given
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
      and a.kind = 'promoter_payable'
    where t.organization_id = s.organization_id and t.source = 'sale:' || s.booking_id
  ) as l on true
  where coalesce(l.given, 0) <> s.share_cents

  union all
  select
    'money_that_moved_has_its_row', e.organization_id, e.transaction_id,
    format('the books moved %s, payment_transactions %s', e.amount_cents,
      coalesce(m.net_amount_cents::text, 'nothing'))
  from app_public.ledger_entries as e
  join app_public.ledger_accounts as a
    on a.organization_id = e.organization_id and a.id = e.account_id
    and a.kind = 'stripe_balance'
  join app_public.ledger_transactions as t
    on t.organization_id = e.organization_id and t.id = e.transaction_id
  left join app_public.payment_transactions as m
    on m.organization_id = e.organization_id and m.ledger_transaction_id = e.transaction_id
  where (m.net_amount_cents, m.currency, m.accounting_period)
    is distinct from (e.amount_cents, a.currency, t.accounting_period)

  union all
  select
    'money_that_moved_is_in_the_books', m.organization_id, m.id,
    format('nothing on stripe_balance for %s', m.net_amount_cents)
  from app_public.payment_transactions as m
  where not exists (
    select from app_public.ledger_entries as e
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
      and a.kind = 'stripe_balance'
    where e.organization_id = m.organization_id and e.transaction_id = m.ledger_transaction_id
  )

  union all
  select
    'fact_counts_within_its_month', t.organization_id, t.id,
    format('%s is not in %s', t.effective_at, to_char(t.accounting_period, 'YYYY-MM'))
  from app_public.ledger_transactions as t
  join app_public.accounting_periods as p
    on p.organization_id = t.organization_id and p.period = t.accounting_period
  where t.effective_at < p.starts_at or t.effective_at >= p.ends_at

  union all
  select
    'months_follow_each_other', p.organization_id, p.id,
    format('%s begins at %s, the one before it ended at %s', to_char(p.period, 'YYYY-MM'),
      p.starts_at, before.ends_at)
  from app_public.accounting_periods as p
  join lateral (
    select o.period, o.ends_at, o.status
    from app_public.accounting_periods as o
    where o.organization_id = p.organization_id and o.period < p.period
    order by o.period desc
    limit 1
  ) as before on true
  where before.ends_at <> p.starts_at
    or before.period <> (p.period - interval '1 month')::date
    or before.status < p.status

  union all
  select
    'balance_of_a_closed_month_is_its_entries', p.organization_id, a.id,
    format('%s of %s: the entries say %s, what was written down %s', a.kind,
      to_char(p.period, 'YYYY-MM'), e.balance, coalesce(b.closing_cents::text, 'nothing'))
  from app_public.accounting_periods as p
  join app_public.ledger_accounts as a on a.organization_id = p.organization_id
  cross join lateral (
    select coalesce(sum(e.amount_cents), 0) as balance
    from app_public.ledger_entries as e
    join app_public.ledger_transactions as t
      on t.organization_id = e.organization_id and t.id = e.transaction_id
    where e.organization_id = a.organization_id
      and e.account_id = a.id
      and t.accounting_period <= p.period
  ) as e
  left join app_public.ledger_balances as b
    on b.organization_id = a.organization_id and b.account_id = a.id and b.period = p.period
  where p.status = 'closed' and e.balance <> coalesce(b.closing_cents, 0)

  union all
  select
    'account_is_on_its_side', a.organization_id, a.id,
    format('%s has %s on the other side', a.kind, abs(e.balance))
  from app_public.ledger_accounts as a
  join app_public.ledger_account_rules as k on k.kind = a.kind and not k.may_be_negative
  cross join lateral (
    select coalesce(sum(e.amount_cents), 0) as balance
    from app_public.ledger_entries as e
    where e.organization_id = a.organization_id and e.account_id = a.id
  ) as e
  where case k.normal_side when 'debit' then e.balance < 0 else e.balance > 0 end

  union all
  select
    'refunded_is_sum_of_refunds', p.organization_id, p.id,
    format('refunds sum to %s, the payment says %s', coalesce(r.total, 0), p.refunded_cents)
  from app_public.payment_intents as p
  left join lateral (
    select sum(r.amount_cents) as total
    from app_public.refunds as r
    where r.organization_id = p.organization_id
      and r.payment_intent_id = p.id
      and r.status in ('pending', 'processing', 'succeeded')
  ) as r on true
  where coalesce(r.total, 0) <> p.refunded_cents

  union all
  select
    'disputed_is_sum_of_disputes', p.organization_id, p.id,
    format('disputes sum to %s, the payment says %s', coalesce(d.total, 0), p.disputed_cents)
  from app_public.payment_intents as p
  left join lateral (
    select sum(d.counted_cents) as total
    from app_public.disputes as d
    where d.organization_id = p.organization_id
      and d.payment_intent_id = p.id
      and d.status in ('needs_response', 'under_review', 'lost')
  ) as d on true
  where coalesce(d.total, 0) <> p.disputed_cents

  union all
  select
    'dispute_is_in_the_books', d.organization_id, d.id,
    format('the books say %s, the dispute %s', e.balance,
      d.withdrawn_cents - d.reinstated_cents - d.posted_loss_cents)
  from app_public.disputes as d
  cross join lateral (
    select coalesce(sum(e.amount_cents), 0) as balance
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id and a.kind = 'disputes'
    where t.organization_id = d.organization_id and t.booking_id = d.booking_id
      and starts_with(t.category, 'dispute') and split_part(t.source, ':', 2) = d.id::text
  ) as e
  where e.balance <> d.withdrawn_cents - d.reinstated_cents - d.posted_loss_cents

  union all
  select
    'dispute_is_settled', d.organization_id, d.id,
    format('it is %s, %s of %s is lost, the booking is %s', d.status, d.lost_cents,
      d.counted_cents, b.status)
  from app_public.disputes as d
  join app_public.bookings as b on b.organization_id = d.organization_id and b.id = d.booking_id
  where d.status in ('needs_response', 'under_review')
      and b.status in ('confirmed', 'partially_paid', 'completed')
    or d.status = 'lost' and (d.lost_cents, d.charged_fee_cents)
      is distinct from (d.counted_cents, d.fee_cents)

  union all
  select
    'disputed_booking_has_an_open_dispute', b.organization_id, b.id, 'no dispute of it is open'
  from app_public.bookings as b
  where b.status = 'disputed'
    and not exists (
      select from app_public.disputes as d
      where d.organization_id = b.organization_id and d.booking_id = b.id
        and d.status in ('needs_response', 'under_review')
    )

  union all
  select
    'ticket_is_blocked_with_its_booking', t.organization_id, t.id,
    format('ticket %s is %s, its booking is %s', t.ticket_number,
      case when t.is_disputed then 'blocked' else 'not blocked' end, b.status)
  from app_public.tickets as t
  join app_public.bookings as b on b.organization_id = t.organization_id and b.id = t.booking_id
  where t.is_disputed <> (b.status = 'disputed' and t.status in ('valid', 'used'))

  union all
  select
    'unwanted_money_is_on_its_way_back', b.organization_id, b.id,
    format('received %s, returned %s, to be kept %s', p.received, p.returned, k.kept)
  from app_public.bookings as b
  cross join lateral (
    select sum(p.received_cents) as received,
      sum(p.refunded_cents + p.disputed_cents) as returned
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p
  cross join lateral (
    -- What its terms let the organization keep.
    select case
      when b.confirmed_at is null or exists (
        select from app_public.tickets as t
        where t.organization_id = b.organization_id
          and t.booking_id = b.id
          and not exists (
            select from app_public.refund_items as i
            where i.organization_id = t.organization_id and i.ticket_id = t.id and i.is_return
          )
      )
      then 0
      else b.total_amount_cents - b.refunded_cents
    end as kept
  ) as k
  where b.status in ('canceled', 'expired', 'refunded')
    and p.received - p.returned > k.kept
    and not exists (
      select from app_public.refunds as r
      where r.organization_id = b.organization_id
        and r.booking_id = b.id
        and r.status in ('failed', 'canceled')
        and app_private.is_refund_open(r)
    )

  union all
  select
    'taken_back_is_sum_of_items', b.organization_id, b.id,
    format('its items sum to %s, its lines to %s, it says %s', i.total, l.total, b.refunded_cents)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(sum(i.total_cents), 0) as total
    from app_public.refund_items as i
    where i.organization_id = b.organization_id and i.booking_id = b.id
  ) as i
  cross join lateral (
    select coalesce(sum(l.refunded_cents), 0) as total
    from app_public.booking_items as l
    where l.organization_id = b.organization_id and l.booking_id = b.id
  ) as l
  where b.confirmed_at is not null
    and (i.total <> b.refunded_cents or l.total <> b.refunded_cents)

  union all
  select
    'line_gives_back_what_it_has', l.organization_id, l.id,
    format(
      'service fee %s of %s, processing fee %s of %s, tax %s of %s', i.service_fee,
      l.service_fee_cents, i.processing_fee, l.processing_fee_cents, i.tax, l.tax_cents
    )
  from app_public.booking_items as l
  cross join lateral (
    select
      sum(i.service_fee_cents) as service_fee, sum(i.processing_fee_cents) as processing_fee,
      sum(i.tax_cents) as tax
    from app_public.refund_items as i
    where i.organization_id = l.organization_id and i.booking_item_id = l.id
  ) as i
  where i.service_fee > l.service_fee_cents or i.processing_fee > l.processing_fee_cents
    or i.tax > l.tax_cents

  union all
  select
    'ticket_that_came_back_is_void', t.organization_id, t.id,
    format('ticket %s is %s', t.ticket_number, t.status)
  from app_public.tickets as t
  where t.status in ('valid', 'used') and exists (
      select from app_public.refund_items as i
      where i.organization_id = t.organization_id and i.ticket_id = t.id and i.is_return
    )

  union all
  select
    'taken_back_is_in_the_books', b.organization_id, b.id,
    format('the books say %s, the booking %s', e.amount, b.refunded_cents)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(-sum(e.amount_cents), 0) as amount
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where t.organization_id = b.organization_id
      and t.booking_id = b.id
      and a.kind = 'buyer_clearing'
      and (starts_with(t.source, 'sale_return:') or starts_with(t.source, 'sale_reversal:'))
  ) as e
  where b.refunded_cents > 0 and e.amount <> b.refunded_cents

  union all
  select
    'payout_is_its_items', p.organization_id, p.id,
    format('it says %s, the books %s, for net %s', p.net_payout_cents, b.net_payout_cents,
      i.net_cents)
  from app_public.payouts as p
  cross join lateral app_private.payout_from_books(p.id) as b
  cross join lateral (
    select coalesce(sum(i.net_cents), 0) as net_cents
    from app_public.payout_items as i
    where i.organization_id = p.organization_id and i.payout_id = p.id
  ) as i
  where (
      p.gross_revenue_cents, p.total_commission_cents, p.stripe_fees_cents, p.refunds_cents,
      p.adjustments_cents, p.net_payout_cents, p.transactions_included
    ) is distinct from (
      b.gross_revenue_cents, b.total_commission_cents, b.stripe_fees_cents, b.refunds_cents,
      b.adjustments_cents, b.net_payout_cents, b.transactions_included
    )
    or i.net_cents <> p.net_payout_cents

  union all
  select
    'payout_is_in_the_books', p.organization_id, p.id,
    format('it is %s, and the books have %s under way and %s paid', p.status, e.in_transit, e.paid)
  from app_public.payouts as p
  cross join lateral (
    select
      coalesce(-sum(e.amount_cents) filter (where a.kind = 'payouts_in_transit'), 0) as in_transit,
      coalesce(-sum(e.amount_cents) filter (where a.kind = 'stripe_balance'), 0) as paid
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where t.organization_id = p.organization_id
      and t.category in ('payout', 'payout_failure', 'payout_transfer')
      and split_part(t.source, ':', 2) = p.id::text
  ) as e
  where e.in_transit <> case p.status when 'in_transit' then p.net_payout_cents else 0 end
    or e.paid <> case p.status when 'paid' then p.net_payout_cents else 0 end

  union all
  select
    'payout_reversals_are_what_it_says', p.organization_id, p.id,
    format('it says %s, they sum to %s', p.reversed_cents, r.total)
  from app_public.payouts as p
  cross join lateral (
    select coalesce(sum(r.amount_cents), 0) as total
    from app_public.payout_reversals as r
    where r.organization_id = p.organization_id and r.payout_id = p.id and r.status <> 'failed'
  ) as r
  where r.total <> p.reversed_cents

  union all
  select
    'status_is_the_last_logged', b.organization_id, b.id,
    format('the booking is %s, its log says %s', b.status, coalesce(t.to_status::text, 'nothing'))
  from app_public.bookings as b
  left join lateral (
    select t.to_status
    from app_public.booking_state_transitions as t
    where t.organization_id = b.organization_id and t.booking_id = b.id
    order by t.id desc
    limit 1
  ) as t on true
  where t.to_status is distinct from b.status
    -- Nothing is left of what was dropped by retention.
    and (
      t.to_status is not null
      or not exists (
        select from app_private.closed_months as c
        where c.table_name = 'booking_state_transitions'
          and c.dropped_at is not null
          and b.created_at < (c.month + interval '1 month') at time zone 'UTC'
      )
    )

  union all
  select
    'inventory_is_the_layout', p.organization_id, p.id,
    format('%s seats in the inventory, %s in the layout', s.seats, l.seat_count)
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.venue_layouts as l
    on l.organization_id = p.organization_id and l.id = p.layout_id
  cross join lateral (
    select count(*) as seats
    from app_public.seat_booking_state as s
    where s.organization_id = p.organization_id and s.performance_id = p.id
  ) as s
  where e.status not in ('draft', 'canceled') and s.seats <> l.seat_count

  union all
  select
    'canceled_performance_keeps_no_booking', b.organization_id, b.id,
    format('it is %s, and the cancellation is done', b.status)
  from app_public.event_cancellations as c
  join app_public.performances as p
    on p.organization_id = c.organization_id
    and p.event_id = c.event_id
    and p.id = coalesce(c.performance_id, p.id)
    and p.status = 'canceled'
  join app_public.bookings as b
    on b.organization_id = p.organization_id
    and b.performance_id = p.id
    and b.status in (
      'pending_payment', 'fraud_hold', 'pending_approval', 'partially_paid', 'confirmed'
    )
  where c.completed_at is not null
    and not exists (
      select from app_public.event_cancellation_failures as f
      where f.organization_id = b.organization_id and f.booking_id = b.id
    )

  union all
  select
    'organization_has_an_owner', o.id, null, format('nobody owns %s', o.slug)
  from app_public.organizations as o
  where not exists (
    select from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id
    where m.organization_id = o.id
      and m.role = 'owner'
      and m.status = 'active'
      and u.account_status <> 'deleted'
  )
$$;

comment on function app_public.check_invariants() is
  'Everything that is not consistent now, one row each; none when all is well. '
  'For the owner and the worker.';
grant execute on function app_public.check_invariants() to lml_worker;

--! split: 1159-functions-privacy-erase_person.sql
create or replace function app_private.erase_person(person app_private.person, request_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_table record;
  v_count integer;
  v_summary jsonb := '{}';
begin
  for v_table in
    select p.relation, p.belongs
    from app_private.personal_tables as p
    where p.relation <> 'app_public.audit_log'
    order by p.position
  loop
    v_count := app_private.forget_rows(
      v_table.relation, v_table.belongs, erase_person.person, erase_person.request_id
    );
    if v_count > 0 then
      v_summary := v_summary || jsonb_build_object(v_table.relation, v_count);
    end if;
  end loop;
  -- Of what others bought and had sent to the person, the address goes. Whoever bought it stays.
  update app_private.booking_signals as s
  set email = null
  where s.booking_id = any ((erase_person.person).booking_ids) and s.email is not null;
  update app_private.payment_failure_signals as s
  set email = null
  where s.booking_id = any ((erase_person.person).booking_ids) and s.email is not null;
  update app_private.lost_dispute_signals as s
  set email = null
  where s.booking_id = any ((erase_person.person).booking_ids) and s.email is not null;
  return v_summary;
end
$$;

comment on function app_private.erase_person(app_private.person, uuid) is
  'Forgets a person in every table of personal_tables; returns how many rows of each.';

--! split: 1160-functions-privacy-has_open_money.sql
create or replace function app_private.has_open_money(booking app_public.bookings)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select (has_open_money.booking).status
      in ('pending_payment', 'partially_paid', 'disputed', 'fraud_hold', 'pending_approval')
    or exists (
      select from app_public.refunds as r
      where r.organization_id = (has_open_money.booking).organization_id
        and r.booking_id = (has_open_money.booking).id
        and r.status in ('pending', 'processing')
    )
    or exists (
      select from app_public.disputes as d
      where d.organization_id = (has_open_money.booking).organization_id
        and d.booking_id = (has_open_money.booking).id
        and d.closed_at is null
    )
$$;

comment on function app_private.has_open_money(app_public.bookings) is
  'Whether a booking waits for money, for its return, or for a bank''s verdict.';

--! split: 1161-functions-payments-book_movements.sql
-- A correction belongs to what it corrects, so that both together are compared with Stripe.
create or replace view app_private.book_movements with (security_invoker) as
select
  m.id, m.organization_id, m.ledger_transaction_id, m.accounting_period, m.transaction_type,
  m.booking_id, m.payment_intent_id, m.refund_id, m.gross_amount_cents, m.fee_amount_cents,
  m.net_amount_cents, m.currency, m.reconciliation_status, m.processed_at, m.created_at,
  coalesce(c.id, m.id) as root_id,
  coalesce(c.stripe_balance_transaction_id, m.stripe_balance_transaction_id) as stripe_id,
  coalesce(e.amount_cents, 0) as ledger_cents,
  (sum(m.net_amount_cents) over (partition by coalesce(c.id, m.id)))::bigint
    as corrected_net_cents
from app_public.payment_transactions as m
join app_public.ledger_transactions as t
  on t.organization_id = m.organization_id and t.id = m.ledger_transaction_id
left join app_public.payment_transactions as c
  on c.organization_id = t.organization_id and c.ledger_transaction_id = t.corrects_id
left join (
  select e.organization_id, e.transaction_id, sum(e.amount_cents)::bigint as amount_cents
  from app_public.ledger_entries as e
  join app_public.ledger_accounts as a
    on a.organization_id = e.organization_id and a.id = e.account_id
  where a.kind = 'stripe_balance'
  group by e.organization_id, e.transaction_id
) as e on e.organization_id = m.organization_id and e.transaction_id = m.ledger_transaction_id;

comment on view app_private.book_movements is
  'Movements of money as the books tell them: the row, its posting, and what Stripe calls it.';

--! split: 1162-functions-payments-venue_payouts.sql
-- What organizations are paid, without their promoters, by the names that are usual for it.
create or replace view app_public.venue_payouts with (security_invoker = true) as
select
  p.id, p.organization_id, p.payout_period_start, p.payout_period_end, p.gross_revenue_cents,
  p.total_commission_cents, p.stripe_fees_cents, p.refunds_cents, p.adjustments_cents,
  p.net_payout_cents, p.currency, 'stripe_transfer'::text as payout_method, p.stripe_transfer_id,
  p.status, p.initiated_at, p.completed_at, p.failed_at, p.failure_reason,
  p.transactions_included, p.events_included, p.created_at, p.updated_at,
  p.requested_by as created_by
from app_public.payouts as p
where p.promoter_id is null;

comment on view app_public.venue_payouts is
  E'@behavior -*\nPayouts of organizations: payouts without those of promoters.';
comment on column app_public.venue_payouts.id is 'Identifier.';
comment on column app_public.venue_payouts.organization_id is 'Which organization is paid.';
comment on column app_public.venue_payouts.payout_period_start is 'First day of the period.';
comment on column app_public.venue_payouts.payout_period_end is 'Last day of the period.';
comment on column app_public.venue_payouts.gross_revenue_cents is 'What was sold.';
comment on column app_public.venue_payouts.total_commission_cents is 'What the platform keeps of it.';
comment on column app_public.venue_payouts.stripe_fees_cents is 'What Stripe has charged.';
comment on column app_public.venue_payouts.refunds_cents is 'What was taken back.';
comment on column app_public.venue_payouts.adjustments_cents is 'All else.';
comment on column app_public.venue_payouts.net_payout_cents is 'What is transferred.';
comment on column app_public.venue_payouts.currency is 'In which currency.';
comment on column app_public.venue_payouts.payout_method is 'How: always a transfer at Stripe.';
comment on column app_public.venue_payouts.stripe_transfer_id is 'The transfer.';
comment on column app_public.venue_payouts.status is 'What became of it.';
comment on column app_public.venue_payouts.initiated_at is 'When Stripe was asked.';
comment on column app_public.venue_payouts.completed_at is 'When it was paid.';
comment on column app_public.venue_payouts.failed_at is 'When it last failed.';
comment on column app_public.venue_payouts.failure_reason is 'Why.';
comment on column app_public.venue_payouts.transactions_included is 'How many facts of the books it pays.';
comment on column app_public.venue_payouts.events_included is 'Of how many events.';
comment on column app_public.venue_payouts.created_at is 'When it was made.';
comment on column app_public.venue_payouts.updated_at is 'When it last changed.';
comment on column app_public.venue_payouts.created_by is 'Who made it; null: the schedule.';
revoke all on app_public.venue_payouts from public;
grant select on app_public.venue_payouts to lml_user;

--! split: 1163-functions-privacy-declared_classes.sql
-- Of which class every column is: the one place to read and to change it. A line names columns of a
-- table. Identifiers (uuid), moments (timestamptz) and amounts (..._cents) need no line, because
-- they are internal or financial unless a line says otherwise. For what is erased, the line says how:
--   anonymize  with the SQL expression that replaces the value (the row is called t)
--   delete     the row goes
--   keep       with the reason that the law gives
-- Whose row it is, is said in personal_tables.
create or replace view app_private.declared_classes with (security_invoker = true) as
select
  d.relation, c.column_name, d.class::app_private.data_class as class,
  d.on_erasure::app_private.erasure_action as on_erasure, d.note
from (values
  -- foundation
  ('app_public.currencies', 'public', null, null, 'code exponent'),
  ('app_private.worker_heartbeats', 'internal', null, null, 'worker_id'),

  -- identity
  ('app_public.users', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$, 'email'),
  ('app_public.users', 'personal', 'anonymize', $$'Erased'$$, 'first_name last_name'),
  ('app_public.users', 'personal', 'anonymize', 'null',
    'phone email_verified_at last_login_at avatar_url language date_of_birth'),
  ('app_public.users', 'personal', 'anonymize', $$'{}'$$, 'address'),
  ('app_public.users', 'internal', null, null, 'account_status login_count'),
  ('app_private.user_credentials', 'secret', 'delete', null, 'password_hash'),
  ('app_private.user_credentials', 'internal', null, null, 'failed_login_attempts'),
  ('app_private.two_factor_secrets', 'secret', 'delete', null, 'encrypted_secret'),
  ('app_private.two_factor_secrets', 'internal', null, null, 'last_time_step'),
  ('app_private.recovery_codes', 'secret', 'delete', null, 'code_hash'),
  ('app_private.session_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_public.user_sessions', 'personal', 'delete', null, 'device ip_address user_agent'),
  ('app_public.user_sessions', 'internal', null, null, 'revoked_reason'),
  ('app_private.user_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_private.user_tokens', 'personal', 'delete', null, 'email'),
  ('app_private.user_tokens', 'internal', null, null, 'purpose'),
  ('app_private.outgoing_emails', 'personal', 'delete', null, 'recipient'),
  ('app_private.outgoing_emails', 'secret', 'delete', null, 'variables'),
  ('app_private.outgoing_emails', 'internal', null, null, 'template'),
  ('app_public.platform_staff', 'internal', null, null, 'role'),
  ('app_private.sign_ups', 'personal', 'delete', null, 'email first_name last_name'),
  ('app_private.sign_ups', 'secret', 'delete', null, 'token_hash password_hash'),
  ('app_private.attempt_limits', 'internal', null, null, 'kind attempts period'),
  ('app_private.attempts', 'personal', 'keep', 'Counts of a network, for days.', 'network'),
  ('app_private.attempts', 'internal', null, null, 'kind attempts'),
  ('app_public.failed_attempts', 'personal', 'delete', null, 'ip_address user_agent'),
  ('app_public.failed_attempts', 'internal', null, null, 'kind'),
  ('app_public.trusted_devices', 'personal', 'delete', null, 'device ip_address user_agent'),
  ('app_private.trusted_device_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_public.impersonations', 'sensitive', 'keep',
    'Proof of what was done in the name of somebody.', 'reason'),
  ('app_public.user_suspensions', 'sensitive', 'keep',
    'Proof of why somebody was kept out.', 'reason'),

  -- organizations: what is known of an organization is not about a person
  ('app_public.organizations', 'public', null, null,
    'name slug email phone website default_currency status address logo_url primary_color '
    'secondary_color custom_domain refund_policy privacy_policy_url terms_of_service_url '
    'verification_status'),
  ('app_public.organization_settings', 'internal', null, null,
    'allow_guest_checkout hold_seconds checkout_seconds hold_seconds_max tickets_per_booking_max '
    'business_type payout_schedule email_notifications ticket_transfers_enabled subscription_tier '
    'subscription_reference monthly_event_limit fraud_review_seconds books_timezone '
    'open_carts_max payout_timing payout_delay_days pays_stripe_fees'),
  ('app_public.organization_settings', 'financial', null, null,
    'commission_percentage service_fee_percentage processing_fee_percentage registration_number '
    'tax_id monthly_revenue_limit_units'),
  ('app_public.organization_members', 'internal', null, null, 'role status venues_restricted'),
  ('app_public.role_permissions', 'public', null, null, 'role permission'),
  ('app_public.member_permissions', 'internal', null, null, 'permission'),
  ('app_public.organization_invitations', 'personal', 'anonymize',
    $$'erased+' || t.id || '@erased.invalid'$$, 'email'),
  ('app_public.organization_invitations', 'internal', null, null, 'role send_count'),
  ('app_private.invitation_tokens', 'secret', null, null, 'token_hash'),
  ('app_public.organization_verifications', 'sensitive', 'keep',
    'Documents of an organization, by which it was verified.', 'documents note'),
  ('app_public.organization_verifications', 'internal', null, null, 'status'),
  ('app_public.domain_challenges', 'internal', null, null,
    'domain record_name record_value missed_count'),
  ('app_public.organization_suspensions', 'internal', null, null, 'reason'),
  ('app_public.subscription_tiers', 'public', null, null,
    'tier description monthly_event_limit monthly_revenue_limit_units'),
  ('app_public.tax_rates', 'public', null, null, 'name jurisdiction percentage valid_during'),
  ('app_public.tax_jurisdictions', 'public', null, null, 'name prices_include_tax'),
  ('app_public.memberships', 'personal', 'delete', null, 'email member_number'),
  ('app_public.memberships', 'internal', null, null, 'valid_during'),

  -- venues
  ('app_public.venues', 'public', null, null,
    'name slug description address timezone accessibility_features amenities city contact_email '
    'contact_phone contact_website country images language latitude longitude opening_hours '
    'social_media status tier venue_type videos'),
  ('app_public.venue_compliance', 'internal', null, null,
    'insurance_valid_until license_number license_valid_until licensed_capacity '
    'safety_certificate safety_certificate_valid_until'),
  ('app_public.layout_fetches', 'internal', null, null,
    'attempt_count error_code error_message expected_sha256 status url'),
  ('app_public.venue_layouts', 'public', null, null,
    'version name sha256 document source source_reference seat_count standing_capacity'),
  ('app_public.layout_sections', 'public', null, null,
    'section_no name kind category capacity x y width height'),
  ('app_public.layout_seats', 'public', null, null,
    'seat_no section_no seat_id row_name seat_number category x y features'),

  -- events
  ('app_public.events', 'public', null, null,
    'title slug description status currency blocked_sections organization_status '
    'allow_guest_checkout hold_seconds checkout_seconds hold_seconds_max tickets_per_booking_max '
    'service_fee_percentage processing_fee_percentage tax_percentage is_public '
    'screens_holds reentry_limit open_carts_max short_description format timezone visibility age_restriction '
    'special_requirements images banner_url videos external_links meta_title meta_description '
    'search_keywords tags tickets_per_user_max status_reason search_text search_vector'),
  ('app_public.events', 'public', null, null,
    'has_price_rules absorbs_service_fees absorbs_processing_fees'),
  ('app_public.events', 'financial', null, null, 'commission_percentage'),
  ('app_public.performances', 'public', null, null, 'currency status is_public status_reason'),
  ('app_public.ticket_categories', 'public', null, null,
    'category_no name description status seat_categories sections is_public sort_order '
    'min_per_transaction max_per_transaction max_per_user includes restrictions '
    'requires_approval approval_hours approved_payment_hours requires_membership'),
  ('app_public.event_categories', 'public', null, null, 'slug name description'),
  ('app_public.event_category_links', 'public', null, null, 'is_public'),
  ('app_public.event_online_addresses', 'internal', null, null, 'address instructions'),
  ('app_private.event_access_codes', 'secret', null, null, 'code_hash'),
  ('app_public.event_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_public.performance_status_transitions', 'public', null, null,
    'from_status to_status reason'),
  ('app_public.event_cancellations', 'internal', null, null,
    'reason bookings_canceled bookings_failed'),
  ('app_public.event_cancellation_failures', 'internal', null, null, 'code'),
  ('app_public.ticket_category_prices', 'public', null, null, 'audience valid_during is_public'),
  ('app_public.add_ons', 'public', null, null,
    'is_public name description currency max_per_booking requires_ticket delivery is_limited '
    'is_active sort_order'),
  ('app_public.attendee_questions', 'public', null, null,
    'is_public question kind choices is_required sort_order'),
  ('app_private.performance_notices', 'internal', null, null, 'kind reason mails_queued'),
  ('app_public.pricing_rules', 'internal', null, null,
    'name sort_order condition at_least below percentage'),
  ('app_public.discount_codes', 'internal', null, null,
    'code currency percentage quantity_min uses_max uses_per_customer_max valid_during'),

  -- inventory
  ('app_private.sold_shares', 'internal', null, null,
    'ticket_category_ids category_shares performance_share'),
  ('app_public.performance_categories', 'public', null, null, 'category_no'),
  ('app_public.seat_booking_state', 'internal', null, null, 'seat_no status category_no'),
  ('app_private.seat_runs', 'internal', null, null,
    'run_no first_seat_no last_seat_no central_seat_no longest category_no is_accessible is_full'),
  ('app_private.seat_changes', 'internal', null, null, 'changed_xid seat_nos'),
  ('app_private.seat_changes_forgotten', 'internal', null, null, 'is_only last_xid'),
  ('app_public.admission_pools', 'internal', null, null, 'name capacity slot_count chain allocated'),
  ('app_private.admission_slots', 'internal', null, null, 'slot_no capacity held sold'),
  ('app_private.admission_claims', 'internal', null, null, 'slot_no quantity'),
  ('app_public.admission_allocations', 'internal', null, null, 'kind reason quantity places_left'),
  ('app_private.add_on_counters', 'internal', null, null, 'total held sold'),
  ('app_private.add_on_claims', 'internal', null, null, 'quantity'),
  ('app_public.seat_allocations', 'internal', null, null, 'kind reason seat_count'),
  ('app_public.seat_allocation_seats', 'internal', null, null, 'seat_no'),

  -- bookings
  ('app_public.customers', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$,
    'email'),
  ('app_public.customers', 'personal', 'anonymize', 'null', 'first_name last_name phone'),
  ('app_public.customers', 'personal', 'anonymize', $$'{}'$$, 'address'),
  ('app_public.booking_details', 'personal', 'delete', null,
    'referral_source utm_source utm_medium utm_campaign utm_term utm_content special_requests '
    'accessibility_requirements dietary_requirements'),
  ('app_public.booking_notes', 'personal', 'delete', null, 'note'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'customer_email customer_name'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'cancellation_reason'),
  ('app_public.bookings', 'secret', 'keep', 'It owns the tickets, and tells nothing of anybody.',
    'cart_token_hash'),
  ('app_public.bookings', 'internal', null, null,
    'booking_reference status booking_channel currency created_xid'),
  ('app_public.delivery_addresses', 'personal', 'delete', null, 'address'),
  ('app_public.bookings', 'financial', null, null, 'commission_percentage price_terms'),
  ('app_public.booking_items', 'internal', null, null, 
    'item_type seat_nos quantity returned_quantity price_basis'),
  ('app_public.booking_items', 'financial', null, null, 'applied_rules'),
  ('app_public.discount_redemptions', 'internal', null, null, 'code'),
  ('app_private.discount_attempts', 'personal', 'keep', 'Counts of a network, for days.', 'asker'),
  ('app_private.discount_attempts', 'internal', null, null, 'attempts'),
  ('app_public.booking_state_transitions', 'personal', 'keep',
    'History of a sale, kept as long as the books; it says why, and not who.', 'reason'),
  ('app_public.booking_state_transitions', 'internal', null, null,
    'from_status to_status changed_via request_id'),
  ('app_public.booking_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_private.idempotency_keys', 'internal', null, null,
    'owner idempotency_key function_name arguments_hash'),
  ('app_public.payment_plans', 'public', null, null,
    'name deposit_percentage installments basis first_due_days interval_days last_due_days_before '
    'reminder_days grace_days overdue_action'),
  ('app_public.booking_payment_schedule', 'financial', null, null, 'installment_no status'),
  ('app_public.booking_approvals', 'internal', null, null, 'pay_within_hours decision'),
  ('app_public.booking_approvals', 'personal', 'anonymize',
    'case when t.decision = ''declined'' then ''erased'' end', 'reason'),
  ('app_public.staff_sales', 'internal', null, null, 'payment'),
  ('app_public.staff_sales', 'personal', 'anonymize',
    'case when t.payment = ''complimentary'' then ''erased'' end', 'note'),
  ('app_public.staff_sales', 'personal', 'anonymize',
    'case when t.override_reason is not null then ''erased'' end', 'override_reason'),
  ('app_private.payment_links', 'secret', null, null, 'token_hash'),

  -- payments
  ('app_public.payment_intents', 'financial', null, null,
    'currency status stripe_payment_intent_id stripe_status failure_code failure_message '
    'stripe_charge_id stripe_news method'),
  ('app_public.payment_charges', 'financial', null, null,
    'stripe_charge_id status card_brand risk_level risk_score network_answer outcome_reason'),
  ('app_public.payment_charges', 'personal', 'anonymize', 'null', 'card_last4'),
  ('app_private.payment_intent_secrets', 'secret', 'delete', null, 'client_secret'),
  ('app_private.stripe_customers', 'personal', 'delete', null, 'stripe_id'),
  ('app_private.saved_payment_methods', 'personal', 'delete', null,
    'stripe_id brand last4 exp_month exp_year'),
  ('app_private.payment_choices', 'personal', 'delete', null, 'saves_card'),
  ('app_private.stripe_events', 'personal', 'anonymize', $$'{}'$$, 'payload'),
  ('app_private.stripe_events', 'internal', null, null, 'id type livemode outcome reason'),
  ('app_public.payment_findings', 'financial', null, null,
    'kind subject detail stripe_event_ids resolution_note accounting_period'),
  ('app_public.reconciliation_runs', 'internal', null, null, 'status starting_after'),
  ('app_public.reconciliation_results', 'financial', null, null,
    'currency stripe_count book_count matched_count finding_count'),
  ('app_public.reconciliation_balances', 'financial', null, null, 'currency is_certain'),
  ('app_private.stripe_balance_transactions', 'financial', null, null,
    'id type currency source stripe_payment_intent_id is_matched'),
  ('app_private.stripe_calls', 'internal', null, null,
    'purpose idempotency_key request_hash status attempts stripe_id http_code error_code '
    'stripe_request_id duration_ms'),
  ('app_private.stripe_reachability', 'internal', null, null, 'is_only_row failures last_error'),
  ('app_public.payouts', 'financial', null, null,
    'currency payout_period_start payout_period_end transactions_included events_included status '
    'attempt failure_code failure_reason stripe_transfer_id'),
  ('app_public.payouts', 'sensitive', 'keep', 'Proof of why money was paid out, or not.',
    'decision_note'),
  ('app_public.payout_items', 'financial', null, null, 'kind'),
  ('app_public.payout_holds', 'financial', null, null, 'kind is_of_platform'),
  ('app_public.payout_holds', 'sensitive', 'keep', 'Proof of why money was held back.', 'reason'),
  ('app_public.payout_reversals', 'financial', null, null,
    'status stripe_reversal_id failure_reason'),
  ('app_public.payout_reversals', 'sensitive', 'keep', 'Proof of why money was taken back.',
    'reason'),
  ('app_public.payout_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_public.stripe_accounts', 'financial', null, null,
    'country email stripe_account_id stripe_onboarding_completed charges_enabled payout_enabled '
    'transfers_enabled requirements_due disabled_reason failure_reason stripe_news'),
  ('app_private.stripe_account_links', 'secret', null, null, 'url'),
  ('app_private.stripe_account_links', 'internal', null, null,
    'return_url refresh_url failure_reason'),
  ('app_public.refunds', 'financial', null, null,
    'reason currency status stripe_refund_id failure_reason stripe_status attempt'),
  ('app_public.cancellation_policies', 'public', null, null,
    'version refunds_service_fees refunds_processing_fees'),
  ('app_public.cancellation_windows', 'public', null, null, 'days_before percentage'),
  ('app_public.refund_requests', 'financial', null, null,
    'kind status reason ticket_ids percentage refunds_service_fees refunds_processing_fees '
    'is_exception currency'),
  ('app_public.refund_requests', 'sensitive', 'keep',
    'Vouchers: why money went back, and on whose word.', 'note decision_note'),
  ('app_public.refund_items', 'financial', null, null, 'is_return'),
  ('app_public.disputes', 'financial', null, null,
    'stripe_dispute_id stripe_charge_id status reason network_reason_code currency stripe_news'),
  ('app_public.dispute_responses', 'personal', 'anonymize', $$'{}'$$, 'evidence'),
  ('app_public.dispute_responses', 'internal', null, null, 'is_acceptance status failure_reason'),
  ('app_public.ledger_accounts', 'financial', null, null, 'kind currency'),
  ('app_public.ledger_account_rules', 'public', null, null,
    'kind normal_side may_be_negative description'),
  ('app_public.ledger_transactions', 'financial', null, null,
    'source description category accounting_period'),
  ('app_public.ledger_balances', 'financial', null, null, 'period'),
  ('app_public.accounting_periods', 'financial', null, null, 'period status unreconciled_count'),
  ('app_public.payment_transactions', 'financial', null, null,
    'accounting_period transaction_type transaction_category currency description '
    'stripe_balance_transaction_id reconciliation_status'),
  ('app_public.ledger_corrections', 'financial', null, null,
    'currency kinds amounts_cents reason status'),
  ('app_public.promoters', 'internal', null, null, 'name email'),
  ('app_public.event_promoters', 'financial', null, null, 'share_percentage'),
  ('app_public.promoter_shares', 'financial', null, null, 'share_percentage'),

  -- tickets
  ('app_public.tickets', 'internal', null, null,
    'seat_no ticket_number status section row_name seat_number currency credential_version '
    'delivery_method delivery_status entry_count is_inside is_disputed'),
  ('app_public.tickets', 'personal', 'anonymize', 'null', 'delivery_tracking'),
  ('app_public.ticket_attendees', 'personal', 'delete', null,
    'first_name last_name email phone answers'),
  ('app_public.ticket_transfers', 'personal', 'anonymize',
    $$'erased+' || t.id || '@erased.invalid'$$, 'to_email'),
  ('app_public.ticket_transfers', 'secret', 'keep', 'They own tickets, and tell nothing of anybody.',
    'from_cart_token_hash to_cart_token_hash'),
  ('app_public.ticket_transfers', 'internal', null, null, 'status'),
  ('app_private.ticket_transfer_tokens', 'secret', null, null, 'token_hash'),
  ('app_public.entry_zones', 'internal', null, null, 'name sections ticket_categories'),
  ('app_public.entry_gates', 'internal', null, null, 'name'),
  ('app_public.scanner_devices', 'internal', null, null, 'name'),
  ('app_private.scanner_tokens', 'secret', null, null, 'token_hash'),
  ('app_private.offline_scan_results', 'internal', null, null, 'code is_double result'),
  ('app_private.ticket_credentials', 'secret', null, null, 'credential_hash'),
  ('app_private.ticket_credentials', 'internal', null, null, 'version'),
  ('app_private.signing_keys', 'secret', null, null, 'key'),
  ('app_private.signing_keys', 'internal', null, null, 'name'),
  ('app_public.ticket_scans', 'internal', null, null, 'result code gate device direction offline_result'),

  -- risk
  ('app_public.fraud_detection_rules', 'internal', null, null,
    'rule_name description rule_type stage severity action trigger_count window_seconds '
    'amount_currency is_enabled true_positives false_positives false_positive_rate'),
  ('app_private.booking_signals', 'personal', 'anonymize', 'null',
    'user_id buyer_key email ip_address device user_agent country expected_countries'),
  ('app_private.booking_signals', 'personal', 'anonymize', 'false', 'is_disposable_email'),
  ('app_private.booking_signals', 'internal', null, null, 'stage tickets currency'),
  ('app_private.payment_failure_signals', 'personal', 'anonymize', 'null',
    'buyer_key email ip_address device'),
  ('app_private.payment_failure_signals', 'internal', null, null, 'stripe_event_id'),
  ('app_private.lost_dispute_signals', 'personal', 'anonymize', 'null',
    'buyer_key email ip_address device'),
  ('app_private.disposable_email_domains', 'public', null, null, 'domain'),
  ('app_private.calling_codes', 'public', null, null, 'prefix country'),
  ('app_public.risk_assessments', 'sensitive', 'keep',
    'Why a sale was refused or looked at; whose it was is forgotten.', 'score action factors'),
  ('app_public.fraud_alerts', 'internal', null, null,
    'severity action risk_score status resolution'),
  ('app_public.fraud_alert_notes', 'sensitive', 'keep',
    'Evidence for legal claims (GDPR, article 17, paragraph 3).', 'note'),

  -- audit: see redact_audit_log
  ('app_public.audit_log', 'personal', 'anonymize', 'null', 'ip_address user_agent'),
  ('app_public.audit_log', 'personal', 'anonymize', 'by field, as in the table it is about',
    'old_values new_values'),
  ('app_public.audit_log', 'internal', null, null,
    'action entity_type database_role request_id transaction_id'),
  ('app_private.audit_seals', 'internal', null, null,
    'seal_no up_to row_count previous_hash hash'),
  ('app_private.audit_sealed_rows', 'internal', null, null, 'seal_no row_hash month'),
  ('app_private.partition_retention', 'internal', null, null, 'table_name months_kept reason'),
  ('app_private.closed_months', 'internal', null, null,
    'table_name month months_kept row_count rows_hash'),

  -- privacy
  ('app_private.retention_rules', 'internal', null, null,
    'rule description relation action since condition kept_for is_enabled'),
  ('app_public.consents', 'personal', 'keep',
    'Proof that somebody had agreed (GDPR, article 7); of whom is forgotten.',
    'purpose is_given wording_version source'),
  ('app_private.consent_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_private.consent_tokens', 'personal', 'delete', null,
    'email purpose is_given wording_version source'),
  ('app_public.privacy_requests', 'internal', null, null, 'kind summary left_booking_ids')
) as d (relation, class, on_erasure, note, columns)
cross join lateral regexp_split_to_table(d.columns, ' ') as c (column_name);

comment on view app_private.declared_classes is
  'What is declared about columns; column_classes has every column there is.';
revoke all on app_private.declared_classes from public;

--! split: 1164-functions-privacy-personal_tables.sql
-- Whose a row is, given a person as $1 (the row is called t), and under which name an export has it;
-- without a name it is not exported, because there is nothing in it but secrets. In the order in
-- which rows may be deleted.
create or replace view app_private.personal_tables with (security_invoker = true) as
select p.relation, p.section, p.belongs, row_number() over () as position
from (values
  ('app_private.user_credentials', null, 't.user_id = ($1).user_id'),
  ('app_private.two_factor_secrets', null, 't.user_id = ($1).user_id'),
  ('app_private.recovery_codes', null, 't.user_id = ($1).user_id'),
  ('app_private.user_tokens', 'mailed_tokens', 't.user_id = ($1).user_id'),
  (
    'app_private.session_tokens', null,
    't.session_id in (
      select s.id from app_public.user_sessions as s where s.user_id = ($1).user_id
    )'
  ),
  ('app_private.sign_ups', 'sign_ups', 't.email operator(public.=) any (($1).emails)'),
  (
    'app_private.trusted_device_tokens', null,
    't.device_id in (
      select d.id from app_public.trusted_devices as d where d.user_id = ($1).user_id
    )'
  ),
  ('app_public.trusted_devices', 'trusted_devices', 't.user_id = ($1).user_id'),
  ('app_public.failed_attempts', 'failed_attempts', 't.user_id = ($1).user_id'),
  ('app_public.impersonations', 'impersonations', 't.user_id = ($1).user_id'),
  ('app_public.user_suspensions', 'suspensions', 't.user_id = ($1).user_id'),
  ('app_public.user_sessions', 'sessions', 't.user_id = ($1).user_id'),
  -- The last mail goes to an address that is forgotten once it is sent.
  (
    'app_private.outgoing_emails', 'emails',
    't.recipient operator(public.=) any (($1).emails)
      and (t.template <> ''account_closed'' or t.sent_at is not null)
      or exists (
        select from app_public.customers as c
        where c.id = any (($1).customer_ids)
          and c.organization_id = t.organization_id
          and c.email operator(public.=) t.recipient
      )'
  ),
  ('app_public.platform_staff', 'platform_staff', 't.user_id = ($1).user_id'),
  (
    'app_public.member_permissions', 'extra_permissions',
    't.member_id in (
      select m.id from app_public.organization_members as m where m.user_id = ($1).user_id
    )'
  ),
  ('app_public.user_venue_access', 'venue_access', 't.user_id = ($1).user_id'),
  ('app_public.organization_members', 'memberships', 't.user_id = ($1).user_id'),
  (
    'app_public.memberships', 'customer_memberships',
    't.user_id = ($1).user_id or t.email operator(public.=) any (($1).emails)'
  ),
  (
    'app_public.organization_invitations', 'invitations',
    't.accepted_by = ($1).user_id or t.email operator(public.=) any (($1).emails)'
  ),
  (
    'app_public.consents', 'consents',
    't.user_id = ($1).user_id or t.customer_id = any (($1).customer_ids)'
  ),
  (
    'app_private.consent_tokens', 'unconfirmed_consents',
    't.email operator(public.=) any (($1).emails)
      or exists (
        select from app_public.customers as c
        where c.id = any (($1).customer_ids)
          and c.organization_id = t.organization_id
          and c.email operator(public.=) t.email
      )'
  ),
  (
    'app_public.privacy_requests', 'privacy_requests',
    't.user_id = ($1).user_id or t.customer_id = any (($1).customer_ids)'
  ),
  (
    'app_private.payment_intent_secrets', null,
    't.payment_intent_id in (
      select p.id from app_public.payment_intents as p where p.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_private.stripe_events', null,
    't.applied_at is not null
      and t.payload #>> ''{data,object,metadata,lml_booking_id}''
        = any (($1).booking_ids::text[])
      or t.applied_at is not null
      and t.payload #>> ''{data,object,metadata,lml_payment_intent_id}'' in (
        select p.id::text from app_public.payment_intents as p
        where p.booking_id = any (($1).booking_ids)
      )
      or t.applied_at is not null
      and coalesce(t.payload #>> ''{data,object,customer}'', t.payload #>> ''{data,object,id}'') in (
        select c.stripe_id from app_private.stripe_customers as c
        where c.user_id = ($1).user_id
      )'
  ),
  (
    'app_private.payment_choices', 'payment_choices',
    't.booking_id = any (($1).booking_ids)
      or t.stripe_customer_id in (
        select c.id from app_private.stripe_customers as c where c.user_id = ($1).user_id
      )'
  ),
  (
    'app_private.saved_payment_methods', 'saved_payment_methods',
    't.stripe_customer_id in (
      select c.id from app_private.stripe_customers as c where c.user_id = ($1).user_id
    )'
  ),
  ('app_private.stripe_customers', 'stripe_customers', 't.user_id = ($1).user_id'),
  -- What a score is made of is for those who look into it.
  ('app_public.risk_assessments', null, 't.booking_id = any (($1).booking_ids)'),
  ('app_public.fraud_alert_notes', null,
    't.alert_id in (
      select a.id from app_public.fraud_alerts as a where a.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_private.booking_signals', 'signals',
    't.user_id = ($1).user_id or t.booking_id in (select app_private.bought_by($1))'
  ),
  (
    'app_private.payment_failure_signals', 'declined_payments',
    't.booking_id in (select app_private.bought_by($1))'
  ),
  (
    'app_public.payment_charges', 'charges',
    't.payment_intent_id in (
      select p.id from app_public.payment_intents as p where p.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_private.lost_dispute_signals', 'lost_disputes',
    't.booking_id in (select app_private.bought_by($1))'
  ),
  (
    'app_public.dispute_responses', 'dispute_responses',
    't.dispute_id in (
      select d.id from app_public.disputes as d where d.booking_id = any (($1).booking_ids)
    )'
  ),
  ('app_public.disputes', 'disputes', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.payment_intents', 'payments', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refunds', 'refunds', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refund_items', 'refund_items', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refund_requests', 'refund_requests', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.ticket_scans', 'ticket_scans',
    't.ticket_id in (
      select k.id from app_public.tickets as k where k.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_public.ticket_attendees', 'attendees',
    't.email operator(public.=) any (($1).emails)
      or t.ticket_id in (
        select k.id from app_public.tickets as k
        left join app_public.ticket_transfers as r
          on r.organization_id = k.organization_id and r.id = k.transfer_id
        where r.to_user_id = ($1).user_id
          or r.id is null and k.booking_id = any (($1).booking_ids)
      )'
  ),
  (
    'app_public.ticket_transfers', 'ticket_transfers',
    't.to_user_id = ($1).user_id or t.from_user_id = ($1).user_id
      or t.to_customer_id = any (($1).customer_ids)
      or t.to_email operator(public.=) any (($1).emails)'
  ),
  ('app_public.delivery_addresses', 'delivery_addresses', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.tickets', 'tickets', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.booking_details', 'booking_details', 't.booking_id = any (($1).booking_ids)'
  ),
  ('app_public.booking_notes', 'booking_notes', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.booking_items', 'booking_items', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.booking_state_transitions', 'booking_history',
    't.booking_id = any (($1).booking_ids)'
  ),
  ('app_public.booking_approvals', 'approvals', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.staff_sales', 'sales_by_staff', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.bookings', 'bookings', 't.id = any (($1).booking_ids)'),
  ('app_public.customers', 'customers', 't.id = any (($1).customer_ids)'),
  ('app_public.users', 'account', 't.id = ($1).user_id'),
  -- What was done to the entries above. What the person did to others' is about those.
  (
    'app_public.audit_log', 'audit_log',
    't.entity_type = ''users'' and t.entity_id = ($1).user_id
      or t.entity_type = ''customers'' and t.entity_id = any (($1).customer_ids)
      or t.entity_type = ''bookings'' and t.entity_id = any (($1).booking_ids)
      or t.entity_type in (''booking_approvals'', ''staff_sales'') and t.entity_id in (
        select a.id from app_public.booking_approvals as a
        where a.booking_id = any (($1).booking_ids)
        union all
        select s.id from app_public.staff_sales as s where s.booking_id = any (($1).booking_ids)
      )
      or t.entity_type in (''organization_members'', ''user_sessions'') and t.entity_id in (
        select s.id from app_public.user_sessions as s where s.user_id = ($1).user_id
        union all
        select m.id from app_public.organization_members as m where m.user_id = ($1).user_id
      )'
  )
) as p (relation, section, belongs);

comment on view app_private.personal_tables is
  'Which tables have something about people, and how their rows are found.';
revoke all on app_private.personal_tables from public;

--! split: 1165-policies-payments-dispute_responses.sql
-- Staff who may answer disputes: evidence tells of buyers.
alter table app_public.dispute_responses enable row level security;
alter table app_public.dispute_responses force row level security;

drop policy if exists all_owner on app_public.dispute_responses;
create policy all_owner on app_public.dispute_responses
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.dispute_responses;
create policy select_member on app_public.dispute_responses
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('disputes.manage')));

revoke all on app_public.dispute_responses from public;
grant select on app_public.dispute_responses to lml_user;

--! split: 1166-policies-payments-disputes.sql
-- Staff who may read payments.
alter table app_public.disputes enable row level security;
alter table app_public.disputes force row level security;

drop policy if exists all_owner on app_public.disputes;
create policy all_owner on app_public.disputes
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.disputes;
create policy select_member on app_public.disputes
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

revoke all on app_public.disputes from public;
grant select on app_public.disputes to lml_user;

--! split: 1167-policies-payments-payment_charges.sql
-- Staff who may read payments: buyers are not told what is thought of their cards.
alter table app_public.payment_charges enable row level security;
alter table app_public.payment_charges force row level security;

drop policy if exists all_owner on app_public.payment_charges;
create policy all_owner on app_public.payment_charges
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.payment_charges;
create policy select_member on app_public.payment_charges
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

revoke all on app_public.payment_charges from public;
grant select on app_public.payment_charges to lml_user;

--! split: 1168-policies-payments-payout_holds.sql
-- Staff who may read payouts, and the platform's.
alter table app_public.payout_holds enable row level security;
alter table app_public.payout_holds force row level security;

drop policy if exists all_owner on app_public.payout_holds;
create policy all_owner on app_public.payout_holds
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.payout_holds;
create policy select_member on app_public.payout_holds
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payouts.read')));

drop policy if exists select_staff on app_public.payout_holds;
create policy select_staff on app_public.payout_holds
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.payout_holds from public;
grant select on app_public.payout_holds to lml_user;

--! split: 1169-policies-payments-payout_items.sql
-- Staff who may read payouts, and the platform's.
alter table app_public.payout_items enable row level security;
alter table app_public.payout_items force row level security;

drop policy if exists all_owner on app_public.payout_items;
create policy all_owner on app_public.payout_items
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.payout_items;
create policy select_member on app_public.payout_items
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payouts.read')));

drop policy if exists select_staff on app_public.payout_items;
create policy select_staff on app_public.payout_items
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.payout_items from public;
grant select on app_public.payout_items to lml_user;

--! split: 1170-policies-payments-payout_reversals.sql
-- Staff who may read payouts, and the platform's.
alter table app_public.payout_reversals enable row level security;
alter table app_public.payout_reversals force row level security;

drop policy if exists all_owner on app_public.payout_reversals;
create policy all_owner on app_public.payout_reversals
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.payout_reversals;
create policy select_member on app_public.payout_reversals
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payouts.read')));

drop policy if exists select_staff on app_public.payout_reversals;
create policy select_staff on app_public.payout_reversals
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.payout_reversals from public;
grant select on app_public.payout_reversals to lml_user;

--! split: 1171-policies-payments-payout_runs.sql
-- Reached through definer functions only.
alter table app_private.payout_runs enable row level security;
alter table app_private.payout_runs force row level security;

drop policy if exists all_owner on app_private.payout_runs;
create policy all_owner on app_private.payout_runs
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.payout_runs from public;

--! split: 1172-policies-payments-payout_status_transitions.sql
-- What may happen to a payout is no secret.
alter table app_public.payout_status_transitions enable row level security;
alter table app_public.payout_status_transitions force row level security;

drop policy if exists all_owner on app_public.payout_status_transitions;
create policy all_owner on app_public.payout_status_transitions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_all on app_public.payout_status_transitions;
create policy select_all on app_public.payout_status_transitions
  for select to lml_anonymous, lml_user
  using (true);

revoke all on app_public.payout_status_transitions from public;
grant select on app_public.payout_status_transitions to lml_anonymous, lml_user;

--! split: 1173-policies-payments-payouts.sql
-- Staff who may read payouts, and the platform's.
alter table app_public.payouts enable row level security;
alter table app_public.payouts force row level security;

drop policy if exists all_owner on app_public.payouts;
create policy all_owner on app_public.payouts
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.payouts;
create policy select_member on app_public.payouts
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payouts.read')));

drop policy if exists select_staff on app_public.payouts;
create policy select_staff on app_public.payouts
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.payouts from public;
grant select on app_public.payouts to lml_user;

--! split: 1174-policies-payments-reconciliation_balances.sql
-- The platform's balance is the platform's business.
alter table app_public.reconciliation_balances enable row level security;
alter table app_public.reconciliation_balances force row level security;

drop policy if exists all_owner on app_public.reconciliation_balances;
create policy all_owner on app_public.reconciliation_balances
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_staff on app_public.reconciliation_balances;
create policy select_staff on app_public.reconciliation_balances
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.reconciliation_balances from public;
grant select on app_public.reconciliation_balances to lml_user;

--! split: 1175-policies-payments-reconciliation_results.sql
-- Staff who may read payments see what is theirs, the platform's staff everything.
alter table app_public.reconciliation_results enable row level security;
alter table app_public.reconciliation_results force row level security;

drop policy if exists all_owner on app_public.reconciliation_results;
create policy all_owner on app_public.reconciliation_results
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.reconciliation_results;
create policy select_member on app_public.reconciliation_results
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payments.read')));

drop policy if exists select_staff on app_public.reconciliation_results;
create policy select_staff on app_public.reconciliation_results
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.reconciliation_results from public;
grant select on app_public.reconciliation_results to lml_user;

--! split: 1176-policies-payments-reconciliation_runs.sql
-- When it was compared is for everybody who may read payments somewhere: it tells of nobody.
alter table app_public.reconciliation_runs enable row level security;
alter table app_public.reconciliation_runs force row level security;

drop policy if exists all_owner on app_public.reconciliation_runs;
create policy all_owner on app_public.reconciliation_runs
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.reconciliation_runs;
create policy select_member on app_public.reconciliation_runs
  for select to lml_user
  using ((select exists (select app_hidden.permitted_organization_ids('payments.read'))));

drop policy if exists select_staff on app_public.reconciliation_runs;
create policy select_staff on app_public.reconciliation_runs
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.reconciliation_runs from public;
grant select on app_public.reconciliation_runs to lml_user;

--! split: 1177-policies-payments-stripe_account_links.sql
-- For nobody but definer functions: an address may be used by whoever has it.
alter table app_private.stripe_account_links enable row level security;
alter table app_private.stripe_account_links force row level security;

drop policy if exists all_owner on app_private.stripe_account_links;
create policy all_owner on app_private.stripe_account_links
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.stripe_account_links from public;

--! split: 1178-policies-payments-stripe_accounts.sql
-- Staff who may read payouts, and the platform's.
alter table app_public.stripe_accounts enable row level security;
alter table app_public.stripe_accounts force row level security;

drop policy if exists all_owner on app_public.stripe_accounts;
create policy all_owner on app_public.stripe_accounts
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.stripe_accounts;
create policy select_member on app_public.stripe_accounts
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('payouts.read')));

drop policy if exists select_staff on app_public.stripe_accounts;
create policy select_staff on app_public.stripe_accounts
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.stripe_accounts from public;
grant select on app_public.stripe_accounts to lml_user;

--! split: 1179-policies-payments-stripe_balance_transactions.sql
-- Reached through definer functions only.
alter table app_private.stripe_balance_transactions enable row level security;
alter table app_private.stripe_balance_transactions force row level security;

drop policy if exists all_owner on app_private.stripe_balance_transactions;
create policy all_owner on app_private.stripe_balance_transactions
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.stripe_balance_transactions from public;

--! split: 1180-policies-risk-lost_dispute_signals.sql
-- Reached through definer functions only.
alter table app_private.lost_dispute_signals enable row level security;
alter table app_private.lost_dispute_signals force row level security;

drop policy if exists all_owner on app_private.lost_dispute_signals;
create policy all_owner on app_private.lost_dispute_signals
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.lost_dispute_signals from public;
