create or replace function app_hidden.held_ticket_ids()
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select t.id
  from app_public.bookings as b
  join app_public.tickets as t on t.booking_id = b.id and t.organization_id = b.organization_id
  where t.transfer_id is null
    and (
      b.user_id = (select app_hidden.current_user_id())
      or b.cart_token_hash = (select app_hidden.current_cart_hash())
    )
  union all
  select app_hidden.received_ticket_ids()
$$;

comment on function app_hidden.held_ticket_ids() is
  'The tickets that the caller has now: bought and not handed on, or received.';
grant execute on function app_hidden.held_ticket_ids() to lml_anonymous, lml_user;
