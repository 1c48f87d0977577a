create or replace function app_public.end_impersonation()
returns app_public.impersonations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_session_id uuid := app_hidden.current_session_id();
  v_impersonation app_public.impersonations;
begin
  perform app_hidden.require_user_id();
  if app_hidden.current_impersonator_id() is null then
    raise exception 'You act in nobody''s name.' using errcode = 'LMNFD';
  end if;
  update app_public.user_sessions as s
  set revoked_at = now(), revoked_reason = 'manual'
  where s.id = v_session_id;
  select * into strict v_impersonation
  from app_public.impersonations as i where i.session_id = v_session_id;
  return v_impersonation;
end
$$;

comment on function app_public.end_impersonation() is
  'Ends the session in which staff acts in somebody''s name. Raises LMNFD, LMAUT, LMSES.';
grant execute on function app_public.end_impersonation() to lml_user;
