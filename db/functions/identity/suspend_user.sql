create or replace function app_public.suspend_user(user_id uuid, reason text)
returns app_public.users
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_platform_role('support', 'security');
  perform app_private.lock_platform_staff();
  v_user := app_private.require_known_user(suspend_user.user_id);
  perform app_private.refuse_for_staff(v_user.id);
  if v_user.account_status <> 'active' then
    return v_user;
  end if;
  insert into app_public.user_suspensions (user_id, reason, suspended_by)
  values (v_user.id, suspend_user.reason, app_hidden.current_user_id());
  update app_public.users as u
  set account_status = 'suspended' where u.id = v_user.id returning * into v_user;
  perform app_private.end_sessions(v_user.id, 'admin');
  perform app_private.revoke_trusted_devices(v_user.id);
  delete from app_private.user_tokens as t where t.user_id = v_user.id;
  perform app_private.queue_email(v_user.email::text, 'account_suspended');
  return v_user;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.suspend_user(uuid, text) is
  'Closes an account until it is reinstated: sessions end at once, tickets stay good, the person '
  'is mailed. Suspending again changes nothing. For the platform''s support and security. '
  'Raises LMNFD, LMSTF (staff), LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.suspend_user(uuid, text) to lml_user;
