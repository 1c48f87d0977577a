-- Who may say yes says it by selling: there is nobody to be asked.
create or replace function app_private.approve_by_selling(
  booking app_public.bookings, pay_within_hours integer
)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.booking_approvals (
    organization_id, booking_id, answer_by, pay_within_hours, decision, decided_at, decided_by
  )
  values (
    (approve_by_selling.booking).organization_id, (approve_by_selling.booking).id, now(),
    approve_by_selling.pay_within_hours, 'approved', now(), app_hidden.current_user_id()
  )
$$;

comment on function app_private.approve_by_selling(app_public.bookings, integer) is
  'Notes that a sale of a category that requires approval was approved by who sold it.';
