create or replace function app_hidden.received_ticket_ids()
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select t.id
  from app_public.ticket_transfers as x
  -- The transfer by which the ticket is held: earlier holders have it no more.
  join app_public.tickets as t
    on t.transfer_id = x.id and t.id = x.ticket_id and t.organization_id = x.organization_id
  where x.to_user_id = (select app_hidden.current_user_id())
    or x.to_cart_token_hash = (select app_hidden.current_cart_hash())
$$;

comment on function app_hidden.received_ticket_ids() is
  'The tickets that the caller has now, because somebody handed them on.';
grant execute on function app_hidden.received_ticket_ids() to lml_anonymous, lml_user;
