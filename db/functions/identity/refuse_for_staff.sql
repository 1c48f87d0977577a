create or replace function app_private.refuse_for_staff(user_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.lock_platform_staff();
  if exists (
    select from app_public.platform_staff as p
    where p.user_id = refuse_for_staff.user_id and p.revoked_at is null
  ) then
    raise exception 'This is somebody of the platform''s staff.'
      using errcode = 'LMSTF', hint = 'An admin revokes their role first.';
  end if;
end
$$;

comment on function app_private.refuse_for_staff(uuid) is
  'Raises LMSTF for whoever has a platform role, also when they are getting it right now.';
