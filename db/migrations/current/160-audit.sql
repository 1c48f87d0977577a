-- Months of history are closed, kept for as long as a rule says, and dropped; and what was can be
-- read as it was.

create table app_private.partition_retention (
  table_name text primary key,
  months_kept integer,
  reason text not null,
  -- The law of most countries asks for years; a month by mistake would be gone for ever.
  constraint partition_retention_keeps_a_year_or_more check (months_kept between 12 and 1200),
  constraint partition_retention_gives_a_reason check (length(reason) between 1 and 500)
);

comment on table app_private.partition_retention is
  'Every table that is partitioned by month, and how long its months are kept.';
comment on column app_private.partition_retention.table_name is 'Table of app_public.';
comment on column app_private.partition_retention.months_kept is
  'Months after the end of a month until it is dropped; null: never.';
comment on column app_private.partition_retention.reason is 'Why that long.';

insert into app_private.partition_retention (table_name, months_kept, reason)
values
  ('audit_log', 84, 'Seven years, as long as books are kept in most countries.'),
  ('booking_state_transitions', null, 'It is kept as long as the bookings themselves.'),
  ('ticket_scans', 36, 'Three years, after which nobody argues about a door any more.');

create table app_private.closed_months (
  id uuid primary key default uuidv7(),
  table_name text not null references app_private.partition_retention on delete restrict,
  month date not null,
  row_count bigint not null,
  rows_hash bytea,
  closed_at timestamptz not null default now(),
  months_kept integer,
  dropped_at timestamptz,
  constraint closed_months_are_closed_once unique (table_name, month),
  constraint closed_months_begin_on_the_first check (extract(day from month) = 1),
  constraint closed_months_row_count_is_not_negative check (row_count >= 0),
  constraint closed_months_hash_is_sha256 check (octet_length(rows_hash) = 32),
  constraint closed_months_are_dropped_by_a_rule
    check ((dropped_at is null) = (months_kept is null)),
  constraint closed_months_are_dropped_after_closing check (dropped_at >= closed_at)
);

comment on table app_private.closed_months is
  'Months of partitioned tables that no row can enter any more, and those that were dropped.';
comment on column app_private.closed_months.id is 'Identifier, by which the audit log names it.';
comment on column app_private.closed_months.table_name is 'Table of app_public.';
comment on column app_private.closed_months.month is 'First day of the month (UTC).';
comment on column app_private.closed_months.row_count is 'How many rows it had when it was closed.';
comment on column app_private.closed_months.rows_hash is
  'Of the audit log: SHA-256 of the hashes of its rows, in order of their ids.';
comment on column app_private.closed_months.closed_at is 'When it was closed.';
comment on column app_private.closed_months.months_kept is 'The rule by which it was dropped.';
comment on column app_private.closed_months.dropped_at is 'When it was dropped; null: it is there.';

-- The month of each sealed row, which tells what is missing because it was dropped.
alter table app_private.audit_sealed_rows add column month date;
update app_private.audit_sealed_rows as r
set month = date_trunc('month', l.created_at at time zone 'UTC')::date
from app_public.audit_log as l
where l.id = r.audit_id;
-- A row that was removed is still missed, in about the month that its id tells.
update app_private.audit_sealed_rows as r
set month = date_trunc('month', uuid_extract_timestamp(r.audit_id) at time zone 'UTC')::date
where r.month is null;
alter table app_private.audit_sealed_rows alter column month set not null;
create index audit_sealed_rows_month_idx on app_private.audit_sealed_rows (month, audit_id);

comment on column app_private.audit_sealed_rows.month is 'In which month the row was written.';

-- It goes on after the last partition that exists, however long nobody made any.
drop function app_private.make_partitions_ahead(integer);

create type app_public.past_booking as (
  booking_id uuid,
  organization_id uuid,
  performance_id uuid,
  booking_reference text,
  status app_public.booking_status,
  status_since timestamptz,
  user_id uuid,
  customer_id uuid,
  customer_email public.citext,
  customer_name text,
  currency text,
  subtotal_cents bigint,
  discount_cents bigint,
  service_fee_cents bigint,
  processing_fee_cents bigint,
  tax_cents bigint,
  total_amount_cents bigint,
  created_at timestamptz,
  as_of timestamptz
);

comment on type app_public.past_booking is 'A booking as it was at a moment.';
comment on column app_public.past_booking.booking_id is 'The booking.';
comment on column app_public.past_booking.organization_id is 'Who sold.';
comment on column app_public.past_booking.performance_id is 'For which date.';
comment on column app_public.past_booking.booking_reference is 'What people quote.';
comment on column app_public.past_booking.status is 'Its status at that moment.';
comment on column app_public.past_booking.status_since is 'Since when it had that status.';
comment on column app_public.past_booking.user_id is 'Whose account it belonged to.';
comment on column app_public.past_booking.customer_id is 'Which customer it was for.';
comment on column app_public.past_booking.customer_email is 'Where tickets would go.';
comment on column app_public.past_booking.customer_name is 'Name of the customer.';
comment on column app_public.past_booking.currency is 'Currency of the amounts.';
comment on column app_public.past_booking.subtotal_cents is
  'Sum of the prices; this and the other amounts are null for a draft, whose sums are not kept.';
comment on column app_public.past_booking.discount_cents is 'Discount.';
comment on column app_public.past_booking.service_fee_cents is 'Service fee.';
comment on column app_public.past_booking.processing_fee_cents is 'Processing fee.';
comment on column app_public.past_booking.tax_cents is 'Tax.';
comment on column app_public.past_booking.total_amount_cents is 'What was to be paid.';
comment on column app_public.past_booking.created_at is 'When it began.';
comment on column app_public.past_booking.as_of is 'The moment.';

create type app_public.past_price as (
  price_id uuid,
  organization_id uuid,
  ticket_category_id uuid,
  audience app_public.price_audience,
  price_cents bigint,
  valid_during tstzrange,
  as_of timestamptz
);

comment on type app_public.past_price is 'What a ticket cost at a moment.';
comment on column app_public.past_price.price_id is 'The price.';
comment on column app_public.past_price.organization_id is 'Who sold.';
comment on column app_public.past_price.ticket_category_id is 'Of which category.';
comment on column app_public.past_price.audience is 'For whom.';
comment on column app_public.past_price.price_cents is 'Price of one ticket in minor units.';
comment on column app_public.past_price.valid_during is 'When it was to apply, as known then.';
comment on column app_public.past_price.as_of is 'The moment.';

create type app_public.past_membership as (
  member_id uuid,
  organization_id uuid,
  user_id uuid,
  role app_public.organization_role,
  status app_public.member_status,
  venues_restricted boolean,
  extra_permissions text[],
  venue_ids uuid[],
  as_of timestamptz
);

comment on type app_public.past_membership is 'What somebody was in an organization at a moment.';
comment on column app_public.past_membership.member_id is 'The membership.';
comment on column app_public.past_membership.organization_id is 'The organization.';
comment on column app_public.past_membership.user_id is 'The user.';
comment on column app_public.past_membership.role is 'The role at that moment.';
comment on column app_public.past_membership.status is 'Whether it was in force.';
comment on column app_public.past_membership.venues_restricted is
  'Whether the rights were in force only at venue_ids.';
comment on column app_public.past_membership.extra_permissions is 'Rights beyond the role.';
comment on column app_public.past_membership.venue_ids is 'Venues that were granted.';
comment on column app_public.past_membership.as_of is 'The moment.';
