create or replace function app_public.revoke_session(session_id uuid)
returns app_public.user_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_session app_public.user_sessions;
begin
  -- Whoever acts in somebody's name may end that, and nothing else.
  if revoke_session.session_id is distinct from app_hidden.current_session_id() then
    perform app_hidden.refuse_impersonator();
  end if;
  update app_public.user_sessions as s
  set revoked_at = coalesce(s.revoked_at, now()),
    revoked_reason = case
      when s.revoked_at is not null then s.revoked_reason
      when s.user_id = v_user_id then 'manual'
      else 'admin'
    end::app_public.logout_reason
  where s.id = revoke_session.session_id
    and (
      s.user_id = v_user_id
      or coalesce(app_hidden.current_platform_role() in ('support', 'security', 'admin'), false)
    )
  returning * into v_session;
  if v_session.id is null then
    raise exception 'There is no such session, or it is not yours.' using errcode = 'LMNFD';
  end if;
  return v_session;
end
$$;

comment on function app_public.revoke_session(uuid) is
  'Ends one session of the user''s at once; platform staff may end anybody''s. '
  'Raises LMAUT, LMSES, LMNFD, LMIMP.';
grant execute on function app_public.revoke_session(uuid) to lml_user;
