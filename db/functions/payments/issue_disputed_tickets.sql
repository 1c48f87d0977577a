-- The last installment came while a bank decides about another one. Before it is lost: what is
-- taken back is taken off tickets, which would be worth all of their line if they came after that.
create or replace function app_private.issue_disputed_tickets(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if (issue_disputed_tickets.booking).payment_plan_id is null
    or exists (
      select from app_public.booking_payment_schedule as s
      where s.organization_id = (issue_disputed_tickets.booking).organization_id
        and s.booking_id = (issue_disputed_tickets.booking).id
        and s.status <> 'paid'
    )
    or exists (
      select from app_public.tickets as t
      where t.organization_id = (issue_disputed_tickets.booking).organization_id
        and t.booking_id = (issue_disputed_tickets.booking).id
    )
  then
    return;
  end if;
  perform app_private.issue_tickets(issue_disputed_tickets.booking);
  update app_public.tickets as t
  set is_disputed = true
  where t.organization_id = (issue_disputed_tickets.booking).organization_id
    and t.booking_id = (issue_disputed_tickets.booking).id;
end
$$;

comment on function app_private.issue_disputed_tickets(app_public.bookings) is
  'Issues the tickets of a disputed booking of which all parts are paid, blocked as it is.';
