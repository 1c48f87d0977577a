create or replace function app_public.reinstate_user(user_id uuid)
returns app_public.users
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
begin
  perform app_hidden.require_platform_role('support', 'security');
  v_user := app_private.require_known_user(reinstate_user.user_id);
  if v_user.account_status <> 'suspended' then
    return v_user;
  end if;
  update app_public.user_suspensions as s
  set lifted_at = now(), lifted_by = app_hidden.current_user_id()
  where s.user_id = v_user.id and s.lifted_at is null;
  update app_public.users as u
  set account_status = 'active' where u.id = v_user.id returning * into v_user;
  perform app_private.queue_email(v_user.email::text, 'account_reinstated');
  return v_user;
end
$$;

comment on function app_public.reinstate_user(uuid) is
  'Opens a suspended account again; what ended stays ended, so they sign in anew. One that is not '
  'suspended stays as it is. For the platform''s support and security. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.reinstate_user(uuid) to lml_user;
