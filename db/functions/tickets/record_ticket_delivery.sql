create or replace function app_public.record_ticket_delivery(
  ticket_id uuid, delivery_method app_public.ticket_delivery_method,
  delivery_status app_public.ticket_delivery_status, delivery_tracking text default null
)
returns app_public.tickets
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets;
  v_constraint text;
  v_column text;
begin
  select * into v_ticket
  from app_public.tickets as t where t.id = record_ticket_delivery.ticket_id;
  perform app_hidden.require_performance_permission(
    v_ticket.organization_id, v_ticket.performance_id, 'tickets.manage'
  );
  update app_public.tickets as t
  set delivery_method = record_ticket_delivery.delivery_method,
    delivery_status = record_ticket_delivery.delivery_status,
    delivery_tracking = record_ticket_delivery.delivery_tracking
  where t.organization_id = v_ticket.organization_id and t.id = v_ticket.id
  returning * into v_ticket;
  return v_ticket;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.record_ticket_delivery(
  uuid, app_public.ticket_delivery_method, app_public.ticket_delivery_status, text
) is
  'Notes how a ticket goes to its holder, and how far it has got. Needs tickets.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.record_ticket_delivery(
  uuid, app_public.ticket_delivery_method, app_public.ticket_delivery_status, text
) to lml_user;
