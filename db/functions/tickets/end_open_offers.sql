create or replace function app_private.end_open_offers(
  organization_id uuid, ticket_ids uuid[],
  status app_public.ticket_transfer_status default 'withdrawn'
)
returns void
language sql volatile security definer set search_path = ''
as $$
  with ended as (
    update app_public.ticket_transfers as x
    -- What has run out was not withdrawn.
    set status = case when x.expires_at <= now() then 'expired' else end_open_offers.status end,
      ended_at = now()
    where x.organization_id = end_open_offers.organization_id
      and x.ticket_id = any (end_open_offers.ticket_ids)
      and x.status = 'offered'
    returning x.id
  )
  delete from app_private.ticket_transfer_tokens as t
  using ended as e
  where t.organization_id = end_open_offers.organization_id and t.transfer_id = e.id
$$;

comment on function app_private.end_open_offers(
  uuid, uuid[], app_public.ticket_transfer_status
) is 'Ends the open offers of tickets, which are locked.';
