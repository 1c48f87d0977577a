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
