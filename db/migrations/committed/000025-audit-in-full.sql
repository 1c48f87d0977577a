--! Previous: sha1:6f83f87b64555efd5c8e5e4aa80fd6eb84fda26b
--! Hash: sha1:e57b04b57c082f74881bc96dede73be57385de93
--! Message: Audit in full

--! split: 160-audit.sql
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

--! split: 1000-functions-audit-audited_row.sql
create or replace function app_private.audited_row(entity_type text, entity_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select l.old_values
  from app_public.audit_log as l
  where l.entity_type = audited_row.entity_type
    and l.entity_id = audited_row.entity_id
    and l.action = 'delete'
  order by l.id desc
  limit 1
$$;

comment on function app_private.audited_row(text, uuid) is
  'A deleted row as it was last; null when it was not deleted.';

--! split: 1001-functions-audit-booking_as_of.sql
create or replace function app_public.booking_as_of(booking_id uuid, at timestamptz)
returns app_public.past_booking
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_current jsonb := (
    select to_jsonb(b) from app_public.bookings as b where b.id = booking_as_of.booking_id
  );
  v_last app_public.bookings;
  v_row jsonb;
  v_move app_public.booking_state_transitions;
  v_past app_public.past_booking;
begin
  v_last := jsonb_populate_record(
    null::app_public.bookings,
    coalesce(v_current, app_private.audited_row('bookings', booking_as_of.booking_id))
  );
  if (
    v_last.user_id = app_hidden.current_user_id()
    or v_last.cart_token_hash = app_hidden.current_cart_hash()
    or app_hidden.has_permission(v_last.organization_id, 'audit.read')
  ) is not true then
    raise exception 'There is no such booking, or it is not yours.' using errcode = 'LMNFD';
  end if;
  perform app_private.require_past(booking_as_of.at);

  v_row := app_private.row_as_of(
    'bookings', booking_as_of.booking_id, v_current, booking_as_of.at
  );
  select * into v_move
  from app_public.booking_state_transitions as t
  where t.organization_id = v_last.organization_id
    and t.booking_id = booking_as_of.booking_id
    and uuid_extract_timestamp(t.id) <= booking_as_of.at
  order by t.id desc
  limit 1;
  if v_row is null or v_move.id is null then
    return null;
  end if;
  -- The sums of a cart change with every hold, and are not kept.
  if v_move.to_status = 'draft' then
    v_row := v_row - array[
      'subtotal_cents', 'discount_cents', 'service_fee_cents', 'processing_fee_cents', 'tax_cents',
      'total_amount_cents'
    ];
  end if;
  v_past := jsonb_populate_record(null::app_public.past_booking, v_row);
  v_past.booking_id := booking_as_of.booking_id;
  v_past.status := v_move.to_status;
  v_past.status_since := v_move.created_at;
  v_past.as_of := booking_as_of.at;
  return v_past;
end
$$;

comment on function app_public.booking_as_of(uuid, timestamptz) is
  'A booking as it was at a moment, for its owner and for members with audit.read; null when there '
  'was none yet, or no more. Raises LMNFD, LMINP (the future, or what was dropped by retention).';
grant execute on function app_public.booking_as_of(uuid, timestamptz) to lml_anonymous, lml_user;

--! split: 1002-functions-audit-check_invariants.sql
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
      and b.status in ('draft', 'pending_payment', 'confirmed', 'completed')
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
      (b.status in ('draft', 'pending_payment') and b.expires_at > now())
      or b.status in ('confirmed', 'completed')
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
    and b.status in ('draft', 'pending_payment')
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
  where s.status = 'booked' and t.live <> 1

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
    'ticket_has_its_credential', t.organization_id, t.id,
    format('ticket %s has no credential', t.ticket_number)
  from app_public.tickets as t
  where not exists (
    select from app_private.ticket_credentials as c
    where c.organization_id = t.organization_id and c.ticket_id = t.id
  )

  union all
  select
    'confirmed_booking_has_its_tickets', b.organization_id, b.id,
    format('%s live tickets of %s', t.live, i.sold)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(sum(i.quantity), 0) as sold
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
    format('received %s of %s', coalesce(p.received, 0), b.total_amount_cents)
  from app_public.bookings as b
  left join lateral (
    select sum(p.received_cents - p.refunded_cents) as received
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p on true
  where b.status in ('confirmed', 'completed')
    and coalesce(p.received, 0) <> b.total_amount_cents

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
  where b.status in ('confirmed', 'completed')
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
    where a.organization_id = o.id and a.currency = c.code and a.kind = 'stripe_balance'
  ) as b on true
  left join lateral (
    select sum(p.received_cents) as received
    from app_public.payment_intents as p
    where p.organization_id = o.id and p.currency = c.code
  ) as p on true
  left join lateral (
    select sum(r.amount_cents) as returned
    from app_public.refunds as r
    where r.organization_id = o.id and r.currency = c.code and r.status = 'succeeded'
  ) as r on true
  where coalesce(b.balance, 0) <> coalesce(p.received, 0) - coalesce(r.returned, 0)

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
    'unwanted_money_is_on_its_way_back', b.organization_id, b.id,
    format('received %s, returned %s', p.received_cents, p.refunded_cents)
  from app_public.payment_intents as p
  join app_public.bookings as b on b.organization_id = p.organization_id and b.id = p.booking_id
  where b.status in ('canceled', 'expired', 'refunded')
    and p.received_cents <> p.refunded_cents
    and not exists (
      select from app_public.refunds as r
      where r.organization_id = p.organization_id
        and r.payment_intent_id = p.id
        and r.status in ('failed', 'canceled')
    )

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
    'organization_has_an_owner', o.id, null, format('nobody owns %s', o.slug)
  from app_public.organizations as o
  where not exists (
    select from app_public.organization_members as m
    where m.organization_id = o.id and m.role = 'owner' and m.status = 'active'
  )
$$;

comment on function app_public.check_invariants() is
  'Everything that is not consistent now, one row each; none when all is well. '
  'For the owner and the worker.';
grant execute on function app_public.check_invariants() to lml_worker;

--! split: 1003-functions-audit-close_month.sql
-- The lock waits for whoever still writes into that month, and lets nobody begin; readers go on.
-- What it finds then is all that will ever be in it.
create or replace function app_private.close_month(table_name text, month date)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_leaf text := app_hidden.partition_name(close_month.table_name, close_month.month);
  v_hash bytea;
  v_count bigint;
begin
  execute format('lock table app_public.%I in share row exclusive mode', v_leaf);
  v_count := app_private.count_month(close_month.table_name, close_month.month);
  if close_month.table_name = 'audit_log' then
    -- What is not sealed yet can wait for tomorrow.
    if v_count <> (
      select count(*) from app_private.audit_sealed_rows as r where r.month = close_month.month
    ) then
      return null;
    end if;
    v_hash := app_hidden.closed_month_hash(close_month.month);
  end if;
  -- Or replace: where a new chain began, a month is closed once more.
  execute format(
    'create or replace trigger _200_refuse_insert before insert on app_public.%I '
    'for each row execute function app_hidden.tg__refuse_insert()',
    v_leaf
  );
  insert into app_private.closed_months (table_name, month, row_count, rows_hash)
  values (close_month.table_name, close_month.month, v_count, v_hash);
  return v_count;
end
$$;

comment on function app_private.close_month(text, date) is
  'Lets no row enter a month that is over any more; returns how many it has, or null while some of '
  'them are not sealed.';

--! split: 1004-functions-audit-closed_month_hash.sql
create or replace function app_hidden.closed_month_hash(month date)
returns bytea
language sql stable security definer set search_path = ''
as $$
  select sha256(coalesce(string_agg(r.row_hash, ''::bytea order by r.audit_id), ''::bytea))
  from app_private.audit_sealed_rows as r
  where r.month = closed_month_hash.month
$$;

comment on function app_hidden.closed_month_hash(date) is
  'One hash for all sealed rows of the audit log that were written in a month.';

--! split: 1005-functions-audit-count_month.sql
-- Through the parent: a partition shows its rows to nobody who names it.
create or replace function app_private.count_month(table_name text, month date)
returns bigint
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_count bigint;
begin
  execute format(
    'select count(*) from app_public.%1$I where %2$I >= %3$L and %2$I < %4$L',
    count_month.table_name,
    (
      select a.attname
      from pg_catalog.pg_partitioned_table as p
      join pg_catalog.pg_attribute as a on a.attrelid = p.partrelid and a.attnum = p.partattrs[0]
      where p.partrelid = format('app_public.%I', count_month.table_name)::regclass
    ),
    count_month.month::timestamp at time zone 'UTC',
    (count_month.month + interval '1 month') at time zone 'UTC'
  ) into v_count;
  return v_count;
end
$$;

comment on function app_private.count_month(text, date) is
  'How many rows a partitioned table has of a month.';

--! split: 1006-functions-audit-drop_month.sql
-- Evidence is not dropped: a month that is not as it was when it was closed stays until somebody
-- has looked into it.
create or replace function app_private.drop_month(table_name text, month date)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_leaf text := app_hidden.partition_name(drop_month.table_name, drop_month.month);
  v_closed app_private.closed_months;
  v_months_kept integer;
begin
  select * into strict v_closed from app_private.closed_months as c
  where c.table_name = drop_month.table_name and c.month = drop_month.month
    and c.dropped_at is null
  for update;
  select r.months_kept into strict v_months_kept from app_private.partition_retention as r
  where r.table_name = drop_month.table_name;
  if v_closed.row_count <> app_private.count_month(drop_month.table_name, drop_month.month)
    or not app_private.is_month_as_sealed(v_closed)
  then
    return false;
  end if;
  execute format('drop table app_public.%I', v_leaf);
  update app_private.closed_months as c
  set dropped_at = now(), months_kept = v_months_kept
  where c.id = v_closed.id;
  return true;
end
$$;

comment on function app_private.drop_month(text, date) is
  'Drops a closed month, unless it is not as it was when it was closed: then false.';

--! split: 1007-functions-audit-is_month_as_sealed.sql
-- What forgot personal values, with a record of it, counts as it was when it was sealed.
create or replace function app_private.is_month_as_sealed(closed app_private.closed_months)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select (is_month_as_sealed.closed).rows_hash is null
    or (is_month_as_sealed.closed).rows_hash = (
      select sha256(coalesce(
        string_agg(
          case
            when h.row_hash <> r.row_hash and app_private.has_redaction_record(l.id, h.row_hash)
            then r.row_hash
            else h.row_hash
          end,
          ''::bytea order by l.id
        ),
        ''::bytea
      ))
      from app_public.audit_log as l
      cross join lateral app_hidden.audit_row_hash(l) as h (row_hash)
      left join app_private.audit_sealed_rows as r on r.audit_id = l.id
      where l.created_at >= (is_month_as_sealed.closed).month::timestamp at time zone 'UTC'
        and l.created_at
          < ((is_month_as_sealed.closed).month + interval '1 month') at time zone 'UTC'
    )
$$;

comment on function app_private.is_month_as_sealed(app_private.closed_months) is
  'Whether the rows of a month of the audit log are those that were sealed, or were redacted with a '
  'record of it; true for other tables.';

--! split: 1008-functions-audit-make_partitions_ahead.sql
-- Attached rather than created in place: sales go on meanwhile. A leaf gets no grants, and its own
-- row-level security, because the policies of its parent do not apply to whoever names it.
-- It goes on where the last partition ends, so that however long no worker ran, none is missing
-- between two others.
create or replace function app_private.make_partitions_ahead(
  months_ahead integer default 6, at timestamptz default now()
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_month constant interval := interval '1 month';
  v_this date := date_trunc('month', make_partitions_ahead.at at time zone 'UTC')::date;
  v_parent text;
  v_month date;
  v_leaf text;
  v_count integer := 0;
begin
  for v_parent in select r.table_name from app_private.partition_retention as r order by 1 loop
    select least(max(m.month) + c_month, v_this) into v_month
    from app_hidden.partition_months(v_parent) as m;
    while v_month <= v_this + make_partitions_ahead.months_ahead * c_month loop
      v_leaf := app_hidden.partition_name(v_parent, v_month);
      if to_regclass(format('app_public.%I', v_leaf)) is null then
        execute format(
          'create table app_public.%I '
          '(like app_public.%I including defaults including constraints)',
          v_leaf, v_parent
        );
        execute format('alter table app_public.%I enable row level security', v_leaf);
        execute format('alter table app_public.%I force row level security', v_leaf);
        execute format(
          'create trigger _200_refuse_truncate before truncate on app_public.%I '
          'for each statement execute function app_hidden.tg__refuse_change()',
          v_leaf
        );
        execute format(
          'alter table app_public.%I attach partition app_public.%I for values from (%L) to (%L)',
          v_parent, v_leaf, v_month::timestamp at time zone 'UTC',
          (v_month + c_month) at time zone 'UTC'
        );
        v_count := v_count + 1;
      end if;
      v_month := v_month + c_month;
    end loop;
  end loop;
  return v_count;
end
$$;

comment on function app_private.make_partitions_ahead(integer, timestamptz) is
  'Makes the monthly partitions of this month and the next ones; returns how many were missing.';
grant execute on function app_private.make_partitions_ahead(integer, timestamptz) to lml_worker;

--! split: 1009-functions-audit-mask_fields.sql
create or replace function app_hidden.mask_fields(fields jsonb, secret text[])
returns jsonb
language sql immutable set search_path = ''
as $$
  select jsonb_object_agg(
    f.key,
    case
      when f.key = any (mask_fields.secret) and f.value <> 'null' then '"***"'::jsonb
      else f.value
    end
  )
  from jsonb_each(mask_fields.fields) as f
$$;

comment on function app_hidden.mask_fields(jsonb, text[]) is
  'The fields, with *** instead of what must not be told.';

--! split: 1010-functions-audit-member_permissions_as_of.sql
create or replace function app_private.member_permissions_as_of(
  organization_id uuid, member_id uuid, at timestamptz
)
returns text[]
language sql stable security definer set search_path = ''
as $$
  select array(
    select r.past ->> 'permission'
    from (
      select p.id from app_public.member_permissions as p
      where p.organization_id = member_permissions_as_of.organization_id
        and p.member_id = member_permissions_as_of.member_id
      union
      select l.entity_id from app_public.audit_log as l
      where l.organization_id = member_permissions_as_of.organization_id
        and l.entity_type = 'member_permissions'
        and l.old_values ->> 'member_id' = member_permissions_as_of.member_id::text
    ) as ids
    cross join lateral app_private.row_as_of(
      'member_permissions', ids.id,
      (select to_jsonb(p) from app_public.member_permissions as p where p.id = ids.id),
      member_permissions_as_of.at
    ) as r (past)
    where r.past is not null
    order by 1
  )
$$;

comment on function app_private.member_permissions_as_of(uuid, uuid, timestamptz) is
  'What a member could do beyond the role at a moment.';

--! split: 1011-functions-audit-membership_as_of.sql
create or replace function app_public.membership_as_of(
  organization_id uuid, user_id uuid, at timestamptz
)
returns app_public.past_membership
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_past app_public.past_membership;
begin
  if app_hidden.require_user_id() is distinct from membership_as_of.user_id then
    perform app_hidden.require_permission(membership_as_of.organization_id, 'audit.read');
  end if;
  perform app_private.require_past(membership_as_of.at);

  -- Who came back is another row.
  for v_id in
    select m.id from app_public.organization_members as m
    where m.organization_id = membership_as_of.organization_id
      and m.user_id = membership_as_of.user_id
    union
    select l.entity_id from app_public.audit_log as l
    where l.organization_id = membership_as_of.organization_id
      and l.entity_type = 'organization_members'
      and l.old_values ->> 'user_id' = membership_as_of.user_id::text
  loop
    v_past := jsonb_populate_record(
      null::app_public.past_membership,
      app_private.row_as_of(
        'organization_members', v_id,
        (select to_jsonb(m) from app_public.organization_members as m where m.id = v_id),
        membership_as_of.at
      )
    );
    exit when v_past.user_id = membership_as_of.user_id;
  end loop;
  if v_past.user_id is null then
    return null;
  end if;
  v_past.member_id := v_id;
  v_past.extra_permissions := app_private.member_permissions_as_of(
    membership_as_of.organization_id, v_id, membership_as_of.at
  );
  v_past.venue_ids := array(
    select a.venue_id from app_public.user_venue_access as a
    where a.organization_id = membership_as_of.organization_id
      and a.user_id = membership_as_of.user_id
      and a.granted_at <= membership_as_of.at
      and (a.revoked_at is null or a.revoked_at > membership_as_of.at)
    order by 1
  );
  v_past.as_of := membership_as_of.at;
  return v_past;
end
$$;

comment on function app_public.membership_as_of(uuid, uuid, timestamptz) is
  'What somebody was in an organization at a moment, and with which rights beyond the role; null '
  'when nobody. For the user and for members with audit.read. Raises LMAUT, LMSES, LMNFD, LMRGT, '
  'LMINP (the future, or what was dropped by retention).';
grant execute on function app_public.membership_as_of(uuid, uuid, timestamptz) to lml_user;

--! split: 1012-functions-audit-partition_months.sql
create or replace function app_hidden.partition_months(table_name text)
returns table (month date)
language sql stable set search_path = ''
as $$
  select to_date(right(c.relname, 7), 'YYYY"m"MM')
  from pg_catalog.pg_inherits as i
  join pg_catalog.pg_class as c on c.oid = i.inhrelid
  where i.inhparent = to_regclass(format('app_public.%I', partition_months.table_name))
    and c.relname ~ '_y\d{4}m\d{2}$'
$$;

comment on function app_hidden.partition_months(text) is
  'The months for which a table has a partition, by their first day.';

--! split: 1013-functions-audit-partition_name.sql
create or replace function app_hidden.partition_name(table_name text, month date)
returns text
language sql immutable set search_path = ''
as $$
  select partition_name.table_name || to_char(partition_name.month, '"_y"YYYY"m"MM')
$$;

comment on function app_hidden.partition_name(text, date) is
  'What the partition of a month is called: audit_log_y2030m01.';

--! split: 1014-functions-audit-price_as_of.sql
create or replace function app_public.price_as_of(
  ticket_category_id uuid, at timestamptz, audience app_public.price_audience default 'public'
)
returns app_public.past_price
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_category jsonb := coalesce(
    (
      select to_jsonb(c) from app_public.ticket_categories as c
      where c.id = price_as_of.ticket_category_id
    ),
    app_private.audited_row('ticket_categories', price_as_of.ticket_category_id)
  );
  v_id uuid;
  v_row jsonb;
  v_past app_public.past_price;
begin
  perform app_hidden.require_permission((v_category ->> 'organization_id')::uuid, 'audit.read');
  perform app_private.require_past(price_as_of.at);

  for v_id in
    select p.id from app_public.ticket_category_prices as p
    where p.organization_id = (v_category ->> 'organization_id')::uuid
      and p.ticket_category_id = price_as_of.ticket_category_id
    union
    select l.entity_id from app_public.audit_log as l
    where l.organization_id = (v_category ->> 'organization_id')::uuid
      and l.entity_type = 'ticket_category_prices'
      and l.old_values ->> 'ticket_category_id' = price_as_of.ticket_category_id::text
  loop
    v_row := app_private.row_as_of(
      'ticket_category_prices', v_id,
      (select to_jsonb(p) from app_public.ticket_category_prices as p where p.id = v_id),
      price_as_of.at
    );
    v_past := jsonb_populate_record(null::app_public.past_price, v_row);
    if v_past.ticket_category_id = price_as_of.ticket_category_id
      and v_past.audience = price_as_of.audience
      and v_past.valid_during @> price_as_of.at
    then
      v_past.price_id := v_id;
      v_past.as_of := price_as_of.at;
      return v_past;
    end if;
  end loop;
  return null;
end
$$;

comment on function app_public.price_as_of(uuid, timestamptz, app_public.price_audience) is
  'What a ticket of a category cost at a moment, as it was known then; null when it had no price. '
  'Needs audit.read. Raises LMAUT, LMSES, LMNFD, LMRGT, LMINP (the future, or what was dropped by '
  'retention).';
grant execute on function app_public.price_as_of(uuid, timestamptz, app_public.price_audience)
  to lml_user;

--! split: 1015-functions-audit-require_past.sql
create or replace function app_private.require_past(at timestamptz)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_since timestamptz := (
    select (max(c.month) + interval '1 month') at time zone 'UTC'
    from app_private.closed_months as c
    where c.dropped_at is not null
      and c.table_name in ('audit_log', 'booking_state_transitions')
  );
begin
  if require_past.at is null or require_past.at > clock_timestamp() then
    raise exception 'A moment of the past is needed.' using errcode = 'LMINP', detail = 'at';
  end if;
  if require_past.at < v_since then
    raise exception 'The audit log does not reach back to that moment any more.'
      using errcode = 'LMINP', detail = 'at', hint = format('It begins with %s.', v_since);
  end if;
end
$$;

comment on function app_private.require_past(timestamptz) is
  'Raises LMINP for the future, and for what was dropped by retention.';

--! split: 1016-functions-audit-retire_partitions.sql
-- Each step waits half a second at most for its locks: dropping a partition needs its parent, which
-- sales write to. What could not be done is tried again by the job.
-- A transaction may write into the month in which it began. A week later none such is left.
create or replace function app_private.retire_partitions(dry_run boolean default false)
returns table (action text, partition text, row_count bigint)
language plpgsql volatile security definer set search_path = '' set lock_timeout = '500ms'
as $$
declare
  v_month record;
begin
  for v_month in
    select
      r.table_name, m.month, app_hidden.partition_name(r.table_name, m.month) as leaf,
      c.closed_at is not null as is_closed,
      (m.month + make_interval(months => 1 + r.months_kept)) at time zone 'UTC' <= now() as is_due
    from app_private.partition_retention as r
    cross join lateral app_hidden.partition_months(r.table_name) as m
    left join app_private.closed_months as c
      on c.table_name = r.table_name and c.month = m.month
    where (m.month + interval '1 month') at time zone 'UTC' < now() - interval '7 days'
    order by m.month, r.table_name
  loop
    partition := v_month.leaf;
    continue when v_month.is_closed and not coalesce(v_month.is_due, false);
    row_count := app_private.count_month(v_month.table_name, v_month.month);
    if not v_month.is_closed then
      action := case
        when retire_partitions.dry_run
          or app_private.close_month(v_month.table_name, v_month.month) is not null
        then 'close'
        else 'not sealed yet'
      end;
      return next;
      continue when action <> 'close';
    end if;
    if v_month.is_due then
      action := case
        when retire_partitions.dry_run
          or app_private.drop_month(v_month.table_name, v_month.month)
        then 'drop'
        else 'not as it was sealed'
      end;
      return next;
    end if;
  end loop;
end
$$;

comment on function app_private.retire_partitions(boolean) is
  'Closes months that are over and drops those whose time in partition_retention is over; one row '
  'for each. A dry run says what it would do.';
grant execute on function app_private.retire_partitions(boolean) to lml_worker;

--! split: 1017-functions-audit-row_as_of.sql
-- From the row as it is, back through what changed since, the last change first. Changes of one row
-- follow each other in the order of their ids, because each waits for the one before it; the times
-- of their transactions need not.
create or replace function app_private.row_as_of(
  entity_type text, entity_id uuid, current_row jsonb, at timestamptz
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_row jsonb := row_as_of.current_row;
  v_change record;
begin
  for v_change in
    select l.action, l.old_values
    from app_public.audit_log as l
    where l.entity_type = row_as_of.entity_type
      and l.entity_id = row_as_of.entity_id
      and uuid_extract_timestamp(l.id) > row_as_of.at
    order by l.id desc
  loop
    v_row := case v_change.action
      when 'insert' then null
      when 'delete' then v_change.old_values
      else v_row || v_change.old_values
    end;
  end loop;
  return case when (v_row ->> 'created_at')::timestamptz > row_as_of.at then null else v_row end;
end
$$;

comment on function app_private.row_as_of(text, uuid, jsonb, timestamptz) is
  'An audited row as it was at a moment, given what it is now; null when there was none.';

--! split: 1018-functions-audit-seal_audit_log.sql
-- A row is written in the transaction of its change, which may commit long after the row got its
-- time. So batches end at a transaction, not at a moment: below the oldest one that still runs, all
-- have ended, and nothing can come any more.
create or replace function app_private.seal_audit_log()
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_first constant bytea := sha256('last-minute-live audit log');
  v_last app_private.audit_seals;
  v_up_to bigint;
  v_seal_no bigint;
  v_count bigint;
begin
  -- Two sealers would cover the same rows; the second waits, and then finds them covered.
  perform pg_advisory_xact_lock(hashtextextended('app_private.seal_audit_log', 0));
  select * into v_last from app_private.audit_seals as s order by s.seal_no desc limit 1;
  v_seal_no := coalesce(v_last.seal_no, 0) + 1;
  v_up_to := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;

  -- The seal comes first, for its rows refer to it; nobody sees it before its hash is right.
  insert into app_private.audit_seals (seal_no, up_to, row_count, previous_hash, hash)
  values (v_seal_no, v_up_to, 0, coalesce(v_last.hash, c_first), c_first);
  insert into app_private.audit_sealed_rows (audit_id, seal_no, row_hash, month)
  select
    l.id, v_seal_no, app_hidden.audit_row_hash(l),
    date_trunc('month', l.created_at at time zone 'UTC')::date
  from app_public.audit_log as l
  where l.transaction_id < v_up_to
    and (v_last.up_to is null or l.transaction_id >= v_last.up_to);
  get diagnostics v_count = row_count;
  if v_count = 0 then
    delete from app_private.audit_seals as s where s.seal_no = v_seal_no;
    return 0;
  end if;
  update app_private.audit_seals as s
  set row_count = v_count, hash = app_hidden.audit_seal_hash(s.previous_hash, s.seal_no)
  where s.seal_no = v_seal_no;
  return v_count;
end
$$;

comment on function app_private.seal_audit_log() is
  'Seals what was audited by transactions that have ended since; returns how many rows.';
grant execute on function app_private.seal_audit_log() to lml_worker;

--! split: 1019-functions-audit-tg__audit.sql
-- Only the fields that changed, in the transaction of the change. Of columns that the trigger names
-- it is told that they changed, and not what they are: they are secret.
create or replace function app_hidden.tg__audit()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  v_row jsonb := coalesce(v_new, v_old);
begin
  if tg_op = 'UPDATE' then
    select
      jsonb_object_agg(n.key, v_old -> n.key), jsonb_object_agg(n.key, n.value)
    into v_old, v_new
    from jsonb_each(v_new) as n
    where n.value is distinct from v_old -> n.key and n.key <> 'updated_at';
    if v_new is null then
      return null;
    end if;
  end if;
  if tg_nargs > 0 then
    v_old := app_hidden.mask_fields(v_old, tg_argv);
    v_new := app_hidden.mask_fields(v_new, tg_argv);
  end if;

  insert into app_public.audit_log (
    organization_id, action, entity_type, entity_id, user_id, impersonator_id, database_role,
    request_id, ip_address, user_agent, old_values, new_values
  )
  values (
    case tg_table_name
      when 'organizations' then v_row ->> 'id'
      else v_row ->> 'organization_id'
    end::uuid,
    lower(tg_op), tg_table_name,
    coalesce(v_row ->> 'id', v_row ->> 'organization_id', v_row ->> 'user_id')::uuid,
    app_hidden.current_user_id(), app_hidden.current_impersonator_id(), session_user,
    nullif(current_setting('lml.request_id', true), ''),
    -- What a proxy makes of an address is no reason to refuse a change.
    case when pg_input_is_valid(current_setting('lml.ip_address', true), 'inet')
      then current_setting('lml.ip_address', true)::inet
    end,
    nullif(current_setting('lml.user_agent', true), ''),
    v_old, v_new
  );
  return null;
end
$$;

comment on function app_hidden.tg__audit() is 'Writes audit_log.';

do $do$
declare
  v_table text;
begin
  foreach v_table in array array[
    'booking_status_transitions', 'currencies', 'customers', 'events', 'organization_members', 'organization_settings', 'organizations',
    'payment_intents', 'performances', 'platform_staff', 'refunds', 'role_permissions',
    'subscription_tiers', 'tax_rates', 'ticket_categories', 'ticket_category_prices',
    'user_sessions', 'users', 'venues'
  ] loop
    execute format(
      'create or replace trigger _500_audit after insert or update or delete on app_public.%I '
      'for each row execute function app_hidden.tg__audit()',
      v_table
    );
  end loop;
end
$do$;

-- Whoever holds seats writes no row here: booking_state_transitions has every status and its actor,
-- and the lines of a booking are its history. What is audited is who it is for, and what it costs
-- once it is no draft any more. Tickets come and go with the status of their booking, and
-- ticket_scans has the rest.
create or replace trigger _500_audit
  after delete or update of organization_id, performance_id, booking_reference, user_id,
    customer_id, customer_email, customer_name, commission_percentage, currency
  on app_public.bookings
  for each row execute function app_hidden.tg__audit('cart_token_hash');
create or replace trigger _500_audit_amounts
  after update of subtotal_cents, discount_cents, service_fee_cents, processing_fee_cents,
    tax_cents, total_amount_cents
  on app_public.bookings
  for each row when (old.status <> 'draft')
  execute function app_hidden.tg__audit('cart_token_hash');

-- Failed sign-ins are counted in user_credentials, which is no change of the account.
create or replace trigger _500_audit
  after insert or delete or update of password_hash, password_changed_at
  on app_private.user_credentials
  for each row execute function app_hidden.tg__audit('password_hash');
create or replace trigger _500_audit
  after insert or delete or update of user_id, encrypted_secret, confirmed_at
  on app_private.two_factor_secrets
  for each row execute function app_hidden.tg__audit('encrypted_secret', 'last_time_step');
create or replace trigger _500_audit
  after insert or update or delete on app_private.signing_keys
  for each row execute function app_hidden.tg__audit('key');
create or replace trigger _500_audit
  after insert or update or delete on app_private.partition_retention
  for each row execute function app_hidden.tg__audit();
create or replace trigger _500_audit
  after insert or update or delete on app_private.closed_months
  for each row execute function app_hidden.tg__audit();

--! split: 1020-functions-audit-tg__refuse_insert.sql
-- On the partitions of months that are closed.
create or replace function app_hidden.tg__refuse_insert()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  raise exception '% is closed.', tg_table_name
    using errcode = 'LMAPP', hint = 'History is written as it happens.';
end
$$;

comment on function app_hidden.tg__refuse_insert() is 'Raises LMAPP.';

--! split: 1021-functions-audit-verify_audit_log.sql
create or replace function app_private.verify_audit_log(
  known_seal_no bigint default null, known_hash bytea default null
)
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
  ),
  last_seal as (select s.up_to from app_private.audit_seals as s order by s.seal_no desc limit 1),
  closed as (
    select c.*, to_char(c.month, 'YYYY-MM') as name
    from app_private.closed_months as c
    where c.table_name = 'audit_log'
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

  union all
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
    from app_public.audit_log as l, last_seal as s
    where l.transaction_id < s.up_to
  ) as l on l.id = r.audit_id
  where (l.row_hash, l.month) is distinct from (r.row_hash, r.month)
    -- Its month was dropped by a rule, which the next questions are about.
    and not (
      l.id is null
      and exists (select from closed as c where c.month = r.month and c.dropped_at is not null)
    )
    -- What forgot personal values, and has a record of it in the log, is as it should be.
    and not (
      l.id is not null
      and l.month = r.month
      and app_private.has_redaction_record(l.id, l.row_hash)
    )

  union all
  select 'the closed month ' || c.name || ' does not fit its rows', null, null
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
  'rewrite the whole chain can remove its end, so note a seal and its hash elsewhere and give them.';
grant execute on function app_private.verify_audit_log(bigint, bytea) to lml_worker;

--! split: 1022-functions-privacy-declared_classes.sql
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
  ('app_public.users', 'personal', 'anonymize', 'null', 'phone email_verified_at last_login_at'),
  ('app_public.users', 'internal', null, null, 'account_status login_count'),
  ('app_private.user_credentials', 'secret', 'delete', null, 'password_hash'),
  ('app_private.user_credentials', 'internal', null, null, 'failed_login_attempts'),
  ('app_private.two_factor_secrets', 'secret', 'delete', null, 'encrypted_secret'),
  ('app_private.two_factor_secrets', 'internal', null, null, 'last_time_step'),
  ('app_private.recovery_codes', 'secret', 'delete', null, 'code_hash'),
  ('app_private.session_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_public.user_sessions', 'personal', 'delete', null, 'device ip_address user_agent'),
  ('app_private.user_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_private.user_tokens', 'personal', 'delete', null, 'email'),
  ('app_private.user_tokens', 'internal', null, null, 'purpose'),
  ('app_private.outgoing_emails', 'personal', 'delete', null, 'recipient'),
  ('app_private.outgoing_emails', 'secret', 'delete', null, 'variables'),
  ('app_private.outgoing_emails', 'internal', null, null, 'template'),
  ('app_public.platform_staff', 'internal', null, null, 'role'),

  -- organizations: what is known of an organization is not about a person
  ('app_public.organizations', 'public', null, null,
    'name slug email phone website default_currency status address logo_url primary_color '
    'secondary_color custom_domain refund_policy privacy_policy_url terms_of_service_url '
    'verification_status'),
  ('app_public.organization_settings', 'internal', null, null,
    'allow_guest_checkout hold_seconds checkout_seconds hold_seconds_max tickets_per_booking_max '
    'business_type payout_schedule email_notifications ticket_transfers_enabled subscription_tier '
    'subscription_reference monthly_event_limit'),
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
  ('app_public.organization_suspensions', 'internal', null, null, 'reason'),
  ('app_public.subscription_tiers', 'public', null, null,
    'tier description monthly_event_limit monthly_revenue_limit_units'),
  ('app_public.tax_rates', 'public', null, null, 'name jurisdiction percentage'),

  -- venues
  ('app_public.venues', 'public', null, null, 'name slug description address timezone'),
  ('app_public.venue_layouts', 'public', null, null,
    'version name sha256 document source source_reference seat_count'),
  ('app_public.layout_sections', 'public', null, null, 'section_no name'),
  ('app_public.layout_seats', 'public', null, null,
    'seat_no section_no seat_id row_name seat_number category x y features'),

  -- events
  ('app_public.events', 'public', null, null,
    'title slug description status currency blocked_sections organization_status '
    'allow_guest_checkout hold_seconds checkout_seconds hold_seconds_max tickets_per_booking_max '
    'service_fee_percentage processing_fee_percentage tax_percentage is_public'),
  ('app_public.events', 'financial', null, null, 'commission_percentage'),
  ('app_public.performances', 'public', null, null, 'currency status is_public'),
  ('app_public.ticket_categories', 'public', null, null,
    'category_no name description status seat_categories sections is_public'),
  ('app_public.ticket_category_prices', 'public', null, null, 'audience valid_during is_public'),

  -- inventory
  ('app_public.performance_categories', 'public', null, null, 'category_no'),
  ('app_public.seat_booking_state', 'internal', null, null, 'seat_no status category_no'),

  -- bookings
  ('app_public.customers', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$,
    'email'),
  ('app_public.customers', 'personal', 'anonymize', 'null', 'first_name last_name phone'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'customer_email customer_name'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'cancellation_reason'),
  ('app_public.bookings', 'secret', 'keep', 'It owns the tickets, and tells nothing of anybody.',
    'cart_token_hash'),
  ('app_public.bookings', 'internal', null, null,
    'booking_reference status booking_channel currency'),
  ('app_public.bookings', 'financial', null, null, 'commission_percentage'),
  ('app_public.booking_items', 'internal', null, null, 'item_type seat_nos quantity'),
  ('app_public.booking_state_transitions', 'personal', 'keep',
    'History of a sale, kept as long as the books; it says why, and not who.', 'reason'),
  ('app_public.booking_state_transitions', 'internal', null, null,
    'from_status to_status changed_via request_id'),
  ('app_public.booking_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_private.idempotency_keys', 'internal', null, null,
    'owner idempotency_key function_name arguments_hash'),

  -- payments
  ('app_public.payment_intents', 'financial', null, null,
    'currency status stripe_payment_intent_id stripe_status failure_code failure_message'),
  ('app_private.payment_intent_secrets', 'secret', 'delete', null, 'client_secret'),
  ('app_private.stripe_events', 'personal', 'anonymize', $$'{}'$$, 'payload'),
  ('app_private.stripe_events', 'internal', null, null, 'id type livemode outcome'),
  ('app_public.refunds', 'financial', null, null,
    'reason currency status stripe_refund_id failure_reason'),
  ('app_public.ledger_accounts', 'financial', null, null, 'kind currency'),
  ('app_public.ledger_transactions', 'financial', null, null, 'source description'),

  -- tickets
  ('app_public.tickets', 'internal', null, null,
    'seat_no ticket_number status section row_name seat_number currency'),
  ('app_private.ticket_credentials', 'secret', null, null, 'credential_hash'),
  ('app_private.ticket_credentials', 'internal', null, null, 'version'),
  ('app_private.signing_keys', 'secret', null, null, 'key'),
  ('app_private.signing_keys', 'internal', null, null, 'name'),
  ('app_public.ticket_scans', 'internal', null, null, 'result code gate device'),

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
  ('app_public.privacy_requests', 'internal', null, null, 'kind summary')
) as d (relation, class, on_erasure, note, columns)
cross join lateral regexp_split_to_table(d.columns, ' ') as c (column_name);

comment on view app_private.declared_classes is
  'What is declared about columns; column_classes has every column there is.';
revoke all on app_private.declared_classes from public;

--! split: 1023-policies-audit-closed_months.sql
-- Reached through definer functions only.
alter table app_private.closed_months enable row level security;
alter table app_private.closed_months force row level security;

drop policy if exists all_owner on app_private.closed_months;
create policy all_owner on app_private.closed_months
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.closed_months from public;

--! split: 1024-policies-audit-partition_retention.sql
-- Reached through definer functions only.
alter table app_private.partition_retention enable row level security;
alter table app_private.partition_retention force row level security;

drop policy if exists all_owner on app_private.partition_retention;
create policy all_owner on app_private.partition_retention
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.partition_retention from public;
