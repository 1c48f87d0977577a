-- Tidies up: an offer is over when its time is over. Nothing is waited for.
create or replace function app_private.expire_ticket_transfers(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  v_ids := array(
    select x.id from app_public.ticket_transfers as x
    where x.status = 'offered' and x.expires_at <= now()
    order by x.expires_at
    limit expire_ticket_transfers.batch_limit
    for no key update skip locked
  );
  delete from app_private.ticket_transfer_tokens as t where t.transfer_id = any (v_ids);
  update app_public.ticket_transfers as x
  set status = 'expired', ended_at = now()
  where x.id = any (v_ids);
  return cardinality(v_ids);
end
$$;

comment on function app_private.expire_ticket_transfers(integer) is
  'Ends offers whose time has passed; returns how many.';
grant execute on function app_private.expire_ticket_transfers(integer) to lml_worker;
