-- The seats are kept with a deadline of their own: it is not the buyer who takes the time.
create or replace function app_private.request_approval(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := request_approval.booking;
  v_approval_hours integer;
  v_payment_hours integer;
  v_starts_at timestamptz;
begin
  select min(c.approval_hours), min(c.approved_payment_hours)
  into strict v_approval_hours, v_payment_hours
  from app_public.booking_items as i
  join app_public.ticket_categories as c
    on c.organization_id = i.organization_id and c.id = i.ticket_category_id
  where i.organization_id = v_booking.organization_id and i.booking_id = v_booking.id
    and c.requires_approval;
  select p.starts_at into strict v_starts_at
  from app_public.performances as p where p.id = v_booking.performance_id;
  perform app_private.prolong_hold(
    v_booking, least(now() + make_interval(hours => v_approval_hours), v_starts_at)
  );
  update app_public.bookings as b
  set status = 'pending_approval' where b.id = v_booking.id
  returning * into v_booking;
  insert into app_public.booking_approvals (
    organization_id, booking_id, answer_by, pay_within_hours
  )
  values (v_booking.organization_id, v_booking.id, v_booking.expires_at, v_payment_hours);
  perform app_private.mail_members(
    v_booking.organization_id, 'bookings.manage', 'booking_approval_needed',
    app_private.booking_words(v_booking), v_booking.user_id
  );
end
$$;

comment on function app_private.request_approval(app_public.bookings) is
  'Keeps the seats of a booking until the organization answers, or its time has run out.';
