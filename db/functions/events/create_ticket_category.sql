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
  'Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMEVT, LMIDK.';
grant execute on function app_public.create_ticket_category(
  uuid, text, bigint, text[], text[], text, text
) to lml_user;
