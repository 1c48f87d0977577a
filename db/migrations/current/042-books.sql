-- The books: what each account is, months that close, movements of money, promoters' shares,
-- and corrections by two people.

-- What the accounts are.

create type app_public.ledger_side as enum ('debit', 'credit');
comment on type app_public.ledger_side is 'The side on which an account grows.';

create table app_public.ledger_account_rules (
  kind app_public.ledger_account_kind primary key,
  normal_side app_public.ledger_side not null,
  may_be_negative boolean not null,
  description text not null
);
comment on table app_public.ledger_account_rules is 'The rules of each kind of account: its side, and whether it may be below zero.';
comment on column app_public.ledger_account_rules.kind is 'The kind.';
comment on column app_public.ledger_account_rules.normal_side is 'The side on which it grows.';
comment on column app_public.ledger_account_rules.may_be_negative is
  'Whether its balance may be on the other side; check_invariants finds those that may not.';
comment on column app_public.ledger_account_rules.description is 'What it stands for.';

insert into app_public.ledger_account_rules (kind, normal_side, may_be_negative, description)
values
  ('stripe_balance', 'debit', true, 'Money at Stripe; below zero when more went than came.'),
  ('buyer_clearing', 'credit', true,
    'What buyers have paid and not yet bought, or are still owed; below zero while one owes.'),
  ('organizer_payable', 'credit', true,
    'What the organization is owed; below zero when more went back than it has earned.'),
  ('promoter_payable', 'credit', true, 'What promoters are owed of the organization''s part.'),
  ('platform_commission', 'credit', false, 'What the platform keeps of the sales.'),
  ('service_fees', 'credit', false, 'Service fees that buyers paid.'),
  ('processing_fees', 'credit', false, 'Processing fees that buyers paid.'),
  ('taxes_payable', 'credit', false, 'Taxes that buyers paid, for the tax office.'),
  ('stripe_fees', 'debit', false, 'What Stripe has really charged.'),
  ('disputes', 'debit', false, 'What Stripe has taken back while a dispute is open.'),
  ('payouts_in_transit', 'credit', false, 'Payouts that are under way.'),
  ('adjustments', 'debit', true, 'What was corrected, and belongs nowhere else.'),
  ('box_office', 'debit', true, 'What the organization has taken itself, and not at Stripe.');

-- Months.

alter table app_public.organization_settings
  add column books_timezone text not null default 'UTC';
comment on column app_public.organization_settings.books_timezone is
  'In which time zone the months of the books begin.';

create type app_public.accounting_period_status as enum ('open', 'closing', 'closed');
comment on type app_public.accounting_period_status is 'State of a month of the books.';

create table app_public.accounting_periods (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  period date not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  status app_public.accounting_period_status not null default 'open',
  closing_started_at timestamptz,
  closed_at timestamptz,
  closed_by uuid references app_public.users on delete restrict,
  unreconciled_count bigint not null default 0,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  unique (organization_id, period),
  -- Every month begins where the one before it ended.
  unique (organization_id, starts_at),
  constraint accounting_periods_are_months check (period = date_trunc('month', period)::date),
  constraint accounting_periods_end_after_their_start check (ends_at > starts_at),
  constraint accounting_periods_closing_has_time
    check ((status <> 'open') = (closing_started_at is not null)),
  constraint accounting_periods_closed_has_time
    check ((status = 'closed') = (closed_at is not null)),
  constraint accounting_periods_close_after_their_end check (closed_at >= ends_at),
  constraint accounting_periods_unreconciled_is_a_count
    check (unreconciled_count >= 0 and (status = 'closed' or unreconciled_count = 0)),
  constraint accounting_periods_do_not_overlap exclude using gist (
    organization_id with =, tstzrange(starts_at, ends_at) with &&
  )
);
create index accounting_periods_closed_by_idx on app_public.accounting_periods (closed_by);
-- Where a fact is posted: the first open month that has not ended before it.
create index accounting_periods_open_idx
  on app_public.accounting_periods (organization_id, ends_at)
  where status = 'open';

comment on table app_public.accounting_periods is
  'Months of an organization''s books. Nothing is posted into one that is closed.';
comment on column app_public.accounting_periods.id is 'Identifier.';
comment on column app_public.accounting_periods.organization_id is 'Whose books.';
comment on column app_public.accounting_periods.period is 'The first day of the month.';
comment on column app_public.accounting_periods.starts_at is
  'When it begins: where the month before it ended.';
comment on column app_public.accounting_periods.ends_at is
  'When it ends; the moment itself belongs to the next month.';
comment on column app_public.accounting_periods.status is
  'Open: takes postings. Closing: takes none, and is being checked. Closed: for good.';
comment on column app_public.accounting_periods.closing_started_at is
  'Since when nothing more is posted into it.';
comment on column app_public.accounting_periods.closed_at is 'When it was closed.';
comment on column app_public.accounting_periods.closed_by is 'Who closed it.';
comment on column app_public.accounting_periods.unreconciled_count is
  'How many movements were not compared with Stripe when it was closed.';
comment on column app_public.accounting_periods.created_at is 'When it was opened.';

-- Facts.

alter table app_public.ledger_transactions
  add column category text not null generated always as (split_part(source, ':', 1)) stored,
  add column occurred_at timestamptz not null default now(),
  add column effective_at timestamptz,
  add column accounting_period date,
  add column corrects_id uuid,
  add constraint ledger_transactions_category_is_a_word check (category ~ '^[a-z][a-z0-9_]*$');

insert into app_public.accounting_periods (organization_id, period, starts_at, ends_at)
select b.organization_id, m::date, m at time zone 'UTC', (m + interval '1 month') at time zone 'UTC'
from (
  select t.organization_id, min(t.created_at at time zone 'UTC') as first,
    max(t.created_at at time zone 'UTC') as last
  from app_public.ledger_transactions as t
  group by t.organization_id
) as b
cross join lateral generate_series(
  date_trunc('month', b.first), date_trunc('month', b.last), interval '1 month'
) as m;
alter table app_public.ledger_transactions disable trigger _200_refuse_change;
update app_public.ledger_transactions
set occurred_at = created_at, effective_at = created_at,
  accounting_period = date_trunc('month', created_at at time zone 'UTC')::date;
alter table app_public.ledger_transactions enable trigger _200_refuse_change;

alter table app_public.ledger_transactions
  alter column effective_at set not null,
  alter column accounting_period set not null,
  -- Whose books, too: a month belongs to an organization. It replaces the key that said only that,
  -- since a second one would be another shared row for every sale to lock.
  drop constraint ledger_transactions_organization_id_fkey,
  add constraint ledger_transactions_accounting_period_fkey
    foreign key (organization_id, accounting_period)
    references app_public.accounting_periods (organization_id, period) on delete restrict,
  add constraint ledger_transactions_corrects_id_fkey
    foreign key (organization_id, corrects_id)
    references app_public.ledger_transactions (organization_id, id) on delete restrict,
  add constraint ledger_transactions_occurred_before_they_are_posted
    check (occurred_at <= created_at),
  add constraint ledger_transactions_count_from_when_they_occurred
    check (effective_at >= occurred_at);
-- One index for the books of an organization, of one of its months, and for those up to a time.
drop index app_public.ledger_transactions_organization_id_idx;
create index ledger_transactions_organization_id_idx
  on app_public.ledger_transactions (organization_id, accounting_period, effective_at);
create index ledger_transactions_corrects_id_idx
  on app_public.ledger_transactions (corrects_id, organization_id) where corrects_id is not null;

comment on column app_public.ledger_transactions.category is
  'The kind of fact: the first word of its source, such as payment, sale or refund.';
comment on column app_public.ledger_transactions.occurred_at is
  'When it happened, as whoever knows it says.';
comment on column app_public.ledger_transactions.effective_at is
  'From when it counts: when it happened or, if that month was closed, the start of the month that '
  'it was posted into.';
comment on column app_public.ledger_transactions.accounting_period is
  'The month that it was posted into.';
comment on column app_public.ledger_transactions.corrects_id is 'The fact that it corrects.';

create table app_public.ledger_balances (
  organization_id uuid not null,
  account_id uuid not null,
  period date not null,
  opening_cents bigint not null,
  debit_cents bigint not null,
  credit_cents bigint not null,
  closing_cents bigint not null,
  created_at timestamptz not null default now(),
  primary key (account_id, organization_id, period),
  foreign key (organization_id, account_id)
    references app_public.ledger_accounts (organization_id, id) on delete restrict,
  foreign key (organization_id, period)
    references app_public.accounting_periods (organization_id, period) on delete restrict,
  constraint ledger_balances_movements_are_not_negative
    check (debit_cents >= 0 and credit_cents >= 0),
  constraint ledger_balances_closing_is_opening_and_movements
    check (closing_cents = opening_cents + debit_cents - credit_cents)
);
create index ledger_balances_period_idx
  on app_public.ledger_balances (organization_id, period);

comment on table app_public.ledger_balances is
  'Balances of the accounts at the end of each closed month, so that nobody sums all entries again. '
  'Append-only, and compared with the entries by check_invariants.';
comment on column app_public.ledger_balances.organization_id is 'Whose books.';
comment on column app_public.ledger_balances.account_id is 'Which account.';
comment on column app_public.ledger_balances.period is 'Which month.';
comment on column app_public.ledger_balances.opening_cents is
  'The balance when the month began; debit is positive.';
comment on column app_public.ledger_balances.debit_cents is 'All debits of the month.';
comment on column app_public.ledger_balances.credit_cents is 'All credits of the month.';
comment on column app_public.ledger_balances.closing_cents is
  'The balance when the month ended; debit is positive.';
comment on column app_public.ledger_balances.created_at is 'When it was written down.';

-- Movements of money.

create type app_public.payment_transaction_type as enum (
  'payment', 'refund', 'fee', 'dispute', 'payout', 'adjustment'
);
comment on type app_public.payment_transaction_type is 'Why money moved at Stripe.';

create type app_public.reconciliation_status as enum ('pending', 'matched', 'mismatched');
comment on type app_public.reconciliation_status is
  'Whether Stripe says the same of a movement as the books.';

create table app_public.payment_transactions (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  ledger_transaction_id uuid not null,
  accounting_period date not null,
  transaction_type app_public.payment_transaction_type not null,
  transaction_category text not null,
  booking_id uuid,
  payment_intent_id uuid,
  refund_id uuid,
  gross_amount_cents bigint not null,
  fee_amount_cents bigint not null,
  net_amount_cents bigint not null,
  -- Of the account on stripe_balance, as check_invariants finds out. A key here would be one more
  -- row that all payments of all organizations lock.
  currency text not null,
  description text not null,
  stripe_balance_transaction_id text,
  reconciliation_status app_public.reconciliation_status not null default 'pending',
  reconciled_at timestamptz,
  processed_at timestamptz not null,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint payment_transactions_posting_moves_money_once
    unique (ledger_transaction_id, organization_id),
  foreign key (organization_id, ledger_transaction_id)
    references app_public.ledger_transactions (organization_id, id) on delete restrict,
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  foreign key (organization_id, payment_intent_id)
    references app_public.payment_intents (organization_id, id) on delete restrict,
  foreign key (organization_id, refund_id)
    references app_public.refunds (organization_id, id) on delete restrict,
  constraint payment_transactions_net_is_gross_less_fee
    check (net_amount_cents = gross_amount_cents - fee_amount_cents),
  constraint payment_transactions_move_something check (net_amount_cents <> 0),
  constraint payment_transactions_category_is_a_word
    check (transaction_category ~ '^[a-z][a-z0-9_]*$'),
  constraint payment_transactions_reconciled_has_time
    check ((reconciliation_status <> 'pending') = (reconciled_at is not null))
);
create index payment_transactions_booking_id_idx
  on app_public.payment_transactions (booking_id, organization_id);
create index payment_transactions_payment_intent_id_idx
  on app_public.payment_transactions (payment_intent_id, organization_id);
create index payment_transactions_refund_id_idx
  on app_public.payment_transactions (refund_id, organization_id) where refund_id is not null;
-- The fee of a payment is part of the same movement at Stripe, and a row of its own here.
create unique index payment_transactions_stripe_balance_transaction_id_key
  on app_public.payment_transactions (
    stripe_balance_transaction_id, transaction_type, organization_id
  )
  where stripe_balance_transaction_id is not null;
create index payment_transactions_organization_id_idx
  on app_public.payment_transactions (organization_id, accounting_period, processed_at);
create index payment_transactions_unreconciled_idx
  on app_public.payment_transactions (organization_id, accounting_period)
  where reconciliation_status <> 'matched';

comment on table app_public.payment_transactions is
  'Each movement of money at Stripe, one row for each posting on stripe_balance. Append-only, except '
  'for what reconciliation finds out.';
comment on column app_public.payment_transactions.id is 'Identifier.';
comment on column app_public.payment_transactions.organization_id is 'Whose books.';
comment on column app_public.payment_transactions.ledger_transaction_id is 'Its posting.';
comment on column app_public.payment_transactions.accounting_period is
  'The month that it was posted into.';
comment on column app_public.payment_transactions.transaction_type is 'Why money moved.';
comment on column app_public.payment_transactions.transaction_category is
  'The same in more detail, such as booking_payment or late_payment_refund.';
comment on column app_public.payment_transactions.booking_id is 'For which booking.';
comment on column app_public.payment_transactions.payment_intent_id is 'Of which payment.';
comment on column app_public.payment_transactions.refund_id is 'Of which refund.';
comment on column app_public.payment_transactions.gross_amount_cents is
  'What moved, without fees; what came is positive.';
comment on column app_public.payment_transactions.fee_amount_cents is 'What Stripe charged.';
comment on column app_public.payment_transactions.net_amount_cents is
  'Gross less fee: by how much the balance at Stripe changed.';
comment on column app_public.payment_transactions.currency is 'In which currency.';
comment on column app_public.payment_transactions.description is 'The same, for people.';
comment on column app_public.payment_transactions.stripe_balance_transaction_id is
  'The id of the movement at Stripe, once it is known.';
comment on column app_public.payment_transactions.reconciliation_status is
  'Whether Stripe says the same.';
comment on column app_public.payment_transactions.reconciled_at is
  'When it was last compared with Stripe.';
comment on column app_public.payment_transactions.processed_at is 'When the money moved.';
comment on column app_public.payment_transactions.created_at is 'When it was posted.';

insert into app_public.payment_transactions (
  organization_id, ledger_transaction_id, accounting_period, transaction_type,
  transaction_category, booking_id, payment_intent_id, refund_id, gross_amount_cents,
  fee_amount_cents, net_amount_cents, currency, description, processed_at, created_at
)
select
  t.organization_id, t.id, t.accounting_period,
  case when r.id is not null then 'refund' when p.id is not null then 'payment'
    else 'adjustment' end::app_public.payment_transaction_type,
  case when r.id is not null then r.reason || '_refund' when p.id is not null
    then 'booking_payment' else t.category end,
  t.booking_id, coalesce(p.id, r.payment_intent_id), r.id, e.amount_cents, 0, e.amount_cents,
  a.currency, t.description, t.occurred_at, t.created_at
from app_public.ledger_transactions as t
join app_public.ledger_entries as e
  on e.organization_id = t.organization_id and e.transaction_id = t.id
join app_public.ledger_accounts as a
  on a.organization_id = e.organization_id and a.id = e.account_id and a.kind = 'stripe_balance'
left join app_public.payment_intents as p
  on p.organization_id = t.organization_id and t.source = 'payment:' || p.id
left join app_public.refunds as r
  on r.organization_id = t.organization_id and t.source = 'refund:' || r.id;

-- Promoters.

create table app_public.promoters (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  name text not null,
  email public.citext,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint promoters_name_is_unique unique (name, organization_id),
  constraint promoters_name_is_short_text check (length(name) between 1 and 255),
  constraint promoters_email_has_two_sides
    check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 320)
);
create index promoters_organization_id_idx on app_public.promoters (organization_id);
comment on table app_public.promoters is
  'Who brings buyers to an organization''s events, for a share of its part.';
comment on column app_public.promoters.id is 'Identifier.';
comment on column app_public.promoters.organization_id is 'Whose promoter.';
comment on column app_public.promoters.name is 'Name.';
comment on column app_public.promoters.email is 'Address.';
comment on column app_public.promoters.created_at is 'Since when they are known.';
comment on column app_public.promoters.updated_at is 'When this last changed.';

create table app_public.event_promoters (
  organization_id uuid not null,
  event_id uuid not null,
  promoter_id uuid not null,
  share_percentage numeric(7, 4) not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (event_id, organization_id),
  foreign key (organization_id, event_id)
    references app_public.events (organization_id, id) on delete restrict,
  foreign key (organization_id, promoter_id)
    references app_public.promoters (organization_id, id) on delete restrict,
  constraint event_promoters_share_is_above_0_to_100
    check (share_percentage > 0 and share_percentage <= 100)
);
create index event_promoters_promoter_id_idx
  on app_public.event_promoters (promoter_id, organization_id);
comment on table app_public.event_promoters is
  'The promoter of an event. A booking keeps the share that holds when it is confirmed.';
comment on column app_public.event_promoters.organization_id is 'Who sells.';
comment on column app_public.event_promoters.event_id is 'Which event.';
comment on column app_public.event_promoters.promoter_id is 'Who brings buyers to it.';
comment on column app_public.event_promoters.share_percentage is
  'The promoter''s share of what commission leaves to the organization.';
comment on column app_public.event_promoters.created_at is 'Since when.';
comment on column app_public.event_promoters.updated_at is 'When this last changed.';

create table app_public.promoter_shares (
  organization_id uuid not null,
  booking_id uuid not null,
  promoter_id uuid not null,
  share_percentage numeric(7, 4) not null,
  base_cents bigint not null,
  share_cents bigint not null,
  created_at timestamptz not null default now(),
  primary key (booking_id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  foreign key (organization_id, promoter_id)
    references app_public.promoters (organization_id, id) on delete restrict,
  constraint promoter_shares_are_within_their_base
    check (share_cents >= 0 and share_cents <= base_cents)
);
create index promoter_shares_promoter_id_idx
  on app_public.promoter_shares (promoter_id, organization_id);
comment on table app_public.promoter_shares is
  'What a promoter was given of a booking, frozen when it was confirmed. Append-only.';
comment on column app_public.promoter_shares.organization_id is 'Who sold.';
comment on column app_public.promoter_shares.booking_id is 'Which booking.';
comment on column app_public.promoter_shares.promoter_id is 'Whose share.';
comment on column app_public.promoter_shares.share_percentage is 'The percentage that held.';
comment on column app_public.promoter_shares.base_cents is
  'Of what: the organization''s part, bookings.payout_cents.';
comment on column app_public.promoter_shares.share_cents is 'The share.';
comment on column app_public.promoter_shares.created_at is 'When it was frozen.';

-- Corrections.

create type app_public.ledger_correction_status as enum ('requested', 'posted', 'rejected');
comment on type app_public.ledger_correction_status is 'State of a correction of the books.';

create table app_public.ledger_corrections (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  corrects_id uuid not null,
  currency text not null references app_public.currencies,
  kinds app_public.ledger_account_kind[] not null,
  amounts bigint[] not null,
  reason text not null,
  status app_public.ledger_correction_status not null default 'requested',
  requested_by uuid not null references app_public.users on delete restrict,
  decided_by uuid references app_public.users on delete restrict,
  decided_at timestamptz,
  ledger_transaction_id uuid,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, corrects_id)
    references app_public.ledger_transactions (organization_id, id) on delete restrict,
  foreign key (organization_id, ledger_transaction_id)
    references app_public.ledger_transactions (organization_id, id) on delete restrict,
  constraint ledger_corrections_reason_is_given check (length(btrim(reason)) between 1 and 1000),
  constraint ledger_corrections_have_2_to_12_entries check (
    cardinality(kinds) between 2 and 12 and cardinality(amounts) = cardinality(kinds)
    and array_position(kinds, null) is null and array_position(amounts, null) is null
    and array_position(amounts, 0) is null
  ),
  constraint ledger_corrections_are_decided_by_somebody_else check (decided_by <> requested_by),
  constraint ledger_corrections_decided_has_who_and_when check (
    (status <> 'requested') = (decided_by is not null)
    and (status <> 'requested') = (decided_at is not null)
  ),
  constraint ledger_corrections_posted_has_its_posting
    check ((status = 'posted') = (ledger_transaction_id is not null))
);
create index ledger_corrections_corrects_id_idx
  on app_public.ledger_corrections (corrects_id, organization_id);
create index ledger_corrections_ledger_transaction_id_idx
  on app_public.ledger_corrections (ledger_transaction_id, organization_id);
create index ledger_corrections_requested_by_idx
  on app_public.ledger_corrections (requested_by);
create index ledger_corrections_decided_by_idx on app_public.ledger_corrections (decided_by);
comment on table app_public.ledger_corrections is
  'Corrections of the books: asked for by one member of the platform''s staff, posted by another.';
comment on column app_public.ledger_corrections.id is 'Identifier.';
comment on column app_public.ledger_corrections.organization_id is 'Whose books.';
comment on column app_public.ledger_corrections.corrects_id is 'The fact that it corrects.';
comment on column app_public.ledger_corrections.currency is 'In which currency.';
comment on column app_public.ledger_corrections.kinds is 'On which accounts.';
comment on column app_public.ledger_corrections.amounts is
  'How much on each of them, in the same order; debit is positive, and all sum to zero.';
comment on column app_public.ledger_corrections.reason is 'Why.';
comment on column app_public.ledger_corrections.status is 'What became of it.';
comment on column app_public.ledger_corrections.requested_by is 'Who asked for it.';
comment on column app_public.ledger_corrections.decided_by is 'Who posted or rejected it.';
comment on column app_public.ledger_corrections.decided_at is 'When.';
comment on column app_public.ledger_corrections.ledger_transaction_id is 'What was posted.';
comment on column app_public.ledger_corrections.created_at is 'When it was asked for.';

-- What is asked of the books.

create type app_public.trial_balance_line as (
  account_id uuid,
  kind app_public.ledger_account_kind,
  currency text,
  normal_side app_public.ledger_side,
  debit_cents bigint,
  credit_cents bigint
);
comment on type app_public.trial_balance_line is 'The balance of one account, on its side.';
comment on column app_public.trial_balance_line.account_id is 'The account.';
comment on column app_public.trial_balance_line.kind is 'What it stands for.';
comment on column app_public.trial_balance_line.currency is 'Its currency.';
comment on column app_public.trial_balance_line.normal_side is 'The side on which it grows.';
comment on column app_public.trial_balance_line.debit_cents is 'Its balance, if it is a debit.';
comment on column app_public.trial_balance_line.credit_cents is 'Its balance, if it is a credit.';

create type app_public.statement_line as (
  currency text,
  kind app_public.ledger_account_kind,
  line text,
  category text,
  transaction_count bigint,
  amount_cents bigint
);
comment on type app_public.statement_line is
  'A line of a statement: what an account opened with, its movements by category, and what it '
  'closed with.';
comment on column app_public.statement_line.currency is 'The currency of the account.';
comment on column app_public.statement_line.kind is 'What the account stands for.';
comment on column app_public.statement_line.line is 'One of opening, movement, closing.';
comment on column app_public.statement_line.category is
  'Of a movement: its kind of fact, such as sale or refund.';
comment on column app_public.statement_line.transaction_count is
  'Of a movement: how many facts there are.';
comment on column app_public.statement_line.amount_cents is
  'In minor units; positive is on the account''s own side, debit or credit.';

insert into app_public.role_permissions (role, permission)
values ('owner', 'books.manage'), ('admin', 'books.manage');

create trigger _100_set_updated_at before update on app_public.promoters
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _100_set_updated_at before update on app_public.event_promoters
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _500_audit after insert or update or delete on app_public.promoters
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit after insert or update or delete on app_public.event_promoters
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit after insert or update or delete on app_public.accounting_periods
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit after insert or update or delete on app_public.ledger_corrections
  for each row execute function app_hidden.tg__audit();
