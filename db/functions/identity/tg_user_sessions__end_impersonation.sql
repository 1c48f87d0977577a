-- However the session ends, the record of it ends too.
create or replace function app_hidden.tg_user_sessions__end_impersonation()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.impersonations as i
  set ended_at = new.revoked_at
  where i.session_id = new.id and i.ended_at is null;
  return null;
end
$$;

comment on function app_hidden.tg_user_sessions__end_impersonation() is
  'Keeps impersonations.ended_at.';

create or replace trigger _500_end_impersonation
  after update of revoked_at on app_public.user_sessions
  for each row when (new.impersonator_id is not null and new.revoked_at is not null)
  execute function app_hidden.tg_user_sessions__end_impersonation();
