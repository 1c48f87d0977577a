--! Previous: sha1:92fa452c6e9e08346530c28247872ecb8420a430
--! Hash: sha1:a4b74b8e08c2e7eef6d1d7aea41d25af48344ebb
--! Message: Mails that fail alone, doors that read what a scan needs, admissions in fewer statements, codes that are early

--! split: 010-mails-that-fail.sql
-- One mail that cannot be written keeps no other one from its reader, and is tried again.
alter table app_private.booking_confirmations
  add column retry_at timestamptz,
  add column error_code text,
  add constraint booking_confirmations_failed_is_retried
    check ((retry_at is null) = (error_code is null));
comment on column app_private.booking_confirmations.retry_at is
  'When a mail that could not be written is tried again; null: it was not tried yet.';
comment on column app_private.booking_confirmations.error_code is
  'SQLSTATE of what kept the mail from being written; null: nothing did.';

--! split: 080-doors.sql
-- What only some scans need of the event, they read themselves.
alter type app_private.door drop attribute reentry_limit, add attribute event_id uuid;

--! split: 120-crowd.sql
-- PostgreSQL reads the text of a table's check constraints anew for every statement that writes it,
-- and prepares each operator in it. The same conditions, in fewer words: one comparison for all
-- that must not be negative, and lists that are one constant.
alter table app_public.bookings
  drop constraint bookings_parts_are_not_negative,
  drop constraint bookings_included_amounts_are_not_negative,
  drop constraint bookings_refunds_are_within_total,
  drop constraint bookings_beyond_draft_has_customer,
  drop constraint bookings_paid_for_has_confirmed_at,
  drop constraint bookings_open_has_deadline,
  drop constraint bookings_have_an_owner,
  add constraint bookings_parts_are_not_negative check (
    least(
      subtotal_cents, discount_cents, service_fee_cents, processing_fee_cents, tax_cents,
      commission_amount_cents, payout_cents, service_fee_absorbed_cents,
      processing_fee_absorbed_cents, tax_included_cents, refunded_cents
    ) >= 0
  ),
  add constraint bookings_refunds_are_within_total check (refunded_cents <= total_amount_cents),
  add constraint bookings_beyond_draft_has_customer check (
    status = any ('{draft,canceled,expired}') or customer_id is not null
  ),
  add constraint bookings_paid_for_has_confirmed_at check (
    status <> all ('{confirmed,partially_paid,completed}') or confirmed_at is not null
  ),
  add constraint bookings_open_has_deadline check (
    (status = any ('{draft,pending_payment,fraud_hold,pending_approval}'))
      = (expires_at is not null)
  ),
  add constraint bookings_have_an_owner check (
    user_id is not null or cart_token_hash is not null
    or booking_channel = any ('{admin,phone}')
  );

alter table app_public.booking_items
  drop constraint booking_items_parts_are_not_negative,
  drop constraint booking_items_included_amounts_are_within_price,
  drop constraint booking_items_refunds_are_within_total,
  drop constraint booking_items_tickets_have_a_category,
  drop constraint booking_items_seats_are_named_and_counted,
  add constraint booking_items_parts_are_not_negative check (
    least(
      unit_price_cents, discount_cents, service_fee_cents, processing_fee_cents, tax_cents,
      service_fee_absorbed_cents, processing_fee_absorbed_cents, tax_included_cents,
      refunded_cents
    ) >= 0
  ),
  add constraint booking_items_refunds_are_within_total check (refunded_cents <= total_cents),
  add constraint booking_items_included_amounts_are_within_price check (
    service_fee_absorbed_cents + processing_fee_absorbed_cents + tax_included_cents
      <= subtotal_cents - discount_cents
  ),
  add constraint booking_items_tickets_have_a_category check (
    (item_type = any ('{seat,admission}')) = (ticket_category_id is not null)
  ),
  add constraint booking_items_seats_are_named_and_counted check (
    (item_type = 'seat') = (seat_nos is not null) and cardinality(seat_nos) = quantity
  );

alter table app_private.admission_slots
  drop constraint admission_slots_stay_within_capacity,
  add constraint admission_slots_stay_within_capacity check (
    least(held, sold) >= 0 and held + sold <= capacity
  );

-- It tells whether there was room, and leaves the line to its caller.
drop function app_private.take_from_pool(uuid, uuid, smallint, uuid, integer, timestamptz);

--! split: 700-accept.sql
-- A code that is not good yet is early, and not over.
drop function app_hidden.is_over(app_public.discount_codes);

comment on column app_public.price_quote.discount_refusal is
  'Why the code takes nothing off: unknown, early, over, quantity, subtotal, used_up or '
  'used_by_you.';
comment on column app_public.discount_answer.discount_refusal is
  'Why the code was refused: unknown, early, over, quantity, subtotal, used_up or used_by_you; '
  'null: it was applied.';

--! split: 1000-functions-identity-require_living_session.sql
-- Reading with a session that has ended is reading as nobody, which is right for a page. Whoever is
-- told something for as long as they listen must learn that it is no longer they who listen.
create or replace function app_hidden.require_living_session()
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if nullif(current_setting('lml.session_token', true), '') is null then
    return;
  end if;
  -- Only users may ask for the scanner.
  if app_hidden.current_user_id() is null and app_hidden.current_device_id() is null then
    raise exception 'Your session has ended.'
      using errcode = 'LMSES',
        hint = 'Sign in again. A scanner only scans, and is registered anew once it was revoked.';
  end if;
end
$$;

comment on function app_hidden.require_living_session() is
  'Raises LMSES when a token came with the request that is no longer, or never was, that of a '
  'session or scanner.';
grant execute on function app_hidden.require_living_session() to lml_anonymous, lml_user;

--! split: 1001-functions-identity-require_platform_role.sql
create or replace function app_hidden.require_platform_role(
  variadic roles app_public.platform_role[]
)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  perform app_hidden.require_user_id();
  if coalesce(
    app_hidden.current_platform_role()
      <> all (require_platform_role.roles || array['admin']::app_public.platform_role[]),
    true
  ) then
    raise exception 'This is for the platform''s staff.'
      using errcode = 'LMRGT', hint = 'Ask an admin of the platform.';
  end if;
end
$$;

comment on function app_hidden.require_platform_role(app_public.platform_role[]) is
  'Raises LMAUT or LMSES without a user, LMRGT without one of the roles; an admin has them all.';
grant execute on function app_hidden.require_platform_role(app_public.platform_role[])
  to lml_anonymous, lml_user;

--! split: 1002-functions-identity-require_user_id.sql
create or replace function app_hidden.require_user_id()
returns uuid
language plpgsql stable set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.current_user_id();
begin
  if v_user_id is not null then
    return v_user_id;
  end if;
  if nullif(current_setting('lml.session_token', true), '') is not null then
    raise exception 'Your session has ended.'
      using errcode = 'LMSES',
        hint = 'Sign in again. A scanner only scans, and is registered anew once it was revoked.';
  end if;
  raise exception 'You are not signed in.'
    using errcode = 'LMAUT', hint = 'Sign in and send the token as "Authorization: Bearer TOKEN".';
end
$$;

comment on function app_hidden.require_user_id() is
  'The signed-in user. Raises LMAUT without a token, LMSES with one that is no longer good.';
grant execute on function app_hidden.require_user_id() to lml_anonymous, lml_user;

--! split: 1003-functions-organizations-raise_bad_input.sql
-- For what the tables' own constraints refuse. They are named after what must be true, so the name
-- is the explanation, and their expression says where the limit is.
create or replace function app_hidden.raise_bad_input(constraint_name text, column_name text)
returns void
language plpgsql stable set search_path = ''
as $$
declare
  v_must_be_true text;
begin
  if raise_bad_input.constraint_name <> '' then
    select
      trim(regexp_replace(
        regexp_replace(
          pg_get_expr(c.conbin, c.conrelid, true),
          '::(timestamp with time zone|[a-z_.]+(\[\])?)', '', 'g'
        ),
        '\s+', ' ', 'g'
      ))
    into v_must_be_true
    from pg_constraint as c
    where c.conname = raise_bad_input.constraint_name
      and c.contype = 'c'
      -- Partitions have it from their table.
      and c.coninhcount = 0
    limit 1;
    raise exception 'This is refused, because the following must be true: %.',
        replace(raise_bad_input.constraint_name, '_', ' ')
      using errcode = 'LMINP', detail = raise_bad_input.constraint_name,
        hint = case
          when raise_bad_input.constraint_name like '%\_is\_a\_slug'
            then 'A slug is lower-case letters, digits and single hyphens, such as great-hall.'
          else coalesce(
            'Nothing has changed. Send a value for which this is true: ' || v_must_be_true || '.',
            'Nothing has changed. Send another value.'
          )
        end;
  end if;
  raise exception 'The argument "%" is missing.', raise_bad_input.column_name
    using errcode = 'LMINP', detail = raise_bad_input.column_name,
      hint = 'Nothing has changed. Send it, too.';
end
$$;

comment on function app_hidden.raise_bad_input(text, text) is
  'Raises LMINP for a violated check or a missing value.';

--! split: 1004-functions-events-create_performance.sql
create or replace function app_public.create_performance(
  event_id uuid, layout_id uuid default null, starts_at timestamptz default null,
  ends_at timestamptz default null, doors_at timestamptz default null,
  idempotency_key text default null
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
  'A date of an event, on sale at once if the event is published. Without a layout only online; '
  'it always has a start. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMEVT (ended event), LMPUB (a seat without category).';
grant execute on function app_public.create_performance(
  uuid, uuid, timestamptz, timestamptz, timestamptz, text
) to lml_user;

--! split: 1005-functions-events-create_ticket_category.sql
create or replace function app_public.create_ticket_category(
  event_id uuid, name text, price_cents bigint, seat_categories text[] default '{}',
  sections text[] default '{}', description text default null,
  idempotency_key text default null
)
returns app_public.ticket_categories
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    create_ticket_category.event_id, 'events.manage'
  );
  v_id uuid;
  v_category app_public.ticket_categories;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_ticket_category.idempotency_key, 'create_ticket_category',
    jsonb_build_array(
      create_ticket_category.event_id, create_ticket_category.name,
      create_ticket_category.price_cents, create_ticket_category.seat_categories,
      create_ticket_category.sections, create_ticket_category.description
    )
  );
  if v_id is null then
    perform app_private.require_open_event(v_event);
    -- Seats and standing areas are given their categories when the event is published.
    if v_event.status <> 'draft'
      and create_ticket_category.seat_categories || create_ticket_category.sections <> '{}'
    then
      raise exception 'Which seats and areas a category covers is settled by publishing.'
        using errcode = 'LMEVT', detail = v_event.id::text,
          hint = 'Add one that covers none, and make its places with create_admission_pool.';
    end if;

    insert into app_public.ticket_categories (
      organization_id, event_id, is_public, category_no, name, description, seat_categories,
      sections
    )
    select
      v_event.organization_id, v_event.id, v_event.is_public,
      1 + coalesce(max(c.category_no), 0),
      create_ticket_category.name, create_ticket_category.description,
      coalesce(create_ticket_category.seat_categories, '{}'),
      coalesce(create_ticket_category.sections, '{}')
    from app_public.ticket_categories as c
    where c.organization_id = v_event.organization_id and c.event_id = v_event.id
    on conflict on constraint ticket_categories_name_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      raise exception 'The event has a category of that name.'
        using errcode = 'LMINP', detail = 'name';
    end if;
    insert into app_public.ticket_category_prices (
      organization_id, ticket_category_id, price_cents, is_public
    )
    values (
      v_event.organization_id, v_id, create_ticket_category.price_cents, v_event.is_public
    );
    insert into app_public.performance_categories (
      organization_id, performance_id, category_no, ticket_category_id
    )
    select distinct pc.organization_id, pc.performance_id, c.category_no, c.id
    from app_public.ticket_categories as c
    join app_public.performances as p
      on p.organization_id = c.organization_id and p.event_id = c.event_id
    join app_public.performance_categories as pc
      on pc.organization_id = p.organization_id and pc.performance_id = p.id
    where c.id = v_id;
    perform app_private.keep_result(create_ticket_category.idempotency_key, v_id);
  end if;

  select * into strict v_category from app_public.ticket_categories as c where c.id = v_id;
  return v_category;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_ticket_category(
  uuid, text, bigint, text[], text[], text, text
) is
  'A kind of ticket: which seats it covers, and its price in minor units. Once the event is '
  'published, only one that covers no seats and no areas, for places of create_admission_pool. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMEVT.';
grant execute on function app_public.create_ticket_category(
  uuid, text, bigint, text[], text[], text, text
) to lml_user;

--! split: 1006-functions-inventory-admissions_on_sale.sql
-- Written into the statement that asks. By ids alone: foreign keys say that all of it is one
-- organization's, and on a new database a plan that may choose reads all pools of the organization.
create or replace function app_private.admissions_on_sale(
  performance_id uuid, ticket_category_id uuid
)
returns table (pool_id uuid, slot_count smallint, chain uuid[], price_cents bigint)
language sql stable
as $$
  select
    pool.id, pool.slot_count, pool.chain,
    (
      select p.price_cents
      from app_public.ticket_category_prices as p
      where p.ticket_category_id = c.id and p.audience = 'public' and p.valid_during @> now()
    )
  from app_public.admission_pool_categories as pc
  join app_public.ticket_categories as c on c.id = pc.ticket_category_id
  join app_public.admission_pools as pool on pool.id = pc.pool_id
  where pc.performance_id = admissions_on_sale.performance_id
    and pc.ticket_category_id = admissions_on_sale.ticket_category_id
    and c.status = 'active'
    and now() >= coalesce(c.sales_start, '-infinity')
    and now() < coalesce(c.sales_end, 'infinity')
$$;

comment on function app_private.admissions_on_sale(uuid, uuid) is
  'The pool of a category that is on sale now, those that it lies in, and the public price.';

--! split: 1007-functions-inventory-category_not_on_sale.sql
create or replace function app_private.category_not_on_sale(sale app_private.sale)
returns uuid
language sql stable security definer set search_path = ''
as $$
  select c.id
  from app_public.seat_booking_state as s
  join app_public.ticket_categories as c
    on c.organization_id = s.organization_id
    and c.event_id = (category_not_on_sale.sale).event_id
    and c.category_no = s.category_no
  where s.organization_id = (category_not_on_sale.sale).organization_id
    and s.performance_id = (category_not_on_sale.sale).performance_id
    and s.seat_no = any ((category_not_on_sale.sale).seat_nos)
    and not (
      c.status = 'active'
      and now() >= coalesce(c.sales_start, '-infinity')
      and now() < coalesce(c.sales_end, 'infinity')
      and exists (
        select from app_public.ticket_category_prices as p
        where p.organization_id = c.organization_id
          and p.ticket_category_id = c.id
          and p.audience = 'public'
          and p.valid_during @> now()
      )
    )
  order by s.seat_no
  limit 1
$$;

comment on function app_private.category_not_on_sale(app_private.sale) is
  'The category of the first of the wanted seats that cannot be bought now.';

--! split: 1008-functions-inventory-gather_seats.sql
-- Single seats, the best first. The block lets go of a part that is not enough. The seats of
-- free_seats_of stand here again, because what a function returns cannot be locked.
create or replace function app_private.gather_seats(
  sale app_private.sale, category_no smallint, quantity integer, accessible boolean
)
returns integer[]
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_seat_nos integer[];
begin
  if app_private.count_free_seats(
    gather_seats.sale, gather_seats.category_no, gather_seats.accessible
  ) < gather_seats.quantity then
    perform app_private.raise_few_seats(
      gather_seats.sale, gather_seats.category_no, gather_seats.quantity, gather_seats.accessible
    );
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
        and app_private.is_free(s.status, s.locked_until)
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
  'Raises LMFEW, LMSAL.';

--! split: 1009-functions-inventory-map_version.sql
create or replace function app_hidden.map_version()
returns text
language sql stable
return concat_ws(
  '/', (extract(epoch from current_timestamp) * 1000000)::bigint, pg_current_snapshot()
);

comment on function app_hidden.map_version() is
  'What is seen now: when holds are judged, and which transactions.';
grant execute on function app_hidden.map_version() to lml_anonymous, lml_user;

--! split: 1010-functions-inventory-raise_category_not_on_sale.sql
-- Nobody asks for the reason before something is refused: so it is looked up only then.
create or replace function app_private.raise_category_not_on_sale(
  sale app_private.sale, ticket_category_id uuid
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_category app_public.ticket_categories;
begin
  select * into v_category
  from app_public.ticket_categories as c
  where c.organization_id = (raise_category_not_on_sale.sale).organization_id
    and c.event_id = (raise_category_not_on_sale.sale).event_id
    and c.id = raise_category_not_on_sale.ticket_category_id;
  if not found then
    raise exception 'The event has no such ticket category.'
      using errcode = 'LMSAL', detail = raise_category_not_on_sale.ticket_category_id::text,
        hint = 'Take the id of one of its ticket categories.';
  end if;
  if v_category.status <> 'active' then
    raise exception '"%" is not on sale.', v_category.name
      using errcode = 'LMSAL', detail = v_category.status::text,
        hint = 'Choose another category.';
  end if;
  if now() < v_category.sales_start then
    raise exception 'Sales of "%" have not opened yet.', v_category.name
      using errcode = 'LMSAL', detail = v_category.sales_start::text, hint = 'Try again then.';
  end if;
  if now() >= v_category.sales_end then
    raise exception 'Sales of "%" are closed.', v_category.name
      using errcode = 'LMSAL', detail = v_category.sales_end::text,
        hint = 'Choose another category.';
  end if;
  if not exists (
    select from app_public.ticket_category_prices as p
    where p.organization_id = v_category.organization_id
      and p.ticket_category_id = v_category.id
      and p.valid_during @> now()
  ) then
    raise exception '"%" has no price now.', v_category.name
      using errcode = 'LMSAL', detail = v_category.id::text,
        hint = 'Choose another category. The organizer gives it a price with set_price.';
  end if;
  raise exception '"%" has no places without a seat at this performance.', v_category.name
    using errcode = 'LMSAL', detail = v_category.id::text,
      hint = 'Hold its seats with hold_best_available or hold_seats. If it is to have places '
        'without one, its organizer makes them with create_admission_pool.';
end
$$;

comment on function app_private.raise_category_not_on_sale(app_private.sale, uuid) is
  'Raises LMSAL, and says why a category cannot be had: from when on, or how it is held instead.';

--! split: 1011-functions-inventory-raise_few_seats.sql
create or replace function app_private.raise_few_seats(
  sale app_private.sale, category_no smallint, quantity integer, accessible boolean
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_free integer := app_private.count_free_seats(
    raise_few_seats.sale, raise_few_seats.category_no, raise_few_seats.accessible
  );
begin
  if v_free = 0 and exists (
    select
    from app_public.admission_pool_categories as pc
    join app_public.ticket_categories as c
      on c.organization_id = pc.organization_id and c.id = pc.ticket_category_id
    where pc.organization_id = (raise_few_seats.sale).organization_id
      and pc.performance_id = (raise_few_seats.sale).performance_id
      and c.category_no = raise_few_seats.category_no
  ) then
    raise exception 'This category has no seats at this performance.'
      using errcode = 'LMSAL', hint = 'Hold its places with hold_admissions.';
  end if;
  if v_free < raise_few_seats.quantity then
    perform app_private.raise_few_left(v_free);
  end if;
  raise exception 'There are not as many seats side by side.'
    using errcode = 'LMFEW', hint = 'Ask for fewer, or let them be apart; nothing was held.';
end
$$;

comment on function app_private.raise_few_seats(app_private.sale, smallint, integer, boolean) is
  'Raises LMFEW (as many seats are not left, or not side by side), LMSAL (it has no seats).';

--! split: 1012-functions-inventory-raise_seats_taken.sql
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
    perform app_private.raise_category_not_on_sale(
      raise_seats_taken.sale,
      app_private.category_not_on_sale(raise_seats_taken.sale)
    );
  end if;
  raise exception 'Not available: %.', v_labels
    using errcode = 'LMTKN', detail = jsonb_build_object('seat_ids', v_seats)::text,
      hint = 'Choose other seats; nothing was held.';
end
$$;

comment on function app_private.raise_seats_taken(app_private.sale, uuid) is
  'Raises LMTKN, naming the seats that the booking did not get, or LMSAL when it got them all.';

--! split: 1013-functions-inventory-search_seats.sql
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
      perform app_private.raise_few_seats(
        search_seats.sale, search_seats.category_no, search_seats.quantity,
        search_seats.accessible
      );
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
  'Seats of a category, locked, however long it takes to find them. Raises LMFEW, LMSAL, LMBSY.';

--! split: 1014-functions-inventory-seat_letter.sql
-- The most frequent first: a map asks for each of its seats. What is named in each comparison costs
-- a step less than what is named once, and current_timestamp is no function to start, as now() is.
create or replace function app_hidden.seat_letter(
  status app_public.seat_status, locked_until timestamptz
)
returns text
language sql stable
return case
  when seat_letter.status = 'available' then 'a'
  when seat_letter.status = 'booked' then 'b'
  when seat_letter.status = 'reserved' then 'r'
  when seat_letter.status = 'locked' then
    case when seat_letter.locked_until <= current_timestamp then 'a' else 'l' end
  else 'x'
end;

comment on function app_hidden.seat_letter(app_public.seat_status, timestamptz) is
  'A seat in a map: a available, l locked, b booked, r reserved, x blocked.';

--! split: 1015-functions-inventory-seat_map_changes.sql
-- Three things change a map: new bookings, what functions note, and holds that lapse by themselves.
-- Few change at a time, and each is found by its key, whatever a plan was made for. Most of the
-- time goes into starting statements and their expressions: one statement finds everything, and by
-- keys alone, which say whose it is.
create or replace function app_public.seat_map_changes(performance_id uuid, since text)
returns app_public.seat_map_changes
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_then timestamptz;
  v_since pg_snapshot;
  v_first_xid xid8;
  v_changes app_public.seat_map_changes;
begin
  begin
    v_then := to_timestamp(
      split_part(seat_map_changes.since, '/', 1)::bigint::double precision / 1000000
    );
    v_since := split_part(seat_map_changes.since, '/', 2)::pg_snapshot;
    v_first_xid := pg_snapshot_xmin(v_since);
  exception
    when invalid_text_representation or numeric_value_out_of_range or datetime_field_overflow then
      raise exception 'This is no version of a seat map.'
        using errcode = 'LMINP', detail = 'since', hint = 'Send the version of the last answer.';
  end;

  select
    p.id,
    case when known.is_complete then app_hidden.map_version() end,
    known.is_complete,
    case when known.is_complete then coalesce(news.seat_nos, '{}') end,
    case when known.is_complete then coalesce(news.availability, '') end
  into v_changes
  from app_public.performances as p
  cross join (
    select coalesce(
      v_first_xid > f.last_xid
        and pg_snapshot_xmax(v_since) <= pg_snapshot_xmax(pg_current_snapshot()),
      false
    ) as is_complete
    from app_private.seat_changes_forgotten as f
    offset 0
  ) as known
  cross join lateral (
    select
      array_agg(s.seat_no order by s.seat_no) as seat_nos,
      string_agg(app_hidden.seat_letter(s.status, s.locked_until), null order by s.seat_no)
        as availability
    from app_public.seat_booking_state as s
    where s.performance_id = p.id
      and s.seat_no = any (case when known.is_complete then array(
        select unnest(changed.seat_nos)
        from (
          select i.seat_nos
          from app_public.booking_items as i
          where i.booking_id = any (array(
              select b.id
              from app_public.bookings as b
              where b.organization_id = p.organization_id
                and b.performance_id = p.id
                and b.currency = p.currency
                and b.created_xid >= v_first_xid::text::bigint
                and not pg_visible_in_snapshot(b.created_xid::text::xid8, v_since)
              union all
              select b.id
              from app_public.bookings as b
              where b.expires_at > v_then
                and b.expires_at <= current_timestamp
                -- No key, or a plan might read all bookings of the performance instead.
                and b.performance_id is not distinct from p.id
            ))
          union all
          select c.seat_nos
          from app_private.seat_changes as c
          where c.performance_id = p.id
            and c.changed_xid >= v_first_xid
            and not pg_visible_in_snapshot(c.changed_xid, v_since)
        ) as changed
      ) end)
  ) as news
  where p.id = seat_map_changes.performance_id
    and app_hidden.sees_performance(p.id, p.is_public, p.status);
  if not found then
    return null;
  end if;
  return v_changes;
end
$$;

comment on function app_public.seat_map_changes(uuid, text) is
  'Which seats may be different since a version of the map; none is ever left out. Null when there '
  'is no such performance, or not for you. Raises LMINP for a version that is none.';
grant execute on function app_public.seat_map_changes(uuid, text) to lml_anonymous, lml_user;

--! split: 1016-functions-inventory-take_admissions.sql
-- As take_seats, for places without a seat: from the category's pool and from those around it.
create or replace function app_private.take_admissions(
  sale app_private.sale, ticket_category_id uuid, quantity integer, booking_id uuid,
  held_until timestamptz, new_buyer app_private.buyer default null
)
returns app_public.bookings
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_is_new boolean := not take_admissions.new_buyer is null;
  v_reference text;
  v_found record;
  v_price bigint;
  v_pool_id uuid;
  v_made record;
begin
  if v_is_new then
    perform app_private.require_room_for_cart(take_admissions.sale, take_admissions.new_buyer);
    v_reference := 'LML-' || app_hidden.random_code(8);
  end if;
  if take_admissions.sale.prices_vary then
    perform app_private.refresh_sold_shares(take_admissions.sale);
  end if;
  select * into v_found from app_private.admissions_on_sale(
    take_admissions.sale.performance_id, take_admissions.ticket_category_id
  );
  -- A line that is pending is given its price at once, below.
  v_price := case when take_admissions.sale.prices_vary then 0 else v_found.price_cents end;
  if v_found.pool_id is null or v_price is null then
    perform app_private.raise_category_not_on_sale(
      take_admissions.sale, take_admissions.ticket_category_id
    );
  end if;
  foreach v_pool_id in array v_found.chain loop
    if not app_private.take_from_pool(
      take_admissions.sale.organization_id, v_pool_id,
      case when v_pool_id = v_found.pool_id then v_found.slot_count
        else app_private.slot_count_of(v_pool_id) end,
      take_admissions.booking_id, take_admissions.quantity, take_admissions.held_until
    ) then
      perform app_private.take_the_last_of_pool(
        take_admissions.sale.organization_id, v_pool_id, take_admissions.booking_id,
        take_admissions.quantity, take_admissions.held_until
      );
    end if;
  end loop;

  with line as materialized (
    -- The total is added up where it is needed, as in take_seats.
    select
      l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents,
      app_hidden.percentage_of(l.subtotal_cents, take_admissions.sale.commission_percentage)
        as commission_cents
    from app_hidden.price_line(
      v_price, take_admissions.quantity, take_admissions.sale
    ) as l
  ),
  new_booking as (
    insert into app_public.bookings as b (
      id, organization_id, performance_id, booking_reference, user_id, cart_token_hash,
      booking_channel, currency, subtotal_cents, service_fee_cents, processing_fee_cents,
      tax_cents, total_amount_cents, commission_percentage, commission_amount_cents,
      payout_cents, expires_at
    )
    select
      take_admissions.booking_id, take_admissions.sale.organization_id,
      take_admissions.sale.performance_id, v_reference, take_admissions.new_buyer.user_id,
      take_admissions.new_buyer.cart_token_hash, app_hidden.current_channel(),
      take_admissions.sale.currency, l.subtotal_cents, l.service_fee_cents,
      l.processing_fee_cents, l.tax_cents,
      l.subtotal_cents + l.service_fee_cents + l.processing_fee_cents + l.tax_cents,
      take_admissions.sale.commission_percentage, l.commission_cents,
      l.subtotal_cents - l.commission_cents, take_admissions.held_until
    from line as l
    where v_is_new
    on conflict on constraint bookings_reference_is_unique do nothing
    returning b as booking
  ),
  new_item as (
    insert into app_public.booking_items (
      organization_id, booking_id, item_type, ticket_category_id, price_basis, quantity,
      unit_price_cents, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_cents
    )
    select
      take_admissions.sale.organization_id, take_admissions.booking_id, 'admission',
      take_admissions.ticket_category_id,
      case when take_admissions.sale.prices_vary then 'pending' else 'public' end
        ::app_public.price_basis,
      take_admissions.quantity, v_price,
      l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents,
      l.subtotal_cents + l.service_fee_cents + l.processing_fee_cents + l.tax_cents
    from line as l
    where not v_is_new or exists (select from new_booking)
  )
  select (select n.booking from new_booking as n) as booking into v_made;

  if v_is_new and v_made.booking is null then
    raise exception 'The booking reference that was drawn is in use.'
      using errcode = 'LMREF', hint = 'Try again.';
  end if;
  if take_admissions.sale.prices_vary and v_is_new then
    v_made.booking := app_private.store_booking_totals(take_admissions.booking_id);
  end if;
  if take_admissions.sale.screens_holds then
    perform app_private.screen_hold(take_admissions.booking_id, take_admissions.quantity);
  end if;
  return v_made.booking;
end
$$;

comment on function app_private.take_admissions(
  app_private.sale, uuid, integer, uuid, timestamptz, app_private.buyer
) is
  'Holds admissions of a category for a booking and adds their line, priced, to it. For a new '
  'buyer it makes the booking, and returns it. Raises LMFEW, LMSAL, LMMBR, LMRSK.';

--! split: 1017-functions-inventory-take_from_pool.sql
-- Almost always one slot has room for all, and nobody is at it. The block lets go of slots that
-- were locked and then found too full: nobody stands in the line of take_the_last_of_pool with a
-- slot in hand that the first one waits for. Settings of its own would cost a hold more than they
-- do: take_admissions has them.
create or replace function app_private.take_from_pool(
  organization_id uuid, pool_id uuid, slot_count smallint, booking_id uuid, quantity integer,
  held_until timestamptz
)
returns boolean
language plpgsql volatile
as $$
declare
  -- Somewhere in the middle, so that buyers spread; then from the beginning.
  v_first smallint := floor(random() * take_from_pool.slot_count) + 1;
begin
  loop
    with slot as (
      select s.slot_no
      from app_private.admission_slots as s
      where s.pool_id = take_from_pool.pool_id
        and s.organization_id = take_from_pool.organization_id
        and s.slot_no >= v_first
        and s.capacity - s.held - s.sold >= take_from_pool.quantity
      order by s.slot_no
      limit 1
      for no key update skip locked
    ),
    taken as (
      update app_private.admission_slots as s
      set held = s.held + take_from_pool.quantity
      from slot
      where s.pool_id = take_from_pool.pool_id
        and s.organization_id = take_from_pool.organization_id
        and s.slot_no = slot.slot_no
      returning s.slot_no
    )
    insert into app_private.admission_claims as c (
      organization_id, pool_id, slot_no, booking_id, quantity, held_until
    )
    select
      take_from_pool.organization_id, take_from_pool.pool_id, t.slot_no,
      take_from_pool.booking_id, take_from_pool.quantity, take_from_pool.held_until
    from taken as t
    on conflict on constraint admission_claims_pkey do update
    set quantity = c.quantity + excluded.quantity, held_until = excluded.held_until;
    if found then
      return true;
    end if;
    if v_first = 1 then
      raise exception 'No slot has room for all.' using errcode = 'LMFEW';
    end if;
    v_first := 1;
  end loop;
exception
  when sqlstate 'LMFEW' then
    return false;
end
$$;

comment on function app_private.take_from_pool(
  uuid, uuid, smallint, uuid, integer, timestamptz
) is 'Gives a booking places of one slot of a pool, if one has room for all; tells whether.';

--! split: 1018-functions-inventory-take_the_last_of_pool.sql
-- When no slot has room for all, buyers form a line: whoever is first in it locks every slot, in
-- order, takes back what has lapsed, and knows what is left.
create or replace function app_private.take_the_last_of_pool(
  organization_id uuid, pool_id uuid, booking_id uuid, quantity integer, held_until timestamptz
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer := app_private.left_in_pool(take_the_last_of_pool.pool_id);
begin
  -- When it is sold out, nobody waits to be told.
  if v_count < take_the_last_of_pool.quantity then
    perform app_private.raise_few_left(v_count);
  end if;
  perform app_private.lock_pool(
    take_the_last_of_pool.organization_id, take_the_last_of_pool.pool_id
  );
  perform app_private.free_lapsed_admissions(take_the_last_of_pool.pool_id);

  with room as (
    select
      s.slot_no,
      least(
        s.capacity - s.held - s.sold,
        take_the_last_of_pool.quantity + s.capacity - s.held - s.sold
          - sum(s.capacity - s.held - s.sold) over (order by s.slot_no)
      )::integer as quantity
    from app_private.admission_slots as s
    where s.organization_id = take_the_last_of_pool.organization_id
      and s.pool_id = take_the_last_of_pool.pool_id
      and s.capacity > s.held + s.sold
  ),
  taken as (
    update app_private.admission_slots as s
    set held = s.held + r.quantity
    from room as r
    where s.organization_id = take_the_last_of_pool.organization_id
      and s.pool_id = take_the_last_of_pool.pool_id
      and s.slot_no = r.slot_no
      and r.quantity > 0
    returning s.slot_no, r.quantity
  ),
  claimed as (
    insert into app_private.admission_claims as c (
      organization_id, pool_id, slot_no, booking_id, quantity, held_until
    )
    select
      take_the_last_of_pool.organization_id, take_the_last_of_pool.pool_id, t.slot_no,
      take_the_last_of_pool.booking_id, t.quantity, take_the_last_of_pool.held_until
    from taken as t
    on conflict on constraint admission_claims_pkey do update
    set quantity = c.quantity + excluded.quantity, held_until = excluded.held_until
  )
  select coalesce(sum(t.quantity), 0) into v_count from taken as t;
  if v_count < take_the_last_of_pool.quantity then
    perform app_private.raise_few_left(v_count);
  end if;
end
$$;

comment on function app_private.take_the_last_of_pool(
  uuid, uuid, uuid, integer, timestamptz
) is 'Gathers places from all slots of a pool. Raises LMFEW, saying how many are left.';

--! split: 1019-functions-inventory-window_refusal.sql
create or replace function app_hidden.window_refusal(code app_public.discount_codes)
returns text
language sql stable
return case
  when (window_refusal.code).ended_at is null and now() < lower((window_refusal.code).valid_during)
    then 'early'
  when (window_refusal.code).ended_at is not null
    or not (window_refusal.code).valid_during @> now()
    then 'over'
end;

comment on function app_hidden.window_refusal(app_public.discount_codes) is
  'Why a code is not to be used now: early, over, or it may (null).';

--! split: 1020-functions-bookings-acquire_seat_lock.sql
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
    raise exception 'The booking is for another event.'
      using errcode = 'LMBKG', hint = 'Hold the seat in a booking of its own.';
  end if;
  if acquire_seat_lock.user_id is distinct from coalesce(v_booking.user_id, v_caller_id)
    or (
      acquire_seat_lock.user_id <> v_caller_id
      and not app_hidden.has_performance_permission(
        v_sale.organization_id, v_sale.performance_id, 'bookings.manage'
      )
    )
  then
    raise exception 'The user must be the caller, who owns the booking.'
      using errcode = 'LMRGT', hint = 'Send your own id.';
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
  'Raises LMAUT, LMSES, LMRGT, LMBKG, LMBST, LMEXP, LMINP, LMSEA, LMEVT, LMSAL, LMQTY, LMNFD, '
  'LMRSK.';
grant execute on function app_public.acquire_seat_lock(uuid, text, uuid, uuid, integer)
  to lml_user;

--! split: 1021-functions-bookings-apply_discount_code.sql
create or replace function app_public.apply_discount_code(booking_id uuid, code text)
returns app_public.discount_answer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    apply_discount_code.booking_id, 'bookings.manage'
  );
  v_code app_public.discount_codes;
  v_refusal text;
begin
  perform app_private.require_open_draft(v_booking);
  v_code := app_private.find_discount_code(
    app_private.open_sale(v_booking.performance_id), apply_discount_code.code,
    row(app_hidden.current_user_id(), app_hidden.current_cart_hash())::app_private.buyer
  );
  if v_code.id is null then
    v_refusal := 'unknown';
  else
    perform app_private.lock_discount_code(v_code);
    v_refusal := coalesce(
      app_hidden.window_refusal(v_code),
      app_hidden.minimum_refusal(app_private.lines_of(v_booking), v_code),
      app_private.uses_refusal(v_code, v_booking)
    );
  end if;
  if v_refusal is null then
    insert into app_public.discount_redemptions (
      booking_id, organization_id, discount_code_id, code
    )
    values (v_booking.id, v_booking.organization_id, v_code.id, v_code.code)
    on conflict on constraint discount_redemptions_pkey do update
    set discount_code_id = excluded.discount_code_id, code = excluded.code;
    perform app_private.price_booking(v_booking.id);
    v_booking := app_private.store_booking_totals(v_booking.id);
  end if;
  return row(
    v_booking.id, v_refusal, v_booking.discount_cents, v_booking.total_amount_cents
  )::app_public.discount_answer;
end
$$;

comment on function app_public.apply_discount_code(uuid, text) is
  'Uses a code for a draft, in place of the one that it has. The answer says why a code is '
  'refused; then nothing has changed. Upper and lower case are the same. '
  'Raises LMRTE (too many wrong ones), LMBKG, LMBST, LMEXP, LMEVT, LMSAL, LMSES, LMCRT.';
grant execute on function app_public.apply_discount_code(uuid, text) to lml_anonymous, lml_user;

--! split: 1022-functions-bookings-hold_admissions.sql
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
  if hold_admissions.idempotency_key is not null then
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
  if hold_admissions.idempotency_key is not null then
    perform app_private.keep_result(hold_admissions.idempotency_key, v_booking.id);
  end if;
  return v_booking;
end
$$;

comment on function app_public.hold_admissions(uuid, uuid, integer, uuid, text) is
  'Holds admissions of a category for a new booking, or for a draft of yours, all of them or none. '
  'Raises LMFEW (fewer are left), LMQTY (none or too many), LMEVT (not published), LMSAL (not on '
  'sale), LMEXP, LMBST, LMBKG, LMGST, LMCRT, LMSES, LMIDK, LMNFD, LMMBR (for members).';
grant execute on function app_public.hold_admissions(uuid, uuid, integer, uuid, text)
  to lml_anonymous, lml_user;

--! split: 1023-functions-bookings-hold_best_available.sql
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
    perform app_private.raise_category_not_on_sale(
      v_sale, hold_best_available.ticket_category_id
    );
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

--! split: 1024-functions-bookings-hold_seats.sql
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
      return app_private.masked_booking(v_booking);
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
        using errcode = 'LMBKG', detail = v_booking.performance_id::text,
          hint = 'A booking is for one performance: hold these in a booking of their own.';
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
  'LMGST, LMCRT, LMSES, LMIDK, LMNFD, LMMBR (for members), LMRSK (a rule '
  'against fraud refuses it).';
grant execute on function app_public.hold_seats(uuid, text[], uuid, text)
  to lml_anonymous, lml_user;

--! split: 1025-functions-bookings-lock_approval.sql
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
    raise exception 'Nobody approves what they buy themselves.'
      using errcode = 'LMRGT', hint = 'Ask a colleague.';
  end if;
  if v_booking.status <> 'pending_approval' then
    perform app_private.raise_booking_status(v_booking);
  end if;
  if v_booking.expires_at <= now() then
    raise exception 'The time for an answer has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text,
        hint = 'The buyer has to hold the seats again.';
  end if;
  return v_booking;
end
$$;

comment on function app_private.lock_approval(uuid) is
  'A booking that waits for an answer, locked, for staff with bookings.manage. '
  'Raises LMAUT, LMSES, LMRGT, LMNFD, LMBST, LMEXP.';

--! split: 1026-functions-bookings-mail_confirmation.sql
-- What was canceled or returned meanwhile has mails of its own.
create or replace function app_private.mail_confirmation(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if (mail_confirmation.booking).status in ('partially_paid', 'confirmed', 'completed') then
    perform app_private.mail_booking(
      mail_confirmation.booking,
      case (mail_confirmation.booking).status
        when 'partially_paid' then 'booking_deposit_paid' else 'booking_confirmed'
      end,
      app_private.confirmation_words(mail_confirmation.booking)
    );
  end if;
end
$$;

comment on function app_private.mail_confirmation(app_public.bookings) is
  'Has whoever bought a booking mailed that it was sold, if it still is.';

--! split: 1027-functions-bookings-mail_confirmations.sql
-- A row goes in the transaction that queues its mail: whenever the worker dies, it is both or
-- neither. One whose mail cannot be written stays, and keeps no other one from its reader; so does
-- one that is disputed, as nobody knows whether it will have been sold.
create or replace function app_private.mail_confirmations(batch_limit integer)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_count integer := 0;
begin
  for v_booking in
    select b.*
    from app_private.booking_confirmations as c
    join app_public.bookings as b on b.id = c.booking_id
    where (c.retry_at is null or c.retry_at <= now())
      and b.status <> 'disputed'
    order by c.booking_id
    limit mail_confirmations.batch_limit
    for update of c skip locked
  loop
    v_count := v_count + 1;
    begin
      perform app_private.mail_confirmation(v_booking);
      delete from app_private.booking_confirmations as c where c.booking_id = v_booking.id;
    exception when others then
      update app_private.booking_confirmations as c
      set retry_at = now() + interval '10 minutes', error_code = sqlstate
      where c.booking_id = v_booking.id;
    end;
  end loop;
  return v_count;
end
$$;

comment on function app_private.mail_confirmations(integer) is
  'Has those mailed whose bookings were sold, each once; returns how many bookings it looked at.';
grant execute on function app_private.mail_confirmations(integer) to lml_worker;

--! split: 1028-functions-bookings-quote.sql
-- Asks what a hold asks, prices by the function that charges, and writes nothing but a wrong guess
-- of a code: which is why it is no query.
create or replace function app_public.quote(
  performance_id uuid, seat_ids text[] default '{}', ticket_category_ids uuid[] default '{}',
  quantities integer[] default '{}', code text default null
)
returns app_public.price_quote
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_seat_ids text[] := nullif(quote.seat_ids, '{}');
  v_sale app_private.sale := app_private.open_sale(quote.performance_id, v_seat_ids);
  v_performance app_public.performances;
  v_booking app_public.bookings;
  v_is_member boolean;
  v_code app_public.discount_codes;
  v_refusal text;
  v_lines app_private.priced_line[];
begin
  v_booking.user_id := app_hidden.current_user_id();
  v_booking.cart_token_hash := app_hidden.current_cart_hash();
  if v_sale.prices_vary then
    perform app_private.refresh_sold_shares(v_sale);
  end if;
  select * into strict v_performance
  from app_public.performances as p where p.id = quote.performance_id;
  v_is_member := app_private.is_member(v_sale.organization_id, v_booking.user_id);
  v_lines := app_private.lines_to_quote(
    v_sale, quote.ticket_category_ids, quote.quantities, v_is_member
  );
  if quote.code is not null then
    v_code := app_private.find_discount_code(
      v_sale, quote.code, row(v_booking.user_id, v_booking.cart_token_hash)::app_private.buyer
    );
  end if;
  v_lines := app_private.price_lines(
    v_lines, v_performance, app_private.price_terms_of(v_performance.id), v_is_member, null
  );
  if quote.code is not null then
    v_refusal := case
      when v_code.id is null then 'unknown'
      else coalesce(
        app_hidden.window_refusal(v_code),
        app_hidden.minimum_refusal(v_lines, v_code),
        app_private.uses_refusal(v_code, v_booking)
      )
    end;
    if v_refusal is null then
      v_lines := app_private.price_lines(
        v_lines, v_performance, app_private.price_terms_of(v_performance.id), v_is_member, v_code
      );
    end if;
  end if;
  return app_hidden.quote_of(v_performance, v_lines, v_refusal);
end
$$;

comment on function app_public.quote(uuid, text[], uuid[], integer[], text) is
  'What seats, or tickets of categories, would cost the caller now, with a discount code or '
  'without; nothing is held. Raises LMSAL (not on sale), LMMBR (for members), LMQTY, LMSEA, LMSDP, '
  'LMINP, LMEVT, LMNFD, LMRTE (too many wrong codes).';
grant execute on function app_public.quote(uuid, text[], uuid[], integer[], text)
  to lml_anonymous, lml_user;

--! split: 1029-functions-bookings-require_may_hold.sql
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
        using errcode = 'LMBKG', detail = (require_may_hold.booking).performance_id::text,
          hint = 'A booking is for one performance: hold these in a booking of their own.';
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

--! split: 1030-functions-bookings-tg_bookings__check_first_totals.sql
-- Whoever adds lines is asked by tg_bookings__check_totals whether they sum to the amounts of their
-- booking, and the lines of a new booking are new, too. So of the booking itself it is enough to
-- know that it has any: to add them up for both would cost each hold the sum twice.
create or replace function app_hidden.tg_bookings__check_first_totals()
returns trigger
language plpgsql security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
begin
  if exists (
    select from app_public.booking_items as i
    where i.organization_id = new.organization_id and i.booking_id = new.id
  ) then
    return null;
  end if;
  -- Its amounts may be others by now.
  if exists (
    select from app_public.bookings as b
    where b.id = new.id
      and greatest(
        b.subtotal_cents, b.discount_cents, b.service_fee_cents, b.processing_fee_cents,
        b.tax_cents, b.service_fee_absorbed_cents, b.processing_fee_absorbed_cents,
        b.tax_included_cents
      ) > 0
  ) then
    raise exception 'Booking % begins with amounts, and has no lines.', new.id
      using errcode = 'LMSUM';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_bookings__check_first_totals() is
  'Raises LMSUM at commit for a new booking that has amounts without lines.';

drop trigger if exists _900_check_first_totals on app_public.bookings;
create constraint trigger _900_check_first_totals
  after insert on app_public.bookings
  deferrable initially deferred
  for each row execute function app_hidden.tg_bookings__check_first_totals();

--! split: 1031-functions-bookings-tg_bookings__check_totals.sql
-- At the end of each transaction that wrote lines or amounts, a booking is the sum of its lines,
-- each of which has its price. A check constraint cannot see other rows, and must not pretend to.
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
        coalesce(sum(i.tax_cents), 0) as tax,
        coalesce(sum(i.service_fee_absorbed_cents), 0) as service_fee_absorbed,
        coalesce(sum(i.processing_fee_absorbed_cents), 0) as processing_fee_absorbed,
        coalesce(sum(i.tax_included_cents), 0) as tax_included,
        coalesce(bool_or(i.price_basis = 'pending'), false) as is_unpriced
      from app_public.booking_items as i
      where i.organization_id = b.organization_id and i.booking_id = b.id
    ) as s
    where b.organization_id = v_organization_id
      and b.id = v_booking_id
      and (
        b.subtotal_cents <> s.subtotal or b.discount_cents <> s.discount
        or b.service_fee_cents <> s.service_fee or b.processing_fee_cents <> s.processing_fee
        or b.tax_cents <> s.tax
        or b.service_fee_absorbed_cents <> s.service_fee_absorbed
        or b.processing_fee_absorbed_cents <> s.processing_fee_absorbed
        or b.tax_included_cents <> s.tax_included
        or s.is_unpriced
      )
  ) then
    raise exception 'The amounts of booking % are not the sum of its lines, or one has no price.',
        v_booking_id
      using errcode = 'LMSUM';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_bookings__check_totals() is 'Raises LMSUM at commit.';

drop trigger if exists _900_check_totals on app_public.bookings;
create constraint trigger _900_check_totals
  after update of subtotal_cents, discount_cents, service_fee_cents, processing_fee_cents,
    tax_cents, service_fee_absorbed_cents, processing_fee_absorbed_cents, tax_included_cents
  on app_public.bookings
  deferrable initially deferred
  for each row execute function app_hidden.tg_bookings__check_totals();

-- A new line without its amount in the booking is found through the booking's own trigger, unless
-- nobody touched the booking, or it is new itself: hence this one too.
drop trigger if exists _900_check_totals on app_public.booking_items;
create constraint trigger _900_check_totals
  after insert or update or delete on app_public.booking_items
  deferrable initially deferred
  for each row execute function app_hidden.tg_bookings__check_totals();

--! split: 1032-functions-payments-lock_payout_for_hold.sql
-- Members of the organization who approve payouts, and the platform's staff.
create or replace function app_private.lock_payout_for_hold(payout_id uuid)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
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

--! split: 1033-functions-payments-lose_authorization.sql
-- Before an answer the order waits on: only after a yes is it to be paid, as without a card.
create or replace function app_private.lose_authorization(intent app_public.payment_intents)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.replace_payment(
    lose_authorization.intent, 'automatic'
  );
begin
  if v_booking.status = 'pending_payment' and v_booking.expires_at > now() then
    perform app_private.mail_booking(v_booking, 'booking_approved');
  end if;
end
$$;

comment on function app_private.lose_authorization(app_public.payment_intents) is
  'A card that was to be charged cannot be any more: the buyer of the booking, which is locked, is '
  'asked to pay.';

--! split: 1034-functions-payments-require_add_ons_of.sql
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
    -- Null is not counted.
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

--! split: 1035-functions-payments-require_cancellation_windows.sql
create or replace function app_private.require_cancellation_windows(
  days_before integer[], percentages numeric[]
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if days_before is null or percentages is null
    or cardinality(days_before) <> cardinality(percentages) or cardinality(days_before) > 20
    or array_position(percentages, null) is not null
    or cardinality(days_before) <> (select count(distinct d) from unnest(days_before) as d)
  then
    raise exception 'Give up to 20 windows: a number of days, each once, and a percentage for each.'
      using errcode = 'LMINP', detail = 'days_before, percentages';
  end if;
  if exists (
    select from unnest(days_before, percentages) as early (days, share)
    join unnest(days_before, percentages) as late (days, share) on late.days < early.days
    where late.share >= early.share
  ) then
    raise exception 'Who cancels later gets less.' using errcode = 'LMINP', detail = 'percentages';
  end if;
end
$$;

comment on function app_private.require_cancellation_windows(integer[], numeric[]) is
  'Raises LMINP.';

--! split: 1036-functions-payments-require_tickets_of.sql
create or replace function app_private.require_tickets_of(
  booking app_public.bookings, ticket_ids uuid[]
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_bad uuid;
begin
  if require_tickets_of.ticket_ids is null then
    return;
  end if;
  if cardinality(require_tickets_of.ticket_ids) not between 1 and 10000
    -- Null is not counted.
    or cardinality(require_tickets_of.ticket_ids)
      <> (select count(distinct n) from unnest(require_tickets_of.ticket_ids) as n)
  then
    raise exception 'Name tickets, each once.' using errcode = 'LMINP', detail = 'ticket_ids';
  end if;
  select n into v_bad
  from unnest(require_tickets_of.ticket_ids) as n
  where not exists (
    select from app_public.tickets as t
    where t.organization_id = (require_tickets_of.booking).organization_id
      and t.booking_id = (require_tickets_of.booking).id
      and t.id = n
      and t.status in ('valid', 'used')
  )
  limit 1;
  if found then
    raise exception 'This is not a valid ticket of the booking.'
      using errcode = 'LMTVD', detail = v_bad::text;
  end if;
end
$$;

comment on function app_private.require_tickets_of(app_public.bookings, uuid[]) is
  'Raises LMTVD unless all are live tickets of the booking, LMINP for '
  'none, too many, or one twice.';

--! split: 1037-functions-tickets-admit.sql
-- One conditional write decides between two scanners of one ticket, and between a scanner and
-- whoever hands the ticket on: it waits for nothing but this ticket. What may change is in the
-- ticket's own row, because that is what is looked at again after waiting; a credential never
-- changes, so it is found beforehand. A refusal is a result, not an exception: raising would undo
-- the record of the attempt. What is written as "is true" is of no use to an index: on a new
-- database, a plan might otherwise read all tickets of the performance, or of the organization.
-- Like open_door, it is called by functions with settings, and has none of its own.
create or replace function app_private.admit(
  door app_private.door, credential_hash bytea, direction app_public.scan_direction,
  at timestamptz
)
returns app_private.admission
language plpgsql volatile
as $$
declare
  v_admission app_private.admission;
begin
  if admit.direction = 'in' and admit.door.closes_at >= admit.at and not admit.door.is_canceled then
    update app_public.tickets as t
    set status = 'used', used_at = coalesce(t.used_at, admit.at),
      entry_count = t.entry_count + 1, is_inside = true
    where (t.id, t.credential_version) = (
        select c.ticket_id, c.version
        from app_private.ticket_credentials as c
        where c.credential_hash = admit.credential_hash
      )
      and (t.organization_id = admit.door.organization_id) is true
      and (t.performance_id = admit.door.performance_id) is true
      and (
        t.status = 'valid'
        or (
          t.status = 'used' and not t.is_inside
          and t.entry_count <= app_private.reentry_limit_of(admit.door)
        )
      )
      and not t.is_disputed
      and (
        admit.door.has_zone is not true
        or app_private.leads_to(admit.door, t.section, t.ticket_category_id)
      )
    returning t.id, 'success' into v_admission.ticket_id, v_admission.result;
  elsif admit.direction = 'out' then
    update app_public.tickets as t
    set is_inside = false
    where (t.id, t.credential_version) = (
        select c.ticket_id, c.version
        from app_private.ticket_credentials as c
        where c.credential_hash = admit.credential_hash
      )
      and (t.organization_id = admit.door.organization_id) is true
      and (t.performance_id = admit.door.performance_id) is true
      and t.is_inside
    returning t.id, 'success' into v_admission.ticket_id, v_admission.result;
  end if;
  if v_admission.ticket_id is null then
    v_admission.ticket_id := app_private.admit_pass(
      admit.door, admit.credential_hash, admit.direction, admit.at
    );
    v_admission.result := 'success';
    if v_admission.ticket_id is null then
      v_admission := app_private.refusal_of(
        admit.door, admit.credential_hash, admit.direction, admit.at
      );
    end if;
  end if;
  return v_admission;
end
$$;

comment on function app_private.admit(
  app_private.door, bytea, app_public.scan_direction, timestamptz
) is 'Lets the holder of a credential through a door, or says why not.';

--! split: 1038-functions-tickets-admit_pass.sql
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
    where not e.is_inside and e.entry_count <= app_private.reentry_limit_of(v_door)
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

--! split: 1039-functions-tickets-mark_add_on_delivered.sql
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
      using errcode = 'LMTUS', detail = v_item.id::text, hint = 'Look at who handed it out.';
  end if;
  return v_delivery;
end
$$;

comment on function app_public.mark_add_on_delivered(uuid) is
  'Notes that a buyer has got an add-on, once. Needs tickets.scan. '
  'Raises LMTUS (they have got it already), LMBST (it is not paid for, or came back), '
  'LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.mark_add_on_delivered(uuid) to lml_user;

--! split: 1040-functions-tickets-open_door.sql
-- A scanner, or staff with a session: who it is, where they stand, and what the performance allows.
-- Settings of its own would cost a scan more than they are good for: it is called by functions
-- that have them.
create or replace function app_private.open_door(
  performance_id uuid, gate_id uuid, at_gate boolean default true
)
returns app_private.door
language plpgsql stable
as $$
declare
  v_door app_private.door;
begin
  -- Who is asking is asked in the same statement, of those who have the right by their role in all
  -- of the organization, as most who scan with a session do. Everybody else, and every refusal, is
  -- left to recognize_scanner.
  select p.organization_id, p.id, p.event_id, p.status = 'canceled',
    app_hidden.closing_time(p.starts_at, p.ends_at), open_door.gate_id,
    (
      select m.user_id
      from app_public.organization_members as m
      join app_public.role_permissions as r on r.role = m.role and r.permission = 'tickets.scan'
      where m.user_id = (select s.user_id from app_private.current_session as s)
        and m.organization_id = p.organization_id
        and m.status = 'active'
        and not m.venues_restricted
    )
  into v_door.organization_id, v_door.performance_id, v_door.event_id, v_door.is_canceled,
    v_door.closes_at, v_door.gate_id, v_door.user_id
  from app_public.performances as p
  where p.id = open_door.performance_id;
  if v_door.user_id is not null and v_door.gate_id is null then
    return v_door;
  end if;

  -- The venue matters to scanners and at gates.
  select e.venue_id into v_door.venue_id
  from app_public.events as e
  where e.id = v_door.event_id and e.organization_id = v_door.organization_id;
  if v_door.user_id is null then
    v_door := app_private.recognize_scanner(v_door, open_door.performance_id);
  end if;
  if open_door.at_gate and v_door.gate_id is not null then
    v_door := app_private.stand_at_gate(v_door);
  end if;
  return v_door;
end
$$;

comment on function app_private.open_door(uuid, uuid, boolean) is
  'What a scan must know before it looks at a ticket. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1041-functions-tickets-recognize_scanner.sql
-- A scanner stands at the gate that it was registered for, unless another one is named.
create or replace function app_private.recognize_scanner(
  door app_private.door, performance_id uuid
)
returns app_private.door
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_door app_private.door := recognize_scanner.door;
  v_device app_public.scanner_devices;
begin
  select d.* into v_device
  from app_public.scanner_devices as d
  where d.id = app_hidden.current_device_id();
  if v_device.id is null then
    v_door.user_id := app_hidden.current_user_id();
    if app_hidden.has_performance_permission(
      v_door.organization_id, v_door.performance_id, 'tickets.scan'
    ) is not true then
      perform app_hidden.require_performance_permission(
        v_door.organization_id, v_door.performance_id, 'tickets.scan'
      );
    end if;
    return v_door;
  end if;

  if (v_device.organization_id, v_device.venue_id)
    is distinct from (v_door.organization_id, v_door.venue_id)
  then
    raise exception 'There is no such performance at the venue of this scanner.'
      using errcode = 'LMNFD', detail = format('%s', recognize_scanner.performance_id);
  end if;
  v_door.device_id := v_device.id;
  v_door.device := v_device.name;
  v_door.gate_id := coalesce(v_door.gate_id, v_device.gate_id);
  return v_door;
end
$$;

comment on function app_private.recognize_scanner(app_private.door, uuid) is
  'A door with the scanner, or the user who may scan there. Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1042-functions-tickets-reentry_limit_of.sql
-- Read by whoever comes back: most who come have never been inside.
create or replace function app_private.reentry_limit_of(door app_private.door)
returns smallint
language sql stable security definer set search_path = ''
as $$
  select e.reentry_limit
  from app_public.events as e
  where e.id = (reentry_limit_of.door).event_id
    and e.organization_id = (reentry_limit_of.door).organization_id
$$;

comment on function app_private.reentry_limit_of(app_private.door) is
  'How often the holder of a ticket may come back in by a door.';

--! split: 1043-functions-tickets-save_entry_zone.sql
create or replace function app_public.save_entry_zone(
  venue_id uuid, name text, sections text[] default '{}', ticket_categories text[] default '{}'
)
returns app_public.entry_zones
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
  v_zone app_public.entry_zones;
  v_unknown text;
  v_constraint text;
  v_column text;
begin
  select v.organization_id into v_organization_id
  from app_public.venues as v where v.id = save_entry_zone.venue_id;
  perform app_hidden.require_venue_permission(
    v_organization_id, save_entry_zone.venue_id, 'gates.manage'
  );
  -- Misspelled, it would turn everybody away on the evening.
  select z.section into v_unknown
  from unnest(save_entry_zone.sections) as z (section)
  where z.section not in (
    select s.name
    from app_public.layout_sections as s
    join app_public.venue_layouts as l
      on l.organization_id = s.organization_id and l.id = s.layout_id
    where l.organization_id = v_organization_id and l.venue_id = save_entry_zone.venue_id
  )
  limit 1;
  if v_unknown is not null then
    raise exception 'No layout of the venue has a section "%".', left(v_unknown, 100)
      using errcode = 'LMINP', detail = 'sections',
        hint = 'Correct the name, or import the layout first.';
  end if;
  insert into app_public.entry_zones as z (
    organization_id, venue_id, name, sections, ticket_categories
  )
  values (
    v_organization_id, save_entry_zone.venue_id, save_entry_zone.name, save_entry_zone.sections,
    save_entry_zone.ticket_categories
  )
  on conflict on constraint entry_zones_name_is_unique do update
  set sections = excluded.sections, ticket_categories = excluded.ticket_categories
  returning * into v_zone;
  return v_zone;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.save_entry_zone(uuid, text, text[], text[]) is
  'A part of a venue: the sections of the layout, and the ticket categories by name, that enter '
  'through its gates. The same name again changes it. Needs gates.manage. Raises LMNFD, LMRGT, '
  'LMINP, LMAUT, LMSES.';
grant execute on function app_public.save_entry_zone(uuid, text, text[], text[]) to lml_user;

--! split: 1044-functions-tickets-scan_list.sql
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
    'reentry_limit', app_private.reentry_limit_of(v_door),
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

--! split: 1045-functions-tickets-stand_at_gate.sql
-- A gate that is named must be one of this venue, in use; without one, every ticket may enter here.
create or replace function app_private.stand_at_gate(door app_private.door)
returns app_private.door
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_door app_private.door := stand_at_gate.door;
begin
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
  return v_door;
end
$$;

comment on function app_private.stand_at_gate(app_private.door) is
  'A door with its gate, and whom it leads where. Raises LMNFD.';

--! split: 1046-functions-risk-approve_fraud_review.sql
create or replace function app_public.approve_fraud_review(booking_id uuid, note text default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_fraud_review(approve_fraud_review.booking_id);
  v_organization app_public.organizations;
begin
  if v_booking.expires_at <= now() then
    raise exception 'The time for the review has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text,
        hint = 'The buyer has to hold the seats again.';
  end if;
  -- The platform has stopped all sales, and nobody has begun to pay for this one.
  select * into strict v_organization
  from app_public.organizations as o where o.id = v_booking.organization_id;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  -- Sales may have closed meanwhile: the buyer was in time.
  perform app_private.prolong_hold(
    v_booking,
    now() + make_interval(
      secs => (
        select e.checkout_seconds
        from app_public.performances as p
        join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
        where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id
      )
    )
  );
  if app_private.asks_for_approval(v_booking) then
    perform app_private.request_approval(v_booking);
  else
    perform app_private.proceed_to_payment(v_booking);
  end if;
  perform app_private.close_alerts_of_booking(
    v_booking, 'false_positive', approve_fraud_review.note
  );
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.approve_fraud_review(uuid, text) is
  'Accepts a booking under review: the buyer may pay, or waits for the organization''s approval '
  'where the category requires it, until what was left of the review, and at '
  'least as long as any checkout. Its open alerts were false positives. Needs risk.manage, and '
  'somebody other than the buyer. '
  'Raises LMNFD, LMRGT, LMBST (not under review), LMEXP (too late), LMORG (a suspended '
  'organization), LMINP, LMAUT, LMSES.';
grant execute on function app_public.approve_fraud_review(uuid, text) to lml_user;

--! split: 1047-functions-privacy-declared_classes.sql
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
  ('app_private.allocation_holds', 'internal', null, null, 'seat_ids places'),
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
  ('app_private.booking_link_requests', 'personal', 'delete', null, 'booking_reference email'),
  ('app_private.booking_confirmations', 'internal', null, null, 'error_code'),
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
