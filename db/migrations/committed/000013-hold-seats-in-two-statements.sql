--! Previous: sha1:04b9f0502ed96e5058933b3824e66b9fce363758
--! Hash: sha1:9e5d6a45720f21bd8165b9a10cc06b33b628d94b
--! Message: Hold seats in two statements

--! split: 100-sale.sql
-- A hold finds its terms and the numbers of its seats in one statement, and takes, prices and writes
-- them in another.

alter type app_private.sale add attribute seat_nos integer[];

drop function app_private.open_sale(uuid);
drop function app_private.seat_nos_of(app_private.sale, text[]);
drop function app_private.hold_for_new_booking(
  app_private.buyer, app_private.sale, integer[], integer
);
drop function app_private.hold_for_draft(app_public.bookings, app_private.sale, integer[]);
drop function app_private.take_seats(app_private.sale, integer[], uuid, timestamptz);
drop function app_private.raise_seats_taken(app_private.sale, integer[]);
drop type app_private.priced_line;

--! split: 1000-functions-identity-current_cart_hash.sql
-- A guest owns what was held under the same token. Only its hash is compared and stored. 32 random
-- bytes in base64url: a shorter token could be guessed, so it owns nothing. Trimming away the whole
-- alphabet tells the same as a regular expression, and costs the hot path a tenth of it.
create or replace function app_hidden.current_cart_hash()
returns bytea
language sql stable
return case
  when length(current_setting('lml.cart_token', true)) = 43
    and btrim(
      current_setting('lml.cart_token', true),
      'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'
    ) = ''
    then app_hidden.hash_token(current_setting('lml.cart_token', true))
end;

comment on function app_hidden.current_cart_hash() is
  'Hash of the cart token that came with the request, or null.';
grant execute on function app_hidden.current_cart_hash() to lml_anonymous, lml_user;

--! split: 1001-functions-identity-hash_token.sql
-- What is stored of a token: a copy of the database must not be able to act as its users. Stable, as
-- convert_to is: an immutable one would not be inlined into its callers.
create or replace function app_hidden.hash_token(token text)
returns bytea
language sql stable strict parallel safe
return sha256(convert_to(token, 'UTF8'));

comment on function app_hidden.hash_token(text) is 'SHA-256 of a token.';
grant execute on function app_hidden.hash_token(text) to lml_anonymous, lml_user, lml_worker;

--! split: 1002-functions-inventory-open_sale.sql
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
      e.commission_percentage, coalesce(t.percentage, 0), s.allow_guest_checkout, s.hold_seconds,
      s.checkout_seconds, s.hold_seconds_max, s.tickets_per_booking_max,
      case when cardinality(open_sale.seat_ids) <= s.tickets_per_booking_max then array(
        select l.seat_no
        from app_public.layout_seats as l
        where l.organization_id = p.organization_id
          and l.layout_id = p.layout_id
          and l.seat_id = any (open_sale.seat_ids)
      ) end
    )::app_private.sale as sale,
    e.status = 'published' and p.status = 'scheduled' and o.status = 'active' as is_on_sale,
    e.sales_start as opens_at,
    coalesce(e.sales_end, p.starts_at) as closes_at
  into v_found
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.organizations as o on o.id = p.organization_id
  join app_public.organization_settings as s on s.organization_id = p.organization_id
  left join app_public.tax_rates as t
    on t.organization_id = e.organization_id and t.id = e.tax_rate_id
  where p.id = open_sale.performance_id;
  if not found then
    raise exception 'There is no such performance.'
      using errcode = 'LMNFD', detail = format('%s', open_sale.performance_id);
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
  'in no order. Raises LMNFD, LMEVT (not published), LMSAL (before or after sales), LMQTY (no seat '
  'or too many), LMSDP (one twice), LMSEA (unknown).';

--! split: 1003-functions-inventory-raise_bad_seat_ids.sql
create or replace function app_private.raise_bad_seat_ids(
  sale app_private.sale, seat_ids text[]
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_count integer := cardinality(raise_bad_seat_ids.seat_ids);
  v_unknown jsonb;
begin
  if v_count = 0 then
    raise exception 'No seat was named.' using errcode = 'LMQTY', detail = '0';
  end if;
  if v_count > (raise_bad_seat_ids.sale).tickets_per_booking_max then
    raise exception 'At most % seats fit in one booking.',
        (raise_bad_seat_ids.sale).tickets_per_booking_max
      using errcode = 'LMQTY', detail = v_count::text;
  end if;
  if (
    select count(distinct id) from unnest(raise_bad_seat_ids.seat_ids) as id
  ) < (select count(id) from unnest(raise_bad_seat_ids.seat_ids) as id) then
    raise exception 'A seat is named twice.' using errcode = 'LMSDP';
  end if;

  select jsonb_agg(id) into v_unknown
  from unnest(raise_bad_seat_ids.seat_ids) as id
  where not exists (
    select from app_public.layout_seats as s
    where s.organization_id = (raise_bad_seat_ids.sale).organization_id
      and s.layout_id = (raise_bad_seat_ids.sale).layout_id
      and s.seat_id = id
  );
  raise exception 'There are no such seats.'
    using errcode = 'LMSEA', detail = jsonb_build_object('seat_ids', v_unknown)::text,
      hint = 'Seat ids are in the layout of the performance.';
end
$$;

comment on function app_private.raise_bad_seat_ids(app_private.sale, text[]) is
  'Raises LMQTY, LMSDP or LMSEA for seat ids that do not name as many seats.';

--! split: 1004-functions-inventory-raise_seats_taken.sql
-- The caller's update has just taken what was free: the rest of the wanted seats are somebody
-- else's. If it took them all, what is missing is a price.
create or replace function app_private.raise_seats_taken(
  sale app_private.sale, booking_id uuid
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_seats jsonb;
  v_labels text;
begin
  select
    jsonb_agg(s.seat_id order by s.seat_no),
    string_agg(
      format('%s %s-%s', section.name, s.row_name, s.seat_number), ', ' order by s.seat_no
    )
  into v_seats, v_labels
  from app_public.layout_seats as s
  join app_public.layout_sections as section
    on section.organization_id = s.organization_id
    and section.layout_id = s.layout_id
    and section.section_no = s.section_no
  where s.organization_id = (raise_seats_taken.sale).organization_id
    and s.layout_id = (raise_seats_taken.sale).layout_id
    and s.seat_no = any ((raise_seats_taken.sale).seat_nos)
    and not exists (
      select
      from app_public.seat_booking_state as state
      where state.organization_id = s.organization_id
        and state.performance_id = (raise_seats_taken.sale).performance_id
        and state.seat_no = s.seat_no
        and state.booking_id = raise_seats_taken.booking_id
    );
  if v_seats is null then
    raise exception 'Tickets of this category are not on sale.' using errcode = 'LMSAL';
  end if;
  raise exception 'Not available: %.', v_labels
    using errcode = 'LMTKN', detail = jsonb_build_object('seat_ids', v_seats)::text,
      hint = 'Choose other seats; nothing was held.';
end
$$;

comment on function app_private.raise_seats_taken(app_private.sale, uuid) is
  'Raises LMTKN, naming the seats that the booking did not get, or LMSAL when it got them all.';

--! split: 1005-functions-inventory-take_seats.sql
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
    v_reference := app_private.generate_booking_reference((take_seats.sale).organization_id);
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
      coalesce(g.price_override_cents, (
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
  ),
  lines as (
    select p.*, l.*
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
      sum(l.total_cents)::bigint as total_cents,
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
      s.service_fee_cents, s.processing_fee_cents, s.tax_cents, s.total_cents,
      (take_seats.sale).commission_percentage, s.commission_cents,
      s.subtotal_cents - s.commission_cents, take_seats.locked_until
    from sums as s
    where v_is_new and s.quantity > 0
    returning b as booking
  ),
  new_items as (
    insert into app_public.booking_items (
      organization_id, booking_id, item_type, ticket_category_id, seat_nos, quantity,
      unit_price_cents, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_cents
    )
    select
      (take_seats.sale).organization_id, take_seats.booking_id, 'seat', l.ticket_category_id,
      l.seat_nos, l.quantity, l.unit_price_cents, l.subtotal_cents, l.service_fee_cents,
      l.processing_fee_cents, l.tax_cents, l.total_cents
    from lines as l
  )
  select s.quantity, (select n.booking from new_booking as n) as booking into v_result
  from sums as s;

  if v_result.quantity is distinct from cardinality((take_seats.sale).seat_nos) then
    perform app_private.raise_seats_taken(take_seats.sale, take_seats.booking_id);
  end if;
  return v_result.booking;
end
$$;

comment on function app_private.take_seats(
  app_private.sale, uuid, timestamptz, app_private.buyer
) is
  'Locks the seats of a sale for a booking and adds their lines, priced, to it. For a new buyer it '
  'makes the booking, and returns it; the amounts of an older one are for the caller to store. '
  'Raises LMTKN, naming the seats that were not free, and LMSAL for a category not on sale.';

--! split: 1006-functions-bookings-acquire_seat_lock.sql
-- The single-seat form of hold_seats, for programs that were written against it.
create or replace function app_public.acquire_seat_lock(
  event_id uuid, seat_id text, user_id uuid, booking_id uuid default null,
  lock_duration_minutes integer default 10
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_caller_id uuid := app_hidden.require_user_id();
  v_booking app_public.bookings;
  v_performance_id uuid;
  v_sale app_private.sale;
  v_buyer app_private.buyer;
begin
  if acquire_seat_lock.lock_duration_minutes is null
    or acquire_seat_lock.lock_duration_minutes not between 1 and 1440
  then
    raise exception 'A lock lasts 1 to 1440 minutes.'
      using errcode = 'LMINP', detail = 'lock_duration_minutes';
  end if;

  if acquire_seat_lock.booking_id is not null then
    v_booking := app_private.lock_booking(acquire_seat_lock.booking_id, 'bookings.manage');
    perform app_private.require_open_draft(v_booking);
    v_performance_id := v_booking.performance_id;
  end if;
  v_sale := app_private.open_sale(
    coalesce(v_performance_id, app_private.only_performance_of(acquire_seat_lock.event_id)),
    array[acquire_seat_lock.seat_id]
  );
  if v_sale.event_id is distinct from acquire_seat_lock.event_id then
    raise exception 'The booking is for another event.' using errcode = 'LMBKG';
  end if;
  if acquire_seat_lock.user_id is distinct from coalesce(v_booking.user_id, v_caller_id)
    or (
      acquire_seat_lock.user_id <> v_caller_id
      and not app_hidden.has_permission(v_sale.organization_id, 'bookings.manage')
    )
  then
    raise exception 'The user must be the caller, who owns the booking.' using errcode = 'LMRGT';
  end if;

  v_buyer.user_id := acquire_seat_lock.user_id;
  begin
    if v_booking.id is null then
      perform app_private.take_seats(
        v_sale, uuidv7(),
        now() + make_interval(
          secs => least(acquire_seat_lock.lock_duration_minutes * 60, v_sale.hold_seconds_max)
        ),
        v_buyer
      );
    else
      perform app_private.hold_for_draft(v_booking, v_sale);
    end if;
  exception
    when sqlstate 'LMTKN' then
      return false;
  end;
  return true;
end
$$;

comment on function app_public.acquire_seat_lock(uuid, text, uuid, uuid, integer) is
  'Locks one seat: true, or false when somebody else has it. The user must be the caller, or the '
  'owner of the booking when staff calls. A booking''s deadline stays as it is; a new booking '
  'lasts as long as asked, within the organization''s maximum. '
  'Raises LMAUT, LMSES, LMRGT, LMBKG, LMBST, LMEXP, LMINP, LMSEA, LMEVT, LMSAL, LMQTY, LMNFD.';
grant execute on function app_public.acquire_seat_lock(uuid, text, uuid, uuid, integer)
  to lml_user;

--! split: 1007-functions-bookings-current_channel.sql
create or replace function app_hidden.current_channel()
returns app_public.booking_channel
language sql stable
return case current_setting('lml.channel', true)
  when 'mobile' then 'mobile'::app_public.booking_channel
  when 'api' then 'api'::app_public.booking_channel
  else 'web'::app_public.booking_channel
end;

comment on function app_hidden.current_channel() is
  'How the caller reached us, as the client says: web, mobile or api.';

--! split: 1008-functions-bookings-hold_for_draft.sql
-- More seats for a cart that is already there. Its deadline stays: there is only one.
create or replace function app_private.hold_for_draft(
  booking app_public.bookings, sale app_private.sale
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_held integer[] := app_private.held_seat_nos(hold_for_draft.booking);
begin
  -- Seats that the cart has are simply kept, so that a repeated click does no harm.
  sale.seat_nos := array(
    select n from unnest((hold_for_draft.sale).seat_nos) as n where not n = any (v_held)
  );
  if cardinality(v_held || (hold_for_draft.sale).seat_nos)
    > (hold_for_draft.sale).tickets_per_booking_max
  then
    raise exception 'At most % seats fit in one booking.',
        (hold_for_draft.sale).tickets_per_booking_max
      using errcode = 'LMQTY',
        detail = cardinality(v_held || (hold_for_draft.sale).seat_nos)::text;
  end if;
  if cardinality((hold_for_draft.sale).seat_nos) > 0 then
    perform app_private.take_seats(
      hold_for_draft.sale, (hold_for_draft.booking).id, (hold_for_draft.booking).expires_at
    );
  end if;
  return app_private.store_booking_totals((hold_for_draft.booking).id);
end
$$;

comment on function app_private.hold_for_draft(app_public.bookings, app_private.sale) is
  'Adds the seats of a sale to a draft, which the caller has locked. Raises LMTKN, LMSAL, LMQTY.';

--! split: 1009-functions-bookings-hold_seats.sql
create or replace function app_public.hold_seats(
  performance_id uuid, seat_ids text[], booking_id uuid default null,
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
  -- The booking first, as everywhere, then the key.
  if hold_seats.booking_id is not null then
    v_booking := app_private.lock_booking(hold_seats.booking_id, 'bookings.manage');
  end if;
  if hold_seats.idempotency_key is not null then
    v_booking_id := app_private.replay_result(
      hold_seats.idempotency_key, 'hold_seats',
      jsonb_build_array(hold_seats.performance_id, hold_seats.seat_ids, hold_seats.booking_id)
    );
    if v_booking_id is not null then
      select * into strict v_booking from app_public.bookings as b where b.id = v_booking_id;
      return v_booking;
    end if;
  end if;

  v_sale := app_private.open_sale(
    hold_seats.performance_id, coalesce(hold_seats.seat_ids, '{}')
  );
  if v_buyer.user_id is null and not v_sale.allow_guest_checkout then
    raise exception 'This organization sells to people with an account only.'
      using errcode = 'LMGST', hint = 'Sign in first.';
  end if;

  if hold_seats.booking_id is null then
    v_booking := app_private.take_seats(
      v_sale, uuidv7(),
      now() + make_interval(secs => least(v_sale.hold_seconds, v_sale.hold_seconds_max)), v_buyer
    );
  else
    perform app_private.require_open_draft(v_booking);
    if v_booking.performance_id <> v_sale.performance_id then
      raise exception 'The booking is for another performance.'
        using errcode = 'LMBKG', detail = v_booking.performance_id::text;
    end if;
    v_booking := app_private.hold_for_draft(v_booking, v_sale);
  end if;

  if hold_seats.idempotency_key is not null then
    perform app_private.keep_result(hold_seats.idempotency_key, v_booking.id);
  end if;
  return v_booking;
end
$$;

comment on function app_public.hold_seats(uuid, text[], uuid, text) is
  'Holds seats for a new booking, or for a draft of yours, all of them or none. '
  'Raises LMTKN (naming the seats that were not free), LMSEA (unknown seat), LMSDP (one twice), '
  'LMQTY (none or too many), LMEVT (not published), LMSAL (sales closed), LMEXP, LMBST, LMBKG, '
  'LMGST, LMCRT, LMSES, LMIDK, LMNFD.';
grant execute on function app_public.hold_seats(uuid, text[], uuid, text)
  to lml_anonymous, lml_user;

--! split: 1010-functions-bookings-random_code.sql
-- Letters and digits that nobody confuses when reading them aloud: no I, L, O, 0 or 1. Each of the
-- 64 characters of base64 becomes one of these 31; two of them come up three times in 64 instead of
-- twice, which costs a code of 8 characters 0.1 of its 39.6 bits.
create or replace function app_hidden.random_code(length integer)
returns text
language sql volatile
return left(
  translate(
    encode(public.gen_random_bytes(9), 'base64'),
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
    'ABCDEFGHJKMNPQRSTUVWXYZ23456789ABCDEFGHJKMNPQRSTUVWXYZ23456789AB'
  ),
  random_code.length
);

comment on function app_hidden.random_code(integer) is
  'Unguessable, unambiguous code of up to 12 characters.';

--! split: 1011-functions-bookings-release_seats.sql
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
  return app_private.store_booking_totals(v_booking.id);
end
$$;

comment on function app_public.release_seats(uuid, text[]) is
  'Lets seats of a draft go; the rest and their prices stay. '
  'Raises LMBKG, LMBST, LMEXP, LMSEA (not held by it), LMSDP, LMQTY, LMSAL, LMEVT, LMSES, LMCRT.';
grant execute on function app_public.release_seats(uuid, text[]) to lml_anonymous, lml_user;

--! split: 1012-functions-bookings-tg_bookings__check_totals.sql
-- At the end of each transaction that wrote lines or amounts, a booking is the sum of its lines.
-- A check constraint cannot see other rows, and must not pretend to.
create or replace function app_hidden.tg_bookings__check_totals()
returns trigger
language plpgsql security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_booking_id uuid;
  v_organization_id uuid;
begin
  if tg_table_name = 'bookings' then
    v_booking_id := new.id;
    v_organization_id := new.organization_id;
  elsif tg_op = 'DELETE' then
    v_booking_id := old.booking_id;
    v_organization_id := old.organization_id;
  else
    v_booking_id := new.booking_id;
    v_organization_id := new.organization_id;
  end if;
  if exists (
    select
    from app_public.bookings as b
    cross join lateral (
      select
        coalesce(sum(i.subtotal_cents), 0) as subtotal,
        coalesce(sum(i.discount_cents), 0) as discount,
        coalesce(sum(i.service_fee_cents), 0) as service_fee,
        coalesce(sum(i.processing_fee_cents), 0) as processing_fee,
        coalesce(sum(i.tax_cents), 0) as tax
      from app_public.booking_items as i
      where i.organization_id = b.organization_id and i.booking_id = b.id
    ) as s
    where b.organization_id = v_organization_id
      and b.id = v_booking_id
      and (
        b.subtotal_cents <> s.subtotal or b.discount_cents <> s.discount
        or b.service_fee_cents <> s.service_fee or b.processing_fee_cents <> s.processing_fee
        or b.tax_cents <> s.tax
      )
  ) then
    raise exception 'The amounts of booking % are not the sum of its lines.', v_booking_id
      using errcode = 'LMSUM';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_bookings__check_totals() is 'Raises LMSUM at commit.';

drop trigger if exists _900_check_totals on app_public.bookings;
create constraint trigger _900_check_totals
  after insert or update of subtotal_cents, discount_cents, service_fee_cents,
    processing_fee_cents, tax_cents
  on app_public.bookings
  deferrable initially deferred
  for each row execute function app_hidden.tg_bookings__check_totals();

-- A new line without its amount in the booking is found through the booking's own trigger, unless
-- nobody touched the booking: hence this one too.
drop trigger if exists _900_check_totals on app_public.booking_items;
create constraint trigger _900_check_totals
  after insert or update or delete on app_public.booking_items
  deferrable initially deferred
  for each row execute function app_hidden.tg_bookings__check_totals();
