-- Ends the account; what is stored about the person is erased by other means. Money that is on its
-- way, and seats that are waited for, come first.
create or replace function app_private.close_account()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_private.lock_own_account();
  v_email text;
  v_draft_id uuid;
  v_organization_ids uuid[];
begin
  -- Organizations before everything else: an ownership that is handed over now is waited for.
  v_organization_ids := array(
    select o.id
    from app_public.organizations as o
    where o.id in (
      select m.organization_id from app_public.organization_members as m
      where m.user_id = v_user_id
    )
    order by o.id
    for no key update
  );
  -- Bookings before the account, as in a checkout. One that starts now finds its cart canceled.
  for v_draft_id in
    select b.id from app_public.bookings as b
    where b.user_id = v_user_id and b.status = 'draft'
    order by b.id
  loop
    perform app_public.cancel_booking(v_draft_id);
  end loop;
  perform app_private.end_waiting(w.id, 'left')
  from app_public.waiting_list_entries as w
  where w.user_id = v_user_id and w.ended_at is null;
  if exists (
    select from app_public.platform_staff as p
    where p.user_id = v_user_id and p.revoked_at is null
  ) then
    perform app_private.lock_platform_staff();
  end if;
  select u.email::text into strict v_email
  from app_public.users as u where u.id = v_user_id for update;
  perform app_private.require_no_open_money(
    array(select b.id from app_public.bookings as b where b.user_id = v_user_id)
  );
  if exists (
    select from app_public.organization_members as m
    where m.user_id = v_user_id and m.organization_id <> all (v_organization_ids)
  ) then
    raise exception 'An invitation was accepted meanwhile.' using errcode = '40001';
  end if;
  perform app_private.end_platform_role(v_user_id, v_user_id);
  update app_public.users as u set account_status = 'deleted' where u.id = v_user_id;
  perform app_private.revoke_trusted_devices(v_user_id);
  perform app_private.end_sessions(v_user_id, 'manual');
  delete from app_private.user_tokens as t where t.user_id = v_user_id;
  perform app_private.queue_email(v_email, 'account_closed');
end
$$;

comment on function app_private.close_account() is
  'Closes the user''s account for good; the password was verified by the server. '
  'Raises LMOPN (money on its way), LMOWN (the last owner), LMADM (the last admin), LMBSY, LMAUT, '
  'LMSES, LMIMP, LMCRD.';
grant execute on function app_private.close_account() to lml_authenticator;
