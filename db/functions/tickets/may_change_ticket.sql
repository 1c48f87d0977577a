create or replace function app_private.may_change_ticket(ticket app_public.tickets)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select (may_change_ticket.ticket).id is not null
    and coalesce(
      app_private.holds_ticket(may_change_ticket.ticket)
        or app_hidden.has_performance_permission(
          (may_change_ticket.ticket).organization_id, (may_change_ticket.ticket).performance_id,
          'tickets.manage'
        ),
      false
    )
$$;

comment on function app_private.may_change_ticket(app_public.tickets) is
  'Whether the caller has a ticket, or may act for whoever has it.';
