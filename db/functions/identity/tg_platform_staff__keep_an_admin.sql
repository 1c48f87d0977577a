-- Also for what comes from psql. Two who revoke each other at once wait for each other here.
create or replace function app_hidden.tg_platform_staff__keep_an_admin()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.lock_platform_staff();
  if not exists (
    select from app_public.platform_staff as p
    where p.role = 'admin' and p.revoked_at is null and p.user_id <> old.user_id
  ) then
    raise exception 'The platform has an admin at all times.'
      using errcode = 'LMADM', hint = 'Make somebody else an admin first.';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_platform_staff__keep_an_admin() is 'Raises LMADM.';

create or replace trigger _200_keep_an_admin_on_update
  after update of role, revoked_at, user_id on app_public.platform_staff
  for each row
  when (
    old.role = 'admin' and old.revoked_at is null
    and (
      new.role <> 'admin' or new.revoked_at is not null or new.user_id <> old.user_id
    )
  )
  execute function app_hidden.tg_platform_staff__keep_an_admin();

create or replace trigger _200_keep_an_admin_on_delete
  after delete on app_public.platform_staff
  for each row when (old.role = 'admin' and old.revoked_at is null)
  execute function app_hidden.tg_platform_staff__keep_an_admin();
