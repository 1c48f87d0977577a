-- The update is the lock: of two who give the same code at once, one is refused.
create or replace function app_private.use_time_step(user_id uuid, time_step bigint)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_private.two_factor_secrets as t
  set last_time_step = use_time_step.time_step
  where t.user_id = use_time_step.user_id and t.last_time_step < use_time_step.time_step;
  return found;
end
$$;

comment on function app_private.use_time_step(uuid, bigint) is
  'Uses a code up, which the server has verified; false when it, or a later one, was used before.';
grant execute on function app_private.use_time_step(uuid, bigint) to lml_authenticator;
