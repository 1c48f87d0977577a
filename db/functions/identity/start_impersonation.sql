create or replace function app_private.start_impersonation(
  user_id uuid, reason text, token text
)
returns app_public.user_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_staff_id uuid := app_private.lock_own_account();
  v_user app_public.users;
  v_session app_public.user_sessions;
  v_constraint text;
  v_column text;
begin
  perform app_private.lock_platform_staff();
  perform app_hidden.require_platform_role('support');
  v_user := app_private.require_known_user(start_impersonation.user_id);
  -- Nobody climbs to another's rights this way, nor to their own without leaving a trace.
  perform app_private.refuse_for_staff(v_user.id);
  if v_user.account_status <> 'active' then
    raise exception 'This account cannot sign in.'
      using errcode = 'LMLCK', hint = 'Reinstate it first.';
  end if;
  insert into app_public.user_sessions (
    user_id, impersonator_id, device, ip_address, user_agent, expires_at
  )
  select
    v_user.id, v_staff_id, 'The platform''s support', s.ip_address, s.user_agent,
    now() + interval '1 hour'
  from app_public.user_sessions as s where s.id = app_hidden.current_session_id()
  returning * into strict v_session;
  perform app_private.store_session_token(v_session, start_impersonation.token);
  insert into app_public.impersonations (
    user_id, impersonator_id, session_id, reason, expires_at
  )
  values (
    v_user.id, v_staff_id, v_session.id, start_impersonation.reason, v_session.expires_at
  );
  perform app_private.queue_email(
    v_user.email::text, 'impersonation_started',
    jsonb_build_object('reason', start_impersonation.reason)
  );
  return v_session;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_private.start_impersonation(uuid, text, text) is
  'Lets staff act in somebody''s name for an hour, recorded and told to the person. For the '
  'platform''s support. Raises LMNFD, LMSTF, LMLCK, LMRGT, LMINP, LMIMP, LMCRD, LMAUT, LMSES.';
grant execute on function app_private.start_impersonation(uuid, text, text) to lml_authenticator;
