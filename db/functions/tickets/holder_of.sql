create or replace function app_private.holder_of(
  ticket app_public.tickets, out user_id uuid, out cart_token_hash bytea, out customer_id uuid
)
language sql stable security definer set search_path = ''
as $$
  select x.to_user_id, x.to_cart_token_hash, x.to_customer_id
  from app_public.ticket_transfers as x
  where x.organization_id = (holder_of.ticket).organization_id
    and x.id = (holder_of.ticket).transfer_id
  union all
  select b.user_id, b.cart_token_hash, b.customer_id
  from app_public.bookings as b
  where b.organization_id = (holder_of.ticket).organization_id
    and b.id = (holder_of.ticket).booking_id
    and (holder_of.ticket).transfer_id is null
$$;

comment on function app_private.holder_of(app_public.tickets) is
  'Who has a ticket: a user or a guest, and as which customer.';
