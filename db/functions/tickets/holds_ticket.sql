create or replace function app_private.holds_ticket(ticket app_public.tickets)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select case
    when (holds_ticket.ticket).transfer_id is null then exists (
      select from app_public.bookings as b
      where b.organization_id = (holds_ticket.ticket).organization_id
        and b.id = (holds_ticket.ticket).booking_id
        and (
          b.user_id = app_hidden.current_user_id()
          or b.cart_token_hash = app_hidden.current_cart_hash()
        )
    )
    else exists (
      select from app_public.ticket_transfers as x
      where x.organization_id = (holds_ticket.ticket).organization_id
        and x.id = (holds_ticket.ticket).transfer_id
        and (
          x.to_user_id = app_hidden.current_user_id()
          or x.to_cart_token_hash = app_hidden.current_cart_hash()
        )
    )
  end
$$;

comment on function app_private.holds_ticket(app_public.tickets) is
  'Whether the caller has a ticket now. The row must be a true one.';
