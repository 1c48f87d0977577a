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
  'Without a venue: create_virtual_event. Raises LMNFD, LMRGT, LMINP, LMSLG, LMCUR, LMTZN, '
  'LMIDK.';
grant execute on function app_public.create_event(
  uuid, uuid, text, text, text, text, timestamptz, timestamptz, uuid, text[], text,
  app_public.event_format, text
) to lml_user;
