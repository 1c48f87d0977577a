-- Ends the account; what is stored about the person is erased by other means. Money that is on its
-- way, and seats that are waited for, come first.
create or replace function app_private.close_account()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_email text;
  v_draft_id uuid;
  v_open text;
begin
  perform app_hidden.refuse_impersonator();
  -- Bookings before the account, as in a checkout. One that starts now finds its cart canceled.
  for v_draft_id in
    select b.id from app_public.bookings as b
    where b.user_id = v_user_id and b.status = 'draft'
    order by b.id
  loop
    perform app_public.cancel_booking(v_draft_id);
  end loop;
  select u.email::text into strict v_email
  from app_public.users as u where u.id = v_user_id for update;
  select string_agg(b.booking_reference, ', ' order by b.created_at) into v_open
  from app_public.bookings as b
  where b.user_id = v_user_id
    and (
      b.status = 'pending_payment'
      or exists (
        select from app_public.refunds as r
        where r.organization_id = b.organization_id
          and r.booking_id = b.id
          and r.status in ('pending', 'processing')
      )
    );
  if v_open is not null then
    raise exception 'Money is on its way for bookings of yours.'
      using errcode = 'LMOPN', detail = v_open, hint = 'Wait until it has arrived, or cancel.';
  end if;
  if exists (
    select from app_public.organization_members as m
    where m.user_id = v_user_id and m.role = 'owner' and m.status = 'active'
      and not exists (
        select from app_public.organization_members as other
        where other.organization_id = m.organization_id
          and other.user_id <> v_user_id and other.role = 'owner' and other.status = 'active'
      )
  ) then
    raise exception 'An organization would be left without an owner.'
      using errcode = 'LMOWN', hint = 'Make somebody else its owner first.';
  end if;
  update app_public.users as u set account_status = 'deleted' where u.id = v_user_id;
  update app_public.user_sessions as s
  set revoked_at = now() where s.user_id = v_user_id and s.revoked_at is null;
  delete from app_private.user_tokens as t where t.user_id = v_user_id;
  perform app_private.queue_email(v_email, 'account_closed');
end
$$;

comment on function app_private.close_account() is
  'Closes the user''s account for good; the password was verified by the server. '
  'Raises LMOPN (money on its way), LMOWN (the last owner), LMAUT, LMSES, LMIMP.';
grant execute on function app_private.close_account() to lml_authenticator;
