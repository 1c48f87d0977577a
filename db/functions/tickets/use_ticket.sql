-- One conditional write decides between two scanners of one ticket.
create or replace function app_private.use_ticket(organization_id uuid, ticket_id uuid)
returns app_public.scan_result
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_status app_public.ticket_status;
begin
  update app_public.tickets as t
  set status = 'used', used_at = now()
  where t.organization_id = use_ticket.organization_id
    and t.id = use_ticket.ticket_id
    and t.status = 'valid';
  if found then
    return 'success';
  end if;
  select t.status into strict v_status
  from app_public.tickets as t
  where t.organization_id = use_ticket.organization_id and t.id = use_ticket.ticket_id;
  return case when v_status = 'used' then 'already_scanned' else 'canceled' end;
end
$$;

comment on function app_private.use_ticket(uuid, uuid) is 'Uses a ticket up, if it is valid.';
