-- Whoever sees the booking.
alter table app_public.booking_state_transitions enable row level security;
alter table app_public.booking_state_transitions force row level security;

drop policy if exists all_owner on app_public.booking_state_transitions;
create policy all_owner on app_public.booking_state_transitions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.booking_state_transitions;
create policy select_with_booking on app_public.booking_state_transitions
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = booking_state_transitions.organization_id
      and b.id = booking_state_transitions.booking_id
  ));

revoke all on app_public.booking_state_transitions from public;
grant select on app_public.booking_state_transitions to lml_anonymous, lml_user;
