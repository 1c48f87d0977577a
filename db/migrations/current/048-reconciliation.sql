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
