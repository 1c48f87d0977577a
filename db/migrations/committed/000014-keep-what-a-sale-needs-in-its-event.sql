--! Previous: sha1:9e5d6a45720f21bd8165b9a10cc06b33b628d94b
--! Hash: sha1:77611ca63ae6d598dec8d3a7ec4cb5982010902b
--! Message: Keep what a sale needs in its event

--! split: 100-events.sql
-- What a sale has to know is in the event. A hold used to read it from four more tables, and spent
-- an eighth of its time there.

-- Foreign keys keep the copies equal to their originals: by themselves, and without exception.
alter table app_public.organizations add unique (id, status);
alter table app_public.tax_rates add unique (id, organization_id, percentage);

alter table app_public.events
  add column organization_status app_public.organization_status,
  add column tax_percentage numeric(7, 4) not null default 0,
  add column allow_guest_checkout boolean,
  add column hold_seconds integer,
  add column checkout_seconds integer,
  add column hold_seconds_max integer,
  add column tickets_per_booking_max integer;

update app_public.events as e
set organization_status = o.status,
  tax_percentage = coalesce(
    (select t.percentage from app_public.tax_rates as t where t.id = e.tax_rate_id), 0
  ),
  allow_guest_checkout = s.allow_guest_checkout,
  hold_seconds = s.hold_seconds,
  checkout_seconds = s.checkout_seconds,
  hold_seconds_max = s.hold_seconds_max,
  tickets_per_booking_max = s.tickets_per_booking_max
from app_public.organizations as o
join app_public.organization_settings as s on s.organization_id = o.id
where o.id = e.organization_id;

alter table app_public.events
  alter column organization_status set not null,
  alter column allow_guest_checkout set not null,
  alter column hold_seconds set not null,
  alter column checkout_seconds set not null,
  alter column hold_seconds_max set not null,
  alter column tickets_per_booking_max set not null,
  drop constraint events_organization_id_fkey,
  add foreign key (organization_id, organization_status)
    references app_public.organizations (id, status) on update cascade on delete restrict,
  drop constraint events_organization_id_tax_rate_id_fkey,
  add foreign key (organization_id, tax_rate_id, tax_percentage)
    references app_public.tax_rates (organization_id, id, percentage)
    on update cascade on delete restrict,
  add constraint events_without_tax_rate_have_no_tax
    check (tax_rate_id is not null or tax_percentage = 0),
  add constraint events_holds_are_bounded check (
    hold_seconds between 30 and 86400
    and checkout_seconds between 60 and 86400
    and hold_seconds_max between greatest(hold_seconds, checkout_seconds) and 604800
  ),
  add constraint events_tickets_per_booking_is_bounded
    check (tickets_per_booking_max between 1 and 500);

drop index app_public.events_organization_id_idx;
create index events_organization_id_idx
  on app_public.events (organization_id, organization_status);
drop index app_public.events_tax_rate_id_idx;
create index events_tax_rate_id_idx
  on app_public.events (tax_rate_id, organization_id, tax_percentage);

comment on column app_public.events.organization_status is 'Whether its organization may sell.';
comment on column app_public.events.tax_percentage is 'The rate of its tax; 0 without one.';
comment on column app_public.events.allow_guest_checkout is
  'Whether people without an account may buy.';
comment on column app_public.events.hold_seconds is 'How long a new hold lasts.';
comment on column app_public.events.checkout_seconds is
  'How long a hold lasts from the start of its checkout.';
comment on column app_public.events.hold_seconds_max is
  'How long a booking may hold seats in all, whatever happens.';
comment on column app_public.events.tickets_per_booking_max is
  'How many tickets one booking may contain.';
comment on column app_public.organization_settings.allow_guest_checkout is
  'Whether people without an account may buy, for new events.';
comment on column app_public.organization_settings.hold_seconds is
  'How long a new hold lasts, for new events.';
comment on column app_public.organization_settings.checkout_seconds is
  'How long a hold lasts from the start of its checkout, for new events.';
comment on column app_public.organization_settings.hold_seconds_max is
  'How long a booking may hold seats in all, for new events.';
comment on column app_public.organization_settings.tickets_per_booking_max is
  'How many tickets one booking may contain, for new events.';

--! split: 1000-functions-events-create_event.sql
create or replace function app_public.create_event(
  organization_id uuid, venue_id uuid, title text, slug text, description text default null,
  currency text default null, sales_start timestamptz default null,
  sales_end timestamptz default null, tax_rate_id uuid default null,
  blocked_sections text[] default '{}', idempotency_key text default null
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
  perform app_hidden.require_permission(create_event.organization_id, 'events.manage');
  v_id := app_private.replay_result(
    create_event.idempotency_key, 'create_event',
    jsonb_build_array(
      create_event.organization_id, create_event.venue_id, create_event.title, create_event.slug,
      create_event.description, create_event.currency, create_event.sales_start,
      create_event.sales_end, create_event.tax_rate_id, create_event.blocked_sections
    )
  );
  if v_id is null then
    if not exists (
      select from app_public.venues as v
      where v.organization_id = create_event.organization_id and v.id = create_event.venue_id
    ) then
      raise exception 'There is no such venue, or it is not yours.'
        using errcode = 'LMNFD', detail = 'venue_id';
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

    insert into app_public.events (
      organization_id, venue_id, title, slug, description, currency, sales_start, sales_end,
      tax_rate_id, blocked_sections, service_fee_percentage, service_fee_fixed_cents,
      processing_fee_percentage, processing_fee_fixed_cents, commission_percentage,
      organization_status, tax_percentage, allow_guest_checkout, hold_seconds, checkout_seconds,
      hold_seconds_max, tickets_per_booking_max
    )
    select
      o.id, create_event.venue_id, create_event.title, create_event.slug,
      create_event.description, coalesce(create_event.currency, o.default_currency),
      coalesce(create_event.sales_start, now()), create_event.sales_end,
      create_event.tax_rate_id, coalesce(create_event.blocked_sections, '{}'),
      s.service_fee_percentage, s.service_fee_fixed_cents,
      s.processing_fee_percentage, s.processing_fee_fixed_cents, s.commission_percentage,
      o.status, coalesce(t.percentage, 0), s.allow_guest_checkout, s.hold_seconds,
      s.checkout_seconds, s.hold_seconds_max, s.tickets_per_booking_max
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
  uuid, uuid, text, text, text, text, timestamptz, timestamptz, uuid, text[], text
) is
  'A new draft with the fees and limits of the organization''s settings. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMSLG, LMCUR.';
grant execute on function app_public.create_event(
  uuid, uuid, text, text, text, text, timestamptz, timestamptz, uuid, text[], text
) to lml_user;

--! split: 1001-functions-inventory-open_sale.sql
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
      ) end
    )::app_private.sale as sale,
    e.status = 'published' and p.status = 'scheduled' and e.organization_status = 'active'
      as is_on_sale,
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
