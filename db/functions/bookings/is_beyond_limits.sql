-- Codes and limits count what is under way until it runs out, so that
-- others may have had its share.
create or replace function app_private.is_beyond_limits(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := is_beyond_limits.booking;
  v_code app_public.discount_codes := app_private.discount_code_of(v_booking);
begin
  if not exists (
    select from app_public.staff_sales as s
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.override_reason is not null
  ) then
    perform app_private.require_user_limits(v_booking, e)
    from app_public.performances as p
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id;
  end if;
  if v_booking.discount_cents = 0 then
    return false;
  end if;
  perform app_private.lock_discount_code(v_code);
  return app_private.uses_refusal(v_code, v_booking) is not null;
exception
  when sqlstate 'LMMAX' then
    return true;
end
$$;

comment on function app_private.is_beyond_limits(app_public.bookings) is
  'Whether a booking whose time had run out, and which is locked, would be more than its buyer '
  'gets, or than its discount code allows, by now.';
