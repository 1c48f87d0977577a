create or replace function app_private.end_open_offer(
  ticket app_public.tickets, status app_public.ticket_transfer_status
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  update app_public.ticket_transfers as x
  -- What has run out was not withdrawn.
  set status = case when x.expires_at <= now() then 'expired' else end_open_offer.status end,
    ended_at = now()
  where x.organization_id = (end_open_offer.ticket).organization_id
    and x.ticket_id = (end_open_offer.ticket).id
    and x.status = 'offered'
  returning x.id into v_id;
  delete from app_private.ticket_transfer_tokens as t
  where t.organization_id = (end_open_offer.ticket).organization_id and t.transfer_id = v_id;
end
$$;

comment on function app_private.end_open_offer(
  app_public.tickets, app_public.ticket_transfer_status
) is 'Ends the open offer of a ticket, if there is one. The ticket is locked.';
