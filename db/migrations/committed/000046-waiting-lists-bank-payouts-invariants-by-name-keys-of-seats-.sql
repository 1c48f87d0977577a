--! Previous: sha1:9fbe63661848638a49a27366a997c9d97bc0fc01
--! Hash: sha1:e9339629a359c5a44650a301305587861f00bde5
--! Message: Waiting lists, bank payouts, invariants by name, keys of seats, and what reviews found

--! split: 005-key-of-seats.sql
-- A performance belongs to one organization by a key of its own, so the organization in the key of
-- its seats proved nothing more, and took a fifth of its bytes.
alter table app_public.seat_allocation_seats
  drop constraint seat_allocation_seats_organization_id_performance_id_seat__fkey;
alter table app_public.seat_booking_state
  drop constraint seat_booking_state_pkey,
  add primary key (performance_id, seat_no);
alter table app_public.seat_allocation_seats
  add foreign key (performance_id, seat_no)
    references app_public.seat_booking_state (performance_id, seat_no)
    on delete restrict;

--! split: 010-money.sql
-- Who bears what Stripe charges is agreed when a payment comes. It holds for the fee of that
-- payment and for those of its disputes, whatever is agreed later: asked for anew by each payout, a
-- fee could be taken off twice, or never.
alter table app_public.ledger_transactions
  add column pays_stripe_fees boolean not null default false;
comment on column app_public.ledger_transactions.pays_stripe_fees is
  E'@behavior -*\nWhether the organization bears what Stripe charges for it, as it was agreed when '
  'the payment came; false where nothing is charged.';

-- What is known of before goes by the payout that has it, then by others of the same payment.
alter table app_public.ledger_transactions disable trigger _200_refuse_change;
with charges as (
  select t.organization_id, t.id, coalesce(d.payment_intent_id, p.id) as payment_intent_id,
    (
      select bool_or(i.stripe_fees_cents <> 0) from app_public.payout_items as i
      where i.organization_id = t.organization_id and i.ledger_transaction_id = t.id
        and i.kind = 'fact' and i.promoter_id is null and i.released_at is null
        and t.category <> 'payment'
    ) as was_borne
  from app_public.ledger_transactions as t
  left join app_public.disputes as d
    on d.organization_id = t.organization_id and d.id::text = split_part(t.source, ':', 2)
  left join app_public.payment_intents as p
    on p.organization_id = t.organization_id and p.id::text = split_part(t.source, ':', 2)
  where t.category = 'payment' or exists (
    select from app_public.ledger_entries as e
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id and a.kind = 'stripe_fees'
    where e.organization_id = t.organization_id and e.transaction_id = t.id
  )
), agreed as (
  select c.id, coalesce(
    c.was_borne,
    bool_or(c.was_borne) over (
      partition by c.organization_id, coalesce(c.payment_intent_id, c.id)
    ),
    s.pays_stripe_fees
  ) as pays_stripe_fees
  from charges as c
  join app_public.organization_settings as s on s.organization_id = c.organization_id
)
update app_public.ledger_transactions as t
set pays_stripe_fees = true
from agreed as a
where a.id = t.id and a.pays_stripe_fees;
alter table app_public.ledger_transactions enable trigger _200_refuse_change;

drop function app_private.payout_parts_of(uuid, uuid, boolean, boolean);

update app_public.ledger_account_rules
set description = 'What Stripe has really charged; below zero until the next payout when Stripe '
  'gives back what a payout has charged.'
where kind = 'stripe_fees';

comment on column app_public.disputes.charged_fee_cents is
  'How much of the fee is settled: that of a lost dispute, which the organization bears.';

-- Signs say what they mean: what is taken off is a refund, and never a sale of less than nothing.
alter table app_public.payout_items
  add constraint payout_items_revenue_is_not_negative check (gross_revenue_cents >= 0),
  add constraint payout_items_refunds_are_not_negative check (refunds_cents >= 0);
alter table app_public.payouts
  add constraint payouts_refunds_are_not_negative check (refunds_cents >= 0);

-- What goes from Stripe's balance to the platform's bank belongs to no organization.
create table app_private.platform_payouts (
  id text primary key,
  status text not null default 'pending',
  amount_cents bigint not null,
  currency text not null,
  failure_code text,
  stripe_created_at timestamptz not null,
  told_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  constraint platform_payouts_status_is_known
    check (status in ('pending', 'in_transit', 'paid', 'canceled', 'failed')),
  constraint platform_payouts_currency_is_three_letters check (currency ~ '^[A-Z]{3}$')
);
comment on table app_private.platform_payouts is
  'Payouts of Stripe''s balance to the platform''s own bank account, as Stripe tells of them.';
comment on column app_private.platform_payouts.id is 'What Stripe calls it.';
comment on column app_private.platform_payouts.status is
  'How far on it is: a bank may send back (failed) what was paid.';
comment on column app_private.platform_payouts.amount_cents is
  'What leaves Stripe''s balance; negative when the bank fills it up.';
comment on column app_private.platform_payouts.currency is 'In which currency.';
comment on column app_private.platform_payouts.failure_code is 'Why the bank did not take it.';
comment on column app_private.platform_payouts.stripe_created_at is 'When Stripe made it.';
comment on column app_private.platform_payouts.told_at is 'When its status was told of.';
comment on column app_private.platform_payouts.created_at is 'When it was first told of.';

alter table app_public.reconciliation_balances
  add column bank_cents bigint not null default 0;
comment on column app_public.reconciliation_balances.bank_cents is
  'What has gone to the platform''s bank, less what has come back.';

--! split: 020-found.sql
-- Times that people give lie between the years 1800 and 3000: an event in the year 294276 is a slip
-- of the hand. What lies beyond moves to the edge: what was not on sale yet is not on sale now.
update app_public.events
set sales_start = least(greatest(sales_start, '1800-01-01 00:00+00'), '2999-12-31 00:00+00')
where sales_start not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00';
update app_public.events
set sales_end = least(greatest(sales_end, '1800-01-01 12:00+00'), '2999-12-31 12:00+00')
where sales_end not between '1800-01-01 12:00+00' and '2999-12-31 12:00+00';
update app_public.ticket_categories
set sales_start = least(greatest(sales_start, '1800-01-01 00:00+00'), '2999-12-31 00:00+00')
where sales_start not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00';
update app_public.ticket_categories
set sales_end = least(greatest(sales_end, '1800-01-01 12:00+00'), '2999-12-31 12:00+00')
where sales_end not between '1800-01-01 12:00+00' and '2999-12-31 12:00+00';
update app_public.add_ons
set sales_start = least(greatest(sales_start, '1800-01-01 00:00+00'), '2999-12-31 00:00+00')
where sales_start not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00';
update app_public.add_ons
set sales_end = least(greatest(sales_end, '1800-01-01 12:00+00'), '2999-12-31 12:00+00')
where sales_end not between '1800-01-01 12:00+00' and '2999-12-31 12:00+00';
update app_public.seat_allocations
set release_at = least(greatest(release_at, '1800-01-01 00:00+00'), '2999-12-31 00:00+00')
where release_at not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00';
update app_public.admission_allocations
set release_at = least(greatest(release_at, '1800-01-01 00:00+00'), '2999-12-31 00:00+00')
where release_at not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00';
update app_public.ticket_category_prices
set valid_during = tstzrange(
  case when lower(valid_during) is not null
    then least(greatest(lower(valid_during), '1800-01-01 00:00+00'), '2999-12-31 00:00+00') end,
  case when upper(valid_during) is not null
    then least(greatest(upper(valid_during), '1800-01-01 12:00+00'), '2999-12-31 12:00+00') end
)
where lower(valid_during) not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00'
  or upper(valid_during) not between '1800-01-01 12:00+00' and '2999-12-31 12:00+00';
update app_public.discount_codes
set valid_during = tstzrange(
  case when lower(valid_during) is not null
    then least(greatest(lower(valid_during), '1800-01-01 00:00+00'), '2999-12-31 00:00+00') end,
  case when upper(valid_during) is not null
    then least(greatest(upper(valid_during), '1800-01-01 12:00+00'), '2999-12-31 12:00+00') end
)
where lower(valid_during) not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00'
  or upper(valid_during) not between '1800-01-01 12:00+00' and '2999-12-31 12:00+00';
update app_public.memberships
set valid_during = tstzrange(
  case when lower(valid_during) is not null
    then least(greatest(lower(valid_during), '1800-01-01 00:00+00'), '2999-12-31 00:00+00') end,
  case when upper(valid_during) is not null
    then least(greatest(upper(valid_during), '1800-01-01 12:00+00'), '2999-12-31 12:00+00') end
)
where lower(valid_during) not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00'
  or upper(valid_during) not between '1800-01-01 12:00+00' and '2999-12-31 12:00+00';
update app_public.tax_rates
set valid_during = tstzrange(
  case when lower(valid_during) is not null
    then least(greatest(lower(valid_during), '1800-01-01 00:00+00'), '2999-12-31 00:00+00') end,
  case when upper(valid_during) is not null
    then least(greatest(upper(valid_during), '1800-01-01 12:00+00'), '2999-12-31 12:00+00') end
)
where lower(valid_during) not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00'
  or upper(valid_during) not between '1800-01-01 12:00+00' and '2999-12-31 12:00+00';
update app_public.performances set doors_at = null where doors_at < '1800-01-01 00:00+00';
update app_public.performances set refunds_until = null
where refunds_until < '1800-01-01 00:00+00';
update app_public.payout_holds
set hold_until = least(greatest(hold_until, '1800-01-01 00:00+00'), '2999-12-31 00:00+00')
where hold_until not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00';
update app_public.venue_compliance
set license_valid_until = least(greatest(license_valid_until, '1800-01-01'), '2999-12-31')
where license_valid_until not between '1800-01-01' and '2999-12-31';
update app_public.venue_compliance
set safety_certificate_valid_until
  = least(greatest(safety_certificate_valid_until, '1800-01-01'), '2999-12-31')
where safety_certificate_valid_until not between '1800-01-01' and '2999-12-31';
update app_public.venue_compliance
set insurance_valid_until = least(greatest(insurance_valid_until, '1800-01-01'), '2999-12-31')
where insurance_valid_until not between '1800-01-01' and '2999-12-31';

alter table app_public.events
  drop constraint events_sale_times_are_finite,
  add constraint events_sale_times_are_between_1800_and_3000 check (
    sales_start >= '1800-01-01 00:00+00' and sales_start < '3000-01-01 00:00+00'
    and sales_end >= '1800-01-01 00:00+00' and sales_end < '3000-01-01 00:00+00'
  );
alter table app_public.ticket_categories
  drop constraint ticket_categories_sale_times_are_finite,
  add constraint ticket_categories_sale_times_are_between_1800_and_3000 check (
    sales_start >= '1800-01-01 00:00+00' and sales_start < '3000-01-01 00:00+00'
    and sales_end >= '1800-01-01 00:00+00' and sales_end < '3000-01-01 00:00+00'
  );
alter table app_public.add_ons
  drop constraint add_ons_sale_times_are_finite,
  add constraint add_ons_sale_times_are_between_1800_and_3000 check (
    sales_start >= '1800-01-01 00:00+00' and sales_start < '3000-01-01 00:00+00'
    and sales_end >= '1800-01-01 00:00+00' and sales_end < '3000-01-01 00:00+00'
  );
alter table app_public.seat_allocations
  drop constraint seat_allocations_release_is_finite,
  add constraint seat_allocations_release_is_between_1800_and_3000 check (
    release_at >= '1800-01-01 00:00+00' and release_at < '3000-01-01 00:00+00'
  );
alter table app_public.admission_allocations
  drop constraint admission_allocations_release_is_finite,
  add constraint admission_allocations_release_is_between_1800_and_3000 check (
    release_at >= '1800-01-01 00:00+00' and release_at < '3000-01-01 00:00+00'
  );
alter table app_public.ticket_category_prices
  add constraint ticket_category_prices_validity_is_between_1800_and_3000 check (
    lower(valid_during) >= '1800-01-01 00:00+00' and lower(valid_during) < '3000-01-01 00:00+00'
    and upper(valid_during) < '3000-01-01 00:00+00'
  );
alter table app_public.discount_codes
  add constraint discount_codes_validity_is_between_1800_and_3000 check (
    lower(valid_during) >= '1800-01-01 00:00+00' and lower(valid_during) < '3000-01-01 00:00+00'
    and upper(valid_during) < '3000-01-01 00:00+00'
  );
alter table app_public.memberships
  add constraint memberships_validity_is_between_1800_and_3000 check (
    lower(valid_during) >= '1800-01-01 00:00+00' and lower(valid_during) < '3000-01-01 00:00+00'
    and upper(valid_during) < '3000-01-01 00:00+00'
  );
alter table app_public.tax_rates
  add constraint tax_rates_validity_is_between_1800_and_3000 check (
    lower(valid_during) >= '1800-01-01 00:00+00' and lower(valid_during) < '3000-01-01 00:00+00'
    and upper(valid_during) < '3000-01-01 00:00+00'
  );
alter table app_public.performances
  drop constraint performances_end_before_the_year_3000,
  drop constraint performances_times_are_finite,
  drop constraint performances_postponement_is_finite,
  add constraint performances_times_are_between_1800_and_3000 check (
    least(starts_at, ends_at, doors_at, postponed_from, refunds_until) >= '1800-01-01 00:00+00'
    and greatest(starts_at, ends_at, doors_at, postponed_from, refunds_until)
      < '3000-01-01 00:00+00'
  );
alter table app_public.payout_holds
  add constraint payout_holds_end_before_the_year_3000 check (hold_until < '3000-01-01 00:00+00');
alter table app_public.venue_compliance
  drop constraint venue_compliance_dates_are_finite,
  add constraint venue_compliance_dates_are_between_1800_and_3000 check (
    least(license_valid_until, safety_certificate_valid_until, insurance_valid_until)
      >= '1800-01-01'
    and greatest(license_valid_until, safety_certificate_valid_until, insurance_valid_until)
      < '3000-01-01'
  );

alter table app_public.event_cancellations
  add column being_served uuid[] not null default '{}';
comment on column app_public.event_cancellations.being_served is
  E'@behavior -*\nOpen bookings of passes that lost this date, which somebody was at in that '
  'moment: they end with it, whatever became of them.';

--! split: 030-sqlclean.sql
-- What nobody calls any more.
drop function app_private.reprice_admissions(app_public.booking_items, app_private.sale, integer);
drop function app_hidden.seat_id_of(text, text, text);
-- What has another name.
drop function app_private.has_admissions(app_public.bookings);
drop function app_private.needs_approval(app_public.bookings, bigint);
drop function app_private.retry_payout_again(app_public.payouts);
-- What has moved to the venues, and is made again there.
drop function app_hidden.require_timezone(text);

--! split: 040-waiting-list.sql
-- Who waits for places of a date that is sold out.

alter table app_public.events
  add column has_waiting_list boolean not null default false;
comment on column app_public.events.has_waiting_list is
  'Whether people may wait for places of its dates when there are none.';
grant select (has_waiting_list) on app_public.events to lml_anonymous, lml_user;

alter table app_public.organization_settings
  add column waiting_offer_seconds integer not null default 1800,
  add constraint organization_settings_waiting_offers_are_bounded
    check (waiting_offer_seconds between 300 and 604800);
comment on column app_public.organization_settings.waiting_offer_seconds is
  'How long places are kept for whoever waited for them; never longer than hold_seconds_max.';

drop function app_public.update_organization_settings(
  uuid, numeric, bigint, numeric, bigint, boolean, integer, integer, integer, integer, boolean,
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint,
  integer, integer
);
drop function app_public.update_event(
  uuid, text, text, text, text, app_public.event_format, text, app_public.event_visibility, integer,
  text[], text[], text, text[], jsonb, text, text, text[], text[], text[], timestamptz,
  timestamptz, integer, integer, text[]
);

create type app_public.waiting_list_status as enum (
  'waiting', 'gathering', 'offered', 'taken', 'lapsed', 'left', 'removed', 'closed'
);
comment on type app_public.waiting_list_status is
  'The life of an entry of a waiting list. Gathering: it waits, and some of its places are held '
  'already. Offered: all of them are, and its owner was told.';

create table app_public.waiting_list_entries (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  performance_id uuid not null,
  ticket_category_id uuid,
  customer_id uuid not null,
  user_id uuid references app_public.users on delete restrict,
  quantity integer not null,
  is_accessible boolean not null default false,
  status app_public.waiting_list_status not null default 'waiting',
  booking_id uuid,
  gathered integer not null default 0,
  times_passed integer not null default 0,
  offered_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint waiting_list_entries_booking_is_of_one_entry unique (booking_id, organization_id),
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict,
  foreign key (organization_id, ticket_category_id)
    references app_public.ticket_categories (organization_id, id) on delete restrict,
  foreign key (organization_id, customer_id)
    references app_public.customers (organization_id, id) on delete restrict,
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint waiting_list_entries_quantity_is_bounded check (quantity between 1 and 1000),
  constraint waiting_list_entries_gathered_is_part_of_quantity
    check (gathered between 0 and quantity),
  constraint waiting_list_entries_times_passed_are_not_negative check (times_passed >= 0),
  constraint waiting_list_entries_with_places_have_a_booking check (
    case
      when status = 'waiting' then booking_id is null
      when status in ('gathering', 'offered', 'taken', 'lapsed') then booking_id is not null
      else true
    end
  ),
  constraint waiting_list_entries_offer_is_of_all_places
    check (status <> 'offered' or (gathered = quantity and offered_at is not null)),
  constraint waiting_list_entries_ended_have_ended_at
    check ((status in ('waiting', 'gathering', 'offered')) = (ended_at is null))
);
-- One entry per person, date and category; of two requests at once, the second finds the first.
create unique index waiting_list_entries_are_one_per_person
  on app_public.waiting_list_entries (
    performance_id, customer_id, ticket_category_id, organization_id
  ) nulls not distinct
  where ended_at is null;
-- Nobody has two offers at once, however many jobs run.
create unique index waiting_list_entries_offer_once_to_a_person
  on app_public.waiting_list_entries (performance_id, customer_id, organization_id)
  where status in ('gathering', 'offered');
create index waiting_list_entries_performance_id_idx
  on app_public.waiting_list_entries (performance_id, organization_id, ended_at, id);
create index waiting_list_entries_ticket_category_id_idx
  on app_public.waiting_list_entries (ticket_category_id, organization_id);
create index waiting_list_entries_customer_id_idx
  on app_public.waiting_list_entries (customer_id, organization_id);
create index waiting_list_entries_user_id_idx on app_public.waiting_list_entries (user_id);

comment on table app_public.waiting_list_entries is
  'Who waits for places of a date that is sold out, in order of joining, which is that of the ids.';
comment on column app_public.waiting_list_entries.id is 'Identifier.';
comment on column app_public.waiting_list_entries.organization_id is 'Who sells it.';
comment on column app_public.waiting_list_entries.performance_id is 'For which date.';
comment on column app_public.waiting_list_entries.ticket_category_id is
  'For which category; null: for any.';
comment on column app_public.waiting_list_entries.customer_id is 'Who waits.';
comment on column app_public.waiting_list_entries.user_id is
  'Their account; null: a guest, who has a token.';
comment on column app_public.waiting_list_entries.quantity is 'For how many places.';
comment on column app_public.waiting_list_entries.is_accessible is
  'For places of wheelchair users and their companions.';
comment on column app_public.waiting_list_entries.status is 'What became of it.';
comment on column app_public.waiting_list_entries.booking_id is
  'The draft that holds its places, or what became of that.';
comment on column app_public.waiting_list_entries.gathered is
  'How many places its booking was given.';
comment on column app_public.waiting_list_entries.times_passed is
  E'@behavior -*\nHow many offers went to people who came later.';
comment on column app_public.waiting_list_entries.offered_at is 'When its owner was told.';
comment on column app_public.waiting_list_entries.ended_at is 'When it ended; null: not yet.';
comment on column app_public.waiting_list_entries.created_at is 'When it was made.';
comment on column app_public.waiting_list_entries.updated_at is 'When it last changed.';

create trigger _100_set_updated_at before update on app_public.waiting_list_entries
  for each row execute function app_hidden.tg__set_updated_at();

-- What a guest asked for, until the mailbox has answered; from then on the proof of whose it is.
create table app_private.waiting_list_tokens (
  token_hash bytea primary key,
  organization_id uuid not null,
  performance_id uuid not null,
  ticket_category_id uuid,
  quantity integer not null,
  is_accessible boolean not null,
  email public.citext,
  entry_id uuid,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict,
  foreign key (organization_id, ticket_category_id)
    references app_public.ticket_categories (organization_id, id) on delete restrict,
  foreign key (organization_id, entry_id)
    references app_public.waiting_list_entries (organization_id, id) on delete cascade,
  constraint waiting_list_tokens_token_hash_is_sha256 check (octet_length(token_hash) = 32),
  constraint waiting_list_tokens_email_has_two_sides
    check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 320),
  constraint waiting_list_tokens_are_asked_for_or_entered
    check (num_nonnulls(email, entry_id) = 1)
);
create index waiting_list_tokens_performance_id_idx
  on app_private.waiting_list_tokens (performance_id, organization_id);
create index waiting_list_tokens_ticket_category_id_idx
  on app_private.waiting_list_tokens (ticket_category_id, organization_id);
create index waiting_list_tokens_entry_id_idx
  on app_private.waiting_list_tokens (entry_id, organization_id);
create index waiting_list_tokens_email_idx on app_private.waiting_list_tokens (email);

comment on table app_private.waiting_list_tokens is
  'Tokens that were mailed to guests who want to wait; once confirmed, the key to their entry.';
comment on column app_private.waiting_list_tokens.token_hash is 'SHA-256 of the token.';
comment on column app_private.waiting_list_tokens.organization_id is 'Who sells it.';
comment on column app_private.waiting_list_tokens.performance_id is 'For which date.';
comment on column app_private.waiting_list_tokens.ticket_category_id is
  'For which category; null: for any.';
comment on column app_private.waiting_list_tokens.quantity is 'For how many places.';
comment on column app_private.waiting_list_tokens.is_accessible is
  'For places of wheelchair users and their companions.';
comment on column app_private.waiting_list_tokens.email is
  'Where it was mailed to; forgotten when it was confirmed.';
comment on column app_private.waiting_list_tokens.entry_id is 'What came of it.';
comment on column app_private.waiting_list_tokens.expires_at is
  'Until when it may be confirmed.';
comment on column app_private.waiting_list_tokens.created_at is 'When it was mailed.';

insert into app_private.retention_rules (
  rule, description, relation, action, kept_for, since, condition
)
values
  (
    'unconfirmed_waiting', 'Who wanted to wait for places, and did not confirm it.',
    'app_private.waiting_list_tokens', 'delete', '7 days', 't.expires_at', 't.entry_id is null'
  ),
  (
    'ended_waiting', 'Who waited for places, when that is over.',
    'app_public.waiting_list_entries', 'delete', '90 days', 't.ended_at', 'true'
  );
update app_private.retention_rules
set condition = condition || $$
      and not exists (
        select from app_public.waiting_list_entries as w
        where w.organization_id = t.organization_id and w.customer_id = t.id
          and w.ended_at is null
      )$$
where rule = 'customers_without_sales';

--! split: 050-reviewa.sql
-- Scanners tell what their clock shows when they merge what they did offline.
drop function app_public.merge_offline_scans(uuid, jsonb);
drop function app_private.read_offline_scans(jsonb);

comment on column app_public.ticket_scans.offline_at is
  'When the device scanned it while offline, by its own clock, corrected by what that showed when '
  'the device told of it; null: online.';
comment on column app_public.events.tags is 'Labels.';

--! split: 1000-functions-identity-check_profile.sql
create or replace function app_private.check_profile(email text, first_name text, last_name text)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if not app_private.has_two_sides(check_profile.email) or length(check_profile.email) > 320 then
    raise exception 'This is not an e-mail address.'
      using errcode = 'LMINP', detail = 'email', hint = 'Give an address such as ada@example.com.';
  end if;
  if coalesce(length(check_profile.first_name), 0) not between 1 and 100
    or coalesce(length(check_profile.last_name), 0) not between 1 and 100
  then
    raise exception 'Both names are needed, of at most 100 characters.'
      using errcode = 'LMINP', detail = 'first_name, last_name';
  end if;
end
$$;

comment on function app_private.check_profile(text, text, text) is
  'Raises LMINP for a bad address or name.';

--! split: 1001-functions-identity-complete_sign_up.sql
-- The delete is the lock: of two who bring the token at once, one finds it used. Whoever else asked
-- for an account with this address gets none, whatever password they chose.
create or replace function app_private.complete_sign_up(token text)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_sign_up app_private.sign_ups;
  v_user_id uuid;
begin
  delete from app_private.sign_ups as s
  where s.token_hash = app_hidden.hash_token(complete_sign_up.token) and s.expires_at > now()
  returning * into v_sign_up;
  if v_sign_up.token_hash is null then
    perform app_private.raise_bad_link();
  end if;
  perform app_private.free_address(v_sign_up.email::text);
  v_user_id := app_private.register_user(
    v_sign_up.email::text, v_sign_up.password_hash, v_sign_up.first_name, v_sign_up.last_name
  );
  update app_public.users as u set email_verified_at = now() where u.id = v_user_id;
  delete from app_private.sign_ups as s where s.email operator(public.=) v_sign_up.email;
  return v_user_id;
exception
  when sqlstate 'LMEML' then
    perform app_private.raise_bad_link();
end
$$;

comment on function app_private.complete_sign_up(text) is
  'Opens the account that was asked for; its password was verified by the server. Raises LMTOK.';
grant execute on function app_private.complete_sign_up(text) to lml_authenticator;

--! split: 1002-functions-identity-confirm_email_change.sql
create or replace function app_private.confirm_email_change(token text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token app_private.user_tokens := app_private.use_user_token(
    confirm_email_change.token, 'change_email'
  );
  v_old_email text;
begin
  select u.email::text into strict v_old_email
  from app_public.users as u where u.id = v_token.user_id for no key update;
  perform app_private.free_address(v_token.email::text);
  update app_public.users as u
  set email = v_token.email, email_verified_at = now()
  where u.id = v_token.user_id;
  -- Whoever reads the old mailbox must not choose a password any more.
  delete from app_private.user_tokens as t
  where t.user_id = v_token.user_id and t.purpose = 'reset_password' and t.used_at is null;
  perform app_private.queue_email(v_old_email, 'email_changed');
  return true;
exception
  when unique_violation then
    perform app_private.raise_bad_link();
end
$$;

comment on function app_private.confirm_email_change(text) is
  'Makes the address that the token was mailed to the account''s, and tells the old one. '
  'Raises LMTOK.';
grant execute on function app_private.confirm_email_change(text) to lml_authenticator;

--! split: 1003-functions-identity-free_address.sql
-- Whoever calls this has proven the address. What was bought under it in an organization is its
-- owner's again, like what a guest bought; what the closed account knows stays until it is erased.
create or replace function app_private.free_address(email text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid;
begin
  update app_public.users as u
  set email = ('closed+' || u.id || '@closed.invalid')::public.citext
  where u.email operator(public.=) free_address.email::public.citext
    and u.account_status = 'deleted'
  returning u.id into v_user_id;
  update app_public.customers as c
  set user_id = null
  where c.user_id = v_user_id
    and c.email operator(public.=) free_address.email::public.citext;
end
$$;

comment on function app_private.free_address(text) is
  'Takes an address from an account that is closed, for whoever has just proven that it is theirs.';

--! split: 1004-functions-identity-has_account.sql
-- Whoever has left may come back: the address of a closed account is no one's until it is proven
-- again.
create or replace function app_private.has_account(email text)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_public.users as u
    where u.email operator(public.=) has_account.email::public.citext
      and u.account_status <> 'deleted'
  )
$$;

comment on function app_private.has_account(text) is
  'Whether an address is that of an account, open or suspended.';

--! split: 1005-functions-identity-has_two_sides.sql
-- What the constraint of each table with an address says, for those who want to be told earlier.
create or replace function app_private.has_two_sides(address text)
returns boolean
language sql immutable
return coalesce(has_two_sides.address ~ '^[^@[:space:]]+@[^@[:space:]]+$', false);

comment on function app_private.has_two_sides(text) is
  'Whether a text is like an e-mail address. If mail arrives there is seen when it is sent.';

--! split: 1006-functions-identity-is_token.sql
-- A shorter one could be guessed.
create or replace function app_private.is_token(token text)
returns boolean
language sql immutable
return coalesce(is_token.token ~ '^[A-Za-z0-9_-]{43}$', false);

comment on function app_private.is_token(text) is
  'Whether a token is 32 bytes in base64url, as the server makes them.';

--! split: 1007-functions-identity-lock_credentials.sql
-- Whoever opens a session, a user's own or that of staff in somebody's name, holds the credentials
-- meanwhile. So what ends all of them waits, and then finds that one, too.
create or replace function app_private.lock_credentials(user_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  select from app_private.user_credentials as c
  where c.user_id = lock_credentials.user_id
  for no key update
$$;

comment on function app_private.lock_credentials(uuid) is
  'One at a time opens or ends sessions of a user; held to the end of the transaction.';

--! split: 1008-functions-identity-open_session.sql
create or replace function app_private.open_session(
  user_id uuid, token text, device text, ip_address inet, user_agent text
)
returns app_public.user_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_session app_public.user_sessions;
begin
  if not app_private.is_token(open_session.token) then
    raise exception 'A session token is 32 random bytes in base64url.' using errcode = 'LMINP';
  end if;

  update app_public.users as u
  set login_count = u.login_count + 1, last_login_at = now()
  where u.id = open_session.user_id and u.account_status = 'active';
  if not found then
    raise exception 'This account cannot sign in.'
      using errcode = 'LMLCK', hint = 'Ask the support to open it again.';
  end if;
  update app_private.user_credentials as c
  set failed_login_attempts = 0, locked_until = null
  where c.user_id = open_session.user_id;

  insert into app_public.user_sessions (
    user_id, device, ip_address, user_agent, country, city, expires_at
  )
  select
    open_session.user_id, left(open_session.device, 200), open_session.ip_address,
    left(open_session.user_agent, 1000), p.country,
    case when p.country is not null
      then left(nullif(current_setting('lml.city', true), ''), 100)
    end,
    now() + interval '30 days'
  from (select app_private.current_country() as country) as p
  returning * into v_session;
  perform app_private.store_session_token(v_session, open_session.token);
  perform app_private.warn_of_new_place(v_session);
  return v_session;
end
$$;

comment on function app_private.open_session(uuid, text, text, inet, text) is
  'Signs a user in for 30 days under a token that the server made. Raises LMINP, and LMLCK if '
  'they may not.';
grant execute on function app_private.open_session(uuid, text, text, inet, text)
  to lml_authenticator;

--! split: 1009-functions-identity-prove_address.sql
-- Whoever has a mailed token has the mailbox.
create or replace function app_private.prove_address(token app_private.user_tokens)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.users as u
  set email_verified_at = now()
  where u.id = (prove_address.token).user_id
    and u.email operator(public.=) (prove_address.token).email
    and u.email_verified_at is null;
end
$$;

comment on function app_private.prove_address(app_private.user_tokens) is
  'Notes that the address of an account is its user''s, unless they have another one by now.';

--! split: 1010-functions-identity-request_email_change.sql
-- The token goes to the new address; the old one is told at the end. If the new address has an
-- account already, its owner is told instead, and the caller learns nothing; nor whether anything
-- was mailed, since mailboxes of others are not to be flooded.
create or replace function app_private.request_email_change(email text, token text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_private.lock_own_account();
begin
  if not app_private.has_two_sides(request_email_change.email)
    or length(request_email_change.email) > 320
  then
    raise exception 'This is not an e-mail address.' using errcode = 'LMINP', detail = 'email';
  end if;
  if not app_private.may_mail(
    request_email_change.email, array['change_email', 'address_in_use']
  ) then
    return;
  end if;
  if app_private.has_account(request_email_change.email) then
    perform app_private.queue_email(request_email_change.email, 'address_in_use');
    return;
  end if;
  perform app_private.issue_user_token(
    v_user_id, 'change_email', request_email_change.email, request_email_change.token
  );
end
$$;

comment on function app_private.request_email_change(text, text) is
  'Mails a token to the new address. Raises LMINP, LMAUT, LMSES, LMIMP, LMCRD.';
grant execute on function app_private.request_email_change(text, text) to lml_authenticator;

--! split: 1011-functions-identity-reset_password.sql
create or replace function app_private.reset_password(token text, password_hash text)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token app_private.user_tokens := app_private.use_user_token(
    reset_password.token, 'reset_password'
  );
begin
  perform app_private.store_password(v_token.user_id, reset_password.password_hash);
  perform app_private.prove_address(v_token);
  return v_token.user_id;
end
$$;

comment on function app_private.reset_password(text, text) is
  'Sets a new password with a mailed token, and ends all sessions. Raises LMTOK.';
grant execute on function app_private.reset_password(text, text) to lml_authenticator;

--! split: 1012-functions-identity-revoke_user_sessions.sql
create or replace function app_public.revoke_user_sessions(user_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_hidden.require_platform_role('support', 'security');
  perform app_private.lock_credentials(revoke_user_sessions.user_id);
  perform app_private.require_known_user(revoke_user_sessions.user_id);
  perform app_private.revoke_trusted_devices(revoke_user_sessions.user_id);
  return app_private.end_sessions(revoke_user_sessions.user_id, 'admin');
end
$$;

comment on function app_public.revoke_user_sessions(uuid) is
  'Ends all sessions of anybody at once, and asks their devices for a code again; returns how many '
  'sessions. For the platform''s support and security. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.revoke_user_sessions(uuid) to lml_user;

--! split: 1013-functions-identity-sign_out_everywhere.sql
create or replace function app_public.sign_out_everywhere()
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
begin
  perform app_hidden.refuse_impersonator();
  perform app_private.lock_credentials(v_user_id);
  return app_private.end_sessions(v_user_id, 'manual');
end
$$;

comment on function app_public.sign_out_everywhere() is
  'Ends all sessions of the user at once, this one too; returns how many. '
  'Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_public.sign_out_everywhere() to lml_user;

--! split: 1014-functions-identity-sign_up.sql
-- Whoever asks is answered alike, whether the address has an account or not: what is true goes to
-- the mailbox. An account comes into being when the token comes back, so that nobody takes an
-- address that is not theirs.
create or replace function app_private.sign_up(
  email text, password_hash text, first_name text, last_name text, token text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.check_profile(sign_up.email, sign_up.first_name, sign_up.last_name);
  if not app_private.may_mail(sign_up.email, array['complete_sign_up', 'account_exists']) then
    return;
  end if;
  if app_private.has_account(sign_up.email) then
    perform app_private.queue_email(sign_up.email, 'account_exists');
    return;
  end if;
  insert into app_private.sign_ups (
    token_hash, email, password_hash, first_name, last_name, expires_at
  )
  values (
    app_hidden.hash_token(sign_up.token), sign_up.email::public.citext, sign_up.password_hash,
    sign_up.first_name, sign_up.last_name, now() + interval '2 days'
  );
  perform app_private.queue_email(
    sign_up.email, 'complete_sign_up', jsonb_build_object('token', sign_up.token)
  );
end
$$;

comment on function app_private.sign_up(text, text, text, text, text) is
  'Asks for an account; what becomes of it is told by mail alone. Raises LMINP.';
grant execute on function app_private.sign_up(text, text, text, text, text) to lml_authenticator;

--! split: 1015-functions-identity-start_impersonation.sql
create or replace function app_private.start_impersonation(
  user_id uuid, reason text, token text
)
returns app_public.user_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_staff_id uuid := app_private.lock_own_account();
  v_user app_public.users;
  v_session app_public.user_sessions;
  v_constraint text;
  v_column text;
begin
  perform app_private.lock_platform_staff();
  perform app_hidden.require_platform_role('support');
  v_user := app_private.require_known_user(start_impersonation.user_id);
  -- Nobody climbs to another's rights this way, nor to their own without leaving a trace.
  perform app_private.refuse_for_staff(v_user.id);
  if v_user.account_status <> 'active' then
    raise exception 'This account cannot sign in.'
      using errcode = 'LMLCK', hint = 'Reinstate it first.';
  end if;
  insert into app_public.user_sessions (
    user_id, impersonator_id, device, ip_address, user_agent, expires_at
  )
  select
    v_user.id, v_staff_id, 'The platform''s support', s.ip_address, s.user_agent,
    now() + interval '1 hour'
  from app_public.user_sessions as s where s.id = app_hidden.current_session_id()
  returning * into strict v_session;
  perform app_private.store_session_token(v_session, start_impersonation.token);
  insert into app_public.impersonations (
    user_id, impersonator_id, session_id, reason, expires_at
  )
  values (
    v_user.id, v_staff_id, v_session.id, start_impersonation.reason, v_session.expires_at
  );
  perform app_private.queue_email(
    v_user.email::text, 'impersonation_started',
    jsonb_build_object('reason', start_impersonation.reason)
  );
  return v_session;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_private.start_impersonation(uuid, text, text) is
  'Lets staff act in somebody''s name for an hour, recorded and told to the person. For the '
  'platform''s support. Raises LMNFD, LMSTF, LMLCK, LMRGT, LMINP, LMIMP, LMCRD, LMAUT, LMSES.';
grant execute on function app_private.start_impersonation(uuid, text, text) to lml_authenticator;

--! split: 1016-functions-identity-trust_device.sql
create or replace function app_private.trust_device(
  session app_public.user_sessions, token text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  if not app_private.is_token(trust_device.token) then
    raise exception 'A device token is 32 random bytes in base64url.' using errcode = 'LMINP';
  end if;
  insert into app_public.trusted_devices (user_id, device, ip_address, user_agent, expires_at)
  values (
    (trust_device.session).user_id, (trust_device.session).device,
    (trust_device.session).ip_address, (trust_device.session).user_agent,
    now() + interval '30 days'
  )
  returning id into v_id;
  insert into app_private.trusted_device_tokens (token_hash, device_id)
  values (app_hidden.hash_token(trust_device.token), v_id);
end
$$;

comment on function app_private.trust_device(app_public.user_sessions, text) is
  'Trusts the device of a session for 30 days, under a token that the server made. Raises LMINP.';

--! split: 1017-functions-identity-verify_email.sql
-- No session is needed, so that a link works on any device.
create or replace function app_private.verify_email(token text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token app_private.user_tokens := app_private.use_user_token(
    verify_email.token, 'verify_email'
  );
begin
  perform app_private.prove_address(v_token);
  return true;
end
$$;

comment on function app_private.verify_email(text) is
  'Proves an address with the token that was mailed to it. Raises LMTOK.';
grant execute on function app_private.verify_email(text) to lml_authenticator;

--! split: 1018-functions-organizations-check_organization_has_an_owner.sql
create or replace function app_private.check_organization_has_an_owner()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'organization_has_an_owner', o.id, null::uuid, format('nobody owns %s', o.slug)
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

comment on function app_private.check_organization_has_an_owner() is
  'An organization that nobody owns.';

--! split: 1019-functions-organizations-grant_venue_access.sql
create or replace function app_public.grant_venue_access(member_id uuid, venue_id uuid)
returns app_public.user_venue_access
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(
    grant_venue_access.member_id
  );
  v_access app_public.user_venue_access;
begin
  if v_member.role = 'owner' then
    raise exception 'An owner has all venues.' using errcode = 'LMINP', detail = 'member_id';
  end if;
  perform app_private.require_venue(v_member.organization_id, grant_venue_access.venue_id);
  update app_public.organization_members as m
  set venues_restricted = true
  where m.id = v_member.id and not m.venues_restricted;
  insert into app_public.user_venue_access (organization_id, user_id, venue_id, granted_by)
  values (
    v_member.organization_id, v_member.user_id, grant_venue_access.venue_id,
    app_hidden.current_user_id()
  )
  on conflict do nothing;
  select * into strict v_access
  from app_public.user_venue_access as a
  where a.organization_id = v_member.organization_id
    and a.user_id = v_member.user_id
    and a.venue_id = grant_venue_access.venue_id
    and a.revoked_at is null;
  return v_access;
end
$$;

comment on function app_public.grant_venue_access(uuid, uuid) is
  'Restricts a member to venues, and adds this one. Needs members.manage and all that the member '
  'may do. Raises LMNFD, LMRGT, LMIMP, LMINP (an owner).';
grant execute on function app_public.grant_venue_access(uuid, uuid) to lml_user;

--! split: 1020-functions-organizations-import_memberships.sql
create or replace function app_public.import_memberships(
  organization_id uuid, emails text[], valid_from timestamptz default null,
  valid_until timestamptz default null
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_emails_max constant integer := 10000;
  v_user_id uuid;
  v_during tstzrange;
  v_bad text;
  v_count integer;
begin
  perform app_hidden.require_permission(import_memberships.organization_id, 'memberships.manage');
  v_user_id := app_hidden.require_user_id();
  v_during := app_hidden.time_span(
    coalesce(import_memberships.valid_from, now()), import_memberships.valid_until
  );
  if coalesce(cardinality(import_memberships.emails), 0) not between 1 and c_emails_max then
    raise exception '1 to % addresses are imported at once.', c_emails_max
      using errcode = 'LMINP', detail = 'emails';
  end if;
  select coalesce(e, '') into v_bad
  from unnest(import_memberships.emails) as e
  where not app_private.has_two_sides(trim(e)) or length(e) > 320
  limit 1;
  if found then
    raise exception 'This is no address: "%".', left(v_bad, 100)
      using errcode = 'LMINP', detail = 'emails';
  end if;
  insert into app_public.memberships (organization_id, email, valid_during, granted_by)
  select distinct on (lower(trim(e)))
    import_memberships.organization_id, trim(e), v_during, v_user_id
  from unnest(import_memberships.emails) as e
  on conflict do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_public.import_memberships(uuid, text[], timestamptz, timestamptz) is
  'Makes members of up to 10,000 addresses; who is one at that time already is passed over. '
  'Returns how many were new. Needs memberships.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.import_memberships(uuid, text[], timestamptz, timestamptz)
  to lml_user;

--! split: 1021-functions-organizations-lock_organization.sql
-- Whoever changes an organization, or who works for it, waits for the others who do: rights are
-- looked at after the lock, so that nobody acts on rights that were taken meanwhile. It comes
-- before the event in the order of locks.
create or replace function app_private.lock_organization(organization_id uuid, permission text)
returns app_public.organizations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
begin
  -- Before the lock, too: a stranger makes nobody wait, nor learns that somebody is at work.
  perform app_hidden.require_permission(
    lock_organization.organization_id, lock_organization.permission
  );
  select * into v_organization
  from app_public.organizations as o
  where o.id = lock_organization.organization_id
  for no key update;
  perform app_hidden.require_permission(v_organization.id, lock_organization.permission);
  return v_organization;
end
$$;

comment on function app_private.lock_organization(uuid, text) is
  'The organization, locked, if the caller has the permission. Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1022-functions-organizations-permissions_of.sql
-- What a membership is worth: nothing when it is not in force, nor when its account is closed or
-- suspended, and nothing in the whole organization when it is restricted to venues.
create or replace function app_private.permissions_of(organization_id uuid, user_id uuid)
returns text[]
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    (
      select app_private.permissions_of_member(m)
      from app_public.organization_members as m
      join app_public.users as u on u.id = m.user_id and u.account_status = 'active'
      where m.organization_id = permissions_of.organization_id
        and m.user_id = permissions_of.user_id
        and m.status = 'active'
        and not m.venues_restricted
    ),
    '{}'
  )
$$;

comment on function app_private.permissions_of(uuid, uuid) is
  'What a user may do in all of an organization.';

--! split: 1023-functions-organizations-permitted_organization_ids.sql
-- For policies: "= any (array(select app_hidden.permitted_organization_ids('...')))" is evaluated
-- once per query, whatever the number of rows, and not at all when no row asks; "in" would prepare
-- a hash table in every plan, needed or not. What belongs to a venue is added by
-- permitted_venue_ids and permitted_performance_ids: a table that forgets them shows a member who
-- is restricted to venues too little, never too much.
create or replace function app_hidden.permitted_organization_ids(permission text)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select m.organization_id
  from app_public.organization_members as m
  where m.user_id = (select app_hidden.current_user_id())
    and m.status = 'active'
    and (
      not m.venues_restricted
      -- Knowing for whom one works is no right at a venue.
      or permitted_organization_ids.permission = 'organization.read'
    )
    and (
      exists (
        select from app_public.role_permissions as p
        where p.role = m.role and p.permission = permitted_organization_ids.permission
      )
      or exists (
        select from app_public.member_permissions as p
        where p.member_id = m.id
          and p.organization_id = m.organization_id
          and p.permission = permitted_organization_ids.permission
      )
    )
$$;

comment on function app_hidden.permitted_organization_ids(text) is
  'The organizations in which the signed-in user has a permission at all venues.';
grant execute on function app_hidden.permitted_organization_ids(text)
  to lml_anonymous, lml_user;

--! split: 1024-functions-organizations-send_invitation.sql
create or replace function app_private.send_invitation(invitation_id uuid, token text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_invitation app_public.organization_invitations;
begin
  if not app_private.is_token(send_invitation.token) then
    raise exception 'An invitation''s token is 32 random bytes in base64url.'
      using errcode = 'LMINP', detail = 'token';
  end if;
  select * into strict v_invitation
  from app_public.organization_invitations as i where i.id = send_invitation.invitation_id;
  -- Revoking an invitation, or another organization, makes no room for more mails. Two at once wait
  -- for each other, as in may_mail.
  perform pg_advisory_xact_lock(
    hashtextextended('mail to ' || lower(v_invitation.email::text), 0)
  );
  if 10 <= (
    select count(*)
    from app_private.outgoing_emails as e
    where e.recipient operator(public.=) v_invitation.email
      and e.template = 'organization_invitation'
      and e.created_at > now() - interval '1 day'
  ) then
    raise exception 'This address was invited ten times within a day.'
      using errcode = 'LMINP', detail = 'email', hint = 'Try again tomorrow.';
  end if;
  delete from app_private.invitation_tokens as t
  where t.organization_id = v_invitation.organization_id and t.invitation_id = v_invitation.id;
  insert into app_private.invitation_tokens (token_hash, organization_id, invitation_id)
  values (
    app_hidden.hash_token(send_invitation.token), v_invitation.organization_id, v_invitation.id
  );
  perform app_private.queue_email(
    v_invitation.email::text, 'organization_invitation',
    jsonb_build_object(
      'organization', o.name, 'role', v_invitation.role, 'token', send_invitation.token
    ),
    o.id
  )
  from app_public.organizations as o where o.id = v_invitation.organization_id;
end
$$;

comment on function app_private.send_invitation(uuid, text) is
  'Makes this the only token of an invitation, and mails it. Raises LMINP.';

--! split: 1025-functions-organizations-update_organization_settings.sql
-- What the platform decides (commission, plan, limits) is changed by change_organization_plan.
create or replace function app_public.update_organization_settings(
  organization_id uuid, service_fee_percentage numeric default null,
  service_fee_fixed_cents bigint default null, processing_fee_percentage numeric default null,
  processing_fee_fixed_cents bigint default null, allow_guest_checkout boolean default null,
  hold_seconds integer default null, checkout_seconds integer default null,
  hold_seconds_max integer default null, tickets_per_booking_max integer default null,
  email_notifications boolean default null, ticket_transfers_enabled boolean default null,
  business_type app_public.business_type default null, registration_number text default null,
  tax_id text default null, payout_schedule app_public.payout_schedule default null,
  minimum_payout_cents bigint default null, fraud_review_seconds integer default null,
  open_carts_max integer default null, waiting_offer_seconds integer default null
)
returns app_public.organization_settings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    update_organization_settings.organization_id, 'organization.manage'
  );
  v_settings app_public.organization_settings;
  v_constraint text;
  v_column text;
begin
  update app_public.organization_settings as s
  set service_fee_percentage = coalesce(
      update_organization_settings.service_fee_percentage, s.service_fee_percentage
    ),
    service_fee_fixed_cents = coalesce(
      update_organization_settings.service_fee_fixed_cents, s.service_fee_fixed_cents
    ),
    processing_fee_percentage = coalesce(
      update_organization_settings.processing_fee_percentage, s.processing_fee_percentage
    ),
    processing_fee_fixed_cents = coalesce(
      update_organization_settings.processing_fee_fixed_cents, s.processing_fee_fixed_cents
    ),
    allow_guest_checkout = coalesce(
      update_organization_settings.allow_guest_checkout, s.allow_guest_checkout
    ),
    hold_seconds = coalesce(update_organization_settings.hold_seconds, s.hold_seconds),
    checkout_seconds = coalesce(
      update_organization_settings.checkout_seconds, s.checkout_seconds
    ),
    hold_seconds_max = coalesce(
      update_organization_settings.hold_seconds_max, s.hold_seconds_max
    ),
    tickets_per_booking_max = coalesce(
      update_organization_settings.tickets_per_booking_max, s.tickets_per_booking_max
    ),
    email_notifications = coalesce(
      update_organization_settings.email_notifications, s.email_notifications
    ),
    ticket_transfers_enabled = coalesce(
      update_organization_settings.ticket_transfers_enabled, s.ticket_transfers_enabled
    ),
    business_type = coalesce(update_organization_settings.business_type, s.business_type),
    registration_number = nullif(
      coalesce(update_organization_settings.registration_number, s.registration_number), ''
    ),
    tax_id = nullif(coalesce(update_organization_settings.tax_id, s.tax_id), ''),
    payout_schedule = coalesce(update_organization_settings.payout_schedule, s.payout_schedule),
    minimum_payout_cents = coalesce(
      update_organization_settings.minimum_payout_cents, s.minimum_payout_cents
    ),
    fraud_review_seconds = coalesce(
      update_organization_settings.fraud_review_seconds, s.fraud_review_seconds
    ),
    open_carts_max = coalesce(update_organization_settings.open_carts_max, s.open_carts_max),
    waiting_offer_seconds = coalesce(
      update_organization_settings.waiting_offer_seconds, s.waiting_offer_seconds
    )
  where s.organization_id = v_organization.id
  returning * into strict v_settings;
  return v_settings;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    raise exception 'A percentage is out of range.' using errcode = 'LMINP', detail = 'percentage';
end
$$;

comment on function app_public.update_organization_settings(
  uuid, numeric, bigint, numeric, bigint, boolean, integer, integer, integer, integer, boolean,
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint,
  integer, integer, integer
) is
  'Changes terms and deadlines for new events, and legal and payout details: null leaves a value '
  'as it is, an empty text removes it. Another tax number, registration or kind of business ends a '
  'verification. Needs organization.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.update_organization_settings(
  uuid, numeric, bigint, numeric, bigint, boolean, integer, integer, integer, integer, boolean,
  boolean, app_public.business_type, text, text, app_public.payout_schedule, bigint,
  integer, integer, integer
) to lml_user;

--! split: 1026-functions-venues-lock_venue.sql
-- Whoever changes a venue waits for the others who do, and for events that are just being planned.
create or replace function app_private.lock_venue(venue_id uuid, permission text)
returns app_public.venues
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_venue app_public.venues;
begin
  -- Before the lock, too: a stranger makes nobody wait.
  select * into v_venue from app_public.venues as v where v.id = lock_venue.venue_id;
  perform app_hidden.require_venue_permission(
    v_venue.organization_id, lock_venue.venue_id, lock_venue.permission
  );
  select * into v_venue
  from app_public.venues as v
  where v.id = lock_venue.venue_id
  for no key update;
  perform app_hidden.require_venue_permission(
    v_venue.organization_id, lock_venue.venue_id, lock_venue.permission
  );
  return v_venue;
end
$$;

comment on function app_private.lock_venue(uuid, text) is
  'The venue, locked, if the caller has the permission. Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1027-functions-venues-read_layout.sql
-- Opens a layout document into one row per seat, in the document's order, and refuses what is not
-- of the format. Each refusal names the first place that is wrong.
create or replace function app_hidden.read_layout(document jsonb)
returns table (
  seat_no integer, section_no smallint, section text, row_name text, seat_number text,
  seat_id text, category text, x numeric, y numeric, features text[]
)
language plpgsql immutable set search_path = ''
as $$
begin
  perform app_hidden.check_layout_format(read_layout.document);

  return query
  select
    (row_number() over (order by s.section_n, s.row_n, s.seat_n))::integer,
    s.section_n::smallint,
    s.section,
    s.row_name,
    s.seat ->> 'number',
    -- The SHA-256 of the JSON array of section, row and number: the same seat has the same id in
    -- every version of a layout. A function for it, called for each seat, was half of the time.
    coalesce(
      s.seat ->> 'seat_id',
      encode(
        sha256(convert_to(s.id_prefix || to_json(s.seat ->> 'number')::text || ']', 'UTF8')), 'hex'
      )
    ),
    s.seat ->> 'category',
    -- What is no number within the plan becomes null here, and is refused by its place.
    case
      when jsonb_typeof(s.seat -> 'x') = 'number' and (s.seat ->> 'x')::numeric between 0 and 1
      then (s.seat ->> 'x')::numeric
    end,
    case
      when jsonb_typeof(s.seat -> 'y') = 'number' and (s.seat ->> 'y')::numeric between 0 and 1
      then (s.seat ->> 'y')::numeric
    end,
    case when s.seat ? 'features' then
      array(select jsonb_array_elements_text(app_hidden.layout_list(s.seat, 'features')))
      else '{}'
    end
  from (
    select
      section.n as section_n, section.value ->> 'name' as section,
      r.n as row_n, r.row_name, r.id_prefix,
      seat.n as seat_n, seat.value as seat
    from jsonb_array_elements(read_layout.document -> 'sections')
      with ordinality as section (value, n),
      lateral (
        select
          r.value, r.n, r.value ->> 'name' as row_name,
          '[' || to_json(section.value ->> 'name')::text || ','
            || to_json(r.value ->> 'name')::text || ',' as id_prefix
        from jsonb_array_elements(
          case when section.value ->> 'kind' = 'standing' then '[]'
            else app_hidden.layout_list(section.value, 'rows')
          end
        ) with ordinality as r (value, n)
        offset 0
      ) as r,
      jsonb_array_elements(app_hidden.layout_list(r.value, 'seats'))
        with ordinality as seat (value, n)
    -- Keeps the query apart: sorting whole sections with each of their seats took a hundred times
    -- as long at 4,000 seats, and grew with the square of them.
    offset 0
  ) as s;
end
$$;

comment on function app_hidden.read_layout(jsonb) is
  'The seats of a layout document. Raises LMLAY when it is not of the format.';

--! split: 1028-functions-venues-require_timezone.sql
-- "At time zone" would also take abbreviations and made-up names such as FOO+5.
create or replace function app_hidden.require_timezone(timezone text)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if require_timezone.timezone is not null
    and not exists (
      select from pg_timezone_names as z where z.name = require_timezone.timezone
    )
  then
    raise exception 'There is no time zone "%".', left(require_timezone.timezone, 100)
      using errcode = 'LMTZN', hint = 'Give an IANA name such as Europe/Vienna.';
  end if;
end
$$;

comment on function app_hidden.require_timezone(text) is 'Raises LMTZN for an unknown time zone.';

--! split: 1029-functions-venues-require_venue.sql
create or replace function app_private.require_venue(organization_id uuid, venue_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not exists (
    select from app_public.venues as v
    where v.organization_id = require_venue.organization_id and v.id = require_venue.venue_id
  ) then
    raise exception 'There is no such venue, or it is not yours.'
      using errcode = 'LMNFD', detail = 'venue_id';
  end if;
end
$$;

comment on function app_private.require_venue(uuid, uuid) is
  'Raises LMNFD when an organization has no such venue.';

--! split: 1030-functions-venues-tg_venues__check_timezone.sql
-- Which zones exist is known to the server's own tables only, so no check constraint can say it.
create or replace function app_hidden.tg_venues__check_timezone()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  perform app_hidden.require_timezone(new.timezone);
  return new;
end
$$;

comment on function app_hidden.tg_venues__check_timezone() is 'Raises LMTZN.';

create or replace trigger _200_check_timezone
  before insert or update of timezone on app_public.venues
  for each row execute function app_hidden.tg_venues__check_timezone();

--! split: 1031-functions-events-begin_cancellation.sql
create or replace function app_private.begin_cancellation(
  event app_public.events, performance_id uuid, reason text
)
returns app_public.event_cancellations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_cancellation app_public.event_cancellations;
  v_performance_ids uuid[];
  v_pass_ids uuid[];
  v_open_ids uuid[];
  v_released integer;
begin
  for v_performance in
    update app_public.performances as p
    set status = 'canceled', canceled_at = now(), status_reason = begin_cancellation.reason,
      refunds_until = null
    where p.organization_id = (begin_cancellation.event).organization_id
      and p.event_id = (begin_cancellation.event).id
      and p.id = coalesce(begin_cancellation.performance_id, p.id)
      and p.status in ('scheduled', 'postponed')
    returning p.*
  loop
    v_performance_ids := v_performance_ids || v_performance.id;
    perform app_private.notify_buyers(v_performance, v_performance);
  end loop;
  -- Nor does anybody pay for a pass that has lost a date since they chose it. Who is being served
  -- may be paying at this moment; they are noted for the job.
  v_pass_ids := array(select app_private.passes_for(p) from unnest(v_performance_ids) as p);
  v_open_ids := array(
    select b.id
    from app_public.bookings as b
    where b.organization_id = (begin_cancellation.event).organization_id
      and b.performance_id = any (v_pass_ids)
      and app_private.is_open(b.status)
  );
  v_released := app_private.release_open_bookings(
    (begin_cancellation.event).organization_id, v_performance_ids || v_pass_ids,
    begin_cancellation.reason
  );
  insert into app_public.event_cancellations (
    organization_id, event_id, performance_id, reason, requested_by, bookings_canceled,
    being_served
  )
  values (
    (begin_cancellation.event).organization_id, (begin_cancellation.event).id,
    begin_cancellation.performance_id, begin_cancellation.reason, app_hidden.current_user_id(),
    v_released, array(
      select b.id from app_public.bookings as b
      where b.id = any (v_open_ids) and b.status <> 'canceled'
      order by b.id
    )
  )
  returning * into v_cancellation;
  for v_performance in
    select * from app_private.passes_without_dates((begin_cancellation.event).id)
  loop
    perform app_private.begin_cancellation(
      begin_cancellation.event, v_performance.id, begin_cancellation.reason
    );
  end loop;
  perform app_private.add_job(
    'event__cancel_bookings', jsonb_build_object('cancellation_id', v_cancellation.id)
  );
  return v_cancellation;
end
$$;

comment on function app_private.begin_cancellation(app_public.events, uuid, text) is
  'Cancels dates of a locked event, and passes of which no date is left, lets their holds go, and '
  'has the worker refund the rest.';

--! split: 1032-functions-events-cancel_bookings_of.sql
-- A batch of a cancellation, in one transaction: killed anywhere, it is done again or was done.
-- What cannot be ended is written down for a person, and not tried again.
create or replace function app_private.cancel_bookings_of(
  cancellation_id uuid, batch_limit integer default 100
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cancellation app_public.event_cancellations;
  v_booking app_public.bookings;
  v_canceled integer := 0;
  v_failed integer := 0;
begin
  select * into strict v_cancellation
  from app_public.event_cancellations as c where c.id = cancel_bookings_of.cancellation_id
  for no key update;
  if v_cancellation.completed_at is not null then
    return 0;
  end if;
  for v_booking in
    select b.*
    from app_public.performances as p
    join app_public.bookings as b
      on b.organization_id = p.organization_id and b.performance_id = p.id
    where p.organization_id = v_cancellation.organization_id
      and p.event_id = v_cancellation.event_id
      and (
        p.id = coalesce(v_cancellation.performance_id, p.id)
        and p.status = 'canceled'
        and (app_private.is_open(b.status) or b.status in ('partially_paid', 'confirmed'))
        -- Whoever was choosing a pass, or paying for it, at the moment in which it lost this date.
        or p.id in (select app_private.passes_for(v_cancellation.performance_id))
        and (
          app_private.is_open(b.status) and app_private.has_lost_date(b)
          or b.status in ('partially_paid', 'confirmed')
          and b.id = any (v_cancellation.being_served)
        )
      )
      and not exists (
        select from app_public.event_cancellation_failures as f
        where f.organization_id = b.organization_id and f.booking_id = b.id
          and f.cancellation_id = v_cancellation.id
      )
    order by b.id
    limit cancel_bookings_of.batch_limit
    for no key update of b
  loop
    begin
      perform app_private.end_booking(v_booking, v_cancellation.reason, 'event_canceled');
      v_canceled := v_canceled + 1;
    exception
      when others then
        if sqlstate !~ '^LM' then
          raise;
        end if;
        insert into app_public.event_cancellation_failures (
          cancellation_id, booking_id, organization_id, code
        )
        values (v_cancellation.id, v_booking.id, v_booking.organization_id, sqlstate);
        v_failed := v_failed + 1;
    end;
  end loop;
  update app_public.event_cancellations as c
  set bookings_canceled = c.bookings_canceled + v_canceled,
    bookings_failed = c.bookings_failed + v_failed,
    completed_at = case when v_canceled + v_failed = 0 then now() end
  where c.id = v_cancellation.id;
  return v_canceled + v_failed;
end
$$;

comment on function app_private.cancel_bookings_of(uuid, integer) is
  'Ends and refunds the next bookings of a cancellation; returns how many, 0 when it is done.';
grant execute on function app_private.cancel_bookings_of(uuid, integer) to lml_worker;

--! split: 1033-functions-events-cancel_event.sql
create or replace function app_public.cancel_event(event_id uuid, reason text default null)
returns app_public.event_cancellations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(cancel_event.event_id, 'events.manage');
  v_cancellation app_public.event_cancellations;
begin
  if v_event.status = 'canceled' then
    select * into v_cancellation
    from app_public.event_cancellations as c
    where c.organization_id = v_event.organization_id and c.event_id = v_event.id
    order by c.id desc limit 1;
    return v_cancellation;
  end if;
  if v_event.status = 'completed' then
    raise exception 'The event is over.' using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  perform app_private.require_short_reason(cancel_event.reason);
  update app_public.events as e
  set status = 'canceled', canceled_at = now(), status_reason = cancel_event.reason
  where e.id = v_event.id
  returning * into v_event;
  return app_private.begin_cancellation(v_event, null, cancel_event.reason);
end
$$;

comment on function app_public.cancel_event(uuid, text) is
  'Ends the sale, lets all holds go at once, and refunds everybody, batch by batch: the result '
  'tells how far that is. Canceling again changes nothing. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT (it is over), LMINP.';
grant execute on function app_public.cancel_event(uuid, text) to lml_user;

--! split: 1034-functions-events-cancel_performance.sql
create or replace function app_public.cancel_performance(
  performance_id uuid, reason text default null
)
returns app_public.event_cancellations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances := app_private.lock_performance(
    cancel_performance.performance_id, 'events.manage'
  );
  v_event app_public.events;
  v_cancellation app_public.event_cancellations;
begin
  if v_performance.status = 'canceled' then
    select * into v_cancellation
    from app_public.event_cancellations as c
    where c.organization_id = v_performance.organization_id
      and c.event_id = v_performance.event_id
      and coalesce(c.performance_id, v_performance.id) = v_performance.id
    order by c.id desc limit 1;
    return v_cancellation;
  end if;
  if v_performance.status = 'completed' then
    raise exception 'The performance is over.'
      using errcode = 'LMEVT', detail = v_performance.status::text;
  end if;
  perform app_private.require_short_reason(cancel_performance.reason);
  select * into strict v_event
  from app_public.events as e where e.id = v_performance.event_id;
  return app_private.begin_cancellation(v_event, v_performance.id, cancel_performance.reason);
end
$$;

comment on function app_public.cancel_performance(uuid, text) is
  'Cancels one date of an event, as cancel_event does with all of them. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT (it is over), LMINP.';
grant execute on function app_public.cancel_performance(uuid, text) to lml_user;

--! split: 1035-functions-events-complete_performances.sql
-- Whoever works on an event or a performance at this moment keeps it: the next sweep comes soon.
create or replace function app_private.complete_performances(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  update app_public.performances as p
  set status = 'completed'
  where p.id = any (array(
    select p.id
    from app_public.performances as p
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where p.status = 'scheduled' and e.status = 'published'
      and coalesce(p.ends_at, p.starts_at) <= now()
      -- An end that nobody told is a day later.
      and (p.ends_at is not null or p.starts_at <= now() - interval '1 day')
      -- A pass that has lost its last date may still be given back.
      and (p.pass_name is null or coalesce(p.refunds_until, now()) <= now() or not exists (
        select
        from app_public.pass_dates as d
        join app_public.performances as lost
          on lost.organization_id = d.organization_id and lost.id = d.performance_id
        where d.organization_id = p.organization_id
          and d.pass_id = p.id
          and lost.status = 'canceled'
      ))
    order by coalesce(p.ends_at, p.starts_at)
    limit complete_performances.batch_limit
    for no key update of p skip locked
  ));
  get diagnostics v_count = row_count;
  update app_public.events as e
  set status = 'completed', completed_at = now()
  where e.id = any (array(
    select e.id
    from app_public.events as e
    where e.status = 'published'
      and exists (
        select from app_public.performances as p
        where p.organization_id = e.organization_id and p.event_id = e.id
          and p.status = 'completed'
      )
      and not exists (
        select from app_public.performances as p
        where p.organization_id = e.organization_id and p.event_id = e.id
          and p.status in ('scheduled', 'postponed')
      )
    for no key update skip locked
  ));
  return v_count;
end
$$;

comment on function app_private.complete_performances(integer) is
  'Ends performances that are over, and events whose last one is; returns how many performances.';
grant execute on function app_private.complete_performances(integer) to lml_worker;

--! split: 1036-functions-events-create_add_on.sql
create or replace function app_public.create_add_on(
  name text, price_cents bigint, event_id uuid default null, organization_id uuid default null,
  currency text default null, description text default null, stock integer default null,
  max_per_booking integer default null, sales_start timestamptz default null,
  sales_end timestamptz default null, requires_ticket boolean default true,
  delivery app_public.add_on_delivery_kind default 'pick_up', idempotency_key text default null
)
returns app_public.add_ons
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events;
  v_id uuid;
  v_add_on app_public.add_ons;
  v_constraint text;
  v_column text;
begin
  if num_nonnulls(create_add_on.event_id, create_add_on.organization_id) <> 1
    or (create_add_on.event_id is null) = (create_add_on.currency is null)
  then
    raise exception 'An add-on is for an event, or for an organization in a currency.'
      using errcode = 'LMINP', detail = 'event_id';
  end if;
  if create_add_on.event_id is not null then
    v_event := app_private.lock_event(create_add_on.event_id, 'events.manage');
  else
    perform app_hidden.require_permission(create_add_on.organization_id, 'events.manage');
    perform app_hidden.require_currency(create_add_on.currency);
  end if;
  v_id := app_private.replay_result(
    create_add_on.idempotency_key, 'create_add_on',
    jsonb_build_array(
      create_add_on.name, create_add_on.price_cents, create_add_on.event_id,
      create_add_on.organization_id, create_add_on.currency, create_add_on.description,
      create_add_on.stock, create_add_on.max_per_booking, create_add_on.sales_start,
      create_add_on.sales_end, create_add_on.requires_ticket, create_add_on.delivery
    )
  );
  if v_id is null then
    perform app_private.require_ongoing_event(v_event);
    insert into app_public.add_ons (
      organization_id, event_id, is_public, name, description, currency, price_cents,
      max_per_booking, sales_start, sales_end, requires_ticket, delivery, is_limited
    )
    values (
      coalesce(v_event.organization_id, create_add_on.organization_id), v_event.id,
      coalesce(v_event.is_public, true), create_add_on.name, create_add_on.description,
      coalesce(v_event.currency, create_add_on.currency), create_add_on.price_cents,
      coalesce(create_add_on.max_per_booking, 20), create_add_on.sales_start,
      create_add_on.sales_end, create_add_on.requires_ticket, create_add_on.delivery,
      create_add_on.stock is not null
    )
    on conflict on constraint add_ons_name_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      raise exception 'There is an add-on of that name.'
        using errcode = 'LMINP', detail = 'name';
    end if;
    insert into app_private.add_on_counters (add_on_id, organization_id, total)
    select v_id, coalesce(v_event.organization_id, create_add_on.organization_id),
      create_add_on.stock
    where create_add_on.stock is not null;
    perform app_private.keep_result(create_add_on.idempotency_key, v_id);
  end if;
  select * into strict v_add_on from app_public.add_ons as a where a.id = v_id;
  return v_add_on;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_add_on(
  text, bigint, uuid, uuid, text, text, integer, integer, timestamptz, timestamptz, boolean,
  app_public.add_on_delivery_kind, text
) is
  'Something to sell besides tickets: for an event, in its currency, or for all events of an '
  'organization in a currency. Without a stock there is no end of it, and that stays so. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMCUR, LMEVT (it is over), LMIDK.';
grant execute on function app_public.create_add_on(
  text, bigint, uuid, uuid, text, text, integer, integer, timestamptz, timestamptz, boolean,
  app_public.add_on_delivery_kind, text
) to lml_user;

--! split: 1037-functions-events-create_event.sql
create or replace function app_public.create_event(
  organization_id uuid, venue_id uuid, title text, slug text, description text default null,
  currency text default null, sales_start timestamptz default null,
  sales_end timestamptz default null, tax_rate_id uuid default null,
  blocked_sections text[] default '{}', idempotency_key text default null,
  format app_public.event_format default 'physical', timezone text default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_event app_public.events;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_venue_permission(
    create_event.organization_id, create_event.venue_id, 'events.manage'
  );
  v_id := app_private.replay_result(
    create_event.idempotency_key, 'create_event',
    jsonb_build_array(
      create_event.organization_id, create_event.venue_id, create_event.title, create_event.slug,
      create_event.description, create_event.currency, create_event.sales_start,
      create_event.sales_end, create_event.tax_rate_id, create_event.blocked_sections,
      create_event.format, create_event.timezone
    )
  );
  if v_id is null then
    if create_event.venue_id is not null or create_event.format <> 'virtual' then
      perform app_private.require_venue(create_event.organization_id, create_event.venue_id);
    end if;
    if create_event.tax_rate_id is not null and not exists (
      select from app_public.tax_rates as t
      where t.organization_id = create_event.organization_id and t.id = create_event.tax_rate_id
    ) then
      raise exception 'There is no such tax rate, or it is not yours.'
        using errcode = 'LMNFD', detail = 'tax_rate_id';
    end if;
    if array_ndims(create_event.blocked_sections) > 1
      or exists (select from unnest(create_event.blocked_sections) as s where s is null)
    then
      raise exception 'A blocked section has no name.'
        using errcode = 'LMINP', detail = 'blocked_sections';
    end if;
    if create_event.currency is not null then
      perform app_hidden.require_currency(create_event.currency);
    end if;
    perform app_hidden.require_timezone(create_event.timezone);

    insert into app_public.events (
      organization_id, venue_id, title, slug, description, currency, sales_start, sales_end,
      tax_rate_id, blocked_sections, service_fee_percentage, service_fee_fixed_cents,
      processing_fee_percentage, processing_fee_fixed_cents, commission_percentage,
      organization_status, tax_percentage, allow_guest_checkout, hold_seconds, checkout_seconds,
      hold_seconds_max, tickets_per_booking_max, open_carts_max, format, timezone
    )
    select
      o.id, create_event.venue_id, create_event.title, create_event.slug,
      create_event.description, coalesce(create_event.currency, o.default_currency),
      coalesce(create_event.sales_start, now()), create_event.sales_end,
      create_event.tax_rate_id, coalesce(create_event.blocked_sections, '{}'),
      s.service_fee_percentage, s.service_fee_fixed_cents,
      s.processing_fee_percentage, s.processing_fee_fixed_cents, s.commission_percentage,
      o.status, coalesce(t.percentage, 0), s.allow_guest_checkout, s.hold_seconds,
      s.checkout_seconds, s.hold_seconds_max, s.tickets_per_booking_max,
      s.open_carts_max,
      coalesce(create_event.format, 'physical'), create_event.timezone
    from app_public.organizations as o
    join app_public.organization_settings as s on s.organization_id = o.id
    left join app_public.tax_rates as t
      on t.organization_id = o.id and t.id = create_event.tax_rate_id
    where o.id = create_event.organization_id
    on conflict on constraint events_slug_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      perform app_hidden.raise_slug_taken(create_event.slug);
    end if;
    perform app_private.keep_result(create_event.idempotency_key, v_id);
  end if;

  select * into strict v_event from app_public.events as e where e.id = v_id;
  return v_event;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_event(
  uuid, uuid, text, text, text, text, timestamptz, timestamptz, uuid, text[], text,
  app_public.event_format, text
) is
  'A new draft with the fees and limits of the organization''s settings. Needs events.manage. '
  'Without a venue: create_virtual_event. Raises LMNFD, LMRGT, LMINP, LMSLG, LMCUR, LMTZN.';
grant execute on function app_public.create_event(
  uuid, uuid, text, text, text, text, timestamptz, timestamptz, uuid, text[], text,
  app_public.event_format, text
) to lml_user;

--! split: 1038-functions-events-create_performance.sql
create or replace function app_public.create_performance(
  event_id uuid, layout_id uuid, starts_at timestamptz, ends_at timestamptz default null,
  doors_at timestamptz default null, idempotency_key text default null
)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    create_performance.event_id, 'events.manage'
  );
  v_id uuid;
  v_performance app_public.performances;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_performance.idempotency_key, 'create_performance',
    jsonb_build_array(
      create_performance.event_id, create_performance.layout_id, create_performance.starts_at,
      create_performance.ends_at, create_performance.doors_at
    )
  );
  if v_id is null then
    perform app_private.require_open_event(v_event);
    perform app_private.require_layout(v_event, create_performance.layout_id);
    v_id := app_private.store_performance(
      v_event, create_performance.layout_id, create_performance.starts_at,
      create_performance.ends_at, create_performance.doors_at
    );
    if v_id is null then
      perform app_private.raise_time_taken('starts_at');
    end if;
    perform app_private.keep_result(create_performance.idempotency_key, v_id);
  end if;

  select * into strict v_performance from app_public.performances as p where p.id = v_id;
  return v_performance;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_performance(
  uuid, uuid, timestamptz, timestamptz, timestamptz, text
) is
  'A date of an event, on sale at once if the event is published. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMEVT (ended event), LMPUB (a seat without category).';
grant execute on function app_public.create_performance(
  uuid, uuid, timestamptz, timestamptz, timestamptz, text
) to lml_user;

--! split: 1039-functions-events-create_performances.sql
-- Times are meant where the event is, so that a matinee stays at three when the clocks change.
create or replace function app_public.create_performances(
  event_id uuid, first_date date, last_date date, times time[],
  weekdays integer[] default '{1,2,3,4,5,6,7}', except_dates date[] default '{}',
  layout_id uuid default null, duration_minutes integer default null,
  doors_minutes_before integer default null
)
returns setof app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    create_performances.event_id, 'events.manage'
  );
  v_zone text := app_hidden.timezone_of(v_event);
  v_starts timestamptz[];
  v_start timestamptz;
  v_constraint text;
  v_column text;
begin
  perform app_private.require_open_event(v_event);
  perform app_private.require_layout(v_event, create_performances.layout_id);
  if not coalesce(
    isfinite(create_performances.first_date) and isfinite(create_performances.last_date)
      and create_performances.last_date - create_performances.first_date between 0 and 730,
    false
  ) then
    raise exception 'A schedule runs from a first to a last date, for two years at most.'
      using errcode = 'LMINP', detail = 'last_date';
  end if;
  select array_agg(distinct s.start order by s.start) into v_starts
  from (
    select (d + t) at time zone v_zone as start
    from generate_series(
      create_performances.first_date::timestamp, create_performances.last_date::timestamp,
      interval '1 day'
    ) as d
    cross join unnest(create_performances.times) as t
    where extract(isodow from d) = any (create_performances.weekdays)
      and not d::date = any (coalesce(create_performances.except_dates, '{}'))
      and t is not null
  ) as s;
  if coalesce(cardinality(v_starts), 0) not between 1 and 500 then
    raise exception 'A schedule makes 1 to 500 performances, and this one makes %.',
        coalesce(cardinality(v_starts), 0)
      using errcode = 'LMINP', detail = 'times';
  end if;

  foreach v_start in array v_starts loop
    -- Again, after a lost answer: the date is there.
    perform app_private.store_performance(
      v_event, create_performances.layout_id, v_start,
      v_start + make_interval(mins => create_performances.duration_minutes),
      v_start - make_interval(mins => create_performances.doors_minutes_before)
    );
  end loop;
  return query
    select p.*
    from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
      and p.starts_at = any (v_starts)
      and p.pass_name is null
    order by p.starts_at;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when datetime_field_overflow then
    raise exception 'There are no such dates.' using errcode = 'LMINP', detail = 'last_date';
end
$$;

comment on function app_public.create_performances(
  uuid, date, date, time[], integer[], date[], uuid, integer, integer
) is
  'A schedule: a performance at each of the times, local to the event, '
  'on each of the weekdays (1 is Monday) from the first to the last date, with exceptions. Dates '
  'that are there already stay as they are, so it may be called again. Without a layout only '
  'online. Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMINP, LMPUB.';
grant execute on function app_public.create_performances(
  uuid, date, date, time[], integer[], date[], uuid, integer, integer
) to lml_user;

--! split: 1040-functions-events-lock_event.sql
-- Whoever changes an event waits for the others who do: first in the order of locks.
create or replace function app_private.lock_event(event_id uuid, permission text)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events;
begin
  -- Before the lock, too: a stranger makes nobody wait.
  select * into v_event from app_public.events as e where e.id = lock_event.event_id;
  perform app_hidden.require_venue_permission(
    v_event.organization_id, v_event.venue_id, lock_event.permission
  );
  select * into v_event
  from app_public.events as e
  where e.id = lock_event.event_id
  for no key update;
  perform app_hidden.require_venue_permission(
    v_event.organization_id, v_event.venue_id, lock_event.permission
  );
  return v_event;
end
$$;

comment on function app_private.lock_event(uuid, text) is
  'The event, locked, if the caller has the permission. Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1041-functions-events-performance_words.sql
create or replace function app_private.performance_words(
  organization_id uuid, performance_id uuid
)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'event', e.title,
    'startsAt', app_hidden.local_time(
      p.starts_at, coalesce(app_hidden.timezone_of(e), 'UTC')
    ),
    'organization', o.name
  )
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.organizations as o on o.id = p.organization_id
  where p.organization_id = performance_words.organization_id
    and p.id = performance_words.performance_id
$$;

comment on function app_private.performance_words(uuid, uuid) is
  'What mails say of a performance.';

--! split: 1042-functions-events-postpone_event.sql
create or replace function app_public.postpone_event(
  event_id uuid, days integer default null, refunds_until timestamptz default null,
  reason text default null, idempotency_key text default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(postpone_event.event_id, 'events.manage');
  v_zone text := app_hidden.timezone_of(v_event);
  v_performance app_public.performances;
  v_constraint text;
  v_column text;
begin
  -- A second time would move them twice.
  if app_private.replay_result(
    postpone_event.idempotency_key, 'postpone_event',
    jsonb_build_array(
      postpone_event.event_id, postpone_event.days, postpone_event.refunds_until,
      postpone_event.reason
    )
  ) is not null then
    return v_event;
  end if;
  if v_event.status not in ('published', 'postponed') then
    raise exception 'The event is %.', v_event.status
      using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  if postpone_event.days not between 1 and 3650 then
    raise exception 'An event is postponed by 1 to 3650 days.'
      using errcode = 'LMINP', detail = 'days';
  end if;
  -- The last one first, so that none lands where another one still is.
  for v_performance in
    select * from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
      and p.status in ('scheduled', 'postponed')
      -- A pass follows its dates.
      and p.pass_name is null
      and (p.starts_at > now() or p.status = 'postponed')
    order by p.starts_at desc
    for no key update
  loop
    perform app_private.move_performance(
      v_performance,
      -- The same time of day, also where clocks change in between.
      ((v_performance.starts_at at time zone v_zone) + make_interval(days => postpone_event.days))
        at time zone v_zone,
      null, null, postpone_event.refunds_until, postpone_event.reason
    );
  end loop;
  update app_public.events as e
  set status = case when postpone_event.days is null then 'postponed' else 'published' end
      ::app_public.event_status,
    status_reason = coalesce(postpone_event.reason, e.status_reason)
  where e.id = v_event.id
  returning * into v_event;
  perform app_private.keep_result(postpone_event.idempotency_key, v_event.id);
  return v_event;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    perform app_private.raise_time_taken('days');
end
$$;

comment on function app_public.postpone_event(uuid, integer, timestamptz, text, text) is
  'Moves all dates that have not begun by days, at the same time of day; or, without days, takes '
  'them off sale until postpone_performance gives them new ones. Tickets stay good, and may be '
  'given back until refunds_until. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMINP, LMIDK.';
grant execute on function app_public.postpone_event(uuid, integer, timestamptz, text, text)
  to lml_user;

--! split: 1043-functions-events-postpone_performance.sql
create or replace function app_public.postpone_performance(
  performance_id uuid, starts_at timestamptz default null, ends_at timestamptz default null,
  doors_at timestamptz default null, refunds_until timestamptz default null,
  reason text default null
)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances := app_private.lock_performance(
    postpone_performance.performance_id, 'events.manage'
  );
  v_constraint text;
  v_column text;
begin
  perform app_private.require_date(v_performance.id);
  if v_performance.status not in ('scheduled', 'postponed') or not exists (
    select from app_public.events as e
    where e.id = v_performance.event_id and e.status in ('published', 'postponed')
  ) then
    raise exception 'Only what is published and not over can be postponed.'
      using errcode = 'LMEVT', detail = v_performance.status::text;
  end if;
  return app_private.move_performance(
    v_performance, postpone_performance.starts_at, postpone_performance.ends_at,
    postpone_performance.doors_at, postpone_performance.refunds_until,
    postpone_performance.reason
  );
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    perform app_private.raise_time_taken('starts_at');
end
$$;

comment on function app_public.postpone_performance(
  uuid, timestamptz, timestamptz, timestamptz, timestamptz, text
) is
  'Gives a date of an event another date, on sale at once, or none yet, and nothing is sold until '
  'it has one. Tickets stay good; until refunds_until (default: in 14 days) holders may give '
  'theirs back with return_booking. Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMINP.';
grant execute on function app_public.postpone_performance(
  uuid, timestamptz, timestamptz, timestamptz, timestamptz, text
) to lml_user;

--! split: 1044-functions-events-publish_event.sql
create or replace function app_public.publish_event(event_id uuid)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
  v_event app_public.events;
  v_performance_id uuid;
begin
  -- Before the event, as whoever suspends an organization does.
  select o.* into v_organization
  from app_public.events as e
  join app_public.organizations as o on o.id = e.organization_id
  where e.id = publish_event.event_id
  for no key update of o;
  v_event := app_private.lock_event(publish_event.event_id, 'events.manage');
  if v_event.status = 'published' then
    return v_event;
  end if;
  if v_event.status <> 'draft' then
    raise exception 'The event is %.', v_event.status
      using errcode = 'LMEVT', detail = v_event.id::text;
  end if;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  perform app_private.require_event_limit(v_event.organization_id);
  if not exists (
    select from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
  ) then
    raise exception 'The event has no performance.'
      using errcode = 'LMPUB', hint = 'Add one with create_performance.';
  end if;
  -- It would be completed at once, or never, and count in its month all the same.
  if not exists (
    select from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
      and p.status <> 'canceled' and coalesce(p.ends_at, p.starts_at) > now()
  ) then
    raise exception 'All performances of the event are over or canceled.'
      using errcode = 'LMPUB', hint = 'Give it a date that is still to come.';
  end if;

  for v_performance_id in
    select p.id from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
      -- What was entered by mistake needs no prices.
      and p.status <> 'canceled'
    order by p.id
  loop
    perform app_private.create_inventory(v_performance_id);
  end loop;

  update app_public.events as e
  set status = 'published', published_at = now()
  where e.id = v_event.id
  returning * into v_event;
  return v_event;
end
$$;

comment on function app_public.publish_event(uuid) is
  'Creates the inventory of every performance and opens the event to the public; publishing a '
  'published event changes nothing. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMORG (the organization is suspended), LMLIM (the plan''s limit), '
  'LMPUB (no performance that is still to come, or a seat without exactly one category).';
grant execute on function app_public.publish_event(uuid) to lml_user;

--! split: 1045-functions-events-raise_time_taken.sql
create or replace function app_private.raise_time_taken(argument text)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception 'The event has a performance at that time.'
    using errcode = 'LMINP', detail = raise_time_taken.argument;
end
$$;

comment on function app_private.raise_time_taken(text) is
  'Raises LMINP, which names the argument that says when.';

--! split: 1046-functions-events-release_open_bookings.sql
-- Nothing is waited for. Who is being served at this moment is found by the job that follows; a
-- hold that has lapsed is free already, and others may be taking its seats.
create or replace function app_private.release_open_bookings(
  organization_id uuid, performance_ids uuid[], reason text
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_count integer := 0;
begin
  for v_booking in
    select * from app_public.bookings as b
    where b.organization_id = release_open_bookings.organization_id
      and b.performance_id = any (release_open_bookings.performance_ids)
      and app_private.is_open(b.status)
      and b.expires_at > now()
    order by b.id
    for no key update skip locked
  loop
    perform app_private.end_booking(v_booking, release_open_bookings.reason, 'event_canceled');
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.release_open_bookings(uuid, uuid[], text) is
  'Lets all holds of performances go; returns how many.';

--! split: 1047-functions-events-require_category_of.sql
create or replace function app_private.require_category_of(
  event app_public.events, ticket_category_id uuid
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if require_category_of.ticket_category_id is not null and not exists (
    select from app_public.ticket_categories as c
    where c.organization_id = (require_category_of.event).organization_id
      and c.event_id = (require_category_of.event).id
      and c.id = require_category_of.ticket_category_id
  ) then
    raise exception 'The event has no such category.'
      using errcode = 'LMNFD', detail = 'ticket_category_id';
  end if;
end
$$;

comment on function app_private.require_category_of(app_public.events, uuid) is
  'Raises LMNFD when a category is named that an event does not have.';

--! split: 1048-functions-events-require_ongoing_event.sql
create or replace function app_private.require_ongoing_event(event app_public.events)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if (require_ongoing_event.event).status in ('canceled', 'completed') then
    raise exception 'The event is %: nothing is sold any more.',
        (require_ongoing_event.event).status
      using errcode = 'LMEVT', detail = (require_ongoing_event.event).status::text;
  end if;
end
$$;

comment on function app_private.require_ongoing_event(app_public.events) is
  'Raises LMEVT when an event has ended, or was canceled.';

--! split: 1049-functions-events-require_open_event.sql
create or replace function app_private.require_open_event(event app_public.events)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if (require_open_event.event).status not in ('draft', 'published') then
    raise exception 'The event is %.', (require_open_event.event).status
      using errcode = 'LMEVT', detail = (require_open_event.event).id::text;
  end if;
end
$$;

comment on function app_private.require_open_event(app_public.events) is
  'Raises LMEVT when nothing can be added any more to what an event offers.';

--! split: 1050-functions-events-require_short_reason.sql
create or replace function app_private.require_short_reason(reason text)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if length(require_short_reason.reason) > 500 then
    raise exception 'A reason has at most 500 characters.'
      using errcode = 'LMINP', detail = 'reason';
  end if;
end
$$;

comment on function app_private.require_short_reason(text) is
  'Raises LMINP for a reason that does not fit where buyers and staff read it.';

--! split: 1051-functions-events-require_to_come.sql
-- A mistyped year would be sold by nobody and completed by the next sweep, for good. Of a draft,
-- publishing looks.
create or replace function app_private.require_to_come(
  event app_public.events, starts_at timestamptz, ends_at timestamptz
)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if (require_to_come.event).status = 'published'
    and coalesce(require_to_come.ends_at, require_to_come.starts_at) <= now()
  then
    raise exception 'This date is in the past.' using errcode = 'LMINP', detail = 'starts_at';
  end if;
end
$$;

comment on function app_private.require_to_come(app_public.events, timestamptz, timestamptz) is
  'Raises LMINP for a date of a published event that is over before it is made.';

--! split: 1052-functions-events-save_attendee_question.sql
create or replace function app_public.save_attendee_question(
  event_id uuid, question text, kind app_public.question_kind default 'text',
  choices text[] default '{}', is_required boolean default false,
  ticket_category_id uuid default null, sort_order integer default 0,
  question_id uuid default null
)
returns app_public.attendee_questions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    save_attendee_question.event_id, 'events.manage'
  );
  v_question app_public.attendee_questions;
  v_constraint text;
  v_column text;
begin
  perform app_private.require_category_of(v_event, save_attendee_question.ticket_category_id);
  if save_attendee_question.question_id is null then
    insert into app_public.attendee_questions (
      organization_id, event_id, is_public, ticket_category_id, question, kind, choices,
      is_required, sort_order
    )
    values (
      v_event.organization_id, v_event.id, v_event.is_public,
      save_attendee_question.ticket_category_id, save_attendee_question.question,
      save_attendee_question.kind, save_attendee_question.choices,
      save_attendee_question.is_required, save_attendee_question.sort_order
    )
    returning * into v_question;
    return v_question;
  end if;
  update app_public.attendee_questions as q
  set question = save_attendee_question.question, kind = save_attendee_question.kind,
    choices = save_attendee_question.choices, is_required = save_attendee_question.is_required,
    ticket_category_id = save_attendee_question.ticket_category_id,
    sort_order = save_attendee_question.sort_order
  where q.id = save_attendee_question.question_id
    and q.organization_id = v_event.organization_id
    and q.event_id = v_event.id
    and q.retired_at is null
  returning * into v_question;
  if v_question.id is null then
    raise exception 'The event has no such question.'
      using errcode = 'LMNFD', detail = 'question_id';
  end if;
  return v_question;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.save_attendee_question(
  uuid, text, app_public.question_kind, text[], boolean, uuid, integer, uuid
) is
  'What an event, or one category of it, asks of whoever comes; with question_id it changes a '
  'question, all of it. Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.save_attendee_question(
  uuid, text, app_public.question_kind, text[], boolean, uuid, integer, uuid
) to lml_user;

--! split: 1053-functions-events-search_events.sql
-- Runs with the owner's eyes, because no index serves words under row-level security; so it says
-- itself what it may find: what everybody may. Planned anew at every call: filters that are not
-- given then cost nothing.
create or replace function app_public.search_events(
  query text default null, starts_from timestamptz default null,
  starts_before timestamptz default null, city text default null, venue_id uuid default null,
  category text default null, tag text default null, currency text default null,
  price_cents_min bigint default null, price_cents_max bigint default null,
  organization_id uuid default null, page_size integer default 20,
  after_cursor text default null
)
returns setof app_public.event_match
language plpgsql stable security definer rows 20
set search_path = '' set plan_cache_mode = force_custom_plan
as $$
declare
  v_words text := btrim(app_hidden.plain_words(left(search_events.query, 200)));
  v_query tsquery := websearch_to_tsquery('simple', v_words);
  v_after jsonb := app_hidden.read_cursor(search_events.after_cursor);
  v_tag text := app_hidden.plain_words(search_events.tag);
begin
  if search_events.page_size not between 1 and 100 then
    raise exception 'A page has 1 to 100 events.' using errcode = 'LMINP', detail = 'page_size';
  end if;
  return query
    with found as (
      select
        e.id, n.starts_at,
        case when v_words = '' then 0 else
          round(
            ts_rank(e.search_vector, v_query)::numeric
              + public.word_similarity(v_words, e.search_text)::numeric, 6
          )
        end as score
      from app_public.events as e
      cross join lateral (
        select min(p.starts_at) as starts_at
        from app_public.performances as p
        where p.organization_id = e.organization_id and p.event_id = e.id
          and p.status = 'scheduled'
          and p.starts_at >= coalesce(search_events.starts_from, now())
          and (
            search_events.starts_before is null or p.starts_at < search_events.starts_before
          )
      ) as n
      where e.is_public
        and e.organization_status = 'active'
        and e.status = 'published'
        and n.starts_at is not null
        and (
          v_words = ''
          or e.id in (
            select s.id from app_public.events as s
            where s.is_public and s.search_vector @@ v_query
            union all
            select s.id from app_public.events as s
            where s.is_public and v_words operator(public.<%) s.search_text
          )
        )
        and (
          search_events.organization_id is null
          or e.organization_id = search_events.organization_id
        )
        and (search_events.venue_id is null or e.venue_id = search_events.venue_id)
        and (
          search_events.city is null
          or exists (
            select from app_public.venues as v
            where v.organization_id = e.organization_id and v.id = e.venue_id
              and app_hidden.plain_words(v.address ->> 'city')
                = app_hidden.plain_words(search_events.city)
          )
        )
        and (
          search_events.tag is null
          or exists (
            select from unnest(e.tags) as t where app_hidden.plain_words(t) = v_tag
          )
        )
        and (
          search_events.category is null
          or exists (
            select from app_public.event_category_links as l
            join app_public.event_categories as c on c.id = l.category_id
            left join app_public.event_categories as wider on wider.id = c.parent_id
            where l.organization_id = e.organization_id and l.event_id = e.id
              and search_events.category in (c.slug, wider.slug)
          )
        )
        and (search_events.currency is null or e.currency = search_events.currency)
        and (
          num_nonnulls(search_events.price_cents_min, search_events.price_cents_max) = 0
          or exists (
            select from app_public.ticket_categories as c
            join app_public.ticket_category_prices as p
              on p.organization_id = c.organization_id and p.ticket_category_id = c.id
            where c.organization_id = e.organization_id and c.event_id = e.id
              and c.status = 'active' and p.audience = 'public' and p.valid_during @> now()
              and p.price_cents >= coalesce(search_events.price_cents_min, 0)
              and (
                search_events.price_cents_max is null
                or p.price_cents <= search_events.price_cents_max
              )
          )
        )
    )
    select
      f.id, f.starts_at, f.score,
      encode(
        convert_to(jsonb_build_array(f.score, f.starts_at, f.id)::text, 'UTF8'), 'base64'
      )
    from found as f
    where v_after is null
      or (-f.score, f.starts_at, f.id) > (
        -(v_after ->> 0)::numeric, (v_after ->> 1)::timestamptz, (v_after ->> 2)::uuid
      )
    order by -f.score, f.starts_at, f.id
    limit coalesce(search_events.page_size, 20);
end
$$;

comment on function app_public.search_events(
  text, timestamptz, timestamptz, text, uuid, text, text, text, bigint, bigint, uuid, integer, text
) is
  'Public events that are still to come, the best match first, then the earliest: by words, with '
  'typing errors forgiven, and by what is given of the filters. Prices are in minor units, so give '
  'a currency with them. Go on with after_cursor. Raises LMINP.';
grant execute on function app_public.search_events(
  text, timestamptz, timestamptz, text, uuid, text, text, text, bigint, bigint, uuid, integer, text
) to lml_anonymous, lml_user;

--! split: 1054-functions-events-set_event_categories.sql
create or replace function app_private.set_event_categories(
  event app_public.events, slugs text[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if cardinality(set_event_categories.slugs) > 20 or exists (
    select from unnest(set_event_categories.slugs) as s
    where not exists (select from app_public.event_categories as c where c.slug = s)
  ) then
    raise exception 'There is no such category, or there are more than 20.'
      using errcode = 'LMINP', detail = 'categories';
  end if;
  delete from app_public.event_category_links as l
  where l.organization_id = (set_event_categories.event).organization_id
    and l.event_id = (set_event_categories.event).id
    and l.category_id not in (
      select c.id from app_public.event_categories as c
      where c.slug = any (set_event_categories.slugs)
    );
  insert into app_public.event_category_links (
    organization_id, event_id, category_id, is_public
  )
  select
    (set_event_categories.event).organization_id, (set_event_categories.event).id, c.id,
    (set_event_categories.event).is_public
  from app_public.event_categories as c
  where c.slug = any (set_event_categories.slugs)
  on conflict do nothing;
end
$$;

comment on function app_private.set_event_categories(app_public.events, text[]) is
  'The event is in these categories, and in no others. Raises LMINP.';

--! split: 1055-functions-events-set_price.sql
-- The new price takes its period from those that had it, which end before it and, where they went
-- on, begin again after it: so an early-bird price is one call, and no moment has two prices. What
-- has been is never changed: explanations of what was sold rest on it.
create or replace function app_public.set_price(
  ticket_category_id uuid, price_cents bigint,
  audience app_public.price_audience default 'public', valid_from timestamptz default null,
  valid_until timestamptz default null, idempotency_key text default null
)
returns app_public.ticket_category_prices
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_category_event(set_price.ticket_category_id);
  v_during tstzrange;
  v_id uuid;
  v_price app_public.ticket_category_prices;
  v_old app_public.ticket_category_prices;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    set_price.idempotency_key, 'set_price',
    jsonb_build_array(
      set_price.ticket_category_id, set_price.price_cents, set_price.audience,
      set_price.valid_from, set_price.valid_until
    )
  );
  if v_id is null then
    perform app_private.require_ongoing_event(v_event);
    v_during := app_hidden.time_span(
      greatest(set_price.valid_from, now()), set_price.valid_until
    );
    for v_old in
      delete from app_public.ticket_category_prices as p
      where p.organization_id = v_event.organization_id
        and p.ticket_category_id = set_price.ticket_category_id
        and p.audience = set_price.audience
        and p.valid_during && v_during
      returning p.*
    loop
      insert into app_public.ticket_category_prices (
        id, organization_id, ticket_category_id, audience, price_cents, valid_during, is_public
      )
      select
        case when r.ordinality = 1 then v_old.id else uuidv7() end, v_old.organization_id,
        v_old.ticket_category_id, v_old.audience, v_old.price_cents, r.rest, v_old.is_public
      from unnest(tstzmultirange(v_old.valid_during) - tstzmultirange(v_during))
        with ordinality as r (rest, ordinality);
    end loop;
    insert into app_public.ticket_category_prices (
      organization_id, ticket_category_id, audience, price_cents, valid_during, is_public
    )
    select
      c.organization_id, c.id, set_price.audience, set_price.price_cents, v_during, c.is_public
    from app_public.ticket_categories as c
    where c.organization_id = v_event.organization_id and c.id = set_price.ticket_category_id
    returning id into v_id;
    perform app_private.keep_result(set_price.idempotency_key, v_id);
  end if;
  select * into v_price from app_public.ticket_category_prices as p where p.id = v_id;
  return v_price;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_price(
  uuid, bigint, app_public.price_audience, timestamptz, timestamptz, text
) is
  'What tickets of a category cost an audience from a moment on, now at the earliest, until '
  'another one or for good. Prices of that time make way, and come back after it. What is held '
  'keeps its price. Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMINP, LMIDK.';
grant execute on function app_public.set_price(
  uuid, bigint, app_public.price_audience, timestamptz, timestamptz, text
) to lml_user;

--! split: 1056-functions-events-store_performance.sql
create or replace function app_private.store_performance(
  event app_public.events, layout_id uuid, starts_at timestamptz, ends_at timestamptz,
  doors_at timestamptz
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into app_public.performances (
    organization_id, event_id, layout_id, currency, is_public, starts_at, ends_at, doors_at
  )
  values (
    (store_performance.event).organization_id, (store_performance.event).id,
    store_performance.layout_id, (store_performance.event).currency,
    (store_performance.event).is_public, store_performance.starts_at,
    store_performance.ends_at, store_performance.doors_at
  )
  on conflict do nothing
  returning id into v_id;
  if v_id is not null and (store_performance.event).status = 'published' then
    perform app_private.require_to_come(
      store_performance.event, store_performance.starts_at, store_performance.ends_at
    );
    perform app_private.create_inventory(v_id);
  end if;
  return v_id;
end
$$;

comment on function app_private.store_performance(
  app_public.events, uuid, timestamptz, timestamptz, timestamptz
) is
  'A date of an event, with its inventory if the event is published; null when it has one then.';

--! split: 1057-functions-events-update_event.sql
-- Texts and pictures may be changed at any time; what a sale rests on, while there is one; what
-- people have the address of, or seats were made from, before the event is published.
create or replace function app_public.update_event(
  event_id uuid, title text default null, slug text default null,
  description text default null, short_description text default null,
  format app_public.event_format default null, timezone text default null,
  visibility app_public.event_visibility default null, age_restriction integer default null,
  special_requirements text[] default null, images text[] default null,
  banner_url text default null, videos text[] default null, external_links jsonb default null,
  meta_title text default null, meta_description text default null,
  search_keywords text[] default null, tags text[] default null,
  categories text[] default null, sales_start timestamptz default null,
  sales_end timestamptz default null, tickets_per_booking_max integer default null,
  tickets_per_user_max integer default null, blocked_sections text[] default null,
  has_waiting_list boolean default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(update_event.event_id, 'events.manage');
  v_constraint text;
  v_column text;
begin
  if v_event.status <> 'draft'
    and num_nonnulls(
      update_event.slug, update_event.format, update_event.timezone, update_event.blocked_sections
    ) > 0
  then
    raise exception 'Address, format, time zone and blocked sections are settled by publishing.'
      using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  if num_nonnulls(
    update_event.sales_start, update_event.sales_end, update_event.tickets_per_booking_max,
    update_event.tickets_per_user_max, update_event.age_restriction,
    update_event.has_waiting_list
  ) > 0 then
    perform app_private.require_ongoing_event(v_event);
  end if;
  perform app_hidden.require_timezone(nullif(update_event.timezone, ''));

  update app_public.events as e
  set title = coalesce(update_event.title, e.title),
    slug = coalesce(update_event.slug, e.slug),
    description = nullif(coalesce(update_event.description, e.description), ''),
    short_description = nullif(
      coalesce(update_event.short_description, e.short_description), ''
    ),
    format = coalesce(update_event.format, e.format),
    timezone = nullif(coalesce(update_event.timezone, e.timezone), ''),
    visibility = coalesce(update_event.visibility, e.visibility),
    age_restriction = nullif(coalesce(update_event.age_restriction, e.age_restriction), 0),
    special_requirements = coalesce(
      update_event.special_requirements, e.special_requirements
    ),
    images = coalesce(update_event.images, e.images),
    banner_url = nullif(coalesce(update_event.banner_url, e.banner_url), ''),
    videos = coalesce(update_event.videos, e.videos),
    external_links = coalesce(update_event.external_links, e.external_links),
    meta_title = nullif(coalesce(update_event.meta_title, e.meta_title), ''),
    meta_description = nullif(coalesce(update_event.meta_description, e.meta_description), ''),
    search_keywords = coalesce(update_event.search_keywords, e.search_keywords),
    tags = coalesce(update_event.tags, e.tags),
    sales_start = coalesce(update_event.sales_start, e.sales_start),
    sales_end = nullif(coalesce(update_event.sales_end, e.sales_end), 'infinity'),
    tickets_per_booking_max = coalesce(
      update_event.tickets_per_booking_max, e.tickets_per_booking_max
    ),
    tickets_per_user_max = nullif(
      coalesce(update_event.tickets_per_user_max, e.tickets_per_user_max), 0
    ),
    blocked_sections = coalesce(update_event.blocked_sections, e.blocked_sections),
    has_waiting_list = coalesce(update_event.has_waiting_list, e.has_waiting_list)
  where e.id = v_event.id
  returning * into v_event;
  if update_event.categories is not null then
    perform app_private.set_event_categories(v_event, update_event.categories);
  end if;
  return v_event;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    perform app_hidden.raise_slug_taken(update_event.slug);
  when numeric_value_out_of_range then
    raise exception 'A minimum age is at most 120.'
      using errcode = 'LMINP', detail = 'age_restriction';
end
$$;

comment on function app_public.update_event(
  uuid, text, text, text, text, app_public.event_format, text, app_public.event_visibility, integer,
  text[], text[], text, text[], jsonb, text, text, text[], text[], text[], timestamptz,
  timestamptz, integer, integer, text[], boolean
) is
  'Changes an event: null leaves a value as it is; an empty text, 0, or infinity as the end of '
  'sales removes it. '
  'Address, format, time zone and blocked sections only of a draft; terms of the sale until it is '
  'over; texts and pictures always. Categories are given by their slugs. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMINP, LMSLG, LMTZN.';
grant execute on function app_public.update_event(
  uuid, text, text, text, text, app_public.event_format, text, app_public.event_visibility, integer,
  text[], text[], text, text[], jsonb, text, text, text[], text[], text[], timestamptz,
  timestamptz, integer, integer, text[], boolean
) to lml_user;

--! split: 1058-functions-events-update_performance.sql
-- Who bought a ticket bought it for a time. It is changed as long as nobody has; after that, by
-- postpone_performance, which tells them.
create or replace function app_public.update_performance(
  performance_id uuid, starts_at timestamptz default null, ends_at timestamptz default null,
  doors_at timestamptz default null
)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances := app_private.lock_performance(
    update_performance.performance_id, 'events.manage'
  );
  v_constraint text;
  v_column text;
begin
  perform app_private.require_date(v_performance.id);
  if v_performance.status not in ('scheduled', 'postponed') then
    raise exception 'The performance is %.', v_performance.status
      using errcode = 'LMEVT', detail = v_performance.status::text;
  end if;
  if update_performance.starts_at <> v_performance.starts_at and exists (
    select from app_public.bookings as b
    where b.organization_id = v_performance.organization_id
      and b.performance_id = v_performance.id
      and b.status not in ('canceled', 'expired', 'refunded')
  ) then
    raise exception 'Tickets are held or sold for this time.'
      using errcode = 'LMEVT', detail = v_performance.id::text,
        hint = 'Use postpone_performance.';
  end if;
  update app_public.performances as p
  set starts_at = coalesce(update_performance.starts_at, p.starts_at),
    ends_at = nullif(coalesce(update_performance.ends_at, p.ends_at), 'infinity'),
    doors_at = nullif(coalesce(update_performance.doors_at, p.doors_at), 'infinity')
  where p.id = v_performance.id
  returning * into v_performance;
  return v_performance;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    perform app_private.raise_time_taken('starts_at');
end
$$;

comment on function app_public.update_performance(uuid, timestamptz, timestamptz, timestamptz) is
  'Changes the times of a performance: null leaves one as it is, infinity removes an end or doors. '
  'Its start only while nobody holds or has a ticket. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMINP.';
grant execute on function app_public.update_performance(
  uuid, timestamptz, timestamptz, timestamptz
) to lml_user;

--! split: 1059-functions-events-update_ticket_category.sql
create or replace function app_public.update_ticket_category(
  ticket_category_id uuid, name text default null, description text default null,
  status app_public.ticket_category_status default null, sort_order integer default null,
  sales_start timestamptz default null, sales_end timestamptz default null,
  min_per_transaction integer default null, max_per_transaction integer default null,
  max_per_user integer default null, includes text[] default null,
  restrictions text[] default null, seat_categories text[] default null,
  sections text[] default null
)
returns app_public.ticket_categories
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_category_event(
    update_ticket_category.ticket_category_id
  );
  v_category app_public.ticket_categories;
  v_constraint text;
  v_column text;
begin
  perform app_private.require_ongoing_event(v_event);
  if v_event.status <> 'draft'
    and num_nonnulls(update_ticket_category.seat_categories, update_ticket_category.sections) > 0
  then
    raise exception 'Which seats a category covers is settled by publishing.'
      using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  update app_public.ticket_categories as c
  set name = coalesce(update_ticket_category.name, c.name),
    description = nullif(coalesce(update_ticket_category.description, c.description), ''),
    status = coalesce(update_ticket_category.status, c.status),
    sort_order = coalesce(update_ticket_category.sort_order, c.sort_order),
    sales_start = nullif(
      coalesce(update_ticket_category.sales_start, c.sales_start), '-infinity'
    ),
    sales_end = nullif(coalesce(update_ticket_category.sales_end, c.sales_end), 'infinity'),
    min_per_transaction = coalesce(
      update_ticket_category.min_per_transaction, c.min_per_transaction
    ),
    max_per_transaction = nullif(
      coalesce(update_ticket_category.max_per_transaction, c.max_per_transaction), 0
    ),
    max_per_user = nullif(coalesce(update_ticket_category.max_per_user, c.max_per_user), 0),
    includes = coalesce(update_ticket_category.includes, c.includes),
    restrictions = coalesce(update_ticket_category.restrictions, c.restrictions),
    seat_categories = coalesce(update_ticket_category.seat_categories, c.seat_categories),
    sections = coalesce(update_ticket_category.sections, c.sections)
  where c.id = update_ticket_category.ticket_category_id
  returning * into v_category;
  return v_category;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    raise exception 'The event has a category of that name.'
      using errcode = 'LMINP', detail = 'name';
end
$$;

comment on function app_public.update_ticket_category(
  uuid, text, text, app_public.ticket_category_status, integer, timestamptz, timestamptz, integer,
  integer, integer, text[], text[], text[], text[]
) is
  'Changes a ticket category: null leaves a value as it is; an empty text, 0 as a maximum, '
  '-infinity as a start or infinity as an end removes it. Which seats it covers only of a draft. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMINP.';
grant execute on function app_public.update_ticket_category(
  uuid, text, text, app_public.ticket_category_status, integer, timestamptz, timestamptz, integer,
  integer, integer, text[], text[], text[], text[]
) to lml_user;

--! split: 1060-functions-inventory-add_add_on_codes.sql
-- The codes are the stock: what is sold beyond them would have none.
create or replace function app_public.add_add_on_codes(add_on_id uuid, codes text[])
returns app_public.add_on_count
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons := app_private.lock_digital_add_on(add_add_on_codes.add_on_id);
  v_is_first boolean;
  v_new integer;
  v_constraint text;
  v_column text;
begin
  if not v_add_on.is_limited then
    raise exception 'There is no end of this add-on, but there is one of codes.'
      using errcode = 'LMINP', detail = 'add_on_id', hint = 'Make another one with a stock.';
  end if;
  if coalesce(cardinality(add_add_on_codes.codes), 0) not between 1 and 10000 then
    raise exception 'Add 1 to 10,000 codes at a time.' using errcode = 'LMINP', detail = 'codes';
  end if;
  perform from app_private.add_on_counters as s where s.add_on_id = v_add_on.id
  for no key update;
  v_is_first := not exists (
    select from app_private.add_on_codes as c where c.add_on_id = v_add_on.id
  );
  insert into app_private.add_on_codes (organization_id, add_on_id, code)
  select v_add_on.organization_id, v_add_on.id, btrim(u.code)
  from unnest(add_add_on_codes.codes) with ordinality as u (code, no)
  order by u.no
  on conflict on constraint add_on_codes_code_is_unique do nothing;
  get diagnostics v_new = row_count;
  if v_is_first then
    perform app_private.require_stock_of(v_add_on.id, v_new);
  end if;
  update app_private.add_on_counters as s
  set total = v_new + case when v_is_first then 0 else s.total end
  where s.add_on_id = v_add_on.id;
  return app_private.add_on_count_of(v_add_on.id);
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.add_add_on_codes(uuid, text[]) is
  'Adds codes of which buyers of a digital add-on get one for each unit; those that are in the '
  'list already are left out. From the first ones on they are its stock. Nobody reads them but '
  'who has paid, by open_add_on. Needs events.manage. Raises LMCAP (more are held and sold than '
  'the first codes), LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.add_add_on_codes(uuid, text[]) to lml_user;

--! split: 1061-functions-inventory-allocate_admissions.sql
create or replace function app_public.allocate_admissions(
  pool_id uuid, quantity integer, kind app_public.allocation_kind, reason text,
  release_at timestamptz default null, idempotency_key text default null
)
returns app_public.admission_allocations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_pool app_public.admission_pools;
  v_id uuid;
  v_allocation app_public.admission_allocations;
  v_constraint text;
  v_column text;
begin
  select * into v_pool
  from app_public.admission_pools as p where p.id = allocate_admissions.pool_id;
  perform app_hidden.require_performance_permission(
    v_pool.organization_id, v_pool.performance_id, 'inventory.manage'
  );
  v_id := app_private.replay_result(
    allocate_admissions.idempotency_key, 'allocate_admissions',
    jsonb_build_array(
      allocate_admissions.pool_id, allocate_admissions.quantity, allocate_admissions.kind,
      allocate_admissions.reason, allocate_admissions.release_at
    )
  );
  if v_id is null then
    perform app_private.require_release_ahead(allocate_admissions.release_at);
    insert into app_public.admission_allocations (
      organization_id, performance_id, pool_id, kind, reason, quantity, places_left, release_at,
      created_by
    )
    values (
      v_pool.organization_id, v_pool.performance_id, v_pool.id, allocate_admissions.kind,
      allocate_admissions.reason, allocate_admissions.quantity, allocate_admissions.quantity,
      allocate_admissions.release_at, app_hidden.current_user_id()
    )
    returning id into v_id;
    perform app_private.keep_places_back(v_pool.id, allocate_admissions.quantity);
    perform app_private.keep_result(allocate_admissions.idempotency_key, v_id);
  end if;
  select * into strict v_allocation
  from app_public.admission_allocations as a where a.id = v_id;
  return v_allocation;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.allocate_admissions(
  uuid, integer, app_public.allocation_kind, text, timestamptz, text
) is
  'Keeps free places of a pool back, all of them or none, until somebody releases them or their '
  'day comes. Needs inventory.manage. '
  'Raises LMFEW (fewer are free), LMINP, LMRGT, LMNFD, LMIDK.';
grant execute on function app_public.allocate_admissions(
  uuid, integer, app_public.allocation_kind, text, timestamptz, text
) to lml_user;

--! split: 1062-functions-inventory-allocate_seats.sql
create or replace function app_public.allocate_seats(
  performance_id uuid, seat_ids text[], kind app_public.allocation_kind, reason text,
  release_at timestamptz default null, idempotency_key text default null
)
returns app_public.seat_allocations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_id uuid;
  v_allocation app_public.seat_allocations;
  v_constraint text;
  v_column text;
begin
  select p.* into v_performance
  from app_public.performances as p where p.id = allocate_seats.performance_id;
  perform app_hidden.require_performance_permission(
    v_performance.organization_id, v_performance.id, 'inventory.manage'
  );
  v_id := app_private.replay_result(
    allocate_seats.idempotency_key, 'allocate_seats',
    jsonb_build_array(
      allocate_seats.performance_id, allocate_seats.seat_ids, allocate_seats.kind,
      allocate_seats.reason, allocate_seats.release_at
    )
  );
  if v_id is null then
    perform app_private.require_release_ahead(allocate_seats.release_at);
    insert into app_public.seat_allocations (
      organization_id, performance_id, kind, reason, seat_count, release_at, created_by
    )
    values (
      v_performance.organization_id, v_performance.id, allocate_seats.kind,
      allocate_seats.reason, cardinality(allocate_seats.seat_ids), allocate_seats.release_at,
      app_hidden.current_user_id()
    )
    returning * into v_allocation;
    perform app_private.keep_back(v_allocation, v_performance, allocate_seats.seat_ids);
    v_id := v_allocation.id;
    perform app_private.keep_result(allocate_seats.idempotency_key, v_id);
  end if;
  select * into strict v_allocation from app_public.seat_allocations as a where a.id = v_id;
  return v_allocation;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.allocate_seats(
  uuid, text[], app_public.allocation_kind, text, timestamptz, text
) is
  'Keeps free seats of a performance back, all of them or none, until somebody releases them or '
  'their day comes. Needs inventory.manage. '
  'Raises LMTKN (naming those that are not free), LMSEA, LMSDP, LMINP, LMRGT, LMNFD, LMIDK.';
grant execute on function app_public.allocate_seats(
  uuid, text[], app_public.allocation_kind, text, timestamptz, text
) to lml_user;

--! split: 1063-functions-inventory-categories_on_sale.sql
create or replace function app_private.categories_on_sale(sale app_private.sale)
returns setof app_public.ticket_categories
language sql stable security definer set search_path = ''
as $$
  select c.*
  from app_public.ticket_categories as c
  where c.organization_id = (categories_on_sale.sale).organization_id
    and c.event_id = (categories_on_sale.sale).event_id
    and c.status = 'active'
    and now() >= coalesce(c.sales_start, '-infinity')
    and now() < coalesce(c.sales_end, 'infinity')
    and (
      exists (
        select from app_public.performance_categories as pc
        where pc.organization_id = c.organization_id
          and pc.performance_id = (categories_on_sale.sale).performance_id
          and pc.ticket_category_id = c.id
      )
      or exists (
        select from app_public.admission_pool_categories as pc
        where pc.organization_id = c.organization_id
          and pc.performance_id = (categories_on_sale.sale).performance_id
          and pc.ticket_category_id = c.id
      )
    )
  order by c.category_no
$$;

comment on function app_private.categories_on_sale(app_private.sale) is
  'The ticket categories that a performance sells now.';

--! split: 1064-functions-inventory-check_add_ons_belong_to_their_booking.sql
create or replace function app_private.check_add_ons_belong_to_their_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'add_ons_belong_to_their_booking', c.organization_id, c.booking_id,
    format('%s of add-on %s for a booking that is %s', c.quantity, c.add_on_id, b.status)
  from app_private.add_on_claims as c
  join app_public.bookings as b on b.organization_id = c.organization_id and b.id = c.booking_id
  where (c.held_until is null and not app_private.is_sold(b.status))
    or (c.held_until > now() and not app_private.is_open(b.status))
$$;

comment on function app_private.check_add_ons_belong_to_their_booking() is
  'Add-ons that are taken for a booking that has no right to them.';

--! split: 1065-functions-inventory-check_admissions_belong_to_their_booking.sql
create or replace function app_private.check_admissions_belong_to_their_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'admissions_belong_to_their_booking', c.organization_id, c.booking_id,
    format('%s places of pool %s for a booking that is %s', c.quantity, c.pool_id, b.status)
  from app_private.admission_claims as c
  join app_public.bookings as b on b.organization_id = c.organization_id and b.id = c.booking_id
  where (c.held_until is null and not app_private.is_sold(b.status))
    or (c.held_until > now() and not app_private.is_open(b.status))
$$;

comment on function app_private.check_admissions_belong_to_their_booking() is
  'Places that are taken for a booking that has no right to them.';

--! split: 1066-functions-inventory-check_allocated_seat_is_kept_back.sql
create or replace function app_private.check_allocated_seat_is_kept_back()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'allocated_seat_is_kept_back', a.organization_id, a.allocation_id,
    format('seat %s of the allocation is %s', a.seat_no, s.status)
  from app_public.seat_allocation_seats as a
  join app_public.seat_booking_state as s
    on s.organization_id = a.organization_id
    and s.performance_id = a.performance_id
    and s.seat_no = a.seat_no
  where s.status not in ('reserved', 'blocked')
$$;

comment on function app_private.check_allocated_seat_is_kept_back() is
  'A seat of an allocation that is on sale, or sold.';

--! split: 1067-functions-inventory-check_booking_has_its_add_ons.sql
create or replace function app_private.check_booking_has_its_add_ons()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'booking_has_its_add_ons', b.organization_id, b.id,
    format(
      '%s of add-on %s, its line has %s', coalesce(c.quantity, 0), i.add_on_id,
      i.quantity - i.returned_quantity
    )
  from app_public.booking_items as i
  join app_public.bookings as b on b.organization_id = i.organization_id and b.id = i.booking_id
  join app_private.add_on_counters as s
    on s.organization_id = i.organization_id and s.add_on_id = i.add_on_id
  left join app_private.add_on_claims as c
    on c.organization_id = i.organization_id
    and c.add_on_id = i.add_on_id
    and c.booking_id = i.booking_id
    and c.held_until is not distinct from b.expires_at
  where app_private.is_live(b)
    and coalesce(c.quantity, 0) <> i.quantity - i.returned_quantity
$$;

comment on function app_private.check_booking_has_its_add_ons() is
  'A live booking that has taken more of an add-on than its line says, or less.';

--! split: 1068-functions-inventory-check_booking_has_its_admissions.sql
create or replace function app_private.check_booking_has_its_admissions()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'booking_has_its_admissions', b.organization_id, b.id,
    format(
      '%s places of pool %s, its lines need %s', coalesce(c.quantity, 0), n.pool_id, n.quantity
    )
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
  where app_private.is_live(b)
    and coalesce(c.quantity, 0) <> n.quantity
$$;

comment on function app_private.check_booking_has_its_admissions() is
  'A live booking that has taken more places of a pool than its lines need, or fewer.';

--! split: 1069-functions-inventory-check_every_unit_has_its_code.sql
create or replace function app_private.check_every_unit_has_its_code()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'every_unit_has_its_code', s.organization_id, s.add_on_id,
    format('%s in all, codes for %s', s.total, c.codes)
  from app_private.add_on_counters as s
  cross join lateral (
    select count(*) as all_codes, count(*) filter (where c.booking_item_id is null or exists (
      select from app_public.booking_items as i
      join app_private.add_on_claims as l
        on l.organization_id = i.organization_id and l.booking_id = i.booking_id
        and l.add_on_id = i.add_on_id
      where i.organization_id = c.organization_id and i.id = c.booking_item_id
        and c.unit_no <= i.quantity - i.returned_quantity
    )) as codes
    from app_private.add_on_codes as c
    where c.organization_id = s.organization_id and c.add_on_id = s.add_on_id
  ) as c
  where c.all_codes > 0 and s.total <> c.codes
$$;

comment on function app_private.check_every_unit_has_its_code() is
  'A stock with codes that has more units than codes, or fewer.';

--! split: 1070-functions-inventory-check_inventory.sql
create or replace function app_private.check_inventory()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_seat_belongs_to_its_booking()
  union all
  select * from app_private.check_open_booking_owns_its_seats()
  union all
  select * from app_private.check_seat_is_held_as_long_as_its_booking()
  union all
  select * from app_private.check_slot_is_sum_of_its_claims()
  union all
  select * from app_private.check_pool_is_sum_of_its_slots()
  union all
  select * from app_private.check_pool_keeps_back_its_allocations()
  union all
  select * from app_private.check_stock_is_sum_of_its_claims()
  union all
  select * from app_private.check_every_unit_has_its_code()
  union all
  select * from app_private.check_booking_has_its_add_ons()
  union all
  select * from app_private.check_add_ons_belong_to_their_booking()
  union all
  select * from app_private.check_booking_has_its_admissions()
  union all
  select * from app_private.check_admissions_belong_to_their_booking()
  union all
  select * from app_private.check_allocated_seat_is_kept_back()
  union all
  select * from app_private.check_inventory_is_the_layout()
  union all
  select * from app_private.check_pass_takes_from_each_date()
$$;

comment on function app_private.check_inventory() is
  'What is inconsistent of seats, pools and stocks, and who has them.';

--! split: 1071-functions-inventory-check_inventory_is_the_layout.sql
create or replace function app_private.check_inventory_is_the_layout()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
  where e.status not in ('draft', 'canceled')
    and p.pass_name is null
    and s.seats <> l.seat_count
    -- What was canceled before its event was published never had any.
    and not (p.status = 'canceled' and s.seats = 0)
$$;

comment on function app_private.check_inventory_is_the_layout() is
  'A performance that has other seats than its plan.';

--! split: 1072-functions-inventory-check_open_booking_owns_its_seats.sql
create or replace function app_private.check_open_booking_owns_its_seats()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'open_booking_owns_its_seats', l.organization_id, l.booking_id,
    format('seat %s is on a line of the booking, but is not held for it', l.seat_no)
  from (
    select
      b.organization_id, b.id, b.performance_id, n,
      case when b.confirmed_at is null then 'locked' else 'booked' end::app_public.seat_status
    from app_public.bookings as b
    join app_public.booking_items as i
      on i.organization_id = b.organization_id and i.booking_id = b.id
    cross join unnest(i.seat_nos) as n
    where app_private.is_live(b)
      -- A seat whose ticket was returned is on sale again.
      and not exists (
        select from app_public.tickets as t
        where t.organization_id = i.organization_id
          and t.booking_item_id = i.id
          and t.seat_no = n
          and t.status = 'refunded'
      )
    -- As sets: where "not exists" stood, a plan read the whole house for each seat that was sold.
    except
    select s.organization_id, s.booking_id, s.performance_id, s.seat_no, s.status
    from app_public.seat_booking_state as s
    where s.booking_id is not null
  ) as l (organization_id, booking_id, performance_id, seat_no, status)
$$;

comment on function app_private.check_open_booking_owns_its_seats() is
  'A seat on a line of a live booking that is not held for it, or not sold to it.';

--! split: 1073-functions-inventory-check_pass_takes_from_each_date.sql
create or replace function app_private.check_pass_takes_from_each_date()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'pass_takes_from_each_date', d.organization_id, d.pass_id,
    format('a pass takes no place of pool %s', d.pool_id)
  from app_public.pass_dates as d
  join app_public.admission_pools as day
    on day.organization_id = d.organization_id and day.id = d.pool_id
  where not exists (
    select from app_public.admission_pools as pass
    where pass.organization_id = d.organization_id
      and pass.performance_id = d.pass_id
      and pass.is_pass
      and pass.chain @> day.chain
  )
$$;

comment on function app_private.check_pass_takes_from_each_date() is
  'A pass that takes no place on one of its dates.';

--! split: 1074-functions-inventory-check_pool_is_sum_of_its_slots.sql
create or replace function app_private.check_pool_is_sum_of_its_slots()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_pool_is_sum_of_its_slots() is
  'A pool whose slots take more than is on sale of it, or less.';

--! split: 1075-functions-inventory-check_pool_keeps_back_its_allocations.sql
create or replace function app_private.check_pool_keeps_back_its_allocations()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'pool_keeps_back_its_allocations', p.organization_id, p.id,
    format('%s kept back, allocations have %s', p.allocated, coalesce(a.places, 0))
  from app_public.admission_pools as p
  left join lateral (
    select sum(a.places_left) as places
    from app_public.admission_allocations as a
    join app_public.admission_pools as inside
      on inside.organization_id = a.organization_id and inside.id = a.pool_id
    where a.organization_id = p.organization_id and p.id = any (inside.chain)
  ) as a on true
  where p.allocated <> coalesce(a.places, 0)
$$;

comment on function app_private.check_pool_keeps_back_its_allocations() is
  'A pool that keeps back more than its allocations have left, or less.';

--! split: 1076-functions-inventory-check_seat_belongs_to_its_booking.sql
create or replace function app_private.check_seat_belongs_to_its_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'seat_belongs_to_its_booking', s.organization_id, s.booking_id,
    format('seat %s of performance %s is not on a line of its booking', s.seat_no, s.performance_id)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where (s.status = 'booked' or (s.status = 'locked' and s.locked_until > now()))
    and not (
      b.performance_id = s.performance_id
      and (app_private.is_open(b.status) or app_private.is_sold(b.status))
      and exists (
        select from app_public.booking_items as i
        where i.organization_id = b.organization_id
          and i.booking_id = b.id
          and s.seat_no = any (i.seat_nos)
      )
    )
$$;

comment on function app_private.check_seat_belongs_to_its_booking() is
  'A seat that is held or sold to a booking that does not have it on a line.';

--! split: 1077-functions-inventory-check_seat_is_held_as_long_as_its_booking.sql
create or replace function app_private.check_seat_is_held_as_long_as_its_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'seat_is_held_as_long_as_its_booking', s.organization_id, s.booking_id,
    format('seat %s is held until %s, not until %s', s.seat_no, s.locked_until, b.expires_at)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where s.status = 'locked'
    and app_private.is_open(b.status)
    and s.locked_until <> b.expires_at
$$;

comment on function app_private.check_seat_is_held_as_long_as_its_booking() is
  'A seat that is held longer than its booking, or shorter.';

--! split: 1078-functions-inventory-check_slot_is_sum_of_its_claims.sql
create or replace function app_private.check_slot_is_sum_of_its_claims()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_slot_is_sum_of_its_claims() is
  'A slot whose counters are not what its claims sum to.';

--! split: 1079-functions-inventory-check_stock_is_sum_of_its_claims.sql
create or replace function app_private.check_stock_is_sum_of_its_claims()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_stock_is_sum_of_its_claims() is
  'A stock whose counters are not what its claims sum to.';

--! split: 1080-functions-inventory-count_free_seats.sql
create or replace function app_private.count_free_seats(
  sale app_private.sale, category_no smallint, accessible boolean
)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select count(*)::integer
  from app_private.seat_runs as r
  join app_public.seat_booking_state as s
    on s.organization_id = r.organization_id
    and s.performance_id = r.performance_id
    and s.seat_no between r.first_seat_no and r.last_seat_no
    and s.category_no = r.category_no
    and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
  where r.organization_id = (count_free_seats.sale).organization_id
    and r.performance_id = (count_free_seats.sale).performance_id
    and r.category_no = count_free_seats.category_no
    and r.is_accessible = count_free_seats.accessible
$$;

comment on function app_private.count_free_seats(app_private.sale, smallint, boolean) is
  'How many seats of a category are free now, for wheelchair users or for others.';

--! split: 1081-functions-inventory-count_places_left.sql
create or replace function app_private.count_places_left(
  sale app_private.sale, ticket_category_id uuid, accessible boolean
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_chain uuid[];
  v_category_no smallint;
begin
  select pool.chain into v_chain
  from app_public.admission_pool_categories as pc
  join app_public.admission_pools as pool
    on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
  where pc.organization_id = (count_places_left.sale).organization_id
    and pc.performance_id = (count_places_left.sale).performance_id
    and pc.ticket_category_id = count_places_left.ticket_category_id;
  if found then
    return (select min(app_private.left_in_pool(p.id)) from unnest(v_chain) as p (id));
  end if;
  select pc.category_no into v_category_no
  from app_public.performance_categories as pc
  where pc.organization_id = (count_places_left.sale).organization_id
    and pc.performance_id = (count_places_left.sale).performance_id
    and pc.ticket_category_id = count_places_left.ticket_category_id;
  perform app_private.need_seat_runs((count_places_left.sale).performance_id);
  return app_private.count_free_seats(
    count_places_left.sale, v_category_no, count_places_left.accessible
  );
end
$$;

comment on function app_private.count_places_left(app_private.sale, uuid, boolean) is
  'How many places of a category can be had now, with seats or without.';

--! split: 1082-functions-inventory-create_admission_pool.sql
-- A category keeps the pool that it was given, so that a pool can be added while others are on
-- sale: nobody can have bought from a category that had none.
create or replace function app_public.create_admission_pool(
  performance_id uuid, name text, capacity integer, ticket_category_ids uuid[] default '{}',
  parent_pool_id uuid default null, idempotency_key text default null
)
returns app_public.admission_pools
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    (
      select p.event_id from app_public.performances as p
      where p.id = create_admission_pool.performance_id
    ),
    'inventory.manage'
  );
  v_id uuid;
  v_pool app_public.admission_pools;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_admission_pool.idempotency_key, 'create_admission_pool',
    jsonb_build_array(
      create_admission_pool.performance_id, create_admission_pool.name,
      create_admission_pool.capacity, create_admission_pool.ticket_category_ids,
      create_admission_pool.parent_pool_id
    )
  );
  if v_id is null then
    perform app_private.require_open_event(v_event);
    perform app_private.require_date(create_admission_pool.performance_id);
    v_id := app_private.store_admission_pool(
      v_event, create_admission_pool.performance_id, create_admission_pool.name,
      create_admission_pool.capacity, create_admission_pool.parent_pool_id
    );
    perform app_private.let_categories_draw_from(
      v_event, v_id, coalesce(create_admission_pool.ticket_category_ids, '{}')
    );
    perform app_private.keep_result(create_admission_pool.idempotency_key, v_id);
  end if;
  select * into strict v_pool from app_public.admission_pools as p where p.id = v_id;
  return v_pool;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_admission_pool(
  uuid, text, integer, uuid[], uuid, text
) is
  'Places without a seat at a performance, for the categories that share them. A pool within '
  'another one takes from both. Needs inventory.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMEVT (ended event), LMIDK.';
grant execute on function app_public.create_admission_pool(
  uuid, text, integer, uuid[], uuid, text
) to lml_user;

--! split: 1083-functions-inventory-create_pass.sql
create or replace function app_public.create_pass(
  event_id uuid, name text, pool_ids uuid[], ticket_category_ids uuid[],
  capacity integer default null, idempotency_key text default null
)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(create_pass.event_id, 'inventory.manage');
  v_id uuid;
  v_pass app_public.performances;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_venue_permission(
    v_event.organization_id, v_event.venue_id, 'events.manage'
  );
  v_id := app_private.replay_result(
    create_pass.idempotency_key, 'create_pass',
    jsonb_build_array(
      create_pass.event_id, create_pass.name, create_pass.pool_ids,
      create_pass.ticket_category_ids, create_pass.capacity
    )
  );
  if v_id is null then
    perform app_private.require_open_event(v_event);
    v_id := app_private.store_pass(
      v_event, create_pass.name, create_pass.pool_ids, create_pass.capacity
    );
    perform app_private.let_categories_draw_from(
      v_event, v_id, coalesce(create_pass.ticket_category_ids, '{}')
    );
    select p.performance_id into strict v_id
    from app_public.admission_pools as p where p.id = v_id;
    if v_event.status = 'published' then
      perform app_private.create_inventory(v_id);
    end if;
    perform app_private.keep_result(create_pass.idempotency_key, v_id);
  end if;
  select * into strict v_pass from app_public.performances as p where p.id = v_id;
  return v_pass;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_pass(uuid, text, uuid[], uuid[], integer, text) is
  'One ticket for several dates of an event. It is held, sold and returned like admissions of a '
  'performance, and takes a place of each of these pools, one of each date, or none; capacity says '
  'how many passes there are at most. Needs inventory.manage and events.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMEVT (ended event), LMIDK.';
grant execute on function app_public.create_pass(uuid, text, uuid[], uuid[], integer, text)
  to lml_user;

--! split: 1084-functions-inventory-gather_seats.sql
-- Single seats, the best first. The block lets go of a part that is not enough.
create or replace function app_private.gather_seats(
  sale app_private.sale, category_no smallint, quantity integer, accessible boolean
)
returns integer[]
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_seat_nos integer[];
  v_free integer;
begin
  v_free := app_private.count_free_seats(
    gather_seats.sale, gather_seats.category_no, gather_seats.accessible
  );
  if v_free < gather_seats.quantity then
    perform app_private.raise_few_left(v_free);
  end if;
  begin
    v_seat_nos := array(
      select s.seat_no
      from app_private.seat_runs as r
      join app_public.seat_booking_state as s
        on s.organization_id = r.organization_id
        and s.performance_id = r.performance_id
        and s.seat_no between r.first_seat_no and r.last_seat_no
        and s.category_no = r.category_no
        and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
      where r.organization_id = (gather_seats.sale).organization_id
        and r.performance_id = (gather_seats.sale).performance_id
        and r.category_no = gather_seats.category_no
        and r.is_accessible = gather_seats.accessible
      order by r.run_no, s.seat_no
      limit gather_seats.quantity
      for no key update of s skip locked
    );
    if cardinality(v_seat_nos) = gather_seats.quantity then
      return v_seat_nos;
    end if;
    raise exception 'Others are at the last seats.' using errcode = 'LMBSY';
  exception
    when sqlstate 'LMBSY' then
      return null;
  end;
end
$$;

comment on function app_private.gather_seats(app_private.sale, smallint, integer, boolean) is
  'As many free seats as wanted, wherever they are, locked; null when somebody is at some of them. '
  'Raises LMFEW.';

--! split: 1085-functions-inventory-has_lost_date.sql
-- Who chose a pass after that knew what it was without the date, once it was on sale again.
create or replace function app_private.has_lost_date(booking app_public.bookings)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select
    from app_public.pass_dates as d
    join app_public.performances as p
      on p.organization_id = d.organization_id and p.id = d.performance_id
    where d.organization_id = (has_lost_date.booking).organization_id
      and d.pass_id = (has_lost_date.booking).performance_id
      and p.status = 'canceled'
      and (
        p.canceled_at >= (has_lost_date.booking).created_at
        or exists (
          select
          from app_public.booking_items as i
          join app_public.ticket_categories as c
            on c.organization_id = i.organization_id and c.id = i.ticket_category_id
          where i.organization_id = (has_lost_date.booking).organization_id
            and i.booking_id = (has_lost_date.booking).id
            and c.status = 'paused'
        )
      )
  )
$$;

comment on function app_private.has_lost_date(app_public.bookings) is
  'Whether a booking of a pass was made when a date of it still took place that is canceled.';

--! split: 1086-functions-inventory-left_of_add_on.sql
create or replace function app_hidden.left_of_add_on(add_on_id uuid)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select (app_private.add_on_count_of(left_of_add_on.add_on_id)).available
$$;

comment on function app_hidden.left_of_add_on(uuid) is
  'How many of an add-on are free now, lapsed claims among them; null without a stock.';
grant execute on function app_hidden.left_of_add_on(uuid) to lml_anonymous, lml_user;

--! split: 1087-functions-inventory-need_seat_runs.sql
create or replace function app_private.need_seat_runs(performance_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (
    select from app_private.seat_runs as r
    where r.performance_id = need_seat_runs.performance_id
  ) then
    perform app_private.create_seat_runs(need_seat_runs.performance_id);
  end if;
end
$$;

comment on function app_private.need_seat_runs(uuid) is
  'Finds which seats of a performance are side by side, unless that is known.';

--! split: 1088-functions-inventory-put_on_sale.sql
create or replace function app_private.put_on_sale(allocation app_public.seat_allocations)
returns app_public.seat_allocations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.seat_allocations;
  v_seat_nos integer[];
begin
  with gone as (
    delete from app_public.seat_allocation_seats as a
    where a.organization_id = (put_on_sale.allocation).organization_id
      and a.allocation_id = (put_on_sale.allocation).id
    returning a.seat_no
  )
  select array_agg(g.seat_no order by g.seat_no) into v_seat_nos from gone as g;
  perform app_private.free_kept_back(put_on_sale.allocation, coalesce(v_seat_nos, '{}'));
  update app_public.seat_allocations as a
  set released_at = now()
  where a.id = (put_on_sale.allocation).id
  returning * into v_allocation;
  perform app_private.ask_waiting_list(v_allocation.performance_id);
  return v_allocation;
end
$$;

comment on function app_private.put_on_sale(app_public.seat_allocations) is
  'Releases an allocation, which the caller has locked.';

--! split: 1089-functions-inventory-put_places_on_sale.sql
create or replace function app_private.put_places_on_sale(
  allocation app_public.admission_allocations
)
returns app_public.admission_allocations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.admission_allocations;
begin
  perform app_private.keep_places_back(
    (put_places_on_sale.allocation).pool_id, -(put_places_on_sale.allocation).places_left
  );
  update app_public.admission_allocations as a
  set released_at = now(), places_left = 0
  where a.id = (put_places_on_sale.allocation).id
  returning * into v_allocation;
  perform app_private.ask_waiting_list(p.performance_id)
  from app_public.admission_pools as p where p.id = v_allocation.pool_id;
  return v_allocation;
end
$$;

comment on function app_private.put_places_on_sale(app_public.admission_allocations) is
  'Releases an allocation of places, which the caller has locked.';

--! split: 1090-functions-inventory-require_release_ahead.sql
create or replace function app_private.require_release_ahead(release_at timestamptz)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if require_release_ahead.release_at <= now() then
    raise exception 'The release lies in the past.'
      using errcode = 'LMINP', detail = 'release_at';
  end if;
end
$$;

comment on function app_private.require_release_ahead(timestamptz) is
  'Raises LMINP when an allocation would be released before it is made.';

--! split: 1091-functions-inventory-require_stock_of.sql
-- Carts that have run out have nothing any more: they are let go before the rest is counted.
create or replace function app_private.require_stock_of(add_on_id uuid, total integer)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_taken integer;
begin
  perform app_private.free_lapsed_add_ons(require_stock_of.add_on_id);
  select s.held + s.sold into strict v_taken
  from app_private.add_on_counters as s where s.add_on_id = require_stock_of.add_on_id;
  if require_stock_of.total < v_taken then
    perform app_private.raise_capacity_too_low(v_taken);
  end if;
end
$$;

comment on function app_private.require_stock_of(uuid, integer) is
  'Raises LMCAP when more of an add-on is held and sold than there would be.';

--! split: 1092-functions-inventory-search_seats.sql
-- When hints and what others are at leave nothing, the whole hall is read: slower, and certain. As
-- long as seats are free for all who can see, but somebody is at them, this waits a moment and
-- looks again; it waits for nobody with a lock, so that nobody can wait for it in a circle.
create or replace function app_private.search_seats(
  sale app_private.sale, category_no smallint, quantity integer, together boolean,
  accessible boolean
)
returns integer[]
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_rounds constant integer := 200;
  v_seat_nos integer[];
  v_found boolean;
begin
  perform app_private.need_seat_runs((search_seats.sale).performance_id);
  for v_round in 1 .. c_rounds loop
    v_found := app_private.note_gaps(
      search_seats.sale, search_seats.category_no, search_seats.quantity, search_seats.accessible
    );
    v_seat_nos := app_private.choose_seats(
      search_seats.sale, search_seats.category_no, search_seats.quantity, search_seats.accessible
    );
    if v_seat_nos is null and not search_seats.together then
      v_seat_nos := app_private.gather_seats(
        search_seats.sale, search_seats.category_no, search_seats.quantity,
        search_seats.accessible
      );
      v_found := true;
    end if;
    if v_seat_nos is not null then
      return v_seat_nos;
    end if;
    if not v_found then
      raise exception 'There are not as many seats side by side.'
        using errcode = 'LMFEW',
          hint = 'Ask for fewer, or let them be apart; nothing was held.';
    end if;
    perform pg_sleep(0.002 + 0.008 * random());
  end loop;
  raise exception 'Others are at the last seats.'
    using errcode = 'LMBSY', hint = 'Try again in a moment.';
end
$$;

comment on function app_private.search_seats(
  app_private.sale, smallint, integer, boolean, boolean
) is
  'Seats of a category, locked, however long it takes to find them. Raises LMFEW, LMBSY.';

--! split: 1093-functions-inventory-seat_categories.sql
-- Apart from the map: categories change rarely, and a buyer who looks again has them. By their key,
-- seats are read in order; among a dozen performances, a plan would collect and sort them.
create or replace function app_public.seat_categories(performance_id uuid)
returns app_public.seat_categories
language plpgsql stable security definer
set search_path = '' set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_categories app_public.seat_categories;
  v_performance app_public.performances := app_hidden.visible_performance(
    seat_categories.performance_id
  );
begin
  if v_performance.id is null then
    return null;
  end if;
  v_categories.performance_id := v_performance.id;
  select array_agg(s.category_no order by s.seat_no) into v_categories.category_nos
  from app_public.seat_booking_state as s
  where s.organization_id = v_performance.organization_id
    and s.performance_id = v_performance.id;
  return v_categories;
end
$$;

comment on function app_public.seat_categories(uuid) is
  'Which category each seat of a performance belongs to; null when there is no such performance, '
  'or not for you.';
grant execute on function app_public.seat_categories(uuid) to lml_anonymous, lml_user;

--! split: 1094-functions-inventory-seat_map_changes.sql
-- Three things change a map: new bookings, what functions note, and holds that lapse by themselves.
create or replace function app_public.seat_map_changes(performance_id uuid, since text)
returns app_public.seat_map_changes
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_performance app_public.performances := app_hidden.visible_performance(
    seat_map_changes.performance_id
  );
  v_since pg_snapshot;
  v_first_xid xid8;
  v_then timestamptz;
  v_changes app_public.seat_map_changes;
begin
  if v_performance.id is null then
    return null;
  end if;
  if not (
    seat_map_changes.since ~ '^[0-9]{1,16}/'
    and pg_input_is_valid(split_part(seat_map_changes.since, '/', 2), 'pg_snapshot')
  ) then
    raise exception 'This is no version of a seat map.'
      using errcode = 'LMINP', detail = 'since', hint = 'Send the version of the last answer.';
  end if;
  v_then := to_timestamp(split_part(seat_map_changes.since, '/', 1)::bigint / 1000000.0);
  v_since := split_part(seat_map_changes.since, '/', 2)::pg_snapshot;
  v_first_xid := pg_snapshot_xmin(v_since);
  v_changes.performance_id := v_performance.id;
  v_changes.is_complete := coalesce(
    v_first_xid > (select f.last_xid from app_private.seat_changes_forgotten as f)
      and pg_snapshot_xmax(v_since) <= pg_snapshot_xmax(pg_current_snapshot()),
    false
  );
  if not v_changes.is_complete then
    return v_changes;
  end if;
  v_changes.version := app_hidden.map_version();

  select
    coalesce(array_agg(s.seat_no order by s.seat_no), '{}'),
    coalesce(
      string_agg(app_hidden.seat_letter(s.status, s.locked_until), null order by s.seat_no), ''
    )
  into v_changes.seat_nos, v_changes.availability
  from app_public.seat_booking_state as s
  where s.organization_id = v_performance.organization_id
    and s.performance_id = v_performance.id
    and s.seat_no = any (array(
      select n
      from (
        select b.id
        from app_public.bookings as b
        where b.organization_id = v_performance.organization_id
          and b.performance_id = v_performance.id
          and b.currency = v_performance.currency
          and b.created_xid >= v_first_xid::text::bigint
          and not pg_visible_in_snapshot(b.created_xid::text::xid8, v_since)
        union all
        select b.id
        from app_public.bookings as b
        where b.expires_at > v_then
          and b.expires_at <= now()
          and b.organization_id = v_performance.organization_id
          and b.performance_id = v_performance.id
      ) as changed
      join app_public.booking_items as i
        on i.booking_id = changed.id and i.organization_id = v_performance.organization_id
      cross join unnest(i.seat_nos) as n
      union all
      select n
      from app_private.seat_changes as c
      cross join unnest(c.seat_nos) as n
      where c.performance_id = v_performance.id
        and c.changed_xid >= v_first_xid
        and not pg_visible_in_snapshot(c.changed_xid, v_since)
    ));
  return v_changes;
end
$$;

comment on function app_public.seat_map_changes(uuid, text) is
  'Which seats may be different since a version of the map; none is ever left out. Null when there '
  'is no such performance, or not for you. Raises LMINP for a version that is none.';
grant execute on function app_public.seat_map_changes(uuid, text) to lml_anonymous, lml_user;

--! split: 1095-functions-inventory-set_add_on_stock.sql
create or replace function app_public.set_add_on_stock(add_on_id uuid, total integer)
returns app_public.add_on_count
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons := app_private.lock_add_on(
    set_add_on_stock.add_on_id, 'inventory.manage'
  );
  v_constraint text;
  v_column text;
begin
  if not v_add_on.is_limited then
    raise exception 'There is no end of this add-on.'
      using errcode = 'LMINP', detail = 'add_on_id', hint = 'Make another one with a stock.';
  end if;
  if exists (select from app_private.add_on_codes as c where c.add_on_id = v_add_on.id) then
    raise exception 'Its codes are its stock.'
      using errcode = 'LMINP', detail = 'add_on_id', hint = 'Add codes with add_add_on_codes.';
  end if;
  perform from app_private.add_on_counters as s where s.add_on_id = v_add_on.id
  for no key update;
  perform app_private.require_stock_of(v_add_on.id, set_add_on_stock.total);
  update app_private.add_on_counters as s
  set total = set_add_on_stock.total
  where s.add_on_id = v_add_on.id;
  return app_public.add_on_stock(v_add_on.id);
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_add_on_stock(uuid, integer) is
  'Sets how many there are of an add-on in all, never fewer than are held and sold. '
  'Needs inventory.manage. Raises LMCAP (more are held and sold), LMNFD, LMRGT, LMINP.';
grant execute on function app_public.set_add_on_stock(uuid, integer) to lml_user;

--! split: 1096-functions-inventory-set_pool_capacity.sql
create or replace function app_public.set_pool_capacity(pool_id uuid, capacity integer)
returns app_public.admission_pools
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_pool app_public.admission_pools;
  v_taken integer;
  v_constraint text;
  v_column text;
begin
  select * into v_pool
  from app_public.admission_pools as p where p.id = set_pool_capacity.pool_id;
  perform app_private.lock_event(
    (select p.event_id from app_public.performances as p where p.id = v_pool.performance_id),
    'inventory.manage'
  );
  -- Locked first, then counted: nobody takes a place in between.
  perform app_private.lock_pool(v_pool.organization_id, v_pool.id);
  perform app_private.free_lapsed_admissions(v_pool.id);
  select p.allocated + (
    select sum(s.held + s.sold) from app_private.admission_slots as s
    where s.organization_id = p.organization_id and s.pool_id = p.id
  )
  into v_taken
  from app_public.admission_pools as p where p.id = v_pool.id;
  if set_pool_capacity.capacity between 1 and v_taken - 1 then
    perform app_private.raise_capacity_too_low(v_taken);
  end if;
  update app_public.admission_pools as p
  set capacity = set_pool_capacity.capacity
  where p.id = v_pool.id
  returning * into v_pool;
  perform app_private.divide_pool(v_pool);
  perform app_private.ask_waiting_list(v_pool.performance_id);
  select * into strict v_pool from app_public.admission_pools as p where p.id = v_pool.id;
  return v_pool;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_pool_capacity(uuid, integer) is
  'How many people a pool takes from now on, never fewer than are held, sold and kept back. '
  'Needs inventory.manage. Raises LMCAP (as many are taken), LMNFD, LMRGT, LMINP.';
grant execute on function app_public.set_pool_capacity(uuid, integer) to lml_user;

--! split: 1097-functions-inventory-take_seats.sql
-- The heart of a sale. One statement takes all the seats and writes their lines, and the booking
-- too when there is none yet; or, because the caller's transaction fails, nothing at all. A seat
-- whose lock has run out is free at this very moment, whoever sweeps up later.
--
-- Seats are locked in order of their number, so that two holds never wait for each other in a
-- circle. Only an index scan visits them in that order, hence the settings; the generic plan saves
-- planning anew at every call (the array makes a custom plan look cheaper than it is).
create or replace function app_private.take_seats(
  sale app_private.sale, booking_id uuid, locked_until timestamptz,
  new_buyer app_private.buyer default null
)
returns app_public.bookings
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_is_new boolean := not take_seats.new_buyer is null;
  v_reference text;
  v_result record;
begin
  if v_is_new then
    perform app_private.require_room_for_cart(take_seats.sale, take_seats.new_buyer);
    v_reference := 'LML-' || app_hidden.random_code(8);
  end if;
  if take_seats.sale.prices_vary then
    perform app_private.refresh_sold_shares(take_seats.sale);
  end if;

  with taken as (
    update app_public.seat_booking_state as s
    set status = 'locked', booking_id = take_seats.booking_id,
      locked_until = take_seats.locked_until
    where s.organization_id = take_seats.sale.organization_id
      and s.performance_id = take_seats.sale.performance_id
      and s.seat_no = any (take_seats.sale.seat_nos)
      and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
    returning s.seat_no, s.category_no, s.price_override_cents
  ),
  grouped as (
    select
      t.category_no, t.price_override_cents, array_agg(t.seat_no order by t.seat_no) as seat_nos,
      count(*)::integer as quantity
    from taken as t
    group by t.category_no, t.price_override_cents
  ),
  priced as materialized (
    select
      c.id as ticket_category_id, g.seat_nos, g.quantity,
      case
        when g.price_override_cents is not null then 'seat'
        when take_seats.sale.prices_vary then 'pending'
        else 'public'
      end::app_public.price_basis as price_basis,
      -- A line that is pending is given its price at once, below.
      coalesce(g.price_override_cents, case when take_seats.sale.prices_vary then 0 end, (
        select p.price_cents
        from app_public.ticket_category_prices as p
        where p.organization_id = c.organization_id
          and p.ticket_category_id = c.id
          and p.audience = 'public'
          and p.valid_during @> now()
      )) as unit_price_cents
    from grouped as g
    join app_public.ticket_categories as c
      on c.organization_id = take_seats.sale.organization_id
      and c.event_id = take_seats.sale.event_id
      and c.category_no = g.category_no
      and c.status = 'active'
      and now() >= coalesce(c.sales_start, '-infinity')
      and now() < coalesce(c.sales_end, 'infinity')
  ),
  lines as (
    -- The total is added up where it is needed: spelled out here, it would be worked out of all its
    -- parts a second time.
    select
      p.*, l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents
    from priced as p
    cross join lateral app_hidden.price_line(
      p.unit_price_cents, p.quantity, take_seats.sale
    ) as l
    where p.unit_price_cents is not null
  ),
  sums as (
    select
      sum(l.quantity) as quantity,
      sum(l.subtotal_cents)::bigint as subtotal_cents,
      sum(l.service_fee_cents)::bigint as service_fee_cents,
      sum(l.processing_fee_cents)::bigint as processing_fee_cents,
      sum(l.tax_cents)::bigint as tax_cents,
      app_hidden.percentage_of(
        sum(l.subtotal_cents)::bigint, take_seats.sale.commission_percentage
      ) as commission_cents
    from lines as l
  ),
  new_booking as (
    insert into app_public.bookings as b (
      id, organization_id, performance_id, booking_reference, user_id, cart_token_hash,
      booking_channel, currency, subtotal_cents, service_fee_cents, processing_fee_cents,
      tax_cents, total_amount_cents, commission_percentage, commission_amount_cents,
      payout_cents, expires_at
    )
    select
      take_seats.booking_id, take_seats.sale.organization_id, take_seats.sale.performance_id,
      v_reference, take_seats.new_buyer.user_id, take_seats.new_buyer.cart_token_hash,
      app_hidden.current_channel(), take_seats.sale.currency, s.subtotal_cents,
      s.service_fee_cents, s.processing_fee_cents, s.tax_cents,
      s.subtotal_cents + s.service_fee_cents + s.processing_fee_cents + s.tax_cents,
      take_seats.sale.commission_percentage, s.commission_cents,
      s.subtotal_cents - s.commission_cents, take_seats.locked_until
    from sums as s
    where v_is_new and s.quantity > 0
    -- Rarer than to ask beforehand would be cheap: one in a million, with a million bookings.
    on conflict on constraint bookings_reference_is_unique do nothing
    returning b as booking
  ),
  new_items as (
    insert into app_public.booking_items (
      organization_id, booking_id, item_type, ticket_category_id, price_basis, seat_nos, quantity,
      unit_price_cents, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_cents
    )
    select
      take_seats.sale.organization_id, take_seats.booking_id, 'seat', l.ticket_category_id,
      l.price_basis, l.seat_nos, l.quantity, l.unit_price_cents, l.subtotal_cents,
      l.service_fee_cents, l.processing_fee_cents, l.tax_cents,
      l.subtotal_cents + l.service_fee_cents + l.processing_fee_cents + l.tax_cents
    from lines as l
    where not v_is_new or exists (select from new_booking)
  )
  select s.quantity, (select n.booking from new_booking as n) as booking into v_result
  from sums as s;

  if v_result.quantity is distinct from cardinality(take_seats.sale.seat_nos) then
    perform app_private.raise_seats_taken(take_seats.sale, take_seats.booking_id);
  end if;
  if v_is_new and v_result.booking is null then
    raise exception 'The booking reference that was drawn is in use.'
      using errcode = 'LMREF', hint = 'Try again.';
  end if;
  if take_seats.sale.prices_vary and v_is_new then
    v_result.booking := app_private.store_booking_totals(take_seats.booking_id);
  end if;
  if take_seats.sale.screens_holds then
    perform app_private.screen_hold(
      take_seats.booking_id, cardinality(take_seats.sale.seat_nos)
    );
  end if;
  return v_result.booking;
end
$$;

comment on function app_private.take_seats(
  app_private.sale, uuid, timestamptz, app_private.buyer
) is
  'Locks the seats of a sale for a booking and adds their lines, priced, to it. For a new buyer it '
  'makes the booking, and returns it; the amounts of an older one are for the caller to store. '
  'Raises LMTKN, naming the seats that were not free, LMSAL for a category not on sale, LMMBR for '
  'one that is for members, and LMRSK when a rule against fraud refuses it.';

--! split: 1098-functions-inventory-visible_performance.sql
-- What is public, as most performances are, is decided by its own row.
create or replace function app_hidden.visible_performance(performance_id uuid)
returns app_public.performances
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
begin
  select p.* into v_performance
  from app_public.performances as p
  where p.id = visible_performance.performance_id;
  if not v_performance.is_public
    and not exists (
      select
      from app_public.events as e
      where e.id = v_performance.event_id
        and e.organization_id = v_performance.organization_id
        and e.status in ('published', 'postponed', 'completed')
        and (e.visibility <> 'private' or e.id in (select app_hidden.opened_event_ids()))
    )
    and not app_hidden.has_performance_permission(
      v_performance.organization_id, v_performance.id, 'events.read'
    )
  then
    return null;
  end if;
  return v_performance;
end
$$;

comment on function app_hidden.visible_performance(uuid) is
  'A performance, if it is public, opened by the request, or the caller''s.';

--! split: 1099-functions-bookings-add_to_waiting_list.sql
-- Of two requests of one person at once, the index lets one in, and the other finds it.
create or replace function app_private.add_to_waiting_list(wish app_public.waiting_list_entries)
returns app_public.waiting_list_entries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_wish app_public.waiting_list_entries := add_to_waiting_list.wish;
  v_entry app_public.waiting_list_entries;
begin
  insert into app_public.waiting_list_entries (
    organization_id, performance_id, ticket_category_id, customer_id, user_id, quantity,
    is_accessible
  )
  values (
    v_wish.organization_id, v_wish.performance_id, v_wish.ticket_category_id, v_wish.customer_id,
    v_wish.user_id, v_wish.quantity, v_wish.is_accessible
  )
  on conflict do nothing
  returning * into v_entry;
  if v_entry.id is null then
    -- Whoever waited as a guest, and has signed in since, finds the entry in their account.
    update app_public.waiting_list_entries as w
    set user_id = coalesce(w.user_id, v_wish.user_id)
    where w.organization_id = v_wish.organization_id
      and w.performance_id = v_wish.performance_id
      and w.customer_id = v_wish.customer_id
      and w.ticket_category_id is not distinct from v_wish.ticket_category_id
      and w.quantity = v_wish.quantity
      and w.is_accessible = v_wish.is_accessible
      and w.ended_at is null
    returning * into v_entry;
    if v_entry.id is null then
      raise exception 'You wait for these places already, for another number of them.'
        using errcode = 'LMWLE', hint = 'Leave the list, and join it again at its end.';
    end if;
  end if;
  return v_entry;
end
$$;

comment on function app_private.add_to_waiting_list(app_public.waiting_list_entries) is
  'The entry of a person, made or found. Raises LMWLE.';

--! split: 1100-functions-bookings-ask_waiting_list.sql
create or replace function app_private.ask_waiting_list(performance_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.add_job(
    'waiting_list__serve', jsonb_build_object('performance_id', ask_waiting_list.performance_id)
  )
  where exists (
    select from app_public.waiting_list_entries as w
    where w.performance_id = ask_waiting_list.performance_id and w.ended_at is null
  )
$$;

comment on function app_private.ask_waiting_list(uuid) is
  'Has whoever waits for places of a performance served at once, and not within a minute.';

--! split: 1101-functions-bookings-book_everything.sql
-- The block gives the seats back when the admissions or the add-ons are gone.
create or replace function app_private.book_everything(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not app_private.has_more_than_seats(book_everything.booking) then
    return app_private.book_seats(
      book_everything.booking, app_private.held_seat_nos(book_everything.booking)
    );
  end if;
  begin
    if app_private.book_seats(
        book_everything.booking, app_private.held_seat_nos(book_everything.booking)
      )
      and app_private.book_admissions(book_everything.booking)
      and app_private.book_add_ons(book_everything.booking)
    then
      return true;
    end if;
    raise exception 'Somebody else has a part of it.' using errcode = 'LMEXP';
  exception
    when sqlstate 'LMEXP' then
      return false;
  end;
end
$$;

comment on function app_private.book_everything(app_public.bookings) is
  'Books the seats, admissions and add-ons that the booking owns or that are free; false, and no '
  'change, if one is neither.';

--! split: 1102-functions-bookings-booking_words.sql
create or replace function app_private.booking_words(booking app_public.bookings)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select app_private.performance_words(p.organization_id, p.id) || jsonb_build_object(
    'reference', (booking_words.booking).booking_reference,
    'amount', app_hidden.money_text(
      (booking_words.booking).total_amount_cents, (booking_words.booking).currency
    ),
    'until', app_hidden.local_time(
      (booking_words.booking).expires_at, coalesce(app_hidden.timezone_of(e), 'UTC')
    )
  )
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.organization_id = (booking_words.booking).organization_id
    and p.id = (booking_words.booking).performance_id
$$;

comment on function app_private.booking_words(app_public.bookings) is
  'What mails say of a booking.';

--! split: 1103-functions-bookings-cancel_booking.sql
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
  perform app_private.require_short_reason(cancel_booking.reason);
  if v_booking.status not in (
    'draft', 'pending_payment', 'fraud_hold', 'pending_approval', 'partially_paid', 'confirmed'
  ) then
    perform app_private.raise_booking_status(v_booking);
  end if;
  if v_booking.status in ('partially_paid', 'confirmed')
    and not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    )
  then
    raise exception 'A paid booking is canceled by the organization that sold it.'
      using errcode = 'LMRGT',
        hint = 'Give tickets back with return_tickets, or ask the organization.';
  end if;
  if v_booking.status in ('partially_paid', 'confirmed')
    and app_private.needs_refund_approval(
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

--! split: 1104-functions-bookings-check_booking_is_sum_of_its_lines.sql
create or replace function app_private.check_booking_is_sum_of_its_lines()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_booking_is_sum_of_its_lines() is
  'A booking whose total is not the sum of its lines.';

--! split: 1105-functions-bookings-check_bookings.sql
create or replace function app_private.check_bookings()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_booking_is_sum_of_its_lines()
  union all
  select * from app_private.check_parts_sum_to_their_booking()
  union all
  select * from app_private.check_status_is_the_last_logged()
  union all
  select * from app_private.check_canceled_performance_keeps_no_booking()
  union all
  select * from app_private.check_offer_to_who_waits_is_a_booking()
$$;

comment on function app_private.check_bookings() is
  'What is inconsistent of bookings alone.';

--! split: 1106-functions-bookings-check_canceled_performance_keeps_no_booking.sql
create or replace function app_private.check_canceled_performance_keeps_no_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_canceled_performance_keeps_no_booking() is
  'A booking that is left of a performance whose cancellation is done.';

--! split: 1107-functions-bookings-check_offer_to_who_waits_is_a_booking.sql
create or replace function app_private.check_offer_to_who_waits_is_a_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'offer_to_who_waits_is_a_booking', w.organization_id, w.id,
    format('it is %s, and its booking %s', w.status, b.status)
  from app_public.waiting_list_entries as w
  join app_public.bookings as b on b.organization_id = w.organization_id and b.id = w.booking_id
  where b.performance_id <> w.performance_id
    or w.status = 'taken' and b.confirmed_at is null
    -- A job settles what has run out, a minute later unless it has much to do.
    or w.status in ('gathering', 'offered')
      and coalesce(b.expires_at, b.updated_at) < now() - interval '1 hour'
$$;

comment on function app_private.check_offer_to_who_waits_is_a_booking() is
  'Offers to who waits that are no open bookings of their date, or none that was sold.';

--! split: 1108-functions-bookings-check_parts_sum_to_their_booking.sql
create or replace function app_private.check_parts_sum_to_their_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_parts_sum_to_their_booking() is
  'A booking in parts whose parts do not sum to its total.';

--! split: 1109-functions-bookings-check_status_is_the_last_logged.sql
create or replace function app_private.check_status_is_the_last_logged()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_status_is_the_last_logged() is
  'A booking whose status is not the last one in its history.';

--! split: 1110-functions-bookings-checkout_for_customer.sql
create or replace function app_public.checkout_for_customer(
  booking_id uuid, payment app_public.staff_payment, note text default null,
  override_reason text default null, pay_within_hours integer default 24,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_of_staff(
    checkout_for_customer.booking_id, 'bookings.sell'
  );
  v_requires_approval boolean;
  v_waits boolean;
  v_constraint text;
  v_column text;
begin
  if app_private.replay_result(
    checkout_for_customer.idempotency_key, 'checkout_for_customer',
    jsonb_build_array(
      checkout_for_customer.booking_id, checkout_for_customer.payment,
      checkout_for_customer.note, checkout_for_customer.override_reason,
      checkout_for_customer.pay_within_hours
    )
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  perform app_private.require_draft_of_staff(v_booking, checkout_for_customer.pay_within_hours);
  perform app_private.open_sale(v_booking.performance_id);
  if app_private.tickets_in(v_booking) = 0 then
    raise exception 'The booking is empty.' using errcode = 'LMQTY', detail = '0';
  end if;
  v_requires_approval := app_private.asks_for_approval(v_booking);
  v_waits := v_requires_approval and not app_private.may_approve(v_booking);
  -- Nobody takes money for what may be declined.
  if v_waits and checkout_for_customer.payment <> 'link' then
    raise exception 'Somebody else has to approve this sale first.'
      using errcode = 'LMRGT', detail = 'bookings.manage',
        hint = 'Sell it by link: the request waits, and the customer pays after a yes.';
  end if;
  update app_public.staff_sales as s
  set payment = checkout_for_customer.payment, note = checkout_for_customer.note,
    override_reason = checkout_for_customer.override_reason
  where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id;
  if checkout_for_customer.payment = 'complimentary' then
    perform app_hidden.require_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    );
    v_booking := app_private.waive_lines(v_booking);
  end if;
  perform app_private.require_revenue_limit(v_booking);
  if checkout_for_customer.override_reason is null then
    perform app_private.require_buyer_limits(v_booking);
  end if;
  perform app_private.prolong_hold(
    v_booking,
    case when checkout_for_customer.payment = 'link'
      then now() + make_interval(hours => checkout_for_customer.pay_within_hours)
      else v_booking.expires_at
    end
  );
  -- Only who pays by card pays in parts.
  update app_public.bookings as b
  set checkout_started_at = now(),
    payment_plan_id = case when checkout_for_customer.payment = 'link' then b.payment_plan_id end
  where b.id = v_booking.id
  returning * into v_booking;

  if v_requires_approval and not v_waits then
    perform app_private.approve_by_selling(
      v_booking, checkout_for_customer.pay_within_hours
    );
  end if;
  if v_waits then
    perform app_private.await_answer(v_booking);
  else
    perform app_private.sell_to_customer(v_booking, checkout_for_customer.payment);
  end if;
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  perform app_private.keep_result(checkout_for_customer.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.checkout_for_customer(
  uuid, app_public.staff_payment, text, text, integer, text
) is
  'Sells what was held for a customer: by a link that is mailed to them, which they may use for '
  'pay_within_hours; for cash or by the terminal at the counter; on invoice, whose money is taken '
  'later with take_payment; or complimentary, with a note that says for whom (needs '
  'bookings.manage too). The limits of one buyer hold unless override_reason says why not. '
  'A category that requires approval is approved by selling it with bookings.manage; others sell '
  'it by link, and it waits as pending_approval. '
  'Needs bookings.sell at the venue. Raises LMBST, LMEXP, LMQTY, LMEVT, LMSAL, LMMAX, LMLIM, '
  'LMPLN, LMINP, LMNFD, LMRGT, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.checkout_for_customer(
  uuid, app_public.staff_payment, text, text, integer, text
) to lml_user;

--! split: 1111-functions-bookings-choose_payment_plan.sql
create or replace function app_public.choose_payment_plan(
  booking_id uuid, payment_plan_id uuid default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    choose_payment_plan.booking_id, 'bookings.sell'
  );
begin
  if v_booking.status in ('draft', 'pending_payment') and v_booking.expires_at <= now() then
    perform app_private.raise_hold_lapsed(v_booking);
  end if;
  if v_booking.status not in ('draft', 'pending_approval', 'pending_payment') then
    perform app_private.raise_booking_status(v_booking);
  end if;
  if v_booking.payment_plan_id is not distinct from choose_payment_plan.payment_plan_id then
    return app_private.masked_booking(v_booking);
  end if;
  -- A card is authorized for all of it.
  if v_booking.status in ('pending_payment', 'pending_approval')
    and app_private.capture_method_of(v_booking) = 'manual'
  then
    raise exception 'This order is paid at once, when it is approved.'
      using errcode = 'LMPLN', detail = 'manual';
  end if;
  if choose_payment_plan.payment_plan_id is not null then
    perform app_private.parts_of(v_booking, choose_payment_plan.payment_plan_id);
  end if;

  delete from app_public.booking_payment_schedule as s
  where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id;
  update app_public.bookings as b
  set payment_plan_id = choose_payment_plan.payment_plan_id
  where b.id = v_booking.id
  returning * into v_booking;
  if v_booking.status = 'pending_payment' then
    perform app_private.request_payment(v_booking);
  end if;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.choose_payment_plan(uuid, uuid) is
  'Has a booking paid by a plan of its event, or at once without one, from before its checkout '
  'until something is paid. The dates are fixed when the deposit is asked for. '
  'Raises LMBKG, LMBST, LMEXP, LMNFD, LMPLN, LMSES, LMCRT.';
grant execute on function app_public.choose_payment_plan(uuid, uuid) to lml_anonymous, lml_user;

--! split: 1112-functions-bookings-claim_cart.sql
-- Whoever sends both tokens has both rights: those of the cart become those of the account. What is
-- paid for stays with the cart's token, which may have been shared; what is being
-- paid for keeps its price.
create or replace function app_public.claim_cart()
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_cart_hash bytea := app_hidden.current_cart_hash();
  v_booking_ids uuid[];
  v_booking app_public.bookings;
begin
  perform app_hidden.refuse_impersonator();
  with claimed as (
    update app_public.bookings as b
    set user_id = v_user_id, cart_token_hash = null
    where b.id = any (array(
      select b.id from app_public.bookings as b
      where b.cart_token_hash = v_cart_hash
        and b.user_id is null
        and b.status in ('draft', 'pending_approval', 'pending_payment')
      order by b.id
      for no key update
    ))
    returning b.id
  )
  select array_agg(c.id) into v_booking_ids from claimed as c;

  for v_booking in
    select b.*
    from app_public.bookings as b
    join app_public.performances as p
      on p.organization_id = b.organization_id and p.id = b.performance_id
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where b.id = any (v_booking_ids) and b.status = 'draft' and e.has_price_rules
    order by b.id
  loop
    perform app_private.reprice_for_member(v_booking);
  end loop;
  return coalesce(cardinality(v_booking_ids), 0);
end
$$;

comment on function app_public.claim_cart() is
  'Makes the unpaid bookings of the request''s cart token the signed-in user''s, at the prices of '
  'their memberships where those are better; returns how many. Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_public.claim_cart() to lml_user;

--! split: 1113-functions-bookings-close_waiting_list.sql
-- Batch by batch, because each of a canceled date is mailed.
create or replace function app_private.close_waiting_list(
  performance_id uuid, batch_limit integer default 500
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_is_canceled boolean;
  v_is_over boolean;
  v_entry app_public.waiting_list_entries;
begin
  select
    'canceled' in (p.status::text, e.status::text),
    'completed' in (p.status::text, e.status::text)
      or (
        p.status = 'scheduled' and e.status = 'published'
        and now() >= coalesce(e.sales_end, p.starts_at)
      )
  into v_is_canceled, v_is_over
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.id = close_waiting_list.performance_id;
  if not (v_is_canceled or v_is_over) then
    return false;
  end if;
  -- Whoever was offered places in time may still be paying for them.
  for v_entry in
    update app_public.waiting_list_entries as w
    set ended_at = now(),
      status = case when exists (
        select from app_public.bookings as b
        where b.organization_id = w.organization_id and b.id = w.booking_id
          and b.confirmed_at is not null
      ) then 'taken' else 'closed' end::app_public.waiting_list_status
    -- Asked once: a plan may run a locked subquery again.
    where w.id = any (array(
      select w.id from app_public.waiting_list_entries as w
      where w.performance_id = close_waiting_list.performance_id
        and w.ended_at is null
        and (v_is_canceled or w.status <> 'offered')
      order by w.id
      limit close_waiting_list.batch_limit
      for no key update skip locked
    ))
    returning *
  loop
    if v_is_canceled and v_entry.status = 'closed' then
      perform app_private.mail_waiting(v_entry, 'waiting_list_canceled');
    end if;
  end loop;
  return true;
end
$$;

comment on function app_private.close_waiting_list(uuid, integer) is
  'Ends the next entries of a performance of which nothing is sold any more, and tells whoever '
  'waited when it was canceled; returns whether it is one.';

--! split: 1114-functions-bookings-confirm_waiting_list_place.sql
create or replace function app_public.confirm_waiting_list_place(token text)
returns app_public.waiting_list_entries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_asked app_private.waiting_list_tokens;
  v_entry app_public.waiting_list_entries;
begin
  select * into v_asked
  from app_private.waiting_list_tokens as t
  where t.token_hash = app_hidden.hash_token(confirm_waiting_list_place.token)
    and (t.entry_id is not null or t.expires_at > now())
  for no key update;
  if v_asked.token_hash is null then
    perform app_private.raise_bad_link();
  end if;
  if v_asked.entry_id is not null then
    return app_public.waiting_list_entry_by_token(confirm_waiting_list_place.token);
  end if;
  v_entry.performance_id := v_asked.performance_id;
  v_entry.quantity := v_asked.quantity;
  v_entry.ticket_category_id := v_asked.ticket_category_id;
  v_entry.is_accessible := v_asked.is_accessible;
  v_entry.organization_id := (app_private.open_waiting_list(v_entry)).organization_id;
  v_entry.customer_id := app_private.find_or_create_customer(
    v_asked.organization_id, null, v_asked.email::text, null, null, null
  );
  v_entry := app_private.add_to_waiting_list(v_entry);
  update app_private.waiting_list_tokens as t
  set entry_id = v_entry.id, email = null
  where t.token_hash = v_asked.token_hash;
  return v_entry;
end
$$;

comment on function app_public.confirm_waiting_list_place(text) is
  'Has a guest wait from now on who asked to with request_waiting_list_place; whoever has the '
  'token has the mailbox. The same token tells their place later, and lets them leave. '
  'Raises LMTOK, LMWLO, LMWLE (they wait for another number), LMQTY, LMEVT, LMSAL, LMGST, LMMBR, '
  'LMNFD.';
grant execute on function app_public.confirm_waiting_list_place(text) to lml_anonymous, lml_user;

--! split: 1115-functions-bookings-create_payment_plan.sql
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
  perform app_private.require_category_of(v_event, create_payment_plan.ticket_category_id);
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

--! split: 1116-functions-bookings-draft_for_waiting.sql
-- A guest's draft belongs to a token that nobody has, until the one of the mail claims it.
create or replace function app_private.draft_for_waiting(
  entry app_public.waiting_list_entries, sale app_private.sale, is_complete boolean
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_sale app_private.sale := draft_for_waiting.sale;
  v_buyer app_private.buyer;
  v_booking app_public.bookings;
begin
  v_buyer.user_id := (draft_for_waiting.entry).user_id;
  if exists (
    select from app_public.users as u
    where u.id = v_buyer.user_id and u.account_status <> 'active'
  ) then
    raise exception 'This account cannot sign in.' using errcode = 'LMLCK';
  elsif v_buyer.user_id is null then
    v_buyer.cart_token_hash := app_hidden.hash_token(app_public.create_cart_token());
  end if;
  perform app_private.require_may_hold(v_sale, v_buyer, null, (draft_for_waiting.entry).quantity);
  perform app_private.require_room_for_cart(v_sale, v_buyer);
  insert into app_public.bookings (
    organization_id, performance_id, booking_reference, user_id, cart_token_hash, customer_id,
    customer_email, customer_name, currency, commission_percentage, expires_at
  )
  select
    v_sale.organization_id, v_sale.performance_id,
    app_private.generate_booking_reference(v_sale.organization_id), v_buyer.user_id,
    v_buyer.cart_token_hash, c.id, c.email, nullif(concat_ws(' ', c.first_name, c.last_name), ''),
    v_sale.currency, v_sale.commission_percentage,
    now() + least(
      case when draft_for_waiting.is_complete
        then app_private.waiting_offer_time(v_sale.organization_id)
      end,
      make_interval(secs => v_sale.hold_seconds_max)
    )
  from app_public.customers as c
  where c.organization_id = v_sale.organization_id
    and c.id = (draft_for_waiting.entry).customer_id
  returning * into v_booking;
  return v_booking;
end
$$;

comment on function app_private.draft_for_waiting(
  app_public.waiting_list_entries, app_private.sale, boolean
) is
  'An empty draft for whoever waited: for as long as offers are kept, or, while places are '
  'gathered, for as long as anything may be held. Raises LMLCK, LMGST, LMQTY, LMCRS.';

--! split: 1117-functions-bookings-due_waiting_lists.sql
create or replace function app_private.due_waiting_lists()
returns uuid[]
language sql stable security definer set search_path = ''
as $$
  select coalesce(array_agg(distinct w.performance_id), '{}')
  from app_public.waiting_list_entries as w
  where w.ended_at is null
$$;

comment on function app_private.due_waiting_lists() is
  'The performances for which somebody waits, or has an offer.';
grant execute on function app_private.due_waiting_lists() to lml_worker;

--! split: 1118-functions-bookings-end_waiting.sql
-- The booking first, as everywhere, then the entry, which may have got one meanwhile.
create or replace function app_private.end_waiting(
  entry_id uuid, status app_public.waiting_list_status
)
returns app_public.waiting_list_entries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_entry app_public.waiting_list_entries;
  v_booking app_public.bookings;
begin
  select b.* into v_booking
  from app_public.waiting_list_entries as w
  join app_public.bookings as b on b.organization_id = w.organization_id and b.id = w.booking_id
  where w.id = end_waiting.entry_id and w.ended_at is null
  for no key update of b;
  select * into strict v_entry
  from app_public.waiting_list_entries as w where w.id = end_waiting.entry_id
  for no key update;
  if v_entry.ended_at is null and v_entry.booking_id is distinct from v_booking.id then
    raise exception 'Places are being offered at this moment.'
      using errcode = 'LMBSY', hint = 'Try again in a moment.';
  end if;
  if v_entry.ended_at is null then
    if v_booking.status = 'draft' and v_booking.expires_at > now() then
      perform app_private.close_booking(v_booking, null);
    end if;
    update app_public.waiting_list_entries as w
    set ended_at = now(),
      status = case when v_booking.confirmed_at is null then end_waiting.status else 'taken' end
    where w.id = v_entry.id
    returning * into v_entry;
    perform app_private.ask_waiting_list(v_entry.performance_id);
  end if;
  return v_entry;
end
$$;

comment on function app_private.end_waiting(uuid, app_public.waiting_list_status) is
  'Ends an entry, and lets go what is held for it. Raises LMBSY.';

--! split: 1119-functions-bookings-expire_bookings.sql
-- Tidies up: the seats were free for others from the deadline on. Nothing is waited for. A booking
-- that somebody works on is left for the next sweep; a seat that somebody is taking is theirs.
create or replace function app_private.expire_bookings(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[];
  v_freed record;
  v_pool_id uuid;
  v_add_on_id uuid;
  v_booking app_public.bookings;
begin
  v_ids := array(
    select b.id from app_public.bookings as b
    where b.expires_at <= now()
      and app_private.is_open(b.status)
    order by b.expires_at
    limit expire_bookings.batch_limit
    for no key update skip locked
  );
  for v_booking in
    update app_public.bookings as b
    set status = 'expired', expires_at = null
    where b.id = any (v_ids)
    returning b.*
  loop
    perform app_private.withdraw_payment(v_booking);
  end loop;

  for v_freed in
    with lapsed as (
      select s.organization_id, s.performance_id, s.seat_no
      from app_public.bookings as b
      join app_public.booking_items as i
        on i.organization_id = b.organization_id and i.booking_id = b.id
      cross join unnest(i.seat_nos) as n
      join app_public.seat_booking_state as s
        on s.organization_id = b.organization_id
        and s.performance_id = b.performance_id
        and s.seat_no = n
        and s.booking_id = b.id
      where b.id = any (v_ids)
      for no key update of s skip locked
    ),
    freed as (
      update app_public.seat_booking_state as s
      set status = 'available', booking_id = null, locked_until = null
      from lapsed as l
      where s.organization_id = l.organization_id
        and s.performance_id = l.performance_id
        and s.seat_no = l.seat_no
      returning s.organization_id, s.performance_id, s.seat_no
    )
    select f.organization_id, f.performance_id, array_agg(f.seat_no order by f.seat_no) as seat_nos
    from freed as f
    group by f.organization_id, f.performance_id
  loop
    perform app_private.reopen_runs(
      v_freed.organization_id, v_freed.performance_id, v_freed.seat_nos
    );
    perform app_private.note_seats_changed(v_freed.performance_id, v_freed.seat_nos);
  end loop;

  for v_pool_id in
    select distinct c.pool_id
    from app_private.admission_claims as c
    where c.booking_id = any (v_ids)
  loop
    perform app_private.free_lapsed_admissions(v_pool_id);
  end loop;
  for v_add_on_id in
    select distinct c.add_on_id
    from app_private.add_on_claims as c
    where c.booking_id = any (v_ids)
    order by c.add_on_id
  loop
    perform app_private.free_lapsed_add_ons(v_add_on_id);
  end loop;
  return cardinality(v_ids);
end
$$;

comment on function app_private.expire_bookings(integer) is
  'Ends open bookings whose deadline has passed; returns how many.';
grant execute on function app_private.expire_bookings(integer) to lml_worker;

--! split: 1120-functions-bookings-extend_hold.sql
create or replace function app_public.extend_hold(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    extend_hold.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
begin
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  perform app_private.prolong_hold(
    v_booking, least(
      now() + make_interval(secs => v_sale.hold_seconds),
      v_booking.created_at + make_interval(secs => v_sale.hold_seconds_max)
    )
  );
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.extend_hold(uuid) is
  'Gives a draft its full time again, up to the organization''s maximum from its beginning: at the '
  'maximum, its deadline stays as it is. '
  'Raises LMBKG, LMBST, LMEXP (run out, or taken over), LMSAL, LMEVT, LMSES, LMCRT.';
grant execute on function app_public.extend_hold(uuid) to lml_anonymous, lml_user;

--! split: 1121-functions-bookings-generate_booking_reference.sql
-- Tries again in the rare case that the reference is in use. Two transactions that draw the same
-- one at the same moment (1 in 850 billion) are told apart by the unique constraint.
create or replace function app_private.generate_booking_reference(organization_id uuid)
returns text
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_reference text;
begin
  for attempt in 1 .. 20 loop
    v_reference := 'LML-' || app_hidden.random_code(8);
    if not exists (
      select from app_public.bookings as b
      where b.organization_id = generate_booking_reference.organization_id
        and b.booking_reference = v_reference
    ) then
      return v_reference;
    end if;
  end loop;
  raise exception 'No free booking reference was found in 20 draws.' using errcode = 'LMREF';
end
$$;

comment on function app_private.generate_booking_reference(uuid) is
  'A booking reference that the organization has not used. Raises LMREF.';

--! split: 1122-functions-bookings-has_gathered_long.sql
-- What would be complete later than this could not be kept long enough for its owner to come.
create or replace function app_private.has_gathered_long(booking app_public.bookings)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select (has_gathered_long.booking).expires_at - now()
    <= app_private.waiting_offer_time((has_gathered_long.booking).organization_id)
$$;

comment on function app_private.has_gathered_long(app_public.bookings) is
  'Whether the time for gathering places is over.';

--! split: 1123-functions-bookings-has_more_than_seats.sql
create or replace function app_private.has_more_than_seats(booking app_public.bookings)
returns boolean
language sql volatile security definer set search_path = ''
as $$
  select exists (
    select from app_public.booking_items as i
    where i.organization_id = (has_more_than_seats.booking).organization_id
      and i.booking_id = (has_more_than_seats.booking).id
      and i.item_type in ('admission', 'add_on')
  )
$$;

comment on function app_private.has_more_than_seats(app_public.bookings) is
  'Whether a booking has more than seats.';

--! split: 1124-functions-bookings-hold_admissions.sql
create or replace function app_public.hold_admissions(
  performance_id uuid, ticket_category_id uuid, quantity integer, booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer := app_private.require_buyer();
  v_sale app_private.sale;
  v_booking_id uuid;
  v_booking app_public.bookings;
begin
  if hold_admissions.booking_id is not null then
    v_booking := app_private.lock_booking(hold_admissions.booking_id, 'bookings.manage');
  end if;
  v_booking_id := app_private.replay_result(
    hold_admissions.idempotency_key, 'hold_admissions',
    jsonb_build_array(
      hold_admissions.performance_id, hold_admissions.ticket_category_id,
      hold_admissions.quantity, hold_admissions.booking_id
    )
  );
  if v_booking_id is not null then
    select * into strict v_booking from app_public.bookings as b where b.id = v_booking_id;
    return app_private.masked_booking(v_booking);
  end if;

  v_sale := app_private.open_sale(hold_admissions.performance_id);
  perform app_private.require_may_hold(
    v_sale, v_buyer, v_booking, coalesce(hold_admissions.quantity, 0)
  );
  if v_booking.id is null then
    v_booking := app_private.take_admissions(
      v_sale, hold_admissions.ticket_category_id, hold_admissions.quantity, uuidv7(),
      now() + make_interval(secs => least(v_sale.hold_seconds, v_sale.hold_seconds_max)), v_buyer
    );
  else
    perform app_private.take_admissions(
      v_sale, hold_admissions.ticket_category_id, hold_admissions.quantity, v_booking.id,
      v_booking.expires_at
    );
    v_booking := app_private.masked_booking(app_private.store_booking_totals(v_booking.id));
  end if;
  perform app_private.keep_result(hold_admissions.idempotency_key, v_booking.id);
  return v_booking;
end
$$;

comment on function app_public.hold_admissions(uuid, uuid, integer, uuid, text) is
  'Holds admissions of a category for a new booking, or for a draft of yours, all of them or none. '
  'Raises LMFEW (fewer are left), LMQTY (none or too many), LMEVT (not published), LMSAL (not on '
  'sale), LMEXP, LMBST, LMBKG, LMGST, LMCRT, LMSES, LMIDK, LMNFD, LMMBR (for members).';
grant execute on function app_public.hold_admissions(uuid, uuid, integer, uuid, text)
  to lml_anonymous, lml_user;

--! split: 1125-functions-bookings-hold_allocated_admissions.sql
-- The places leave their allocation and are held in one transaction, which has all slots of the
-- pool: nobody sees them free in between.
create or replace function app_public.hold_allocated_admissions(
  allocation_id uuid, ticket_category_id uuid, quantity integer, booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.admission_allocations;
begin
  if hold_allocated_admissions.booking_id is not null then
    perform app_private.lock_booking(hold_allocated_admissions.booking_id, 'bookings.manage');
  end if;
  select * into v_allocation
  from app_public.admission_allocations as a
  where a.id = hold_allocated_admissions.allocation_id
  for no key update;
  perform app_hidden.require_performance_permission(
    v_allocation.organization_id, v_allocation.performance_id, 'inventory.sell'
  );
  -- Under a known key, the places left the allocation the first time.
  if not app_private.is_replay(hold_allocated_admissions.idempotency_key) then
    if not exists (
      select from app_public.admission_pool_categories as pc
      where pc.organization_id = v_allocation.organization_id
        and pc.pool_id = v_allocation.pool_id
        and pc.ticket_category_id = hold_allocated_admissions.ticket_category_id
    ) then
      raise exception 'The category does not draw from this pool.'
        using errcode = 'LMINP', detail = 'ticket_category_id';
    end if;
    if hold_allocated_admissions.quantity is null or hold_allocated_admissions.quantity < 1 then
      raise exception 'At least one place is held.'
        using errcode = 'LMQTY', detail = coalesce(hold_allocated_admissions.quantity, 0)::text;
    end if;
    if hold_allocated_admissions.quantity > v_allocation.places_left then
      perform app_private.raise_few_left(v_allocation.places_left);
    end if;
    perform app_private.keep_places_back(
      v_allocation.pool_id, -hold_allocated_admissions.quantity
    );
    update app_public.admission_allocations as a
    set places_left = a.places_left - hold_allocated_admissions.quantity
    where a.id = v_allocation.id;
  end if;
  return app_public.hold_admissions(
    v_allocation.performance_id, hold_allocated_admissions.ticket_category_id,
    hold_allocated_admissions.quantity, hold_allocated_admissions.booking_id,
    hold_allocated_admissions.idempotency_key
  );
end
$$;

comment on function app_public.hold_allocated_admissions(uuid, uuid, integer, uuid, text) is
  'Holds places of an allocation for a booking of the caller''s, or for a draft. If they are not '
  'bought in time, they are free for everybody. Needs inventory.sell. '
  'Raises LMNFD, LMRGT, LMFEW (the allocation has fewer), LMINP, LMQTY, and '
  'what hold_admissions raises.';
grant execute on function app_public.hold_allocated_admissions(uuid, uuid, integer, uuid, text)
  to lml_user;

--! split: 1126-functions-bookings-hold_allocated_seats.sql
-- The seats leave their allocation and are held in one transaction: nobody
-- sees them free in between.
create or replace function app_public.hold_allocated_seats(
  allocation_id uuid, seat_ids text[], booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.seat_allocations;
  v_performance app_public.performances;
  v_seat_nos integer[];
  v_count integer;
begin
  if hold_allocated_seats.booking_id is not null then
    perform app_private.lock_booking(hold_allocated_seats.booking_id, 'bookings.manage');
  end if;
  select * into v_allocation
  from app_public.seat_allocations as a where a.id = hold_allocated_seats.allocation_id
  for no key update;
  perform app_hidden.require_performance_permission(
    v_allocation.organization_id, v_allocation.performance_id, 'inventory.sell'
  );
  select p.* into strict v_performance
  from app_public.performances as p where p.id = v_allocation.performance_id;
  -- Under a known key, the seats left the allocation the first time.
  if not app_private.is_replay(hold_allocated_seats.idempotency_key) then
    v_seat_nos := app_private.seat_nos_of(v_performance, hold_allocated_seats.seat_ids);
    delete from app_public.seat_allocation_seats as a
    where a.organization_id = v_allocation.organization_id
      and a.allocation_id = v_allocation.id
      and a.seat_no = any (v_seat_nos);
    get diagnostics v_count = row_count;
    if v_count < cardinality(v_seat_nos) then
      raise exception 'The allocation has not got all of these seats.'
        using errcode = 'LMSEA', hint = 'Read what is left of it.';
    end if;
    perform app_private.free_kept_back(v_allocation, v_seat_nos);
  end if;
  return app_public.hold_seats(
    v_allocation.performance_id, hold_allocated_seats.seat_ids, hold_allocated_seats.booking_id,
    hold_allocated_seats.idempotency_key
  );
end
$$;

comment on function app_public.hold_allocated_seats(uuid, text[], uuid, text) is
  'Holds seats of an allocation for a booking of the caller''s, or for a draft. If they are not '
  'bought in time, they are free for everybody. Needs inventory.sell. '
  'Raises LMNFD, LMRGT, LMSEA (not in the allocation), and what hold_seats raises.';
grant execute on function app_public.hold_allocated_seats(uuid, text[], uuid, text) to lml_user;

--! split: 1127-functions-bookings-hold_best_available.sql
create or replace function app_public.hold_best_available(
  performance_id uuid, ticket_category_id uuid, quantity integer, together boolean default true,
  accessible boolean default false, booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer := app_private.require_buyer();
  v_sale app_private.sale;
  v_category_no smallint;
  v_booking_id uuid;
  v_booking app_public.bookings;
begin
  if hold_best_available.booking_id is not null then
    v_booking := app_private.lock_booking(hold_best_available.booking_id, 'bookings.manage');
  end if;
  if hold_best_available.idempotency_key is not null then
    v_booking_id := app_private.replay_result(
      hold_best_available.idempotency_key, 'hold_best_available',
      jsonb_build_array(
        hold_best_available.performance_id, hold_best_available.ticket_category_id,
        hold_best_available.quantity, hold_best_available.together,
        hold_best_available.accessible, hold_best_available.booking_id
      )
    );
    if v_booking_id is not null then
      select * into strict v_booking from app_public.bookings as b where b.id = v_booking_id;
      return app_private.masked_booking(v_booking);
    end if;
  end if;

  v_sale := app_private.open_sale(hold_best_available.performance_id);
  perform app_private.require_may_hold(
    v_sale, v_buyer, v_booking, coalesce(hold_best_available.quantity, 0)
  );
  select c.category_no into v_category_no
  from app_public.ticket_categories as c
  where c.organization_id = v_sale.organization_id
    and c.id = hold_best_available.ticket_category_id
    and c.event_id = v_sale.event_id
    and c.status = 'active'
    and now() >= coalesce(c.sales_start, '-infinity')
    and now() < coalesce(c.sales_end, 'infinity');
  if not found then
    raise exception 'Tickets of this category are not on sale.' using errcode = 'LMSAL';
  end if;
  v_sale.seat_nos := coalesce(
    app_private.choose_seats(
      v_sale, v_category_no, hold_best_available.quantity,
      coalesce(hold_best_available.accessible, false)
    ),
    app_private.search_seats(
      v_sale, v_category_no, hold_best_available.quantity,
      coalesce(hold_best_available.together, true),
      coalesce(hold_best_available.accessible, false)
    )
  );

  if v_booking.id is null then
    v_booking := app_private.take_seats(
      v_sale, uuidv7(),
      now() + make_interval(secs => least(v_sale.hold_seconds, v_sale.hold_seconds_max)), v_buyer
    );
  else
    v_booking := app_private.hold_for_draft(v_booking, v_sale);
  end if;
  perform app_private.keep_result(hold_best_available.idempotency_key, v_booking.id);
  return v_booking;
end
$$;

comment on function app_public.hold_best_available(
  uuid, uuid, integer, boolean, boolean, uuid, text
) is
  'Holds the best free seats of a category: side by side, unless together is false; places for '
  'wheelchairs and their companions only when accessible is true. '
  'Raises LMFEW (not as many are left, or not side by side), LMQTY (none or too many), LMEVT, '
  'LMSAL (not on sale), LMEXP, LMBST, LMBKG, LMGST, LMCRT, LMSES, LMIDK, LMNFD, '
  'LMBSY, LMMBR (for members).';
grant execute on function app_public.hold_best_available(
  uuid, uuid, integer, boolean, boolean, uuid, text
) to lml_anonymous, lml_user;

--! split: 1128-functions-bookings-hold_for_customer.sql
create or replace function app_public.hold_for_customer(
  performance_id uuid, email text, first_name text default null, last_name text default null,
  phone text default null, channel app_public.booking_channel default 'phone',
  seat_ids text[] default null, ticket_category_id uuid default null,
  quantity integer default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid := (
    select p.organization_id from app_public.performances as p
    where p.id = hold_for_customer.performance_id
  );
  v_id uuid;
  v_sale app_private.sale;
  v_booking app_public.bookings;
begin
  perform app_hidden.require_performance_permission(
    v_organization_id, hold_for_customer.performance_id, 'bookings.sell'
  );
  v_id := app_private.replay_result(
    hold_for_customer.idempotency_key, 'hold_for_customer',
    jsonb_build_array(
      hold_for_customer.performance_id, hold_for_customer.email, hold_for_customer.first_name,
      hold_for_customer.last_name, hold_for_customer.phone, hold_for_customer.channel,
      hold_for_customer.seat_ids, hold_for_customer.ticket_category_id,
      hold_for_customer.quantity
    )
  );
  if v_id is not null then
    select * into strict v_booking from app_public.bookings as b where b.id = v_id;
    return app_private.masked_booking(v_booking);
  end if;
  if coalesce(hold_for_customer.channel not in ('admin', 'phone'), true) then
    raise exception 'Staff sells at the counter (admin) or by phone.'
      using errcode = 'LMINP', detail = 'channel';
  end if;
  if (hold_for_customer.seat_ids is null) = (hold_for_customer.ticket_category_id is null) then
    raise exception 'Name either seats, or a category of admissions.'
      using errcode = 'LMINP', detail = 'seat_ids, ticket_category_id';
  end if;
  if not app_private.has_two_sides(hold_for_customer.email) then
    raise exception 'An e-mail address is needed, where the tickets go.'
      using errcode = 'LMCON', detail = 'email';
  end if;

  v_sale := app_private.open_sale(
    hold_for_customer.performance_id, hold_for_customer.seat_ids
  );
  insert into app_public.bookings as b (
    organization_id, performance_id, booking_reference, booking_channel, customer_id,
    customer_email, customer_name, currency, commission_percentage, expires_at
  )
  values (
    v_sale.organization_id, v_sale.performance_id,
    app_private.generate_booking_reference(v_sale.organization_id), hold_for_customer.channel,
    app_private.find_or_create_customer(
      v_sale.organization_id, null, hold_for_customer.email, hold_for_customer.first_name,
      hold_for_customer.last_name, hold_for_customer.phone
    ),
    hold_for_customer.email::public.citext,
    nullif(concat_ws(' ', hold_for_customer.first_name, hold_for_customer.last_name), ''),
    v_sale.currency, v_sale.commission_percentage,
    now() + make_interval(secs => least(v_sale.hold_seconds, v_sale.hold_seconds_max))
  )
  returning * into v_booking;
  if hold_for_customer.seat_ids is not null then
    v_booking := app_private.hold_for_draft(v_booking, v_sale);
  else
    if coalesce(
      hold_for_customer.quantity not between 1 and v_sale.tickets_per_booking_max, true
    ) then
      perform app_private.raise_ticket_count(v_sale, hold_for_customer.quantity);
    end if;
    perform app_private.take_admissions(
      v_sale, hold_for_customer.ticket_category_id, hold_for_customer.quantity, v_booking.id,
      v_booking.expires_at
    );
    v_booking := app_private.store_booking_totals(v_booking.id);
  end if;
  insert into app_public.staff_sales (organization_id, booking_id, sold_by)
  values (v_booking.organization_id, v_booking.id, app_hidden.require_user_id());
  perform app_private.keep_result(hold_for_customer.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.hold_for_customer(
  uuid, text, text, text, text, app_public.booking_channel, text[], uuid, integer, text
) is
  'Holds seats, or admissions of a category, for somebody at the counter or on the phone; then '
  'checkout_for_customer. Needs bookings.sell at the venue. Raises LMTKN, LMFEW, LMSEA, LMSDP, '
  'LMQTY, LMEVT, LMSAL, LMCON, LMINP, LMNFD, LMRGT, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.hold_for_customer(
  uuid, text, text, text, text, app_public.booking_channel, text[], uuid, integer, text
) to lml_user;

--! split: 1129-functions-bookings-hold_for_draft.sql
-- More seats for a cart that is already there. Its deadline stays: there is only one.
create or replace function app_private.hold_for_draft(
  booking app_public.bookings, sale app_private.sale
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_held integer[] := app_private.held_seat_nos(hold_for_draft.booking);
  v_count integer;
begin
  -- Seats that the cart has are simply kept, so that a repeated click does no harm.
  sale.seat_nos := array(
    select n from unnest((hold_for_draft.sale).seat_nos) as n where not n = any (v_held)
  );
  v_count := app_private.tickets_in(hold_for_draft.booking)
    + cardinality((hold_for_draft.sale).seat_nos);
  if v_count > (hold_for_draft.sale).tickets_per_booking_max then
    raise exception 'At most % tickets fit in one booking.',
        (hold_for_draft.sale).tickets_per_booking_max
      using errcode = 'LMQTY', detail = v_count::text;
  end if;
  if cardinality((hold_for_draft.sale).seat_nos) > 0 then
    perform app_private.take_seats(
      hold_for_draft.sale, (hold_for_draft.booking).id, (hold_for_draft.booking).expires_at
    );
    perform app_private.note_seats_changed(
      (hold_for_draft.sale).performance_id, (hold_for_draft.sale).seat_nos
    );
  end if;
  return app_private.masked_booking(
    app_private.store_booking_totals((hold_for_draft.booking).id)
  );
end
$$;

comment on function app_private.hold_for_draft(app_public.bookings, app_private.sale) is
  'Adds the seats of a sale to a draft, which the caller has locked. Raises LMTKN, LMSAL, LMQTY.';

--! split: 1130-functions-bookings-hold_for_waiting.sql
-- A hold as any other: whoever it is refused to, for too many open carts or by a rule against
-- fraud, keeps waiting. The block lets go of all of it then.
create or replace function app_private.hold_for_waiting(
  entry app_public.waiting_list_entries, sale app_private.sale, ticket_category_id uuid,
  quantity integer
)
returns app_public.waiting_list_entries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_entry app_public.waiting_list_entries := hold_for_waiting.entry;
  v_is_complete boolean := v_entry.gathered + hold_for_waiting.quantity = v_entry.quantity;
  v_booking app_public.bookings;
begin
  if v_entry.booking_id is null then
    v_booking := app_private.draft_for_waiting(v_entry, hold_for_waiting.sale, v_is_complete);
  else
    select * into strict v_booking
    from app_public.bookings as b
    where b.id = v_entry.booking_id
    for no key update skip locked;
    perform app_private.require_open_draft(v_booking);
  end if;
  perform app_private.hold_some(
    v_booking, hold_for_waiting.sale, hold_for_waiting.ticket_category_id,
    hold_for_waiting.quantity, v_entry.is_accessible
  );
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  update app_public.waiting_list_entries as w
  set status = case when v_is_complete then 'offered' else 'gathering' end
      ::app_public.waiting_list_status,
    booking_id = v_booking.id,
    gathered = w.gathered + hold_for_waiting.quantity,
    offered_at = case when v_is_complete then now() end
  where w.id = v_entry.id
  returning * into v_entry;
  if v_is_complete then
    perform app_private.mail_booking(v_booking, 'waiting_list_offer');
  end if;
  return v_entry;
exception
  when no_data_found or unique_violation then
    return null;
  when others then
    if sqlstate !~ '^LM' then
      raise;
    end if;
    return null;
end
$$;

comment on function app_private.hold_for_waiting(
  app_public.waiting_list_entries, app_private.sale, uuid, integer
) is
  'Holds places for an entry, which the caller has locked, and tells its owner when these are all; '
  'null when it cannot be done now.';

--! split: 1131-functions-bookings-hold_some.sql
create or replace function app_private.hold_some(
  booking app_public.bookings, sale app_private.sale, ticket_category_id uuid, quantity integer,
  accessible boolean
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_sale app_private.sale := hold_some.sale;
  v_category_no smallint;
begin
  if exists (
    select from app_public.admission_pool_categories as pc
    where pc.organization_id = v_sale.organization_id
      and pc.performance_id = v_sale.performance_id
      and pc.ticket_category_id = hold_some.ticket_category_id
  ) then
    perform app_private.take_admissions(
      v_sale, hold_some.ticket_category_id, hold_some.quantity, (hold_some.booking).id,
      (hold_some.booking).expires_at
    );
    perform app_private.store_booking_totals((hold_some.booking).id);
    return;
  end if;
  select pc.category_no into v_category_no
  from app_public.performance_categories as pc
  where pc.organization_id = v_sale.organization_id
    and pc.performance_id = v_sale.performance_id
    and pc.ticket_category_id = hold_some.ticket_category_id;
  v_sale.seat_nos := coalesce(
    app_private.choose_seats(v_sale, v_category_no, hold_some.quantity, hold_some.accessible),
    app_private.search_seats(
      v_sale, v_category_no, hold_some.quantity, false, hold_some.accessible
    )
  );
  perform app_private.hold_for_draft(hold_some.booking, v_sale);
end
$$;

comment on function app_private.hold_some(
  app_public.bookings, app_private.sale, uuid, integer, boolean
) is
  'Holds the best free places of a category for a draft, which the caller has locked: side by side '
  'where there are as many. Raises LMFEW, LMBSY, LMSAL, LMMBR, LMQTY, LMRSK.';

--! split: 1132-functions-bookings-is_live.sql
create or replace function app_private.is_live(booking app_public.bookings)
returns boolean
language sql stable
as $$
  select app_private.is_sold((is_live.booking).status)
    or (app_private.is_open((is_live.booking).status) and (is_live.booking).expires_at > now())
$$;

comment on function app_private.is_live(app_public.bookings) is
  'Whether a booking has a right to its seats now: for good, or until its deadline.';

--! split: 1133-functions-bookings-is_open.sql
-- Where this is asked of each row, the planner puts it in place.
create or replace function app_private.is_open(status app_public.booking_status)
returns boolean
language sql immutable
return is_open.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval');

comment on function app_private.is_open(app_public.booking_status) is
  'Whether such a booking has its seats until its deadline, and no longer.';

--! split: 1134-functions-bookings-is_sold.sql
-- Where this is asked of each row, the planner puts it in place.
create or replace function app_private.is_sold(status app_public.booking_status)
returns boolean
language sql immutable
return is_sold.status in ('partially_paid', 'confirmed', 'completed', 'disputed');

comment on function app_private.is_sold(app_public.booking_status) is
  'Whether such a booking has its seats for good, all of them paid or not.';

--! split: 1135-functions-bookings-join_waiting_list.sql
create or replace function app_public.join_waiting_list(
  performance_id uuid, quantity integer, ticket_category_id uuid default null,
  accessible boolean default false
)
returns app_public.waiting_list_entries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
  v_wish app_public.waiting_list_entries;
  v_sale app_private.sale;
begin
  perform app_hidden.refuse_impersonator();
  select * into strict v_user
  from app_public.users as u where u.id = app_hidden.require_user_id();
  if v_user.email_verified_at is null then
    raise exception 'Prove your address first: it is where the offer goes.'
      using errcode = 'LMCON', detail = 'email', hint = 'Ask with request_email_verification.';
  end if;
  v_wish.performance_id := join_waiting_list.performance_id;
  v_wish.quantity := join_waiting_list.quantity;
  v_wish.ticket_category_id := join_waiting_list.ticket_category_id;
  v_wish.is_accessible := coalesce(join_waiting_list.accessible, false);
  v_wish.user_id := v_user.id;
  v_sale := app_private.open_waiting_list(v_wish);
  perform app_private.require_too_few_left(v_wish, v_sale);
  v_wish.organization_id := v_sale.organization_id;
  v_wish.customer_id := app_private.find_or_create_customer(
    v_sale.organization_id, v_user.id, v_user.email::text, v_user.first_name, v_user.last_name,
    v_user.phone
  );
  return app_private.add_to_waiting_list(v_wish);
end
$$;

comment on function app_public.join_waiting_list(uuid, integer, uuid, boolean) is
  'Waits for places of a date that are not to be had: of a category, or of any. When they become '
  'free, they are held for you, and you are mailed. The same again changes nothing. '
  'Raises LMWLO (there is no list), LMWLH (as many are free), LMWLE (you wait for another number), '
  'LMQTY, LMEVT, LMSAL, LMMBR, LMCON (your address is not proven), LMNFD, LMAUT, LMSES, LMIMP.';
grant execute on function app_public.join_waiting_list(uuid, integer, uuid, boolean) to lml_user;

--! split: 1136-functions-bookings-leave_waiting_list.sql
create or replace function app_public.leave_waiting_list(
  entry_id uuid default null, token text default null
)
returns app_public.waiting_list_entries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  if leave_waiting_list.token is not null then
    v_id := (app_public.waiting_list_entry_by_token(leave_waiting_list.token)).id;
    if v_id is null then
      perform app_private.raise_bad_link();
    end if;
  else
    select w.id into v_id
    from app_public.waiting_list_entries as w
    where w.id = leave_waiting_list.entry_id and w.user_id = app_hidden.require_user_id();
    if v_id is null then
      raise exception 'There is no such entry, or it is not yours.'
        using errcode = 'LMNFD', detail = 'entry_id';
    end if;
  end if;
  return app_private.end_waiting(v_id, 'left');
end
$$;

comment on function app_public.leave_waiting_list(uuid, text) is
  'Waits no more: by the entry of one''s account, or by the token of a guest''s mail. What was '
  'offered, and is not being paid, goes to the next one. Leaving again changes nothing. '
  'Raises LMTOK, LMBSY, LMNFD, LMAUT, LMSES.';
grant execute on function app_public.leave_waiting_list(uuid, text) to lml_anonymous, lml_user;

--! split: 1137-functions-bookings-lines_to_quote.sql
create or replace function app_private.lines_to_quote(
  sale app_private.sale, ticket_category_ids uuid[], quantities integer[], is_member boolean
)
returns app_private.priced_line[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_lines app_private.priced_line[];
  v_quantity bigint;
  v_bad text;
begin
  if coalesce(cardinality(lines_to_quote.ticket_category_ids), 0)
    <> coalesce(cardinality(lines_to_quote.quantities), 0)
  then
    raise exception 'Each category has a quantity.' using errcode = 'LMINP', detail = 'quantities';
  end if;
  select array_agg(
    row(
      null, l.item_type, l.ticket_category_id, l.seat_nos, l.quantity,
      case when l.price_override_cents is null then 'pending' else 'seat' end, null,
      l.price_override_cents, '{}', null, 0, null, null, null, null, null, null, null
    )::app_private.priced_line
    order by l.line_no, l.category_no, l.price_override_cents nulls first
  ),
  sum(l.quantity)
  into v_lines, v_quantity
  from (
    select
      0 as line_no, s.category_no, s.price_override_cents,
      'seat'::app_public.booking_item_type as item_type, c.ticket_category_id,
      array_agg(s.seat_no order by s.seat_no) as seat_nos, count(*)::integer as quantity
    from app_public.seat_booking_state as s
    left join app_public.performance_categories as c
      on c.organization_id = s.organization_id
      and c.performance_id = s.performance_id
      and c.category_no = s.category_no
    where s.organization_id = (lines_to_quote.sale).organization_id
      and s.performance_id = (lines_to_quote.sale).performance_id
      and s.seat_no = any ((lines_to_quote.sale).seat_nos)
    group by s.category_no, s.price_override_cents, c.ticket_category_id
    union all
    select q.ordinality, null, null, 'admission', q.ticket_category_id, null, q.quantity
    from unnest(lines_to_quote.ticket_category_ids, lines_to_quote.quantities)
      with ordinality as q (ticket_category_id, quantity, ordinality)
  ) as l;
  if coalesce(v_quantity, 0) not between 1 and (lines_to_quote.sale).tickets_per_booking_max
    or exists (select from unnest(v_lines) as l where coalesce(l.quantity, 0) < 1)
  then
    perform app_private.raise_ticket_count(lines_to_quote.sale, coalesce(v_quantity, 0));
  end if;

  select case when c.id is null then 'LMSAL' else 'LMMBR' end into v_bad
  from unnest(v_lines) as l
  left join app_public.ticket_categories as c
    on c.organization_id = (lines_to_quote.sale).organization_id
    and c.event_id = (lines_to_quote.sale).event_id
    and c.id = l.ticket_category_id
    and c.status = 'active'
  where c.id is null or (c.requires_membership and not lines_to_quote.is_member)
  limit 1;
  if v_bad = 'LMSAL' then
    raise exception 'Tickets of this category are not on sale.' using errcode = 'LMSAL';
  elsif v_bad = 'LMMBR' then
    raise exception 'These tickets are for members.'
      using errcode = 'LMMBR', hint = 'Sign in with the account of a member.';
  end if;
  return v_lines;
end
$$;

comment on function app_private.lines_to_quote(app_private.sale, uuid[], integer[], boolean) is
  'The lines that a hold of these seats or tickets would write, without their prices. '
  'Raises LMQTY, LMSAL, LMMBR, LMINP.';

--! split: 1138-functions-bookings-lock_approval.sql
create or replace function app_private.lock_approval(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_of_staff(
    lock_approval.booking_id, 'bookings.manage'
  );
begin
  if app_private.is_for_caller(v_booking) then
    raise exception 'Nobody approves what they buy themselves.' using errcode = 'LMRGT';
  end if;
  if v_booking.status <> 'pending_approval' then
    perform app_private.raise_booking_status(v_booking);
  end if;
  if v_booking.expires_at <= now() then
    raise exception 'The time for an answer has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text;
  end if;
  return v_booking;
end
$$;

comment on function app_private.lock_approval(uuid) is
  'A booking that waits for an answer, locked, for staff with bookings.manage. '
  'Raises LMAUT, LMSES, LMRGT, LMNFD, LMBST, LMEXP.';

--! split: 1139-functions-bookings-lock_booking.sql
-- Every change of a booking begins here: the booking is locked before any of its seats, and each
-- transaction locks only bookings that are its own business, so that none waits in a circle.
create or replace function app_private.lock_booking(booking_id uuid, permission text)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer;
  v_booking app_public.bookings;
begin
  v_buyer.user_id := app_hidden.current_user_id();
  v_buyer.cart_token_hash := app_hidden.current_cart_hash();

  select * into v_booking
  from app_public.bookings as b
  where b.id = lock_booking.booking_id
    and (
      b.user_id = v_buyer.user_id
      or b.cart_token_hash = v_buyer.cart_token_hash
      or app_hidden.has_performance_permission(
        b.organization_id, b.performance_id, lock_booking.permission
      )
    )
  for no key update;
  if v_booking.id is null then
    perform app_private.raise_no_booking(lock_booking.booking_id);
  end if;
  return v_booking;
end
$$;

comment on function app_private.lock_booking(uuid, text) is
  'The booking, locked, for its owner or for staff with the permission. '
  'Raises LMBKG, LMSES, LMCRT.';

--! split: 1140-functions-bookings-mail_booking.sql
-- Who has an account finds the booking there. A guest may have lost the cart's token since: the
-- mail has one that takes the booking over, once.
create or replace function app_private.mail_booking(
  booking app_public.bookings, template text, variables jsonb default '{}'
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token text;
begin
  if (mail_booking.booking).customer_email is not null
    and (mail_booking.booking).user_id is null
    and (mail_booking.booking).status in (
      'draft', 'pending_payment', 'partially_paid', 'confirmed'
    )
  then
    v_token := app_public.create_cart_token();
    insert into app_private.payment_links (token_hash, organization_id, booking_id, expires_at)
    values (
      app_hidden.hash_token(v_token), (mail_booking.booking).organization_id,
      (mail_booking.booking).id,
      coalesce((mail_booking.booking).expires_at, now() + interval '30 days')
    );
  end if;
  perform app_private.mail_buyer(
    mail_booking.booking, mail_booking.template,
    jsonb_strip_nulls(jsonb_build_object('token', v_token)) || mail_booking.variables
  );
end
$$;

comment on function app_private.mail_booking(app_public.bookings, text, jsonb) is
  'Mails whoever a booking is for, with a link to it for a guest.';

--! split: 1141-functions-bookings-mail_holders.sql
-- Whoever was handed a ticket would stand before closed doors: the buyer is told, and they are not
-- the buyer. What is given back is given back by who paid.
create or replace function app_private.mail_holders(
  booking app_public.bookings, notice app_private.performance_notices
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_words jsonb := app_private.notice_words(mail_holders.notice) - 'refundsUntil';
  v_count integer;
begin
  perform app_private.queue_email(
    c.email::text, 'performance_' || (mail_holders.notice).kind,
    v_words || jsonb_build_object('ticket', min(t.ticket_number)), c.organization_id
  )
  from app_public.tickets as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  join app_public.customers as c
    on c.organization_id = x.organization_id and c.id = x.to_customer_id
  where t.organization_id = (mail_holders.booking).organization_id
    and t.booking_id = (mail_holders.booking).id
    and x.ended_at <= (mail_holders.notice).created_at
    and c.email operator(public.<>) (mail_holders.booking).customer_email
    and (
      t.status in ('valid', 'used')
      -- What was void before had its own reason.
      or (
        t.status in ('canceled', 'refunded')
        and t.updated_at >= (mail_holders.notice).created_at
      )
    )
  group by c.id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.mail_holders(
  app_public.bookings, app_private.performance_notices
) is
  'Has those mailed, each once, who were handed tickets of a booking before its performance was '
  'changed; returns how many.';

--! split: 1142-functions-bookings-mail_notices_of.sql
-- A batch of mails and how far they are, in one transaction: killed anywhere, it is done again or
-- was done, so that each booking gets one. Who bought after the change knows of it.
create or replace function app_private.mail_notices_of(
  notice_id uuid, batch_limit integer default 100
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_notice app_private.performance_notices;
  v_booking app_public.bookings;
  v_words jsonb;
  v_count integer := 0;
  v_holders integer := 0;
begin
  select * into strict v_notice
  from app_private.performance_notices as n where n.id = mail_notices_of.notice_id
  for no key update;
  if v_notice.completed_at is not null then
    return 0;
  end if;
  v_words := app_private.notice_words(v_notice);
  for v_booking in
    select *
    from app_public.bookings as b
    where b.organization_id = v_notice.organization_id
      and b.performance_id = v_notice.performance_id
      and b.id > coalesce(v_notice.last_booking_id, '00000000-0000-0000-0000-000000000000')
      and b.customer_email is not null
      and b.confirmed_at <= v_notice.created_at
      and (
        app_private.is_sold(b.status)
        or (
          v_notice.kind = 'canceled' and b.status in ('canceled', 'refunded')
          and b.canceled_at >= v_notice.created_at
        )
      )
    order by b.id
    limit mail_notices_of.batch_limit
  loop
    perform app_private.queue_email(
      v_booking.customer_email::text, 'performance_' || v_notice.kind,
      v_words || jsonb_build_object('booking', v_booking.booking_reference),
      v_booking.organization_id
    );
    v_holders := v_holders + app_private.mail_holders(v_booking, v_notice);
    v_count := v_count + 1;
  end loop;
  update app_private.performance_notices as n
  set last_booking_id = coalesce(v_booking.id, n.last_booking_id),
    mails_queued = n.mails_queued + v_count + v_holders,
    completed_at = case when v_count = 0 then now() end
  where n.id = v_notice.id;
  return v_count;
end
$$;

comment on function app_private.mail_notices_of(uuid, integer) is
  'Has the next buyers of a changed performance mailed, and whom they handed tickets on to; '
  'returns how many buyers, 0 when it is done.';
grant execute on function app_private.mail_notices_of(uuid, integer) to lml_worker;

--! split: 1143-functions-bookings-mail_waiting.sql
create or replace function app_private.mail_waiting(
  entry app_public.waiting_list_entries, template text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.queue_email(
    c.email::text, mail_waiting.template,
    app_private.performance_words(
      (mail_waiting.entry).organization_id, (mail_waiting.entry).performance_id
    ),
    c.organization_id
  )
  from app_public.customers as c
  where c.organization_id = (mail_waiting.entry).organization_id
    and c.id = (mail_waiting.entry).customer_id
$$;

comment on function app_private.mail_waiting(app_public.waiting_list_entries, text) is
  'Mails somebody about the places that they wait for.';

--! split: 1144-functions-bookings-may_approve.sql
create or replace function app_private.may_approve(booking app_public.bookings)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select not app_private.is_for_caller(may_approve.booking)
    and app_hidden.has_performance_permission(
      (may_approve.booking).organization_id, (may_approve.booking).performance_id,
      'bookings.manage'
    )
$$;

comment on function app_private.may_approve(app_public.bookings) is
  'Whether the caller may answer a request to buy: nobody answers their own.';

--! split: 1145-functions-bookings-may_be_paid_late.sql
-- Who was in time is confirmed, and refunded with the others when the event is canceled; nobody
-- comes after them. The lock makes a cancellation wait that is under way. Of a pass all dates
-- count, in the order of ids, which is that of a cancellation: a pass is made after its dates.
create or replace function app_private.may_be_paid_late(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[] := array(
    select d.performance_id from app_public.pass_dates as d
    where d.organization_id = (may_be_paid_late.booking).organization_id
      and d.pass_id = (may_be_paid_late.booking).performance_id
  ) || (may_be_paid_late.booking).performance_id;
begin
  perform from app_public.performances as p
  where p.organization_id = (may_be_paid_late.booking).organization_id and p.id = any (v_ids)
  order by p.id
  for share;
  return not exists (
    select from app_public.performances as p
    where p.organization_id = (may_be_paid_late.booking).organization_id
      and p.id = (may_be_paid_late.booking).performance_id
      and p.status = 'canceled'
  )
  and not app_private.has_lost_date(may_be_paid_late.booking)
  -- An order that nobody answered, and a cart that its buyer went back to, were not to be paid.
  and ((may_be_paid_late.booking).status <> 'expired' or exists (
    select from app_public.booking_state_transitions as t
    where t.organization_id = (may_be_paid_late.booking).organization_id
      and t.booking_id = (may_be_paid_late.booking).id
      and t.from_status = 'pending_payment'
      and t.to_status = 'expired'
  ));
end
$$;

comment on function app_private.may_be_paid_late(app_public.bookings) is
  'Whether a locked booking ran out while it was being paid, and everything that was chosen still '
  'takes place.';

--! split: 1146-functions-bookings-offer_places.sql
-- The rule: whoever came first, of those whose number is free. Who was passed by three offers to
-- later ones is passed no more: what is free then is held for them, few by few, until it is enough.
create or replace function app_private.offer_places(
  sale app_private.sale, category app_public.ticket_categories, accessible boolean
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_passed constant integer := 3;
  v_category app_public.ticket_categories := offer_places.category;
  v_after uuid := '00000000-0000-0000-0000-000000000000';
  v_left integer;
  v_entry app_public.waiting_list_entries;
  v_taken integer;
  v_offers integer := 0;
begin
  if not exists (
    select from app_public.waiting_list_entries as w
    where w.organization_id = (offer_places.sale).organization_id
      and w.performance_id = (offer_places.sale).performance_id
      and w.status in ('waiting', 'gathering')
      and w.is_accessible = offer_places.accessible
      and coalesce(w.ticket_category_id = v_category.id, true)
      and w.ended_at is null
  ) then
    return 0;
  end if;
  v_left := app_private.count_places_left(
    offer_places.sale, v_category.id, offer_places.accessible
  );
  while v_left > 0 loop
    select * into v_entry
    from app_public.waiting_list_entries as w
    where w.organization_id = (offer_places.sale).organization_id
      and w.performance_id = (offer_places.sale).performance_id
      and w.status in ('waiting', 'gathering')
      and w.is_accessible = offer_places.accessible
      and coalesce(w.ticket_category_id = v_category.id, true)
      and w.quantity between v_category.min_per_transaction
        and coalesce(v_category.max_per_transaction, w.quantity)
      and (w.quantity - w.gathered <= v_left or w.times_passed >= c_passed)
      -- Who takes any category gets all places of one.
      and (w.status = 'waiting' or exists (
        select from app_public.booking_items as i
        where i.organization_id = w.organization_id and i.booking_id = w.booking_id
          and i.ticket_category_id = v_category.id
      ))
      and w.id > v_after
      and w.ended_at is null
    order by w.id
    limit 1
    for no key update skip locked;
    exit when not found;
    v_after := v_entry.id;
    v_taken := least(v_entry.quantity - v_entry.gathered, v_left);
    v_entry := app_private.hold_for_waiting(v_entry, offer_places.sale, v_category.id, v_taken);
    continue when v_entry.id is null;
    v_left := v_left - v_taken;
    if v_entry.status = 'offered' then
      v_offers := v_offers + 1;
      update app_public.waiting_list_entries as w
      set times_passed = w.times_passed + 1
      where w.organization_id = v_entry.organization_id
        and w.performance_id = v_entry.performance_id
        and w.status = 'waiting'
        and w.is_accessible = v_entry.is_accessible
        and coalesce(w.ticket_category_id = v_category.id, true)
        and w.id < v_entry.id;
    end if;
  end loop;
  return v_offers;
end
$$;

comment on function app_private.offer_places(
  app_private.sale, app_public.ticket_categories, boolean
) is
  'Offers the free places of a category to whoever waits for them; returns how many offers.';

--! split: 1147-functions-bookings-open_waiting_list.sql
-- A private event has none: nobody sends its code when places become free.
create or replace function app_private.open_waiting_list(wish app_public.waiting_list_entries)
returns app_private.sale
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_wish app_public.waiting_list_entries := open_waiting_list.wish;
  v_sale app_private.sale := app_private.open_sale(v_wish.performance_id);
  v_event app_public.events;
  v_category app_public.ticket_categories;
begin
  select * into strict v_event
  from app_public.events as e
  where e.organization_id = v_sale.organization_id and e.id = v_sale.event_id;
  if not v_event.has_waiting_list or v_event.visibility = 'private' then
    raise exception 'This event has no waiting list.'
      using errcode = 'LMWLO', detail = v_event.id::text;
  end if;
  if v_wish.user_id is null and not v_sale.allow_guest_checkout then
    raise exception 'This organization sells to people with an account only.'
      using errcode = 'LMGST', hint = 'Sign in first.';
  end if;
  if v_wish.ticket_category_id is not null then
    select * into v_category
    from app_private.categories_on_sale(v_sale) as c where c.id = v_wish.ticket_category_id;
    if not found then
      raise exception 'Tickets of this category are not on sale.' using errcode = 'LMSAL';
    end if;
    if v_category.requires_membership and not app_private.is_member(
      v_sale.organization_id, v_wish.user_id
    ) then
      raise exception '"%" is for members.', v_category.name
        using errcode = 'LMMBR', hint = 'Sign in with the account of a member.';
    end if;
  end if;
  if coalesce(
    v_wish.quantity not between coalesce(v_category.min_per_transaction, 1) and least(
      v_sale.tickets_per_booking_max, v_event.tickets_per_user_max,
      v_category.max_per_transaction, v_category.max_per_user
    ),
    true
  ) then
    raise exception 'Not as many can be had at once.'
      using errcode = 'LMQTY', detail = format('%s', v_wish.quantity);
  end if;
  return v_sale;
end
$$;

comment on function app_private.open_waiting_list(app_public.waiting_list_entries) is
  'The terms of a performance that somebody may wait for. Raises LMWLO, LMNFD, LMEVT, LMSAL, '
  'LMGST, LMMBR, LMQTY.';

--! split: 1148-functions-bookings-prolong_admissions.sql
create or replace function app_private.prolong_admissions(
  booking app_public.bookings, until timestamptz
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_private.admission_claims as c
  set held_until = prolong_admissions.until
  where c.organization_id = (prolong_admissions.booking).organization_id
    and c.booking_id = (prolong_admissions.booking).id
    and c.held_until is not null;
  perform app_private.require_admissions(prolong_admissions.booking);
end
$$;

comment on function app_private.prolong_admissions(app_public.bookings, timestamptz) is
  'Moves the deadline of the admissions of a booking, if it still owns them all. Raises LMEXP.';

--! split: 1149-functions-bookings-prolong_hold.sql
create or replace function app_private.prolong_hold(
  booking app_public.bookings, until timestamptz
)
returns void
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_seat_nos integer[] := app_private.held_seat_nos(prolong_hold.booking);
  -- A deadline never moves closer.
  v_until timestamptz := greatest((prolong_hold.booking).expires_at, prolong_hold.until);
  v_count integer;
begin
  update app_public.seat_booking_state as s
  set locked_until = v_until
  where s.organization_id = (prolong_hold.booking).organization_id
    and s.performance_id = (prolong_hold.booking).performance_id
    and s.seat_no = any (v_seat_nos)
    and s.booking_id = (prolong_hold.booking).id
    and s.status = 'locked';
  get diagnostics v_count = row_count;
  if v_count <> cardinality(v_seat_nos) then
    raise exception 'The hold has run out, and others have taken seats of it.'
      using errcode = 'LMEXP', hint = 'Hold seats again.';
  end if;
  if app_private.has_more_than_seats(prolong_hold.booking) then
    perform app_private.prolong_admissions(prolong_hold.booking, v_until);
    perform app_private.prolong_add_ons(prolong_hold.booking, v_until);
  end if;
  update app_public.bookings as b set expires_at = v_until where b.id = (prolong_hold.booking).id;
end
$$;

comment on function app_private.prolong_hold(app_public.bookings, timestamptz) is
  'Moves the deadline of a booking and its seats, if it still owns them all. Raises LMEXP.';

--! split: 1150-functions-bookings-quote_payment_plan.sql
create or replace function app_public.quote_payment_plan(booking_id uuid, payment_plan_id uuid)
returns setof app_public.installment_quote
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  select * into v_booking
  from app_public.bookings as b
  where b.id = quote_payment_plan.booking_id
    and (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
      or app_hidden.has_performance_permission(
        b.organization_id, b.performance_id, 'bookings.sell'
      )
    );
  if v_booking.id is null then
    perform app_private.raise_no_booking(quote_payment_plan.booking_id);
  end if;
  return query select * from app_private.parts_of(v_booking, quote_payment_plan.payment_plan_id);
end
$$;

comment on function app_public.quote_payment_plan(uuid, uuid) is
  'What would be due when, if a booking were paid by a plan from now on. '
  'Raises LMBKG, LMNFD, LMPLN, LMSES, LMCRT.';
grant execute on function app_public.quote_payment_plan(uuid, uuid) to lml_anonymous, lml_user;

--! split: 1151-functions-bookings-raise_booking_status.sql
create or replace function app_private.raise_booking_status(booking app_public.bookings)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception 'The booking is %.', (raise_booking_status.booking).status
    using errcode = 'LMBST', detail = (raise_booking_status.booking).status::text;
end
$$;

comment on function app_private.raise_booking_status(app_public.bookings) is 'Raises LMBST.';

--! split: 1152-functions-bookings-raise_hold_lapsed.sql
create or replace function app_private.raise_hold_lapsed(booking app_public.bookings)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception 'The hold has run out.'
    using errcode = 'LMEXP', detail = (raise_hold_lapsed.booking).id::text,
      hint = 'Hold the seats again.';
end
$$;

comment on function app_private.raise_hold_lapsed(app_public.bookings) is 'Raises LMEXP.';

--! split: 1153-functions-bookings-raise_no_booking.sql
create or replace function app_private.raise_no_booking(booking_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- A dead session or a missing token is more often the reason than a wrong id.
  perform app_private.require_buyer();
  raise exception 'There is no such booking, or it is not yours.'
    using errcode = 'LMBKG', detail = format('%s', raise_no_booking.booking_id);
end
$$;

comment on function app_private.raise_no_booking(uuid) is 'Raises LMBKG, LMSES, LMCRT.';

--! split: 1154-functions-bookings-raise_ticket_count.sql
create or replace function app_private.raise_ticket_count(sale app_private.sale, quantity bigint)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception 'A booking has 1 to % tickets.', (raise_ticket_count.sale).tickets_per_booking_max
    using errcode = 'LMQTY', detail = format('%s', raise_ticket_count.quantity);
end
$$;

comment on function app_private.raise_ticket_count(app_private.sale, bigint) is 'Raises LMQTY.';

--! split: 1155-functions-bookings-random_code.sql
-- Letters and digits that nobody confuses when reading them aloud: no I, L, O, 0 or 1. Each of the
-- 64 characters of base64 becomes one of these 31: a digit comes up once, twice or three times in
-- 64, a letter twice, which costs a code of 8 characters 0.2 of its 39.6 bits.
create or replace function app_hidden.random_code(length integer)
returns text
language sql volatile
return translate(
  upper(left(encode(public.gen_random_bytes(9), 'base64'), random_code.length) collate "C"),
  'ILO01+/', '2345678'
);

comment on function app_hidden.random_code(integer) is
  'Unguessable, unambiguous code of up to 12 characters.';

--! split: 1156-functions-bookings-release_admissions.sql
create or replace function app_public.release_admissions(
  booking_id uuid, ticket_category_id uuid, quantity integer
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    release_admissions.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
  v_left integer := release_admissions.quantity;
  v_item app_public.booking_items;
begin
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  if v_left is null or v_left < 1 then
    raise exception 'At least one admission is let go.'
      using errcode = 'LMQTY', detail = coalesce(v_left, 0)::text;
  end if;
  for v_item in
    select * from app_public.booking_items as i
    where i.organization_id = v_booking.organization_id
      and i.booking_id = v_booking.id
      and i.item_type = 'admission'
      and i.ticket_category_id = release_admissions.ticket_category_id
    order by i.id desc
  loop
    exit when v_left = 0;
    perform app_private.reprice_line(
      v_item, v_sale, greatest(0, v_item.quantity - v_left), v_item.seat_nos
    );
    v_left := v_left - least(v_left, v_item.quantity);
  end loop;
  if v_left > 0 then
    raise exception 'The booking has fewer admissions of this category.'
      using errcode = 'LMQTY', detail = (release_admissions.quantity - v_left)::text;
  end if;
  perform app_private.free_admissions(
    v_booking, release_admissions.ticket_category_id, release_admissions.quantity
  );
  return app_private.masked_booking(app_private.store_booking_totals(v_booking.id));
end
$$;

comment on function app_public.release_admissions(uuid, uuid, integer) is
  'Lets admissions of a draft go, the last ones first; the rest and their prices stay. '
  'Raises LMQTY (it has fewer), LMBKG, LMBST, LMEXP, LMSAL, LMEVT, LMSES, LMCRT.';
grant execute on function app_public.release_admissions(uuid, uuid, integer)
  to lml_anonymous, lml_user;

--! split: 1157-functions-bookings-release_seats.sql
create or replace function app_public.release_seats(booking_id uuid, seat_ids text[])
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    release_seats.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
begin
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(
    v_booking.performance_id, coalesce(release_seats.seat_ids, '{}')
  );
  if not v_sale.seat_nos <@ app_private.held_seat_nos(v_booking) then
    raise exception 'The booking does not hold all of these seats.' using errcode = 'LMSEA';
  end if;

  perform app_private.free_seats(v_booking, v_sale.seat_nos);
  perform app_private.reprice_lines_without(v_booking, v_sale, v_sale.seat_nos);
  return app_private.masked_booking(app_private.store_booking_totals(v_booking.id));
end
$$;

comment on function app_public.release_seats(uuid, text[]) is
  'Lets seats of a draft go; the rest and their prices stay. '
  'Raises LMBKG, LMBST, LMEXP, LMSEA (not held by it), LMSDP, LMQTY, LMSAL, LMEVT, LMSES, LMCRT.';
grant execute on function app_public.release_seats(uuid, text[]) to lml_anonymous, lml_user;

--! split: 1158-functions-bookings-remove_waiting_list_entry.sql
create or replace function app_public.remove_waiting_list_entry(entry_id uuid)
returns app_public.waiting_list_entries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_entry app_public.waiting_list_entries;
begin
  select * into v_entry
  from app_public.waiting_list_entries as w where w.id = remove_waiting_list_entry.entry_id;
  perform app_hidden.require_performance_permission(
    v_entry.organization_id, v_entry.performance_id, 'bookings.manage'
  );
  return app_private.end_waiting(v_entry.id, 'removed');
end
$$;

comment on function app_public.remove_waiting_list_entry(uuid) is
  'Takes somebody off a waiting list. What was offered to them, and is not being paid, goes to the '
  'next one. Needs bookings.manage at the venue. Raises LMBSY, LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.remove_waiting_list_entry(uuid) to lml_user;

--! split: 1159-functions-bookings-renumber_allocations.sql
-- What is kept back is put aside before the seats are renumbered, and comes back under its new
-- numbers. A reserved seat that the new layout lacks has been refused before.
create or replace function app_private.renumber_allocations(
  performance app_public.performances, layout_id uuid,
  allocated app_public.seat_allocation_seats[]
)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.seat_allocation_seats (
    organization_id, performance_id, seat_no, allocation_id
  )
  select a.organization_id, a.performance_id, s.new_seat_no, a.allocation_id
  from unnest(renumber_allocations.allocated) as a
  join app_private.seats_of_both(
    renumber_allocations.performance, renumber_allocations.layout_id
  ) as s on s.seat_no = a.seat_no
$$;

comment on function app_private.renumber_allocations(
  app_public.performances, uuid, app_public.seat_allocation_seats[]
) is 'Gives seats that are kept back the numbers that a layout gives them.';

--! split: 1160-functions-bookings-renumber_lines.sql
-- Lines of bookings that are over may name seats that the new layout does not have. Their numbers
-- become negative: a payment that comes too late finds no such seat, and is returned.
create or replace function app_private.renumber_lines(
  performance app_public.performances, layout_id uuid
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.booking_items as i
  set seat_nos = array(
    select coalesce(s.new_seat_no, -abs(n.seat_no))
    from unnest(i.seat_nos) as n (seat_no)
    left join app_private.seats_of_both(
      renumber_lines.performance, renumber_lines.layout_id
    ) as s on s.seat_no = n.seat_no
    order by 1
  )
  from app_public.bookings as b
  where b.organization_id = (renumber_lines.performance).organization_id
    and b.performance_id = (renumber_lines.performance).id
    and i.organization_id = b.organization_id
    and i.booking_id = b.id
    and i.seat_nos is not null
$$;

comment on function app_private.renumber_lines(app_public.performances, uuid) is
  'Gives the lines of a performance''s bookings the numbers that a layout gives their seats.';

--! split: 1161-functions-bookings-reopen_checkout.sql
-- The seats and the open attempt at the payment stay as they are: the next checkout looks at the
-- buyer and the limits again, and changes the attempt to the new price.
create or replace function app_public.reopen_checkout(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Nobody keeps Stripe busy through us.
  c_changes_max constant integer := 20;
  v_booking app_public.bookings := app_private.lock_booking(
    reopen_checkout.booking_id, 'bookings.manage'
  );
  v_payment app_public.payment_intents;
  v_changes integer;
begin
  if v_booking.status in ('draft', 'pending_payment') and v_booking.expires_at <= now() then
    perform app_private.raise_hold_lapsed(v_booking);
  end if;
  if v_booking.status = 'draft' then
    return app_private.masked_booking(v_booking);
  end if;
  if v_booking.status <> 'pending_payment' then
    perform app_private.raise_booking_status(v_booking);
  end if;
  if v_booking.booking_channel in ('admin', 'phone') or exists (
    select from app_public.booking_state_transitions as t
    where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
      and t.from_status in ('fraud_hold', 'pending_approval')
  ) then
    raise exception 'What staff has sold or approved is paid as it is.'
      using errcode = 'LMBST', detail = 'approved', hint = 'Cancel it, and hold seats again.';
  end if;
  select * into v_payment
  from app_public.payment_intents as p
  where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id
    and p.status in ('pending', 'processing', 'requires_action', 'authorized');
  if v_payment.status in ('processing', 'authorized') then
    raise exception 'The payment is under way.'
      using errcode = 'LMBST', detail = v_payment.status::text;
  end if;
  select count(*) into v_changes
  from app_public.payment_intents as p
  left join app_private.payment_intent_changes as c
    on c.organization_id = p.organization_id and c.payment_intent_id = p.id
  where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id;
  if v_changes >= c_changes_max then
    raise exception 'The price of this booking has changed too often.'
      using errcode = 'LMBST', detail = 'changes', hint = 'Cancel it, and hold seats again.';
  end if;
  delete from app_public.booking_payment_schedule as s
  where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id;
  update app_public.bookings as b
  set status = 'draft' where b.id = v_booking.id
  returning * into v_booking;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.reopen_checkout(uuid) is
  'Back to the cart, as long as nothing is paid: seats, add-ons and codes may be changed as in any '
  'draft, within the same deadline. The next start_checkout changes the open payment to the new '
  'price. Until then nobody can pay; who does so all the same, in the same moment, has the money '
  'back. Raises LMBKG, LMBST (paid, under way, sold or approved by staff, or too many changes), '
  'LMEXP, LMSES, LMCRT.';
grant execute on function app_public.reopen_checkout(uuid) to lml_anonymous, lml_user;

--! split: 1162-functions-bookings-reprice_line.sql
create or replace function app_private.reprice_line(
  item app_public.booking_items, sale app_private.sale, quantity integer, seat_nos integer[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if reprice_line.quantity = 0 then
    delete from app_public.booking_items as i where i.id = (reprice_line.item).id;
    return;
  end if;
  update app_public.booking_items as i
  set seat_nos = reprice_line.seat_nos,
    quantity = reprice_line.quantity,
    subtotal_cents = l.subtotal_cents,
    service_fee_cents = l.service_fee_cents,
    processing_fee_cents = l.processing_fee_cents,
    tax_cents = l.tax_cents,
    total_cents = l.total_cents,
    -- What depends on other lines comes back with the totals.
    discount_cents = 0,
    service_fee_absorbed_cents = 0,
    processing_fee_absorbed_cents = 0,
    tax_included_cents = 0
  from app_hidden.price_line(
    (reprice_line.item).unit_price_cents, reprice_line.quantity, reprice_line.sale
  ) as l
  where i.id = (reprice_line.item).id;
end
$$;

comment on function app_private.reprice_line(
  app_public.booking_items, app_private.sale, integer, integer[]
) is
  'Prices a line anew for what is left of it, or removes it when nothing is.';

--! split: 1163-functions-bookings-reprice_lines_without.sql
create or replace function app_private.reprice_lines_without(
  booking app_public.bookings, sale app_private.sale, seat_nos integer[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_item app_public.booking_items;
  v_rest integer[];
begin
  for v_item in
    select * from app_public.booking_items as i
    where i.organization_id = (reprice_lines_without.booking).organization_id
      and i.booking_id = (reprice_lines_without.booking).id
      and i.seat_nos && reprice_lines_without.seat_nos
  loop
    v_rest := array(
      select n from unnest(v_item.seat_nos) as n
      where not n = any (reprice_lines_without.seat_nos) order by n
    );
    perform app_private.reprice_line(
      v_item, reprice_lines_without.sale, cardinality(v_rest), v_rest
    );
  end loop;
end
$$;

comment on function app_private.reprice_lines_without(
  app_public.bookings, app_private.sale, integer[]
) is 'Takes seats off the lines of a draft; each keeps its unit price.';

--! split: 1164-functions-bookings-request_waiting_list_place.sql
-- The answer is the same whoever has the mailbox: what there is to say goes there, and nobody waits
-- before it has answered.
create or replace function app_public.request_waiting_list_place(
  performance_id uuid, email text, quantity integer, ticket_category_id uuid default null,
  accessible boolean default false
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token text := app_public.create_cart_token();
  v_wish app_public.waiting_list_entries;
  v_sale app_private.sale;
  v_constraint text;
  v_column text;
begin
  perform app_private.require_buyer();
  perform app_hidden.refuse_impersonator();
  v_wish.performance_id := request_waiting_list_place.performance_id;
  v_wish.quantity := request_waiting_list_place.quantity;
  v_wish.ticket_category_id := request_waiting_list_place.ticket_category_id;
  v_wish.is_accessible := coalesce(request_waiting_list_place.accessible, false);
  v_sale := app_private.open_waiting_list(v_wish);
  perform app_private.require_too_few_left(v_wish, v_sale);
  if request_waiting_list_place.email is null then
    perform app_hidden.raise_bad_input(null, 'email');
  end if;
  insert into app_private.waiting_list_tokens (
    token_hash, organization_id, performance_id, ticket_category_id, quantity, is_accessible,
    email, expires_at
  )
  values (
    app_hidden.hash_token(v_token), v_sale.organization_id, v_sale.performance_id,
    v_wish.ticket_category_id, v_wish.quantity, v_wish.is_accessible,
    request_waiting_list_place.email::public.citext, now() + interval '2 days'
  );
  if app_private.may_mail(request_waiting_list_place.email, array['waiting_list_confirm']) then
    perform app_private.queue_email(
      request_waiting_list_place.email, 'waiting_list_confirm',
      app_private.performance_words(v_sale.organization_id, v_sale.performance_id)
        || jsonb_build_object('token', v_token),
      v_sale.organization_id
    );
  else
    delete from app_private.waiting_list_tokens as t
    where t.token_hash = app_hidden.hash_token(v_token);
  end if;
  return true;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_waiting_list_place(uuid, text, integer, uuid, boolean) is
  'Asks to wait for places without an account: it counts once confirm_waiting_list_place has the '
  'token that is mailed to the address, within two days. For guests with a cart token, and users. '
  'Raises LMWLO (there is no list), LMWLH (as many are free), LMQTY, LMEVT, LMSAL, LMMBR, LMGST, '
  'LMINP, LMNFD, LMCRT, LMSES, LMIMP.';
grant execute on function app_public.request_waiting_list_place(uuid, text, integer, uuid, boolean)
  to lml_anonymous, lml_user;

--! split: 1165-functions-bookings-require_admissions.sql
create or replace function app_private.require_admissions(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if exists (select from app_private.lacks_admissions(require_admissions.booking)) then
    raise exception 'The hold has run out, and others have taken places of it.'
      using errcode = 'LMEXP', hint = 'Hold admissions again.';
  end if;
end
$$;

comment on function app_private.require_admissions(app_public.bookings) is
  'Raises LMEXP when others have taken places of a booking after its deadline.';

--! split: 1166-functions-bookings-require_buyer_limits.sql
-- At checkout and not at the hold, which is to be fast: a cart beyond the limits lets nobody in.
create or replace function app_private.require_buyer_limits(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := require_buyer_limits.booking;
  v_event app_public.events;
  v_found record;
  v_line record;
  v_is_limited boolean;
begin
  select e as event, p.pass_name is not null as is_pass into strict v_found
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id;
  v_event := v_found.event;
  v_is_limited := v_event.tickets_per_user_max is not null;
  if v_event.visibility = 'private'
    and v_event.id not in (select app_hidden.opened_event_ids())
    and not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'events.read'
    )
  then
    raise exception 'There is no such event, or it is not for you.'
      using errcode = 'LMNFD', hint = 'Send the access code as X-Event-Key.';
  end if;

  if v_found.is_pass and app_private.has_lost_date(v_booking) then
    raise exception 'A date of this pass was canceled since it was chosen.'
      using errcode = 'LMEVT', detail = v_booking.performance_id::text, hint = 'Choose again.';
  end if;

  for v_line in select * from app_private.lines_by_category(v_booking) loop
    if now() < v_line.sales_start or now() >= v_line.sales_end then
      raise exception '"%" is not on sale now.', v_line.name
        using errcode = 'LMSAL', detail = coalesce(v_line.sales_start, v_line.sales_end)::text;
    end if;
    if v_line.quantity not between v_line.min_per_transaction
      and coalesce(v_line.max_per_transaction, v_line.quantity)
    then
      raise exception 'Of "%", a booking has % to % tickets.',
          v_line.name, v_line.min_per_transaction,
          coalesce(v_line.max_per_transaction::text, 'any number of')
        using errcode = 'LMQTY', detail = v_line.ticket_category_id::text;
    end if;
    v_is_limited := v_is_limited or v_line.max_per_user is not null;
  end loop;
  if v_is_limited then
    perform app_private.require_user_limits(v_booking, v_event);
  end if;
  perform app_private.require_add_ons(v_booking);
end
$$;

comment on function app_private.require_buyer_limits(app_public.bookings) is
  'What event, categories and add-ons ask of a booking at its checkout. '
  'Raises LMNFD (private), LMEVT (a pass has lost a date), LMSAL, LMQTY, LMMAX, '
  'LMCON (no address to mail to).';

--! split: 1167-functions-bookings-require_contact.sql
create or replace function app_private.require_contact(
  user_id uuid, email text, first_name text, last_name text, phone text
)
returns app_public.users
language plpgsql stable set search_path = ''
as $$
declare
  v_contact app_public.users;
begin
  select * into v_contact from app_public.users as u where u.id = require_contact.user_id;
  v_contact.email := coalesce(require_contact.email, v_contact.email);
  v_contact.first_name := coalesce(require_contact.first_name, v_contact.first_name);
  v_contact.last_name := coalesce(require_contact.last_name, v_contact.last_name);
  v_contact.phone := coalesce(require_contact.phone, v_contact.phone);
  if not app_private.has_two_sides(v_contact.email::text) then
    raise exception 'An e-mail address is needed, where the tickets go.'
      using errcode = 'LMCON', detail = 'email';
  end if;
  return v_contact;
end
$$;

comment on function app_private.require_contact(uuid, text, text, text, text) is
  'Whom an order is for: what they say now, and else what their account says. '
  'Raises LMCON without an e-mail address.';

--! split: 1168-functions-bookings-require_draft_of_staff.sql
create or replace function app_private.require_draft_of_staff(
  booking app_public.bookings, pay_within_hours integer
)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if (require_draft_of_staff.booking).booking_channel not in ('admin', 'phone') then
    raise exception 'The buyer of this booking checks out.'
      using errcode = 'LMBST', detail = (require_draft_of_staff.booking).booking_channel::text;
  end if;
  if coalesce(require_draft_of_staff.pay_within_hours not between 1 and 168, true) then
    raise exception 'A customer has 1 to 168 hours to pay.'
      using errcode = 'LMINP', detail = 'pay_within_hours';
  end if;
  perform app_private.require_open_draft(require_draft_of_staff.booking);
end
$$;

comment on function app_private.require_draft_of_staff(app_public.bookings, integer) is
  'Raises LMBST, LMEXP or LMINP unless staff may sell what it holds, to be paid within hours.';

--! split: 1169-functions-bookings-require_may_hold.sql
-- What hold_seats asks in passing, for holds of other kinds.
create or replace function app_private.require_may_hold(
  sale app_private.sale, buyer app_private.buyer, booking app_public.bookings, quantity integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_total bigint := require_may_hold.quantity;
begin
  if (require_may_hold.buyer).user_id is null
    and not (require_may_hold.sale).allow_guest_checkout
  then
    raise exception 'This organization sells to people with an account only.'
      using errcode = 'LMGST', hint = 'Sign in first.';
  end if;
  if (require_may_hold.booking).id is not null then
    perform app_private.require_open_draft(require_may_hold.booking);
    if (require_may_hold.booking).performance_id <> (require_may_hold.sale).performance_id then
      raise exception 'The booking is for another performance.'
        using errcode = 'LMBKG', detail = (require_may_hold.booking).performance_id::text;
    end if;
    v_total := v_total + app_private.tickets_in(require_may_hold.booking);
  end if;
  if require_may_hold.quantity < 1
    or v_total > (require_may_hold.sale).tickets_per_booking_max
  then
    perform app_private.raise_ticket_count(require_may_hold.sale, v_total);
  end if;
end
$$;

comment on function app_private.require_may_hold(
  app_private.sale, app_private.buyer, app_public.bookings, integer
) is
  'Raises LMGST, LMQTY, and for a booking that is there LMEXP, LMBST, LMBKG.';

--! split: 1170-functions-bookings-require_open_draft.sql
create or replace function app_private.require_open_draft(booking app_public.bookings)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if (require_open_draft.booking).status = 'expired'
    or (require_open_draft.booking).expires_at <= now()
  then
    perform app_private.raise_hold_lapsed(require_open_draft.booking);
  end if;
  if (require_open_draft.booking).status <> 'draft' then
    perform app_private.raise_booking_status(require_open_draft.booking);
  end if;
end
$$;

comment on function app_private.require_open_draft(app_public.bookings) is
  'Raises LMEXP when the deadline has passed, LMBST when it is no draft any more.';

--! split: 1171-functions-bookings-require_room_for_cart.sql
-- The lock is the buyer's own: two requests of one buyer are counted one after the other, and
-- nobody else waits. Settings of its own would cost a hold more than the question: it is
-- called by functions that have them. The deadline is not among the conditions: where few
-- carts were open when the table was last counted, a plan would read all open carts of the
-- platform by their deadlines.
create or replace function app_private.require_room_for_cart(
  sale app_private.sale, buyer app_private.buyer
)
returns void
language plpgsql volatile
as $$
declare
  -- An assignment costs less than a statement.
  v_is_locked boolean;
  v_open integer;
begin
  if require_room_for_cart.buyer.user_id is null then
    v_is_locked := pg_advisory_xact_lock(
      hashbyteaextended(require_room_for_cart.buyer.cart_token_hash, 0)
    ) is not null;
    select count(*) filter (where b.expires_at > now()) into v_open
    from app_public.bookings as b
    where b.cart_token_hash = require_room_for_cart.buyer.cart_token_hash
      and b.organization_id = require_room_for_cart.sale.organization_id;
  else
    v_is_locked := pg_advisory_xact_lock(
      uuid_hash_extended(require_room_for_cart.buyer.user_id, 0)
    ) is not null;
    select count(*) filter (where b.expires_at > now()) into v_open
    from app_public.bookings as b
    where b.user_id = require_room_for_cart.buyer.user_id
      and b.organization_id = require_room_for_cart.sale.organization_id;
  end if;
  if v_open >= require_room_for_cart.sale.open_carts_max then
    raise exception 'You have % open carts.', v_open
      using errcode = 'LMCRS', detail = v_open::text,
        hint = 'Pay for one, cancel one, or let one run out.';
  end if;
end
$$;

comment on function app_private.require_room_for_cart(app_private.sale, app_private.buyer) is
  'Raises LMCRS when a buyer has too many unpaid bookings.';

--! split: 1172-functions-bookings-require_too_few_left.sql
create or replace function app_private.require_too_few_left(
  wish app_public.waiting_list_entries, sale app_private.sale
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if exists (
    select from app_private.categories_on_sale(require_too_few_left.sale) as c
    where c.id = coalesce((require_too_few_left.wish).ticket_category_id, c.id)
      and app_private.count_places_left(
        require_too_few_left.sale, c.id, (require_too_few_left.wish).is_accessible
      ) >= (require_too_few_left.wish).quantity
  ) then
    raise exception 'There is no need to wait: as many places are free.'
      using errcode = 'LMWLH', hint = 'Hold them.';
  end if;
end
$$;

comment on function app_private.require_too_few_left(
  app_public.waiting_list_entries, app_private.sale
) is
  'Raises LMWLH when what somebody wants to wait for can be had.';

--! split: 1173-functions-bookings-require_user_limits.sql
-- A buyer is whoever has the same account, the same cart, or the same address. Two checkouts of
-- one buyer are counted one after the other: the lock comes before the count, in a statement of
-- its own.
create or replace function app_private.require_user_limits(
  booking app_public.bookings, event app_public.events
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := require_user_limits.booking;
  v_over record;
begin
  -- Who sells for somebody keeps to that buyer's limits, or says why not.
  if v_booking.booking_channel not in ('admin', 'phone') and app_hidden.has_performance_permission(
    v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
  ) then
    return;
  end if;
  perform pg_advisory_xact_lock(k)
  from (
    select hashtextextended(who, 0) as k
    from unnest(array[
      'limit of ' || v_booking.user_id, 'limit of ' || v_booking.customer_id,
      'limit of ' || v_booking.cart_token_hash::text
    ]) as who
    where who is not null
    order by 1
  ) as keys;

  with bought as (
    select i.ticket_category_id, sum(i.quantity - i.returned_quantity) as quantity
    from app_public.bookings as b
    join app_public.performances as p
      on p.organization_id = b.organization_id and p.id = b.performance_id
    join app_public.booking_items as i
      on i.organization_id = b.organization_id and i.booking_id = b.id
    where b.organization_id = v_booking.organization_id
      and p.event_id = (require_user_limits.event).id
      and (
        b.id = v_booking.id
        or (
          (
            b.user_id = v_booking.user_id
            or b.customer_id = v_booking.customer_id
            or b.cart_token_hash = v_booking.cart_token_hash
          )
          and (
            app_private.is_sold(b.status)
            or (
              b.status in ('pending_payment', 'fraud_hold', 'pending_approval')
              and b.expires_at > now()
            )
          )
        )
      )
      and i.item_type in ('seat', 'admission')
    group by i.ticket_category_id
  )
  select l.name, l.maximum, l.quantity into v_over
  from (
    select c.name, c.max_per_user as maximum, b.quantity
    from bought as b
    join app_private.lines_by_category(v_booking) as c
      on c.ticket_category_id = b.ticket_category_id
    union all
    select 'this event', (require_user_limits.event).tickets_per_user_max, sum(b.quantity)
    from bought as b
  ) as l
  where l.quantity > l.maximum
  limit 1;
  if found then
    raise exception 'One buyer gets at most % tickets of %.', v_over.maximum, v_over.name
      using errcode = 'LMMAX', detail = v_over.maximum::text,
        hint = 'Tickets that you have, or are paying for, count too.';
  end if;
end
$$;

comment on function app_private.require_user_limits(app_public.bookings, app_public.events) is
  'Raises LMMAX when the buyer would have more tickets than one may. Staff may buy more.';

--! split: 1174-functions-bookings-return_under_terms.sql
create or replace function app_private.return_under_terms(
  booking app_public.bookings, ticket_ids uuid[], add_on_item_ids uuid[] default null,
  add_on_quantities integer[] default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := return_under_terms.booking;
  v_offer app_private.cancellation_offer;
  v_request app_public.refund_requests;
begin
  if v_booking.status not in ('confirmed', 'partially_paid') then
    perform app_private.raise_booking_status(v_booking);
  end if;
  perform app_private.require_tickets_of(v_booking, return_under_terms.ticket_ids);
  perform app_private.require_add_ons_of(
    v_booking, return_under_terms.add_on_item_ids, return_under_terms.add_on_quantities
  );
  perform app_private.require_not_delivered(v_booking, return_under_terms.add_on_item_ids);
  v_offer := app_private.cancellation_offer_of(v_booking);
  if v_offer.percentage = 0 then
    raise exception 'Tickets of this performance are not taken back, or not any more.'
      using errcode = 'LMNRF', detail = v_booking.performance_id::text,
        hint = 'Ask the organization; quote the booking reference.';
  end if;
  if v_offer.policy_id is not null and not exists (
    select from app_private.refund_units(v_booking) as u
    where u.is_live
      and not exists (
        select from app_public.add_on_deliveries as d
        where d.organization_id = v_booking.organization_id
          and d.booking_item_id = u.booking_item_id
      )
  ) then
    perform app_private.require_not_delivered(v_booking, array(
      select i.id from app_public.booking_items as i
      where i.organization_id = v_booking.organization_id and i.booking_id = v_booking.id
    ));
  end if;
  perform app_private.require_not_handed_on(v_booking, return_under_terms.ticket_ids);
  v_request.organization_id := v_booking.organization_id;
  v_request.booking_id := v_booking.id;
  v_request.currency := v_booking.currency;
  v_request.kind := case
    when coalesce(return_under_terms.ticket_ids, return_under_terms.add_on_item_ids) is null
      then 'full'
    else 'ticket'
  end;
  v_request.add_on_item_ids := return_under_terms.add_on_item_ids;
  v_request.add_on_quantities := return_under_terms.add_on_quantities;
  v_request.status := 'approved';
  v_request.reason := 'customer_request';
  v_request.ticket_ids := return_under_terms.ticket_ids;
  v_request.percentage := v_offer.percentage;
  v_request.refunds_service_fees := v_offer.refunds_service_fees;
  v_request.refunds_processing_fees := v_offer.refunds_processing_fees;
  v_request.cancellation_policy_id := v_offer.policy_id;
  v_request.amount_cents := 0;
  v_request := app_private.carry_out_request(
    v_booking, app_private.store_refund_request(v_request)
  );
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return v_booking;
end
$$;

comment on function app_private.return_under_terms(
  app_public.bookings, uuid[], uuid[], integer[]
) is
  'Takes tickets and units of add-ons of a locked booking back for what its terms say. '
  'Raises LMBST, LMNRF, LMTUS, LMTVD, LMNFD, LMINP.';

--! split: 1175-functions-bookings-seats_of_both.sql
-- Seats have the same id in every version of a layout, whatever their number or place.
create or replace function app_private.seats_of_both(
  performance app_public.performances, layout_id uuid
)
returns table (
  seat_no integer, new_seat_no integer, section_no smallint, row_name text, seat_number text
)
language sql stable
as $$
  select source.seat_no, target.seat_no, target.section_no, target.row_name, target.seat_number
  from app_public.layout_seats as source
  join app_public.layout_seats as target
    on target.organization_id = source.organization_id
    and target.layout_id = seats_of_both.layout_id
    and target.seat_id = source.seat_id
  where source.organization_id = (seats_of_both.performance).organization_id
    and source.layout_id = (seats_of_both.performance).layout_id
$$;

comment on function app_private.seats_of_both(app_public.performances, uuid) is
  'Seats that the layout of a performance and another one have, and what they are in that one.';

--! split: 1176-functions-bookings-sell_claims.sql
create or replace function app_private.sell_claims(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- Slots in order, then the claims; what is missing afterwards has been taken back.
  perform from app_private.admission_claims as c
  join app_private.admission_slots as s
    on s.pool_id = c.pool_id and s.slot_no = c.slot_no and s.organization_id = c.organization_id
  where c.organization_id = (sell_claims.booking).organization_id
    and c.booking_id = (sell_claims.booking).id
  order by s.pool_id, s.slot_no
  for no key update of s;

  with sold as (
    update app_private.admission_claims as c
    set held_until = null
    where c.organization_id = (sell_claims.booking).organization_id
      and c.booking_id = (sell_claims.booking).id
      and c.held_until is not null
    returning c.organization_id, c.pool_id, c.slot_no, c.quantity
  )
  update app_private.admission_slots as s
  set held = s.held - c.quantity, sold = s.sold + c.quantity
  from sold as c
  where s.pool_id = c.pool_id
    and s.slot_no = c.slot_no
    and s.organization_id = c.organization_id;

  perform app_private.require_admissions(sell_claims.booking);
end
$$;

comment on function app_private.sell_claims(app_public.bookings) is
  'Moves what a booking holds of its pools from held to sold. Raises LMEXP.';

--! split: 1177-functions-bookings-sell_to_customer.sql
create or replace function app_private.sell_to_customer(
  booking app_public.bookings, payment app_public.staff_payment
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := sell_to_customer.booking;
begin
  if v_booking.total_amount_cents = 0 or sell_to_customer.payment = 'link' then
    perform app_private.proceed_to_payment(v_booking);
  elsif sell_to_customer.payment = 'invoice' then
    perform app_private.sell_on_invoice(v_booking);
  else
    update app_public.bookings as b
    set status = 'pending_payment' where b.id = v_booking.id
    returning * into v_booking;
    perform app_private.receive_at_box_office(
      v_booking, sell_to_customer.payment::text::app_public.payment_method
    );
  end if;
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  perform app_private.mail_booking(
    v_booking,
    case
      when v_booking.status = 'pending_payment' then 'payment_link'
      when sell_to_customer.payment = 'invoice' then 'booking_invoiced'
      else 'booking_sold'
    end
  );
end
$$;

comment on function app_private.sell_to_customer(app_public.bookings, app_public.staff_payment) is
  'Takes the money of a sale by staff, or asks for it, and mails the customer what comes next.';

--! split: 1178-functions-bookings-serve_waiting_list.sql
-- One job at a time for a performance; another one finds nothing to do. Killed anywhere, nothing
-- was offered, and nobody was told.
create or replace function app_private.serve_waiting_list(performance_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_is_over boolean;
  v_sale app_private.sale;
  v_category app_public.ticket_categories;
  v_accessible boolean;
  v_offers integer := 0;
begin
  if not pg_try_advisory_xact_lock(
    hashtextextended('waiting list of ' || serve_waiting_list.performance_id, 0)
  ) then
    return 0;
  end if;
  v_is_over := app_private.close_waiting_list(serve_waiting_list.performance_id);
  perform app_private.settle_waiting_offers(serve_waiting_list.performance_id);
  if v_is_over then
    return 0;
  end if;
  begin
    v_sale := app_private.open_sale(serve_waiting_list.performance_id);
  exception
    -- Postponed, suspended, not open yet, or private by now: whoever waits keeps their place.
    when sqlstate 'LMEVT' or sqlstate 'LMSAL' or sqlstate 'LMNFD' then
      return 0;
  end;
  if not (
    select e.has_waiting_list from app_public.events as e
    where e.organization_id = v_sale.organization_id and e.id = v_sale.event_id
  ) then
    return 0;
  end if;
  for v_category in select * from app_private.categories_on_sale(v_sale) loop
    foreach v_accessible in array array[false, true] loop
      v_offers := v_offers + app_private.offer_places(v_sale, v_category, v_accessible);
    end loop;
  end loop;
  return v_offers;
end
$$;

comment on function app_private.serve_waiting_list(uuid) is
  'Settles what was offered for a performance, and offers what is free now to whoever waits for '
  'it, in order; returns how many offers were made.';
grant execute on function app_private.serve_waiting_list(uuid) to lml_worker;

--! split: 1179-functions-bookings-set_delivery_address.sql
create or replace function app_public.set_delivery_address(booking_id uuid, address text)
returns app_public.delivery_addresses
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    set_delivery_address.booking_id, 'bookings.manage'
  );
  v_address app_public.delivery_addresses;
  v_constraint text;
  v_column text;
begin
  if v_booking.status not in (
    'draft', 'pending_payment', 'fraud_hold', 'confirmed', 'partially_paid'
  ) then
    perform app_private.raise_booking_status(v_booking);
  end if;
  insert into app_public.delivery_addresses as d (booking_id, organization_id, address)
  values (v_booking.id, v_booking.organization_id, btrim(set_delivery_address.address))
  on conflict on constraint delivery_addresses_pkey do update set address = excluded.address
  returning * into v_address;
  return v_address;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_delivery_address(uuid, text) is
  'Where the add-ons of a booking are mailed to: its name, street, town and country, in lines. '
  'Raises LMINP, LMBST, LMBKG, LMSES, LMCRT.';
grant execute on function app_public.set_delivery_address(uuid, text) to lml_anonymous, lml_user;

--! split: 1180-functions-bookings-settle_waiting_offers.sql
-- What became of an offer is what became of its booking. Whoever works on one of them at this
-- moment keeps it: the next job comes soon.
create or replace function app_private.settle_waiting_offers(performance_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_found record;
begin
  for v_found in
    select w as entry, b as booking
    from app_public.waiting_list_entries as w
    join app_public.bookings as b on b.organization_id = w.organization_id and b.id = w.booking_id
    where w.performance_id = settle_waiting_offers.performance_id
      and w.status in ('gathering', 'offered')
      and (
        b.confirmed_at is not null
        or b.expires_at is null
        or b.expires_at <= now()
        or w.status = 'gathering' and b.status = 'draft'
          and app_private.has_gathered_long(b)
      )
    order by w.id
    for no key update of w, b skip locked
  loop
    if (v_found.booking).confirmed_at is not null then
      update app_public.waiting_list_entries as w
      set status = 'taken', ended_at = now()
      where w.id = (v_found.entry).id;
    elsif (v_found.booking).status = 'canceled' then
      update app_public.waiting_list_entries as w
      set status = 'left', ended_at = now()
      where w.id = (v_found.entry).id;
    elsif (v_found.entry).status = 'offered' then
      update app_public.waiting_list_entries as w
      set status = 'lapsed', ended_at = now()
      where w.id = (v_found.entry).id;
      perform app_private.mail_waiting(v_found.entry, 'waiting_list_lapsed');
    else
      if (v_found.booking).expires_at > now() then
        perform app_private.close_booking(v_found.booking, null);
      end if;
      update app_public.waiting_list_entries as w
      set status = 'waiting', booking_id = null, gathered = 0, times_passed = 0
      where w.id = (v_found.entry).id;
    end if;
  end loop;
end
$$;

comment on function app_private.settle_waiting_offers(uuid) is
  'Ends offers that were taken or have run out, and gives back what was gathered in vain.';

--! split: 1181-functions-bookings-start_checkout.sql
create or replace function app_public.start_checkout(
  booking_id uuid, email text default null, first_name text default null,
  last_name text default null, phone text default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    start_checkout.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
  v_contact app_public.users;
  v_action app_public.fraud_action;
  v_requires_approval boolean;
  v_is_reopened boolean := v_booking.checkout_started_at is not null;
begin
  if app_private.replay_result(
    start_checkout.idempotency_key, 'start_checkout',
    jsonb_build_array(
      start_checkout.booking_id, start_checkout.email, start_checkout.first_name,
      start_checkout.last_name, start_checkout.phone
    )
  ) is not null then
    -- No checkout leaves a draft: its buyer went back to the cart.
    if v_booking.status = 'draft' then
      raise exception 'This checkout was taken back.'
        using errcode = 'LMIDK', detail = 'start_checkout',
          hint = 'Use a new key to check out again.';
    end if;
    return app_private.masked_booking(v_booking);
  end if;
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  v_requires_approval := app_private.asks_for_approval(v_booking);
  if v_requires_approval is null then
    raise exception 'The booking is empty.' using errcode = 'LMQTY', detail = '0';
  end if;

  perform app_private.require_revenue_limit(v_booking);

  v_contact := app_private.require_contact(
    v_booking.user_id, start_checkout.email, start_checkout.first_name, start_checkout.last_name,
    start_checkout.phone
  );
  perform app_private.prolong_hold(
    v_booking, least(
      now() + make_interval(secs => v_sale.checkout_seconds),
      v_booking.created_at + make_interval(secs => v_sale.hold_seconds_max)
    )
  );
  update app_public.bookings as b
  set customer_id = app_private.find_or_create_customer(
      v_booking.organization_id, v_booking.user_id, v_contact.email, v_contact.first_name,
      v_contact.last_name, v_contact.phone
    ),
    customer_email = v_contact.email,
    customer_name = nullif(concat_ws(' ', v_contact.first_name, v_contact.last_name), ''),
    checkout_started_at = now()
  where b.id = v_booking.id
  returning * into v_booking;

  perform app_private.require_buyer_limits(v_booking);
  if v_booking.discount_cents > 0 then
    perform app_private.require_discount_uses(v_booking);
  end if;

  v_action := app_private.screen_checkout(v_booking, v_contact.phone);
  -- What was asked for before somebody went back to the cart, and is not to be paid now.
  if v_is_reopened and (
    v_action = 'review' or v_requires_approval or v_booking.total_amount_cents = 0
  ) then
    perform app_private.withdraw_payment(v_booking);
  end if;
  if v_action = 'block' then
    perform app_private.refuse_checkout(v_booking);
  elsif v_action = 'review' then
    perform app_private.hold_for_review(v_booking);
  elsif v_requires_approval then
    perform app_private.request_approval(v_booking);
  else
    perform app_private.proceed_to_payment(v_booking);
  end if;
  perform app_private.keep_result(start_checkout.idempotency_key, v_booking.id);
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.start_checkout(uuid, text, text, text, text, text) is
  'Freezes a draft, prolongs its hold and asks for the payment; a free booking is confirmed at '
  'once. A user''s own address and name are the defaults. The rules against fraud may return it '
  'canceled (not accepted; its seats are free) or as fraud_hold (somebody looks at it first), and '
  'a category that requires approval as pending_approval. '
  'Raises LMBKG, LMBST, LMEXP, LMCON (no e-mail address), LMQTY (empty), LMEVT, LMSAL, LMINP, '
  'LMSES, LMCRT, LMIDK (also for a checkout that reopen_checkout took back), '
  'LMLIM (the organization''s plan), LMMAX (one buyer gets no more), '
  'LMPLN (its payment plan is not for it any more), '
  'LMDSC (one buyer uses the discount code no more often), '
  'LMNFD (a private event without its code).';
grant execute on function app_public.start_checkout(uuid, text, text, text, text, text)
  to lml_anonymous, lml_user;

--! split: 1182-functions-bookings-waiting_list_entries_place.sql
-- People who wait for any category are in everybody's way, and everybody is in theirs.
create or replace function app_public.waiting_list_entries_place(
  entry app_public.waiting_list_entries
)
returns integer
language sql stable security definer set search_path = ''
as $$
  select (
    select count(*)::integer
    from app_public.waiting_list_entries as w
    where w.organization_id = mine.organization_id
      and w.performance_id = mine.performance_id
      and w.ended_at is null
      and w.status <> 'offered'
      and w.is_accessible = mine.is_accessible
      and coalesce(w.ticket_category_id = mine.ticket_category_id, true)
      and w.id <= mine.id
  )
  from app_public.waiting_list_entries as mine
  where mine.id = (waiting_list_entries_place.entry).id
    and mine.status in ('waiting', 'gathering')
$$;

comment on function app_public.waiting_list_entries_place(app_public.waiting_list_entries) is
  'Which one is next, counted from 1; null for who waits no more.';
grant execute on function app_public.waiting_list_entries_place(app_public.waiting_list_entries)
  to lml_anonymous, lml_user;

--! split: 1183-functions-bookings-waiting_list_entry_by_token.sql
create or replace function app_public.waiting_list_entry_by_token(token text)
returns app_public.waiting_list_entries
language sql stable security definer set search_path = ''
as $$
  select w.*
  from app_private.waiting_list_tokens as t
  join app_public.waiting_list_entries as w
    on w.organization_id = t.organization_id and w.id = t.entry_id
  where t.token_hash = app_hidden.hash_token(waiting_list_entry_by_token.token)
$$;

comment on function app_public.waiting_list_entry_by_token(text) is
  'What became of the waiting of a guest, by the token of their mail; null for any other token.';
grant execute on function app_public.waiting_list_entry_by_token(text)
  to lml_anonymous, lml_user;

--! split: 1184-functions-bookings-waiting_offer_time.sql
create or replace function app_private.waiting_offer_time(organization_id uuid)
returns interval
language sql stable security definer set search_path = ''
as $$
  select make_interval(secs => s.waiting_offer_seconds)
  from app_public.organization_settings as s
  where s.organization_id = waiting_offer_time.organization_id
$$;

comment on function app_private.waiting_offer_time(uuid) is
  'How long an organization keeps places for whoever waited for them.';

--! split: 1185-functions-payments-adopt_refund.sql
-- Booking and payment are locked. What the buyer has back takes first what a refund of ours has
-- failed to return, whose rest is sent again; what is then missing of the price is taken off the
-- sale.
create or replace function app_private.adopt_refund(
  booking app_public.bookings, intent app_public.payment_intents, object jsonb, note text
)
returns app_public.refunds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := adopt_refund.booking;
  v_intent app_public.payment_intents := adopt_refund.intent;
  v_amount bigint := adopt_refund.object ->> 'amount';
  v_failed app_public.refunds := app_private.refund_to_replace(v_intent, v_amount);
  v_request app_public.refund_requests;
  v_id uuid;
  v_refund app_public.refunds;
begin
  if v_booking.status in ('partially_paid', 'disputed') then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  perform app_private.require_undisputed(v_intent, v_amount);
  v_id := app_private.queue_refund(
    v_intent, v_amount, coalesce(v_failed.reason, 'customer_request'), v_failed.request_id, v_failed
  );
  update app_public.refunds as r
  set stripe_refund_id = adopt_refund.object ->> 'id'
  where r.id = v_id
  returning * into strict v_refund;
  if v_failed.amount_cents > v_amount then
    perform app_private.queue_refund(
      v_intent, v_failed.amount_cents - v_amount, v_failed.reason, v_failed.request_id
    );
  end if;
  v_request.amount_cents := least(
    v_amount, app_private.owed_of(v_booking),
    v_booking.total_amount_cents - v_booking.refunded_cents
  );
  if v_booking.status not in ('confirmed', 'completed') or v_request.amount_cents = 0 then
    return v_refund;
  end if;
  v_request.organization_id := v_booking.organization_id;
  v_request.booking_id := v_booking.id;
  v_request.currency := v_booking.currency;
  v_request.kind := 'partial';
  v_request.status := 'approved';
  v_request.reason := v_refund.reason;
  v_request.note := adopt_refund.note;
  v_request.is_exception := true;
  v_request := app_private.store_refund_request(v_request);
  update app_public.refunds as r set request_id = v_request.id
  where r.id = v_refund.id
  returning * into v_refund;
  perform app_private.take_back(
    v_booking, v_request,
    array(select p from app_private.parts_of_amount(v_booking, v_request.amount_cents) as p)
  );
  return v_refund;
end
$$;

comment on function app_private.adopt_refund(
  app_public.bookings, app_public.payment_intents, jsonb, text
) is
  'Makes a refund of what somebody has returned at Stripe, and takes what it was for off the sale. '
  'Raises LMBST, LMDSP, LMRFX.';

--! split: 1186-functions-payments-adopt_reversal.sql
-- The payout is locked.
create or replace function app_private.adopt_reversal(
  payout app_public.payouts, object jsonb, note text
)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := adopt_reversal.payout;
  v_id uuid;
begin
  insert into app_public.payout_reversals (
    organization_id, payout_id, amount_cents, reason, requested_by
  )
  values (
    v_payout.organization_id, v_payout.id, (adopt_reversal.object ->> 'amount')::bigint,
    adopt_reversal.note, app_hidden.require_user_id()
  )
  returning id into v_id;
  update app_public.payouts as p
  set reversed_cents = p.reversed_cents + (adopt_reversal.object ->> 'amount')::bigint
  where p.id = v_payout.id
  returning * into v_payout;
  perform app_private.record_payout_reversal(
    v_id, adopt_reversal.object ->> 'id',
    app_private.stripe_id_in(adopt_reversal.object, 'balance_transaction'), null
  );
  return v_payout;
end
$$;

comment on function app_private.adopt_reversal(app_public.payouts, jsonb, text) is
  'Makes a reversal of what somebody has taken back at Stripe.';

--! split: 1187-functions-payments-agreed_fees_payer.sql
create or replace function app_private.agreed_fees_payer(
  organization_id uuid, source text, corrects_id uuid
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    case
      when starts_with(agreed_fees_payer.source, 'stripe_fee:') then
        app_private.bears_stripe_fees(s.organization_id, f.id)
      when starts_with(agreed_fees_payer.source, 'dispute') then (
        select app_private.bears_stripe_fees(d.organization_id, d.payment_intent_id)
        from app_public.disputes as d
        where d.organization_id = s.organization_id and d.id = f.id
      )
    end,
    (
      select t.pays_stripe_fees from app_public.ledger_transactions as t
      where t.organization_id = s.organization_id and t.id = agreed_fees_payer.corrects_id
        and t.category ~ '^(payment|stripe_fee|dispute)'
    ),
    s.pays_stripe_fees
  )
  from app_public.organization_settings as s
  cross join lateral (
    select case when pg_input_is_valid(i.text, 'uuid') then i.text::uuid end as id
    from split_part(agreed_fees_payer.source, ':', 2) as i (text)
  ) as f
  where s.organization_id = agreed_fees_payer.organization_id
$$;

comment on function app_private.agreed_fees_payer(uuid, text, uuid) is
  'Whether the organization bears what Stripe charges for a fact: as agreed for its payment, or '
  'for what it corrects, or else as agreed now.';

--! split: 1188-functions-payments-apply_deauthorization.sql
-- The owner of an account has cut the platform off: nothing can be transferred any more, and what
-- was to be is paid to the account that they open next. While an
-- account has not got its id at Stripe, nobody knows whose news these are.
create or replace function app_private.apply_deauthorization(event jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_stripe_id text := apply_deauthorization.event ->> 'account';
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
  where a.stripe_account_id = v_stripe_id
  returning * into v_account;
  if v_account.id is not null then
    perform app_private.give_payouts_of_account_up(v_account);
    return 'applied';
  end if;
  return case
    when exists (
      select from app_public.stripe_accounts as a
      where a.stripe_account_id is null and a.failure_reason is null
    ) then 'parked: ' || v_stripe_id
    else 'ignored: not ours'
  end;
end
$$;

comment on function app_private.apply_deauthorization(jsonb) is
  'Takes an account out of use that its owner has cut off: applied, parked while it may be one '
  'whose id is not known yet, or ignored.';

--! split: 1189-functions-payments-apply_platform_payout.sql
-- From events and from Stripe's answers alike, in any order.
create or replace function app_private.apply_platform_payout(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- What comes later stays.
  c_statuses constant text[] := '{pending,in_transit,paid,canceled,failed}';
  v_object jsonb := apply_platform_payout.object;
  v_payout app_private.platform_payouts;
begin
  if array_position(c_statuses, v_object ->> 'status') is null then
    return 'refused: event_status_unknown';
  end if;
  if not coalesce(pg_input_is_valid(v_object ->> 'amount', 'bigint'), false) then
    return 'refused: event_amount_differs';
  end if;
  insert into app_private.platform_payouts (id, amount_cents, currency, stripe_created_at)
  values (
    v_object ->> 'id', (v_object ->> 'amount')::bigint, upper(v_object ->> 'currency'),
    to_timestamp((v_object ->> 'created')::double precision)
  )
  on conflict (id) do nothing;
  select * into strict v_payout
  from app_private.platform_payouts as p where p.id = v_object ->> 'id'
  for no key update;
  if v_object ->> 'amount' <> v_payout.amount_cents::text then
    return 'refused: event_amount_differs';
  end if;
  if upper(v_object ->> 'currency') is distinct from v_payout.currency then
    return 'refused: event_currency_differs';
  end if;
  if array_position(c_statuses, v_object ->> 'status')
    <= array_position(c_statuses, v_payout.status)
  then
    return 'applied';
  end if;
  update app_private.platform_payouts as p
  set status = v_object ->> 'status', failure_code = left(v_object ->> 'failure_code', 100),
    told_at = now()
  where p.id = v_payout.id
  returning * into v_payout;
  if v_payout.status = 'failed' then
    perform app_private.raise_payment_finding(
      'bank_payout_failed', v_payout.id, null, null,
      jsonb_build_object(
        'amount', v_payout.amount_cents, 'currency', v_payout.currency,
        'failure_code', v_payout.failure_code
      )
    );
  end if;
  return 'applied';
end
$$;

comment on function app_private.apply_platform_payout(jsonb) is
  'What Stripe says of a payout to the platform''s bank: applied, or refused when it was another '
  'amount. One that failed is a finding.';
grant execute on function app_private.apply_platform_payout(jsonb) to lml_worker;

--! split: 1190-functions-payments-apply_refund.sql
-- By our own id in the metadata; one that was made at Stripe, and booked here, by Stripe's.
create or replace function app_private.apply_refund(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_text text := apply_refund.object #>> '{metadata,lml_refund_id}';
  v_refund app_public.refunds;
begin
  if pg_input_is_valid(coalesce(v_text, ''), 'uuid') then
    select * into v_refund from app_public.refunds as r where r.id = v_text::uuid;
    if not found then
      return app_private.outcome_without_parent(apply_refund.object, 'lml_refund_id');
    end if;
  else
    select * into v_refund
    from app_public.refunds as r where r.stripe_refund_id = apply_refund.object ->> 'id';
    if not found then
      return app_private.outcome_of_unasked_refund(apply_refund.object);
    end if;
  end if;
  if apply_refund.object ->> 'amount' is distinct from v_refund.amount_cents::text then
    return 'refused: event_amount_differs';
  end if;
  if upper(apply_refund.object ->> 'currency') is distinct from v_refund.currency then
    return 'refused: event_currency_differs';
  end if;
  if apply_refund.object ->> 'id' <> v_refund.stripe_refund_id
    or app_private.stripe_id_in(apply_refund.object, 'payment_intent') <> (
      select p.stripe_payment_intent_id from app_public.payment_intents as p
      where p.organization_id = v_refund.organization_id and p.id = v_refund.payment_intent_id
    )
  then
    return 'refused: event_identity_differs';
  end if;
  if not app_private.belongs_as_it_says(
    apply_refund.object, v_refund.organization_id, v_refund.booking_id
  ) then
    return 'refused: event_metadata_differs';
  end if;
  perform app_private.record_refund(
    v_refund.id, apply_refund.object ->> 'id', apply_refund.object ->> 'status',
    apply_refund.object ->> 'failure_reason'
  );
  -- What came back had left, also when nobody has told, or never will, that it had succeeded.
  if apply_refund.object ->> 'status' = 'failed'
    and apply_refund.object ->> 'failure_balance_transaction' is not null
  then
    perform app_private.record_refund(
      v_refund.id, apply_refund.object ->> 'id', 'succeeded', null
    );
  end if;
  return 'applied';
end
$$;

comment on function app_private.apply_refund(jsonb) is
  'What Stripe says of a refund: applied, ignored when it is not ours, parked when it is not '
  'known, refused when it is not what was asked for.';

--! split: 1191-functions-payments-apply_transfer.sql
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
  if not app_private.belongs_as_it_says(v_object, v_payout.organization_id) then
    return 'refused: event_metadata_differs';
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
  ) or exists (
    select from app_private.unasked_reversals_in(v_object, v_payout.organization_id)
  ) then
    return 'refused: reversal_not_asked_for';
  end if;
  return 'applied';
end
$$;

comment on function app_private.apply_transfer(jsonb) is
  'What Stripe says of a transfer: applied, ignored when it is none of ours, parked while its '
  'payout is unknown, refused when it is not what was asked for.';

--! split: 1192-functions-payments-approve_payout.sql
create or replace function app_public.approve_payout(payout_id uuid, note text default null)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout_to_send(
    approve_payout.payout_id, 'payouts.approve', 'pending_approval'
  );
  v_constraint text;
  v_column text;
begin
  perform app_private.refuse_own_request(v_payout.requested_by, 'payouts.approve');
  update app_public.payouts as p
  set status = 'approved', approved_by = app_hidden.current_user_id(), approved_at = now(),
    decision_note = approve_payout.note
  where p.id = v_payout.id
  returning * into v_payout;
  perform app_private.send_when_due(v_payout);
  return v_payout;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.approve_payout(uuid, text) is
  'Approves a payout that somebody else, or the schedule, has made, and has it sent. Needs '
  'payouts.approve. Raises LMAPV (your own), LMPOS, LMPOA, LMORG, LMINP, LMNFD, '
  'LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.approve_payout(uuid, text) to lml_user;

--! split: 1193-functions-payments-approve_refund.sql
create or replace function app_public.approve_refund(request_id uuid, note text default null)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_request app_public.refund_requests := app_private.lock_refund_request(
    approve_refund.request_id
  );
  v_booking app_public.bookings;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.refuse_impersonator();
  perform app_private.refuse_own_request(v_request.requested_by, 'payments.approve');
  select * into strict v_booking from app_public.bookings as b where b.id = v_request.booking_id;
  perform app_private.require_refundable(v_booking, v_request.kind);
  update app_public.refund_requests as r
  set status = 'approved', decided_by = app_hidden.current_user_id(), decided_at = now(),
    decision_note = approve_refund.note
  where r.id = v_request.id
  returning * into v_request;
  return app_private.carry_out_request(v_booking, v_request);
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.approve_refund(uuid, text) is
  'Approves a refund that somebody else has asked for, which queues it at once. Needs '
  'payments.approve. Raises LMNFD, LMRGT, LMAPV (your own), LMRFD (it was decided), LMRFX (less is '
  'left), LMBST, LMTUS, LMTVD, LMINP, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.approve_refund(uuid, text) to lml_user;

--! split: 1194-functions-payments-bears_stripe_fees.sql
-- What was agreed when the payment came is with the fact that it did.
create or replace function app_private.bears_stripe_fees(
  organization_id uuid, payment_intent_id uuid
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select t.pays_stripe_fees
  from app_public.ledger_transactions as t
  where t.organization_id = bears_stripe_fees.organization_id
    and t.source = 'payment:' || bears_stripe_fees.payment_intent_id
$$;

comment on function app_private.bears_stripe_fees(uuid, uuid) is
  'Whether the organization bears what Stripe charges for a payment and its disputes; null for a '
  'payment that did not come.';

--! split: 1195-functions-payments-belongs_as_it_says.sql
-- Metadata can be changed at Stripe, and by other programs with the same key.
create or replace function app_private.belongs_as_it_says(
  object jsonb, organization_id uuid, booking_id uuid default null
)
returns boolean
language sql immutable security definer set search_path = ''
as $$
  select coalesce(
      belongs_as_it_says.object #>> '{metadata,lml_organization_id}'
        = belongs_as_it_says.organization_id::text, true
    )
    and coalesce(
      belongs_as_it_says.object #>> '{metadata,lml_booking_id}'
        = belongs_as_it_says.booking_id::text, true
    )
$$;

comment on function app_private.belongs_as_it_says(jsonb, uuid, uuid) is
  'Whether an object of Stripe, as far as its metadata says so, belongs to an organization and to '
  'a booking of it.';

--! split: 1196-functions-payments-book_unasked_refund.sql
-- Who returns money in Stripe's dashboard asks nobody here, so that nothing is booked before
-- somebody says that it was meant. What Stripe has told of it is then applied as of any other one.
create or replace function app_public.book_unasked_refund(finding_id uuid, note text)
returns app_public.refunds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_finding app_public.payment_findings;
  v_booking app_public.bookings;
  v_object jsonb;
  v_refund app_public.refunds;
  v_constraint text;
  v_column text;
begin
  select * into v_finding
  from app_public.payment_findings as f where f.id = book_unasked_refund.finding_id;
  v_booking := app_private.lock_booking_for_refund(v_finding.booking_id, 'payments.refund');
  perform app_hidden.refuse_impersonator();
  select * into v_refund
  from app_public.refunds as r
  where r.organization_id = v_booking.organization_id and r.stripe_refund_id = v_finding.subject;
  if found then
    return v_refund;
  end if;
  if coalesce(length(trim(book_unasked_refund.note)), 0) not between 1 and 2000 then
    raise exception 'Say why it was returned.' using errcode = 'LMINP', detail = 'note';
  end if;
  v_object := app_private.object_of_finding(v_finding);
  if v_finding.kind <> 'refund_not_asked_for'
    or v_object ->> 'object' is distinct from 'refund'
  then
    raise exception 'This tells of no refund that could be booked.'
      using errcode = 'LMINP', detail = 'finding_id',
        hint = 'Take the finding whose subject is the refund; after 90 days have it sent again.';
  end if;
  if v_object ->> 'status' in ('failed', 'canceled') then
    raise exception 'It did not arrive: nothing was returned.'
      using errcode = 'LMINP', detail = 'status', hint = 'Close the finding.';
  end if;
  v_refund := app_private.adopt_refund(
    v_booking, app_private.lock_payment_of(v_object), v_object, trim(book_unasked_refund.note)
  );
  perform app_private.apply_refund(e.payload #> '{data,object}')
  from (
    select e.payload from app_private.stripe_events as e
    where e.id = any (v_finding.stripe_event_ids)
    order by e.stripe_created_at, e.id
  ) as e;
  update app_public.payment_findings as f
  set resolved_at = now(), resolved_by = app_hidden.current_user_id(),
    resolution_note = trim(book_unasked_refund.note)
  where f.organization_id = v_booking.organization_id and f.kind = 'refund_not_asked_for'
    and f.resolved_at is null
    and f.subject in (v_finding.subject, app_private.stripe_id_in(v_object, 'charge'));
  select * into strict v_refund from app_public.refunds as r where r.id = v_refund.id;
  return v_refund;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.book_unasked_refund(uuid, text) is
  'Books what somebody has returned by hand at Stripe, of which a finding tells: as a refund, and '
  'as what it takes back of the sale; the buyer keeps the tickets. If one of ours failed because '
  'of it, it takes that one''s place. Closes the finding; repeating it is harmless. Needs '
  'payments.refund. Raises LMBKG, LMRGT, LMBST (a booking in installments), LMDSP (the payment is '
  'disputed), LMRFX (refunds of ours are under way), LMINP, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.book_unasked_refund(uuid, text) to lml_user;

--! split: 1197-functions-payments-book_unasked_reversals.sql
-- As with refunds, nothing is booked before somebody says that it was meant.
create or replace function app_public.book_unasked_reversals(finding_id uuid, note text)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_finding app_public.payment_findings;
  v_object jsonb;
  v_payout app_public.payouts;
  v_reversal jsonb;
begin
  perform app_hidden.require_platform_role('support');
  select * into v_finding
  from app_public.payment_findings as f where f.id = book_unasked_reversals.finding_id;
  if not found then
    raise exception 'There is no such finding.' using errcode = 'LMNFD', detail = 'finding_id';
  end if;
  if coalesce(length(trim(book_unasked_reversals.note)), 0) not between 1 and 2000 then
    raise exception 'Say why it was taken back.' using errcode = 'LMINP', detail = 'note';
  end if;
  v_object := app_private.object_of_finding(v_finding);
  select p.* into v_payout
  from app_public.payouts as p
  where p.stripe_transfer_id = v_object ->> 'id' and p.status = 'paid'
  for no key update;
  if v_finding.kind <> 'reversal_not_asked_for' or v_payout.id is null then
    raise exception 'This tells of no reversal that could be booked.'
      using errcode = 'LMINP', detail = 'finding_id', hint = 'After 90 days have it sent again.';
  end if;
  for v_reversal in
    select r from app_private.unasked_reversals_in(v_object, v_payout.organization_id) as r
  loop
    v_payout := app_private.adopt_reversal(
      v_payout, v_reversal, trim(book_unasked_reversals.note)
    );
  end loop;
  update app_public.payment_findings as f
  set resolved_at = now(), resolved_by = app_hidden.current_user_id(),
    resolution_note = trim(book_unasked_reversals.note)
  where f.id = v_finding.id and f.resolved_at is null;
  return v_payout;
end
$$;

comment on function app_public.book_unasked_reversals(uuid, text) is
  'Books what somebody has taken back of a payout by hand at Stripe, of which a finding tells: the '
  'payee is owed it again. Closes the finding; repeating it is harmless. For the platform''s '
  'support. Raises LMINP, LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.book_unasked_reversals(uuid, text) to lml_user;

--! split: 1198-functions-payments-cancel_payout.sql
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
  if app_hidden.current_platform_role() is null and app_private.is_held_by_platform(v_payout) then
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
  'Gives up a payout that is not on its way, and its holds; what it would have paid is paid with '
  'the next one. Needs payouts.manage. Raises LMPOS, LMPOA (the platform holds it), LMINP, LMNFD, '
  'LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.cancel_payout(uuid, text) to lml_user;

--! split: 1199-functions-payments-cancellation_offer_of.sql
-- A postponement offers the whole price whatever the terms are, as long as it does, to those who
-- chose what there was before. Who came later knew what they were buying.
create or replace function app_private.cancellation_offer_of(booking app_public.bookings)
returns app_private.cancellation_offer
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_offer app_private.cancellation_offer;
begin
  select null, null, 100, p.refunds_until, true, true into v_offer
  from app_public.performances as p
  where p.organization_id = (cancellation_offer_of.booking).organization_id
    and p.id = (cancellation_offer_of.booking).performance_id
    and p.status in ('scheduled', 'postponed') and p.refunds_until > now()
    and (cancellation_offer_of.booking).created_at <= coalesce(
      (
        select max(n.created_at) from app_private.performance_notices as n
        where n.performance_id = p.id and n.organization_id = p.organization_id
      ),
      'infinity'
    );
  if found then
    return v_offer;
  end if;
  v_offer := null;
  v_offer.policy_id := case
    when (cancellation_offer_of.booking).status = 'draft' then app_private.cancellation_policy_of(
      (cancellation_offer_of.booking).organization_id,
      (cancellation_offer_of.booking).performance_id
    )
    else (cancellation_offer_of.booking).cancellation_policy_id
  end;
  select c.id, c.version, coalesce(w.percentage, 0), w.until, c.refunds_service_fees,
    c.refunds_processing_fees
  into v_offer
  from app_public.cancellation_policies as c
  left join lateral (
    select w.* from app_private.cancellation_windows_of(
      c.id, (cancellation_offer_of.booking).performance_id
    ) as w
    where w.until >= now()
    order by w.days_before desc
    limit 1
  ) as w on true
  where c.id = v_offer.policy_id;
  v_offer.percentage := coalesce(v_offer.percentage, 0);
  return v_offer;
end
$$;

comment on function app_private.cancellation_offer_of(app_public.bookings) is
  'What the buyer of a booking gets back for it now.';

--! split: 1200-functions-payments-check_account_is_on_its_side.sql
create or replace function app_private.check_account_is_on_its_side()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_account_is_on_its_side() is
  'An account that may not be negative, and is.';

--! split: 1201-functions-payments-check_authorized_card_waits_for_an_answer.sql
create or replace function app_private.check_authorized_card_waits_for_an_answer()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'authorized_card_waits_for_an_answer', b.organization_id, b.id,
    format('a card is authorized, and the booking is %s', b.status)
  from app_public.payment_intents as p
  join app_public.bookings as b
    on b.organization_id = p.organization_id and b.id = p.booking_id
  -- As text, since the value is younger than some transactions that make this function.
  where p.status::text = 'authorized'
    and b.status <> case when p.capture_requested_at is null
      then 'pending_approval' else 'pending_payment' end::app_public.booking_status
$$;

comment on function app_private.check_authorized_card_waits_for_an_answer() is
  'An authorized card whose booking waits for no answer.';

--! split: 1202-functions-payments-check_balance_of_a_closed_month_is_its_entries.sql
create or replace function app_private.check_balance_of_a_closed_month_is_its_entries()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_balance_of_a_closed_month_is_its_entries() is
  'A balance of a closed month that is not the sum of its entries.';

--! split: 1203-functions-payments-check_books.sql
create or replace function app_private.check_books()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_payment_is_in_the_books()
  union all
  select * from app_private.check_sale_is_in_the_books()
  union all
  select * from app_private.check_refund_is_in_the_books()
  union all
  select * from app_private.check_taken_back_is_in_the_books()
  union all
  select * from app_private.check_ledger_transaction_is_balanced()
  union all
  select * from app_private.check_stripe_balance_is_what_came_and_went()
  union all
  select * from app_private.check_buyer_clearing_is_total_less_paid()
  union all
  select * from app_private.check_promoter_has_the_share_that_was_frozen()
  union all
  select * from app_private.check_money_that_moved_has_its_row()
  union all
  select * from app_private.check_money_that_moved_is_in_the_books()
  union all
  select * from app_private.check_fact_counts_within_its_month()
  union all
  select * from app_private.check_months_follow_each_other()
  union all
  select * from app_private.check_balance_of_a_closed_month_is_its_entries()
  union all
  select * from app_private.check_account_is_on_its_side()
$$;

comment on function app_private.check_books() is
  'What is inconsistent of the books, with themselves or with what they tell of.';

--! split: 1204-functions-payments-check_buyer_clearing_is_total_less_paid.sql
create or replace function app_private.check_buyer_clearing_is_total_less_paid()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_buyer_clearing_is_total_less_paid() is
  'A booking whose balance in the books is not what its buyer owes.';

--! split: 1205-functions-payments-check_confirmed_booking_is_paid.sql
create or replace function app_private.check_confirmed_booking_is_paid()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'confirmed_booking_is_paid', b.organization_id, b.id,
    format(
      'received %s of %s, of which %s were taken back', coalesce(p.received, 0),
      b.total_amount_cents - i.open, b.refunded_cents
    )
  from app_public.bookings as b
  left join lateral (
    select sum(app_private.left_of_payment(p)) as received
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
$$;

comment on function app_private.check_confirmed_booking_is_paid() is
  'A confirmed booking whose payments are not its price.';

--! split: 1206-functions-payments-check_dispute_is_in_the_books.sql
create or replace function app_private.check_dispute_is_in_the_books()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_dispute_is_in_the_books() is
  'A dispute whose money is not in the books as it says.';

--! split: 1207-functions-payments-check_dispute_is_settled.sql
create or replace function app_private.check_dispute_is_settled()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_dispute_is_settled() is
  'An open dispute whose booking is not disputed, or a lost one that was not charged.';

--! split: 1208-functions-payments-check_disputed_booking_has_an_open_dispute.sql
create or replace function app_private.check_disputed_booking_has_an_open_dispute()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'disputed_booking_has_an_open_dispute', b.organization_id, b.id, 'no dispute of it is open'
  from app_public.bookings as b
  where b.status = 'disputed'
    and not exists (
      select from app_public.disputes as d
      where d.organization_id = b.organization_id and d.booking_id = b.id
        and d.status in ('needs_response', 'under_review')
    )
$$;

comment on function app_private.check_disputed_booking_has_an_open_dispute() is
  'A booking that is disputed, and none of its disputes is open.';

--! split: 1209-functions-payments-check_disputed_is_sum_of_disputes.sql
create or replace function app_private.check_disputed_is_sum_of_disputes()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_disputed_is_sum_of_disputes() is
  'A payment that counts more as disputed than its disputes sum to, or less.';

--! split: 1210-functions-payments-check_disputes.sql
create or replace function app_private.check_disputes()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_disputed_is_sum_of_disputes()
  union all
  select * from app_private.check_dispute_is_in_the_books()
  union all
  select * from app_private.check_dispute_is_settled()
  union all
  select * from app_private.check_fee_of_a_lost_dispute_is_borne_once()
  union all
  select * from app_private.check_disputed_booking_has_an_open_dispute()
$$;

comment on function app_private.check_disputes() is
  'What is inconsistent of disputes.';

--! split: 1211-functions-payments-check_fact_counts_within_its_month.sql
create or replace function app_private.check_fact_counts_within_its_month()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'fact_counts_within_its_month', t.organization_id, t.id,
    format('%s is not in %s', t.effective_at, to_char(t.accounting_period, 'YYYY-MM'))
  from app_public.ledger_transactions as t
  join app_public.accounting_periods as p
    on p.organization_id = t.organization_id and p.period = t.accounting_period
  where t.effective_at < p.starts_at or t.effective_at >= p.ends_at
$$;

comment on function app_private.check_fact_counts_within_its_month() is
  'A ledger transaction that counts in a month in which it did not happen.';

--! split: 1212-functions-payments-check_fee_of_a_lost_dispute_is_borne_once.sql
-- By a payout, as Stripe's other fees, or because it was lost.
create or replace function app_private.check_fee_of_a_lost_dispute_is_borne_once()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'fee_of_a_lost_dispute_is_borne_once', d.organization_id, d.id,
    format('of %s the organizer bears %s', d.fee_cents, e.borne)
  from app_public.disputes as d
  cross join lateral (
    select coalesce(sum(e.amount_cents), 0) as borne
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where t.organization_id = d.organization_id and t.booking_id = d.booking_id
      and starts_with(t.category, 'dispute') and split_part(t.source, ':', 2) = d.id::text
      and (a.kind = 'organizer_payable' or a.kind = 'stripe_fees' and t.pays_stripe_fees)
  ) as e
  where d.status = 'lost' and e.borne <> d.fee_cents
$$;

comment on function app_private.check_fee_of_a_lost_dispute_is_borne_once() is
  'A lost dispute whose fee the organizer bears twice, or not at all.';

--! split: 1213-functions-payments-check_ledger_transaction_is_balanced.sql
create or replace function app_private.check_ledger_transaction_is_balanced()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'ledger_transaction_is_balanced', t.organization_id, t.id,
    format('%s entries sum to %s', count(e.id), coalesce(sum(e.amount_cents), 0))
  from app_public.ledger_transactions as t
  left join app_public.ledger_entries as e
    on e.organization_id = t.organization_id and e.transaction_id = t.id
  group by t.organization_id, t.id
  having count(e.id) < 2 or sum(e.amount_cents) <> 0
$$;

comment on function app_private.check_ledger_transaction_is_balanced() is
  'A ledger transaction whose entries do not sum to zero.';

--! split: 1214-functions-payments-check_line_gives_back_what_it_has.sql
create or replace function app_private.check_line_gives_back_what_it_has()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_line_gives_back_what_it_has() is
  'A line that gives back more fees or tax than it has.';

--! split: 1215-functions-payments-check_money_that_moved_has_its_row.sql
create or replace function app_private.check_money_that_moved_has_its_row()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_money_that_moved_has_its_row() is
  'An entry on Stripe''s account without its row in payment_transactions.';

--! split: 1216-functions-payments-check_money_that_moved_is_in_the_books.sql
create or replace function app_private.check_money_that_moved_is_in_the_books()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_money_that_moved_is_in_the_books() is
  'A row of payment_transactions without its entry on Stripe''s account.';

--! split: 1217-functions-payments-check_months_follow_each_other.sql
create or replace function app_private.check_months_follow_each_other()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_months_follow_each_other() is
  'A month of the books that does not begin where the one before it ends.';

--! split: 1218-functions-payments-check_open_payment_is_of_the_price.sql
create or replace function app_private.check_open_payment_is_of_the_price()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'open_payment_is_of_the_price', b.organization_id, b.id,
    format('to be paid are %s of %s', p.amount_cents, b.total_amount_cents)
  from app_public.payment_intents as p
  join app_public.bookings as b
    on b.organization_id = p.organization_id and b.id = p.booking_id
  where b.status in ('pending_payment', 'pending_approval')
    and b.payment_plan_id is null
    and p.status not in ('succeeded', 'failed', 'canceled')
    and p.amount_cents <> b.total_amount_cents
$$;

comment on function app_private.check_open_payment_is_of_the_price() is
  'An open payment that asks for another amount than the booking costs.';

--! split: 1219-functions-payments-check_paid_parts_were_received.sql
create or replace function app_private.check_paid_parts_were_received()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_paid_parts_were_received() is
  'A booking in parts whose payments are not the parts that count as paid.';

--! split: 1220-functions-payments-check_payment_is_in_the_books.sql
create or replace function app_private.check_payment_is_in_the_books()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'payment_is_in_the_books', p.organization_id, p.id, 'no ledger transaction payment:ID'
  from app_public.payment_intents as p
  where p.status = 'succeeded'
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = p.organization_id and t.source = 'payment:' || p.id
    )
$$;

comment on function app_private.check_payment_is_in_the_books() is
  'A payment that was received, and not posted.';

--! split: 1221-functions-payments-check_payments.sql
create or replace function app_private.check_payments()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_confirmed_booking_is_paid()
  union all
  select * from app_private.check_paid_parts_were_received()
  union all
  select * from app_private.check_refunded_is_sum_of_refunds()
  union all
  select * from app_private.check_open_payment_is_of_the_price()
  union all
  select * from app_private.check_authorized_card_waits_for_an_answer()
  union all
  select * from app_private.check_unwanted_money_is_on_its_way_back()
  union all
  select * from app_private.check_taken_back_is_sum_of_items()
  union all
  select * from app_private.check_line_gives_back_what_it_has()
$$;

comment on function app_private.check_payments() is
  'What is inconsistent of payments and of what goes back.';

--! split: 1222-functions-payments-check_payout_can_be_transferred.sql
create or replace function app_private.check_payout_can_be_transferred()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'payout_can_be_transferred', p.organization_id, p.id,
    format('%s %s is not a whole step of the currency', p.net_payout_cents, p.currency)
  from app_public.payouts as p
  where p.status not in ('draft', 'canceled')
    and p.net_payout_cents % app_hidden.charge_step(p.currency) <> 0
$$;

comment on function app_private.check_payout_can_be_transferred() is
  'A payout that is no whole step of its currency.';

--! split: 1223-functions-payments-check_payout_is_in_the_books.sql
create or replace function app_private.check_payout_is_in_the_books()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'payout_is_in_the_books', p.organization_id, p.id,
    format('it is %s, and the books have %s under way, %s paid and %s of fees', p.status,
      e.in_transit, e.paid, e.fees)
  from app_public.payouts as p
  cross join lateral (
    select
      coalesce(-sum(e.amount_cents) filter (where a.kind = 'payouts_in_transit'), 0) as in_transit,
      coalesce(-sum(e.amount_cents) filter (where a.kind = 'stripe_balance'), 0) as paid,
      coalesce(-sum(e.amount_cents) filter (where a.kind = 'stripe_fees'), 0) as fees
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
    or e.fees <> case when p.status in ('in_transit', 'paid') then p.stripe_fees_cents else 0 end
$$;

comment on function app_private.check_payout_is_in_the_books() is
  'A payout whose money is not where its status says.';

--! split: 1224-functions-payments-check_payout_is_its_items.sql
create or replace function app_private.check_payout_is_its_items()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_payout_is_its_items() is
  'A payout that is not what the books and its items say.';

--! split: 1225-functions-payments-check_payout_reversals_are_what_it_says.sql
create or replace function app_private.check_payout_reversals_are_what_it_says()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_payout_reversals_are_what_it_says() is
  'A payout of which more was reversed than it says, or less.';

--! split: 1226-functions-payments-check_payouts.sql
create or replace function app_private.check_payouts()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_payout_is_its_items()
  union all
  select * from app_private.check_payout_is_in_the_books()
  union all
  select * from app_private.check_payout_reversals_are_what_it_says()
  union all
  select * from app_private.check_payout_can_be_transferred()
$$;

comment on function app_private.check_payouts() is
  'What is inconsistent of payouts.';

--! split: 1227-functions-payments-check_promoter_has_the_share_that_was_frozen.sql
create or replace function app_private.check_promoter_has_the_share_that_was_frozen()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_promoter_has_the_share_that_was_frozen() is
  'A sale that gives a promoter more than the share that was agreed, or less.';

--! split: 1228-functions-payments-check_refund_is_in_the_books.sql
create or replace function app_private.check_refund_is_in_the_books()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'refund_is_in_the_books', r.organization_id, r.id, 'no ledger transaction refund:ID'
  from app_public.refunds as r
  where r.status = 'succeeded'
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = r.organization_id and t.source = 'refund:' || r.id
    )
$$;

comment on function app_private.check_refund_is_in_the_books() is
  'A refund that was paid, and not posted.';

--! split: 1229-functions-payments-check_refunded_is_sum_of_refunds.sql
create or replace function app_private.check_refunded_is_sum_of_refunds()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_refunded_is_sum_of_refunds() is
  'A payment that counts more as returned than its refunds sum to, or less.';

--! split: 1230-functions-payments-check_sale_is_in_the_books.sql
create or replace function app_private.check_sale_is_in_the_books()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'sale_is_in_the_books', b.organization_id, b.id, 'no ledger transaction sale:ID'
  from app_public.bookings as b
  where app_private.is_sold(b.status)
    and b.total_amount_cents > 0
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = b.organization_id and t.source = 'sale:' || b.id
    )
$$;

comment on function app_private.check_sale_is_in_the_books() is
  'A sale that was not posted.';

--! split: 1231-functions-payments-check_stripe_balance_is_what_came_and_went.sql
create or replace function app_private.check_stripe_balance_is_what_came_and_went()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'stripe_balance_is_what_came_and_went', o.id, null::uuid,
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
$$;

comment on function app_private.check_stripe_balance_is_what_came_and_went() is
  'A Stripe balance that is not what payments and refunds leave of it.';

--! split: 1232-functions-payments-check_taken_back_is_in_the_books.sql
create or replace function app_private.check_taken_back_is_in_the_books()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_taken_back_is_in_the_books() is
  'A booking of which more was taken back than the books say, or less.';

--! split: 1233-functions-payments-check_taken_back_is_sum_of_items.sql
create or replace function app_private.check_taken_back_is_sum_of_items()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_taken_back_is_sum_of_items() is
  'A booking of which more counts as taken back than its items sum to, or less.';

--! split: 1234-functions-payments-check_unwanted_money_is_on_its_way_back.sql
create or replace function app_private.check_unwanted_money_is_on_its_way_back()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'unwanted_money_is_on_its_way_back', b.organization_id, b.id,
    format('%s are left of what was received, to be kept %s', p.left_over, k.kept)
  from app_public.bookings as b
  cross join lateral (
    -- What a failed refund is to return again is known to those who look at failed_refunds.
    select sum(app_private.left_of_payment(p)) as left_over
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
    and p.left_over > k.kept
$$;

comment on function app_private.check_unwanted_money_is_on_its_way_back() is
  'A booking that ended, and of which more is left than its terms let keep.';

--! split: 1235-functions-payments-complete_reconciliation.sql
-- All months that are not closed are compared, and whatever did not match before. Of two who come
-- here with the same run, the second finds it done.
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
    select d from app_private.differences_of_bank(v_run.compared_before) as d
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

--! split: 1236-functions-payments-create_payout.sql
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
  if create_payout.promoter_id is not null then
    perform app_private.require_promoter(
      create_payout.organization_id, create_payout.promoter_id
    );
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
  'A draft of all that may be paid now to the organization, or to a promoter of it, without '
  'waiting for its schedule; submit_payout has it sent. Needs payouts.manage. Raises LMPOA '
  '(unverified, no_account), LMPOE (nothing, or less than the minimum), LMORG, LMCUR, LMNFD, '
  'LMRGT, LMIDK, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.create_payout(uuid, text, uuid, text) to lml_user;

--! split: 1237-functions-payments-differences_of_bank.sql
-- A payout leaves Stripe's balance when it is made, and is back there when it has failed or was
-- canceled. What was told of since then is left to the next comparison.
create or replace function app_private.differences_of_bank(before timestamptz)
returns setof app_private.stripe_difference
language sql stable security definer set search_path = ''
as $$
  with moved as (
    select k.source as id, min(k.occurred_at) as occurred_at,
      jsonb_agg(k.id order by k.id) as movement_ids, array_agg(distinct k.currency) as currencies,
      -sum(k.amount_cents) filter (where k.type = 'payout') as sent_cents,
      coalesce(sum(k.amount_cents) filter (where k.type <> 'payout'), 0) as returned_cents
    from app_private.stripe_balance_transactions as k
    where k.type ~ '^payout' and k.occurred_at < differences_of_bank.before
    group by k.source
  ), compared as (
    select m, p, coalesce(m.id, p.id) as id,
      case
        when p.id is null then 'missing_here'
        when m.sent_cents is null then 'missing_at_stripe'
        when m.currencies <> array[p.currency] then 'currency_differs'
        when (m.sent_cents, m.returned_cents) is distinct from (
          p.amount_cents,
          case when p.status in ('canceled', 'failed') then p.amount_cents else 0 end
        ) then 'amount_differs'
      end as kind
    from moved as m
    full join app_private.platform_payouts as p on p.id = m.id
    where p.id is null or p.told_at < differences_of_bank.before
  )
  select
    'reconciliation_' || c.kind, c.id, null::uuid, null::uuid, null::uuid,
    coalesce((c.m).occurred_at, (c.p).stripe_created_at),
    jsonb_strip_nulls(jsonb_build_object(
      'currency', coalesce((c.p).currency, (c.m).currencies[1]),
      'stripe', jsonb_build_object(
        'type', 'payout', 'source', (c.m).id, 'balance_transaction_ids', (c.m).movement_ids,
        'sent_cents', (c.m).sent_cents, 'returned_cents', (c.m).returned_cents,
        'currencies', (c.m).currencies
      ),
      'books', jsonb_build_object(
        'platform_payout_id', (c.p).id, 'status', (c.p).status,
        'amount_cents', (c.p).amount_cents, 'currency', (c.p).currency
      )
    ))
  from compared as c
  where c.kind is not null
$$;

comment on function app_private.differences_of_bank(timestamptz) is
  'Payouts to the platform''s bank that did not move what was told of them.';

--! split: 1238-functions-payments-dispatch_stripe_event.sql
-- The registry: one function for each kind of object. A handler takes the object, locks in the
-- order of docs/architecture.md, may be called with any news in any order and again, and returns
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
  -- Payments, charges, refunds, disputes, transfers and payouts are the platform's own. What they
  -- are called on the account of somebody who is paid out is no news of ours, unless it says so.
  if v_payload ->> 'account' is not null
    and v_object ->> 'object'
      in ('payment_intent', 'charge', 'refund', 'dispute', 'transfer', 'payout')
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
    when 'payout' then app_private.apply_platform_payout(v_object)
    else 'ignored: no handler'
  end;
end
$$;

comment on function app_private.dispatch_stripe_event(app_private.stripe_events) is
  'Has the handler of its object apply an event; returns the outcome and its reason.';

--! split: 1239-functions-payments-forget_stripe_customer.sql
-- Who is forgotten here leaves nothing but the call itself to say whom Stripe is to forget. Where
-- an answer of Stripe was lost that has made them known there, they are looked for by our id, when
-- whatever was under way has arrived and a search can know of it.
create or replace function app_private.forget_stripe_customer(
  organization_id uuid, stripe_customer_id uuid, stripe_id text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into app_private.stripe_calls as c (
    organization_id, purpose, subject_id, idempotency_key, request_hash, stripe_id
  )
  values (
    forget_stripe_customer.organization_id, 'stripe_customer.delete',
    forget_stripe_customer.stripe_customer_id,
    'customer_delete:' || forget_stripe_customer.stripe_customer_id,
    encode(sha256(convert_to(format(
      '{"customer":%s}', coalesce(to_json(forget_stripe_customer.stripe_id)::text, 'null')
    ), 'UTF8')), 'hex'),
    forget_stripe_customer.stripe_id
  )
  on conflict on constraint stripe_calls_key_is_used_once do update
  set status = 'asked', ended_at = null, stripe_id = excluded.stripe_id,
    request_hash = excluded.request_hash
  where excluded.stripe_id is not null;
  perform app_private.add_stripe_job(
    'stripe_customer.delete', forget_stripe_customer.stripe_customer_id,
    case when forget_stripe_customer.stripe_id is null then interval '10 minutes' else '0' end
  );
end
$$;

comment on function app_private.forget_stripe_customer(uuid, uuid, text) is
  'Has Stripe forget a customer; without Stripe''s id one who may have been made there.';

--! split: 1240-functions-payments-give_payouts_of_account_up.sql
-- But for what the platform holds, which the next payout would pay.
create or replace function app_private.give_payouts_of_account_up(
  account app_public.stripe_accounts
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  for v_payout in
    select * from app_public.payouts as p
    where p.organization_id = (give_payouts_of_account_up.account).organization_id
      and p.stripe_account_id = (give_payouts_of_account_up.account).id
      and p.status in ('draft', 'pending_approval', 'approved', 'failed')
    order by p.id
    for no key update
  loop
    if not app_private.is_held_by_platform(v_payout) then
      perform app_private.give_payout_up(v_payout, null, 'The account was cut off by its owner.');
    end if;
  end loop;
end
$$;

comment on function app_private.give_payouts_of_account_up(app_public.stripe_accounts) is
  'Cancels the payouts to an account that cannot be paid any more.';

--! split: 1241-functions-payments-held_for_disputes.sql
-- The whole amount and the fee, although not all of it would be the organizer's: what is lost is
-- lost at once, and what was paid out is hard to get back. A fee that the organizer bears anyway is
-- taken off a payout as a fact, so that it is not held besides.
create or replace function app_private.held_for_disputes(organization_id uuid, currency text)
returns bigint
language sql stable security definer set search_path = ''
as $$
  select coalesce(sum(
    d.counted_cents + case
      when app_private.bears_stripe_fees(d.organization_id, d.payment_intent_id) then 0
      else greatest(0, d.fee_cents - d.charged_fee_cents)
    end
  ), 0)::bigint
  from app_public.disputes as d
  where d.organization_id = held_for_disputes.organization_id
    and d.currency = held_for_disputes.currency
    and d.status in ('needs_response', 'under_review')
$$;

comment on function app_private.held_for_disputes(uuid, text) is
  'What payouts to an organization leave back because disputes are open.';

--! split: 1242-functions-payments-hold_payout.sql
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
  -- One that has failed is tried again by itself, with the amount that it had.
  if v_payout.status not in ('draft', 'pending_approval', 'approved')
    and not (v_payout.status = 'failed' and hold_payout.amount_cents is null)
  then
    perform app_private.raise_payout_status(v_payout);
  end if;
  if hold_payout.amount_cents <= 0 then
    raise exception 'Name an amount above zero.' using errcode = 'LMINP', detail = 'amount_cents';
  end if;
  perform app_hidden.require_chargeable(
    hold_payout.amount_cents, v_payout.currency, 'amount_cents'
  );
  if hold_payout.amount_cents >= v_payout.net_payout_cents then
    raise exception 'The payout is not more than that.'
      using errcode = 'LMINP', detail = 'amount_cents', hint = 'Hold all of it: name no amount.';
  end if;
  v_hold := app_private.hold_back(
    v_payout, 'manual', hold_payout.amount_cents, trim(hold_payout.reason),
    hold_payout.hold_until,
    not app_hidden.has_permission(v_payout.organization_id, 'payouts.approve')
  );
  perform app_private.mail_members(
    v_payout.organization_id, 'payouts.manage', 'payout_held',
    jsonb_build_object(
      'amount', app_hidden.money_text(
        coalesce(v_hold.amount_cents, v_payout.net_payout_cents), v_payout.currency
      ),
      'organization', o.name, 'reason', v_hold.reason
    ),
    v_hold.created_by
  )
  from app_public.organizations as o where o.id = v_payout.organization_id;
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
  'paid with a later payout; one that has failed is held as a whole. Needs payouts.approve, or to '
  'be of the platform''s staff. '
  'Raises LMPOS, LMINP, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.hold_payout(uuid, text, bigint, timestamptz) to lml_user;

--! split: 1243-functions-payments-is_held_by_platform.sql
create or replace function app_private.is_held_by_platform(payout app_public.payouts)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_public.payout_holds as h
    where h.organization_id = (is_held_by_platform.payout).organization_id
      and h.payout_id = (is_held_by_platform.payout).id
      and h.is_of_platform
      and h.released_at is null
      and (h.hold_until is null or h.hold_until > now())
  )
$$;

comment on function app_private.is_held_by_platform(app_public.payouts) is
  'Whether the platform''s staff holds a payout, or an amount of it.';

--! split: 1244-functions-payments-is_platform_movement.sql
-- An organization's books know nothing of the platform's own bank account, which is compared by
-- itself, nor of what Stripe bills for anything but a payment.
create or replace function app_hidden.is_platform_movement(type text)
returns boolean
language sql immutable parallel safe
return is_platform_movement.type
  ~ '^(payout|topup|stripe_fee|stripe_fx_fee|tax_fee|network_cost|reserve|risk_reserve'
    '|contribution)';

comment on function app_hidden.is_platform_movement(text) is
  'Whether a movement of this type at Stripe may be the platform''s own.';

--! split: 1245-functions-payments-known_refund_request.sql
create or replace function app_private.known_refund_request(id uuid)
returns app_public.refund_requests
language sql stable security definer set search_path = ''
as $$ select * from app_public.refund_requests as r where r.id = known_refund_request.id $$;

comment on function app_private.known_refund_request(uuid) is
  'The request that was made under the same key before.';

--! split: 1246-functions-payments-lock_payout_to_send.sql
create or replace function app_private.lock_payout_to_send(
  payout_id uuid, permission text, status app_public.payout_status
)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout(
    lock_payout_to_send.payout_id, lock_payout_to_send.permission
  );
begin
  perform app_hidden.refuse_impersonator();
  perform app_private.require_payable(v_payout.organization_id);
  if v_payout.status <> lock_payout_to_send.status then
    perform app_private.raise_payout_status(v_payout);
  end if;
  return v_payout;
end
$$;

comment on function app_private.lock_payout_to_send(uuid, text, app_public.payout_status) is
  'A payout of this status, for a member who wants it sent. Raises LMPOS, LMPOA, LMORG, LMNFD, '
  'LMRGT, LMIMP.';

--! split: 1247-functions-payments-lose_dispute.sql
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
  -- Who bears Stripe's fees anyway bears it already.
  if app_private.bears_stripe_fees(v_dispute.organization_id, v_dispute.payment_intent_id)
    is not true
  then
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
  end if;
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

--! split: 1248-functions-payments-needs_refund_approval.sql
-- Together with what of the booking was returned without one before: many
-- small parts are one large one.
create or replace function app_private.needs_refund_approval(
  booking app_public.bookings, amount_cents bigint
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select s.refund_approval_above_cents is not null
    and needs_refund_approval.amount_cents > 0
    and (
      needs_refund_approval.amount_cents + (
        select coalesce(sum(r.amount_cents), 0)
        from app_public.refund_requests as r
        where r.organization_id = (needs_refund_approval.booking).organization_id
          and r.booking_id = (needs_refund_approval.booking).id
          and r.is_exception and r.status = 'approved' and r.decided_by is null
      ) > s.refund_approval_above_cents
      -- The threshold says nothing about other currencies.
      or o.default_currency <> (needs_refund_approval.booking).currency
    )
  from app_public.organization_settings as s
  join app_public.organizations as o on o.id = s.organization_id
  where s.organization_id = (needs_refund_approval.booking).organization_id
$$;

comment on function app_private.needs_refund_approval(app_public.bookings, bigint) is
  'Whether a refund by staff needs a second person.';

--! split: 1249-functions-payments-next_payout_at.sql
-- From noon to noon, by the calendar: days of 23 and 25 hours, and months of other lengths, end
-- when their midnight comes.
create or replace function app_private.next_payout_at(
  schedule app_public.payout_schedule, timezone text, at timestamptz
)
returns timestamptz
language sql stable
return app_private.end_of_payout_period(
  next_payout_at.schedule, next_payout_at.timezone,
  (
    app_private.end_of_payout_period(
      next_payout_at.schedule, next_payout_at.timezone, next_payout_at.at
    ) at time zone next_payout_at.timezone
    + interval '12 hours'
    + case next_payout_at.schedule
      when 'daily' then interval '1 day' when 'weekly' then interval '1 week'
      else interval '1 month'
    end
  ) at time zone next_payout_at.timezone
);

comment on function app_private.next_payout_at(app_public.payout_schedule, text, timestamptz) is
  'When the period of a schedule ends in which a moment is.';

--! split: 1250-functions-payments-note_lost_dispute.sql
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
  left join lateral app_private.checkout_signal_of(b) as s on true
  where b.organization_id = (note_lost_dispute.dispute).organization_id
    and b.id = (note_lost_dispute.dispute).booking_id
  on conflict on constraint lost_dispute_signals_are_one_per_dispute do nothing
$$;

comment on function app_private.note_lost_dispute(app_public.disputes) is
  'Writes down, once, who had bought what was lost to a dispute.';

--! split: 1251-functions-payments-object_of_finding.sql
create or replace function app_private.object_of_finding(finding app_public.payment_findings)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select e.payload #> '{data,object}'
  from app_private.stripe_events as e
  where e.id = any ((object_of_finding.finding).stripe_event_ids)
    and e.payload #>> '{data,object,id}' = (object_of_finding.finding).subject
  order by e.stripe_created_at desc, e.id desc
  limit 1
$$;

comment on function app_private.object_of_finding(app_public.payment_findings) is
  'What Stripe has told last of the object that a finding is about; null: it is not kept any more.';

--! split: 1252-functions-payments-open_payment.sql
create or replace function app_public.open_payment(booking_id uuid)
returns app_public.payment_session
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    open_payment.booking_id, 'bookings.sell'
  );
begin
  if v_booking.user_id is distinct from app_hidden.current_user_id()
    and v_booking.cart_token_hash is distinct from app_hidden.current_cart_hash()
  then
    raise exception 'Whoever owns a booking pays for it.'
      using errcode = 'LMRGT', hint = 'Take money at the counter with take_payment.';
  end if;
  if v_booking.status not in ('pending_payment', 'partially_paid') then
    perform app_private.raise_booking_status(v_booking);
  end if;
  if v_booking.expires_at <= now() then
    perform app_private.raise_hold_lapsed(v_booking);
  end if;
  if not exists (
    select from app_public.payment_intents as p
    where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id
      and p.status in ('pending', 'processing', 'requires_action', 'authorized')
  ) then
    -- Nobody keeps Stripe busy through us.
    if (
      select count(*) from app_public.payment_intents as p
      where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id
        and p.created_at > now() - interval '1 day'
    ) >= 20 then
      raise exception 'There were too many attempts at this payment.'
        using errcode = 'LMBST', detail = 'attempts', hint = 'Try again tomorrow.';
    end if;
    perform app_private.request_payment(v_booking, app_private.capture_method_of(v_booking));
  end if;
  return app_public.payment_session(v_booking.id);
end
$$;

comment on function app_public.open_payment(uuid) is
  'Opens the payment of what is due next, unless one is open: another attempt after one that has '
  'failed, or the next installment, also before its date. Returns its payment_session. '
  'Raises LMBKG, LMBST (nothing is due, or too many attempts within a day), LMEXP, LMRGT (staff), '
  'LMPLN, LMSES, LMCRT.';
grant execute on function app_public.open_payment(uuid) to lml_anonymous, lml_user;

--! split: 1253-functions-payments-open_payout_account.sql
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
    v_promoter := app_private.require_promoter(
      v_organization.id, open_payout_account.promoter_id
    );
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
  'Opens the account at Stripe to which the organization, or a promoter of it, is paid; the one '
  'that there is, is returned. Then request_onboarding_link. Needs payouts.manage. '
  'Raises LMINP, LMORG, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.open_payout_account(uuid, text, text, uuid) to lml_user;

--! split: 1254-functions-payments-open_payout_facts.sql
-- What the books owe a payee, fact by fact: whatever touches the payee's account, what Stripe has
-- charged, and what the box office has taken itself, as long as no payout has it. Payouts
-- themselves are no such facts; what was taken back of one is.
--
-- A fact of a booking is ready when the buyer owes nothing of it and, by the organization's terms,
-- when its performance is over. What has once been paid of a booking stays ready, so that a refund
-- is never kept out because of what it takes back.
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
    open_payout_facts.organization_id, o.id, open_payout_facts.promoter_id is not null
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
  'Facts of the books before a moment that are in no payout of a payee, with what each adds to '
  'one, and whether it may be paid yet.';

--! split: 1255-functions-payments-overtake_stripe_calls.sql
create or replace function app_private.overtake_stripe_calls(purpose text, subject_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  with overtaken as (
    update app_private.stripe_calls as c
    set status = 'overtaken', ended_at = now()
    where c.subject_id = overtake_stripe_calls.subject_id
      and c.purpose = overtake_stripe_calls.purpose
      and c.ended_at is null
    returning c.*
  )
  -- Nothing is left to ask for somebody who was erased, and Stripe may have made them known.
  select app_private.forget_stripe_customer(o.organization_id, o.subject_id, null)
  from overtaken as o
  where o.purpose = 'stripe_customer.create'
    and not exists (select from app_private.stripe_customers as c where c.id = o.subject_id)
$$;

comment on function app_private.overtake_stripe_calls(text, uuid) is
  'Closes calls of which nothing is left to ask, as an event told what came of them, or as whom '
  'they are about was erased.';
grant execute on function app_private.overtake_stripe_calls(text, uuid) to lml_worker;

--! split: 1256-functions-payments-parts_not_delivered.sql
create or replace function app_private.parts_not_delivered(
  booking app_public.bookings, parts app_private.refund_part[]
)
returns setof app_private.refund_part
language sql stable security definer set search_path = ''
as $$
  select p.*
  from unnest(parts_not_delivered.parts) as p
  where not exists (
    select from app_public.add_on_deliveries as d
    where d.organization_id = (parts_not_delivered.booking).organization_id
      and d.booking_item_id = p.booking_item_id
  )
$$;

comment on function app_private.parts_not_delivered(
  app_public.bookings, app_private.refund_part[]
) is 'Parts to return without the add-ons that the buyer has got.';

--! split: 1257-functions-payments-parts_of_request.sql
-- Under the terms a buyer keeps what was delivered. Staff takes it back, and so does a house that
-- offers the whole price.
create or replace function app_private.parts_of_request(
  booking app_public.bookings, request app_public.refund_requests
)
returns setof app_private.refund_part
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_left bigint;
  v_parts app_private.refund_part[];
begin
  if (parts_of_request.request).kind in ('full', 'ticket') then
    v_parts := array(
      select p from app_private.parts_to_return(
        parts_of_request.booking, (parts_of_request.request).ticket_ids,
        (parts_of_request.request).percentage, (parts_of_request.request).refunds_service_fees,
        (parts_of_request.request).refunds_processing_fees,
        (parts_of_request.request).add_on_item_ids, (parts_of_request.request).add_on_quantities
      ) as p
    );
    if (parts_of_request.request).cancellation_policy_id is null then
      return query select * from unnest(v_parts);
    else
      return query select * from app_private.parts_not_delivered(
        parts_of_request.booking, v_parts
      );
    end if;
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

--! split: 1258-functions-payments-payment_intent_refusal.sql
create or replace function app_private.payment_intent_refusal(
  object jsonb, intent app_public.payment_intents
)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_object jsonb := payment_intent_refusal.object;
  v_intent app_public.payment_intents := payment_intent_refusal.intent;
begin
  return 'refused: ' || case
    when v_object #>> '{metadata,lml_payment_intent_id}' is distinct from v_intent.id::text
      or not app_private.belongs_as_it_says(
        v_object, v_intent.organization_id, v_intent.booking_id
      )
      then 'event_metadata_differs'
    when coalesce(v_object ->> 'id', '') = ''
      or v_object ->> 'id' <> v_intent.stripe_payment_intent_id
      then 'event_identity_differs'
    when not app_private.was_asked_for(v_intent, v_object ->> 'amount')
      then 'event_amount_differs'
    when v_object ->> 'status' = 'succeeded' and v_object ? 'amount_received'
      and v_object ->> 'amount_received' is distinct from v_object ->> 'amount'
      then 'event_amount_differs'
    when upper(v_object ->> 'currency') is distinct from v_intent.currency
      then 'event_currency_differs'
    when coalesce(v_object ->> 'status', '') not in (
      'requires_payment_method', 'requires_confirmation', 'requires_action', 'processing',
      'requires_capture', 'canceled', 'succeeded'
    )
      then 'event_status_unknown'
  end;
end
$$;

comment on function app_private.payment_intent_refusal(jsonb, app_public.payment_intents) is
  'Why what Stripe says of a payment is not believed; null: it is what was asked for.';

--! split: 1259-functions-payments-payout_from_books.sql
-- Nothing of the payout's own amounts is read: only which facts and holds it names.
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
    i.organization_id, i.ledger_transaction_id, i.promoter_id is not null
  ) as b on i.kind = 'fact'
  where i.payout_id = payout_from_books.payout_id
$$;

comment on function app_private.payout_from_books(uuid) is
  'The amounts of a payout, made again from the entries of the books that its items name.';

--! split: 1260-functions-payments-payout_parts_of.sql
-- Sales are revenue, what takes them back is refunds, and everything else is an adjustment. Net is
-- always what the payee's account says, less what is taken off it.
create or replace function app_private.payout_parts_of(
  organization_id uuid, ledger_transaction_id uuid, is_promoter boolean
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
      case when payout_parts_of.is_promoter or not t.pays_stripe_fees then 0
        else s.fees end as fees,
      case when payout_parts_of.is_promoter then 0 else s.box_office end as box_office
    from (
      select t.category, t.pays_stripe_fees from app_public.ledger_transactions as t
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

comment on function app_private.payout_parts_of(uuid, uuid, boolean) is
  'What a fact of the books adds to a payout of an organization, or of its promoter.';

--! split: 1261-functions-payments-payout_preview.sql
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
    case when n.amount >= greatest(m.minimum_cents, 1) then n.amount else 0 end::bigint,
    app_private.next_payout_at(v_settings.payout_schedule, v_settings.books_timezone, now())
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
  cross join lateral (
    select f.ready + k.free - d.amount
      - (f.ready + k.free - d.amount) % app_hidden.charge_step(p.currency) as amount
  ) as n
  order by p.promoter_id nulls first, p.currency;
end
$$;

comment on function app_public.payout_preview(uuid) is
  'What is owed to the organization and its promoters, and what of it would be paid now. Needs '
  'payouts.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.payout_preview(uuid) to lml_user;

--! split: 1262-functions-payments-platform_payouts_to_look_up.sql
create or replace function app_private.platform_payouts_to_look_up(
  after_id text, batch_limit integer
)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(s.source order by s.source), '[]')
  from (
    select distinct k.source
    from app_private.stripe_balance_transactions as k
    left join app_private.platform_payouts as p on p.id = k.source
    where k.type ~ '^payout' and k.source > coalesce(platform_payouts_to_look_up.after_id, '')
      and (p.id is null or p.status in ('pending', 'in_transit') or not k.is_matched)
    order by k.source
    limit platform_payouts_to_look_up.batch_limit
  ) as s
$$;

comment on function app_private.platform_payouts_to_look_up(text, integer) is
  'Payouts to the platform''s bank, after one of them, of which Stripe may know more than it has '
  'told.';
grant execute on function app_private.platform_payouts_to_look_up(text, integer) to lml_worker;

--! split: 1263-functions-payments-post_refund.sql
create or replace function app_private.post_refund(refund app_public.refunds)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.post_to_ledger(
    (post_refund.refund).organization_id, (post_refund.refund).booking_id,
    (post_refund.refund).currency, 'refund:' || (post_refund.refund).id, 'Refund paid out',
    array[
      'buyer_clearing',
      case when (
        select p.method = 'card' from app_public.payment_intents as p
        where p.id = (post_refund.refund).payment_intent_id
      ) then 'stripe_balance' else 'box_office' end
    ]::app_public.ledger_account_kind[],
    array[(post_refund.refund).amount_cents, -(post_refund.refund).amount_cents]
  );
end
$$;

comment on function app_private.post_refund(app_public.refunds) is
  'Posts a refund that has been paid out, once.';

--! split: 1264-functions-payments-post_refund_failure.sql
create or replace function app_private.post_refund_failure(refund app_public.refunds)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.post_to_ledger(
    (post_refund_failure.refund).organization_id, (post_refund_failure.refund).booking_id,
    (post_refund_failure.refund).currency, 'refund_failure:' || (post_refund_failure.refund).id,
    'Refund came back',
    array['stripe_balance', 'buyer_clearing']::app_public.ledger_account_kind[],
    array[(post_refund_failure.refund).amount_cents, -(post_refund_failure.refund).amount_cents]
  );
end
$$;

comment on function app_private.post_refund_failure(app_public.refunds) is
  'Posts the opposite of a refund that came back, once.';

--! split: 1265-functions-payments-post_to_ledger.sql
-- One fact, posted once. Amounts of zero are left out; accounts are opened when first needed. What
-- moves money at Stripe is written into payment_transactions, too, whoever posts it.
create or replace function app_private.post_to_ledger(
  organization_id uuid, booking_id uuid, currency text, source text, description text,
  kinds app_public.ledger_account_kind[], amounts bigint[],
  occurred_at timestamptz default null, corrects_id uuid default null
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_transaction app_public.ledger_transactions;
  v_pays_stripe_fees boolean := false;
begin
  if not exists (select from unnest(post_to_ledger.amounts) as a where a <> 0) then
    return false;
  end if;
  -- Of every sale this reads one row, and only what Stripe charges looks for what was agreed.
  if starts_with(post_to_ledger.source, 'payment:') then
    select s.pays_stripe_fees into strict v_pays_stripe_fees
    from app_public.organization_settings as s
    where s.organization_id = post_to_ledger.organization_id;
  elsif 'stripe_fees' = any (post_to_ledger.kinds) then
    v_pays_stripe_fees := app_private.agreed_fees_payer(
      post_to_ledger.organization_id, post_to_ledger.source, post_to_ledger.corrects_id
    );
  end if;
  insert into app_public.ledger_transactions (
    organization_id, booking_id, source, description, occurred_at, corrects_id, pays_stripe_fees
  )
  values (
    post_to_ledger.organization_id, post_to_ledger.booking_id, post_to_ledger.source,
    post_to_ledger.description, coalesce(post_to_ledger.occurred_at, now()),
    post_to_ledger.corrects_id, v_pays_stripe_fees
  )
  on conflict on constraint ledger_transactions_fact_is_posted_once do nothing
  returning * into v_transaction;
  if v_transaction.id is null then
    return false;
  end if;

  insert into app_public.ledger_accounts (organization_id, kind, currency)
  select post_to_ledger.organization_id, k, post_to_ledger.currency
  from unnest(post_to_ledger.kinds) as k
  where not exists (
    select from app_public.ledger_accounts as a
    where a.organization_id = post_to_ledger.organization_id
      and a.kind = k and a.currency = post_to_ledger.currency
  )
  order by k
  on conflict do nothing;

  insert into app_public.ledger_entries (
    organization_id, transaction_id, account_id, amount_cents
  )
  select post_to_ledger.organization_id, v_transaction.id, a.id, l.amount
  from unnest(post_to_ledger.kinds, post_to_ledger.amounts) as l (kind, amount)
  join app_public.ledger_accounts as a
    on a.organization_id = post_to_ledger.organization_id
    and a.kind = l.kind
    and a.currency = post_to_ledger.currency
  where l.amount <> 0
  order by a.id;

  if 'stripe_balance' = any (post_to_ledger.kinds) then
    perform app_private.record_movement(
      v_transaction, post_to_ledger.currency, post_to_ledger.kinds, post_to_ledger.amounts
    );
  end if;
  return true;
end
$$;

comment on function app_private.post_to_ledger(
  uuid, uuid, text, text, text, app_public.ledger_account_kind[], bigint[], timestamptz, uuid
) is 'Posts a fact whose entries sum to zero; false when it was posted before, or is nothing. What '
  'happened earlier says when. Raises LMBAL at commit.';

--! split: 1266-functions-payments-prepare_stripe_customer_delete.sql
create or replace function app_private.prepare_stripe_customer_delete(stripe_customer_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'customer', c.stripe_id,
    'idempotency_key', c.idempotency_key,
    'organization_id', c.organization_id
  )
  from app_private.stripe_calls as c
  where c.purpose = 'stripe_customer.delete'
    and c.subject_id = prepare_stripe_customer_delete.stripe_customer_id
    and c.ended_at is null
$$;

comment on function app_private.prepare_stripe_customer_delete(uuid) is
  'Whom Stripe is to forget, without a customer if that has to be looked for; null when it has.';
grant execute on function app_private.prepare_stripe_customer_delete(uuid) to lml_worker;

--! split: 1267-functions-payments-queue_payout.sql
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
    perform app_private.send_when_due(v_payout);
  else
    perform app_private.mail_payout(
      v_payout, 'payouts.approve', 'payout_approval_needed',
      except_user_id => v_payout.requested_by
    );
  end if;
  return v_payout;
end
$$;

comment on function app_private.queue_payout(app_public.payouts) is
  'Has a payout sent, or asks for a second person first.';

--! split: 1268-functions-payments-quote_cancellation.sql
create or replace function app_public.quote_cancellation(
  booking_id uuid, ticket_ids uuid[] default null, add_on_item_ids uuid[] default null,
  add_on_quantities integer[] default null
)
returns app_public.cancellation_quote
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_offer app_private.cancellation_offer;
  v_parts app_private.refund_part[];
  v_quote app_public.cancellation_quote;
begin
  select * into v_booking
  from app_public.bookings as b
  where b.id = quote_cancellation.booking_id
    and (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
      or app_hidden.has_performance_permission(
        b.organization_id, b.performance_id, 'bookings.read'
      )
    );
  if not found then
    perform app_private.raise_no_booking(quote_cancellation.booking_id);
  end if;
  perform app_private.require_tickets_of(v_booking, quote_cancellation.ticket_ids);
  perform app_private.require_add_ons_of(
    v_booking, quote_cancellation.add_on_item_ids, quote_cancellation.add_on_quantities
  );
  v_offer := app_private.cancellation_offer_of(v_booking);
  v_parts := array(
    select p from app_private.parts_to_return(
      v_booking, quote_cancellation.ticket_ids, v_offer.percentage,
      coalesce(v_offer.refunds_service_fees, false),
      coalesce(v_offer.refunds_processing_fees, false), quote_cancellation.add_on_item_ids,
      quote_cancellation.add_on_quantities
    ) as p
  );
  if v_offer.policy_id is not null then
    v_parts := array(select p from app_private.parts_not_delivered(v_booking, v_parts) as p);
  end if;
  v_quote := row(
    v_booking.id, v_offer.percentage, v_offer.until, v_offer.policy_version,
    coalesce(v_offer.refunds_service_fees, false), coalesce(v_offer.refunds_processing_fees, false),
    case
      -- There are no tickets yet.
      when v_booking.confirmed_at is null or v_booking.status = 'partially_paid'
        then app_private.tickets_in(v_booking)
      else (select count(p.ticket_id) from unnest(v_parts) as p)
    end,
    0, 0, 0, 0, 0,
    (
      select coalesce(sum(app_private.total_of_unit(u)), 0)
      from unnest(v_parts) as p
      join app_private.refund_units(v_booking) as u
        on u.booking_item_id = p.booking_item_id and u.ticket_id is not distinct from p.ticket_id
          and u.unit_no is not distinct from p.unit_no
    ),
    v_booking.currency
  )::app_public.cancellation_quote;
  return app_private.quote_of_parts(v_booking, v_parts, v_quote);
end
$$;

comment on function app_public.quote_cancellation(uuid, uuid[], uuid[], integer[]) is
  'What comes back for tickets of a booking, units of its add-ons, or all of it, if it is canceled '
  'now; also for a cart, before it is bought. Of a booking that is not paid for yet, only what was '
  'paid beyond what is kept comes back. Raises LMBKG, LMTVD (a ticket is not of this booking, or '
  'not valid), LMINP, LMSES, LMCRT.';
grant execute on function app_public.quote_cancellation(uuid, uuid[], uuid[], integer[])
  to lml_anonymous, lml_user;

--! split: 1269-functions-payments-record_payout_reversal.sql
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
    perform app_private.raise_payment_finding(
      'payout_reversal_failed', v_reversal.id::text, v_payout.organization_id, null,
      jsonb_build_object(
        'payout_id', v_payout.id, 'amount', v_reversal.amount_cents,
        'reason', v_reversal.failure_reason
      )
    );
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

--! split: 1270-functions-payments-record_refund.sql
-- From Stripe's answer and from its events alike, in any order: a refund that has ended stays so,
-- except that a bank may send back what had succeeded. Where that was told first, the books have
-- both all the same, as Stripe has.
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
  if v_before = 'failed' and record_refund.stripe_status = 'succeeded' then
    perform app_private.post_refund(v_refund);
    perform app_private.post_refund_failure(v_refund);
  end if;
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
    -- What was ours to pay, or passes, is no business of the buyer's.
    perform app_private.mail_refund(
      b, 'refund_failed', v_refund.amount_cents, v_refund.reason
    )
    from app_public.bookings as b
    where b.id = v_refund.booking_id
      and coalesce(v_refund.failure_reason, '') not in ('insufficient_funds', 'processing_error')
      and v_refund.status = 'failed'
      and app_private.is_refund_open(v_refund);
  end if;
end
$$;

comment on function app_private.record_refund(uuid, text, text, text) is
  'Remembers what Stripe says of a refund; repeating it is harmless.';
grant execute on function app_private.record_refund(uuid, text, text, text) to lml_worker;

--! split: 1271-functions-payments-record_stripe_customer.sql
create or replace function app_private.record_stripe_customer(
  stripe_customer_id uuid, stripe_id text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  with known as (
    -- The first one stays: cards may hang on it already.
    update app_private.stripe_customers as c
    set stripe_id = coalesce(c.stripe_id, record_stripe_customer.stripe_id)
    where c.id = record_stripe_customer.stripe_customer_id
    returning c.id
  )
  -- Who was erased while Stripe was asked is not to stay there.
  select app_private.forget_stripe_customer(
    k.organization_id, k.subject_id, record_stripe_customer.stripe_id
  )
  from app_private.stripe_calls as k
  where k.purpose = 'stripe_customer.create'
    and k.subject_id = record_stripe_customer.stripe_customer_id
    and not exists (select from known)
$$;

comment on function app_private.record_stripe_customer(uuid, text) is
  'Remembers the customer that Stripe made, or has Stripe forget them if they were erased here in '
  'the meantime; recording twice is harmless.';
grant execute on function app_private.record_stripe_customer(uuid, text) to lml_worker;

--! split: 1272-functions-payments-record_transfer_failure.sql
-- Stripe has understood and refused: nothing was transferred. What lacks money comes by itself
-- after a while, because payments become available days after they were made.
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
  -- What passes by itself asks nothing of anybody.
  if v_payout.retry_at is null then
    perform app_private.mail_payout(
      v_payout, 'payouts.manage', 'payout_failed', v_payout.failure_reason
    );
  end if;
  -- It was cut off meanwhile.
  perform app_private.give_payouts_of_account_up(a)
  from app_public.stripe_accounts as a
  where a.organization_id = v_payout.organization_id and a.id = v_payout.stripe_account_id
    and a.deauthorized_at is not null;
end
$$;

comment on function app_private.record_transfer_failure(uuid, text, text) is
  'Remembers that Stripe has refused a payout, and owes it again; repeating it is harmless.';
grant execute on function app_private.record_transfer_failure(uuid, text, text) to lml_worker;

--! split: 1273-functions-payments-refund_to_replace.sql
create or replace function app_private.refund_to_replace(
  intent app_public.payment_intents, amount_cents bigint
)
returns app_public.refunds
language sql stable security definer set search_path = ''
as $$
  select r
  from app_public.refunds as r
  where r.organization_id = (refund_to_replace.intent).organization_id
    and r.payment_intent_id = (refund_to_replace.intent).id
    and r.status in ('failed', 'canceled')
    and app_private.is_refund_open(r)
  order by r.amount_cents = refund_to_replace.amount_cents desc,
    r.amount_cents > refund_to_replace.amount_cents desc, r.id
  limit 1
$$;

comment on function app_private.refund_to_replace(app_public.payment_intents, bigint) is
  'The refund of a payment that has failed, and that another one of an amount may stand for.';

--! split: 1274-functions-payments-refuse_own_request.sql
create or replace function app_private.refuse_own_request(requested_by uuid, permission text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if refuse_own_request.requested_by = app_hidden.current_user_id() then
    raise exception 'Somebody else has to approve what you have asked for.'
      using errcode = 'LMAPV',
        hint = format('Ask another member with %s.', refuse_own_request.permission);
  end if;
end
$$;

comment on function app_private.refuse_own_request(uuid, text) is
  'Raises LMAPV when whoever has asked for something is about to approve it.';

--! split: 1275-functions-payments-request_refund.sql
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
  -- Who asked in somebody's name could be the second person in their own.
  perform app_hidden.refuse_impersonator();
  -- What is unknown would be nothing when the threshold is asked, and all of
  -- it when it is carried out.
  if v_request.kind <> 'partial'
    and num_nulls(v_request.refunds_service_fees, v_request.refunds_processing_fees) > 0
  then
    raise exception 'Say whether fees come back.' using errcode = 'LMINP', detail = 'with_fees';
  end if;
  perform app_private.require_refundable(v_booking, v_request.kind);
  perform app_private.require_tickets_of(v_booking, v_request.ticket_ids);
  perform app_private.require_add_ons_of(
    v_booking, v_request.add_on_item_ids, v_request.add_on_quantities
  );
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
    when app_private.needs_refund_approval(v_booking, v_request.amount_cents) then 'requested'
    else 'approved'
  end;
  v_request := app_private.store_refund_request(v_request);
  if v_request.status = 'approved' then
    v_request := app_private.carry_out_request(v_booking, v_request);
  else
    perform app_private.mail_members(
      v_booking.organization_id, 'payments.approve', 'refund_approval_needed',
      app_private.booking_words(v_booking) || jsonb_build_object(
        'amount', app_hidden.money_text(v_request.amount_cents, v_request.currency),
        'reason', v_request.note
      ),
      v_request.requested_by
    );
  end if;
  return v_request;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_private.request_refund(app_public.bookings, app_public.refund_requests) is
  'Writes a request of staff down, and carries it out unless somebody else has to approve it, '
  'who is mailed then. Raises LMBST, LMRFX, LMTUS, LMTVD, LMINP, LMIMP.';

--! split: 1276-functions-payments-requeue_payouts.sql
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
      perform app_private.send_payout_again(v_payout);
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

--! split: 1277-functions-payments-require_add_ons_of.sql
create or replace function app_private.require_add_ons_of(
  booking app_public.bookings, add_on_item_ids uuid[], add_on_quantities integer[]
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_bad record;
begin
  if num_nonnulls(require_add_ons_of.add_on_item_ids, require_add_ons_of.add_on_quantities) = 0 then
    return;
  end if;
  if coalesce(cardinality(require_add_ons_of.add_on_item_ids) not between 1 and 1000, true)
    or cardinality(require_add_ons_of.add_on_item_ids)
      is distinct from cardinality(require_add_ons_of.add_on_quantities)
    or array_position(require_add_ons_of.add_on_item_ids, null) is not null
    or cardinality(require_add_ons_of.add_on_item_ids)
      <> (select count(distinct n) from unnest(require_add_ons_of.add_on_item_ids) as n)
  then
    raise exception 'Name lines with add-ons, each once, and how many come back.'
      using errcode = 'LMINP', detail = 'add_on_item_ids';
  end if;
  -- Its parts are taken back as a whole.
  if (require_add_ons_of.booking).status = 'partially_paid' then
    perform app_private.raise_booking_status(require_add_ons_of.booking);
  end if;
  select n.id, i.quantity - i.returned_quantity as live into v_bad
  from unnest(
    require_add_ons_of.add_on_item_ids, require_add_ons_of.add_on_quantities
  ) as n (id, quantity)
  left join app_public.booking_items as i
    on i.organization_id = (require_add_ons_of.booking).organization_id
    and i.booking_id = (require_add_ons_of.booking).id
    and i.id = n.id
    and i.add_on_id is not null
  where coalesce(n.quantity not between 1 and i.quantity - i.returned_quantity, true)
  limit 1;
  if v_bad.live is not null then
    raise exception 'Of this line, % can come back.', v_bad.live
      using errcode = 'LMINP', detail = 'add_on_quantities';
  elsif v_bad.id is not null then
    raise exception 'This is not an add-on of the booking.'
      using errcode = 'LMNFD', detail = v_bad.id::text;
  end if;
end
$$;

comment on function app_private.require_add_ons_of(app_public.bookings, uuid[], integer[]) is
  'Raises LMNFD unless all are lines of the booking with add-ons, LMINP unless so many of each can '
  'come back, LMBST for a booking that is not paid for.';

--! split: 1278-functions-payments-require_promoter.sql
create or replace function app_private.require_promoter(organization_id uuid, promoter_id uuid)
returns app_public.promoters
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_promoter app_public.promoters;
begin
  select * into v_promoter
  from app_public.promoters as p
  where p.organization_id = require_promoter.organization_id
    and p.id = require_promoter.promoter_id;
  if not found then
    raise exception 'There is no such promoter, or it is not yours.'
      using errcode = 'LMNFD', detail = 'promoter_id';
  end if;
  return v_promoter;
end
$$;

comment on function app_private.require_promoter(uuid, uuid) is
  'A promoter of an organization. Raises LMNFD.';

--! split: 1279-functions-payments-require_refundable.sql
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
      and (require_refundable.booking).status not in ('confirmed', 'partially_paid', 'completed')
    )
    -- Its parts have to sum to its price, and it has no tickets yet to take an amount off.
    or (
      require_refundable.kind in ('partial', 'fee_only')
      and (require_refundable.booking).status = 'partially_paid'
    )
  then
    perform app_private.raise_booking_status(require_refundable.booking);
  end if;
end
$$;

comment on function app_private.require_refundable(app_public.bookings, app_public.refund_kind) is
  'Raises LMBST unless something of the booking may be taken back.';

--! split: 1280-functions-payments-retry_payout.sql
create or replace function app_public.retry_payout(payout_id uuid)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout_to_send(
    retry_payout.payout_id, 'payouts.manage', 'failed'
  );
begin
  return app_private.send_payout_again(v_payout);
end
$$;

comment on function app_public.retry_payout(uuid) is
  'Has a payout sent again that Stripe has refused. Needs payouts.manage. Raises LMPOS, LMPOA, '
  'LMORG, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.retry_payout(uuid) to lml_user;

--! split: 1281-functions-payments-sell_on_invoice.sql
-- The sale is firm, and the clearing account says what the customer owes.
create or replace function app_private.sell_on_invoice(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := sell_on_invoice.booking;
begin
  update app_public.bookings as b
  set status = 'pending_payment' where b.id = v_booking.id;
  insert into app_public.payment_intents (
    organization_id, booking_id, amount_cents, currency, method
  )
  values (
    v_booking.organization_id, v_booking.id, v_booking.total_amount_cents, v_booking.currency,
    'invoice'
  );
  if not app_private.confirm_booking(v_booking.id) then
    perform app_private.raise_hold_lapsed(v_booking);
  end if;
end
$$;

comment on function app_private.sell_on_invoice(app_public.bookings) is
  'Confirms a booking that is paid for later. Raises LMEXP.';

--! split: 1282-functions-payments-send_payout_again.sql
create or replace function app_private.send_payout_again(payout app_public.payouts)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  -- Another attempt is another request, with another key: the one before was refused.
  update app_public.payouts as p
  set status = 'approved', attempt = p.attempt + 1, retry_at = null
  where p.id = (send_payout_again.payout).id and p.status = 'failed'
  returning * into v_payout;
  if found then
    perform app_private.add_stripe_job('payout.send', v_payout.id, '0');
  end if;
  return v_payout;
end
$$;

comment on function app_private.send_payout_again(app_public.payouts) is
  'Has a payout sent again that Stripe has refused.';

--! split: 1283-functions-payments-send_when_due.sql
create or replace function app_private.send_when_due(payout app_public.payouts)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.add_stripe_job(
    'payout.send', (send_when_due.payout).id,
    greatest((send_when_due.payout).scheduled_for - now(), '0')
  )
$$;

comment on function app_private.send_when_due(app_public.payouts) is
  'Has an approved payout sent, at once or when its day comes.';

--! split: 1284-functions-payments-set_event_promoter.sql
create or replace function app_public.set_event_promoter(
  event_id uuid, promoter_id uuid default null, share_percentage numeric default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    set_event_promoter.event_id, 'events.manage'
  );
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_permission(v_event.organization_id, 'books.manage');
  if set_event_promoter.promoter_id is null then
    delete from app_public.event_promoters as ep
    where ep.organization_id = v_event.organization_id and ep.event_id = v_event.id;
    return v_event;
  end if;
  perform app_private.require_promoter(v_event.organization_id, set_event_promoter.promoter_id);
  insert into app_public.event_promoters (
    organization_id, event_id, promoter_id, share_percentage
  )
  values (
    v_event.organization_id, v_event.id, set_event_promoter.promoter_id,
    set_event_promoter.share_percentage
  )
  on conflict on constraint event_promoters_pkey do update
  set promoter_id = excluded.promoter_id, share_percentage = excluded.share_percentage;
  return v_event;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    raise exception 'The share is out of range.'
      using errcode = 'LMINP', detail = 'share_percentage';
end
$$;

comment on function app_public.set_event_promoter(uuid, uuid, numeric) is
  'Who brings buyers to an event, and for which share of what commission leaves; without a '
  'promoter, nobody does from here on. Bookings that are confirmed keep their share. '
  'Needs events.manage and books.manage. Raises LMINP, LMNFD, LMRGT, LMAUT.';
grant execute on function app_public.set_event_promoter(uuid, uuid, numeric) to lml_user;

--! split: 1285-functions-payments-set_stripe_fees_payer.sql
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
  'Whether what Stripe charges for payments that come from now on, and for their disputes, is '
  'taken off the payouts of an organization. For the platform''s support. '
  'Raises LMINP, LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.set_stripe_fees_payer(uuid, boolean) to lml_user;

--! split: 1286-functions-payments-settle_disputes_of.sql
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
  elsif v_booking.status in ('canceled', 'refunded') then
    -- What a bank has given back of a sale that has ended meanwhile is the buyer's.
    perform app_private.refund_booking(
      v_booking, 'dispute', app_private.surplus_of(v_booking), null
    );
  end if;
end
$$;

comment on function app_private.settle_disputes_of(uuid) is
  'Makes a booking, its tickets and its money what its disputes say.';

--! split: 1287-functions-payments-settle_refund.sql
create or replace function app_private.settle_refund(refund app_public.refunds)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.post_refund(settle_refund.refund);
  update app_public.bookings as b
  set status = 'refunded'
  where b.id = (settle_refund.refund).booking_id and b.status in ('expired', 'canceled')
    -- It may be returned by several payments.
    and not exists (
      select from app_public.refunds as r
      where r.organization_id = b.organization_id and r.booking_id = b.id
        and app_private.is_refund_open(r)
    );
end
$$;

comment on function app_private.settle_refund(app_public.refunds) is
  'Posts a refund that has been paid out and closes its booking.';

--! split: 1288-functions-payments-statement_range.sql
create or replace function app_private.statement_range(
  organization_id uuid, period date, inout from_at timestamptz, inout to_at timestamptz
)
language plpgsql stable security definer set search_path = ''
as $$
begin
  if statement_range.period is not null then
    if statement_range.from_at is not null or statement_range.to_at is not null then
      raise exception 'Give a month, or from when to when.'
        using errcode = 'LMINP', detail = 'period';
    end if;
    select p.starts_at, p.ends_at into from_at, to_at
    from app_public.accounting_periods as p
    where p.organization_id = statement_range.organization_id
      -- Not by way of a timestamp, which ends before dates do.
      and p.period
        = statement_range.period - extract(day from statement_range.period)::integer + 1;
    if not found then
      raise exception 'The books have no such month.' using errcode = 'LMNFD', detail = 'period';
    end if;
  end if;
  if from_at is null or to_at is null or to_at <= from_at then
    raise exception 'A statement is from a moment to a later one.'
      using errcode = 'LMINP', detail = 'from_at';
  end if;
end
$$;

comment on function app_private.statement_range(uuid, date, timestamptz, timestamptz) is
  'From when to when a statement is. Raises LMINP, or LMNFD for a month without books.';

--! split: 1289-functions-payments-store_stripe_balances.sql
create or replace function app_private.store_stripe_balances(
  run_id uuid, balances jsonb, is_certain boolean
)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.reconciliation_balances (
    run_id, currency, stripe_cents, listed_cents, book_cents, bank_cents, is_certain
  )
  select store_stripe_balances.run_id, s.currency, sum(s.stripe), sum(s.listed), sum(s.book),
    sum(s.bank), store_stripe_balances.is_certain
  from (
    select upper(b.key) as currency, b.value::bigint as stripe, 0 as listed, 0 as book,
      0 as bank
    from jsonb_each_text(store_stripe_balances.balances) as b
    union all
    select k.currency, 0, k.net_cents, 0,
      case when k.type ~ '^payout' then -k.amount_cents else 0 end
    from app_private.stripe_balance_transactions as k
    union all
    select a.currency, 0, 0, e.amount_cents, 0
    from app_public.ledger_entries as e
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where a.kind = 'stripe_balance'
  ) as s
  group by s.currency
$$;

comment on function app_private.store_stripe_balances(uuid, jsonb, boolean) is
  'Writes down the balance at Stripe beside what explains it, by currency.';

--! split: 1290-functions-payments-submit_payout.sql
create or replace function app_public.submit_payout(payout_id uuid)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout_to_send(
    submit_payout.payout_id, 'payouts.manage', 'draft'
  );
begin
  return app_private.queue_payout(v_payout);
end
$$;

comment on function app_public.submit_payout(uuid) is
  'Has a draft sent, or asks for a second person when it is above the organization''s threshold. '
  'Needs payouts.manage. Raises LMPOS, LMPOA, LMORG, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.submit_payout(uuid) to lml_user;

--! split: 1291-functions-payments-take_disputed_back.sql
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
  -- What is only paid for in part is not sold without that part. What was kept of a sale that has
  -- ended needs no other part.
  v_is_whole := v_amount = v_left or v_booking.status = 'disputed' and exists (
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

--! split: 1292-functions-payments-tg_stripe_customers__forget.sql
create or replace function app_private.tg_stripe_customers__forget()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if old.stripe_id is not null then
    perform app_private.forget_stripe_customer(old.organization_id, old.id, old.stripe_id);
  end if;
  return null;
end
$$;

comment on function app_private.tg_stripe_customers__forget() is
  'Who is forgotten here is forgotten at Stripe too, with every card.';

create or replace trigger _900_forget
  after delete on app_private.stripe_customers
  for each row execute function app_private.tg_stripe_customers__forget();

--! split: 1293-functions-payments-unasked_reversals_in.sql
-- Those that were asked for here name themselves, and are told by the answers to our own calls.
create or replace function app_private.unasked_reversals_in(object jsonb, organization_id uuid)
returns setof jsonb
language sql stable security definer set search_path = ''
as $$
  select r
  from jsonb_array_elements(
    case when jsonb_typeof(unasked_reversals_in.object #> '{reversals,data}') = 'array'
      then unasked_reversals_in.object #> '{reversals,data}' else '[]' end
  ) as r
  where r #>> '{metadata,lml_payout_reversal_id}' is null
    and not exists (
      select from app_public.payout_reversals as k
      where k.organization_id = unasked_reversals_in.organization_id
        and k.stripe_reversal_id = r ->> 'id'
    )
  order by r ->> 'id'
$$;

comment on function app_private.unasked_reversals_in(jsonb, uuid) is
  'What somebody has taken back of a transfer by hand, and nobody has booked.';

--! split: 1294-functions-payments-unsettle_refund.sql
-- The money is with us again, and the buyer is owed it as before. What was taken back stays so.
create or replace function app_private.unsettle_refund(refund app_public.refunds)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.post_refund_failure(unsettle_refund.refund);
  update app_public.bookings as b
  set status = case when b.canceled_at is not null then 'canceled' else 'expired' end
    ::app_public.booking_status
  where b.id = (unsettle_refund.refund).booking_id and b.status = 'refunded';
end
$$;

comment on function app_private.unsettle_refund(app_public.refunds) is
  'Posts the opposite of a refund that failed after it had succeeded, and opens its booking again.';

--! split: 1295-functions-tickets-admit.sql
-- One conditional write decides between two scanners of one ticket, and between a scanner and
-- whoever hands the ticket on: it waits for nothing but this ticket. What may change is in the
-- ticket's own row, because that is what is looked at again after waiting; a credential never
-- changes. A refusal is a result, not an exception: raising would undo the record of the attempt.
-- What is written as "is true" is of no use to an index: on a new database, a plan might otherwise
-- read all tickets of the performance, or of the organization.
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
      and c.organization_id = admit.door.organization_id
      and t.id = c.ticket_id
      and (t.organization_id = c.organization_id) is true
      and (t.performance_id = admit.door.performance_id) is true
      and t.credential_version = c.version
      and t.is_inside
    returning t.id into v_admission.ticket_id;
  elsif admit.door.closes_at >= admit.at and not admit.door.is_canceled then
    update app_public.tickets as t
    set status = 'used', used_at = coalesce(t.used_at, admit.at),
      entry_count = t.entry_count + 1, is_inside = true
    from app_private.ticket_credentials as c
    where c.credential_hash = admit.credential_hash
      and c.organization_id = admit.door.organization_id
      and t.id = c.ticket_id
      and (t.organization_id = c.organization_id) is true
      and (t.performance_id = admit.door.performance_id) is true
      and t.credential_version = c.version
      and (
        t.status = 'valid'
        or (
          t.status = 'used' and not t.is_inside
          and t.entry_count <= admit.door.reentry_limit
        )
      )
      and not t.is_disputed
      and (
        admit.door.has_zone is not true
        or app_private.leads_to(admit.door, t.section, t.ticket_category_id)
      )
    returning t.id into v_admission.ticket_id;
  end if;
  if v_admission.ticket_id is null then
    v_admission.ticket_id := app_private.admit_pass(
      admit.door, admit.credential_hash, admit.direction, admit.at
    );
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

--! split: 1296-functions-tickets-check_booked_seat_has_one_ticket.sql
create or replace function app_private.check_booked_seat_has_one_ticket()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_booked_seat_has_one_ticket() is
  'A seat that was sold without a live ticket, or with two.';

--! split: 1297-functions-tickets-check_confirmed_booking_has_its_tickets.sql
create or replace function app_private.check_confirmed_booking_has_its_tickets()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_confirmed_booking_has_its_tickets() is
  'A confirmed booking that has more live tickets than it bought, or fewer.';

--! split: 1298-functions-tickets-check_entries_of_passes_were_scanned.sql
create or replace function app_private.check_entries_of_passes_were_scanned()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'entries_of_passes_were_scanned', t.organization_id, t.id,
    format('pass %s came in %s times on a date, and was scanned %s times', t.ticket_number,
      coalesce(e.entry_count, 0), coalesce(s.scans, 0))
  from (
    select s.organization_id, s.ticket_id, s.performance_id, count(*)::integer as scans
    from app_public.ticket_scans as s
    where s.ticket_id is not null and s.result = 'success' and s.direction = 'in'
    group by s.organization_id, s.ticket_id, s.performance_id
  ) as s
  full join app_public.pass_entries as e
    on e.organization_id = s.organization_id
    and e.ticket_id = s.ticket_id
    and e.performance_id = s.performance_id
  join app_public.tickets as t
    on t.organization_id = coalesce(e.organization_id, s.organization_id)
    and t.id = coalesce(e.ticket_id, s.ticket_id)
    and t.performance_id <> coalesce(e.performance_id, s.performance_id)
  where e.entry_count is distinct from s.scans
$$;

comment on function app_private.check_entries_of_passes_were_scanned() is
  'A pass that came in on a date more often than it was scanned there, or less often.';

--! split: 1299-functions-tickets-check_entries_were_scanned.sql
create or replace function app_private.check_entries_were_scanned()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'entries_were_scanned', t.organization_id, t.id,
    format('ticket %s came in %s times, and was scanned %s times', t.ticket_number,
      t.entry_count, s.scans)
  from app_public.tickets as t
  cross join lateral (
    select count(*) as scans from app_public.ticket_scans as s
    where s.organization_id = t.organization_id
      and s.ticket_id = t.id
      and s.performance_id = t.performance_id
      and s.result = 'success'
      and s.direction = 'in'
  ) as s
  where t.entry_count <> s.scans
$$;

comment on function app_private.check_entries_were_scanned() is
  'A ticket that came in more often than it was scanned, or less often.';

--! split: 1300-functions-tickets-check_live_ticket_has_its_seat.sql
create or replace function app_private.check_live_ticket_has_its_seat()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_live_ticket_has_its_seat() is
  'A live ticket whose seat is not sold to its booking.';

--! split: 1301-functions-tickets-check_pass_that_came_in_is_used.sql
create or replace function app_private.check_pass_that_came_in_is_used()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'pass_that_came_in_is_used', t.organization_id, t.id,
    format('pass %s came in, and is %s', t.ticket_number, t.status)
  from app_public.pass_entries as e
  join app_public.tickets as t on t.organization_id = e.organization_id and t.id = e.ticket_id
  where t.status = 'valid'
$$;

comment on function app_private.check_pass_that_came_in_is_used() is
  'A pass that came in on a date, and counts as unused.';

--! split: 1302-functions-tickets-check_ticket_has_its_credential.sql
create or replace function app_private.check_ticket_has_its_credential()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_ticket_has_its_credential() is
  'A ticket without the credential that its QR code carries.';

--! split: 1303-functions-tickets-check_ticket_is_blocked_with_its_booking.sql
create or replace function app_private.check_ticket_is_blocked_with_its_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'ticket_is_blocked_with_its_booking', t.organization_id, t.id,
    format('ticket %s is %s, its booking is %s', t.ticket_number,
      case when t.is_disputed then 'blocked' else 'not blocked' end, b.status)
  from app_public.tickets as t
  join app_public.bookings as b on b.organization_id = t.organization_id and b.id = t.booking_id
  where t.is_disputed <> (b.status = 'disputed' and t.status in ('valid', 'used'))
$$;

comment on function app_private.check_ticket_is_blocked_with_its_booking() is
  'A ticket that is blocked while its booking is not disputed, or the other way round.';

--! split: 1304-functions-tickets-check_ticket_is_offered_while_it_is_unused.sql
create or replace function app_private.check_ticket_is_offered_while_it_is_unused()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'ticket_is_offered_while_it_is_unused', t.organization_id, t.id,
    format('ticket %s came in, and changed hands afterwards', t.ticket_number)
  from app_public.tickets as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  where x.ended_at > t.used_at
$$;

comment on function app_private.check_ticket_is_offered_while_it_is_unused() is
  'A ticket that changed hands after somebody came in with it.';

--! split: 1305-functions-tickets-check_ticket_that_came_back_is_void.sql
create or replace function app_private.check_ticket_that_came_back_is_void()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'ticket_that_came_back_is_void', t.organization_id, t.id,
    format('ticket %s is %s', t.ticket_number, t.status)
  from app_public.tickets as t
  where t.status in ('valid', 'used') and exists (
      select from app_public.refund_items as i
      where i.organization_id = t.organization_id and i.ticket_id = t.id and i.is_return
    )
$$;

comment on function app_private.check_ticket_that_came_back_is_void() is
  'A ticket that was returned, and still lets somebody in.';

--! split: 1306-functions-tickets-check_ticket_was_accepted_by_its_holder.sql
create or replace function app_private.check_ticket_was_accepted_by_its_holder()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_ticket_was_accepted_by_its_holder() is
  'A ticket whose holder has not accepted it, or not last.';

--! split: 1307-functions-tickets-check_tickets.sql
create or replace function app_private.check_tickets()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_booked_seat_has_one_ticket()
  union all
  select * from app_private.check_live_ticket_has_its_seat()
  union all
  select * from app_private.check_ticket_has_its_credential()
  union all
  select * from app_private.check_ticket_was_accepted_by_its_holder()
  union all
  select * from app_private.check_ticket_is_offered_while_it_is_unused()
  union all
  select * from app_private.check_entries_were_scanned()
  union all
  select * from app_private.check_entries_of_passes_were_scanned()
  union all
  select * from app_private.check_pass_that_came_in_is_used()
  union all
  select * from app_private.check_confirmed_booking_has_its_tickets()
  union all
  select * from app_private.check_tickets_sum_to_their_line()
  union all
  select * from app_private.check_ticket_that_came_back_is_void()
  union all
  select * from app_private.check_ticket_is_blocked_with_its_booking()
$$;

comment on function app_private.check_tickets() is
  'What is inconsistent of tickets.';

--! split: 1308-functions-tickets-check_tickets_sum_to_their_line.sql
create or replace function app_private.check_tickets_sum_to_their_line()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_tickets_sum_to_their_line() is
  'A line whose tickets do not sum to its total.';

--! split: 1309-functions-tickets-mark_add_on_delivered.sql
-- The booking is locked first, so that what is given out is not refunded at the same moment.
create or replace function app_public.mark_add_on_delivered(booking_item_id uuid)
returns app_public.add_on_deliveries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_item app_public.booking_items;
  v_booking app_public.bookings;
  v_delivery app_public.add_on_deliveries;
begin
  select * into v_item
  from app_public.booking_items as i
  where i.id = mark_add_on_delivered.booking_item_id and i.add_on_id is not null;
  select * into v_booking
  from app_public.bookings as b
  where b.organization_id = v_item.organization_id and b.id = v_item.booking_id;
  perform app_hidden.require_performance_permission(
    v_booking.organization_id, v_booking.performance_id, 'tickets.scan'
  );
  select * into strict v_booking
  from app_public.bookings as b where b.id = v_booking.id
  for no key update;
  select * into strict v_item from app_public.booking_items as i where i.id = v_item.id;
  if v_booking.status not in ('confirmed', 'completed')
    or v_item.returned_quantity = v_item.quantity
  then
    perform app_private.raise_booking_status(v_booking);
  end if;
  insert into app_public.add_on_deliveries (
    booking_item_id, organization_id, performance_id, delivered_by
  )
  values (
    v_item.id, v_booking.organization_id, v_booking.performance_id, app_hidden.current_user_id()
  )
  on conflict on constraint add_on_deliveries_pkey do nothing
  returning * into v_delivery;
  if v_delivery.booking_item_id is null then
    raise exception 'The buyer has got it already.'
      using errcode = 'LMTUS', detail = v_item.id::text;
  end if;
  return v_delivery;
end
$$;

comment on function app_public.mark_add_on_delivered(uuid) is
  'Notes that a buyer has got an add-on, once. Needs tickets.scan. '
  'Raises LMTUS (they have got it already), LMBST (it is not paid for, or came back), '
  'LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.mark_add_on_delivered(uuid) to lml_user;

--! split: 1310-functions-tickets-merge_offline_scans.sql
-- Tickets are taken in the order of their ids, as by whoever cancels a booking, so that nobody
-- waits in a circle; scans of one ticket in the order of their times.
create or replace function app_public.merge_offline_scans(
  performance_id uuid, scans jsonb, device_time timestamptz default null
)
returns setof app_public.merged_scan
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Where the scanner stands now, and whether that gate is still in use, matters no more.
  v_door app_private.door := app_private.open_door(
    merge_offline_scans.performance_id, null, at_gate => false
  );
  v_scans app_private.offline_scan[];
  v_scan app_private.offline_scan;
begin
  perform app_private.require_scanner(v_door);
  v_scans := app_private.read_offline_scans(
    merge_offline_scans.scans, merge_offline_scans.device_time
  );
  for v_scan in
    select s.scan_id, s.credential_hash, s.direction, s.scanned_at, s.result, s.gate_id
    from unnest(v_scans) with ordinality as s
    left join app_private.ticket_credentials as c
      on c.credential_hash = decode(s.credential_hash, 'hex')
    order by c.ticket_id, s.scanned_at, s.ordinality
  loop
    perform app_private.merge_offline_scan(v_door, v_scan);
  end loop;
  return query
    select m.scan_id, m.ticket_id, m.result, m.code, m.is_double
    from (
      select s.scan_id, min(s.ordinality) as ordinality
      from unnest(v_scans) with ordinality as s
      group by s.scan_id
    ) as s
    join app_private.offline_scan_results as m
      on m.scan_id = s.scan_id
      and m.device_id = v_door.device_id
      and m.organization_id = v_door.organization_id
    order by s.ordinality;
end
$$;

comment on function app_public.merge_offline_scans(uuid, jsonb, timestamptz) is
  'Tells what a registered scanner did while it was offline, and returns what became of each '
  'scan. Up to 1,000 objects with scan_id (a UUID that the scanner made), credential_hash '
  '(SHA-256 of the code, in hexadecimal), scanned_at, result, and perhaps direction and gate_id. '
  'device_time is what the scanner''s clock shows now: its times are corrected by it. '
  'Merging the same scan again changes nothing and returns the same. Raises LMDEV, LMINP, LMNFD, '
  'LMRGT, LMAUT, LMSES.';
grant execute on function app_public.merge_offline_scans(uuid, jsonb, timestamptz) to lml_user;

--! split: 1311-functions-tickets-read_offline_scans.sql
-- A clock that is wrong by a year is wrong by a year when it sends, too.
create or replace function app_private.read_offline_scans(scans jsonb, device_time timestamptz)
returns app_private.offline_scan[]
language plpgsql stable set search_path = ''
as $$
declare
  v_scans app_private.offline_scan[];
begin
  if jsonb_typeof(read_offline_scans.scans) is distinct from 'array'
    or jsonb_array_length(read_offline_scans.scans) not between 1 and 1000
  then
    raise exception '1 to 1,000 scans are merged at once, as a list.'
      using errcode = 'LMINP', detail = 'scans';
  end if;
  v_scans := array(
    select row(
      s.scan_id, s.credential_hash, s.direction,
      s.scanned_at + coalesce(now() - read_offline_scans.device_time, interval '0'), s.result,
      s.gate_id
    )::app_private.offline_scan
    from jsonb_populate_recordset(
      null::app_private.offline_scan, read_offline_scans.scans
    ) as s
  );
  if exists (
    select from unnest(v_scans) as s
    where s.scan_id is null
      or s.scanned_at is null
      or not isfinite(s.scanned_at)
      or s.result is null
      or s.credential_hash is null
      or s.credential_hash !~ '^[0-9a-f]{64}$'
  ) then
    raise exception 'An offline scan has an id, a time, a result, and the SHA-256 of a code.'
      using errcode = 'LMINP', detail = 'scans';
  end if;
  return v_scans;
exception
  when data_exception then
    raise exception 'A value of an offline scan does not have its form.'
      using errcode = 'LMINP', detail = 'scans';
end
$$;

comment on function app_private.read_offline_scans(jsonb, timestamptz) is
  'What a scanner sent, at the times that the database''s clock showed. '
  'Raises LMINP for scans that cannot be merged.';

--! split: 1312-functions-tickets-renumber_tickets.sql
-- Twice, because no two live tickets may have a number even for a moment: first out of the range of
-- layouts, then back into it.
create or replace function app_private.renumber_tickets(
  performance app_public.performances, layout_id uuid
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.tickets as t
  set seat_no = case
      when s.seat_no is null then -abs(t.seat_no)
      else s.new_seat_no + 1000000
    end,
    section = coalesce(section.name, t.section),
    row_name = coalesce(s.row_name, t.row_name),
    seat_number = coalesce(s.seat_number, t.seat_number)
  from app_public.tickets as old
  left join app_private.seats_of_both(
    renumber_tickets.performance, renumber_tickets.layout_id
  ) as s on s.seat_no = old.seat_no
  left join app_public.layout_sections as section
    on section.organization_id = old.organization_id
    and section.layout_id = renumber_tickets.layout_id
    and section.section_no = s.section_no
  where old.organization_id = (renumber_tickets.performance).organization_id
    and old.performance_id = (renumber_tickets.performance).id
    and old.seat_no is not null
    and t.organization_id = old.organization_id
    and t.id = old.id;

  update app_public.tickets as t
  set seat_no = t.seat_no - 1000000
  where t.organization_id = (renumber_tickets.performance).organization_id
    and t.performance_id = (renumber_tickets.performance).id
    and t.seat_no > 1000000
$$;

comment on function app_private.renumber_tickets(app_public.performances, uuid) is
  'Gives the tickets of a performance the numbers and places that a layout gives their seats.';

--! split: 1313-functions-risk-checkout_signal_of.sql
-- A checkout that was reopened has one signal for each time.
create or replace function app_private.checkout_signal_of(booking app_public.bookings)
returns app_private.booking_signals
language sql stable security definer set search_path = ''
as $$
  select s
  from app_private.booking_signals as s
  where s.organization_id = (checkout_signal_of.booking).organization_id
    and s.booking_id = (checkout_signal_of.booking).id
    and s.stage = 'checkout'
  order by s.occurred_at desc, s.id desc
  limit 1
$$;

comment on function app_private.checkout_signal_of(app_public.bookings) is
  'From where a booking was checked out the last time; null: it was not.';

--! split: 1314-functions-risk-is_disposable_email.sql
-- A provider's subdomains are the provider's: a.b.example is asked as itself and as b.example.
create or replace function app_private.is_disposable_email(email text)
returns boolean
language sql stable security definer set search_path = ''
as $$
  with labels as (
    -- With or without the dot of the root, mail arrives at the same provider.
    select string_to_array(
      rtrim(lower(split_part(is_disposable_email.email, '@', -1)), '.'), '.'
    ) as parts
  )
  select exists (
    select
    from labels as l
    cross join generate_series(1, least(cardinality(l.parts) - 1, 10)) as first
    join app_private.disposable_email_domains as d
      on d.domain = array_to_string(l.parts[first:], '.')
  )
$$;

comment on function app_private.is_disposable_email(text) is
  'Whether an address is of a known provider of throw-away mailboxes.';

--! split: 1315-functions-risk-lock_fraud_review.sql
create or replace function app_private.lock_fraud_review(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  -- Asked before it is locked: a stranger must not make anybody wait.
  perform app_hidden.require_permission(
    (
      select b.organization_id
      from app_public.bookings as b where b.id = lock_fraud_review.booking_id
    ),
    'risk.manage'
  );
  perform app_private.refuse_own_review(lock_fraud_review.booking_id);
  select * into strict v_booking
  from app_public.bookings as b where b.id = lock_fraud_review.booking_id
  for no key update;
  if v_booking.status <> 'fraud_hold' then
    perform app_private.raise_booking_status(v_booking);
  end if;
  return v_booking;
end
$$;

comment on function app_private.lock_fraud_review(uuid) is
  'A booking under review, locked, for members with risk.manage. '
  'Raises LMAUT, LMSES, LMRGT, LMNFD, LMBST.';

--! split: 1316-functions-risk-lost_disputes_within.sql
-- For rule_catches, which adds whose: the planner puts it in place, so that each finds its index.
create or replace function app_private.lost_disputes_within(
  signal app_private.booking_signals, since timestamptz
)
returns setof app_private.lost_dispute_signals
language sql stable
as $$
  select *
  from app_private.lost_dispute_signals as f
  where f.organization_id = (lost_disputes_within.signal).organization_id
    and f.occurred_at > lost_disputes_within.since
    and f.occurred_at <= (lost_disputes_within.signal).occurred_at
$$;

comment on function app_private.lost_disputes_within(app_private.booking_signals, timestamptz) is
  'Which disputes were lost since then, up to a signal.';

--! split: 1317-functions-risk-payment_failures_within.sql
-- For rule_catches, which adds whose: the planner puts it in place, so that each finds its index.
create or replace function app_private.payment_failures_within(
  signal app_private.booking_signals, since timestamptz
)
returns setof app_private.payment_failure_signals
language sql stable
as $$
  select *
  from app_private.payment_failure_signals as f
  where f.organization_id = (payment_failures_within.signal).organization_id
    and f.occurred_at > payment_failures_within.since
    and f.occurred_at <= (payment_failures_within.signal).occurred_at
$$;

comment on function app_private.payment_failures_within(app_private.booking_signals, timestamptz) is
  'Which payments had failed since then, up to a signal.';

--! split: 1318-functions-risk-rule_catches.sql
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
          select s.id from app_private.signals_within(signal, v_since) as s
          where s.buyer_key = signal.buyer_key
          union
          select s.id from app_private.signals_within(signal, v_since) as s
          where s.email = signal.email
          limit rule.trigger_count
        ) as seen
      );
    when 'velocity_address' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select s.id from app_private.signals_within(signal, v_since) as s
          where s.ip_address = signal.ip_address
          limit rule.trigger_count
        ) as seen
      );
    when 'velocity_device' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select s.id from app_private.signals_within(signal, v_since) as s
          where s.device = signal.device
          limit rule.trigger_count
        ) as seen
      );
    when 'seat_hoarding' then
      return rule.trigger_count <= (
        select coalesce(sum(seen.tickets), 0)
        from (
          select s.id, s.tickets from app_private.signals_within(signal, v_since) as s
          where s.performance_id = signal.performance_id and s.buyer_key = signal.buyer_key
          union
          select s.id, s.tickets from app_private.signals_within(signal, v_since) as s
          where s.performance_id = signal.performance_id and s.email = signal.email
        ) as seen
      );
    when 'payment_failures' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select f.id from app_private.payment_failures_within(signal, v_since) as f
          where f.buyer_key = signal.buyer_key
          union
          select f.id from app_private.payment_failures_within(signal, v_since) as f
          where f.email = signal.email
          union
          select f.id from app_private.payment_failures_within(signal, v_since) as f
          where f.ip_address = signal.ip_address
          union
          select f.id from app_private.payment_failures_within(signal, v_since) as f
          where f.device = signal.device
          limit rule.trigger_count
        ) as seen
      );
    when 'lost_disputes' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select f.id from app_private.lost_disputes_within(signal, v_since) as f
          where f.buyer_key = signal.buyer_key
          union
          select f.id from app_private.lost_disputes_within(signal, v_since) as f
          where f.email = signal.email
          union
          select f.id from app_private.lost_disputes_within(signal, v_since) as f
          where f.ip_address = signal.ip_address
          union
          select f.id from app_private.lost_disputes_within(signal, v_since) as f
          where f.device = signal.device
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

--! split: 1319-functions-risk-signals_within.sql
-- For rule_catches, which adds whose: the planner puts it in place, so that each finds its index.
create or replace function app_private.signals_within(
  signal app_private.booking_signals, since timestamptz
)
returns setof app_private.booking_signals
language sql stable
as $$
  select *
  from app_private.booking_signals as s
  where s.organization_id = (signals_within.signal).organization_id
    and s.stage = (signals_within.signal).stage
    and s.occurred_at > signals_within.since
    and s.occurred_at <= (signals_within.signal).occurred_at
$$;

comment on function app_private.signals_within(app_private.booking_signals, timestamptz) is
  'What was written down at its stage since then, up to a signal.';

--! split: 1320-functions-risk-tg_stripe_events__note_failure.sql
-- An event of the inbox is applied once, and so a declined payment is counted once.
create or replace function app_hidden.tg_stripe_events__note_failure()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_intent_id text := new.payload #>> '{data,object,metadata,lml_payment_intent_id}';
begin
  insert into app_private.payment_failure_signals (
    stripe_event_id, organization_id, booking_id, buyer_key, email, ip_address, device
  )
  select
    new.id, b.organization_id, b.id, coalesce(uuid_send(b.user_id), b.cart_token_hash),
    lower(b.customer_email::text), s.ip_address, s.device
  from app_public.payment_intents as p
  join app_public.bookings as b on b.organization_id = p.organization_id and b.id = p.booking_id
  left join lateral app_private.checkout_signal_of(b) as s on true
  where p.id = v_intent_id::uuid;
  return null;
end
$$;

comment on function app_hidden.tg_stripe_events__note_failure() is
  'Writes payment_failure_signals.';

create or replace trigger _500_note_failure
  after update of outcome on app_private.stripe_events
  for each row
  when (
    old.applied_at is null and new.outcome = 'applied'
    and new.type = 'payment_intent.payment_failed'
  )
  execute function app_hidden.tg_stripe_events__note_failure();

--! split: 1321-functions-audit-broken_audit_rows.sql
create or replace function app_private.broken_audit_rows()
returns table (problem text, seal_no bigint, audit_id uuid)
language sql stable security definer set search_path = ''
as $$
  select
    case
      when l.id is null then 'a row is missing'
      when r.audit_id is null then 'a row was inserted'
      else 'a row was changed'
    end,
    r.seal_no, coalesce(r.audit_id, l.id)
  from app_private.audit_sealed_rows as r
  full join (
    select
      l.id, app_hidden.audit_row_hash(l) as row_hash,
      date_trunc('month', l.created_at at time zone 'UTC')::date as month
    from app_public.audit_log as l
    where l.transaction_id < (
      select s.up_to from app_private.audit_seals as s order by s.seal_no desc limit 1
    )
  ) as l on l.id = r.audit_id
  where (l.row_hash, l.month) is distinct from (r.row_hash, r.month)
    -- Its month was dropped by a rule, which broken_months is about.
    and not (
      l.id is null
      and exists (
        select from app_private.closed_months as c
        where c.table_name = 'audit_log' and c.month = r.month and c.dropped_at is not null
      )
    )
    -- What forgot personal values, and has a record of it in the log, is as it should be.
    and not (
      l.id is not null
      and l.month = r.month
      and app_private.has_redaction_record(l.id, l.row_hash)
    )
$$;

comment on function app_private.broken_audit_rows() is
  'Sealed rows of the audit log that are missing, were inserted, or were changed.';

--! split: 1322-functions-audit-broken_months.sql
create or replace function app_private.broken_months()
returns table (problem text, seal_no bigint, audit_id uuid)
language sql stable security definer set search_path = ''
as $$
  with closed as (
    select c.*, to_char(c.month, 'YYYY-MM') as name
    from app_private.closed_months as c
    where c.table_name = 'audit_log'
  )
  select 'the closed month ' || c.name || ' does not fit its rows', null::bigint, null::uuid
  from closed as c
  where c.rows_hash is distinct from app_hidden.closed_month_hash(c.month)
    or c.row_count <> (
      select count(*) from app_private.audit_sealed_rows as r where r.month = c.month
    )

  union all
  select 'the month ' || c.name || ' was dropped before its time', null, null
  from closed as c
  where (c.month + make_interval(months => 1 + c.months_kept)) at time zone 'UTC'
      > least(c.dropped_at, now())

  union all
  select 'the dropped month ' || c.name || ' has rows', null, null
  from closed as c
  where c.dropped_at is not null
    and exists (
      select from app_public.audit_log as l
      where l.created_at >= c.month::timestamp at time zone 'UTC'
        and l.created_at < (c.month + interval '1 month') at time zone 'UTC'
    )

  union all
  -- Dropping is audited, and so sealed, itself, until that month is dropped in its turn.
  select 'the audit log does not know that the month ' || c.name || ' was dropped', null, null
  from closed as c
  where c.dropped_at is not null
    and not exists (
      select from app_public.audit_log as l
      where l.entity_type = 'closed_months'
        and l.entity_id = c.id
        and l.action = 'update'
        and (l.new_values ->> 'dropped_at')::timestamptz = c.dropped_at
        and (l.new_values ->> 'months_kept')::integer = c.months_kept
        and l.created_at = c.dropped_at
    )
    and not exists (
      select from closed as later
      where later.dropped_at is not null
        and later.month = date_trunc('month', c.dropped_at at time zone 'UTC')::date
    )
$$;

comment on function app_private.broken_months() is
  'Months of the audit log that were closed, and do not fit, or were dropped against the rules.';

--! split: 1323-functions-audit-broken_seals.sql
create or replace function app_private.broken_seals()
returns table (problem text, seal_no bigint, audit_id uuid)
language sql stable security definer set search_path = ''
as $$
  with chain as (
    select
      s.*,
      lag(s.hash) over (order by s.seal_no) as hash_before,
      lag(s.seal_no) over (order by s.seal_no) as seal_before,
      count(*) over () as seals
    from app_private.audit_seals as s
  )
  select 'a seal is missing before this one', c.seal_no, null::uuid
  from chain as c
  where c.seal_no <> coalesce(c.seal_before, 0) + 1

  union all
  select 'the seal does not follow the one before it', c.seal_no, null
  from chain as c
  where c.previous_hash <> coalesce(c.hash_before, sha256('last-minute-live audit log'))

  union all
  select 'the seal does not fit its rows', c.seal_no, null
  from chain as c
  where c.hash <> app_hidden.audit_seal_hash(c.previous_hash, c.seal_no)
    or c.row_count <> (
      select count(*) from app_private.audit_sealed_rows as r where r.seal_no = c.seal_no
    )
$$;

comment on function app_private.broken_seals() is
  'Seals of the audit log that are missing, or do not fit what they seal.';

--! split: 1324-functions-audit-check_invariants.sql
-- Are we consistent now? No rows: yes. Each question is one that a constraint cannot ask, because
-- it reaches across tables. It is a function of its module, check_ and the name of the invariant,
-- which sets nothing, so that the planner puts it in place.
create or replace function app_public.check_invariants()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_inventory()
  union all
  select * from app_private.check_tickets()
  union all
  select * from app_private.check_bookings()
  union all
  select * from app_private.check_payments()
  union all
  select * from app_private.check_disputes()
  union all
  select * from app_private.check_payouts()
  union all
  select * from app_private.check_books()
  union all
  select * from app_private.check_organization_has_an_owner()
$$;

comment on function app_public.check_invariants() is
  'Everything that is not consistent now, one row each; none when all is well. '
  'For the owner and the worker.';
grant execute on function app_public.check_invariants() to lml_worker;

--! split: 1325-functions-audit-verify_audit_log.sql
create or replace function app_private.verify_audit_log(
  known_seal_no bigint default null, known_hash bytea default null
)
returns table (problem text, seal_no bigint, audit_id uuid)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.broken_seals()
  union all
  select * from app_private.broken_audit_rows()
  union all
  select * from app_private.broken_months()
  union all
  select 'the chain does not contain the hash that you know', verify_audit_log.known_seal_no, null
  where verify_audit_log.known_seal_no is not null
    and not exists (
      select from app_private.audit_seals as s
      where s.seal_no = verify_audit_log.known_seal_no
        and s.hash = verify_audit_log.known_hash
    )
$$;

comment on function app_private.verify_audit_log(bigint, bytea) is
  'Everything that was done to the sealed part of the audit log: no row, nothing. Whoever can '
  'rewrite the whole chain can remove its end, so note a seal and its '
  'hash elsewhere and give them.';
grant execute on function app_private.verify_audit_log(bigint, bytea) to lml_worker;

--! split: 1326-functions-privacy-give_consent.sql
create or replace function app_public.give_consent(
  purpose app_public.consent_purpose, wording_version text, organization_id uuid default null
)
returns app_public.consents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_consent app_public.consents := app_private.own_consent(
    give_consent.organization_id, give_consent.purpose
  );
begin
  v_consent.is_given := true;
  v_consent.wording_version := give_consent.wording_version;
  return app_private.record_consent(v_consent);
end
$$;

comment on function app_public.give_consent(app_public.consent_purpose, text, uuid) is
  'Agrees to a purpose in the wording that was shown, towards an organization or the platform. '
  'Raises LMINP, LMNFD, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.give_consent(app_public.consent_purpose, text, uuid)
  to lml_user;

--! split: 1327-functions-privacy-own_consent.sql
create or replace function app_private.own_consent(
  organization_id uuid, purpose app_public.consent_purpose
)
returns app_public.consents
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_consent app_public.consents;
begin
  perform app_hidden.refuse_impersonator();
  v_consent.user_id := app_hidden.require_user_id();
  v_consent.organization_id := own_consent.organization_id;
  v_consent.purpose := own_consent.purpose;
  v_consent.source := app_hidden.current_channel()::text;
  return v_consent;
end
$$;

comment on function app_private.own_consent(uuid, app_public.consent_purpose) is
  'What a user says themselves of a purpose, to be recorded. Raises LMIMP, LMAUT, LMSES.';

--! split: 1328-functions-privacy-withdraw_consent.sql
create or replace function app_public.withdraw_consent(
  purpose app_public.consent_purpose, organization_id uuid default null
)
returns app_public.consents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_consent app_public.consents := app_private.own_consent(
    withdraw_consent.organization_id, withdraw_consent.purpose
  );
begin
  v_consent.is_given := false;
  return app_private.record_consent(v_consent);
end
$$;

comment on function app_public.withdraw_consent(app_public.consent_purpose, uuid) is
  'Takes a consent back, as easily as it was given, or objects to what was never agreed to. '
  'Raises LMIMP, LMAUT, LMSES.';
grant execute on function app_public.withdraw_consent(app_public.consent_purpose, uuid)
  to lml_user;

--! split: 1329-functions-privacy-declared_classes.sql
-- Of which class every column is: the one place to read and to change it. A line names columns of a
-- table. Identifiers (uuid), moments (timestamptz) and amounts (..._cents) need no line, because
-- they are internal or financial unless a line says otherwise. For what is
-- erased, the line says how:
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
  ('app_public.users', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$,
    'email'),
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
  ('app_public.user_sessions', 'personal', 'delete', null,
    'device ip_address user_agent country city'),
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
    'open_carts_max waiting_offer_seconds payout_timing payout_delay_days pays_stripe_fees'),
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
    'screens_holds reentry_limit open_carts_max short_description format timezone '
    'visibility age_restriction special_requirements images banner_url videos '
    'external_links meta_title meta_description search_keywords tags tickets_per_user_max '
    'status_reason search_text search_vector'),
  ('app_public.events', 'public', null, null,
    'has_price_rules absorbs_service_fees absorbs_processing_fees prices_vary has_waiting_list'),
  ('app_public.events', 'financial', null, null, 'commission_percentage'),
  ('app_public.performances', 'public', null, null,
    'currency status is_public status_reason pass_name'),
  ('app_public.ticket_categories', 'public', null, null,
    'category_no name description status seat_categories sections is_public sort_order '
    'min_per_transaction max_per_transaction max_per_user includes restrictions '
    'requires_approval approval_hours approved_payment_hours requires_membership '
    'capture_method'),
  ('app_public.event_categories', 'public', null, null, 'slug name description'),
  ('app_public.event_category_links', 'public', null, null, 'is_public'),
  ('app_public.event_online_addresses', 'internal', null, null, 'address instructions'),
  ('app_private.event_access_codes', 'secret', null, null, 'code_hash'),
  ('app_private.add_on_downloads', 'secret', null, null, 'url'),
  ('app_public.event_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_public.performance_status_transitions', 'public', null, null,
    'from_status to_status reason'),
  ('app_public.event_cancellations', 'internal', null, null,
    'reason bookings_canceled bookings_failed being_served'),
  ('app_public.event_cancellation_failures', 'internal', null, null, 'code'),
  ('app_public.ticket_category_prices', 'public', null, null, 'audience valid_during is_public'),
  ('app_public.add_ons', 'public', null, null,
    'is_public name description currency max_per_booking requires_ticket delivery is_limited '
    'is_active sort_order returns_to_stock'),
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
  ('app_public.admission_pools', 'internal', null, null,
    'name capacity slot_count chain allocated is_pass'),
  ('app_private.admission_slots', 'internal', null, null, 'slot_no capacity held sold'),
  ('app_private.admission_claims', 'internal', null, null, 'slot_no quantity'),
  ('app_public.admission_allocations', 'internal', null, null, 'kind reason quantity places_left'),
  ('app_private.add_on_counters', 'internal', null, null, 'total held sold'),
  ('app_private.add_on_claims', 'internal', null, null, 'quantity'),
  ('app_private.add_on_codes', 'secret', null, null, 'code'),
  ('app_private.add_on_codes', 'internal', null, null, 'unit_no'),
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
  ('app_public.waiting_list_entries', 'personal', 'delete', null, 'quantity is_accessible'),
  ('app_public.waiting_list_entries', 'internal', null, null, 'status gathered times_passed'),
  ('app_private.waiting_list_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_private.waiting_list_tokens', 'personal', 'delete', null, 'quantity is_accessible email'),

  -- payments
  ('app_public.payment_intents', 'financial', null, null,
    'currency status stripe_payment_intent_id stripe_status failure_code failure_message '
    'stripe_charge_id stripe_news method capture_method'),
  ('app_public.payment_charges', 'financial', null, null,
    'stripe_charge_id status card_brand risk_level risk_score network_answer outcome_reason'),
  ('app_public.payment_charges', 'personal', 'anonymize', 'null', 'card_last4'),
  ('app_private.payment_intent_secrets', 'secret', 'delete', null, 'client_secret'),
  ('app_private.payment_intent_changes', 'internal', null, null, 'change_no'),
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
  ('app_private.platform_payouts', 'financial', null, null, 'id status currency failure_code'),
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
    'kind status reason ticket_ids add_on_item_ids add_on_quantities percentage '
    'refunds_service_fees refunds_processing_fees is_exception currency'),
  ('app_public.refund_requests', 'sensitive', 'keep',
    'Vouchers: why money went back, and on whose word.', 'note decision_note'),
  ('app_public.refund_items', 'financial', null, null, 'is_return unit_no'),
  ('app_public.disputes', 'financial', null, null,
    'stripe_dispute_id stripe_charge_id status reason network_reason_code currency stripe_news'),
  ('app_public.dispute_responses', 'personal', 'anonymize', $$'{}'$$, 'evidence'),
  ('app_public.dispute_responses', 'internal', null, null, 'is_acceptance status failure_reason'),
  ('app_public.ledger_accounts', 'financial', null, null, 'kind currency'),
  ('app_public.ledger_account_rules', 'public', null, null,
    'kind normal_side may_be_negative description'),
  ('app_public.ledger_transactions', 'financial', null, null,
    'source description category accounting_period pays_stripe_fees'),
  ('app_public.ledger_balances', 'financial', null, null, 'period'),
  ('app_public.accounting_periods', 'financial', null, null, 'period status unreconciled_count'),
  ('app_public.payment_transactions', 'financial', null, null,
    'accounting_period transaction_type transaction_category currency description '
    'stripe_balance_transaction_id reconciliation_status'),
  ('app_public.ledger_corrections', 'financial', null, null,
    'currency kinds amounts_cents reason status'),
  ('app_public.promoters', 'personal', 'keep', 'Who is paid: it is in the books.', 'name email'),
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
  ('app_public.ticket_transfers', 'secret', 'keep',
    'They own tickets, and tell nothing of anybody.', 'from_cart_token_hash to_cart_token_hash'),
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
  ('app_public.pass_entries', 'internal', null, null, 'entry_count is_inside'),
  ('app_public.ticket_scans', 'internal', null, null,
    'result code gate device direction offline_result'),

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

--! split: 1330-functions-privacy-personal_tables.sql
-- Whose a row is, given a person as $1 (the row is called t), and under which name an export has
-- it; without a name it is not exported, because there is nothing in it but secrets. In the order
-- in which rows may be deleted.
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
    't.user_id = ($1).user_id or t.email operator(public.=) any (($1).emails)
      or exists (
        select from app_public.customers as c
        where c.id = any (($1).customer_ids)
          and c.organization_id = t.organization_id
          and (c.email operator(public.=) t.email or c.user_id = t.user_id)
      )'
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
    'app_private.waiting_list_tokens', 'unconfirmed_waiting',
    't.email operator(public.=) any (($1).emails)
      or exists (
        select from app_public.customers as c
        where c.id = any (($1).customer_ids)
          and c.organization_id = t.organization_id
          and c.email operator(public.=) t.email
      )'
  ),
  (
    'app_public.waiting_list_entries', 'waiting_lists',
    't.user_id = ($1).user_id or t.customer_id = any (($1).customer_ids)'
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
      and coalesce(
        t.payload #>> ''{data,object,customer}'', t.payload #>> ''{data,object,id}''
      ) in (
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
    'app_public.pass_entries', 'pass_entries',
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
  ('app_public.promoters', 'promoters', 't.email operator(public.=) any (($1).emails)'),
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

--! split: 1331-policies-organizations-domain_challenges.sql
-- For whoever sets the domain up.
alter table app_public.domain_challenges enable row level security;
alter table app_public.domain_challenges force row level security;

drop policy if exists all_owner on app_public.domain_challenges;
create policy all_owner on app_public.domain_challenges
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.domain_challenges;
create policy select_member on app_public.domain_challenges
  for select to lml_user
  using (
    organization_id = any (array(
      select app_hidden.permitted_organization_ids('organization.manage')
    ))
  );

revoke all on app_public.domain_challenges from public;
grant select on app_public.domain_challenges to lml_user;

--! split: 1332-policies-organizations-memberships.sql
-- Whose it is, and who enters them.
alter table app_public.memberships enable row level security;
alter table app_public.memberships force row level security;

drop policy if exists all_owner on app_public.memberships;
create policy all_owner on app_public.memberships
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.memberships;
create policy select_own on app_public.memberships
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.memberships;
create policy select_member on app_public.memberships
  for select to lml_user
  using (
    organization_id = any (array(
      select app_hidden.permitted_organization_ids('memberships.manage')
    ))
  );

revoke all on app_public.memberships from public;
grant select on app_public.memberships to lml_user;

--! split: 1333-policies-organizations-organization_invitations.sql
-- For who may read members.
alter table app_public.organization_invitations enable row level security;
alter table app_public.organization_invitations force row level security;

drop policy if exists all_owner on app_public.organization_invitations;
create policy all_owner on app_public.organization_invitations
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.organization_invitations;
create policy select_member on app_public.organization_invitations
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('members.read')))
  );

revoke all on app_public.organization_invitations from public;
grant select on app_public.organization_invitations to lml_user;

--! split: 1334-policies-organizations-organization_members.sql
-- One sees one's own memberships; who may read members sees all of the organization.
alter table app_public.organization_members enable row level security;
alter table app_public.organization_members force row level security;

drop policy if exists all_owner on app_public.organization_members;
create policy all_owner on app_public.organization_members
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.organization_members;
create policy select_own on app_public.organization_members
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.organization_members;
create policy select_member on app_public.organization_members
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('members.read')))
  );

revoke all on app_public.organization_members from public;
grant select on app_public.organization_members to lml_user;

--! split: 1335-policies-organizations-organization_settings.sql
-- Terms are the business of its members.
alter table app_public.organization_settings enable row level security;
alter table app_public.organization_settings force row level security;

drop policy if exists all_owner on app_public.organization_settings;
create policy all_owner on app_public.organization_settings
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.organization_settings;
create policy select_member on app_public.organization_settings
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('organization.read')))
  );

drop policy if exists select_staff on app_public.organization_settings;
create policy select_staff on app_public.organization_settings
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.organization_settings from public;
grant select on app_public.organization_settings to lml_user;

--! split: 1336-policies-organizations-organization_suspensions.sql
-- For members, and for the platform's staff.
alter table app_public.organization_suspensions enable row level security;
alter table app_public.organization_suspensions force row level security;

drop policy if exists all_owner on app_public.organization_suspensions;
create policy all_owner on app_public.organization_suspensions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.organization_suspensions;
create policy select_member on app_public.organization_suspensions
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('organization.read')))
  );

drop policy if exists select_staff on app_public.organization_suspensions;
create policy select_staff on app_public.organization_suspensions
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.organization_suspensions from public;
grant select on app_public.organization_suspensions to lml_user;

--! split: 1337-policies-organizations-organization_verifications.sql
-- For who manages the organization, and for the platform's staff.
alter table app_public.organization_verifications enable row level security;
alter table app_public.organization_verifications force row level security;

drop policy if exists all_owner on app_public.organization_verifications;
create policy all_owner on app_public.organization_verifications
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.organization_verifications;
create policy select_member on app_public.organization_verifications
  for select to lml_user
  using (
    organization_id = any (array(
      select app_hidden.permitted_organization_ids('organization.manage')
    ))
  );

drop policy if exists select_staff on app_public.organization_verifications;
create policy select_staff on app_public.organization_verifications
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.organization_verifications from public;
grant select on app_public.organization_verifications to lml_user;

--! split: 1338-policies-organizations-organizations.sql
-- An active organization is public; its members always see it.
alter table app_public.organizations enable row level security;
alter table app_public.organizations force row level security;

drop policy if exists all_owner on app_public.organizations;
create policy all_owner on app_public.organizations
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_active on app_public.organizations;
create policy select_active on app_public.organizations
  for select to lml_anonymous, lml_user
  using (status = 'active');

drop policy if exists select_member on app_public.organizations;
create policy select_member on app_public.organizations
  for select to lml_user
  using (id = any (array(select app_hidden.permitted_organization_ids('organization.read'))));

drop policy if exists select_staff on app_public.organizations;
create policy select_staff on app_public.organizations
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.organizations from public;
grant select on app_public.organizations to lml_anonymous, lml_user;

--! split: 1339-policies-organizations-tax_jurisdictions.sql
-- The business of its members; buyers see the tax on their booking.
alter table app_public.tax_jurisdictions enable row level security;
alter table app_public.tax_jurisdictions force row level security;

drop policy if exists all_owner on app_public.tax_jurisdictions;
create policy all_owner on app_public.tax_jurisdictions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.tax_jurisdictions;
create policy select_member on app_public.tax_jurisdictions
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('organization.read')))
  );

revoke all on app_public.tax_jurisdictions from public;
grant select on app_public.tax_jurisdictions to lml_user;

--! split: 1340-policies-organizations-tax_rates.sql
-- Rates are the business of its members; buyers see the tax on their booking.
alter table app_public.tax_rates enable row level security;
alter table app_public.tax_rates force row level security;

drop policy if exists all_owner on app_public.tax_rates;
create policy all_owner on app_public.tax_rates
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.tax_rates;
create policy select_member on app_public.tax_rates
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('organization.read')))
  );

revoke all on app_public.tax_rates from public;
grant select on app_public.tax_rates to lml_user;

--! split: 1341-policies-organizations-user_venue_access.sql
-- One sees one's own; who may read members sees all of the organization.
alter table app_public.user_venue_access enable row level security;
alter table app_public.user_venue_access force row level security;

drop policy if exists all_owner on app_public.user_venue_access;
create policy all_owner on app_public.user_venue_access
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.user_venue_access;
create policy select_own on app_public.user_venue_access
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.user_venue_access;
create policy select_member on app_public.user_venue_access
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('members.read')))
  );

revoke all on app_public.user_venue_access from public;
grant select on app_public.user_venue_access to lml_user;

--! split: 1342-policies-venues-layout_fetches.sql
-- For members who import layouts.
alter table app_public.layout_fetches enable row level security;
alter table app_public.layout_fetches force row level security;

drop policy if exists all_owner on app_public.layout_fetches;
create policy all_owner on app_public.layout_fetches
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.layout_fetches;
create policy select_member on app_public.layout_fetches
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('venues.manage')))
  );

drop policy if exists select_member_of_venue on app_public.layout_fetches;
create policy select_member_of_venue on app_public.layout_fetches
  for select to lml_user
  using (venue_id = any (array(select app_hidden.permitted_venue_ids('venues.manage'))));

revoke all on app_public.layout_fetches from public;
grant select on app_public.layout_fetches to lml_user;

--! split: 1343-policies-venues-venue_compliance.sql
-- For members who see the venue; never for visitors.
alter table app_public.venue_compliance enable row level security;
alter table app_public.venue_compliance force row level security;

drop policy if exists all_owner on app_public.venue_compliance;
create policy all_owner on app_public.venue_compliance
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.venue_compliance;
create policy select_member on app_public.venue_compliance
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('venues.manage')))
  );

drop policy if exists select_member_of_venue on app_public.venue_compliance;
create policy select_member_of_venue on app_public.venue_compliance
  for select to lml_user
  using (venue_id = any (array(select app_hidden.permitted_venue_ids('venues.manage'))));

revoke all on app_public.venue_compliance from public;
grant select on app_public.venue_compliance to lml_user;

--! split: 1344-policies-venues-venue_layouts.sql
-- A layout is public once a public performance uses it.
alter table app_public.venue_layouts enable row level security;
alter table app_public.venue_layouts force row level security;

drop policy if exists all_owner on app_public.venue_layouts;
create policy all_owner on app_public.venue_layouts
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.venue_layouts;
create policy select_public on app_public.venue_layouts
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.performances as p
    where p.organization_id = venue_layouts.organization_id and p.layout_id = venue_layouts.id
  ));

drop policy if exists select_member on app_public.venue_layouts;
create policy select_member on app_public.venue_layouts
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('venues.read')))
  );

drop policy if exists select_member_of_venue on app_public.venue_layouts;
create policy select_member_of_venue on app_public.venue_layouts
  for select to lml_user
  using (venue_id = any (array(select app_hidden.permitted_venue_ids('venues.read'))));

revoke all on app_public.venue_layouts from public;
grant select on app_public.venue_layouts to lml_anonymous, lml_user;

--! split: 1345-policies-venues-venues.sql
-- A venue is public once something public happens there.
alter table app_public.venues enable row level security;
alter table app_public.venues force row level security;

drop policy if exists all_owner on app_public.venues;
create policy all_owner on app_public.venues
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.venues;
create policy select_public on app_public.venues
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.events as e
    where e.organization_id = venues.organization_id and e.venue_id = venues.id
  ));

drop policy if exists select_member on app_public.venues;
create policy select_member on app_public.venues
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('venues.read')))
  );

drop policy if exists select_member_of_venue on app_public.venues;
create policy select_member_of_venue on app_public.venues
  for select to lml_user
  using (id = any (array(select app_hidden.permitted_venue_ids('venues.read'))));

revoke all on app_public.venues from public;
grant select on app_public.venues to lml_anonymous, lml_user;

--! split: 1346-policies-events-add_ons.sql
-- As public as its event, which its row tells.
alter table app_public.add_ons enable row level security;
alter table app_public.add_ons force row level security;

drop policy if exists all_owner on app_public.add_ons;
create policy all_owner on app_public.add_ons
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.add_ons;
create policy select_public on app_public.add_ons
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.add_ons;
create policy select_member on app_public.add_ons
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.read')))
  );

drop policy if exists select_member_of_venue on app_public.add_ons;
create policy select_member_of_venue on app_public.add_ons
  for select to lml_user
  using (event_id = any (array(select app_hidden.permitted_event_ids('events.read'))));

drop policy if exists select_opened on app_public.add_ons;
create policy select_opened on app_public.add_ons
  for select to lml_anonymous, lml_user
  using (event_id = any (array(select app_hidden.opened_event_ids())));

revoke all on app_public.add_ons from public;
grant select on app_public.add_ons to lml_anonymous, lml_user;

--! split: 1347-policies-events-attendee_questions.sql
-- As public as its event, which its row tells.
alter table app_public.attendee_questions enable row level security;
alter table app_public.attendee_questions force row level security;

drop policy if exists all_owner on app_public.attendee_questions;
create policy all_owner on app_public.attendee_questions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.attendee_questions;
create policy select_public on app_public.attendee_questions
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.attendee_questions;
create policy select_member on app_public.attendee_questions
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.read')))
  );

drop policy if exists select_member_of_venue on app_public.attendee_questions;
create policy select_member_of_venue on app_public.attendee_questions
  for select to lml_user
  using (event_id = any (array(select app_hidden.permitted_event_ids('events.read'))));

drop policy if exists select_opened on app_public.attendee_questions;
create policy select_opened on app_public.attendee_questions
  for select to lml_anonymous, lml_user
  using (event_id = any (array(select app_hidden.opened_event_ids())));

revoke all on app_public.attendee_questions from public;
grant select on app_public.attendee_questions to lml_anonymous, lml_user;

--! split: 1348-policies-events-discount_codes.sql
-- Codes are for whom they are given to, and for those who give them.
alter table app_public.discount_codes enable row level security;
alter table app_public.discount_codes force row level security;

drop policy if exists all_owner on app_public.discount_codes;
create policy all_owner on app_public.discount_codes
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.discount_codes;
create policy select_member on app_public.discount_codes
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.manage')))
  );

drop policy if exists select_member_of_venue on app_public.discount_codes;
create policy select_member_of_venue on app_public.discount_codes
  for select to lml_user
  using (event_id in (select app_hidden.permitted_event_ids('events.manage')));

revoke all on app_public.discount_codes from public;
grant select on app_public.discount_codes to lml_user;

--! split: 1349-policies-events-event_cancellation_failures.sql
-- For members who may see bookings.
alter table app_public.event_cancellation_failures enable row level security;
alter table app_public.event_cancellation_failures force row level security;

drop policy if exists all_owner on app_public.event_cancellation_failures;
create policy all_owner on app_public.event_cancellation_failures
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.event_cancellation_failures;
create policy select_member on app_public.event_cancellation_failures
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('bookings.read')))
  );

revoke all on app_public.event_cancellation_failures from public;
grant select on app_public.event_cancellation_failures to lml_user;

--! split: 1350-policies-events-event_cancellations.sql
-- For members.
alter table app_public.event_cancellations enable row level security;
alter table app_public.event_cancellations force row level security;

drop policy if exists all_owner on app_public.event_cancellations;
create policy all_owner on app_public.event_cancellations
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.event_cancellations;
create policy select_member on app_public.event_cancellations
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.read')))
  );

drop policy if exists select_member_of_venue on app_public.event_cancellations;
create policy select_member_of_venue on app_public.event_cancellations
  for select to lml_user
  using (event_id in (select app_hidden.permitted_event_ids('events.read')));

revoke all on app_public.event_cancellations from public;
grant select on app_public.event_cancellations to lml_user;

--! split: 1351-policies-events-event_category_links.sql
-- As public as its event, which its row tells.
alter table app_public.event_category_links enable row level security;
alter table app_public.event_category_links force row level security;

drop policy if exists all_owner on app_public.event_category_links;
create policy all_owner on app_public.event_category_links
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.event_category_links;
create policy select_public on app_public.event_category_links
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.event_category_links;
create policy select_member on app_public.event_category_links
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.read')))
  );

drop policy if exists select_member_of_venue on app_public.event_category_links;
create policy select_member_of_venue on app_public.event_category_links
  for select to lml_user
  using (event_id = any (array(select app_hidden.permitted_event_ids('events.read'))));

drop policy if exists select_opened on app_public.event_category_links;
create policy select_opened on app_public.event_category_links
  for select to lml_anonymous, lml_user
  using (event_id = any (array(select app_hidden.opened_event_ids())));

revoke all on app_public.event_category_links from public;
grant select on app_public.event_category_links to lml_anonymous, lml_user;

--! split: 1352-policies-events-event_online_addresses.sql
-- For who has a ticket, and for members.
alter table app_public.event_online_addresses enable row level security;
alter table app_public.event_online_addresses force row level security;

drop policy if exists all_owner on app_public.event_online_addresses;
create policy all_owner on app_public.event_online_addresses
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.event_online_addresses;
create policy select_member on app_public.event_online_addresses
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.read')))
  );

drop policy if exists select_member_of_venue on app_public.event_online_addresses;
create policy select_member_of_venue on app_public.event_online_addresses
  for select to lml_user
  using (event_id in (select app_hidden.permitted_event_ids('events.read')));

drop policy if exists select_holder on app_public.event_online_addresses;
create policy select_holder on app_public.event_online_addresses
  for select to lml_anonymous, lml_user
  using (event_id in (select app_hidden.ticketed_event_ids()));

revoke all on app_public.event_online_addresses from public;
grant select on app_public.event_online_addresses to lml_anonymous, lml_user;

--! split: 1353-policies-events-events.sql
-- What is published is public; drafts are for members. Every column but the share of the platform
-- may be read, those that came later, too: this file runs again with each of them.
alter table app_public.events enable row level security;
alter table app_public.events force row level security;

drop policy if exists all_owner on app_public.events;
create policy all_owner on app_public.events
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.events;
create policy select_public on app_public.events
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.events;
create policy select_member on app_public.events
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.read')))
  );

drop policy if exists select_member_of_venue on app_public.events;
create policy select_member_of_venue on app_public.events
  for select to lml_user
  using (venue_id = any (array(select app_hidden.permitted_venue_ids('events.read'))));

drop policy if exists select_opened on app_public.events;
create policy select_opened on app_public.events
  for select to lml_anonymous, lml_user
  using (id = any (array(select app_hidden.opened_event_ids())));

revoke all on app_public.events from public;
-- What the platform takes is between it and whoever sells: members ask event_commission. All other
-- columns are granted by name, because a table of its own would be opened by every hold.
revoke all on app_public.events from lml_anonymous, lml_user;
do $do$
begin
  execute (
    select format(
      'grant select (%s) on app_public.events to lml_anonymous, lml_user',
      string_agg(quote_ident(a.attname), ', ' order by a.attnum)
    )
    from pg_catalog.pg_attribute as a
    where a.attrelid = 'app_public.events'::regclass
      and a.attnum > 0 and not a.attisdropped and a.attname <> 'commission_percentage'
  );
end
$do$;

--! split: 1354-policies-events-performances.sql
-- As public as its event, which its row tells.
alter table app_public.performances enable row level security;
alter table app_public.performances force row level security;

drop policy if exists all_owner on app_public.performances;
create policy all_owner on app_public.performances
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_event on app_public.performances;
drop policy if exists select_public on app_public.performances;
create policy select_public on app_public.performances
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.performances;
create policy select_member on app_public.performances
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.read')))
  );

drop policy if exists select_member_of_venue on app_public.performances;
create policy select_member_of_venue on app_public.performances
  for select to lml_user
  using (id = any (array(select app_hidden.permitted_performance_ids('events.read'))));

drop policy if exists select_opened on app_public.performances;
create policy select_opened on app_public.performances
  for select to lml_anonymous, lml_user
  using (event_id = any (array(select app_hidden.opened_event_ids())));

revoke all on app_public.performances from public;
grant select on app_public.performances to lml_anonymous, lml_user;

--! split: 1355-policies-events-pricing_rules.sql
-- What makes a price is the business of those who set it; buyers see what it made of theirs.
alter table app_public.pricing_rules enable row level security;
alter table app_public.pricing_rules force row level security;

drop policy if exists all_owner on app_public.pricing_rules;
create policy all_owner on app_public.pricing_rules
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.pricing_rules;
create policy select_member on app_public.pricing_rules
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.manage')))
  );

drop policy if exists select_member_of_venue on app_public.pricing_rules;
create policy select_member_of_venue on app_public.pricing_rules
  for select to lml_user
  using (
    ticket_category_id in (select app_hidden.permitted_ticket_category_ids('events.manage'))
  );

revoke all on app_public.pricing_rules from public;
grant select on app_public.pricing_rules to lml_user;

--! split: 1356-policies-events-ticket_categories.sql
-- As public as its event, which its row tells.
alter table app_public.ticket_categories enable row level security;
alter table app_public.ticket_categories force row level security;

drop policy if exists all_owner on app_public.ticket_categories;
create policy all_owner on app_public.ticket_categories
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_event on app_public.ticket_categories;
drop policy if exists select_public on app_public.ticket_categories;
create policy select_public on app_public.ticket_categories
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.ticket_categories;
create policy select_member on app_public.ticket_categories
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.read')))
  );

drop policy if exists select_member_of_venue on app_public.ticket_categories;
create policy select_member_of_venue on app_public.ticket_categories
  for select to lml_user
  using (event_id = any (array(select app_hidden.permitted_event_ids('events.read'))));

drop policy if exists select_opened on app_public.ticket_categories;
create policy select_opened on app_public.ticket_categories
  for select to lml_anonymous, lml_user
  using (event_id = any (array(select app_hidden.opened_event_ids())));

revoke all on app_public.ticket_categories from public;
grant select on app_public.ticket_categories to lml_anonymous, lml_user;

--! split: 1357-policies-events-ticket_category_prices.sql
-- As public as its event, which its row tells.
alter table app_public.ticket_category_prices enable row level security;
alter table app_public.ticket_category_prices force row level security;

drop policy if exists all_owner on app_public.ticket_category_prices;
create policy all_owner on app_public.ticket_category_prices
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_category on app_public.ticket_category_prices;
drop policy if exists select_public on app_public.ticket_category_prices;
create policy select_public on app_public.ticket_category_prices
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.ticket_category_prices;
create policy select_member on app_public.ticket_category_prices
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.read')))
  );

drop policy if exists select_member_of_venue on app_public.ticket_category_prices;
create policy select_member_of_venue on app_public.ticket_category_prices
  for select to lml_user
  using (
    ticket_category_id = any (array(select app_hidden.permitted_ticket_category_ids('events.read')))
  );

drop policy if exists select_opened on app_public.ticket_category_prices;
create policy select_opened on app_public.ticket_category_prices
  for select to lml_anonymous, lml_user
  using (ticket_category_id = any (array(select app_hidden.opened_ticket_category_ids())));

revoke all on app_public.ticket_category_prices from public;
grant select on app_public.ticket_category_prices to lml_anonymous, lml_user;

--! split: 1358-policies-inventory-admission_allocations.sql
-- For members: what is kept back, and for whom, is not told to buyers.
alter table app_public.admission_allocations enable row level security;
alter table app_public.admission_allocations force row level security;

drop policy if exists all_owner on app_public.admission_allocations;
create policy all_owner on app_public.admission_allocations
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.admission_allocations;
create policy select_member on app_public.admission_allocations
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('inventory.read')))
  );

drop policy if exists select_member_of_venue on app_public.admission_allocations;
create policy select_member_of_venue on app_public.admission_allocations
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('inventory.read')));

revoke all on app_public.admission_allocations from public;
grant select on app_public.admission_allocations to lml_user;

--! split: 1359-policies-inventory-seat_allocation_seats.sql
-- For members: what is kept back, and for whom, is not told to buyers.
alter table app_public.seat_allocation_seats enable row level security;
alter table app_public.seat_allocation_seats force row level security;

drop policy if exists all_owner on app_public.seat_allocation_seats;
create policy all_owner on app_public.seat_allocation_seats
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.seat_allocation_seats;
create policy select_member on app_public.seat_allocation_seats
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('inventory.read')))
  );

drop policy if exists select_member_of_venue on app_public.seat_allocation_seats;
create policy select_member_of_venue on app_public.seat_allocation_seats
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('inventory.read')));

revoke all on app_public.seat_allocation_seats from public;
grant select on app_public.seat_allocation_seats to lml_user;

--! split: 1360-policies-inventory-seat_allocations.sql
-- For members: what is kept back, and for whom, is not told to buyers.
alter table app_public.seat_allocations enable row level security;
alter table app_public.seat_allocations force row level security;

drop policy if exists all_owner on app_public.seat_allocations;
create policy all_owner on app_public.seat_allocations
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.seat_allocations;
create policy select_member on app_public.seat_allocations
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('inventory.read')))
  );

drop policy if exists select_member_of_venue on app_public.seat_allocations;
create policy select_member_of_venue on app_public.seat_allocations
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('inventory.read')));

revoke all on app_public.seat_allocations from public;
grant select on app_public.seat_allocations to lml_user;

--! split: 1361-policies-inventory-seat_booking_state.sql
-- Who has which seat is for members; the public reads seat_map, which does not tell.
alter table app_public.seat_booking_state enable row level security;
alter table app_public.seat_booking_state force row level security;

drop policy if exists all_owner on app_public.seat_booking_state;
create policy all_owner on app_public.seat_booking_state
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.seat_booking_state;
create policy select_member on app_public.seat_booking_state
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('inventory.read')))
  );

drop policy if exists select_member_of_venue on app_public.seat_booking_state;
create policy select_member_of_venue on app_public.seat_booking_state
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('inventory.read')));

revoke all on app_public.seat_booking_state from public;
grant select on app_public.seat_booking_state to lml_user;

--! split: 1362-policies-bookings-booking_items.sql
-- Whoever sees the booking.
alter table app_public.booking_items enable row level security;
alter table app_public.booking_items force row level security;

drop policy if exists all_owner on app_public.booking_items;
create policy all_owner on app_public.booking_items
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.booking_items;
drop policy if exists select_own on app_public.booking_items;
create policy select_own on app_public.booking_items
  for select to lml_anonymous, lml_user
  using (booking_id = any (array(select app_hidden.own_booking_ids())));

drop policy if exists select_member on app_public.booking_items;
create policy select_member on app_public.booking_items
  for select to lml_user
  using (
    organization_id = any (array(
      select app_hidden.permitted_organization_ids('customers.read_names')
    ))
  );

drop policy if exists select_member_of_venue on app_public.booking_items;
create policy select_member_of_venue on app_public.booking_items
  for select to lml_user
  using (app_hidden.is_booking_at_permitted_venue(booking_id, 'customers.read_names'));

revoke all on app_public.booking_items from public;
grant select on app_public.booking_items to lml_anonymous, lml_user;

--! split: 1363-policies-bookings-booking_notes.sql
-- For staff alone: buyers do not see what is noted about them, unless they ask for an export.
alter table app_public.booking_notes enable row level security;
alter table app_public.booking_notes force row level security;

drop policy if exists all_owner on app_public.booking_notes;
create policy all_owner on app_public.booking_notes
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.booking_notes;
create policy select_member on app_public.booking_notes
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('bookings.manage')))
  );

revoke all on app_public.booking_notes from public;
grant select on app_public.booking_notes to lml_user;

--! split: 1364-policies-bookings-bookings.sql
-- The owner, by account or by cart token, and staff who may see names. Others see bookings_manager.
alter table app_public.bookings enable row level security;
alter table app_public.bookings force row level security;

drop policy if exists all_owner on app_public.bookings;
create policy all_owner on app_public.bookings
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.bookings;
create policy select_own on app_public.bookings
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_cart on app_public.bookings;
create policy select_cart on app_public.bookings
  for select to lml_anonymous, lml_user
  using (cart_token_hash = (select app_hidden.current_cart_hash()));

drop policy if exists select_member on app_public.bookings;
create policy select_member on app_public.bookings
  for select to lml_user
  using (
    organization_id = any (array(
      select app_hidden.permitted_organization_ids('customers.read_names')
    ))
  );

drop policy if exists select_member_of_venue on app_public.bookings;
create policy select_member_of_venue on app_public.bookings
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('customers.read_names')));

revoke all on app_public.bookings from public;
grant select on app_public.bookings to lml_anonymous, lml_user;

--! split: 1365-policies-bookings-customers.sql
-- One sees one's own entries; staff who may see names, the organization's. Others see
-- customers_manager.
alter table app_public.customers enable row level security;
alter table app_public.customers force row level security;

drop policy if exists all_owner on app_public.customers;
create policy all_owner on app_public.customers
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.customers;
create policy select_own on app_public.customers
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.customers;
create policy select_member on app_public.customers
  for select to lml_user
  using (
    organization_id = any (array(
      select app_hidden.permitted_organization_ids('customers.read_names')
    ))
  );

revoke all on app_public.customers from public;
grant select on app_public.customers to lml_user;

--! split: 1366-policies-bookings-staff_sales.sql
-- Members who may read bookings; not the customer, of whom notes may tell.
alter table app_public.staff_sales enable row level security;
alter table app_public.staff_sales force row level security;

drop policy if exists all_owner on app_public.staff_sales;
create policy all_owner on app_public.staff_sales
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.staff_sales;
create policy select_member on app_public.staff_sales
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('bookings.read')))
  );

drop policy if exists select_member_of_venue on app_public.staff_sales;
create policy select_member_of_venue on app_public.staff_sales
  for select to lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = staff_sales.organization_id and b.id = staff_sales.booking_id
      and b.performance_id in (select app_hidden.permitted_performance_ids('bookings.read'))
  ));

revoke all on app_public.staff_sales from public;
grant select on app_public.staff_sales to lml_user;

--! split: 1367-policies-bookings-waiting_list_entries.sql
-- Whoever waits, and members who see bookings. It says who waits by a customer, whose name is for
-- whoever may see names.
alter table app_public.waiting_list_entries enable row level security;
alter table app_public.waiting_list_entries force row level security;

drop policy if exists all_owner on app_public.waiting_list_entries;
create policy all_owner on app_public.waiting_list_entries
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.waiting_list_entries;
create policy select_own on app_public.waiting_list_entries
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.waiting_list_entries;
create policy select_member on app_public.waiting_list_entries
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('bookings.read')));

drop policy if exists select_member_of_venue on app_public.waiting_list_entries;
create policy select_member_of_venue on app_public.waiting_list_entries
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('bookings.read')));

revoke all on app_public.waiting_list_entries from public;
grant select on app_public.waiting_list_entries to lml_user;

--! split: 1368-policies-bookings-waiting_list_tokens.sql
-- Reached through definer functions only.
alter table app_private.waiting_list_tokens enable row level security;
alter table app_private.waiting_list_tokens force row level security;

drop policy if exists all_owner on app_private.waiting_list_tokens;
create policy all_owner on app_private.waiting_list_tokens
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.waiting_list_tokens from public;

--! split: 1369-policies-payments-accounting_periods.sql
-- The books are for staff who may read payments.
alter table app_public.accounting_periods enable row level security;
alter table app_public.accounting_periods force row level security;

drop policy if exists all_owner on app_public.accounting_periods;
create policy all_owner on app_public.accounting_periods
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.accounting_periods;
create policy select_member on app_public.accounting_periods
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.accounting_periods from public;
grant select on app_public.accounting_periods to lml_user;

--! split: 1370-policies-payments-cancellation_policies.sql
-- For members. Buyers ask cancellation_terms and quote_cancellation.
alter table app_public.cancellation_policies enable row level security;
alter table app_public.cancellation_policies force row level security;

drop policy if exists all_owner on app_public.cancellation_policies;
create policy all_owner on app_public.cancellation_policies
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.cancellation_policies;
create policy select_member on app_public.cancellation_policies
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.read')))
  );

revoke all on app_public.cancellation_policies from public;
grant select on app_public.cancellation_policies to lml_user;

--! split: 1371-policies-payments-cancellation_windows.sql
-- For members. Buyers ask cancellation_terms and quote_cancellation.
alter table app_public.cancellation_windows enable row level security;
alter table app_public.cancellation_windows force row level security;

drop policy if exists all_owner on app_public.cancellation_windows;
create policy all_owner on app_public.cancellation_windows
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.cancellation_windows;
create policy select_member on app_public.cancellation_windows
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.read')))
  );

revoke all on app_public.cancellation_windows from public;
grant select on app_public.cancellation_windows to lml_user;

--! split: 1372-policies-payments-dispute_responses.sql
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
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('disputes.manage')))
  );

revoke all on app_public.dispute_responses from public;
grant select on app_public.dispute_responses to lml_user;

--! split: 1373-policies-payments-disputes.sql
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
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.disputes from public;
grant select on app_public.disputes to lml_user;

--! split: 1374-policies-payments-event_promoters.sql
-- The books are for staff who may read payments.
alter table app_public.event_promoters enable row level security;
alter table app_public.event_promoters force row level security;

drop policy if exists all_owner on app_public.event_promoters;
create policy all_owner on app_public.event_promoters
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.event_promoters;
create policy select_member on app_public.event_promoters
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.event_promoters from public;
grant select on app_public.event_promoters to lml_user;

--! split: 1375-policies-payments-ledger_accounts.sql
-- The books are for staff who may read payments.
alter table app_public.ledger_accounts enable row level security;
alter table app_public.ledger_accounts force row level security;

drop policy if exists all_owner on app_public.ledger_accounts;
create policy all_owner on app_public.ledger_accounts
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.ledger_accounts;
create policy select_member on app_public.ledger_accounts
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.ledger_accounts from public;
grant select on app_public.ledger_accounts to lml_user;

--! split: 1376-policies-payments-ledger_balances.sql
-- The books are for staff who may read payments.
alter table app_public.ledger_balances enable row level security;
alter table app_public.ledger_balances force row level security;

drop policy if exists all_owner on app_public.ledger_balances;
create policy all_owner on app_public.ledger_balances
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.ledger_balances;
create policy select_member on app_public.ledger_balances
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.ledger_balances from public;
grant select on app_public.ledger_balances to lml_user;

--! split: 1377-policies-payments-ledger_corrections.sql
-- The books are for staff who may read payments.
alter table app_public.ledger_corrections enable row level security;
alter table app_public.ledger_corrections force row level security;

drop policy if exists all_owner on app_public.ledger_corrections;
create policy all_owner on app_public.ledger_corrections
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.ledger_corrections;
create policy select_member on app_public.ledger_corrections
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.ledger_corrections from public;
grant select on app_public.ledger_corrections to lml_user;

--! split: 1378-policies-payments-ledger_entries.sql
-- The books are for staff who may read payments.
alter table app_public.ledger_entries enable row level security;
alter table app_public.ledger_entries force row level security;

drop policy if exists all_owner on app_public.ledger_entries;
create policy all_owner on app_public.ledger_entries
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.ledger_entries;
create policy select_member on app_public.ledger_entries
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.ledger_entries from public;
grant select on app_public.ledger_entries to lml_user;

--! split: 1379-policies-payments-ledger_transactions.sql
-- The books are for staff who may read payments.
alter table app_public.ledger_transactions enable row level security;
alter table app_public.ledger_transactions force row level security;

drop policy if exists all_owner on app_public.ledger_transactions;
create policy all_owner on app_public.ledger_transactions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.ledger_transactions;
create policy select_member on app_public.ledger_transactions
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.ledger_transactions from public;
grant select on app_public.ledger_transactions to lml_user;

--! split: 1380-policies-payments-payment_charges.sql
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
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.payment_charges from public;
grant select on app_public.payment_charges to lml_user;

--! split: 1381-policies-payments-payment_findings.sql
-- Staff who may read payments, and the platform's.
alter table app_public.payment_findings enable row level security;
alter table app_public.payment_findings force row level security;

drop policy if exists all_owner on app_public.payment_findings;
create policy all_owner on app_public.payment_findings
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.payment_findings;
create policy select_member on app_public.payment_findings
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

drop policy if exists select_staff on app_public.payment_findings;
create policy select_staff on app_public.payment_findings
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.payment_findings from public;
grant select on app_public.payment_findings to lml_user;

--! split: 1382-policies-payments-payment_intents.sql
-- The owner of the booking, and staff who may read payments.
alter table app_public.payment_intents enable row level security;
alter table app_public.payment_intents force row level security;

drop policy if exists all_owner on app_public.payment_intents;
create policy all_owner on app_public.payment_intents
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.payment_intents;
create policy select_own on app_public.payment_intents
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = payment_intents.organization_id
      and b.id = payment_intents.booking_id
      and (
        b.user_id = (select app_hidden.current_user_id())
        or b.cart_token_hash = (select app_hidden.current_cart_hash())
      )
  ));

drop policy if exists select_member on app_public.payment_intents;
create policy select_member on app_public.payment_intents
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.payment_intents from public;
grant select on app_public.payment_intents to lml_anonymous, lml_user;

--! split: 1383-policies-payments-payment_transactions.sql
-- The books are for staff who may read payments.
alter table app_public.payment_transactions enable row level security;
alter table app_public.payment_transactions force row level security;

drop policy if exists all_owner on app_public.payment_transactions;
create policy all_owner on app_public.payment_transactions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.payment_transactions;
create policy select_member on app_public.payment_transactions
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.payment_transactions from public;
grant select on app_public.payment_transactions to lml_user;

--! split: 1384-policies-payments-payout_holds.sql
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
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payouts.read')))
  );

drop policy if exists select_staff on app_public.payout_holds;
create policy select_staff on app_public.payout_holds
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.payout_holds from public;
grant select on app_public.payout_holds to lml_user;

--! split: 1385-policies-payments-payout_items.sql
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
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payouts.read')))
  );

drop policy if exists select_staff on app_public.payout_items;
create policy select_staff on app_public.payout_items
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.payout_items from public;
grant select on app_public.payout_items to lml_user;

--! split: 1386-policies-payments-payout_reversals.sql
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
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payouts.read')))
  );

drop policy if exists select_staff on app_public.payout_reversals;
create policy select_staff on app_public.payout_reversals
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.payout_reversals from public;
grant select on app_public.payout_reversals to lml_user;

--! split: 1387-policies-payments-payouts.sql
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
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payouts.read')))
  );

drop policy if exists select_staff on app_public.payouts;
create policy select_staff on app_public.payouts
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.payouts from public;
grant select on app_public.payouts to lml_user;

--! split: 1388-policies-payments-platform_payouts.sql
-- Reached through definer functions only.
alter table app_private.platform_payouts enable row level security;
alter table app_private.platform_payouts force row level security;

drop policy if exists all_owner on app_private.platform_payouts;
create policy all_owner on app_private.platform_payouts
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.platform_payouts from public;

--! split: 1389-policies-payments-promoter_shares.sql
-- The books are for staff who may read payments.
alter table app_public.promoter_shares enable row level security;
alter table app_public.promoter_shares force row level security;

drop policy if exists all_owner on app_public.promoter_shares;
create policy all_owner on app_public.promoter_shares
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.promoter_shares;
create policy select_member on app_public.promoter_shares
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.promoter_shares from public;
grant select on app_public.promoter_shares to lml_user;

--! split: 1390-policies-payments-promoters.sql
-- The books are for staff who may read payments.
alter table app_public.promoters enable row level security;
alter table app_public.promoters force row level security;

drop policy if exists all_owner on app_public.promoters;
create policy all_owner on app_public.promoters
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.promoters;
create policy select_member on app_public.promoters
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.promoters from public;
grant select on app_public.promoters to lml_user;

--! split: 1391-policies-payments-reconciliation_results.sql
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
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

drop policy if exists select_staff on app_public.reconciliation_results;
create policy select_staff on app_public.reconciliation_results
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.reconciliation_results from public;
grant select on app_public.reconciliation_results to lml_user;

--! split: 1392-policies-payments-refund_items.sql
-- The owner of the booking, to whom every cent is explained, and staff who may read payments.
alter table app_public.refund_items enable row level security;
alter table app_public.refund_items force row level security;

drop policy if exists all_owner on app_public.refund_items;
create policy all_owner on app_public.refund_items
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.refund_items;
create policy select_own on app_public.refund_items
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = refund_items.organization_id
      and b.id = refund_items.booking_id
      and (
        b.user_id = (select app_hidden.current_user_id())
        or b.cart_token_hash = (select app_hidden.current_cart_hash())
      )
  ));

drop policy if exists select_member on app_public.refund_items;
create policy select_member on app_public.refund_items
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.refund_items from public;
grant select on app_public.refund_items to lml_anonymous, lml_user;

--! split: 1393-policies-payments-refund_requests.sql
-- For staff who may read payments: what they wrote to each other is not for the buyer.
alter table app_public.refund_requests enable row level security;
alter table app_public.refund_requests force row level security;

drop policy if exists all_owner on app_public.refund_requests;
create policy all_owner on app_public.refund_requests
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.refund_requests;
create policy select_member on app_public.refund_requests
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.refund_requests from public;
grant select on app_public.refund_requests to lml_user;

--! split: 1394-policies-payments-refunds.sql
-- The owner of the booking, and staff who may read payments.
alter table app_public.refunds enable row level security;
alter table app_public.refunds force row level security;

drop policy if exists all_owner on app_public.refunds;
create policy all_owner on app_public.refunds
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.refunds;
create policy select_own on app_public.refunds
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = refunds.organization_id
      and b.id = refunds.booking_id
      and (
        b.user_id = (select app_hidden.current_user_id())
        or b.cart_token_hash = (select app_hidden.current_cart_hash())
      )
  ));

drop policy if exists select_member on app_public.refunds;
create policy select_member on app_public.refunds
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.refunds from public;
grant select on app_public.refunds to lml_anonymous, lml_user;

--! split: 1395-policies-payments-stripe_accounts.sql
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
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payouts.read')))
  );

drop policy if exists select_staff on app_public.stripe_accounts;
create policy select_staff on app_public.stripe_accounts
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.stripe_accounts from public;
grant select on app_public.stripe_accounts to lml_user;

--! split: 1396-policies-tickets-add_on_deliveries.sql
-- Whoever sees the line of the booking, and who gives add-ons out.
alter table app_public.add_on_deliveries enable row level security;
alter table app_public.add_on_deliveries force row level security;

drop policy if exists all_owner on app_public.add_on_deliveries;
create policy all_owner on app_public.add_on_deliveries
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_item on app_public.add_on_deliveries;
create policy select_with_item on app_public.add_on_deliveries
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.booking_items as i
    where i.organization_id = add_on_deliveries.organization_id
      and i.id = add_on_deliveries.booking_item_id
  ));

drop policy if exists select_member on app_public.add_on_deliveries;
create policy select_member on app_public.add_on_deliveries
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('tickets.read')))
  );

drop policy if exists select_member_of_venue on app_public.add_on_deliveries;
create policy select_member_of_venue on app_public.add_on_deliveries
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

revoke all on app_public.add_on_deliveries from public;
grant select on app_public.add_on_deliveries to lml_anonymous, lml_user;

--! split: 1397-policies-tickets-entry_gates.sql
-- Staff, and the scanners of the venue.
alter table app_public.entry_gates enable row level security;
alter table app_public.entry_gates force row level security;

drop policy if exists all_owner on app_public.entry_gates;
create policy all_owner on app_public.entry_gates
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.entry_gates;
create policy select_member on app_public.entry_gates
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('tickets.read')))
  );

drop policy if exists select_member_of_venue on app_public.entry_gates;
create policy select_member_of_venue on app_public.entry_gates
  for select to lml_user
  using (venue_id = any (array(select app_hidden.permitted_venue_ids('tickets.read'))));

drop policy if exists select_device on app_public.entry_gates;
create policy select_device on app_public.entry_gates
  for select to lml_user
  using (venue_id in (select app_hidden.device_venue_ids()));

revoke all on app_public.entry_gates from public;
grant select on app_public.entry_gates to lml_user;

--! split: 1398-policies-tickets-entry_zones.sql
-- Staff, and the scanners of the venue.
alter table app_public.entry_zones enable row level security;
alter table app_public.entry_zones force row level security;

drop policy if exists all_owner on app_public.entry_zones;
create policy all_owner on app_public.entry_zones
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.entry_zones;
create policy select_member on app_public.entry_zones
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('tickets.read')))
  );

drop policy if exists select_member_of_venue on app_public.entry_zones;
create policy select_member_of_venue on app_public.entry_zones
  for select to lml_user
  using (venue_id = any (array(select app_hidden.permitted_venue_ids('tickets.read'))));

drop policy if exists select_device on app_public.entry_zones;
create policy select_device on app_public.entry_zones
  for select to lml_user
  using (venue_id in (select app_hidden.device_venue_ids()));

revoke all on app_public.entry_zones from public;
grant select on app_public.entry_zones to lml_user;

--! split: 1399-policies-tickets-pass_entries.sql
-- Staff sees who came, and a holder on which dates their pass was used.
alter table app_public.pass_entries enable row level security;
alter table app_public.pass_entries force row level security;

drop policy if exists all_owner on app_public.pass_entries;
create policy all_owner on app_public.pass_entries
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_holder on app_public.pass_entries;
create policy select_holder on app_public.pass_entries
  for select to lml_anonymous, lml_user
  using (ticket_id in (select app_hidden.held_ticket_ids()));

drop policy if exists select_member on app_public.pass_entries;
create policy select_member on app_public.pass_entries
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('tickets.read')))
  );

drop policy if exists select_member_of_venue on app_public.pass_entries;
create policy select_member_of_venue on app_public.pass_entries
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

revoke all on app_public.pass_entries from public;
grant select on app_public.pass_entries to lml_anonymous, lml_user;

--! split: 1400-policies-tickets-scanner_devices.sql
-- Staff, and the scanner itself.
alter table app_public.scanner_devices enable row level security;
alter table app_public.scanner_devices force row level security;

drop policy if exists all_owner on app_public.scanner_devices;
create policy all_owner on app_public.scanner_devices
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.scanner_devices;
create policy select_member on app_public.scanner_devices
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('tickets.read')))
  );

drop policy if exists select_member_of_venue on app_public.scanner_devices;
create policy select_member_of_venue on app_public.scanner_devices
  for select to lml_user
  using (venue_id = any (array(select app_hidden.permitted_venue_ids('tickets.read'))));

drop policy if exists select_device on app_public.scanner_devices;
create policy select_device on app_public.scanner_devices
  for select to lml_user
  using (id = (select app_hidden.current_device_id()));

revoke all on app_public.scanner_devices from public;
grant select on app_public.scanner_devices to lml_user;

--! split: 1401-policies-tickets-ticket_attendees.sql
-- Whoever has the ticket now, and staff: not who had it before.
alter table app_public.ticket_attendees enable row level security;
alter table app_public.ticket_attendees force row level security;

drop policy if exists all_owner on app_public.ticket_attendees;
create policy all_owner on app_public.ticket_attendees
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_holder on app_public.ticket_attendees;
create policy select_holder on app_public.ticket_attendees
  for select to lml_anonymous, lml_user
  using (ticket_id in (select app_hidden.held_ticket_ids()));

drop policy if exists select_member on app_public.ticket_attendees;
create policy select_member on app_public.ticket_attendees
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('tickets.read')))
  );

drop policy if exists select_member_of_venue on app_public.ticket_attendees;
create policy select_member_of_venue on app_public.ticket_attendees
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

revoke all on app_public.ticket_attendees from public;
grant select on app_public.ticket_attendees to lml_anonymous, lml_user;

--! split: 1402-policies-tickets-ticket_scans.sql
-- Staff sees what happened at its doors, and a scanner what it did.
alter table app_public.ticket_scans enable row level security;
alter table app_public.ticket_scans force row level security;

drop policy if exists all_owner on app_public.ticket_scans;
create policy all_owner on app_public.ticket_scans
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.ticket_scans;
create policy select_member on app_public.ticket_scans
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('tickets.read')))
  );

drop policy if exists select_member_of_venue on app_public.ticket_scans;
create policy select_member_of_venue on app_public.ticket_scans
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

drop policy if exists select_device on app_public.ticket_scans;
create policy select_device on app_public.ticket_scans
  for select to lml_user
  using (scanner_device_id = (select app_hidden.current_device_id()));

revoke all on app_public.ticket_scans from public;
grant select on app_public.ticket_scans to lml_user;

--! split: 1403-policies-tickets-ticket_transfers.sql
-- Who offered and who got a ticket, and staff.
alter table app_public.ticket_transfers enable row level security;
alter table app_public.ticket_transfers force row level security;

drop policy if exists all_owner on app_public.ticket_transfers;
create policy all_owner on app_public.ticket_transfers
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.ticket_transfers;
create policy select_own on app_public.ticket_transfers
  for select to lml_anonymous, lml_user
  using (
    from_user_id = (select app_hidden.current_user_id())
    or to_user_id = (select app_hidden.current_user_id())
    or from_cart_token_hash = (select app_hidden.current_cart_hash())
    or to_cart_token_hash = (select app_hidden.current_cart_hash())
  );

drop policy if exists select_member on app_public.ticket_transfers;
create policy select_member on app_public.ticket_transfers
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('tickets.read')))
  );

drop policy if exists select_member_of_venue on app_public.ticket_transfers;
create policy select_member_of_venue on app_public.ticket_transfers
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

revoke all on app_public.ticket_transfers from public;
grant select on app_public.ticket_transfers to lml_anonymous, lml_user;

--! split: 1404-policies-tickets-tickets.sql
-- The owner of the booking, who goes on seeing what became of a ticket that was handed on; whoever
-- has it now; staff at the door or on the telephone, and scanners. PostgreSQL asks policies from
-- the last name to the first, until one says yes: most tickets are read by who bought them, and so
-- theirs comes first.
alter table app_public.tickets enable row level security;
alter table app_public.tickets force row level security;

drop policy if exists all_owner on app_public.tickets;
create policy all_owner on app_public.tickets
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.tickets;
create policy select_own on app_public.tickets
  for select to lml_anonymous, lml_user
  using (booking_id = any (array(select app_hidden.own_booking_ids())));

drop policy if exists select_member on app_public.tickets;
create policy select_member on app_public.tickets
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('tickets.read')))
  );

drop policy if exists select_member_of_venue on app_public.tickets;
create policy select_member_of_venue on app_public.tickets
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

drop policy if exists select_received on app_public.tickets;
drop policy if exists select_holder on app_public.tickets;
create policy select_holder on app_public.tickets
  for select to lml_anonymous, lml_user
  using (id = any (array(select app_hidden.received_ticket_ids())));

drop policy if exists select_device on app_public.tickets;
create policy select_device on app_public.tickets
  for select to lml_user
  using (performance_id in (select app_hidden.device_performance_ids()));

revoke all on app_public.tickets from public;
grant select on app_public.tickets to lml_anonymous, lml_user;

--! split: 1405-policies-risk-fraud_alert_notes.sql
-- Members who may see risks; never the buyer.
alter table app_public.fraud_alert_notes enable row level security;
alter table app_public.fraud_alert_notes force row level security;

drop policy if exists all_owner on app_public.fraud_alert_notes;
create policy all_owner on app_public.fraud_alert_notes
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.fraud_alert_notes;
create policy select_member on app_public.fraud_alert_notes
  for select to lml_user
  using (organization_id = any (array(select app_hidden.permitted_organization_ids('risk.read'))));

revoke all on app_public.fraud_alert_notes from public;
grant select on app_public.fraud_alert_notes to lml_user;

--! split: 1406-policies-risk-fraud_alerts.sql
-- Members who may see risks; never the buyer.
alter table app_public.fraud_alerts enable row level security;
alter table app_public.fraud_alerts force row level security;

drop policy if exists all_owner on app_public.fraud_alerts;
create policy all_owner on app_public.fraud_alerts
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.fraud_alerts;
create policy select_member on app_public.fraud_alerts
  for select to lml_user
  using (organization_id = any (array(select app_hidden.permitted_organization_ids('risk.read'))));

revoke all on app_public.fraud_alerts from public;
grant select on app_public.fraud_alerts to lml_user;

--! split: 1407-policies-risk-fraud_detection_rules.sql
-- Members see their organization's rules and, since these are asked about their buyers too, the
-- platform's. Whoever knew the thresholds could stay below them, and anybody may found an
-- organization: the platform's are for organizations that it has verified.
alter table app_public.fraud_detection_rules enable row level security;
alter table app_public.fraud_detection_rules force row level security;

drop policy if exists all_owner on app_public.fraud_detection_rules;
create policy all_owner on app_public.fraud_detection_rules
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.fraud_detection_rules;
create policy select_member on app_public.fraud_detection_rules
  for select to lml_user
  using (organization_id = any (array(select app_hidden.permitted_organization_ids('risk.read'))));

drop policy if exists select_platform on app_public.fraud_detection_rules;
create policy select_platform on app_public.fraud_detection_rules
  for select to lml_user
  using (
    organization_id is null
    and (
      (select app_hidden.current_platform_role()) is not null
      or exists (
        select
        from app_public.organizations as o
        where o.id = any (array(select app_hidden.permitted_organization_ids('risk.read')))
          and o.verification_status = 'verified'
      )
    )
  );

revoke all on app_public.fraud_detection_rules from public;
grant select on app_public.fraud_detection_rules to lml_user;

--! split: 1408-policies-risk-risk_assessments.sql
-- Members who may see risks; never the buyer.
alter table app_public.risk_assessments enable row level security;
alter table app_public.risk_assessments force row level security;

drop policy if exists all_owner on app_public.risk_assessments;
create policy all_owner on app_public.risk_assessments
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.risk_assessments;
create policy select_member on app_public.risk_assessments
  for select to lml_user
  using (organization_id = any (array(select app_hidden.permitted_organization_ids('risk.read'))));

revoke all on app_public.risk_assessments from public;
grant select on app_public.risk_assessments to lml_user;

--! split: 1409-policies-audit-audit_log.sql
-- Who may read the audit sees its organization's part; what buyers are called, only with the right
-- to read names, as everywhere: also as members, and in evidence for a bank.
alter table app_public.audit_log enable row level security;
alter table app_public.audit_log force row level security;

drop policy if exists all_owner on app_public.audit_log;
create policy all_owner on app_public.audit_log
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.audit_log;
create policy select_member on app_public.audit_log
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('audit.read')))
    and (
      entity_type not in ('bookings', 'customers', 'memberships', 'dispute_responses')
      or organization_id = any (array(
        select app_hidden.permitted_organization_ids('customers.read_names')
      ))
    )
  );

revoke all on app_public.audit_log from public;
grant select on app_public.audit_log to lml_user;

--! split: 1410-policies-privacy-consents.sql
-- One's own, and those of an organization's customers for whoever answers for them.
alter table app_public.consents enable row level security;
alter table app_public.consents force row level security;

drop policy if exists all_owner on app_public.consents;
create policy all_owner on app_public.consents
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.consents;
create policy select_own on app_public.consents
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.consents;
create policy select_member on app_public.consents
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('privacy.manage')))
  );

revoke all on app_public.consents from public;
grant select on app_public.consents to lml_user;

--! split: 1411-policies-privacy-privacy_requests.sql
-- One's own, and those of an organization's customers for whoever answers for them.
alter table app_public.privacy_requests enable row level security;
alter table app_public.privacy_requests force row level security;

drop policy if exists all_owner on app_public.privacy_requests;
create policy all_owner on app_public.privacy_requests
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.privacy_requests;
create policy select_own on app_public.privacy_requests
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.privacy_requests;
create policy select_member on app_public.privacy_requests
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('privacy.manage')))
  );

revoke all on app_public.privacy_requests from public;
grant select on app_public.privacy_requests to lml_user;
