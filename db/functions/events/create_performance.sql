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
  'Raises LMNFD, LMRGT, LMINP, LMEVT (ended event), LMPUB (a seat without category), '
  'LMIDK.';
grant execute on function app_public.create_performance(
  uuid, uuid, timestamptz, timestamptz, timestamptz, text
) to lml_user;
