create or replace function app_public.release_seat_lock(
  event_id uuid, seat_id text, user_id uuid
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_caller_id uuid := app_hidden.require_user_id();
  v_booking_id uuid;
begin
  select b.id into v_booking_id
  from app_public.performances as p
  join app_public.layout_seats as l
    on l.organization_id = p.organization_id and l.layout_id = p.layout_id
  join app_public.seat_booking_state as s
    on s.organization_id = p.organization_id
    and s.performance_id = p.id
    and s.seat_no = l.seat_no
  join app_public.bookings as b
    on b.organization_id = s.organization_id and b.id = s.booking_id
  where p.event_id = release_seat_lock.event_id
    and l.seat_id = release_seat_lock.seat_id
    and s.status = 'locked'
    and s.locked_until > now()
    and b.status = 'draft'
    and b.user_id = release_seat_lock.user_id
    and (
      b.user_id = v_caller_id
      or app_hidden.has_performance_permission(
        b.organization_id, b.performance_id, 'bookings.manage'
      )
    )
  limit 1;
  if not found then
    return false;
  end if;
  perform app_public.release_seats(v_booking_id, array[release_seat_lock.seat_id]);
  return true;
end
$$;

comment on function app_public.release_seat_lock(uuid, text, uuid) is
  'Lets one seat of the user''s draft go: true, or false when it holds no such seat. The user must '
  'be the caller, unless staff calls. Raises LMAUT, LMSES, LMEXP, LMBST, LMSAL, LMEVT.';
grant execute on function app_public.release_seat_lock(uuid, text, uuid) to lml_user;
