--! Previous: sha1:2a748afff7b345d02fa41574f5a282118876fae5
--! Hash: sha1:8216c6f2e1259753983b4f6117a18575f7037768
--! Message: Sessions by their token, passes, prices that change, cards authorized first, add-ons to download and return, places of sessions, money that is owed to the cent

--! split: 049-session-tokens.sql
-- Who asks is looked up several times in a request. A token says it alone: there is one only while its
-- session lives, and the key keeps what it says of the session true.
alter table app_public.user_sessions
  add column actor_id uuid generated always as (coalesce(impersonator_id, user_id)) stored not null,
  add constraint user_sessions_of_token_key unique (id, user_id, actor_id, expires_at);

comment on column app_public.user_sessions.actor_id is
  'Who acts in this session: the user, or the member of the platform''s staff in their name.';

delete from app_private.session_tokens as t
using app_public.user_sessions as s
join app_public.users as u on u.id = s.user_id
where s.id = t.session_id and (s.revoked_at is not null or u.account_status <> 'active');

alter table app_private.session_tokens
  add column user_id uuid,
  add column actor_id uuid,
  add column expires_at timestamptz;

update app_private.session_tokens as t
set user_id = s.user_id, actor_id = s.actor_id, expires_at = s.expires_at
from app_public.user_sessions as s
where s.id = t.session_id;

alter table app_private.session_tokens
  alter column user_id set not null,
  alter column actor_id set not null,
  alter column expires_at set not null,
  drop constraint session_tokens_session_id_fkey,
  add constraint session_tokens_session_id_fkey
    foreign key (session_id, user_id, actor_id, expires_at)
    references app_public.user_sessions (id, user_id, actor_id, expires_at)
    on update cascade on delete cascade;
create index session_tokens_user_id_idx on app_private.session_tokens (user_id);

comment on table app_private.session_tokens is
  'SHA-256 of each live session''s bearer token. Whatever ends a session deletes its token.';
comment on column app_private.session_tokens.user_id is 'Who is signed in, as in the session.';
comment on column app_private.session_tokens.actor_id is
  'Who acts, as in the session: the user, or staff of the platform in their name.';
comment on column app_private.session_tokens.expires_at is
  'When the session ends by itself, as in the session.';

--! split: 050-money.sql
drop function app_private.part_inside_price(app_public.bookings, bigint);
drop function app_private.promoter_part_of(uuid, uuid, bigint);

alter type app_public.payout_hold_kind add value 'rounding';

comment on column app_public.payout_holds.kind is
  'By somebody, because buyers dispute it, or because Stripe transfers only whole steps of a currency.';

insert into app_public.booking_status_transitions (from_status, to_status, reason) values
  ('completed', 'canceled', 'after the performance, staff took the last ticket back');

-- Beyond it, what is computed from a date (deadlines, payouts) is no time any more.
alter table app_public.performances
  add constraint performances_end_before_the_year_3000
    check (greatest(starts_at, ends_at, refunds_until) < '3000-01-01 00:00+00');

--! split: 051-storm.sql
-- A payout charges its payee with what Stripe has kept for a dispute. When that is returned, or is
-- charged because the dispute was lost, the next payout evens it out; until then it stands on the
-- other side.
update app_public.ledger_account_rules
set may_be_negative = true,
  description = 'What Stripe has really charged; below zero until the next payout when a payout '
    'has charged what came back.'
where kind = 'stripe_fees';

--! split: 052-intents.sql
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

--! split: 053-notices.sql
-- What buyers of a digital add-on get.

create table app_private.add_on_downloads (
  add_on_id uuid not null,
  organization_id uuid not null,
  url text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (add_on_id, organization_id),
  foreign key (organization_id, add_on_id)
    references app_public.add_ons (organization_id, id) on delete restrict,
  constraint add_on_downloads_url_is_https
    check (url ~ '^https://[^[:space:][:cntrl:]]+$' and length(url) <= 2000)
);
comment on table app_private.add_on_downloads is
  'Where buyers find a digital add-on: theirs to see once it is paid for.';

-- A code is in the list of its add-on once, and belongs to one unit of one line for good: by keys
-- and a trigger, so that no two buyers ever see the same one.
create table app_private.add_on_codes (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  add_on_id uuid not null,
  code text not null,
  booking_item_id uuid,
  unit_no integer,
  drawn_at timestamptz,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint add_on_codes_code_is_unique unique (add_on_id, organization_id, code),
  constraint add_on_codes_unit_has_one unique (booking_item_id, organization_id, unit_no),
  foreign key (organization_id, add_on_id)
    references app_public.add_ons (organization_id, id) on delete restrict,
  foreign key (organization_id, booking_item_id)
    references app_public.booking_items (organization_id, id) on delete restrict,
  constraint add_on_codes_code_is_short_text
    check (length(code) between 1 and 200 and code = btrim(code)),
  constraint add_on_codes_drawn_for_a_unit_at_a_time
    check (num_nonnulls(booking_item_id, unit_no, drawn_at) in (0, 3)),
  constraint add_on_codes_unit_no_is_positive check (unit_no > 0)
);
create index add_on_codes_to_draw_idx on app_private.add_on_codes (add_on_id, id)
  where booking_item_id is null;
comment on table app_private.add_on_codes is
  'Codes that buyers of a digital add-on get, one for each unit: drawn when they first look.';

create trigger _100_set_updated_at before update on app_private.add_on_downloads
  for each row execute function app_hidden.tg__set_updated_at();

create type app_public.opened_add_on as (
  booking_item_id uuid,
  add_on_id uuid,
  name text,
  download_url text,
  codes text[],
  opened_at timestamptz
);
comment on type app_public.opened_add_on is 'What a buyer of a digital add-on gets.';
comment on column app_public.opened_add_on.booking_item_id is 'The line of the booking.';
comment on column app_public.opened_add_on.add_on_id is 'The add-on.';
comment on column app_public.opened_add_on.name is 'What it is called.';
comment on column app_public.opened_add_on.download_url is 'Where it is; null: nowhere.';
comment on column app_public.opened_add_on.codes is 'A code for each unit, if it comes with codes.';
comment on column app_public.opened_add_on.opened_at is 'When the buyer first looked.';

-- Units of an add-on that come back. They are told apart by number, so that what is kept of one stays
-- kept when another comes back.

alter type app_private.refund_unit add attribute unit_no integer;
alter type app_private.refund_part add attribute unit_no integer;

alter table app_public.refund_items
  add column unit_no integer,
  add constraint refund_items_unit_no_is_positive check (unit_no > 0),
  add constraint refund_items_ticket_is_no_unit check (ticket_id is null or unit_no is null);
comment on column app_public.refund_items.unit_no is
  'Which unit of an add-on, from 1; null: a ticket, or a line that has neither.';
drop index app_public.refund_items_line_is_returned_once;
create unique index refund_items_line_is_returned_once
  on app_public.refund_items (booking_item_id, organization_id, unit_no) nulls not distinct
  where is_return and ticket_id is null;

-- What was taken back of lines was taken back of their units.
alter table app_public.refund_items disable trigger _200_refuse_change;
with split as (
  select r.*, u.unit_no as of_unit,
    app_hidden.share_of(r.price_cents, u.unit_no, i.quantity) as price,
    app_hidden.share_of(r.service_fee_cents, u.unit_no, i.quantity) as service_fee,
    app_hidden.share_of(r.processing_fee_cents, u.unit_no, i.quantity) as processing_fee,
    app_hidden.share_of(r.tax_cents, u.unit_no, i.quantity) as tax,
    app_hidden.share_of(r.commission_cents, u.unit_no, i.quantity) as commission
  from app_public.refund_items as r
  join app_public.booking_items as i
    on i.organization_id = r.organization_id and i.id = r.booking_item_id
  cross join lateral generate_series(1, i.quantity) as u (unit_no)
  where i.add_on_id is not null
),
gone as (
  delete from app_public.refund_items as r using split as s where r.id = s.id
)
insert into app_public.refund_items (
  organization_id, request_id, booking_id, booking_item_id, unit_no, is_return, price_cents,
  service_fee_cents, processing_fee_cents, tax_cents, total_cents, commission_cents, created_at
)
select
  s.organization_id, s.request_id, s.booking_id, s.booking_item_id, s.of_unit, s.is_return, s.price,
  s.service_fee, s.processing_fee, s.tax, s.price + s.service_fee + s.processing_fee + s.tax,
  s.commission, s.created_at
from split as s
where s.is_return or s.price + s.service_fee + s.processing_fee + s.tax > 0;
alter table app_public.refund_items enable trigger _200_refuse_change;

comment on column app_public.booking_items.returned_quantity is
  'How many tickets, or units of an add-on, came back.';

alter table app_public.refund_requests
  add column add_on_item_ids uuid[],
  add column add_on_quantities integer[],
  add constraint refund_requests_add_ons_are_named_and_few
    check (cardinality(add_on_item_ids) between 1 and 1000),
  add constraint refund_requests_add_ons_have_quantities
    check (cardinality(add_on_item_ids) is not distinct from cardinality(add_on_quantities));
comment on column app_public.refund_requests.add_on_item_ids is
  'Lines with add-ons of which units come back.';
comment on column app_public.refund_requests.add_on_quantities is 'How many units of each line.';

alter table app_public.add_ons add column returns_to_stock boolean not null default true;
comment on column app_public.add_ons.returns_to_stock is 'Whether what comes back is sold again.';

-- They have more arguments now.
drop function app_private.parts_to_return(
  app_public.bookings, uuid[], numeric, boolean, boolean
);
drop function app_private.return_under_terms(app_public.bookings, uuid[]);
drop function app_public.refund_tickets(
  uuid, text, uuid[], numeric, boolean, app_public.refund_reason, text
);
drop function app_public.return_tickets(uuid, uuid[], text);
drop function app_public.quote_cancellation(uuid, uuid[]);
drop function app_public.update_add_on(
  uuid, text, text, bigint, integer, timestamptz, timestamptz, boolean,
  app_public.add_on_delivery_kind, boolean, integer
);

--! split: 054-passes.sql
-- One ticket for several dates, and what becomes of it when one of them does not take place.
alter table app_public.performances
  add column pass_name text,
  add constraint performances_pass_name_is_short_text check (length(pass_name) between 1 and 100),
  drop constraint performances_start_is_unique;
-- A pass begins with its first date; two dates never begin at once.
create unique index performances_start_is_unique
  on app_public.performances (event_id, organization_id, starts_at) where pass_name is null;
create unique index performances_pass_name_is_unique
  on app_public.performances (event_id, organization_id, pass_name) where pass_name is not null;
comment on column app_public.performances.pass_name is
  'What it is called, if it is a pass: sold as a performance, and good for several dates.';

-- A buyer walks along the chain and may wait at each pool of it. As long as all chains have the
-- same order, nobody waits for somebody who waits for them.
create function app_hidden.is_ascending(ids uuid[])
returns boolean
language sql immutable
return not exists (
  select from unnest(ids[1:cardinality(ids) - 1], ids[2:]) as pair (one, next) where one >= next
);

comment on function app_hidden.is_ascending(uuid[]) is 'Whether each id is greater than the last.';

alter table app_public.admission_pools
  add column is_pass boolean not null default false,
  drop constraint admission_pools_chain_ends_with_the_pool,
  drop constraint admission_pools_chain_passes_its_parent,
  add constraint admission_pools_chain_ends_with_the_pool
    check (chain[cardinality(chain)] = id),
  add constraint admission_pools_chain_is_bounded
    check (cardinality(chain) between 1 and case when is_pass then 401 else 4 end),
  add constraint admission_pools_chain_passes_its_parent check (
    case when is_pass then parent_pool_id is null
      else chain[cardinality(chain) - 1] is not distinct from parent_pool_id end
  ),
  add constraint admission_pools_chain_is_in_order_of_locks
    check (app_hidden.is_ascending(chain));
comment on column app_public.admission_pools.is_pass is
  'Whether each of its places is one of a pool of each date of a pass.';
comment on column app_public.admission_pools.chain is
  E'@behavior -*\nThe pool and those of which it takes, too, in the order of locks.';

create table app_public.pass_dates (
  organization_id uuid not null,
  pass_id uuid not null,
  performance_id uuid not null,
  pool_id uuid not null,
  primary key (pass_id, performance_id, organization_id),
  foreign key (organization_id, pass_id)
    references app_public.performances (organization_id, id) on delete restrict,
  foreign key (organization_id, performance_id, pool_id)
    references app_public.admission_pools (organization_id, performance_id, id)
    on delete restrict,
  constraint pass_dates_are_not_the_pass check (performance_id <> pass_id)
);
create index pass_dates_pass_id_idx on app_public.pass_dates (pass_id, organization_id);
create index pass_dates_performance_id_idx
  on app_public.pass_dates (performance_id, organization_id, pass_id);
create index pass_dates_pool_id_idx
  on app_public.pass_dates (pool_id, organization_id, performance_id);
comment on table app_public.pass_dates is
  'On which dates a pass lets in, and from which pools it takes.';
comment on column app_public.pass_dates.organization_id is 'Who sells it.';
comment on column app_public.pass_dates.pass_id is
  'The pass, a performance that is sold for the others.';
comment on column app_public.pass_dates.performance_id is 'The date.';
comment on column app_public.pass_dates.pool_id is 'Where each pass takes a place of that date.';

-- What the ticket's own row says of its performance, for each date of a pass. The key makes the
-- first entry of a date happen once.
create table app_public.pass_entries (
  organization_id uuid not null,
  ticket_id uuid not null,
  performance_id uuid not null,
  entry_count integer not null default 1,
  is_inside boolean not null default true,
  first_entry_at timestamptz not null,
  primary key (ticket_id, performance_id, organization_id),
  foreign key (organization_id, ticket_id)
    references app_public.tickets (organization_id, id) on delete restrict,
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict,
  constraint pass_entries_entry_count_is_positive check (entry_count > 0)
);
create index pass_entries_ticket_id_idx on app_public.pass_entries (ticket_id, organization_id);
create index pass_entries_performance_id_idx
  on app_public.pass_entries (performance_id, organization_id);
comment on table app_public.pass_entries is
  'On which dates somebody came in with a pass: a row from the first entry of a date on.';
comment on column app_public.pass_entries.organization_id is 'Whose doors.';
comment on column app_public.pass_entries.ticket_id is 'The pass.';
comment on column app_public.pass_entries.performance_id is 'The date.';
comment on column app_public.pass_entries.entry_count is 'How often somebody came in on that date.';
comment on column app_public.pass_entries.is_inside is
  'Whether the last who came in is still inside.';
comment on column app_public.pass_entries.first_entry_at is 'When somebody first came in.';

alter type app_private.notice_kind add value 'date_canceled';

--! split: 055-races.sql
-- What is no object has no parts: it is refused by the constraint that says so, and not by an error
-- of the operator that takes parts away.
alter table app_public.organizations
  drop constraint organizations_address_has_known_parts,
  add constraint organizations_address_has_known_parts check (
    case when jsonb_typeof(address) = 'object'
      then address - array['line1', 'line2', 'city', 'state', 'postal_code', 'country'] = '{}'
    end
  );
alter table app_public.customers
  drop constraint customers_address_has_known_parts,
  add constraint customers_address_has_known_parts check (
    case when jsonb_typeof(address) = 'object'
      then address - array['line1', 'line2', 'city', 'state', 'postal_code', 'country'] = '{}'
    end
  );
alter table app_public.venues
  drop constraint venues_address_has_known_parts,
  add constraint venues_address_has_known_parts check (
    case when jsonb_typeof(address) = 'object'
      then address - array['street', 'street2', 'city', 'state', 'postal_code', 'country'] = '{}'
        and not address @? '$.* ? (@.type() != "string" || @ == "")'
    end
  );

--! split: 056-place.sql
alter table app_public.user_sessions add country text, add city text;
alter table app_public.user_sessions
  add constraint user_sessions_country_is_a_code check (country ~ '^[A-Z]{2}$'),
  add constraint user_sessions_city_is_short check (length(city) <= 100),
  add constraint user_sessions_city_has_a_country check (city is null or country is not null);

comment on column app_public.user_sessions.country is
  'The country at sign-in, in two letters; null where it is not known.';
comment on column app_public.user_sessions.city is
  'The city at sign-in; null where only the country is known, or not even that.';
comment on column app_private.booking_signals.country is
  'Where the address is, as a database of addresses says (LML_PLACE_DATABASE), or a proxy in front '
  'of the server (LML_COUNTRY_HEADER).';

-- What people eat, and what they cannot climb, is nobody's business long after. An address is kept
-- for what is yet to be mailed: orders come earlier than half a year before, too.
insert into app_private.retention_rules (
  rule, description, relation, action, kept_for, since, condition
)
select
  r.rule, r.description, r.relation, 'delete', '400 days',
  format(
    '(select app_hidden.closing_time(p.starts_at, p.ends_at) from app_public.performances as p '
    'where p.organization_id = t.organization_id and p.id = %s)', r.performance
  ),
  'true'
from (values
  (
    'attendees', 'Who came with a ticket, and what they answered.', 'app_public.ticket_attendees',
    't.performance_id'
  ),
  (
    'booking_details', 'What buyers said about an order: where they come from, what they need.',
    'app_public.booking_details',
    '(select b.performance_id from app_public.bookings as b '
    'where b.organization_id = t.organization_id and b.id = t.booking_id)'
  )
) as r (rule, description, relation, performance);
update app_private.retention_rules
set description = 'Where add-ons were mailed to, half a year after the performance.',
  since = $$
    greatest(t.updated_at, (
      select app_hidden.closing_time(p.starts_at, p.ends_at)
      from app_public.bookings as b
      join app_public.performances as p
        on p.organization_id = b.organization_id and p.id = b.performance_id
      where b.organization_id = t.organization_id and b.id = t.booking_id
    ))$$
where rule = 'delivery_addresses';

--! split: 1000-functions-identity-change_password.sql
create or replace function app_private.change_password(password_hash text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.store_password(
    app_private.lock_own_account(), change_password.password_hash, app_hidden.current_session_id()
  );
end
$$;

comment on function app_private.change_password(text) is
  'Sets a new password; the old one was verified by the server. Raises LMAUT, LMSES, LMIMP, '
  'LMCRD.';
grant execute on function app_private.change_password(text) to lml_authenticator;

--! split: 1001-functions-identity-close_account.sql
-- Ends the account; what is stored about the person is erased by other means. Money that is on its
-- way, and seats that are waited for, come first.
create or replace function app_private.close_account()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_private.lock_own_account();
  v_email text;
  v_draft_id uuid;
  v_organization_ids uuid[];
begin
  -- Organizations before everything else: an ownership that is handed over now is waited for.
  v_organization_ids := array(
    select o.id
    from app_public.organizations as o
    where o.id in (
      select m.organization_id from app_public.organization_members as m
      where m.user_id = v_user_id
    )
    order by o.id
    for no key update
  );
  -- Bookings before the account, as in a checkout. One that starts now finds its cart canceled.
  for v_draft_id in
    select b.id from app_public.bookings as b
    where b.user_id = v_user_id and b.status = 'draft'
    order by b.id
  loop
    perform app_public.cancel_booking(v_draft_id);
  end loop;
  if exists (
    select from app_public.platform_staff as p
    where p.user_id = v_user_id and p.revoked_at is null
  ) then
    perform app_private.lock_platform_staff();
  end if;
  select u.email::text into strict v_email
  from app_public.users as u where u.id = v_user_id for update;
  perform app_private.require_no_open_money(
    array(select b.id from app_public.bookings as b where b.user_id = v_user_id)
  );
  if exists (
    select from app_public.organization_members as m
    where m.user_id = v_user_id and m.organization_id <> all (v_organization_ids)
  ) then
    raise exception 'An invitation was accepted meanwhile.' using errcode = '40001';
  end if;
  perform app_private.end_platform_role(v_user_id, v_user_id);
  update app_public.users as u set account_status = 'deleted' where u.id = v_user_id;
  perform app_private.revoke_trusted_devices(v_user_id);
  perform app_private.end_sessions(v_user_id, 'manual');
  delete from app_private.user_tokens as t where t.user_id = v_user_id;
  perform app_private.queue_email(v_email, 'account_closed');
end
$$;

comment on function app_private.close_account() is
  'Closes the user''s account for good; the password was verified by the server. '
  'Raises LMOPN (money on its way), LMOWN (the last owner), LMADM (the last admin), LMAUT, LMSES, '
  'LMIMP, LMCRD.';
grant execute on function app_private.close_account() to lml_authenticator;

--! split: 1002-functions-identity-confirm_two_factor.sql
create or replace function app_private.confirm_two_factor(recovery_codes text[])
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_private.lock_own_account();
  v_email text;
begin
  update app_private.two_factor_secrets as t
  set confirmed_at = now()
  where t.user_id = v_user_id and t.confirmed_at is null;
  if not found then
    raise exception 'You have a second factor already.'
      using errcode = 'LMTFE', hint = 'Remove it first.';
  end if;
  delete from app_private.recovery_codes as r where r.user_id = v_user_id;
  insert into app_private.recovery_codes (user_id, code_hash)
  select v_user_id, app_hidden.hash_token(code)
  from unnest(confirm_two_factor.recovery_codes) as code;
  select u.email::text into strict v_email from app_public.users as u where u.id = v_user_id;
  perform app_private.queue_email(v_email, 'two_factor_added');
end
$$;

comment on function app_private.confirm_two_factor(text[]) is
  'From now on signing in takes a code; the server has verified the first. '
  'Raises LMTFE, LMAUT, LMSES, LMIMP, LMCRD.';
grant execute on function app_private.confirm_two_factor(text[]) to lml_authenticator;

--! split: 1003-functions-identity-current_cart_hash.sql
-- A guest owns what was held under the same token. Only its hash is compared and stored. 32 random
-- bytes in base64url are 43 characters: a shorter token could be guessed, so it owns nothing.
create or replace function app_hidden.current_cart_hash()
returns bytea
language sql stable
return case
  when length(current_setting('lml.cart_token', true)) = 43
    then app_hidden.hash_token(current_setting('lml.cart_token', true))
end;

comment on function app_hidden.current_cart_hash() is
  'Hash of the cart token that came with the request, or null.';
grant execute on function app_hidden.current_cart_hash() to lml_anonymous, lml_user;

--! split: 1004-functions-identity-current_country.sql
-- The one reading of what the server found out about this request's address, for sessions and rules.
-- What is no country is unknown, not an error: what a proxy sends must stop nobody. Proxies say XX
-- for unknown and T1 for Tor.
create or replace function app_private.current_country()
returns text
language sql stable
return nullif(substring(upper(current_setting('lml.country', true)) from '^[A-Z]{2}$'), 'XX');

comment on function app_private.current_country() is
  'The country that this request comes from, in two letters; null where it is not known.';

--! split: 1005-functions-identity-current_impersonator_id.sql
create or replace function app_hidden.current_impersonator_id()
returns uuid
language sql stable security definer set search_path = ''
as $$
  select s.impersonator_id from app_private.current_session as s
$$;

comment on function app_hidden.current_impersonator_id() is
  'Platform staff who act as the signed-in user in this session, or null.';
grant execute on function app_hidden.current_impersonator_id()
  to lml_anonymous, lml_user, lml_worker;

--! split: 1006-functions-identity-current_session_id.sql
create or replace function app_hidden.current_session_id()
returns uuid
language sql stable security definer set search_path = ''
as $$
  select s.session_id from app_private.current_session as s
$$;

comment on function app_hidden.current_session_id() is 'The session of this request, or null.';
grant execute on function app_hidden.current_session_id() to lml_user;

--! split: 1007-functions-identity-current_user_id.sql
-- Who is asking. The setting holds an unguessable session token, never a user id, so whoever can
-- set it can only become somebody whose token they have.
create or replace function app_hidden.current_user_id()
returns uuid
language sql stable security definer set search_path = ''
as $$
  select s.user_id from app_private.current_session as s
$$;

comment on function app_hidden.current_user_id() is
  'The signed-in user, or null without a live session.';
grant execute on function app_hidden.current_user_id() to lml_anonymous, lml_user, lml_worker;

--! split: 1008-functions-identity-enroll_two_factor.sql
-- Until the first code is given nothing changes: a telephone that was set up wrongly locks nobody
-- out.
create or replace function app_private.enroll_two_factor(encrypted_secret bytea)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into app_private.two_factor_secrets as t (user_id, encrypted_secret)
  values (app_private.lock_own_account(), enroll_two_factor.encrypted_secret)
  on conflict (user_id) do update
  set encrypted_secret = excluded.encrypted_secret, created_at = now(), last_time_step = 0
  where t.confirmed_at is null;
  if not found then
    raise exception 'You have a second factor already.'
      using errcode = 'LMTFE', hint = 'Remove it first.';
  end if;
end
$$;

comment on function app_private.enroll_two_factor(bytea) is
  'Keeps a secret that is yet to be confirmed. Raises LMTFE, LMAUT, LMSES, LMIMP, LMCRD.';
grant execute on function app_private.enroll_two_factor(bytea) to lml_authenticator;

--! split: 1009-functions-identity-lock_own_account.sql
-- The server has verified the password before this. Between that and now a new one may have been
-- set, which has ended this session, or the tenth wrong one been tried by somebody else: both hold
-- the credentials, and are looked at again behind them. Credentials come before all other rows.
create or replace function app_private.lock_own_account()
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_locked_until timestamptz;
begin
  perform app_hidden.refuse_impersonator();
  select c.locked_until into v_locked_until
  from app_private.user_credentials as c where c.user_id = v_user_id
  for no key update;
  perform app_hidden.require_user_id();
  if v_locked_until > now() then
    raise exception 'This is not your password.' using errcode = 'LMCRD';
  end if;
  return v_user_id;
end
$$;

comment on function app_private.lock_own_account() is
  'The signed-in user, whose credentials are locked, before what takes an account over. '
  'Raises LMAUT, LMSES (also when it ended meanwhile), LMIMP, LMCRD (a locked account).';

--! split: 1010-functions-identity-open_session.sql
create or replace function app_private.open_session(
  user_id uuid, token text, device text, ip_address inet, user_agent text
)
returns app_public.user_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_session app_public.user_sessions;
begin
  if open_session.token is null or open_session.token !~ '^[A-Za-z0-9_-]{43}$' then
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
  'Signs a user in for 30 days under a token that the server made. Raises LMLCK if they may not.';
grant execute on function app_private.open_session(uuid, text, text, inet, text)
  to lml_authenticator;

--! split: 1011-functions-identity-prepare_email.sql
create or replace function app_private.prepare_email(email_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'id', e.id, 'recipient', e.recipient, 'template', e.template, 'variables', e.variables,
    'language', (
      select u.language from app_public.users as u where u.email operator(public.=) e.recipient
    )
  )
  from app_private.outgoing_emails as e
  where e.id = prepare_email.email_id and e.sent_at is null
$$;

comment on function app_private.prepare_email(uuid) is 'What to send, and in which language whoever gets it reads; null when it was sent.';
grant execute on function app_private.prepare_email(uuid) to lml_worker;

--! split: 1012-functions-identity-remove_two_factor.sql
create or replace function app_private.remove_two_factor()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_private.lock_own_account();
  v_email text;
begin
  delete from app_private.two_factor_secrets as t where t.user_id = v_user_id;
  delete from app_private.recovery_codes as r where r.user_id = v_user_id;
  perform app_private.revoke_trusted_devices(v_user_id);
  select u.email::text into strict v_email from app_public.users as u where u.id = v_user_id;
  perform app_private.queue_email(v_email, 'two_factor_removed');
end
$$;

comment on function app_private.remove_two_factor() is
  'Signing in takes the password alone again; password and code were verified by the server. '
  'Raises LMAUT, LMSES, LMIMP, LMCRD.';
grant execute on function app_private.remove_two_factor() to lml_authenticator;

--! split: 1013-functions-identity-request_email_change.sql
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
  if request_email_change.email is null
    or request_email_change.email !~ '^[^@[:space:]]+@[^@[:space:]]+$'
    or length(request_email_change.email) > 320
  then
    raise exception 'This is not an e-mail address.' using errcode = 'LMINP', detail = 'email';
  end if;
  if not app_private.may_mail(
    request_email_change.email, array['change_email', 'address_in_use']
  ) then
    return;
  end if;
  if exists (
    select from app_public.users as u
    where u.email operator(public.=) request_email_change.email::public.citext
  ) then
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

--! split: 1014-functions-identity-sign_in.sql
-- The server has verified the password and, where one is needed, the code. Between that and now a
-- new password may have been set, the tenth wrong one tried, or the device revoked: all are looked
-- at again under their locks.
create or replace function app_private.sign_in(
  user_id uuid, password_hash text, token text, device text, ip_address inet, user_agent text,
  device_token text default null, new_device_token text default null
)
returns app_public.user_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_session app_public.user_sessions;
begin
  perform from app_private.user_credentials as c
  where c.user_id = sign_in.user_id and c.password_hash = sign_in.password_hash
    and coalesce(c.locked_until <= now(), true)
  for no key update;
  if not found then
    raise exception 'There is no account with this address and password.' using errcode = 'LMCRD';
  end if;
  if sign_in.device_token is not null then
    perform app_private.use_trusted_device(sign_in.user_id, sign_in.device_token);
  end if;
  v_session := app_private.open_session(
    sign_in.user_id, sign_in.token, sign_in.device, sign_in.ip_address, sign_in.user_agent
  );
  if sign_in.new_device_token is not null then
    perform app_private.trust_device(v_session, sign_in.new_device_token);
  end if;
  return v_session;
end
$$;

comment on function app_private.sign_in(uuid, text, text, text, inet, text, text, text) is
  'Opens a session for whoever was verified. Raises LMCRD when the password was changed or the '
  'account locked meanwhile, LMTFA when the device is not trusted, LMLCK.';
grant execute on function app_private.sign_in(uuid, text, text, text, inet, text, text, text)
  to lml_authenticator;

--! split: 1015-functions-identity-start_impersonation.sql
create or replace function app_private.start_impersonation(
  user_id uuid, reason text, token text
)
returns app_public.user_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_staff_id uuid := app_hidden.require_user_id();
  v_user app_public.users;
  v_session app_public.user_sessions;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.refuse_impersonator();
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
  'platform''s support. Raises LMNFD, LMSTF, LMLCK, LMRGT, LMINP, LMIMP, LMAUT, LMSES.';
grant execute on function app_private.start_impersonation(uuid, text, text) to lml_authenticator;

--! split: 1016-functions-identity-store_session_token.sql
create or replace function app_private.store_session_token(
  session app_public.user_sessions, token text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_private.session_tokens (token_hash, session_id, user_id, actor_id, expires_at)
  values (
    app_hidden.hash_token(store_session_token.token), (store_session_token.session).id,
    (store_session_token.session).user_id, (store_session_token.session).actor_id,
    (store_session_token.session).expires_at
  )
$$;

comment on function app_private.store_session_token(app_public.user_sessions, text) is
  'Lets a token speak for a session; only its hash is stored.';

--! split: 1017-functions-identity-tg_user_sessions__forget_token.sql
-- A session that has ended has no token, however it was ended.
create or replace function app_hidden.tg_user_sessions__forget_token()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from app_private.session_tokens as t where t.session_id = new.id;
  return null;
end
$$;

comment on function app_hidden.tg_user_sessions__forget_token() is
  'Deletes the token of a session that was ended.';

create or replace trigger _500_forget_token
  after insert or update of revoked_at on app_public.user_sessions
  for each row when (new.revoked_at is not null)
  execute function app_hidden.tg_user_sessions__forget_token();

--! split: 1018-functions-identity-tg_users__forget_session_tokens.sql
-- Nobody acts for an account that is closed. Whoever signs in at the same moment counts the sign-in on
-- the account's row first, so one of the two sees the other.
create or replace function app_hidden.tg_users__forget_session_tokens()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from app_private.session_tokens as t where t.user_id = new.id;
  return null;
end
$$;

comment on function app_hidden.tg_users__forget_session_tokens() is
  'Deletes the tokens of an account that is closed.';

create or replace trigger _500_forget_session_tokens
  after update of account_status on app_public.users
  for each row when (new.account_status <> 'active')
  execute function app_hidden.tg_users__forget_session_tokens();

--! split: 1019-functions-identity-user_sessions_network.sql
-- What people can compare with their own network, where no town is known.
create or replace function app_public.user_sessions_network(session app_public.user_sessions)
returns text
language sql stable set search_path = ''
as $$
  select network(
    set_masklen(s.address, case when family(s.address) = 4 then 24 else 48 end)
  )::text
  from (
    select case
      when (user_sessions_network.session).ip_address <<= '::ffff:0:0/96'::inet
        then replace(host((user_sessions_network.session).ip_address), '::ffff:', '')::inet
      else (user_sessions_network.session).ip_address
    end as address
  ) as s
$$;

comment on function app_public.user_sessions_network(app_public.user_sessions) is
  'The network that the user signed in from, such as 203.0.113.0/24.';
grant execute on function app_public.user_sessions_network(app_public.user_sessions) to lml_user;

--! split: 1020-functions-identity-user_sessions_place.sql
create or replace function app_public.user_sessions_place(session app_public.user_sessions)
returns text
language sql stable set search_path = ''
as $$
  select nullif(
    concat_ws(', ', (user_sessions_place.session).city, (user_sessions_place.session).country), ''
  )
$$;

comment on function app_public.user_sessions_place(app_public.user_sessions) is
  'Where the user signed in, such as "Vienna, AT", or only the country; null where it is not known.';
grant execute on function app_public.user_sessions_place(app_public.user_sessions) to lml_user;

--! split: 1021-functions-identity-warn_of_new_place.sql
-- Whoever has stolen a password signs in from somewhere else. The mail says nothing that they chose,
-- such as the name of their device: it would be theirs to write.
create or replace function app_private.warn_of_new_place(session app_public.user_sessions)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_network text := app_public.user_sessions_network(warn_of_new_place.session);
  v_place text := app_public.user_sessions_place(warn_of_new_place.session);
begin
  -- The first session is no news. Where only the country is known, another network in it is another
  -- place. A session of the platform's support is no place of the user's.
  if (
    select count(*) = 0 or bool_or(
      app_public.user_sessions_network(s) = v_network
      or (s.country, s.city)
        = ((warn_of_new_place.session).country, (warn_of_new_place.session).city)
    )
    from app_public.user_sessions as s
    where s.user_id = (warn_of_new_place.session).user_id
      and s.id <> (warn_of_new_place.session).id
      and s.ip_address is not null and s.impersonator_id is null
  ) then
    return;
  end if;
  perform app_private.queue_email(
    u.email::text, 'new_sign_in', jsonb_build_object('place', v_place, 'network', v_network)
  )
  from app_public.users as u where u.id = (warn_of_new_place.session).user_id;
end
$$;

comment on function app_private.warn_of_new_place(app_public.user_sessions) is
  'Mails the user where a session began, unless they were there before.';

--! split: 1022-functions-organizations-leave_organization.sql
create or replace function app_public.leave_organization(organization_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_member app_public.organization_members;
begin
  perform app_hidden.refuse_impersonator();
  perform from app_public.organizations as o
  where o.id = leave_organization.organization_id
    and exists (
      select from app_public.organization_members as m
      where m.organization_id = o.id and m.user_id = v_user_id
    )
  for no key update;
  select * into v_member
  from app_public.organization_members as m
  where m.organization_id = leave_organization.organization_id and m.user_id = v_user_id;
  -- Whoever has left has left.
  if not found then
    return false;
  end if;
  perform app_private.end_membership(v_member);
  return true;
end
$$;

comment on function app_public.leave_organization(uuid) is
  'Ends one''s own membership: true, or false when there is none. '
  'Raises LMOWN (the last owner), LMIMP, LMAUT, LMSES.';
grant execute on function app_public.leave_organization(uuid) to lml_user;

--! split: 1023-functions-organizations-mail_members.sql
-- In the transaction of what it tells about, which happens once: so does the mail.
create or replace function app_private.mail_members(
  organization_id uuid, permission text, template text, variables jsonb,
  except_user_id uuid default null
)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select count(app_private.queue_email(
    r.email::text, mail_members.template, jsonb_strip_nulls(mail_members.variables)
  ))::integer
  from (
    select u.email
    from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id
    where m.organization_id = mail_members.organization_id
      and m.user_id is distinct from mail_members.except_user_id
      and mail_members.permission = any (
        app_private.permissions_of(m.organization_id, m.user_id)
      )
    order by m.id
  ) as r
$$;

comment on function app_private.mail_members(uuid, text, text, jsonb, uuid) is
  'Mails the members of an organization who have a permission, but for one of them, who has done '
  'what it is about; returns how many.';

--! split: 1024-functions-events-begin_cancellation.sql
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
  insert into app_public.event_cancellations (
    organization_id, event_id, performance_id, reason, requested_by, bookings_canceled
  )
  values (
    (begin_cancellation.event).organization_id, (begin_cancellation.event).id,
    begin_cancellation.performance_id, begin_cancellation.reason, app_hidden.current_user_id(),
    app_private.release_open_bookings(
      (begin_cancellation.event).organization_id,
      -- Nor does anybody pay for a pass that has lost a date since they chose it.
      v_performance_ids || array(
        select app_private.passes_for(p) from unnest(v_performance_ids) as p
      ),
      begin_cancellation.reason
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

--! split: 1025-functions-events-create_performance.sql
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
    if v_event.status not in ('draft', 'published') then
      raise exception 'The event is %.', v_event.status
        using errcode = 'LMEVT', detail = v_event.id::text;
    end if;
    if not exists (
      select from app_public.venue_layouts as l
      where l.organization_id = v_event.organization_id
        and l.id = create_performance.layout_id
        and l.venue_id = v_event.venue_id
    ) then
      raise exception 'The event''s venue has no such layout.'
        using errcode = 'LMNFD', detail = 'layout_id';
    end if;

    insert into app_public.performances (
      organization_id, event_id, layout_id, currency, is_public, starts_at, ends_at, doors_at
    )
    values (
      v_event.organization_id, v_event.id, create_performance.layout_id, v_event.currency,
      v_event.is_public, create_performance.starts_at, create_performance.ends_at,
      create_performance.doors_at
    )
    on conflict do nothing
    returning id into v_id;
    if v_id is null then
      raise exception 'The event has a performance at that time.'
        using errcode = 'LMINP', detail = 'starts_at';
    end if;
    if v_event.status = 'published' then
      perform app_private.create_inventory(v_id);
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

--! split: 1026-functions-events-create_performances.sql
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
  v_performance app_public.performances;
  v_constraint text;
  v_column text;
begin
  if v_event.status not in ('draft', 'published') then
    raise exception 'The event is %.', v_event.status
      using errcode = 'LMEVT', detail = v_event.id::text;
  end if;
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
    insert into app_public.performances (
      organization_id, event_id, layout_id, currency, is_public, starts_at, ends_at, doors_at
    )
    values (
      v_event.organization_id, v_event.id, create_performances.layout_id, v_event.currency,
      v_event.is_public, v_start,
      v_start + make_interval(mins => create_performances.duration_minutes),
      v_start - make_interval(mins => create_performances.doors_minutes_before)
    )
    on conflict do nothing
    returning * into v_performance;
    -- Again, after a lost answer: the date is there.
    if v_performance.id is null then
      select * into strict v_performance
      from app_public.performances as p
      where p.organization_id = v_event.organization_id and p.event_id = v_event.id
        and p.starts_at = v_start;
    elsif v_event.status = 'published' then
      perform app_private.create_inventory(v_performance.id);
    end if;
    return next v_performance;
  end loop;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
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

--! split: 1027-functions-events-lock_digital_add_on.sql
create or replace function app_private.lock_digital_add_on(add_on_id uuid)
returns app_public.add_ons
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons := app_private.lock_add_on(
    lock_digital_add_on.add_on_id, 'events.manage'
  );
begin
  if v_add_on.delivery <> 'digital' then
    raise exception 'The add-on is not digital.' using errcode = 'LMINP', detail = 'delivery';
  end if;
  return v_add_on;
end
$$;

comment on function app_private.lock_digital_add_on(uuid) is
  'A digital add-on, locked after its event, for members with events.manage. '
  'Raises LMINP, LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1028-functions-events-notify_buyers.sql
-- One row of what happened, and one for each pass that the date belongs to; the worker writes the
-- mails, batch by batch.
create or replace function app_private.notify_buyers(
  old_performance app_public.performances, new_performance app_public.performances
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_date app_public.performances := notify_buyers.new_performance;
  v_kind app_private.notice_kind := case v_date.status
      when 'canceled' then 'canceled' when 'postponed' then 'postponed' else 'moved'
    end;
  v_pass app_public.performances;
begin
  if v_kind <> 'canceled'
    and (notify_buyers.old_performance).status = v_date.status
    and (notify_buyers.old_performance).starts_at = v_date.starts_at
  then
    return;
  end if;
  perform app_private.store_notice(notify_buyers.old_performance, v_date, v_date, v_kind);
  for v_pass in
    select * from app_private.follow_date(
      v_date, coalesce(v_date.refunds_until, now() + interval '14 days')
    )
  loop
    perform app_private.store_notice(
      notify_buyers.old_performance, v_date, v_pass,
      case v_kind when 'canceled' then 'date_canceled' else v_kind end
    );
  end loop;
end
$$;

comment on function app_private.notify_buyers(
  app_public.performances, app_public.performances
) is
  'Has the buyers of a performance, and of its passes, told that it was moved, postponed or '
  'canceled, if it was.';

--! split: 1029-functions-events-postpone_event.sql
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
    raise exception 'The event has a performance at that time.'
      using errcode = 'LMINP', detail = 'days';
end
$$;

comment on function app_public.postpone_event(uuid, integer, timestamptz, text, text) is
  'Moves all dates that have not begun by days, at the same time of day; or, without days, takes '
  'them off sale until postpone_performance gives them new ones. Tickets stay good, and may be '
  'given back until refunds_until. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMINP, LMIDK.';
grant execute on function app_public.postpone_event(uuid, integer, timestamptz, text, text)
  to lml_user;

--! split: 1030-functions-events-postpone_performance.sql
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
    raise exception 'The event has a performance at that time.'
      using errcode = 'LMINP', detail = 'starts_at';
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

--! split: 1031-functions-events-require_chargeable.sql
create or replace function app_hidden.require_chargeable(
  amount_cents bigint, currency text, argument text
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if require_chargeable.amount_cents % app_hidden.charge_step(require_chargeable.currency) <> 0 then
    raise exception 'This is no amount in % that a card can be charged.',
        require_chargeable.currency
      using errcode = 'LMINP', detail = require_chargeable.argument,
        hint = 'With three decimals it ends in 0, in ISK and UGX in 00.';
  end if;
end
$$;

comment on function app_hidden.require_chargeable(bigint, text, text) is
  'Raises LMINP for an amount that Stripe cannot charge in its currency.';

--! split: 1032-functions-events-require_date.sql
create or replace function app_private.require_date(performance_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if (
    select p.pass_name is not null
    from app_public.performances as p where p.id = require_date.performance_id
  ) then
    raise exception 'A pass is what its dates are: it has no times and no places of its own.'
      using errcode = 'LMINP', detail = 'performance_id', hint = 'Change its dates.';
  end if;
end
$$;

comment on function app_private.require_date(uuid) is
  'Raises LMINP for a pass, which is sold as a performance and takes place on others.';

--! split: 1033-functions-events-set_add_on_download.sql
create or replace function app_public.set_add_on_download(add_on_id uuid, url text)
returns app_public.add_ons
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons := app_private.lock_digital_add_on(set_add_on_download.add_on_id);
  v_constraint text;
  v_column text;
begin
  insert into app_private.add_on_downloads as d (add_on_id, organization_id, url)
  values (v_add_on.id, v_add_on.organization_id, set_add_on_download.url)
  on conflict on constraint add_on_downloads_pkey do update
  set url = excluded.url;
  return v_add_on;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_add_on_download(uuid, text) is
  'Where buyers of a digital add-on find it, an https address: shown to who has paid, by '
  'open_add_on, and to nobody else. Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.set_add_on_download(uuid, text) to lml_user;

--! split: 1034-functions-events-store_notice.sql
create or replace function app_private.store_notice(
  old_date app_public.performances, new_date app_public.performances,
  sold_as app_public.performances, kind app_private.notice_kind
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into app_private.performance_notices (
    organization_id, performance_id, kind, old_starts_at, new_starts_at, refunds_until, reason
  )
  values (
    (store_notice.sold_as).organization_id, (store_notice.sold_as).id, store_notice.kind,
    (store_notice.old_date).starts_at,
    case when store_notice.kind = 'moved' then (store_notice.new_date).starts_at end,
    (store_notice.sold_as).refunds_until, (store_notice.new_date).status_reason
  )
  returning id into v_id;
  perform app_private.add_job('performance__notify', jsonb_build_object('notice_id', v_id));
end
$$;

comment on function app_private.store_notice(
  app_public.performances, app_public.performances, app_public.performances,
  app_private.notice_kind
) is 'Has the buyers of a performance, or of a pass, told what became of a date.';

--! split: 1035-functions-events-update_add_on.sql
create or replace function app_public.update_add_on(
  add_on_id uuid, name text default null, description text default null,
  price_cents bigint default null, max_per_booking integer default null,
  sales_start timestamptz default null, sales_end timestamptz default null,
  requires_ticket boolean default null, delivery app_public.add_on_delivery_kind default null,
  is_active boolean default null, sort_order integer default null,
  returns_to_stock boolean default null
)
returns app_public.add_ons
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons := app_private.lock_add_on(
    update_add_on.add_on_id, 'events.manage'
  );
  v_constraint text;
  v_column text;
begin
  update app_public.add_ons as a
  set name = coalesce(update_add_on.name, a.name),
    description = nullif(coalesce(update_add_on.description, a.description), ''),
    price_cents = coalesce(update_add_on.price_cents, a.price_cents),
    max_per_booking = coalesce(update_add_on.max_per_booking, a.max_per_booking),
    sales_start = nullif(coalesce(update_add_on.sales_start, a.sales_start), '-infinity'),
    sales_end = nullif(coalesce(update_add_on.sales_end, a.sales_end), 'infinity'),
    requires_ticket = coalesce(update_add_on.requires_ticket, a.requires_ticket),
    delivery = coalesce(update_add_on.delivery, a.delivery),
    is_active = coalesce(update_add_on.is_active, a.is_active),
    sort_order = coalesce(update_add_on.sort_order, a.sort_order),
    returns_to_stock = coalesce(update_add_on.returns_to_stock, a.returns_to_stock)
  where a.id = v_add_on.id
  returning * into v_add_on;
  return v_add_on;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    raise exception 'There is an add-on of that name.' using errcode = 'LMINP', detail = 'name';
end
$$;

comment on function app_public.update_add_on(
  uuid, text, text, bigint, integer, timestamptz, timestamptz, boolean,
  app_public.add_on_delivery_kind, boolean, integer, boolean
) is
  'Changes an add-on: null leaves a value as it is; an empty text, -infinity as a start or '
  'infinity as an end removes it. What is in carts keeps its price. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.update_add_on(
  uuid, text, text, bigint, integer, timestamptz, timestamptz, boolean,
  app_public.add_on_delivery_kind, boolean, integer, boolean
) to lml_user;

--! split: 1036-functions-events-update_performance.sql
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
    raise exception 'The event has a performance at that time.'
      using errcode = 'LMINP', detail = 'starts_at';
end
$$;

comment on function app_public.update_performance(uuid, timestamptz, timestamptz, timestamptz) is
  'Changes the times of a performance: null leaves one as it is, infinity removes an end or doors. '
  'Its start only while nobody holds or has a ticket. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMINP.';
grant execute on function app_public.update_performance(
  uuid, timestamptz, timestamptz, timestamptz
) to lml_user;

--! split: 1037-functions-inventory-add_add_on_codes.sql
-- The codes are the stock: what is sold beyond them would have none.
create or replace function app_public.add_add_on_codes(add_on_id uuid, codes text[])
returns app_public.add_on_count
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons := app_private.lock_digital_add_on(add_add_on_codes.add_on_id);
  v_is_first boolean;
  v_stock app_private.add_on_counters;
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
  select * into strict v_stock
  from app_private.add_on_counters as s where s.add_on_id = v_add_on.id
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
    perform app_private.free_lapsed_add_ons(v_add_on.id);
    select * into strict v_stock
    from app_private.add_on_counters as s where s.add_on_id = v_add_on.id;
    if v_new < v_stock.held + v_stock.sold then
      perform app_private.raise_capacity_too_low(v_stock.held + v_stock.sold);
    end if;
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
  'list already are left out. From the first ones on they are its stock. Nobody reads them but who has '
  'paid, by open_add_on. Needs events.manage. Raises LMCAP (more are held and sold than the first '
  'codes), LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.add_add_on_codes(uuid, text[]) to lml_user;

--! split: 1038-functions-inventory-add_on_count_of.sql
create or replace function app_private.add_on_count_of(add_on_id uuid)
returns app_public.add_on_count
language sql stable security definer set search_path = ''
as $$
  select s.add_on_id, s.total, s.held - l.lapsed, s.sold, s.total - s.held - s.sold + l.lapsed
  from app_private.add_on_counters as s
  cross join lateral (
    select coalesce(sum(c.quantity), 0)::integer as lapsed
    from app_private.add_on_claims as c
    where c.add_on_id = s.add_on_id and c.held_until <= now()
  ) as l
  where s.add_on_id = add_on_count_of.add_on_id
$$;

comment on function app_private.add_on_count_of(uuid) is
  'How many there are of an add-on; a claim that has lapsed is free.';

--! split: 1039-functions-inventory-add_on_stock.sql
create or replace function app_public.add_on_stock(add_on_id uuid)
returns app_public.add_on_count
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons;
begin
  select * into v_add_on from app_public.add_ons as a where a.id = add_on_stock.add_on_id;
  if v_add_on.event_id is null
    or v_add_on.event_id not in (select app_hidden.permitted_event_ids('inventory.read'))
  then
    perform app_hidden.require_permission(v_add_on.organization_id, 'inventory.read');
  end if;
  return app_private.add_on_count_of(v_add_on.id);
end
$$;

comment on function app_public.add_on_stock(uuid) is
  'How many there are of an add-on, held, sold and free; null when there is no end of it. '
  'Needs inventory.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.add_on_stock(uuid) to lml_user;

--! split: 1040-functions-inventory-admissions_left.sql
create or replace function app_public.admissions_left(
  performance_id uuid, ticket_category_id uuid
)
returns integer
language sql stable security definer set search_path = ''
as $$
  select min(l.places)
  from (
    select (
      select sum(s.capacity - s.held - s.sold) from app_private.admission_slots as s
      where s.organization_id = pool.organization_id and s.pool_id = c.pool_id
    ) + (
      select coalesce(sum(claim.quantity), 0) from app_private.admission_claims as claim
      where claim.pool_id = c.pool_id and claim.held_until <= now()
    ) as places
    from app_hidden.visible_performance(admissions_left.performance_id) as p
    join app_public.admission_pool_categories as pc
      on pc.organization_id = p.organization_id
      and pc.performance_id = p.id
      and pc.ticket_category_id = admissions_left.ticket_category_id
    join app_public.admission_pools as pool
      on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
    cross join unnest(pool.chain) as c (pool_id)
  ) as l
$$;

comment on function app_public.admissions_left(uuid, uuid) is
  'How many admissions of a category can be had at a performance now; null when it has none, or is not for '
  'you.';
grant execute on function app_public.admissions_left(uuid, uuid) to lml_anonymous, lml_user;

--! split: 1041-functions-inventory-check_inventory.sql
create or replace function app_private.check_inventory()
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
    where a.organization_id = p.organization_id and p.id = any (inside.chain)
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

  union all
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
  where (
      (
        b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
        and b.expires_at > now()
      )
      or b.status in ('confirmed', 'partially_paid', 'completed', 'disputed')
    )
    and coalesce(c.quantity, 0) <> i.quantity - i.returned_quantity

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

  union all
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

comment on function app_private.check_inventory() is
  'What is inconsistent of seats, pools and stocks, and who has them.';

--! split: 1042-functions-inventory-create_admission_pool.sql
-- A category keeps the pool that it was given, so that a pool can be added while others are on sale:
-- nobody can have bought from a category that had none.
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
    if v_event.status not in ('draft', 'published') then
      raise exception 'The event is %.', v_event.status
        using errcode = 'LMEVT', detail = v_event.id::text;
    end if;
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

--! split: 1043-functions-inventory-create_inventory.sql
-- One row for each seat of the layout. Each seat gets the category that names its section, else
-- the one that names its category in the plan; seats of blocked sections are not for sale.
create or replace function app_private.create_inventory(performance_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_event app_public.events;
  v_bad text;
  v_count integer;
begin
  select p.* into strict v_performance
  from app_public.performances as p where p.id = create_inventory.performance_id;
  select e.* into strict v_event
  from app_public.events as e where e.id = v_performance.event_id;

  insert into app_public.performance_categories (
    organization_id, performance_id, category_no, ticket_category_id
  )
  select c.organization_id, v_performance.id, c.category_no, c.id
  from app_public.ticket_categories as c
  where c.organization_id = v_performance.organization_id
    and c.event_id = v_performance.event_id;
  -- The places of a pass are those of its dates.
  if v_performance.pass_name is not null then
    return 0;
  end if;

  select format('section %s, row %s, number %s', s.section, s.row_name, s.seat_number)
  into v_bad
  from app_hidden.seats_with_categories(v_performance) as s
  where not coalesce(s.section = any (v_event.blocked_sections), false)
    and cardinality(s.category_nos) <> 1
  order by s.seat_no
  limit 1;
  if found then
    raise exception 'A seat is covered by no ticket category, or by several.'
      using errcode = 'LMPUB', detail = v_bad,
        hint = 'Name its section or category in exactly one ticket category, or block the section.';
  end if;

  insert into app_public.seat_booking_state (
    organization_id, performance_id, seat_no, category_no, status
  )
  select
    v_performance.organization_id, v_performance.id, s.seat_no, s.category_nos[1],
    case when s.section = any (v_event.blocked_sections) then 'blocked' else 'available' end
      ::app_public.seat_status
  from app_hidden.seats_with_categories(v_performance) as s
  order by s.seat_no;
  get diagnostics v_count = row_count;
  perform app_private.create_seat_runs(v_performance.id);
  perform app_private.create_standing_pools(v_event, v_performance);
  return v_count;
end
$$;

comment on function app_private.create_inventory(uuid) is
  'Creates the seats of a performance; returns how many. Raises LMPUB.';

--! split: 1044-functions-inventory-create_pass.sql
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
    if v_event.status not in ('draft', 'published') then
      raise exception 'The event is %.', v_event.status
        using errcode = 'LMEVT', detail = v_event.id::text;
    end if;
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

--! split: 1045-functions-inventory-follow_date.sql
-- Tickets of a pass stay good for the other dates, and may be given back: it is not what was
-- bought. Nobody else buys it like that unless the organization puts its categories on sale again.
create or replace function app_private.follow_date(
  date app_public.performances, refunds_until timestamptz
)
returns setof app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if (follow_date.date).status = 'canceled' then
    update app_public.ticket_categories as c
    set status = 'paused'
    where c.organization_id = (follow_date.date).organization_id
      and c.status = 'active'
      and c.id in (
        select pc.ticket_category_id from app_public.admission_pool_categories as pc
        where pc.organization_id = c.organization_id
          and pc.performance_id in (select app_private.passes_for((follow_date.date).id))
      );
  end if;
  return query
    update app_public.performances as pass
    set refunds_until = greatest(pass.refunds_until, follow_date.refunds_until)
    where pass.organization_id = (follow_date.date).organization_id
      and pass.id in (select app_private.passes_for((follow_date.date).id))
      and pass.status in ('scheduled', 'postponed')
      and pass.id not in (
        select none.id from app_private.passes_without_dates(pass.event_id) as none
      )
    returning pass.*;
end
$$;

comment on function app_private.follow_date(app_public.performances, timestamptz) is
  'Offers refunds of the passes of a date that was moved or canceled; returns these passes.';

--! split: 1046-functions-inventory-is_ascending.sql
create or replace function app_hidden.is_ascending(ids uuid[])
returns boolean
language sql immutable
return not exists (
  select from unnest(ids[1:cardinality(ids) - 1], ids[2:]) as pair (one, next) where one >= next
);

comment on function app_hidden.is_ascending(uuid[]) is 'Whether each id is greater than the last.';

--! split: 1047-functions-inventory-open_sale.sql
-- One statement for all that a sale has to know beforehand: every statement more would be felt in
-- the hot path. Buyers name seats by their ids; the hot table knows their numbers.
create or replace function app_private.open_sale(performance_id uuid, seat_ids text[] default null)
returns app_private.sale
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_found record;
begin
  select
    row(
      p.organization_id, p.id, p.event_id, p.layout_id, p.currency, e.service_fee_percentage,
      e.service_fee_fixed_cents, e.processing_fee_percentage, e.processing_fee_fixed_cents,
      e.commission_percentage, e.tax_percentage, e.allow_guest_checkout, e.hold_seconds,
      e.checkout_seconds, e.hold_seconds_max, e.tickets_per_booking_max,
      case when cardinality(open_sale.seat_ids) <= e.tickets_per_booking_max then array(
        select l.seat_no
        from app_public.layout_seats as l
        where l.organization_id = p.organization_id
          and l.layout_id = p.layout_id
          and l.seat_id = any (open_sale.seat_ids)
      ) end,
      e.screens_holds,
      e.open_carts_max,
      e.has_price_rules or e.absorbs_service_fees or e.absorbs_processing_fees
        or e.tax_jurisdiction_id is not null or app_hidden.charge_step(p.currency) > 1
    )::app_private.sale as sale,
    e.status = 'published' and p.status = 'scheduled' and e.organization_status = 'active'
      as is_on_sale,
    e.visibility = 'private' as is_private,
    e.sales_start as opens_at,
    coalesce(e.sales_end, p.starts_at) as closes_at
  into v_found
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.id = open_sale.performance_id;
  if not found then
    raise exception 'There is no such performance.'
      using errcode = 'LMNFD', detail = format('%s', open_sale.performance_id);
  end if;
  -- The one question that is asked of private events only: a hold of any other costs nothing more.
  if v_found.is_private then
    perform app_private.require_opened_event(v_found.sale);
  end if;
  if not v_found.is_on_sale then
    raise exception 'This event is not on sale.'
      using errcode = 'LMEVT', detail = open_sale.performance_id::text;
  end if;
  if now() < v_found.opens_at then
    raise exception 'Sales have not opened yet.'
      using errcode = 'LMSAL', detail = v_found.opens_at::text, hint = 'Try again then.';
  end if;
  if now() >= v_found.closes_at then
    raise exception 'Sales are closed.' using errcode = 'LMSAL', detail = v_found.closes_at::text;
  end if;
  if open_sale.seat_ids = '{}'
    or cardinality((v_found.sale).seat_nos) is distinct from cardinality(open_sale.seat_ids)
  then
    perform app_private.raise_bad_seat_ids(v_found.sale, open_sale.seat_ids);
  end if;
  return v_found.sale;
end
$$;

comment on function app_private.open_sale(uuid, text[]) is
  'The terms of a performance that is on sale now, with the numbers of the seats that are wanted, '
  'in no order. Raises LMNFD (or private, and no code came), LMEVT (not published), LMSAL (before or after sales), LMQTY (no seat '
  'or too many), LMSDP (one twice), LMSEA (unknown).';

--! split: 1048-functions-inventory-passes_for.sql
create or replace function app_private.passes_for(performance_id uuid)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select d.pass_id
  from app_public.pass_dates as d where d.performance_id = passes_for.performance_id
$$;

comment on function app_private.passes_for(uuid) is 'The passes that let in at a performance.';

--! split: 1049-functions-inventory-passes_without_dates.sql
create or replace function app_private.passes_without_dates(event_id uuid)
returns setof app_public.performances
language sql stable security definer set search_path = ''
as $$
  select pass.*
  from app_public.performances as pass
  where pass.event_id = passes_without_dates.event_id
    and pass.pass_name is not null
    and pass.status in ('scheduled', 'postponed')
    and not exists (
      select from app_public.pass_dates as d
      join app_public.performances as p
        on p.organization_id = d.organization_id and p.id = d.performance_id
      where d.organization_id = pass.organization_id
        and d.pass_id = pass.id
        and p.status <> 'canceled'
    )
$$;

comment on function app_private.passes_without_dates(uuid) is
  'Passes of an event all of whose dates are canceled.';

--! split: 1050-functions-inventory-price_line.sql
-- For an event without anything special: the same formula, of which the planner folds away what such
-- an event has not got, so that a hold pays nothing for the rest. It has no currency whose amounts go
-- in steps, so none is named.
create or replace function app_hidden.price_line(
  unit_price_cents bigint, quantity integer, terms app_private.sale
)
returns table (
  subtotal_cents bigint, service_fee_cents bigint, processing_fee_cents bigint,
  tax_cents bigint, total_cents bigint
)
language sql immutable
as $$
  select
    l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents, l.total_cents
  from app_hidden.price_of(
    price_line.unit_price_cents, price_line.quantity, 0::bigint,
    row(
      null::text, (price_line.terms).service_fee_percentage,
      (price_line.terms).service_fee_fixed_cents, (price_line.terms).processing_fee_percentage,
      (price_line.terms).processing_fee_fixed_cents, (price_line.terms).commission_percentage,
      (price_line.terms).tax_percentage, false, false, false, null
    )::app_public.price_terms
  ) as l
$$;

comment on function app_hidden.price_line(bigint, integer, app_private.sale) is
  'All amounts of a line in minor units, each rounded half away from zero.';

--! split: 1051-functions-inventory-set_add_on_stock.sql
create or replace function app_public.set_add_on_stock(add_on_id uuid, total integer)
returns app_public.add_on_count
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons := app_private.lock_add_on(
    set_add_on_stock.add_on_id, 'inventory.manage'
  );
  v_stock app_private.add_on_counters;
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
  select * into strict v_stock
  from app_private.add_on_counters as s where s.add_on_id = v_add_on.id
  for no key update;
  perform app_private.free_lapsed_add_ons(v_add_on.id);
  select * into strict v_stock
  from app_private.add_on_counters as s where s.add_on_id = v_add_on.id;
  if set_add_on_stock.total < v_stock.held + v_stock.sold then
    perform app_private.raise_capacity_too_low(v_stock.held + v_stock.sold);
  end if;
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

--! split: 1052-functions-inventory-store_admission_pool.sql
create or replace function app_private.store_admission_pool(
  event app_public.events, performance_id uuid, name text, capacity integer, parent_pool_id uuid
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_pool app_public.admission_pools;
begin
  v_pool.organization_id := (store_admission_pool.event).organization_id;
  v_pool.performance_id := store_admission_pool.performance_id;
  v_pool.parent_pool_id := store_admission_pool.parent_pool_id;
  v_pool.name := store_admission_pool.name;
  v_pool.capacity := store_admission_pool.capacity;
  v_pool.is_pass := false;
  v_pool.chain := '{}';
  if v_pool.parent_pool_id is not null then
    select p.chain into v_pool.chain
    from app_public.admission_pools as p
    where p.organization_id = v_pool.organization_id
      and p.performance_id = v_pool.performance_id
      and p.id = v_pool.parent_pool_id;
    if not found then
      raise exception 'The performance has no such pool.'
        using errcode = 'LMNFD', detail = 'parent_pool_id';
    end if;
  end if;
  return app_private.store_pool(v_pool);
end
$$;

comment on function app_private.store_admission_pool(
  app_public.events, uuid, text, integer, uuid
) is 'A pool and its slots, perhaps within another one. Raises LMNFD, LMINP.';

--! split: 1053-functions-inventory-store_pass.sql
-- A place of a pass is a place of each of these pools, and of those around them: whatever walks
-- along the chain of a pool, to hold, sell, keep back or free, does it for every date.
create or replace function app_private.store_pass(
  event app_public.events, name text, pool_ids uuid[], capacity integer
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid := (store_pass.event).organization_id;
  v_dates app_public.performances[];
  v_pass_id uuid;
  v_pool app_public.admission_pools;
begin
  select array_agg(p), min(pool.capacity), v_organization_id, store_pass.name, true
  into v_dates, v_pool.capacity, v_pool.organization_id, v_pool.name, v_pool.is_pass
  from app_public.admission_pools as pool
  join app_public.performances as p
    on p.organization_id = pool.organization_id and p.id = pool.performance_id
  where pool.organization_id = v_organization_id
    and pool.id = any (store_pass.pool_ids)
    and not pool.is_pass
    and p.event_id = (store_pass.event).id
    and p.status = 'scheduled';
  v_pool.capacity := coalesce(store_pass.capacity, v_pool.capacity);
  if coalesce(cardinality(store_pass.pool_ids) not between 2 and 100, true)
    or coalesce(cardinality(v_dates), 0) <> cardinality(store_pass.pool_ids)
    or (select count(distinct d.id) <> count(*) from unnest(v_dates) as d)
  then
    raise exception 'A pass takes from one pool each of 2 to 100 dates of its event.'
      using errcode = 'LMINP', detail = 'pool_ids';
  end if;

  insert into app_public.performances (
    organization_id, event_id, layout_id, currency, is_public, starts_at, ends_at, pass_name
  )
  select
    v_organization_id, (store_pass.event).id,
    (array_agg(d.layout_id order by d.starts_at))[1], (store_pass.event).currency,
    (store_pass.event).is_public, min(d.starts_at),
    max(app_hidden.closing_time(d.starts_at, d.ends_at)), store_pass.name
  from unnest(v_dates) as d
  on conflict do nothing
  returning id into v_pass_id;
  if v_pass_id is null then
    raise exception 'The event has a pass of that name.' using errcode = 'LMINP', detail = 'name';
  end if;
  insert into app_public.pass_dates (organization_id, pass_id, performance_id, pool_id)
  select pool.organization_id, v_pass_id, pool.performance_id, pool.id
  from app_public.admission_pools as pool
  where pool.organization_id = v_organization_id and pool.id = any (store_pass.pool_ids);

  v_pool.performance_id := v_pass_id;
  v_pool.chain := array(
    select distinct link.pool_id
    from app_public.admission_pools as pool
    cross join unnest(pool.chain) as link (pool_id)
    where pool.organization_id = v_organization_id and pool.id = any (store_pass.pool_ids)
    order by link.pool_id
  );
  return app_private.store_pool(v_pool);
end
$$;

comment on function app_private.store_pass(app_public.events, text, uuid[], integer) is
  'A pass for dates of an event, and the pool that it is sold from, which is returned. '
  'Raises LMINP.';

--! split: 1054-functions-inventory-store_pool.sql
-- About sixteen places to a slot: enough for most carts to come from one, and enough slots for a
-- crowd. A slot more would be a row more to read when the pool is nearly sold out.
create or replace function app_private.store_pool(pool app_public.admission_pools)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_pool app_public.admission_pools := store_pool.pool;
begin
  v_pool.id := uuidv7();
  v_pool.slot_count := greatest(1, least(128, ceil(v_pool.capacity / 16.0)));
  insert into app_public.admission_pools (
    id, organization_id, performance_id, parent_pool_id, name, capacity, slot_count, chain, is_pass
  )
  values (
    v_pool.id, v_pool.organization_id, v_pool.performance_id, v_pool.parent_pool_id, v_pool.name,
    v_pool.capacity, v_pool.slot_count, v_pool.chain || v_pool.id, v_pool.is_pass
  )
  on conflict on constraint admission_pools_name_is_unique do nothing;
  if not found then
    raise exception 'The performance has a pool of that name.'
      using errcode = 'LMINP', detail = 'name';
  end if;
  insert into app_private.admission_slots (organization_id, pool_id, slot_no, capacity)
  select
    v_pool.organization_id, v_pool.id, n,
    app_hidden.share_of(v_pool.capacity, n, v_pool.slot_count)
  from generate_series(1, v_pool.slot_count) as n;
  return v_pool.id;
end
$$;

comment on function app_private.store_pool(app_public.admission_pools) is
  'A new pool and its slots; its chain is that of the pools of which it takes. Raises LMINP.';

--! split: 1055-functions-inventory-take_seats.sql
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
  if (take_seats.sale).prices_vary then
    perform app_private.refresh_sold_shares(take_seats.sale);
  end if;

  with taken as (
    update app_public.seat_booking_state as s
    set status = 'locked', booking_id = take_seats.booking_id,
      locked_until = take_seats.locked_until
    where s.organization_id = (take_seats.sale).organization_id
      and s.performance_id = (take_seats.sale).performance_id
      and s.seat_no = any ((take_seats.sale).seat_nos)
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
        when (take_seats.sale).prices_vary then 'pending'
        else 'public'
      end::app_public.price_basis as price_basis,
      -- A line that is pending is given its price at once, below.
      coalesce(g.price_override_cents, case when (take_seats.sale).prices_vary then 0 end, (
        select p.price_cents
        from app_public.ticket_category_prices as p
        where p.organization_id = c.organization_id
          and p.ticket_category_id = c.id
          and p.audience = 'public'
          and p.valid_during @> now()
      )) as unit_price_cents
    from grouped as g
    join app_public.ticket_categories as c
      on c.organization_id = (take_seats.sale).organization_id
      and c.event_id = (take_seats.sale).event_id
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
        sum(l.subtotal_cents)::bigint, (take_seats.sale).commission_percentage
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
      take_seats.booking_id, (take_seats.sale).organization_id, (take_seats.sale).performance_id,
      v_reference, (take_seats.new_buyer).user_id, (take_seats.new_buyer).cart_token_hash,
      app_hidden.current_channel(), (take_seats.sale).currency, s.subtotal_cents,
      s.service_fee_cents, s.processing_fee_cents, s.tax_cents,
      s.subtotal_cents + s.service_fee_cents + s.processing_fee_cents + s.tax_cents,
      (take_seats.sale).commission_percentage, s.commission_cents,
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
      (take_seats.sale).organization_id, take_seats.booking_id, 'seat', l.ticket_category_id,
      l.price_basis, l.seat_nos, l.quantity, l.unit_price_cents, l.subtotal_cents,
      l.service_fee_cents, l.processing_fee_cents, l.tax_cents,
      l.subtotal_cents + l.service_fee_cents + l.processing_fee_cents + l.tax_cents
    from lines as l
    where not v_is_new or exists (select from new_booking)
  )
  select s.quantity, (select n.booking from new_booking as n) as booking into v_result
  from sums as s;

  if v_result.quantity is distinct from cardinality((take_seats.sale).seat_nos) then
    perform app_private.raise_seats_taken(take_seats.sale, take_seats.booking_id);
  end if;
  if v_is_new and v_result.booking is null then
    raise exception 'The booking reference that was drawn is in use.'
      using errcode = 'LMREF', hint = 'Try again.';
  end if;
  if (take_seats.sale).prices_vary and v_is_new then
    v_result.booking := app_private.store_booking_totals(take_seats.booking_id);
  end if;
  if (take_seats.sale).screens_holds then
    perform app_private.screen_hold(
      take_seats.booking_id, cardinality((take_seats.sale).seat_nos)
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

--! split: 1056-functions-inventory-tg_add_on_codes__refuse_change.sql
-- What a buyer may have seen is never anybody else's.
create or replace function app_hidden.tg_add_on_codes__refuse_change()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and old.booking_item_id is null and new.code = old.code
    and new.add_on_id = old.add_on_id
  then
    return new;
  end if;
  raise exception 'A code stays, and stays with who has drawn it.'
    using errcode = 'LMAPP', hint = 'Add other codes.';
end
$$;

comment on function app_hidden.tg_add_on_codes__refuse_change() is 'Raises LMAPP.';

create or replace trigger _200_refuse_change
  before update or delete on app_private.add_on_codes
  for each row execute function app_hidden.tg_add_on_codes__refuse_change();

--! split: 1057-functions-inventory-tg_performances__move_passes.sql
-- However a date moves, its passes begin and end with their dates; and nobody buys a pass while one
-- of its dates has no day.
create or replace function app_hidden.tg_performances__move_passes()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update app_public.performances as pass
  set starts_at = d.starts_at, ends_at = d.ends_at, status = d.status
  from (
    select mine.pass_id, mine.organization_id, min(p.starts_at) as starts_at,
      max(app_hidden.closing_time(p.starts_at, p.ends_at)) as ends_at,
      case when bool_or(p.status = 'postponed') then 'postponed' else 'scheduled' end
        ::app_public.performance_status as status
    from app_public.pass_dates as mine
    join app_public.pass_dates as d
      on d.organization_id = mine.organization_id and d.pass_id = mine.pass_id
    join app_public.performances as p
      on p.organization_id = d.organization_id and p.id = d.performance_id
    where mine.organization_id = new.organization_id
      and mine.performance_id = new.id
      and p.status <> 'canceled'
    group by mine.pass_id, mine.organization_id
  ) as d
  where pass.organization_id = d.organization_id
    and pass.id = d.pass_id
    and pass.status in ('scheduled', 'postponed')
    and (pass.starts_at, pass.ends_at, pass.status) is distinct from
      (d.starts_at, d.ends_at, d.status);
  return null;
end
$$;

comment on function app_hidden.tg_performances__move_passes() is
  'Passes begin, end and are postponed with their dates.';

create or replace trigger _600_move_passes
  after update of starts_at, ends_at, status on app_public.performances
  for each row when (
    new.pass_name is null
    and (old.starts_at, old.ends_at, old.status)
      is distinct from (new.starts_at, new.ends_at, new.status)
  )
  execute function app_hidden.tg_performances__move_passes();

--! split: 1058-functions-inventory-visible_performance.sql
create or replace function app_hidden.visible_performance(performance_id uuid)
returns app_public.performances
language sql stable security definer set search_path = ''
as $$
  select p.*
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.id = visible_performance.performance_id
    and (
      e.status in ('published', 'postponed', 'completed')
        and (e.visibility <> 'private' or e.id in (select app_hidden.opened_event_ids()))
      or app_hidden.has_performance_permission(p.organization_id, p.id, 'events.read')
    )
$$;

comment on function app_hidden.visible_performance(uuid) is
  'A performance, if it is public, opened by the request, or the caller''s.';

--! split: 1059-functions-bookings-approve_booking.sql
create or replace function app_public.approve_booking(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_approval(approve_booking.booking_id);
  v_organization app_public.organizations;
  v_is_authorized boolean;
begin
  select * into strict v_organization
  from app_public.organizations as o where o.id = v_booking.organization_id;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  -- Sales may have closed meanwhile: the buyer was in time.
  perform app_private.prolong_hold(
    v_booking,
    now() + make_interval(
      hours => (
        select a.pay_within_hours from app_public.booking_approvals as a
        where a.organization_id = v_booking.organization_id and a.booking_id = v_booking.id
      )
    )
  );
  v_is_authorized := app_private.capture_payment(v_booking);
  if v_is_authorized then
    update app_public.bookings as b
    set status = 'pending_payment' where b.id = v_booking.id;
  else
    perform app_private.proceed_to_payment(v_booking);
  end if;
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  -- Whose card is charged hears of it when it is.
  if not v_is_authorized then
    perform app_private.mail_booking(
      v_booking,
      case v_booking.status when 'confirmed' then 'booking_accepted' else 'booking_approved' end
    );
  end if;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.approve_booking(uuid) is
  'Says yes to a booking that waits for it: a card that was authorized is charged; else its buyer '
  'is mailed and may pay, as long as the category allows; a free one is confirmed. Needs '
  'bookings.manage, and somebody other than the buyer. Raises LMNFD, LMRGT, LMBST, LMEXP, LMORG (a '
  'suspended organization), LMPLN (its payment plan has run out of time), LMAUT, LMSES.';
grant execute on function app_public.approve_booking(uuid) to lml_user;

--! split: 1060-functions-bookings-approve_by_selling.sql
-- Who may say yes says it by selling: there is nobody to be asked.
create or replace function app_private.approve_by_selling(
  booking app_public.bookings, pay_within_hours integer
)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.booking_approvals (
    organization_id, booking_id, answer_by, pay_within_hours, decision, decided_at, decided_by
  )
  values (
    (approve_by_selling.booking).organization_id, (approve_by_selling.booking).id, now(),
    approve_by_selling.pay_within_hours, 'approved', now(), app_hidden.current_user_id()
  )
$$;

comment on function app_private.approve_by_selling(app_public.bookings, integer) is
  'Notes that a sale of a category that requires approval was approved by who sold it.';

--! split: 1061-functions-bookings-await_answer.sql
-- The seats are kept with a deadline of their own: it is not the buyer who takes the time.
create or replace function app_private.await_answer(
  booking app_public.bookings, no_later_than timestamptz default null
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := await_answer.booking;
  v_approval_hours integer;
  v_payment_hours integer;
  v_starts_at timestamptz;
begin
  -- Of an order that waited for its card no category may require it any more.
  select
    coalesce(min(c.approval_hours) filter (where c.requires_approval), min(c.approval_hours)),
    coalesce(
      min(c.approved_payment_hours) filter (where c.requires_approval),
      min(c.approved_payment_hours)
    )
  into strict v_approval_hours, v_payment_hours
  from app_public.booking_items as i
  join app_public.ticket_categories as c
    on c.organization_id = i.organization_id and c.id = i.ticket_category_id
  where i.organization_id = v_booking.organization_id and i.booking_id = v_booking.id;
  select p.starts_at into strict v_starts_at
  from app_public.performances as p where p.id = v_booking.performance_id;
  perform app_private.prolong_hold(
    v_booking,
    least(
      now() + make_interval(hours => v_approval_hours), v_starts_at, await_answer.no_later_than
    )
  );
  update app_public.bookings as b
  set status = 'pending_approval' where b.id = v_booking.id
  returning * into v_booking;
  insert into app_public.booking_approvals (
    organization_id, booking_id, answer_by, pay_within_hours
  )
  values (v_booking.organization_id, v_booking.id, v_booking.expires_at, v_payment_hours);
  perform app_private.mail_members(
    v_booking.organization_id, 'bookings.manage', 'booking_approval_needed',
    app_private.booking_words(v_booking), v_booking.user_id
  );
end
$$;

comment on function app_private.await_answer(app_public.bookings, timestamptz) is
  'Keeps the seats of a booking until the organization answers, or its time has run out, at the '
  'latest at a given moment, and mails whoever may answer. Raises LMEXP.';

--! split: 1062-functions-bookings-checkout_for_customer.sql
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
  v_sale app_private.sale;
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
  if v_booking.booking_channel not in ('admin', 'phone') then
    raise exception 'The buyer of this booking checks out.'
      using errcode = 'LMBST', detail = v_booking.booking_channel::text;
  end if;
  if coalesce(checkout_for_customer.pay_within_hours not between 1 and 168, true) then
    raise exception 'A customer has 1 to 168 hours to pay.'
      using errcode = 'LMINP', detail = 'pay_within_hours';
  end if;
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  if app_private.tickets_in(v_booking) = 0 then
    raise exception 'The booking is empty.' using errcode = 'LMQTY', detail = '0';
  end if;
  v_requires_approval := app_private.asks_for_approval(v_booking);
  v_waits := v_requires_approval and (
    app_private.is_for_caller(v_booking)
    or not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    )
  );
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
  elsif v_booking.total_amount_cents = 0 or checkout_for_customer.payment = 'link' then
    perform app_private.proceed_to_payment(v_booking);
  elsif checkout_for_customer.payment = 'invoice' then
    perform app_private.sell_on_invoice(v_booking);
  else
    update app_public.bookings as b
    set status = 'pending_payment' where b.id = v_booking.id
    returning * into v_booking;
    perform app_private.receive_at_box_office(
      v_booking, checkout_for_customer.payment::text::app_public.payment_method
    );
  end if;
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  -- A request that waits is answered by mail.
  if not v_waits then
    perform app_private.mail_booking(
      v_booking,
      case
        when v_booking.status = 'pending_payment' then 'payment_link'
        when checkout_for_customer.payment = 'invoice' then 'booking_invoiced'
        else 'booking_sold'
      end
    );
  end if;
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
  'Needs bookings.sell at the venue. Raises LMBST, LMEXP, LMQTY, LMEVT, LMSAL, LMMAX, LMLIM, LMPLN, '
  'LMINP, LMNFD, LMRGT, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.checkout_for_customer(
  uuid, app_public.staff_payment, text, text, integer, text
) to lml_user;

--! split: 1063-functions-bookings-choose_payment_plan.sql
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
    raise exception 'The hold has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text, hint = 'Hold the seats again.';
  end if;
  if v_booking.status not in ('draft', 'pending_approval', 'pending_payment') then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
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

--! split: 1064-functions-bookings-confirm_booking.sql
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
    -- Whoever went back to the cart checks out again, and is looked at again, before anything is
    -- paid.
    or (v_booking.status = 'draft' and confirm_booking.received_cents is not null)
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

--! split: 1065-functions-bookings-free_add_ons.sql
-- Counters in order, then the claims.
create or replace function app_private.free_add_ons(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from app_private.add_on_claims as c
  join app_private.add_on_counters as s
    on s.add_on_id = c.add_on_id and s.organization_id = c.organization_id
  where c.organization_id = (free_add_ons.booking).organization_id
    and c.booking_id = (free_add_ons.booking).id
  order by s.add_on_id
  for no key update of s;
  if not found then
    return;
  end if;
  with gone as (
    delete from app_private.add_on_claims as c
    where c.organization_id = (free_add_ons.booking).organization_id
      and c.booking_id = (free_add_ons.booking).id
    returning c.add_on_id, c.organization_id, c.quantity, c.held_until
  )
  update app_private.add_on_counters as s
  set
    -- What has left the house, or was seen, is not there to be sold again.
    total = s.total - (
      select count(*) from app_private.add_on_codes as c
      join app_public.booking_items as i
        on i.organization_id = c.organization_id and i.id = c.booking_item_id
      where c.organization_id = g.organization_id and c.add_on_id = g.add_on_id
        and i.booking_id = (free_add_ons.booking).id
        and a.returns_to_stock and c.unit_no <= i.quantity - i.returned_quantity
    ) - case when g.held_until is null and not a.returns_to_stock then g.quantity else 0 end,
    held = s.held - case when g.held_until is null then 0 else g.quantity end,
    sold = s.sold - case when g.held_until is null then g.quantity else 0 end
  from gone as g
  join app_public.add_ons as a on a.organization_id = g.organization_id and a.id = g.add_on_id
  where s.add_on_id = g.add_on_id and s.organization_id = g.organization_id;
end
$$;

comment on function app_private.free_add_ons(app_public.bookings) is
  'Gives back the add-ons that a booking, which the caller has locked, holds or has bought.';

--! split: 1066-functions-bookings-is_for_caller.sql
create or replace function app_private.is_for_caller(booking app_public.bookings)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_public.users as u
    where u.id = app_hidden.current_user_id()
      and (
        u.id = (is_for_caller.booking).user_id
        or u.email operator(public.=) (is_for_caller.booking).customer_email
      )
  )
$$;

comment on function app_private.is_for_caller(app_public.bookings) is
  'Whether whoever asks is whom a booking is for: by their account, or by the address that it is '
  'sold to.';

--! split: 1067-functions-bookings-lock_approval.sql
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
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
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

--! split: 1068-functions-bookings-mail_booking.sql
-- Who has an account finds the booking there. A guest may have lost the cart's token since: the mail
-- has one that takes the booking over, once.
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
    and (mail_booking.booking).status in ('pending_payment', 'partially_paid', 'confirmed')
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

--! split: 1069-functions-bookings-mail_buyer.sql
create or replace function app_private.mail_buyer(
  booking app_public.bookings, template text, variables jsonb default '{}'
)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.queue_email(
    (mail_buyer.booking).customer_email::text, mail_buyer.template,
    app_private.booking_words(mail_buyer.booking) || mail_buyer.variables
  )
  where (mail_buyer.booking).customer_email is not null
$$;

comment on function app_private.mail_buyer(app_public.bookings, text, jsonb) is
  'Mails whoever a booking is for.';

--! split: 1070-functions-bookings-move_event_to_layout.sql
create or replace function app_public.move_event_to_layout(
  event_id uuid, layout_id uuid, dry_run boolean default false
)
returns setof app_public.layout_move
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    move_event_to_layout.event_id, 'events.manage'
  );
  v_performance_id uuid;
begin
  for v_performance_id in
    select p.id from app_public.performances as p
    where p.organization_id = v_event.organization_id
      and p.event_id = v_event.id
      and p.status in ('scheduled', 'postponed')
      and p.pass_name is null
      and coalesce(p.ends_at, p.starts_at) > now()
    order by p.id
  loop
    return next app_public.move_performance_to_layout(
      v_performance_id, move_event_to_layout.layout_id, move_event_to_layout.dry_run
    );
  end loop;
end
$$;

comment on function app_public.move_event_to_layout(uuid, uuid, boolean) is
  'move_performance_to_layout for every performance of an event that is still to come: all of '
  'them, or none. Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMMOV, LMPUB, LMBSY.';
grant execute on function app_public.move_event_to_layout(uuid, uuid, boolean) to lml_user;

--! split: 1071-functions-bookings-random_code.sql
-- Letters and digits that nobody confuses when reading them aloud: no I, L, O, 0 or 1. Each of the
-- 64 characters of base64 becomes one of these 31; two of them come up three times in 64 instead of
-- twice, which costs a code of 8 characters 0.1 of its 39.6 bits.
create or replace function app_hidden.random_code(length integer)
returns text
language sql volatile
return translate(
  left(encode(public.gen_random_bytes(9), 'base64'), random_code.length),
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  'ABCDEFGHJKMNPQRSTUVWXYZ23456789ABCDEFGHJKMNPQRSTUVWXYZ23456789AB'
);

comment on function app_hidden.random_code(integer) is
  'Unguessable, unambiguous code of up to 12 characters.';

--! split: 1072-functions-bookings-reopen_checkout.sql
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
    raise exception 'The hold has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text, hint = 'Hold the seats again.';
  end if;
  if v_booking.status = 'draft' then
    return app_private.masked_booking(v_booking);
  end if;
  if v_booking.status <> 'pending_payment' then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
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

--! split: 1073-functions-bookings-request_approval.sql
-- With a card to be authorized first, the order is the buyer's to complete, as any other; nobody
-- has to answer one that is not.
create or replace function app_private.request_approval(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if (request_approval.booking).total_amount_cents = 0
    or (request_approval.booking).payment_plan_id is not null
    or not exists (
      select from app_public.booking_items as i
      join app_public.ticket_categories as c
        on c.organization_id = i.organization_id and c.id = i.ticket_category_id
      where i.organization_id = (request_approval.booking).organization_id
        and i.booking_id = (request_approval.booking).id
        and c.requires_approval and c.capture_method = 'manual'
    )
  then
    perform app_private.await_answer(request_approval.booking);
    return;
  end if;
  update app_public.bookings as b
  set status = 'pending_payment' where b.id = (request_approval.booking).id;
  perform app_private.request_payment(request_approval.booking, 'manual');
end
$$;

comment on function app_private.request_approval(app_public.bookings) is
  'Has a booking wait for the organization''s answer: at once, or once the card is authorized.';

--! split: 1074-functions-bookings-require_buyer.sql
create or replace function app_private.require_buyer()
returns app_private.buyer
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer;
begin
  -- A guest has no session to look up.
  if nullif(current_setting('lml.session_token', true), '') is not null then
    v_buyer.user_id := app_hidden.current_user_id();
    if v_buyer.user_id is null then
      raise exception 'Your session has ended.'
        using errcode = 'LMSES', hint = 'Sign in again.';
    end if;
    return v_buyer;
  end if;
  v_buyer.cart_token_hash := app_hidden.current_cart_hash();
  if v_buyer.cart_token_hash is null then
    raise exception 'A guest needs a cart token: 32 random bytes in base64url, 43 characters.'
      using errcode = 'LMCRT',
        hint = 'Get one with create_cart_token and send it as X-Cart-Token with every request.';
  end if;
  return v_buyer;
end
$$;

comment on function app_private.require_buyer() is
  'The user, or the guest by cart token. Raises LMSES for a dead session, LMCRT without either.';

--! split: 1075-functions-bookings-require_may_hold.sql
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
    raise exception 'A booking has 1 to % tickets.',
        (require_may_hold.sale).tickets_per_booking_max
      using errcode = 'LMQTY', detail = v_total::text;
  end if;
end
$$;

comment on function app_private.require_may_hold(
  app_private.sale, app_private.buyer, app_public.bookings, integer
) is
  'Raises LMGST, LMQTY, and for a booking that is there LMEXP, LMBST, LMBKG.';

--! split: 1076-functions-bookings-require_not_delivered.sql
create or replace function app_private.require_not_delivered(
  booking app_public.bookings, booking_item_ids uuid[]
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  select d.booking_item_id into v_id
  from app_public.add_on_deliveries as d
  where d.organization_id = (require_not_delivered.booking).organization_id
    and d.booking_item_id = any (require_not_delivered.booking_item_ids)
  limit 1;
  if found then
    raise exception 'You have got it already.'
      using errcode = 'LMTUS', detail = v_id::text, hint = 'Ask the organization to take it back.';
  end if;
end
$$;

comment on function app_private.require_not_delivered(app_public.bookings, uuid[]) is
  'Raises LMTUS when a buyer has got one of these add-ons.';

--! split: 1077-functions-bookings-require_room_for_cart.sql
-- The lock is the buyer's own: two requests of one buyer are counted one after the other, and nobody
-- else waits. Settings of its own would cost a hold more than the question: it is called by functions
-- that have them. The deadline is not among the conditions: where few carts were open when the table
-- was last counted, a plan would read all open carts of the platform by their deadlines.
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
  if (require_room_for_cart.buyer).user_id is null then
    v_is_locked := pg_advisory_xact_lock(
      hashbyteaextended((require_room_for_cart.buyer).cart_token_hash, 0)
    ) is not null;
    select count(*) filter (where b.expires_at > now()) into v_open
    from app_public.bookings as b
    where b.cart_token_hash = (require_room_for_cart.buyer).cart_token_hash
      and b.organization_id = (require_room_for_cart.sale).organization_id;
  else
    v_is_locked := pg_advisory_xact_lock(
      uuid_hash_extended((require_room_for_cart.buyer).user_id, 0)
    ) is not null;
    select count(*) filter (where b.expires_at > now()) into v_open
    from app_public.bookings as b
    where b.user_id = (require_room_for_cart.buyer).user_id
      and b.organization_id = (require_room_for_cart.sale).organization_id;
  end if;
  if v_open >= (require_room_for_cart.sale).open_carts_max then
    raise exception 'You have % open carts.', v_open
      using errcode = 'LMCRS', detail = v_open::text,
        hint = 'Pay for one, cancel one, or let one run out.';
  end if;
end
$$;

comment on function app_private.require_room_for_cart(app_private.sale, app_private.buyer) is
  'Raises LMCRS when a buyer has too many unpaid bookings.';

--! split: 1078-functions-bookings-return_tickets.sql
-- Under the terms at purchase, as the quote says. A ticket that was handed on is not the buyer's
-- any more to return.
create or replace function app_public.return_tickets(
  booking_id uuid, ticket_ids uuid[] default null, idempotency_key text default null,
  add_on_item_ids uuid[] default null, add_on_quantities integer[] default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    return_tickets.booking_id, 'bookings.manage'
  );
begin
  if app_private.replay_result(
    return_tickets.idempotency_key, 'return_tickets',
    jsonb_build_array(
      return_tickets.booking_id, return_tickets.ticket_ids, return_tickets.add_on_item_ids,
      return_tickets.add_on_quantities
    )
  ) is null then
    v_booking := app_private.return_under_terms(
      v_booking, return_tickets.ticket_ids, return_tickets.add_on_item_ids,
      return_tickets.add_on_quantities
    );
    perform app_private.keep_result(return_tickets.idempotency_key, v_booking.id);
  end if;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.return_tickets(uuid, uuid[], text, uuid[], integer[]) is
  'Gives tickets of a booking back, units of its add-ons, or all of it, for what quote_cancellation says; their places '
  'are on sale again, and with the last one the booking is canceled. Raises LMBKG, LMBST, LMNRF '
  '(not taken back, or not any more, or handed on), LMTUS, LMTVD, LMNFD, LMINP, LMSES, LMCRT, LMIDK.';
grant execute on function app_public.return_tickets(uuid, uuid[], text, uuid[], integer[])
  to lml_anonymous, lml_user;

--! split: 1079-functions-bookings-return_under_terms.sql
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
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
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

--! split: 1080-functions-bookings-set_category_approval.sql
create or replace function app_public.set_category_approval(
  ticket_category_id uuid, requires_approval boolean, approval_hours integer default 48,
  approved_payment_hours integer default 24,
  capture_method app_public.capture_method default 'automatic'
)
returns app_public.ticket_categories
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_category_event(
    set_category_approval.ticket_category_id
  );
  v_category app_public.ticket_categories;
  v_constraint text;
  v_column text;
begin
  update app_public.ticket_categories as c
  set requires_approval = set_category_approval.requires_approval,
    approval_hours = set_category_approval.approval_hours,
    approved_payment_hours = set_category_approval.approved_payment_hours,
    capture_method = set_category_approval.capture_method
  where c.organization_id = v_event.organization_id
    and c.id = set_category_approval.ticket_category_id
  returning * into strict v_category;
  return v_category;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_category_approval(
  uuid, boolean, integer, integer, app_public.capture_method
) is
  'Whether orders of a category wait for an answer, for how long, and how long the buyer may take '
  'to pay after a yes; with capture_method manual the card is authorized at checkout, and charged '
  'by a yes. For checkouts from now on. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.set_category_approval(
  uuid, boolean, integer, integer, app_public.capture_method
) to lml_user;

--! split: 1081-functions-bookings-start_checkout.sql
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
    return app_private.masked_booking(v_booking);
  end if;
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  v_requires_approval := app_private.asks_for_approval(v_booking);
  if v_requires_approval is null then
    raise exception 'The booking is empty.' using errcode = 'LMQTY', detail = '0';
  end if;

  perform app_private.require_revenue_limit(v_booking);

  select * into v_contact from app_public.users as u where u.id = v_booking.user_id;
  v_contact.email := coalesce(start_checkout.email, v_contact.email);
  v_contact.first_name := coalesce(start_checkout.first_name, v_contact.first_name);
  v_contact.last_name := coalesce(start_checkout.last_name, v_contact.last_name);
  v_contact.phone := coalesce(start_checkout.phone, v_contact.phone);
  if v_contact.email is null or v_contact.email !~ '^[^@[:space:]]+@[^@[:space:]]+$' then
    raise exception 'An e-mail address is needed, where the tickets go.'
      using errcode = 'LMCON', detail = 'email';
  end if;

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
  'canceled (not accepted; its seats are free) or as fraud_hold (somebody looks at it first), and a '
  'category that requires approval as pending_approval. '
  'Raises LMBKG, LMBST, LMEXP, LMCON (no e-mail address), LMQTY (empty), LMEVT, LMSAL, LMINP, '
  'LMSES, LMCRT, LMIDK, LMLIM (the organization''s plan), LMMAX (one buyer gets no more), '
  'LMPLN (its payment plan is not for it any more), '
  'LMDSC (one buyer uses the discount code no more often), '
  'LMNFD (a private event without its code).';
grant execute on function app_public.start_checkout(uuid, text, text, text, text, text)
  to lml_anonymous, lml_user;

--! split: 1082-functions-payments-apply_account.sql
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
  perform app_private.mail_requirements(v_account);
  return 'applied';
end
$$;

comment on function app_private.apply_account(jsonb, jsonb) is
  'What Stripe says of an account that is paid out to: applied, ignored when it is none of ours, '
  'parked while it is unknown, refused when it is another one than we know.';

--! split: 1083-functions-payments-apply_charge.sql
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
  if not app_private.was_asked_for(v_intent, v_object ->> 'amount') then
    return 'refused: event_amount_differs';
  end if;
  if upper(v_object ->> 'currency') is distinct from v_intent.currency then
    return 'refused: event_currency_differs';
  end if;
  -- What was only authorized and is released was never charged.
  if v_object ->> 'captured' = 'false' and v_intent.capture_method = 'manual' then
    perform app_private.record_charge(v_intent, v_object);
    return 'applied';
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

--! split: 1084-functions-payments-apply_deauthorization.sql
-- The owner of an account has cut the platform off: nothing can be transferred any more. While an
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

--! split: 1085-functions-payments-apply_payment_intent.sql
-- Events come in any order and any number: each moves the payment forward or changes nothing. What
-- has ended at Stripe stays ended. Before that a payment goes to and fro between its states, so the
-- newest news count: by the second, and within one by how far on they are.
create or replace function app_private.apply_payment_intent(object jsonb, event jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_payment_intent.object;
  v_intent app_public.payment_intents := app_private.lock_payment_of(v_object);
  v_status text := v_object ->> 'status';
  v_refusal text;
  v_news text;
  v_after app_public.payment_intents;
begin
  if v_intent.id is null then
    return app_private.outcome_without_parent(v_object, 'lml_payment_intent_id');
  end if;
  v_refusal := app_private.payment_intent_refusal(v_object, v_intent);
  if v_refusal is not null then
    return v_refusal;
  end if;
  if v_intent.status = 'succeeded' then
    return 'applied';
  end if;
  if v_status = 'succeeded' then
    perform app_private.receive_payment(v_intent, v_object);
    -- Of attempts that failed before, nothing is left, in whichever order they are told.
    if v_intent.failure_code is not null or v_intent.failure_message is not null then
      update app_public.payment_intents as p
      set failure_code = null, failure_message = null
      where p.id = v_intent.id;
    end if;
    return 'applied';
  end if;

  v_news := app_private.stripe_news(apply_payment_intent.event, v_object);
  if v_news <= v_intent.stripe_news collate "C"
    -- Stripe's answer to our call tells it before its event.
    or v_intent.stripe_status = 'canceled' and v_status <> 'canceled'
  then
    return 'applied';
  end if;
  update app_public.payment_intents as p
  set stripe_payment_intent_id = v_object ->> 'id',
    stripe_status = v_status,
    stripe_news = v_news,
    status = case
      when v_status = 'canceled' then 'canceled'
      -- Given up, or refused by Stripe: whatever is still told of it.
      when p.status in ('canceled', 'failed') then p.status::text
      when v_status = 'processing' then 'processing'
      when v_status = 'requires_action' then 'requires_action'
      when v_status = 'requires_capture' and p.capture_method = 'manual' then 'authorized'
      else 'pending'
    end::app_public.payment_status,
    canceled_at = case when v_status = 'canceled' then coalesce(p.canceled_at, now())
      else p.canceled_at end,
    -- The newest news only: a new attempt has not failed yet.
    failure_code = case when p.status = 'failed' then p.failure_code else coalesce(
      v_object #>> '{last_payment_error,decline_code}', v_object #>> '{last_payment_error,code}'
    ) end,
    failure_message = case when p.status = 'failed' then p.failure_message
      else v_object #>> '{last_payment_error,message}' end
  where p.id = v_intent.id
  returning * into v_after;
  if v_after.status = 'authorized' and v_intent.status <> 'authorized' then
    perform app_private.receive_authorization(v_after, v_object, apply_payment_intent.event);
  elsif v_after.status = 'canceled' and v_intent.status = 'authorized' then
    perform app_private.lose_authorization(v_intent);
  end if;
  return 'applied';
end
$$;

comment on function app_private.apply_payment_intent(jsonb, jsonb) is
  'What Stripe says of a payment intent: applied, ignored when it is not ours, parked when it is not '
  'known, refused when its amount, currency or identity is not what was asked for.';

--! split: 1086-functions-payments-capture_method_of.sql
-- What was agreed on at checkout, whatever the category says by now: nobody is charged without an
-- answer who was told that there would be one.
create or replace function app_private.capture_method_of(booking app_public.bookings)
returns app_public.capture_method
language sql stable security definer set search_path = ''
as $$
  select case
    when exists (
      select from app_public.booking_approvals as a
      where a.organization_id = (capture_method_of.booking).organization_id
        and a.booking_id = (capture_method_of.booking).id
        and a.decision = 'approved'
    )
    then 'automatic'
    else coalesce(
      (
        select p.capture_method from app_public.payment_intents as p
        where p.organization_id = (capture_method_of.booking).organization_id
          and p.booking_id = (capture_method_of.booking).id
        order by p.created_at desc, p.id desc
        limit 1
      ),
      'automatic'
    )
  end::app_public.capture_method
$$;

comment on function app_private.capture_method_of(app_public.bookings) is
  'How another attempt at the payment of a booking is captured.';

--! split: 1087-functions-payments-capture_payment.sql
create or replace function app_private.capture_payment(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  update app_public.payment_intents as p
  set capture_requested_at = now()
  where p.organization_id = (capture_payment.booking).organization_id
    and p.booking_id = (capture_payment.booking).id
    and p.status = 'authorized'
    and p.amount_cents = (capture_payment.booking).total_amount_cents
  returning p.id into v_id;
  if not found then
    return false;
  end if;
  perform app_private.add_stripe_job('payment_intent.capture', v_id, '0');
  return true;
end
$$;

comment on function app_private.capture_payment(app_public.bookings) is
  'Has the worker charge the card that was authorized for a locked booking; false: there is none.';

--! split: 1088-functions-payments-carry_out_request.sql
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
  v_is_all boolean;
  v_is_over boolean := false;
begin
  if v_request.kind in ('full', 'ticket') then
    perform app_private.require_add_ons_of(
      v_booking, v_request.add_on_item_ids, v_request.add_on_quantities
    );
    v_ticket_ids := app_private.lock_tickets_to_return(
      v_booking, case
        when v_request.add_on_item_ids is null then v_request.ticket_ids
        else coalesce(v_request.ticket_ids, '{}')
      end
    );
  end if;
  v_parts := array(select p from app_private.parts_of_request(v_booking, v_request) as p);
  if v_request.kind in ('full', 'ticket') then
    v_is_all := app_private.is_all_of(v_booking, v_parts);
    perform app_private.take_tickets_back(v_booking, v_ticket_ids);
    if v_is_all and not exists (
      select from app_public.tickets as t
      where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
        and t.status in ('valid', 'used')
    ) then
      v_booking := app_private.close_booking(
        v_booking, coalesce(v_request.note, 'Given back by the buyer')
      );
      v_is_over := true;
      v_parts := app_private.parts_not_received(v_booking, v_parts);
    else
      perform app_private.free_add_on_units(v_booking, v_parts);
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

--! split: 1089-functions-payments-change_payment.sql
create or replace function app_private.change_payment(
  payment_intent_id uuid, amount_before_cents bigint
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into app_private.payment_intent_changes (
    organization_id, payment_intent_id, change_no, amount_before_cents, amount_cents
  )
  select
    p.organization_id, p.id, coalesce(max(c.change_no), 0) + 1,
    change_payment.amount_before_cents, p.amount_cents
  from app_public.payment_intents as p
  left join app_private.payment_intent_changes as c
    on c.organization_id = p.organization_id and c.payment_intent_id = p.id
  where p.id = change_payment.payment_intent_id
  group by p.id;
  perform app_private.add_stripe_job(
    'payment_intent.update', change_payment.payment_intent_id, '0'
  );
end
$$;

comment on function app_private.change_payment(uuid, bigint) is
  'Has the worker tell Stripe the new amount of an intent, which the caller has changed.';

--! split: 1090-functions-payments-check_payments.sql
create or replace function app_private.check_payments()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
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
    'open_payment_is_of_the_price', b.organization_id, b.id,
    format('to be paid are %s of %s', p.amount_cents, b.total_amount_cents)
  from app_public.payment_intents as p
  join app_public.bookings as b
    on b.organization_id = p.organization_id and b.id = p.booking_id
  where b.status in ('pending_payment', 'pending_approval')
    and b.payment_plan_id is null
    and p.status not in ('succeeded', 'failed', 'canceled')
    and p.amount_cents <> b.total_amount_cents

  union all
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

  union all
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
$$;

comment on function app_private.check_payments() is
  'What is inconsistent of payments and of what goes back.';

--! split: 1091-functions-payments-check_payouts.sql
create or replace function app_private.check_payouts()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
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
    'payout_can_be_transferred', p.organization_id, p.id,
    format('%s %s is not a whole step of the currency', p.net_payout_cents, p.currency)
  from app_public.payouts as p
  where p.status not in ('draft', 'canceled')
    and p.net_payout_cents % app_hidden.charge_step(p.currency) <> 0
$$;

comment on function app_private.check_payouts() is
  'What is inconsistent of payouts.';

--! split: 1092-functions-payments-choose_payment.sql
-- Said before checkout only: afterwards the payment is asked for as it was chosen, however often
-- that takes, since Stripe refuses one key with two requests.
create or replace function app_public.choose_payment(
  booking_id uuid, save_card boolean default false, payment_method_id uuid default null
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_booking app_public.bookings := app_private.lock_booking(
    choose_payment.booking_id, 'bookings.manage'
  );
  v_customer_id uuid;
  v_saves boolean := coalesce(choose_payment.save_card, false)
    and choose_payment.payment_method_id is null;
begin
  -- Whose card it is decides what is taken from it, and what is kept of it.
  perform app_hidden.refuse_impersonator();
  if v_booking.user_id is distinct from v_user_id then
    raise exception 'There is no such booking, or it is not yours.'
      using errcode = 'LMBKG', detail = v_booking.id::text;
  end if;
  perform app_private.require_open_draft(v_booking);
  -- Of whoever went back to the cart: another card is another request, and a new attempt.
  perform app_private.withdraw_payment(v_booking);
  if choose_payment.payment_method_id is null and not v_saves then
    delete from app_private.payment_choices as c
    where c.organization_id = v_booking.organization_id and c.booking_id = v_booking.id;
    return false;
  end if;

  insert into app_private.stripe_customers (organization_id, user_id)
  values (v_booking.organization_id, v_user_id)
  on conflict on constraint stripe_customers_user_has_one_per_organization do nothing;
  select c.id into strict v_customer_id
  from app_private.stripe_customers as c
  where c.organization_id = v_booking.organization_id and c.user_id = v_user_id;
  if choose_payment.payment_method_id is not null and not exists (
    select from app_private.saved_payment_methods as m
    where m.organization_id = v_booking.organization_id
      and m.id = choose_payment.payment_method_id
      and m.stripe_customer_id = v_customer_id
      and m.removed_at is null
  ) then
    raise exception 'There is no such saved card, or it is not yours.'
      using errcode = 'LMNFD', detail = choose_payment.payment_method_id::text;
  end if;

  insert into app_private.payment_choices as c (
    booking_id, organization_id, stripe_customer_id, saved_payment_method_id, saves_card
  )
  values (
    v_booking.id, v_booking.organization_id, v_customer_id, choose_payment.payment_method_id,
    v_saves
  )
  on conflict on constraint payment_choices_pkey do update
  set saved_payment_method_id = excluded.saved_payment_method_id,
    saves_card = excluded.saves_card, chosen_at = now();
  return v_saves;
end
$$;

comment on function app_public.choose_payment(uuid, boolean, uuid) is
  'Before start_checkout: pay for a draft of yours with a saved card, or agree that the card you '
  'pay with is kept for next time. With neither, nothing is kept. Returns whether the card will '
  'be kept. Raises LMIMP, LMSES, LMBKG, LMBST, LMEXP, LMNFD (the card).';
grant execute on function app_public.choose_payment(uuid, boolean, uuid) to lml_user;

--! split: 1093-functions-payments-end_disputed.sql
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
  set is_disputed = false
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

--! split: 1094-functions-payments-end_of_payout_period.sql
-- Where the clocks go back over midnight, as on the Azores, a day begins twice: the first time
-- counts, as by the second one the period would end in the future for an hour.
create or replace function app_private.end_of_payout_period(
  schedule app_public.payout_schedule, timezone text, at timestamptz
)
returns timestamptz
language sql stable
return (
  select case
    when (m.last - b.back) at time zone end_of_payout_period.timezone = l.midnight
    then m.last - b.back
    else m.last
  end
  from (
    select date_trunc(
      case end_of_payout_period.schedule
        when 'daily' then 'day' when 'weekly' then 'week' else 'month'
      end,
      end_of_payout_period.at at time zone end_of_payout_period.timezone
    ) as midnight
  ) as l
  cross join lateral (
    select l.midnight at time zone end_of_payout_period.timezone as last
  ) as m
  cross join lateral (
    select interval '3 hours' - (
      (m.last at time zone end_of_payout_period.timezone)
      - ((m.last - interval '3 hours') at time zone end_of_payout_period.timezone)
    ) as back
  ) as b
);

comment on function app_private.end_of_payout_period(
  app_public.payout_schedule, text, timestamptz
) is 'When the last period of a schedule has ended: at midnight, on a Monday, or on the first.';

--! split: 1095-functions-payments-end_payment_changes.sql
create or replace function app_private.end_payment_changes(
  payment_intent_id uuid, change_no integer
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.payment_intent_changes as c
  set ended_at = now()
  where c.payment_intent_id = end_payment_changes.payment_intent_id
    and c.change_no <= end_payment_changes.change_no and c.ended_at is null
$$;

comment on function app_private.end_payment_changes(uuid, integer) is
  'Nothing is left to tell Stripe of the changes of an intent up to this one.';

--! split: 1096-functions-payments-free_add_on_units.sql
-- What has left the house, or was seen, is not there to be sold again. Counters in order, as
-- everywhere.
create or replace function app_private.free_add_on_units(
  booking app_public.bookings, parts app_private.refund_part[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_line record;
begin
  for v_line in
    select i.add_on_id, count(*)::integer as returned,
      case when a.returns_to_stock then count(c.id) else count(*) end::integer as lost
    from unnest(free_add_on_units.parts) as p
    join app_public.booking_items as i
      on i.organization_id = (free_add_on_units.booking).organization_id
      and i.id = p.booking_item_id
    join app_public.add_ons as a on a.organization_id = i.organization_id and a.id = i.add_on_id
    left join app_private.add_on_codes as c
      on c.organization_id = i.organization_id and c.booking_item_id = i.id
      and c.unit_no = p.unit_no
    where p.is_return and p.unit_no is not null and a.is_limited
    group by i.add_on_id, a.returns_to_stock
    order by i.add_on_id
  loop
    update app_private.add_on_counters as s
    set sold = s.sold - v_line.returned, total = s.total - v_line.lost
    where s.organization_id = (free_add_on_units.booking).organization_id
      and s.add_on_id = v_line.add_on_id;
    delete from app_private.add_on_claims as c
    where c.organization_id = (free_add_on_units.booking).organization_id
      and c.booking_id = (free_add_on_units.booking).id
      and c.add_on_id = v_line.add_on_id
      and c.quantity = v_line.returned;
    update app_private.add_on_claims as c
    set quantity = c.quantity - v_line.returned
    where c.organization_id = (free_add_on_units.booking).organization_id
      and c.booking_id = (free_add_on_units.booking).id
      and c.add_on_id = v_line.add_on_id;
  end loop;
end
$$;

comment on function app_private.free_add_on_units(
  app_public.bookings, app_private.refund_part[]
) is
  'Gives back units of add-ons of a locked booking that goes on: to be sold again, if the add-on '
  'says so.';

--! split: 1097-functions-payments-has_untold_change.sql
create or replace function app_private.has_untold_change(payment_intent_id uuid)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_private.payment_intent_changes as c
    where c.payment_intent_id = has_untold_change.payment_intent_id and c.ended_at is null
  )
$$;

comment on function app_private.has_untold_change(uuid) is
  'Whether Stripe may still know another amount of an intent.';

--! split: 1098-functions-payments-held_for_disputes.sql
-- The whole amount and the fee, although not all of it would be the organizer's: what is lost is
-- lost at once, and what was paid out is hard to get back. A fee that the organizer bears anyway is
-- taken off a payout as a fact, so that it is not held besides.
create or replace function app_private.held_for_disputes(organization_id uuid, currency text)
returns bigint
language sql stable security definer set search_path = ''
as $$
  select coalesce(sum(
    d.counted_cents + greatest(0, d.fee_cents - d.charged_fee_cents - f.borne_cents)
  ), 0)::bigint
  from app_public.disputes as d
  cross join lateral (
    select coalesce(sum(coalesce(
      i.stripe_fees_cents, case when s.pays_stripe_fees then e.amount_cents else 0 end
    )), 0) as borne_cents
    from app_public.organization_settings as s
    join app_public.ledger_transactions as t
      on t.organization_id = s.organization_id and t.booking_id = d.booking_id
      and t.category in ('dispute', 'dispute_reinstatement')
      and split_part(t.source, ':', 2) = d.id::text
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
      and a.kind = 'stripe_fees'
    left join app_public.payout_items as i
      on i.organization_id = t.organization_id and i.ledger_transaction_id = t.id
      and i.promoter_id is null and i.kind = 'fact' and i.released_at is null
    where s.organization_id = d.organization_id
  ) as f
  where d.organization_id = held_for_disputes.organization_id
    and d.currency = held_for_disputes.currency
    and d.status in ('needs_response', 'under_review')
$$;

comment on function app_private.held_for_disputes(uuid, text) is
  'What payouts to an organization leave back because disputes are open.';

--! split: 1099-functions-payments-hold_disputed.sql
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
  if v_payout.net_payout_cents - v_missing < app_hidden.charge_step(v_payout.currency) then
    return app_private.give_payout_up(v_payout, null, 'More than that is disputed by buyers.');
  end if;
  perform app_private.hold_back(v_payout, 'dispute', v_missing, 'Buyers dispute it.', null);
  return app_private.hold_remainder(app_private.sum_payout(v_payout.id));
end
$$;

comment on function app_private.hold_disputed(app_public.payouts) is
  'Holds back of a payout what came to be disputed since it was made, or gives it up.';

--! split: 1100-functions-payments-hold_payout.sql
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
  'paid with a later payout. Needs payouts.approve, or to be of the platform''s staff. '
  'Raises LMPOS, LMINP, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.hold_payout(uuid, text, bigint, timestamptz) to lml_user;

--! split: 1101-functions-payments-hold_remainder.sql
-- Stripe transfers what it can charge: thousandths in tens, and some currencies without cents. What
-- is beyond the last whole step is paid with the next payout.
create or replace function app_private.hold_remainder(payout app_public.payouts)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_remainder bigint := (hold_remainder.payout).net_payout_cents
    % app_hidden.charge_step((hold_remainder.payout).currency);
begin
  if v_remainder <= 0 then
    return hold_remainder.payout;
  end if;
  perform app_private.hold_back(
    hold_remainder.payout, 'rounding', v_remainder,
    'Less than can be transferred in this currency.', null
  );
  return app_private.sum_payout((hold_remainder.payout).id);
end
$$;

comment on function app_private.hold_remainder(app_public.payouts) is
  'Leaves back of a payout what Stripe cannot transfer in its currency.';

--! split: 1102-functions-payments-is_all_of.sql
create or replace function app_private.is_all_of(
  booking app_public.bookings, parts app_private.refund_part[]
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select not exists (
    select from app_private.refund_units(is_all_of.booking) as u
    where u.is_live and not exists (
      select from unnest(is_all_of.parts) as p
      where p.booking_item_id = u.booking_item_id
        and p.ticket_id is not distinct from u.ticket_id
        and p.unit_no is not distinct from u.unit_no
    )
  )
$$;

comment on function app_private.is_all_of(app_public.bookings, app_private.refund_part[]) is
  'Whether nothing of a booking is left when these parts came back.';

--! split: 1103-functions-payments-left_inside_price.sql
-- Fees and tax on top of the price are on the same accounts as those inside it: what the items have
-- left of them is not inside. The items of the part that is being taken back are written already.
create or replace function app_private.left_inside_price(
  booking app_public.bookings, part app_private.refund_part
)
returns bigint[]
language sql stable security definer set search_path = ''
as $$
  select array_agg(greatest(0, w.credit_cents - w.on_top_cents) order by w.position)
  from (
    select k.position, k.on_top_cents, coalesce((
      select -l.amount_cents
      from app_private.left_of_sale(left_inside_price.booking) as l
      where l.kind = k.kind
    ), 0) as credit_cents
    from (
      select
        (left_inside_price.booking).service_fee_cents
          - coalesce(sum(i.service_fee_cents), 0) + (left_inside_price.part).service_fee_cents
          as service_fee,
        (left_inside_price.booking).processing_fee_cents
          - coalesce(sum(i.processing_fee_cents), 0)
          + (left_inside_price.part).processing_fee_cents as processing_fee,
        (left_inside_price.booking).tax_cents
          - coalesce(sum(i.tax_cents), 0) + (left_inside_price.part).tax_cents as tax
      from app_public.refund_items as i
      where i.organization_id = (left_inside_price.booking).organization_id
        and i.booking_id = (left_inside_price.booking).id
    ) as o
    cross join lateral (
      values
        (1, 'organizer_payable'::app_public.ledger_account_kind, 0),
        (2, 'promoter_payable', 0),
        (3, 'service_fees', o.service_fee),
        (4, 'processing_fees', o.processing_fee),
        (5, 'taxes_payable', o.tax)
    ) as k (position, kind, on_top_cents)
  ) as w
$$;

comment on function app_private.left_inside_price(
  app_public.bookings, app_private.refund_part
) is
  'Of a sale, before a part of it is taken back, what is left inside its price of the shares of '
  'the organization and its promoter, of service and processing fees, and of tax.';

--! split: 1104-functions-payments-left_of_sale.sql
-- A correction that moved money between the parts of the sale counts: else the account that it was
-- moved to would keep what was never earned.
create or replace function app_private.left_of_sale(booking app_public.bookings)
returns table (kind app_public.ledger_account_kind, amount_cents bigint)
language sql stable security definer set search_path = ''
as $$
  select a.kind, sum(e.amount_cents)::bigint
  from app_public.ledger_transactions as t
  join app_public.ledger_entries as e
    on e.organization_id = t.organization_id and e.transaction_id = t.id
  join app_public.ledger_accounts as a
    on a.organization_id = e.organization_id and a.id = e.account_id
  where t.organization_id = (left_of_sale.booking).organization_id
    and t.booking_id = (left_of_sale.booking).id
    and (
      t.source = 'sale:' || (left_of_sale.booking).id
      or starts_with(t.source, 'sale_return:')
      or exists (
        select
        from app_public.ledger_corrections as c
        where c.organization_id = t.organization_id
          and c.ledger_transaction_id = t.id
          and c.currency = (left_of_sale.booking).currency
          and c.kinds <@ array[
            'organizer_payable', 'promoter_payable', 'platform_commission', 'service_fees',
            'processing_fees', 'taxes_payable'
          ]::app_public.ledger_account_kind[]
      )
    )
  group by a.kind
$$;

comment on function app_private.left_of_sale(app_public.bookings) is
  'What the books have of a sale on each account, corrected, less what was taken back of it.';

--! split: 1105-functions-payments-lock_payment.sql
-- The booking is locked first, as everywhere.
create or replace function app_private.lock_payment(payment_intent_id uuid)
returns app_public.payment_intents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
begin
  perform from app_public.bookings as b
  where b.id = (
    select p.booking_id from app_public.payment_intents as p
    where p.id = lock_payment.payment_intent_id
  )
  for no key update;
  select * into strict v_intent
  from app_public.payment_intents as p where p.id = lock_payment.payment_intent_id
  for no key update;
  return v_intent;
end
$$;

comment on function app_private.lock_payment(uuid) is
  'A payment intent, locked with its booking.';

--! split: 1106-functions-payments-lock_payment_of.sql
create or replace function app_private.lock_payment_of(object jsonb)
returns app_public.payment_intents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents := app_private.payment_of_stripe_object(
    lock_payment_of.object
  );
begin
  if v_intent.id is null then
    return null;
  end if;
  return app_private.lock_payment(v_intent.id);
end
$$;

comment on function app_private.lock_payment_of(jsonb) is
  'The payment intent that a Stripe object is about, locked with its booking; null: not ours.';

--! split: 1107-functions-payments-lock_period.sql
create or replace function app_private.lock_period(organization_id uuid, period date)
returns app_public.accounting_periods
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_period app_public.accounting_periods;
begin
  perform app_hidden.require_permission(lock_period.organization_id, 'books.manage');
  select * into v_period
  from app_public.accounting_periods as p
  where p.organization_id = lock_period.organization_id
    -- Not by way of a timestamp, which ends before dates do.
    and p.period = lock_period.period - extract(day from lock_period.period)::integer + 1
  for no key update;
  if not found then
    raise exception 'The books have no such month.' using errcode = 'LMNFD', detail = 'period';
  end if;
  return v_period;
end
$$;

comment on function app_private.lock_period(uuid, date) is
  'A month of the books, locked. Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1108-functions-payments-lock_tickets_to_return.sql
-- Locked in order; a scan that is under way either comes first, and is seen here, or waits and then
-- finds the ticket void.
create or replace function app_private.lock_tickets_to_return(
  booking app_public.bookings, ticket_ids uuid[]
)
returns uuid[]
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets;
  v_ids uuid[] := '{}';
begin
  for v_ticket in
    select * from app_public.tickets as t
    where t.organization_id = (lock_tickets_to_return.booking).organization_id
      and t.booking_id = (lock_tickets_to_return.booking).id
      and case
        when lock_tickets_to_return.ticket_ids is null then t.status in ('valid', 'used')
        else t.id = any (lock_tickets_to_return.ticket_ids)
      end
    order by t.id
    for no key update
  loop
    -- After the performance, also of those who were there.
    if not ((lock_tickets_to_return.booking).status = 'completed' and v_ticket.status = 'used') then
      perform app_private.require_valid_ticket(v_ticket);
    end if;
    v_ids := v_ids || v_ticket.id;
  end loop;
  return v_ids;
end
$$;

comment on function app_private.lock_tickets_to_return(app_public.bookings, uuid[]) is
  'Tickets of a locked booking, or all that are live, locked; they must be valid, or, when the '
  'performance is over, may have been used. '
  'Raises LMTUS, LMTVD.';

--! split: 1109-functions-payments-lose_authorization.sql
-- Before an answer nothing changes: after a yes the buyer is asked to pay, as without one.
create or replace function app_private.lose_authorization(intent app_public.payment_intents)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  if (lose_authorization.intent).capture_requested_at is null then
    return;
  end if;
  v_booking := app_private.replace_payment(lose_authorization.intent, 'automatic');
  if v_booking.status = 'pending_payment' and v_booking.expires_at > now() then
    perform app_private.mail_booking(v_booking, 'booking_approved');
  end if;
end
$$;

comment on function app_private.lose_authorization(app_public.payment_intents) is
  'A card that was to be charged cannot be any more: the buyer of the booking, which is locked, is '
  'asked to pay.';

--! split: 1110-functions-payments-mail_dispute.sql
create or replace function app_private.mail_dispute(dispute app_public.disputes, template text)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.mail_members(
    b.organization_id, 'disputes.manage', mail_dispute.template,
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
  from app_public.bookings as b
  where b.organization_id = (mail_dispute.dispute).organization_id
    and b.id = (mail_dispute.dispute).booking_id
$$;

comment on function app_private.mail_dispute(app_public.disputes, text) is
  'Mails every member who may answer a dispute.';

--! split: 1111-functions-payments-mail_payout.sql
create or replace function app_private.mail_payout(
  payout app_public.payouts, permission text, template text, reason text default null,
  except_user_id uuid default null
)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.mail_members(
    o.id, mail_payout.permission, mail_payout.template,
    jsonb_build_object(
      'organization', coalesce(r.name, o.name),
      'amount', app_hidden.money_text(
        (mail_payout.payout).net_payout_cents, (mail_payout.payout).currency
      ),
      'period', (mail_payout.payout).payout_period_start::text || ' to '
        || (mail_payout.payout).payout_period_end::text,
      'reason', mail_payout.reason
    ),
    mail_payout.except_user_id
  )
  from app_public.organizations as o
  left join app_public.promoters as r
    on r.organization_id = o.id and r.id = (mail_payout.payout).promoter_id
  where o.id = (mail_payout.payout).organization_id
$$;

comment on function app_private.mail_payout(app_public.payouts, text, text, text, uuid) is
  'Mails members with a permission about a payout to their organization or to a promoter of it.';

--! split: 1112-functions-payments-mail_refund.sql
-- Buyers of an event that is canceled are told so, with what becomes of their money; with a lost
-- dispute the bank has returned it.
create or replace function app_private.mail_refund(
  booking app_public.bookings, template text, amount_cents bigint,
  reason app_public.refund_reason
)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.mail_buyer(
    mail_refund.booking, mail_refund.template,
    jsonb_build_object('amount', app_hidden.money_text(
      mail_refund.amount_cents, (mail_refund.booking).currency
    ))
  )
  where mail_refund.amount_cents > 0
    and (mail_refund.template = 'refund_failed'
      or mail_refund.reason::text not in ('event_canceled', 'dispute'))
$$;

comment on function app_private.mail_refund(
  app_public.bookings, text, bigint, app_public.refund_reason
) is 'Tells whoever a booking is for what becomes of money that goes back.';

--! split: 1113-functions-payments-mail_requirements.sql
-- While its owner still answers Stripe for the first time, what is asked is on the screen. Afterwards
-- each question is told once, however often Stripe repeats it.
create or replace function app_private.mail_requirements(before app_public.stripe_accounts)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.mail_members(
    a.organization_id, 'payouts.manage', 'payout_account_requirements',
    jsonb_build_object(
      'organization', coalesce(r.name, o.name),
      'reason', replace(array_to_string(a.requirements_due, ', '), '_', ' ')
    )
  )
  from app_public.stripe_accounts as a
  join app_public.organizations as o on o.id = a.organization_id
  left join app_public.promoters as r
    on r.organization_id = a.organization_id and r.id = a.promoter_id
  where a.id = (mail_requirements.before).id
    and a.stripe_onboarding_completed
    and a.requirements_due <> '{}'
    and (
      not (mail_requirements.before).stripe_onboarding_completed
      or not a.requirements_due <@ (mail_requirements.before).requirements_due
    )
$$;

comment on function app_private.mail_requirements(app_public.stripe_accounts) is
  'Mails the members who manage payouts what Stripe asks of an account that is paid to and has not '
  'asked before; given is the account as it was.';

--! split: 1114-functions-payments-make_payout.sql
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
  v_payout := app_private.hold_remainder(app_private.sum_payout(v_payout.id, v_timezone));
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

--! split: 1115-functions-payments-open_payment.sql
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
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  if v_booking.expires_at <= now() then
    raise exception 'The hold has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text, hint = 'Hold the seats again.';
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

--! split: 1116-functions-payments-outcome_of_unasked_refund.sql
-- A refund that does not say for which of ours it is: somebody may have returned one of our payments
-- by hand at Stripe. Until the payment is known, nobody can tell.
create or replace function app_private.outcome_of_unasked_refund(object jsonb)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_stripe_id text := coalesce(
    outcome_of_unasked_refund.object #>> '{payment_intent,id}',
    outcome_of_unasked_refund.object ->> 'payment_intent'
  );
  v_intent app_public.payment_intents;
begin
  if v_stripe_id is null then
    return 'ignored: not ours';
  end if;
  v_intent := app_private.payment_of_stripe_object(outcome_of_unasked_refund.object);
  if v_intent.id is null then
    return 'parked: ' || v_stripe_id;
  end if;
  -- So Stripe calls it, too, when what was authorized is let go, and no money moves.
  if v_intent.capture_method = 'manual' and v_intent.status <> 'succeeded'
    and outcome_of_unasked_refund.object ->> 'balance_transaction' is null
  then
    return 'ignored: nothing was charged';
  end if;
  return 'refused: refund_not_asked_for';
end
$$;

comment on function app_private.outcome_of_unasked_refund(jsonb) is
  'What becomes of news of a refund that was not asked for here.';

--! split: 1117-functions-payments-parts_of_amount.sql
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
      sum(u.total) over (order by u.booking_item_id, u.ticket_id, u.unit_no)::bigint as running,
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
    end,
    p.unit_no
  from parts as p
$$;

comment on function app_private.parts_of_amount(app_public.bookings, bigint) is
  'An amount, taken off the tickets of a booking that their holders keep.';

--! split: 1118-functions-payments-parts_of_everything.sql
-- Also of tickets that were used, and of what the terms had let the organization keep.
create or replace function app_private.parts_of_everything(booking app_public.bookings)
returns setof app_private.refund_part
language sql stable security definer set search_path = ''
as $$
  select
    u.booking_item_id, u.ticket_id,
    case when u.ticket_id is null then u.is_live else t.status in ('valid', 'used') end,
    u.price_cents, u.service_fee_cents, u.processing_fee_cents, u.tax_cents, u.commission_cents,
    u.unit_no
  from app_private.refund_units(parts_of_everything.booking) as u
  left join app_public.tickets as t
    on t.organization_id = (parts_of_everything.booking).organization_id and t.id = u.ticket_id
  where u.price_cents + u.service_fee_cents + u.processing_fee_cents + u.tax_cents > 0
    or case when u.ticket_id is null then u.is_live else t.status in ('valid', 'used') end
$$;

comment on function app_private.parts_of_everything(app_public.bookings) is
  'All that is left of a sale.';

--! split: 1119-functions-payments-parts_of_fees.sql
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
    case when f.price = f.price_cents then f.commission_cents else 0 end, f.unit_no
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

--! split: 1120-functions-payments-parts_of_request.sql
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
      (parts_of_request.request).refunds_processing_fees,
      (parts_of_request.request).add_on_item_ids, (parts_of_request.request).add_on_quantities
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

--! split: 1121-functions-payments-parts_to_return.sql
-- The tax follows what it is on, price and service fee; the commission follows the price. What is
-- not tied to a ticket comes back with the last one. Of an add-on the last units come back first, so
-- that those that are left are numbered from one.
create or replace function app_private.parts_to_return(
  booking app_public.bookings, ticket_ids uuid[], percentage numeric,
  with_service_fees boolean, with_processing_fees boolean, add_on_item_ids uuid[] default null,
  add_on_quantities integer[] default null
)
returns setof app_private.refund_part
language sql stable security definer set search_path = ''
as $$
  with units as (
    select u.*, row_number() over (
        partition by u.booking_item_id order by u.unit_no desc
      ) <= n.quantity as is_named
    from app_private.refund_units(parts_to_return.booking) as u
    left join unnest(
      parts_to_return.add_on_item_ids, parts_to_return.add_on_quantities
    ) as n (booking_item_id, quantity) on n.booking_item_id = u.booking_item_id
    where u.is_live
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
    where coalesce(parts_to_return.ticket_ids, parts_to_return.add_on_item_ids) is null
      or u.ticket_id = any (parts_to_return.ticket_ids)
      or u.is_named
      or (u.ticket_id is null and case
        when parts_to_return.ticket_ids is null then u.is_fee and not exists (
          select from units as other where not other.is_fee and other.is_named is not true
        )
        else not exists (
          select from units as other
          where other.ticket_id is not null
            and not other.ticket_id = any (parts_to_return.ticket_ids)
        )
      end and not exists (
        -- Who was let in has come with it.
        select from app_public.tickets as t
        where t.organization_id = (parts_to_return.booking).organization_id
          and t.booking_id = (parts_to_return.booking).id
          and t.status = 'used' and not t.id = any (parts_to_return.ticket_ids)
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
    end,
    r.unit_no
  from returned as r
$$;

comment on function app_private.parts_to_return(
  app_public.bookings, uuid[], numeric, boolean, boolean, uuid[], integer[]
) is 'What goes back for live tickets and units of add-ons of a booking, or for all of it.';

--! split: 1122-functions-payments-payment_intent_refusal.sql
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

--! split: 1123-functions-payments-payment_session.sql
create or replace function app_public.payment_session(booking_id uuid)
returns app_public.payment_session
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_session app_public.payment_session;
begin
  -- Staff may see a payment, but only the owner of the booking may confirm it.
  select
    p.booking_id, p.status, p.amount_cents, p.currency, p.stripe_payment_intent_id,
    -- Nobody is to pay what is not the price any more.
    case when b.status <> 'draft' and not app_private.has_untold_change(p.id)
      then s.client_secret end,
    p.failure_code, p.failure_message, p.id, i.installment_no,
    coalesce(b.expires_at, i.due_at), app_private.is_stripe_reachable(), null, p.capture_method
  into v_session
  from app_public.bookings as b
  join app_public.payment_intents as p
    on p.organization_id = b.organization_id and p.booking_id = b.id
  left join app_private.payment_intent_secrets as s
    on s.organization_id = p.organization_id and s.payment_intent_id = p.id
  left join app_public.booking_payment_schedule as i
    on i.organization_id = p.organization_id and i.id = p.schedule_id
  where b.id = payment_session.booking_id
    and (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
    )
  order by p.created_at desc, p.id desc
  limit 1;
  if not found then
    return null;
  end if;
  -- Without the client secret nobody can pay, so that nothing was charged.
  if v_session.status = 'pending' and v_session.client_secret is null
    and not v_session.is_provider_reachable
  then
    v_session.notice := 'The payment provider cannot be reached at the moment. Nothing was charged. '
      'We try again; your seats are held until their deadline.';
  end if;
  return v_session;
end
$$;

comment on function app_public.payment_session(uuid) is
  'The latest payment of a booking of yours; null when it has none. Its client_secret appears as '
  'soon as Stripe knows of the payment and its amount, usually within a second of start_checkout. '
  'As long as its status is pending another card may be tried with the same client_secret; '
  'requires_action means that the buyer has to do something at the bank, such as 3-D Secure; '
  'authorized, that the card is charged when the organization says yes.';
grant execute on function app_public.payment_session(uuid) to lml_anonymous, lml_user;

--! split: 1124-functions-payments-payout_preview.sql
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

--! split: 1125-functions-payments-post_correction.sql
create or replace function app_public.post_correction(correction_id uuid)
returns app_public.ledger_corrections
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_correction app_public.ledger_corrections := app_private.lock_correction(
    post_correction.correction_id
  );
  v_corrected app_public.ledger_transactions;
begin
  select * into strict v_corrected
  from app_public.ledger_transactions as t
  where t.organization_id = v_correction.organization_id and t.id = v_correction.corrects_id;
  perform app_private.post_to_ledger(
    v_correction.organization_id, v_corrected.booking_id, v_correction.currency,
    'correction:' || v_correction.id, 'Correction of: ' || v_corrected.description,
    v_correction.kinds, v_correction.amounts_cents, corrects_id => v_corrected.id
  );
  perform app_private.require_accounts_on_their_side(v_correction);
  update app_public.ledger_corrections as c
  set status = 'posted', decided_by = app_hidden.current_user_id(), decided_at = now(),
    ledger_transaction_id = (
      select t.id from app_public.ledger_transactions as t
      where t.organization_id = c.organization_id and t.source = 'correction:' || c.id
    )
  where c.id = v_correction.id
  returning * into v_correction;
  return v_correction;
end
$$;

comment on function app_public.post_correction(uuid) is
  'Posts a correction that somebody else has asked for, into the month that is open. For the '
  'platform''s support. Raises LMCOR (it was decided), LMBAL (an account would be '
  'on its other side), LMNFD, LMRGT (you asked for it), LMAUT.';
grant execute on function app_public.post_correction(uuid) to lml_user;

--! split: 1126-functions-payments-post_take_back.sql
-- The last part reverses what is left of the sale account by account, so that nothing remains of it
-- whatever it was split into. Before that, what is inside the price (the organization's and its
-- promoter's shares, fees that the organization bears, tax that is included) is shared out by what
-- the books have left of each, so that no part takes back more than the sale has given.
create or replace function app_private.post_take_back(
  booking app_public.bookings, request app_public.refund_requests
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := post_take_back.booking;
  v_sum app_private.refund_part;
  v_inside bigint[];
begin
  if v_booking.refunded_cents = v_booking.total_amount_cents then
    perform app_private.reverse_sale(v_booking);
    return;
  end if;
  select
    null, null, null, coalesce(sum(i.price_cents), 0), coalesce(sum(i.service_fee_cents), 0),
    coalesce(sum(i.processing_fee_cents), 0), coalesce(sum(i.tax_cents), 0),
    coalesce(sum(i.commission_cents), 0)
  into v_sum
  from app_public.refund_items as i
  where i.organization_id = v_booking.organization_id
    and i.request_id = (post_take_back.request).id;
  v_inside := app_hidden.distribute(
    v_sum.price_cents - v_sum.commission_cents,
    app_private.left_inside_price(v_booking, v_sum), 1
  );
  perform app_private.post_to_ledger(
    v_booking.organization_id, v_booking.id, v_booking.currency,
    'sale_return:' || (post_take_back.request).id,
    'Taken back of ' || v_booking.booking_reference,
    array[
      'buyer_clearing', 'platform_commission', 'organizer_payable', 'promoter_payable',
      'service_fees', 'processing_fees', 'taxes_payable'
    ]::app_public.ledger_account_kind[],
    array[
      -app_private.total_of_part(v_sum), v_sum.commission_cents, v_inside[1], v_inside[2],
      v_sum.service_fee_cents + v_inside[3], v_sum.processing_fee_cents + v_inside[4],
      v_sum.tax_cents + v_inside[5]
    ]
  );
end
$$;

comment on function app_private.post_take_back(app_public.bookings, app_public.refund_requests) is
  'Posts the opposite of the part of a sale that a request takes back.';

--! split: 1127-functions-payments-prepare_payment_intent.sql
-- The key stands for the amount that was asked for first; changes of it are calls of their own.
-- Stripe remembers an idempotency key for 24 hours. Later, asking again could mean having it twice.
create or replace function app_private.prepare_payment_intent(payment_intent_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'amount', coalesce(a.amount_before_cents, p.amount_cents),
    'currency', lower(p.currency),
    'idempotency_key', 'create:' || p.id,
    'may_be_forgotten', p.created_at < now() - interval '23 hours',
    'description', b.booking_reference,
    'metadata', jsonb_build_object(
      'lml_payment_intent_id', p.id,
      'lml_booking_id', p.booking_id,
      'lml_organization_id', p.organization_id
    )
  ) || jsonb_strip_nulls(jsonb_build_object(
    'customer', c.stripe_id,
    'payment_method', m.stripe_id,
    'capture_method', nullif(p.capture_method, 'automatic'),
    'setup_future_usage', case when h.saves_card then 'on_session' end
  ))
  from app_public.payment_intents as p
  join app_public.bookings as b
    on b.organization_id = p.organization_id and b.id = p.booking_id
  left join app_private.payment_choices as h
    on h.organization_id = p.organization_id and h.booking_id = p.booking_id
  left join app_private.stripe_customers as c
    on c.organization_id = h.organization_id and c.id = h.stripe_customer_id
  left join app_private.saved_payment_methods as m
    on m.organization_id = h.organization_id and m.id = h.saved_payment_method_id
  left join app_private.payment_intent_changes as a
    on a.organization_id = p.organization_id and a.payment_intent_id = p.id and a.change_no = 1
  where p.id = prepare_payment_intent.payment_intent_id
    and p.status = 'pending'
    -- Whose card is to be kept has to be known at Stripe first: stripe_customer__create goes on.
    and (h.booking_id is null or c.stripe_id is not null)
    and p.method = 'card'
    -- Not whether its id is known: Stripe's event tells that too, but never the client secret.
    and not exists (
      select from app_private.payment_intent_secrets as s
      where s.organization_id = p.organization_id and s.payment_intent_id = p.id
    )
$$;

comment on function app_private.prepare_payment_intent(uuid) is
  'What to ask Stripe for; null when there is nothing left to ask.';
grant execute on function app_private.prepare_payment_intent(uuid) to lml_worker;

--! split: 1128-functions-payments-prepare_payment_intent_capture.sql
create or replace function app_private.prepare_payment_intent_capture(payment_intent_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'organization_id', p.organization_id,
      'stripe_payment_intent_id', p.stripe_payment_intent_id,
      'idempotency_key', 'capture:' || p.id
    )
    from app_public.payment_intents as p
    where p.id = prepare_payment_intent_capture.payment_intent_id
      and p.status = 'authorized'
      and p.capture_requested_at is not null
  );
end
$$;

comment on function app_private.prepare_payment_intent_capture(uuid) is
  'What to capture at Stripe; null when there is nothing left to capture.';
grant execute on function app_private.prepare_payment_intent_capture(uuid) to lml_worker;

--! split: 1129-functions-payments-prepare_payment_intent_update.sql
-- One change at a time: a request whose outcome is not known is made again before a later one,
-- since it could overtake that on its way. Changes that nobody has begun to tell are skipped for
-- the newest.
create or replace function app_private.prepare_payment_intent_update(payment_intent_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'organization_id', p.organization_id,
    'stripe_payment_intent_id', p.stripe_payment_intent_id,
    'change_no', c.change_no,
    'amount', c.amount_cents,
    'idempotency_key', format('update:%s:%s', p.id, c.change_no)
  )
  from app_public.payment_intents as p
  join app_private.payment_intent_changes as c
    on c.organization_id = p.organization_id and c.payment_intent_id = p.id
  left join app_private.stripe_calls as s
    on s.organization_id = c.organization_id
    and s.idempotency_key = format('update:%s:%s', c.payment_intent_id, c.change_no)
  where p.id = prepare_payment_intent_update.payment_intent_id
    and p.status in ('pending', 'processing', 'requires_action')
    and p.stripe_payment_intent_id is not null
    and c.ended_at is null
  order by (s.id is not null) desc, c.change_no desc
  limit 1
$$;

comment on function app_private.prepare_payment_intent_update(uuid) is
  'Which amount to tell Stripe; null when there is nothing left to tell.';
grant execute on function app_private.prepare_payment_intent_update(uuid) to lml_worker;

--! split: 1130-functions-payments-prepare_stripe_customer_delete.sql
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
  'Whom Stripe is to forget; null when it has.';
grant execute on function app_private.prepare_stripe_customer_delete(uuid) to lml_worker;

--! split: 1131-functions-payments-queue_payout.sql
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

--! split: 1132-functions-payments-quote_cancellation.sql
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
    perform app_private.require_buyer();
    raise exception 'There is no such booking, or it is not yours.'
      using errcode = 'LMBKG', detail = format('%s', quote_cancellation.booking_id);
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
  'paid beyond what is kept comes back. Raises LMBKG, LMTVD (a ticket is not of this booking, or not '
  'valid), LMINP, LMSES, LMCRT.';
grant execute on function app_public.quote_cancellation(uuid, uuid[], uuid[], integer[])
  to lml_anonymous, lml_user;

--! split: 1133-functions-payments-quote_of_parts.sql
-- As take_back does it: what is taken back of a sale first lowers what the buyer still owes, and
-- only the rest is money. A cart is told what would come back of it when it was paid.
create or replace function app_private.quote_of_parts(
  booking app_public.bookings, parts app_private.refund_part[], quote app_public.cancellation_quote
)
returns app_public.cancellation_quote
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := quote_of_parts.booking;
  v_quote app_public.cancellation_quote := quote_of_parts.quote;
  v_parts app_private.refund_part[] := quote_of_parts.parts;
  v_taken bigint;
  v_refund bigint;
begin
  if v_booking.status = 'partially_paid' then
    v_parts := app_private.parts_not_received(v_booking, v_parts);
  end if;
  select coalesce(sum(app_private.total_of_part(p)), 0) into v_taken from unnest(v_parts) as p;
  v_quote.kept_cents := v_quote.kept_cents - v_taken;
  if v_booking.confirmed_at is not null then
    v_booking.refunded_cents := v_booking.refunded_cents + v_taken;
    v_refund := least(v_taken, app_private.surplus_of(v_booking));
    if v_refund < v_taken then
      v_parts := array(
        select p from app_private.parts_of_amount(quote_of_parts.booking, v_refund) as p
      );
    end if;
  end if;
  select
    coalesce(sum(p.price_cents), 0), coalesce(sum(p.service_fee_cents), 0),
    coalesce(sum(p.processing_fee_cents), 0), coalesce(sum(p.tax_cents), 0),
    coalesce(sum(app_private.total_of_part(p)), 0)
  into v_quote.price_cents, v_quote.service_fee_cents, v_quote.processing_fee_cents,
    v_quote.tax_cents, v_quote.refund_cents
  from unnest(v_parts) as p;
  return v_quote;
end
$$;

comment on function app_private.quote_of_parts(
  app_public.bookings, app_private.refund_part[], app_public.cancellation_quote
) is 'A quote, of which the kept amount is all of it, with what comes back of it.';

--! split: 1134-functions-payments-receive_authorization.sql
-- From here on it is the organization who takes the time: within what the bank keeps the money for,
-- less a day to charge it in, also through an outage. What was authorized for another price, or too
-- late, is let go, which costs nobody anything.
create or replace function app_private.receive_authorization(
  intent app_public.payment_intents, object jsonb, event jsonb
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_lasts constant interval := '7 days';
  v_intent app_public.payment_intents := receive_authorization.intent;
  v_booking app_public.bookings;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = v_intent.booking_id;
  if v_booking.status = 'pending_payment' and v_booking.expires_at > now()
    and v_booking.payment_plan_id is null
    and receive_authorization.object ->> 'amount' = v_booking.total_amount_cents::text
    and app_private.capture_method_of(v_booking) = 'manual'
  then
    update app_public.payment_intents as p
    set capture_before = to_timestamp((receive_authorization.event ->> 'created')::numeric)
      + c_lasts
    where p.id = v_intent.id
    returning * into v_intent;
    begin
      perform app_private.await_answer(v_booking, v_intent.capture_before - interval '1 day');
      return;
    exception
      when sqlstate 'LMEXP' then
        null;
    end;
  end if;
  perform app_private.withdraw_payment(v_booking);
end
$$;

comment on function app_private.receive_authorization(app_public.payment_intents, jsonb, jsonb) is
  'A card is authorized: the booking, which is locked, waits for the organization''s answer.';

--! split: 1135-functions-payments-receive_payment.sql
-- Money that has arrived is booked whatever happens to the seats. When they are gone, or it was not
-- asked for any more, it goes back exactly once.
create or replace function app_private.receive_payment(
  intent app_public.payment_intents, object jsonb
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- It is one of those that were asked for, maybe not the last.
  v_received_cents bigint := receive_payment.object ->> 'amount';
  v_intent app_public.payment_intents;
begin
  update app_public.payment_intents as p
  set status = 'succeeded', stripe_status = 'succeeded', succeeded_at = now(),
    canceled_at = null,
    amount_cents = v_received_cents, received_cents = v_received_cents,
    stripe_payment_intent_id = receive_payment.object ->> 'id'
  where p.id = (receive_payment.intent).id
  returning * into v_intent;

  perform app_private.post_to_ledger(
    v_intent.organization_id, v_intent.booking_id, v_intent.currency,
    'payment:' || v_intent.id, 'Payment received',
    array['stripe_balance', 'buyer_clearing']::app_public.ledger_account_kind[],
    array[v_intent.amount_cents, -v_intent.amount_cents]
  );
  perform app_private.settle_payment(v_intent, receive_payment.intent);
end
$$;

comment on function app_private.receive_payment(app_public.payment_intents, jsonb) is
  'Books a payment, then confirms its booking or queues its refund.';

--! split: 1136-functions-payments-record_payment_intent.sql
create or replace function app_private.record_payment_intent(
  payment_intent_id uuid, stripe_id text, client_secret text, stripe_status text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
begin
  update app_public.payment_intents as p
  set stripe_payment_intent_id = record_payment_intent.stripe_id,
    stripe_status = coalesce(p.stripe_status, record_payment_intent.stripe_status)
  where p.id = record_payment_intent.payment_intent_id
  returning * into strict v_intent;
  insert into app_private.payment_intent_secrets (
    organization_id, payment_intent_id, client_secret
  )
  values (v_intent.organization_id, v_intent.id, record_payment_intent.client_secret)
  on conflict do nothing;

  -- Stripe was asked for what the price was then.
  if app_private.has_untold_change(v_intent.id) then
    perform app_private.add_stripe_job('payment_intent.update', v_intent.id, '0');
  end if;
  -- The booking may have ended while Stripe was asked. Its intent must not stay payable.
  if v_intent.status = 'canceled' then
    perform app_private.add_job(
      'payment_intent__cancel', jsonb_build_object('payment_intent_id', v_intent.id)
    );
  end if;
end
$$;

comment on function app_private.record_payment_intent(uuid, text, text, text) is
  'Remembers what Stripe made; recording twice is harmless.';
grant execute on function app_private.record_payment_intent(uuid, text, text, text)
  to lml_worker;

--! split: 1137-functions-payments-record_payment_intent_capture_refusal.sql
create or replace function app_private.record_payment_intent_capture_refusal(
  payment_intent_id uuid
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents := app_private.lock_payment(
    record_payment_intent_capture_refusal.payment_intent_id
  );
begin
  if v_intent.status = 'authorized' then
    perform app_private.lose_authorization(v_intent);
  end if;
end
$$;

comment on function app_private.record_payment_intent_capture_refusal(uuid) is
  'Stripe does not charge the card any more: the buyer is asked to pay; repeating it is harmless.';
grant execute on function app_private.record_payment_intent_capture_refusal(uuid) to lml_worker;

--! split: 1138-functions-payments-record_payment_intent_update.sql
create or replace function app_private.record_payment_intent_update(
  payment_intent_id uuid, change_no integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.end_payment_changes(
    record_payment_intent_update.payment_intent_id, record_payment_intent_update.change_no
  );
  if app_private.has_untold_change(record_payment_intent_update.payment_intent_id) then
    perform app_private.add_stripe_job(
      'payment_intent.update', record_payment_intent_update.payment_intent_id, '0'
    );
  end if;
end
$$;

comment on function app_private.record_payment_intent_update(uuid, integer) is
  'Remembers that Stripe knows an amount, and goes on with the next; recording twice is harmless.';
grant execute on function app_private.record_payment_intent_update(uuid, integer) to lml_worker;

--! split: 1139-functions-payments-record_payment_intent_update_refusal.sql
-- The buyer was faster, or Stripe takes no such amount. What the old attempt brings is settled by
-- its event; the new amount is asked for by a new one, which tells the buyer if that is refused as
-- well.
create or replace function app_private.record_payment_intent_update_refusal(
  payment_intent_id uuid, change_no integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents := app_private.lock_payment(
    record_payment_intent_update_refusal.payment_intent_id
  );
begin
  perform app_private.end_payment_changes(
    v_intent.id, record_payment_intent_update_refusal.change_no
  );
  if v_intent.status in ('pending', 'processing', 'requires_action') then
    perform app_private.replace_payment(v_intent, v_intent.capture_method);
  end if;
end
$$;

comment on function app_private.record_payment_intent_update_refusal(uuid, integer) is
  'Gives an intent up whose amount Stripe does not change, and asks for a new one.';
grant execute on function app_private.record_payment_intent_update_refusal(uuid, integer)
  to lml_worker;

--! split: 1140-functions-payments-record_refund.sql
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

--! split: 1141-functions-payments-record_transfer.sql
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
  perform app_private.mail_payout(v_payout, 'payouts.manage', 'payout_paid');
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

--! split: 1142-functions-payments-record_transfer_failure.sql
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
  -- What passes by itself asks nothing of anybody.
  if v_payout.retry_at is null then
    perform app_private.mail_payout(
      v_payout, 'payouts.manage', 'payout_failed', v_payout.failure_reason
    );
  end if;
end
$$;

comment on function app_private.record_transfer_failure(uuid, text, text) is
  'Remembers that Stripe has refused a payout, and owes it again; repeating it is harmless.';
grant execute on function app_private.record_transfer_failure(uuid, text, text) to lml_worker;

--! split: 1143-functions-payments-refund_tickets.sql
create or replace function app_public.refund_tickets(
  booking_id uuid, note text, ticket_ids uuid[] default null, percentage numeric default 100,
  with_fees boolean default true, reason app_public.refund_reason default 'customer_request',
  idempotency_key text default null, add_on_item_ids uuid[] default null,
  add_on_quantities integer[] default null
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_for_refund(
    refund_tickets.booking_id, 'payments.refund'
  );
  v_request app_public.refund_requests;
  v_known uuid := app_private.replay_result(
    refund_tickets.idempotency_key, 'refund_tickets',
    jsonb_build_array(
      refund_tickets.booking_id, refund_tickets.note, refund_tickets.ticket_ids,
      refund_tickets.percentage, refund_tickets.with_fees, refund_tickets.reason,
      refund_tickets.add_on_item_ids, refund_tickets.add_on_quantities
    )
  );
begin
  if v_known is not null then
    return app_private.known_refund_request(v_known);
  end if;
  if coalesce(refund_tickets.percentage not between 0 and 100, true) then
    raise exception 'A share is 0 to 100 percent.' using errcode = 'LMINP', detail = 'percentage';
  end if;
  v_request.kind := case
    when num_nonnulls(
      refund_tickets.ticket_ids, refund_tickets.add_on_item_ids, refund_tickets.add_on_quantities
    ) = 0 then 'full'
    else 'ticket'
  end;
  v_request.ticket_ids := refund_tickets.ticket_ids;
  v_request.add_on_item_ids := refund_tickets.add_on_item_ids;
  v_request.add_on_quantities := refund_tickets.add_on_quantities;
  v_request.percentage := refund_tickets.percentage;
  v_request.refunds_service_fees := refund_tickets.with_fees;
  v_request.refunds_processing_fees := refund_tickets.with_fees;
  v_request.reason := refund_tickets.reason;
  v_request.note := refund_tickets.note;
  v_request := app_private.request_refund(v_booking, v_request);
  perform app_private.keep_result(refund_tickets.idempotency_key, v_request.id);
  return v_request;
end
$$;

comment on function app_public.refund_tickets(
  uuid, text, uuid[], numeric, boolean, app_public.refund_reason, text, uuid[], integer[]
) is
  'Takes tickets of a booking back, units of its add-ons (so many of each line), or all of it, for '
  'as much as staff decides, whatever the terms say. The tickets end, and their places are on sale '
  'again, as are the units, if their add-on says so. Above the organization''s threshold '
  'somebody else has to approve it first. Needs payments.refund. '
  'Raises LMBKG, LMRGT, LMBST, LMTUS, LMTVD, LMNFD (no such add-on), LMINP, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.refund_tickets(
  uuid, text, uuid[], numeric, boolean, app_public.refund_reason, text, uuid[], integer[]
) to lml_user;

--! split: 1144-functions-payments-refund_units.sql
-- From the amounts that were stored at the sale, whatever its terms were. The price is what fees
-- and tax leave of the total; a ticket's fees, and the commission, are shared out in the order of
-- ids, so that the tickets of a line sum to it, and all units to the booking. Each unit of an add-on
-- is one, as a ticket is.
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
      t.booking_item_id, t.id as ticket_id, t.total_paid_cents,
      -- When the performance is over, whoever was there is like whoever was not.
      t.status = 'valid'
        or t.status = 'used' and (refund_units.booking).status = 'completed' as is_live,
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
      s.tax_paid_cents as tax, null::integer as unit_no
    from shares as s
    union all
    select
      l.id, null, l.item_type = 'fee',
      not exists (
        select from app_public.refund_items as r
        where r.organization_id = l.organization_id and r.booking_item_id = l.id and r.is_return
          and r.unit_no is not distinct from n.unit_no
      ),
      app_hidden.share_to_charge(
        l.total_cents - l.service_fee_cents - l.processing_fee_cents - l.tax_cents,
        coalesce(n.unit_no, 1), n.units, (refund_units.booking).currency
      ),
      app_hidden.share_to_charge(
        l.service_fee_cents, coalesce(n.unit_no, 1), n.units, (refund_units.booking).currency
      ) + app_hidden.share_to_charge(
        l.processing_fee_cents, coalesce(n.unit_no, 1), n.units, (refund_units.booking).currency
      ),
      app_hidden.share_to_charge(
        l.service_fee_cents, coalesce(n.unit_no, 1), n.units, (refund_units.booking).currency
      ),
      app_hidden.share_to_charge(
        l.tax_cents, coalesce(n.unit_no, 1), n.units, (refund_units.booking).currency
      ),
      n.unit_no
    from lines as l
    cross join lateral (
      select no as unit_no, l.quantity as units
      from generate_series(1, l.quantity) as no where l.add_on_id is not null
      union all
      select null, 1 where l.add_on_id is null
    ) as n
    where not l.has_tickets
  ),
  counted as (
    select u.*,
      sum(u.price) over (order by u.booking_item_id, u.ticket_id, u.unit_no) as running,
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
    ) - r.commission,
    c.unit_no
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
      and r.unit_no is not distinct from c.unit_no
  ) as r
  order by c.booking_item_id, c.ticket_id, c.unit_no
$$;

comment on function app_private.refund_units(app_public.bookings) is
  'Tickets, units of add-ons, and other lines of a booking, with what of each was not taken back yet.';

--! split: 1145-functions-payments-replace_payment.sql
create or replace function app_private.replace_payment(
  intent app_public.payment_intents, capture_method app_public.capture_method
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = (replace_payment.intent).booking_id;
  perform app_private.withdraw_payment(v_booking);
  if v_booking.status = 'partially_paid'
    or v_booking.status = 'pending_payment' and v_booking.expires_at > now()
  then
    perform app_private.request_payment(v_booking, replace_payment.capture_method);
  end if;
  return v_booking;
end
$$;

comment on function app_private.replace_payment(
  app_public.payment_intents, app_public.capture_method
) is
  'Gives the open intent of a locked booking up, and asks for a new one if it is still to be paid.';

--! split: 1146-functions-payments-request_payment.sql
-- An attempt that is open is changed at Stripe to what is to be paid now, so that what the buyer's
-- browser has stays good. One that Stripe is working on, or that is captured otherwise, cannot be
-- changed: it is given up, and there is a new one.
create or replace function app_private.request_payment(
  booking app_public.bookings, capture_method app_public.capture_method default 'automatic'
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_amount_cents bigint;
  v_before_cents bigint;
  v_part app_public.booking_payment_schedule;
begin
  if (request_payment.booking).payment_plan_id is not null then
    v_part := app_private.next_part(request_payment.booking);
  end if;
  insert into app_public.payment_intents as p (
    organization_id, booking_id, amount_cents, currency, schedule_id, capture_method
  )
  values (
    (request_payment.booking).organization_id, (request_payment.booking).id,
    coalesce(v_part.amount_cents, (request_payment.booking).total_amount_cents),
    (request_payment.booking).currency, v_part.id, request_payment.capture_method
  )
  on conflict (booking_id, organization_id) where status not in ('succeeded', 'failed', 'canceled')
  do update set amount_cents = excluded.amount_cents, schedule_id = excluded.schedule_id,
    -- What the bank had to be asked about the old amount, it is asked about the new one.
    status = case when p.amount_cents = excluded.amount_cents then p.status else 'pending' end
    where p.status in ('pending', 'requires_action')
      and p.capture_method = excluded.capture_method
  returning new.id, new.amount_cents, old.amount_cents
  into v_id, v_amount_cents, v_before_cents;
  if v_id is null then
    perform app_private.withdraw_payment(request_payment.booking);
    return app_private.request_payment(request_payment.booking, request_payment.capture_method);
  elsif v_before_cents is null then
    perform app_private.ask_for_payment(v_id);
  elsif v_before_cents <> v_amount_cents then
    perform app_private.change_payment(v_id, v_before_cents);
  end if;
  return v_id;
end
$$;

comment on function app_private.request_payment(app_public.bookings, app_public.capture_method) is
  'Writes down what is to be collected now, and has the worker ask Stripe for it, by the attempt '
  'that is open or by a new one. Raises LMPLN.';

--! split: 1147-functions-payments-request_refund.sql
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
  -- What is unknown would be nothing when the threshold is asked, and all of it when it is carried out.
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
    when app_private.needs_approval(v_booking, v_request.amount_cents) then 'requested'
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

--! split: 1148-functions-payments-require_accounts_on_their_side.sql
-- A correction may bring an account nearer to its side, and must not take it off.
create or replace function app_private.require_accounts_on_their_side(
  correction app_public.ledger_corrections
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_kind app_public.ledger_account_kind;
begin
  select c.kind into v_kind
  from unnest(
    (require_accounts_on_their_side.correction).kinds,
    (require_accounts_on_their_side.correction).amounts_cents
  ) as c (kind, amount_cents)
  join app_public.ledger_account_rules as k on k.kind = c.kind and not k.may_be_negative
  join app_public.ledger_accounts as a
    on a.organization_id = (require_accounts_on_their_side.correction).organization_id
    and a.currency = (require_accounts_on_their_side.correction).currency and a.kind = c.kind
  cross join lateral (
    select sum(e.amount_cents) as balance
    from app_public.ledger_entries as e
    where e.organization_id = a.organization_id and e.account_id = a.id
  ) as e
  cross join lateral (
    select case k.normal_side when 'debit' then -1 else 1 end as direction
  ) as d
  where c.amount_cents * d.direction > 0 and e.balance * d.direction > 0
  limit 1;
  if found then
    raise exception 'The correction would leave less than nothing on %.', v_kind
      using errcode = 'LMBAL', detail = v_kind::text,
        hint = 'Reject it, and ask for a smaller one.';
  end if;
end
$$;

comment on function app_private.require_accounts_on_their_side(app_public.ledger_corrections) is
  'Raises LMBAL when a correction that was posted has left an account on the wrong side.';

--! split: 1149-functions-payments-require_add_ons_of.sql
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
    raise exception 'The booking is %.', (require_add_ons_of.booking).status
      using errcode = 'LMBST', detail = (require_add_ons_of.booking).status::text;
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

--! split: 1150-functions-payments-require_refundable.sql
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
    raise exception 'The booking is %.', (require_refundable.booking).status
      using errcode = 'LMBST', detail = (require_refundable.booking).status::text;
  end if;
end
$$;

comment on function app_private.require_refundable(app_public.bookings, app_public.refund_kind) is
  'Raises LMBST unless something of the booking may be taken back.';

--! split: 1151-functions-payments-retry_refund.sql
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
  perform app_private.mail_refund(b, 'refund_started', v_next.amount_cents, v_next.reason)
  from app_public.bookings as b where b.id = v_next.booking_id;
  return v_next;
end
$$;

comment on function app_public.retry_refund(uuid) is
  'Sends a failed refund again, as a new one, and returns that; once: again it is the same one. '
  'Needs payments.refund. Raises LMBKG, LMRGT, LMRFD (it has not failed), '
  'LMDSP (the payment is disputed), LMRFX (a lost dispute left less), LMAUT, LMSES.';
grant execute on function app_public.retry_refund(uuid) to lml_user;

--! split: 1152-functions-payments-return_payment.sql
create or replace function app_private.return_payment(
  intent app_public.payment_intents, asked_cents bigint
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  -- It had asked for this money, and others have its seats: whether or not the sweep was here, the
  -- refund must find it ended. Money that it had not asked for leaves it alone.
  update app_public.bookings as b
  set status = 'expired', expires_at = null
  where b.id = (return_payment.intent).booking_id and b.status = 'pending_payment'
    and case when (return_payment.intent).schedule_id is null
      then b.payment_plan_id is null
        and b.total_amount_cents <= (return_payment.intent).amount_cents
      else b.payment_plan_id is not null
        and (return_payment.intent).amount_cents = return_payment.asked_cents
    end
  returning * into v_booking;
  if found then
    perform app_private.free_seats(v_booking, app_private.held_seat_nos(v_booking));
    perform app_private.free_admissions(v_booking);
    perform app_private.withdraw_payment(v_booking);
  end if;
  perform app_private.queue_refund(
    return_payment.intent, (return_payment.intent).amount_cents, 'late_payment'
  );
  perform app_private.mail_refund(
    b, 'payment_returned', (return_payment.intent).amount_cents, 'late_payment'
  )
  from app_public.bookings as b where b.id = (return_payment.intent).booking_id;
end
$$;

comment on function app_private.return_payment(app_public.payment_intents, bigint) is
  'Queues the refund of a payment that buys nothing: too late, twice, or not what was asked for.';

--! split: 1153-functions-payments-reverse_payout.sql
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
  perform app_hidden.require_chargeable(
    reverse_payout.amount_cents, v_payout.currency, 'amount_cents'
  );
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

--! split: 1154-functions-payments-reverse_sale.sql
create or replace function app_private.reverse_sale(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_kinds app_public.ledger_account_kind[];
  v_amounts bigint[];
begin
  select array_agg(l.kind), array_agg(-l.amount_cents)
  into v_kinds, v_amounts
  from app_private.left_of_sale(reverse_sale.booking) as l;
  if v_kinds is null then
    return;
  end if;
  perform app_private.post_to_ledger(
    (reverse_sale.booking).organization_id, (reverse_sale.booking).id,
    (reverse_sale.booking).currency, 'sale_reversal:' || (reverse_sale.booking).id,
    'Cancellation ' || (reverse_sale.booking).booking_reference, v_kinds, v_amounts
  );
end
$$;

comment on function app_private.reverse_sale(app_public.bookings) is
  'Posts the opposite of what is left of a sale, corrected: what it split is owed to the '
  'buyer again.';

--! split: 1155-functions-payments-rounded.sql
-- Stripe charges currencies with three decimals in steps of ten of their minor unit, and two that have
-- lost their decimals in steps of a hundred: every part of a price is a multiple of it there. Where
-- the planner knows that a currency has no steps, it folds the division away.
create or replace function app_hidden.rounded(amount numeric, currency text)
returns bigint
language sql immutable parallel safe
return case
  when app_hidden.charge_step(rounded.currency) = 1 then round(rounded.amount)
  else round(rounded.amount / app_hidden.charge_step(rounded.currency))
    * app_hidden.charge_step(rounded.currency)
end::bigint;

comment on function app_hidden.rounded(numeric, text) is
  'An amount that can be charged in a currency, half away from zero.';

--! split: 1156-functions-payments-set_refund_approval.sql
create or replace function app_public.set_refund_approval(
  organization_id uuid, above_cents bigint default null
)
returns app_public.organization_settings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_settings app_public.organization_settings;
  v_constraint text;
  v_column text;
begin
  -- A second person whom anybody may abolish is none.
  perform app_hidden.refuse_impersonator();
  perform app_private.lock_organization(
    set_refund_approval.organization_id, 'organization.manage'
  );
  update app_public.organization_settings as s
  set refund_approval_above_cents = set_refund_approval.above_cents
  where s.organization_id = set_refund_approval.organization_id
  returning * into v_settings;
  return v_settings;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_refund_approval(uuid, bigint) is
  'Above which amount a second person decides about refunds by staff; null: nobody. Needs '
  'organization.manage. Raises LMNFD, LMRGT, LMINP, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.set_refund_approval(uuid, bigint) to lml_user;

--! split: 1157-functions-payments-settle_payment.sql
-- Who paid more than the price, since it fell in the same moment, has what is in the booking now,
-- and the difference back. Who paid less has bought nothing.
create or replace function app_private.settle_payment(
  intent app_public.payment_intents, before app_public.payment_intents
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents := settle_payment.intent;
  v_booking app_public.bookings;
  v_is_wanted boolean;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = v_intent.booking_id;
  if v_intent.schedule_id is null then
    v_is_wanted := app_private.confirm_booking(
      v_booking.id, least(v_intent.amount_cents, v_booking.total_amount_cents)
    );
  else
    v_is_wanted := v_intent.amount_cents = (settle_payment.before).amount_cents
      and app_private.receive_installment(v_intent);
  end if;
  if not v_is_wanted then
    perform app_private.return_payment(v_intent, (settle_payment.before).amount_cents);
    return;
  end if;
  if v_intent.schedule_id is null and v_intent.amount_cents > v_booking.total_amount_cents then
    perform app_private.queue_refund(
      v_intent, v_intent.amount_cents - v_booking.total_amount_cents, 'late_payment'
    );
  end if;
  if v_intent.capture_requested_at is not null then
    perform app_private.mail_booking(b, 'booking_charged')
    from app_public.bookings as b where b.id = v_booking.id;
  end if;
  if (settle_payment.before).status in ('canceled', 'failed') then
    -- An attempt that was given up was faster than the one after it.
    perform app_private.withdraw_payment(b)
    from app_public.bookings as b where b.id = v_booking.id;
  end if;
end
$$;

comment on function app_private.settle_payment(
  app_public.payment_intents, app_public.payment_intents
) is 'What becomes of a booking with money that has arrived, or of the money.';

--! split: 1158-functions-payments-store_refund_request.sql
create or replace function app_private.store_refund_request(request app_public.refund_requests)
returns app_public.refund_requests
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.refund_requests (
    organization_id, booking_id, kind, status, reason, note, ticket_ids, add_on_item_ids,
    add_on_quantities, percentage,
    refunds_service_fees, refunds_processing_fees, is_exception, amount_cents, currency,
    cancellation_policy_id, requested_by
  )
  values (
    request.organization_id, request.booking_id, request.kind, request.status, request.reason,
    request.note, request.ticket_ids, request.add_on_item_ids, request.add_on_quantities,
    coalesce(request.percentage, 100),
    coalesce(request.refunds_service_fees, true), coalesce(request.refunds_processing_fees, true),
    coalesce(request.is_exception, false), request.amount_cents, request.currency,
    request.cancellation_policy_id, app_hidden.current_user_id()
  )
  returning *
$$;

comment on function app_private.store_refund_request(app_public.refund_requests) is
  'Writes a request down.';

--! split: 1159-functions-payments-take_back.sql
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
  v_queued bigint;
begin
  insert into app_public.refund_items (
    organization_id, request_id, booking_id, booking_item_id, ticket_id, unit_no, is_return,
    price_cents, service_fee_cents, processing_fee_cents, tax_cents, total_cents, commission_cents
  )
  select
    (take_back.request).organization_id, (take_back.request).id, (take_back.request).booking_id,
    p.booking_item_id, p.ticket_id, p.unit_no, p.is_return, p.price_cents, p.service_fee_cents,
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
      + case when l.has_units then l.returned else i.quantity * l.returned end
  from (
    select
      p.booking_item_id, sum(app_private.total_of_part(p)) as amount,
      count(*) filter (where p.is_return) as returned,
      bool_or(num_nonnulls(p.ticket_id, p.unit_no) > 0) as has_units
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
  v_queued := app_private.refund_booking(
    v_booking, (take_back.request).reason, least(v_amount, app_private.surplus_of(v_booking)),
    (take_back.request).id
  );
  perform app_private.mail_refund(
    v_booking, 'refund_started', v_queued, (take_back.request).reason
  );
  return v_booking;
end
$$;

comment on function app_private.take_back(
  app_public.bookings, app_public.refund_requests, app_private.refund_part[]
) is
  'Writes down what is taken back of a sale, reverses that part of its postings, and queues what '
  'was paid too much by then, of which the buyer is told.';

--! split: 1160-functions-payments-take_tickets_back.sql
create or replace function app_private.take_tickets_back(
  booking app_public.bookings, ticket_ids uuid[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.end_open_offer(t, 'withdrawn')
  from app_public.tickets as t
  where t.organization_id = (take_tickets_back.booking).organization_id
    and t.id = any (take_tickets_back.ticket_ids)
  order by t.id;
  update app_public.tickets as t
  set status = 'refunded', is_inside = false
  where t.organization_id = (take_tickets_back.booking).organization_id
    and t.id = any (take_tickets_back.ticket_ids);
  perform app_private.free_seats(take_tickets_back.booking, array(
    select t.seat_no from app_public.tickets as t
    where t.organization_id = (take_tickets_back.booking).organization_id
      and t.id = any (take_tickets_back.ticket_ids) and t.seat_no is not null
    order by t.seat_no
  ));
  perform app_private.free_admissions(
    take_tickets_back.booking, n.ticket_category_id, n.quantity
  )
  from (
    select t.ticket_category_id, count(*)::integer as quantity
    from app_public.tickets as t
    where t.organization_id = (take_tickets_back.booking).organization_id
      and t.id = any (take_tickets_back.ticket_ids) and t.seat_no is null
    group by t.ticket_category_id
    order by t.ticket_category_id
  ) as n;
end
$$;

comment on function app_private.take_tickets_back(app_public.bookings, uuid[]) is
  'Ends valid tickets of a booking, which are locked with it, and puts their seats and admissions '
  'on sale again.';

--! split: 1161-functions-payments-tg_stripe_customers__forget.sql
-- Who is forgotten here leaves nothing but the call itself to say whom Stripe is to forget.
create or replace function app_private.tg_stripe_customers__forget()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if old.stripe_id is not null then
    insert into app_private.stripe_calls (
      organization_id, purpose, subject_id, idempotency_key, request_hash, stripe_id
    )
    values (
      old.organization_id, 'stripe_customer.delete', old.id, 'customer_delete:' || old.id,
      encode(
        sha256(convert_to(format('{"customer":%s}', to_json(old.stripe_id)), 'UTF8')), 'hex'
      ),
      old.stripe_id
    );
    perform app_private.add_stripe_job('stripe_customer.delete', old.id, '0');
  end if;
  return null;
end
$$;

comment on function app_private.tg_stripe_customers__forget() is
  'Who is forgotten here is forgotten at Stripe too, with every card.';

create or replace trigger _900_forget
  after delete on app_private.stripe_customers
  for each row execute function app_private.tg_stripe_customers__forget();

--! split: 1162-functions-payments-was_asked_for.sql
-- Compared as text, since a cast would fail, and be tried again, on what is no amount.
create or replace function app_private.was_asked_for(
  intent app_public.payment_intents, amount text
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    was_asked_for.amount = (was_asked_for.intent).amount_cents::text
      or exists (
        select from app_private.payment_intent_changes as c
        where c.payment_intent_id = (was_asked_for.intent).id
          and was_asked_for.amount in (c.amount_before_cents::text, c.amount_cents::text)
      ),
    false
  )
$$;

comment on function app_private.was_asked_for(app_public.payment_intents, text) is
  'Whether an amount is, or was, the one of an intent: news of it may be older than its price.';

--! split: 1163-functions-payments-withdraw_payment.sql
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
    and p.status in ('pending', 'processing', 'requires_action', 'authorized')
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

--! split: 1164-functions-tickets-add_on_orders.sql
create or replace function app_public.add_on_orders(
  performance_id uuid, add_on_id uuid default null, delivered boolean default null
)
returns setof app_public.add_on_order
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_reads_names boolean;
begin
  select * into v_performance
  from app_public.performances as p where p.id = add_on_orders.performance_id;
  perform app_hidden.require_performance_permission(
    v_performance.organization_id, v_performance.id, 'tickets.read'
  );
  v_reads_names := app_hidden.has_performance_permission(
    v_performance.organization_id, v_performance.id, 'customers.read_names'
  );
  return query
    select
      i.id, b.id, b.booking_reference, case when v_reads_names then b.customer_name end, a.id,
      a.name, a.delivery, case when v_reads_names then address.address end,
      i.quantity - i.returned_quantity,
      d.delivered_at
    from app_public.bookings as b
    join app_public.booking_items as i
      on i.organization_id = b.organization_id and i.booking_id = b.id
    join app_public.add_ons as a on a.organization_id = i.organization_id and a.id = i.add_on_id
    left join app_public.add_on_deliveries as d
      on d.organization_id = i.organization_id and d.booking_item_id = i.id
    left join app_public.delivery_addresses as address
      on address.organization_id = b.organization_id
      and address.booking_id = b.id
      and a.delivery = 'mail'
    where b.organization_id = v_performance.organization_id
      and b.performance_id = v_performance.id
      and b.status in ('confirmed', 'completed')
      and i.quantity > i.returned_quantity
      and a.id = coalesce(add_on_orders.add_on_id, a.id)
      and (add_on_orders.delivered is null
        or add_on_orders.delivered = (d.booking_item_id is not null))
    order by b.booking_reference, a.name, i.id;
end
$$;

comment on function app_public.add_on_orders(uuid, uuid, boolean) is
  'What buyers of a performance have paid for besides tickets: the pick-up list, and what is to be '
  'mailed. Needs tickets.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.add_on_orders(uuid, uuid, boolean) to lml_user;

--! split: 1165-functions-tickets-admit.sql
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
      and c.organization_id = (admit.door).organization_id
      and t.id = c.ticket_id
      and (t.organization_id = c.organization_id) is true
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
      and t.id = c.ticket_id
      and (t.organization_id = c.organization_id) is true
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

--! split: 1166-functions-tickets-admit_pass.sql
-- The ticket is locked, and its state asked for afterwards, so that two scanners of one pass wait
-- for each other, and for whoever returns it. The first entry of a date is an insert, every other
-- one a conditional write: each date counts for itself.
create or replace function app_private.admit_pass(
  door app_private.door, credential_hash bytea, direction app_public.scan_direction,
  at timestamptz
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_door app_private.door := admit_pass.door;
  v_ticket app_public.tickets;
  v_ticket_id uuid;
begin
  select t.* into v_ticket
  from app_private.ticket_credentials as c
  join app_public.tickets as t on t.organization_id = c.organization_id and t.id = c.ticket_id
  join app_public.pass_dates as d
    on d.organization_id = t.organization_id
    and d.pass_id = t.performance_id
    and d.performance_id = v_door.performance_id
  where c.credential_hash = admit_pass.credential_hash
    and c.organization_id = v_door.organization_id
    and t.credential_version = c.version
  for no key update of t;
  if v_ticket.id is null then
    return null;
  end if;

  if admit_pass.direction = 'out' then
    update app_public.pass_entries as e
    set is_inside = false
    where e.organization_id = v_ticket.organization_id
      and e.ticket_id = v_ticket.id
      and e.performance_id = v_door.performance_id
      and e.is_inside
    returning e.ticket_id into v_ticket_id;
  elsif v_ticket.status in ('valid', 'used') and not v_ticket.is_disputed
    and v_door.closes_at >= admit_pass.at and not v_door.is_canceled
    and app_private.leads_to(v_door, v_ticket.section, v_ticket.ticket_category_id)
  then
    insert into app_public.pass_entries as e (
      organization_id, ticket_id, performance_id, first_entry_at
    )
    values (
      v_ticket.organization_id, v_ticket.id, v_door.performance_id, admit_pass.at
    )
    on conflict on constraint pass_entries_pkey do update
    set entry_count = e.entry_count + 1, is_inside = true
    where not e.is_inside and e.entry_count <= v_door.reentry_limit
    returning e.ticket_id into v_ticket_id;
    update app_public.tickets as t
    set status = 'used', used_at = admit_pass.at
    where t.organization_id = v_ticket.organization_id
      and t.id = v_ticket_id
      and t.status = 'valid';
  end if;
  return v_ticket_id;
end
$$;

comment on function app_private.admit_pass(
  app_private.door, bytea, app_public.scan_direction, timestamptz
) is 'Lets the holder of a pass through a door of one of its dates; null: it is none, or refused.';

--! split: 1167-functions-tickets-allows_reentry.sql
create or replace function app_private.allows_reentry(ticket app_public.tickets)
returns boolean
language sql stable security definer set search_path = ''
as $$
  -- A pass that was used on one date is still good for the others.
  select (allows_reentry.ticket).entry_count <= e.reentry_limit or p.pass_name is not null
  from app_public.performances as p
  join app_public.events as e on e.id = p.event_id and e.organization_id = p.organization_id
  where p.organization_id = (allows_reentry.ticket).organization_id
    and p.id = (allows_reentry.ticket).performance_id
$$;

comment on function app_private.allows_reentry(app_public.tickets) is
  'Whether whoever came in with a ticket may go out and come back.';

--! split: 1168-functions-tickets-attendee_list.sql
create or replace function app_public.attendee_list(performance_id uuid)
returns setof app_public.attendee_entry
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
begin
  select * into v_performance
  from app_public.performances as p where p.id = attendee_list.performance_id;
  perform app_hidden.require_performance_permission(
    v_performance.organization_id, v_performance.id, 'tickets.read'
  );
  return query
    select
      t.id, t.ticket_number, c.name,
      nullif(concat_ws(', ', t.section, t.row_name, t.seat_number), ''),
      a.first_name, a.last_name, a.email::text, a.phone, coalesce(asked.answers, '{}'),
      coalesce(asked.unanswered, 0)
    from app_public.tickets as t
    join app_public.ticket_categories as c
      on c.organization_id = t.organization_id and c.id = t.ticket_category_id
    left join app_public.ticket_attendees as a
      on a.organization_id = t.organization_id and a.ticket_id = t.id
    cross join lateral (
      select
        jsonb_object_agg(q.question, a.answers ->> q.id::text order by q.sort_order, q.id)
          filter (where a.answers ? q.id::text) as answers,
        count(*) filter (
          where q.is_required and q.retired_at is null
            and not coalesce(a.answers ? q.id::text, false)
        )::integer as unanswered
      from app_private.questions_for(t) as q
    ) as asked
    where t.organization_id = v_performance.organization_id
      and (
        t.performance_id = v_performance.id
        or t.performance_id in (select app_private.passes_for(v_performance.id))
      )
      and t.status in ('valid', 'used')
    order by c.category_no, t.section, t.seat_no, t.ticket_number;
end
$$;

comment on function app_public.attendee_list(uuid) is
  'Who comes to a performance, with their answers, a row for each good ticket. '
  'Needs tickets.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.attendee_list(uuid) to lml_user;

--! split: 1169-functions-tickets-check_tickets.sql
create or replace function app_private.check_tickets()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
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
      and s.performance_id = t.performance_id
      and s.result = 'success'
      and s.direction = 'in'
  ) as s
  where t.entry_count <> s.scans

  union all
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

  union all
  select
    'pass_that_came_in_is_used', t.organization_id, t.id,
    format('pass %s came in, and is %s', t.ticket_number, t.status)
  from app_public.pass_entries as e
  join app_public.tickets as t on t.organization_id = e.organization_id and t.id = e.ticket_id
  where t.status = 'valid'

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
    'ticket_that_came_back_is_void', t.organization_id, t.id,
    format('ticket %s is %s', t.ticket_number, t.status)
  from app_public.tickets as t
  where t.status in ('valid', 'used') and exists (
      select from app_public.refund_items as i
      where i.organization_id = t.organization_id and i.ticket_id = t.id and i.is_return
    )

  union all
  select
    'ticket_is_blocked_with_its_booking', t.organization_id, t.id,
    format('ticket %s is %s, its booking is %s', t.ticket_number,
      case when t.is_disputed then 'blocked' else 'not blocked' end, b.status)
  from app_public.tickets as t
  join app_public.bookings as b on b.organization_id = t.organization_id and b.id = t.booking_id
  where t.is_disputed <> (b.status = 'disputed' and t.status in ('valid', 'used'))
$$;

comment on function app_private.check_tickets() is
  'What is inconsistent of tickets.';

--! split: 1170-functions-tickets-draw_add_on_codes.sql
-- The booking is locked. Others who draw at the same moment take other codes and wait for nobody.
create or replace function app_private.draw_add_on_codes(item app_public.booking_items)
returns text[]
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_live integer := (draw_add_on_codes.item).quantity
    - (draw_add_on_codes.item).returned_quantity;
  v_wanted integer;
  v_drawn integer;
begin
  if not exists (
    select from app_private.add_on_codes as c
    where c.organization_id = (draw_add_on_codes.item).organization_id
      and c.add_on_id = (draw_add_on_codes.item).add_on_id
  ) then
    return '{}';
  end if;
  select v_live - count(*), count(*) into v_wanted, v_drawn
  from app_private.add_on_codes as c
  where c.organization_id = (draw_add_on_codes.item).organization_id
    and c.booking_item_id = (draw_add_on_codes.item).id
    and c.unit_no <= v_live;
  if v_wanted > 0 then
    with free as materialized (
      select c.id
      from app_private.add_on_codes as c
      where c.organization_id = (draw_add_on_codes.item).organization_id
        and c.add_on_id = (draw_add_on_codes.item).add_on_id
        and c.booking_item_id is null
      order by c.id
      limit v_wanted
      for no key update skip locked
    ),
    numbered as (
      select f.id, v_drawn + row_number() over (order by f.id) as unit_no from free as f
    )
    update app_private.add_on_codes as c
    set booking_item_id = (draw_add_on_codes.item).id, unit_no = n.unit_no, drawn_at = now()
    from numbered as n
    where c.id = n.id;
    get diagnostics v_drawn = row_count;
    if v_drawn < v_wanted then
      perform app_private.raise_few_left(v_drawn);
    end if;
  end if;
  return array(
    select c.code from app_private.add_on_codes as c
    where c.organization_id = (draw_add_on_codes.item).organization_id
      and c.booking_item_id = (draw_add_on_codes.item).id
      and c.unit_no <= v_live
    order by c.unit_no
  );
end
$$;

comment on function app_private.draw_add_on_codes(app_public.booking_items) is
  'The codes of a line of a locked booking, one for each unit, drawn when there are none yet; none '
  'for an add-on without codes. Raises LMFEW (others are drawing the last ones: try again).';

--! split: 1171-functions-tickets-mark_add_on_delivered.sql
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
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
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
  'Raises LMTUS (they have got it already), LMBST (it is not paid for, or came back), LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.mark_add_on_delivered(uuid) to lml_user;

--! split: 1172-functions-tickets-offer_ticket.sql
-- The token goes into the mail and to nobody else: who accepts has read the mailbox.
create or replace function app_public.offer_ticket(
  ticket_id uuid, email text, idempotency_key text default null
)
returns app_public.ticket_transfers
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets := app_private.lock_held_ticket(offer_ticket.ticket_id);
  v_transfer app_public.ticket_transfers;
  v_known uuid := app_private.replay_result(
    offer_ticket.idempotency_key, 'offer_ticket',
    jsonb_build_array(offer_ticket.ticket_id, offer_ticket.email)
  );
  v_constraint text;
  v_column text;
begin
  -- It would be gone for good, into any mailbox.
  perform app_hidden.refuse_impersonator();
  if v_known is not null then
    select * into strict v_transfer from app_public.ticket_transfers as x where x.id = v_known;
    return v_transfer;
  end if;
  perform app_private.require_transferable(v_ticket);
  -- Nobody's mailbox is flooded through us.
  if (
    select count(*) from app_public.ticket_transfers as x
    where x.organization_id = v_ticket.organization_id and x.ticket_id = v_ticket.id
  ) >= 20 then
    perform app_private.raise_ticket_bound('often', 'This ticket was offered too often.');
  end if;
  perform app_private.end_open_offer(v_ticket, 'withdrawn');

  insert into app_public.ticket_transfers (
    organization_id, performance_id, ticket_id, from_user_id, from_cart_token_hash,
    from_customer_id, to_email, offered_by, expires_at
  )
  select
    v_ticket.organization_id, v_ticket.performance_id, v_ticket.id, h.user_id, h.cart_token_hash,
    h.customer_id, offer_ticket.email::public.citext, app_hidden.current_user_id(),
    least(now() + interval '7 days', app_private.closing_time_of(v_ticket))
  from app_private.holder_of(v_ticket) as h
  returning * into v_transfer;
  perform app_private.mail_offer(v_transfer);
  perform app_private.keep_result(offer_ticket.idempotency_key, v_transfer.id);
  return v_transfer;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.offer_ticket(uuid, text, text) is
  'Offers a ticket to an address, for seven days; an earlier offer is withdrawn. It stays yours '
  'until somebody accepts with the token in the mail. For its holder, and staff with '
  'tickets.manage. Raises LMNFD, LMTUS, LMTVD, LMTRB (transfers are off, the booking is disputed, '
  'it is over, too often), LMINP, LMIMP, LMSES, LMCRT, LMIDK.';
grant execute on function app_public.offer_ticket(uuid, text, text) to lml_anonymous, lml_user;

--! split: 1173-functions-tickets-open_add_on.sql
-- The buyer's own, and nobody's who acts for them. The booking is locked first, so that it is not
-- refunded at the same moment.
create or replace function app_public.open_add_on(booking_item_id uuid)
returns app_public.opened_add_on
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_item app_public.booking_items;
  v_opened app_public.opened_add_on;
begin
  select b.* into v_booking
  from app_public.bookings as b
  where b.id = (
      select i.booking_id from app_public.booking_items as i
      where i.id = open_add_on.booking_item_id and i.add_on_id is not null
    )
    and (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
    )
  for no key update;
  if not found then
    perform app_private.require_buyer();
    raise exception 'There is no such add-on, or it is not yours.'
      using errcode = 'LMBKG', detail = format('%s', open_add_on.booking_item_id);
  end if;
  perform app_hidden.refuse_impersonator();
  select * into strict v_item
  from app_public.booking_items as i where i.id = open_add_on.booking_item_id;
  if v_booking.status not in ('confirmed', 'completed')
    or v_item.returned_quantity >= v_item.quantity
  then
    raise exception 'The add-on is not paid for, or was returned.'
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  select v_item.id, a.id, a.name, d.url, app_private.draw_add_on_codes(v_item), null
  into v_opened
  from app_public.add_ons as a
  left join app_private.add_on_downloads as d
    on d.organization_id = a.organization_id and d.add_on_id = a.id
  where a.organization_id = v_item.organization_id and a.id = v_item.add_on_id
    and a.delivery = 'digital';
  if v_opened.download_url is null and coalesce(v_opened.codes, '{}') = '{}' then
    raise exception 'There is nothing to download.'
      using errcode = 'LMNFD', hint = 'Ask the organization; quote the booking reference.';
  end if;
  insert into app_public.add_on_deliveries (
    booking_item_id, organization_id, performance_id, delivered_by
  )
  values (
    v_item.id, v_item.organization_id, v_booking.performance_id, app_hidden.current_user_id()
  )
  on conflict on constraint add_on_deliveries_pkey do nothing;
  select d.delivered_at into strict v_opened.opened_at
  from app_public.add_on_deliveries as d
  where d.organization_id = v_item.organization_id and d.booking_item_id = v_item.id;
  return v_opened;
end
$$;

comment on function app_public.open_add_on(uuid) is
  'What the buyer of a digital add-on gets: its address, and a code for each unit, which are drawn '
  'now and stay the same. When they first looked is noted as its delivery. '
  'Raises LMBKG, LMBST (it is not paid for, or was returned), LMNFD (there is nothing yet), LMFEW '
  '(try again), LMIMP, LMSES, LMCRT.';
grant execute on function app_public.open_add_on(uuid) to lml_anonymous, lml_user;

--! split: 1174-functions-tickets-open_door.sql
-- A scanner, or staff with a session: who it is, where they stand, and what the performance allows.
-- A gate that is named must be one of this venue, in use; without one, every ticket may enter here.
create or replace function app_private.open_door(
  performance_id uuid, gate_id uuid, at_gate boolean default true
)
returns app_private.door
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_door app_private.door;
  v_device app_public.scanner_devices;
  v_may_scan boolean;
begin
  -- Who is asking, and whether they have the right by their role in all of the organization, as most
  -- who scan do, is asked in the same statement. Everything else, and every refusal, is left to
  -- has_performance_permission.
  select s.user_id, p.organization_id, p.id, p.status = 'canceled',
    app_hidden.closing_time(p.starts_at, p.ends_at), e.reentry_limit, e.venue_id,
    exists (
      select from app_public.organization_members as m
      join app_public.role_permissions as r on r.role = m.role and r.permission = 'tickets.scan'
      where m.organization_id = p.organization_id
        and m.user_id = s.user_id
        and m.status = 'active'
        and not m.venues_restricted
    )
  into v_door.user_id, v_door.organization_id, v_door.performance_id, v_door.is_canceled, v_door.closes_at,
    v_door.reentry_limit, v_door.venue_id, v_may_scan
  from app_public.performances as p
  join app_public.events as e on e.id = p.event_id and e.organization_id = p.organization_id
  left join app_private.current_session as s on true
  where p.id = open_door.performance_id;
  if v_door.user_id is null then
    select d.* into v_device
    from app_public.scanner_devices as d
    where d.id = app_hidden.current_device_id();
    if v_device.id is not null
      and (v_device.organization_id, v_device.venue_id)
        is distinct from (v_door.organization_id, v_door.venue_id)
    then
      raise exception 'There is no such performance at the venue of this scanner.'
        using errcode = 'LMNFD', detail = format('%s', open_door.performance_id);
    end if;
    v_door.device_id := v_device.id;
    v_door.device := v_device.name;
  end if;
  if v_door.device_id is null
    and v_may_scan is not true
    and app_hidden.has_performance_permission(
      v_door.organization_id, v_door.performance_id, 'tickets.scan'
    ) is not true
  then
    perform app_hidden.require_performance_permission(
      v_door.organization_id, v_door.performance_id, 'tickets.scan'
    );
  end if;

  if open_door.at_gate then
    v_door.gate_id := coalesce(open_door.gate_id, v_device.gate_id);
  end if;
  if v_door.gate_id is not null then
    select g.name, z.id is not null, z.sections, z.ticket_categories
    into v_door.gate, v_door.has_zone, v_door.sections, v_door.ticket_categories
    from app_public.entry_gates as g
    left join app_public.entry_zones as z
      on z.organization_id = g.organization_id and z.id = g.zone_id
    where g.id = v_door.gate_id
      and g.organization_id = v_door.organization_id
      and g.venue_id = v_door.venue_id
      and g.closed_at is null;
    if v_door.gate is null then
      raise exception 'There is no such gate at this venue, or it is closed.'
        using errcode = 'LMNFD', detail = v_door.gate_id::text;
    end if;
  end if;
  return v_door;
end
$$;

comment on function app_private.open_door(uuid, uuid, boolean) is
  'What a scan must know before it looks at a ticket. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1175-functions-tickets-refusal_of.sql
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
    when v_ticket.performance_id <> (refusal_of.door).performance_id and not exists (
      select from app_public.pass_dates as d
      where d.organization_id = v_ticket.organization_id
        and d.pass_id = v_ticket.performance_id
        and d.performance_id = (refusal_of.door).performance_id
    ) then 'LMTFO'
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

--! split: 1176-functions-tickets-register_scanner_device.sql
create or replace function app_public.register_scanner_device(
  venue_id uuid, name text, gate_id uuid default null
)
returns app_public.scanner_registration
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
  v_token text := app_public.create_cart_token();
  v_id uuid;
  v_constraint text;
  v_column text;
begin
  -- Its token would outlast acting in somebody's name.
  perform app_hidden.refuse_impersonator();
  select v.organization_id into v_organization_id
  from app_public.venues as v where v.id = register_scanner_device.venue_id;
  perform app_hidden.require_venue_permission(
    v_organization_id, register_scanner_device.venue_id, 'gates.manage'
  );
  insert into app_public.scanner_devices (
    organization_id, venue_id, gate_id, name, registered_by
  )
  values (
    v_organization_id, register_scanner_device.venue_id, register_scanner_device.gate_id,
    register_scanner_device.name, app_hidden.current_user_id()
  )
  returning id into v_id;
  insert into app_private.scanner_tokens (token_hash, organization_id, device_id)
  values (app_hidden.hash_token(v_token), v_organization_id, v_id);
  return row(v_id, v_token);
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when foreign_key_violation then
    raise exception 'There is no such gate at this venue.'
      using errcode = 'LMNFD', detail = register_scanner_device.gate_id::text;
end
$$;

comment on function app_public.register_scanner_device(uuid, text, uuid) is
  'Registers a scanner of a venue. Its token, sent as a session''s is, lets it scan there, online '
  'and offline, and do nothing else; it is shown this once. Needs gates.manage. Raises LMNFD, '
  'LMRGT, LMINP, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.register_scanner_device(uuid, text, uuid) to lml_user;

--! split: 1177-functions-tickets-scan_list.sql
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
          case when is_pass then coalesce(d.entry_count, 0) else t.entry_count end,
          case when is_pass then coalesce(d.is_inside, false) else t.is_inside end
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
  cross join lateral (select t.performance_id <> v_door.performance_id) as p (is_pass)
  left join app_public.pass_entries as d
    on d.organization_id = t.organization_id
    and d.ticket_id = t.id
    and d.performance_id = v_door.performance_id
  where t.organization_id = v_door.organization_id
    and (
      t.performance_id = v_door.performance_id
      or t.performance_id in (select app_private.passes_for(v_door.performance_id))
    )
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

--! split: 1178-functions-tickets-tickets_credential.sql
create or replace function app_public.tickets_credential(ticket app_public.tickets)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  -- What the caller says of the ticket is worth nothing but its id.
  v_ticket app_public.tickets;
begin
  select * into v_ticket
  from app_public.tickets as t where t.id = (tickets_credential.ticket).id;
  -- A picture of it would outlast acting in the holder's name.
  if v_ticket.id is null
    or app_private.holds_ticket(v_ticket) is not true
    or app_hidden.current_impersonator_id() is not null
    or not (
      v_ticket.status = 'valid'
      or (v_ticket.status = 'used' and app_private.allows_reentry(v_ticket))
    )
  then
    return null;
  end if;
  return app_private.ticket_credential_of(v_ticket.id, v_ticket.credential_version);
end
$$;

comment on function app_public.tickets_credential(app_public.tickets) is
  'What the QR code of the ticket carries. Only its holder sees it, and only while it opens a '
  'door.';
grant execute on function app_public.tickets_credential(app_public.tickets)
  to lml_anonymous, lml_user;

--! split: 1179-functions-risk-mail_fraud_alert.sql
-- Each alert at once and by itself: it waits for a person. The mail names the booking and no buyer.
create or replace function app_private.mail_fraud_alert(alert_id uuid)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select app_private.mail_members(
    a.organization_id, 'risk.manage', 'fraud_alert', jsonb_build_object(
      'organization', o.name, 'severity', a.severity, 'rule', r.rule_name,
      'booking', b.booking_reference
    )
  )
  from app_public.fraud_alerts as a
  join app_public.fraud_detection_rules as r on r.id = a.rule_id
  join app_public.organizations as o on o.id = a.organization_id
  left join app_public.bookings as b
    on b.organization_id = a.organization_id and b.id = a.booking_id
  where a.id = mail_fraud_alert.alert_id
$$;

comment on function app_private.mail_fraud_alert(uuid) is
  'Mails an alert to the members who may close it (risk.manage); returns how many.';

--! split: 1180-functions-risk-record_signal.sql
-- Everything that rules may ask later, as it is now. A setting that is no address is unknown, not an
-- error: what a proxy sends must not stop a sale.
create or replace function app_private.record_signal(
  booking_id uuid, stage app_public.fraud_stage, tickets integer, phone text default null
)
returns app_private.booking_signals
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_country text := app_private.current_country();
  v_ip_address text := current_setting('lml.ip_address', true);
  v_signal app_private.booking_signals;
begin
  insert into app_private.booking_signals (
    organization_id, booking_id, performance_id, stage, user_id, buyer_key, email, ip_address,
    device, user_agent, country, expected_countries, is_disposable_email, tickets, amount_cents,
    currency
  )
  select
    b.organization_id, b.id, b.performance_id, record_signal.stage, b.user_id,
    coalesce(uuid_send(b.user_id), b.cart_token_hash), lower(b.customer_email::text),
    case when pg_input_is_valid(v_ip_address, 'inet')
      then app_private.network_of(v_ip_address::inet)
    end,
    left(nullif(current_setting('lml.device', true), ''), 200),
    left(nullif(current_setting('lml.user_agent', true), ''), 1000),
    v_country,
    case when v_country is not null and record_signal.stage = 'checkout'
      then app_private.expected_countries(record_signal.phone, b.performance_id)
    end,
    coalesce(app_private.is_disposable_email(b.customer_email::text), false),
    record_signal.tickets, b.total_amount_cents, b.currency
  from app_public.bookings as b
  where b.id = record_signal.booking_id
  returning * into v_signal;
  return v_signal;
end
$$;

comment on function app_private.record_signal(uuid, app_public.fraud_stage, integer, text) is
  'Writes down who holds or checks out, and from where.';

--! split: 1181-functions-risk-screen_checkout.sql
-- Nothing is raised here: what the rules found has to be there afterwards.
create or replace function app_private.screen_checkout(
  booking app_public.bookings, phone text default null
)
returns app_public.fraud_action
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := screen_checkout.booking;
  v_signal app_private.booking_signals;
  v_rules app_public.fraud_detection_rules[];
  v_assessment app_public.risk_assessments;
  v_alert_id uuid;
begin
  -- Whoever sells by telephone or at a counter sees the buyer.
  if v_booking.booking_channel in ('admin', 'phone') then
    return null;
  end if;
  v_signal := app_private.record_signal(
    v_booking.id, 'checkout', app_private.tickets_in(v_booking),
    screen_checkout.phone
  );
  v_rules := app_private.firing_rules(v_signal);
  if cardinality(v_rules) = 0 then
    return null;
  end if;

  insert into app_public.risk_assessments (organization_id, booking_id, score, action, factors)
  select
    v_booking.organization_id, v_booking.id,
    least(100, sum(app_hidden.points_of(r.severity))), max(r.action),
    jsonb_agg(
      jsonb_build_object(
        'ruleId', r.id, 'ruleName', r.rule_name, 'ruleType', r.rule_type,
        'severity', r.severity, 'action', r.action, 'points', app_hidden.points_of(r.severity)
      ) order by r.id
    )
  from unnest(v_rules) as r
  -- Of whoever went back to the cart, the newest checkout counts; an alert stays what it is.
  on conflict on constraint risk_assessments_are_one_per_booking do update
  set score = excluded.score, action = excluded.action, factors = excluded.factors,
    assessed_at = now()
  returning * into v_assessment;

  for v_alert_id in
    insert into app_public.fraud_alerts (
      organization_id, booking_id, rule_id, severity, action, risk_score
    )
    select
      v_booking.organization_id, v_booking.id, r.id, r.severity, r.action, v_assessment.score
    from unnest(v_rules) as r
    where r.action <> 'flag'
    on conflict on constraint fraud_alerts_are_one_per_rule do nothing
    returning id
  loop
    perform app_private.add_job(
      'fraud_alert__announce', jsonb_build_object('alert_id', v_alert_id)
    );
  end loop;
  return v_assessment.action;
end
$$;

comment on function app_private.screen_checkout(app_public.bookings, text) is
  'Records a checkout and asks the rules about it: the strongest action of those that fire, or '
  'null. Writes the assessment and the alerts.';

--! split: 1182-functions-privacy-request_erasure.sql
-- Closing comes first, and has refused whatever stands in the way. Then a job forgets the person:
-- it may take longer than a request should.
create or replace function app_private.request_erasure()
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_private.lock_own_account();
  v_id uuid;
begin
  perform app_private.forget_mail(v_user_id);
  perform app_private.close_account();
  insert into app_public.privacy_requests (kind, user_id, requested_by)
  values ('erasure', v_user_id, v_user_id)
  returning id into v_id;
  perform app_private.add_job('user__erase', jsonb_build_object('request_id', v_id));
  return v_id;
end
$$;

comment on function app_private.request_erasure() is
  'Closes the user''s account for good, and has all that is stored about the person forgotten; the '
  'password was verified by the server. Raises LMOPN (money on its way), LMOWN (the last owner), '
  'LMAUT, LMSES, LMIMP, LMCRD.';
grant execute on function app_private.request_erasure() to lml_authenticator;

--! split: 1183-functions-identity-current_session.sql
-- Who is asking, looked up by the hash of the token that came with the request: there is a token only
-- while its session lives. For functions that belong to the owner.
create or replace view app_private.current_session with (security_invoker = true) as
select t.session_id, t.user_id, nullif(t.actor_id, t.user_id) as impersonator_id
from app_private.session_tokens as t
where t.token_hash
    = app_hidden.hash_token(nullif(current_setting('lml.session_token', true), ''))
  and t.expires_at > now();

comment on view app_private.current_session is 'The session of this request, if it lives.';
revoke all on app_private.current_session from public;

--! split: 1184-functions-privacy-declared_classes.sql
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
    'reason bookings_canceled bookings_failed'),
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
  ('app_public.pass_entries', 'internal', null, null, 'entry_count is_inside'),
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

--! split: 1185-functions-privacy-personal_tables.sql
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

--! split: 1186-policies-events-add_on_downloads.sql
-- Read and changed by definer functions only: not even members read it.
alter table app_private.add_on_downloads enable row level security;
alter table app_private.add_on_downloads force row level security;

drop policy if exists all_owner on app_private.add_on_downloads;
create policy all_owner on app_private.add_on_downloads
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.add_on_downloads from public;

--! split: 1187-policies-inventory-add_on_codes.sql
-- Read and changed by definer functions only: not even members read it.
alter table app_private.add_on_codes enable row level security;
alter table app_private.add_on_codes force row level security;

drop policy if exists all_owner on app_private.add_on_codes;
create policy all_owner on app_private.add_on_codes
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.add_on_codes from public;

--! split: 1188-policies-inventory-pass_dates.sql
-- As public as the pass.
alter table app_public.pass_dates enable row level security;
alter table app_public.pass_dates force row level security;

drop policy if exists all_owner on app_public.pass_dates;
create policy all_owner on app_public.pass_dates
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_pass on app_public.pass_dates;
create policy select_with_pass on app_public.pass_dates
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.performances as p
    where p.organization_id = pass_dates.organization_id and p.id = pass_dates.pass_id
  ));

revoke all on app_public.pass_dates from public;
grant select on app_public.pass_dates to lml_anonymous, lml_user;

--! split: 1189-policies-payments-payment_intent_changes.sql
-- Reached through definer functions only.
alter table app_private.payment_intent_changes enable row level security;
alter table app_private.payment_intent_changes force row level security;

drop policy if exists all_owner on app_private.payment_intent_changes;
create policy all_owner on app_private.payment_intent_changes
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.payment_intent_changes from public;

--! split: 1190-policies-tickets-pass_entries.sql
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
  using (organization_id in (select app_hidden.permitted_organization_ids('tickets.read')));

drop policy if exists select_member_of_venue on app_public.pass_entries;
create policy select_member_of_venue on app_public.pass_entries
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

revoke all on app_public.pass_entries from public;
grant select on app_public.pass_entries to lml_anonymous, lml_user;
