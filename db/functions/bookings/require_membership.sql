create or replace function app_private.require_membership(
  booking app_public.bookings, is_member boolean
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_name text;
begin
  if require_membership.is_member then
    return;
  end if;
  select c.name into v_name
  from app_public.booking_items as i
  join app_public.ticket_categories as c
    on c.organization_id = i.organization_id and c.id = i.ticket_category_id
  where i.organization_id = (require_membership.booking).organization_id
    and i.booking_id = (require_membership.booking).id
    and c.requires_membership
  limit 1;
  if found then
    raise exception '"%" is for members.', v_name
      using errcode = 'LMMBR', hint = 'Sign in with the account of a member.';
  end if;
end
$$;

comment on function app_private.require_membership(app_public.bookings, boolean) is
  'Raises LMMBR when a booking has tickets for members, and its owner is none.';
