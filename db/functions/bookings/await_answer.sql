-- The seats are kept with a deadline of their own: it is not the buyer who takes the time.
create or replace function app_private.await_answer(
  booking app_public.bookings, no_later_than timestamptz default null
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := await_answer.booking;
  v_approval_hours integer;
  v_payment_hours integer;
  v_starts_at timestamptz;
begin
  -- Of an order that waited for its card no category may require it any more.
  select
    coalesce(min(c.approval_hours) filter (where c.requires_approval), min(c.approval_hours)),
    coalesce(
      min(c.approved_payment_hours) filter (where c.requires_approval),
      min(c.approved_payment_hours)
    )
  into strict v_approval_hours, v_payment_hours
  from app_public.booking_items as i
  join app_public.ticket_categories as c
    on c.organization_id = i.organization_id and c.id = i.ticket_category_id
  where i.organization_id = v_booking.organization_id and i.booking_id = v_booking.id;
  select p.starts_at into strict v_starts_at
  from app_public.performances as p where p.id = v_booking.performance_id;
  perform app_private.prolong_hold(
    v_booking,
    least(
      now() + make_interval(hours => v_approval_hours), v_starts_at, await_answer.no_later_than
    )
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

comment on function app_private.await_answer(app_public.bookings, timestamptz) is
  'Keeps the seats of a booking until the organization answers, or its time has run out, at the '
  'latest at a given moment, and mails whoever may answer. Raises LMEXP.';
