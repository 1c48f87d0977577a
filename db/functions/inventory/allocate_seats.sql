create or replace function app_public.allocate_seats(
  performance_id uuid, seat_ids text[], kind app_public.allocation_kind, reason text,
  release_at timestamptz default null, idempotency_key text default null
)
returns app_public.seat_allocations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Locked, so that the seats are still those of its plan when they are kept back.
  v_performance app_public.performances := app_private.lock_performance(
    allocate_seats.performance_id, 'inventory.manage'
  );
  v_id uuid;
  v_allocation app_public.seat_allocations;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    allocate_seats.idempotency_key, 'allocate_seats',
    jsonb_build_array(
      allocate_seats.performance_id, allocate_seats.seat_ids, allocate_seats.kind,
      allocate_seats.reason, allocate_seats.release_at
    )
  );
  if v_id is null then
    perform app_private.require_release_ahead(allocate_seats.release_at);
    insert into app_public.seat_allocations (
      organization_id, performance_id, kind, reason, seat_count, release_at, created_by
    )
    values (
      v_performance.organization_id, v_performance.id, allocate_seats.kind,
      allocate_seats.reason, cardinality(allocate_seats.seat_ids), allocate_seats.release_at,
      app_hidden.current_user_id()
    )
    returning * into v_allocation;
    perform app_private.keep_back(v_allocation, v_performance, allocate_seats.seat_ids);
    v_id := v_allocation.id;
    perform app_private.keep_result(allocate_seats.idempotency_key, v_id);
  end if;
  select * into strict v_allocation from app_public.seat_allocations as a where a.id = v_id;
  return v_allocation;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.allocate_seats(
  uuid, text[], app_public.allocation_kind, text, timestamptz, text
) is
  'Keeps free seats of a performance back, all of them or none, until somebody releases them or '
  'their day comes. Needs inventory.manage. '
  'Raises LMTKN (naming those that are not free), LMSEA, LMSDP, LMINP, LMRGT, LMNFD, LMIDK.';
grant execute on function app_public.allocate_seats(
  uuid, text[], app_public.allocation_kind, text, timestamptz, text
) to lml_user;
