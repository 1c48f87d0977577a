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
