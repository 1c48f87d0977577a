create or replace function app_private.check_tickets()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_booked_seat_has_one_ticket()
  union all
  select * from app_private.check_live_ticket_has_its_seat()
  union all
  select * from app_private.check_ticket_has_its_credential()
  union all
  select * from app_private.check_ticket_was_accepted_by_its_holder()
  union all
  select * from app_private.check_ticket_is_offered_while_it_is_unused()
  union all
  select * from app_private.check_entries_were_scanned()
  union all
  select * from app_private.check_entries_of_passes_were_scanned()
  union all
  select * from app_private.check_pass_that_came_in_is_used()
  union all
  select * from app_private.check_confirmed_booking_has_its_tickets()
  union all
  select * from app_private.check_tickets_sum_to_their_line()
  union all
  select * from app_private.check_ticket_that_came_back_is_void()
  union all
  select * from app_private.check_ticket_is_blocked_with_its_booking()
$$;

comment on function app_private.check_tickets() is
  'What is inconsistent of tickets.';
