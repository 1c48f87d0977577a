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
  transactions_included bigint
);
comment on type app_public.payout_amounts is 'What a payout amounts to.';
comment on column app_public.payout_amounts.gross_revenue_cents is 'Sold.';
comment on column app_public.payout_amounts.total_commission_cents is 'The platform''s part of it.';
comment on column app_public.payout_amounts.stripe_fees_cents is 'Charged by Stripe.';
comment on column app_public.payout_amounts.refunds_cents is 'Taken back.';
comment on column app_public.payout_amounts.adjustments_cents is 'All else.';
comment on column app_public.payout_amounts.net_payout_cents is 'What is transferred.';
comment on column app_public.payout_amounts.transactions_included is 'How many facts of the books.';
