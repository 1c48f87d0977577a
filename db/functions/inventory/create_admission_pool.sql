-- A category keeps the pool that it was given, so that a pool can be added while others are on
-- sale: nobody can have bought from a category that had none.
create or replace function app_public.create_admission_pool(
  performance_id uuid, name text, capacity integer, ticket_category_ids uuid[] default '{}',
  parent_pool_id uuid default null, idempotency_key text default null
)
returns app_public.admission_pools
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    (
      select p.event_id from app_public.performances as p
      where p.id = create_admission_pool.performance_id
    ),
    'inventory.manage'
  );
  v_id uuid;
  v_pool app_public.admission_pools;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_admission_pool.idempotency_key, 'create_admission_pool',
    jsonb_build_array(
      create_admission_pool.performance_id, create_admission_pool.name,
      create_admission_pool.capacity, create_admission_pool.ticket_category_ids,
      create_admission_pool.parent_pool_id
    )
  );
  if v_id is null then
    perform app_private.require_open_event(v_event);
    perform app_private.require_date(create_admission_pool.performance_id);
    v_id := app_private.store_admission_pool(
      v_event, create_admission_pool.performance_id, create_admission_pool.name,
      create_admission_pool.capacity, create_admission_pool.parent_pool_id
    );
    perform app_private.let_categories_draw_from(
      v_event, v_id, coalesce(create_admission_pool.ticket_category_ids, '{}')
    );
    perform app_private.keep_result(create_admission_pool.idempotency_key, v_id);
  end if;
  select * into strict v_pool from app_public.admission_pools as p where p.id = v_id;
  return v_pool;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_admission_pool(
  uuid, text, integer, uuid[], uuid, text
) is
  'Places without a seat at a performance, for the categories that share them. A pool within '
  'another one takes from both. Needs inventory.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMEVT (ended event), LMIDK.';
grant execute on function app_public.create_admission_pool(
  uuid, text, integer, uuid[], uuid, text
) to lml_user;
