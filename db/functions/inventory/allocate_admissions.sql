create or replace function app_public.allocate_admissions(
  pool_id uuid, quantity integer, kind app_public.allocation_kind, reason text,
  release_at timestamptz default null, idempotency_key text default null
)
returns app_public.admission_allocations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_pool app_public.admission_pools;
  v_id uuid;
  v_allocation app_public.admission_allocations;
  v_constraint text;
  v_column text;
begin
  select * into v_pool
  from app_public.admission_pools as p where p.id = allocate_admissions.pool_id;
  perform app_hidden.require_performance_permission(
    v_pool.organization_id, v_pool.performance_id, 'inventory.manage'
  );
  v_id := app_private.replay_result(
    allocate_admissions.idempotency_key, 'allocate_admissions',
    jsonb_build_array(
      allocate_admissions.pool_id, allocate_admissions.quantity, allocate_admissions.kind,
      allocate_admissions.reason, allocate_admissions.release_at
    )
  );
  if v_id is null then
    perform app_private.require_release_ahead(allocate_admissions.release_at);
    insert into app_public.admission_allocations (
      organization_id, performance_id, pool_id, kind, reason, quantity, places_left, release_at,
      created_by
    )
    values (
      v_pool.organization_id, v_pool.performance_id, v_pool.id, allocate_admissions.kind,
      allocate_admissions.reason, allocate_admissions.quantity, allocate_admissions.quantity,
      allocate_admissions.release_at, app_hidden.current_user_id()
    )
    returning id into v_id;
    perform app_private.keep_places_back(v_pool.id, allocate_admissions.quantity);
    perform app_private.keep_result(allocate_admissions.idempotency_key, v_id);
  end if;
  select * into strict v_allocation
  from app_public.admission_allocations as a where a.id = v_id;
  return v_allocation;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.allocate_admissions(
  uuid, integer, app_public.allocation_kind, text, timestamptz, text
) is
  'Keeps free places of a pool back, all of them or none, until somebody releases them or their '
  'day comes. Needs inventory.manage. '
  'Raises LMFEW (fewer are free), LMINP, LMRGT, LMNFD, LMIDK.';
grant execute on function app_public.allocate_admissions(
  uuid, integer, app_public.allocation_kind, text, timestamptz, text
) to lml_user;
