-- One in each transaction, as allocations are waited for.
create or replace function app_private.expire_allocated_booking()
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_lapsed app_public.bookings;
  v_booking app_public.bookings;
begin
  select b.* into v_lapsed
  from app_public.bookings as b
  where b.expires_at <= now()
    and app_private.is_open(b.status)
    and exists (
      select from app_private.allocation_holds as h
      where h.organization_id = b.organization_id and h.booking_id = b.id
    )
  order by b.expires_at
  limit 1
  for no key update skip locked;
  if not found then
    return false;
  end if;
  update app_public.bookings as b
  set status = 'expired', expires_at = null
  where b.id = v_lapsed.id
  returning * into v_booking;
  perform app_private.withdraw_payment(v_booking);
  perform app_private.let_go(v_lapsed);
  return true;
end
$$;

comment on function app_private.expire_allocated_booking() is
  'Ends an open booking whose deadline has passed, and gives back to its allocation what it held '
  'of it; false when there is none.';
grant execute on function app_private.expire_allocated_booking() to lml_worker;
