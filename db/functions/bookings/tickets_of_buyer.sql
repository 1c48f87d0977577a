-- What one has and what one is paying for, wherever it was bought; and a draft, if one is named.
create or replace function app_private.tickets_of_buyer(
  event app_public.events, user_id uuid, customer_id uuid, cart_token_hash bytea, draft_id uuid
)
returns table (ticket_category_id uuid, quantity bigint)
language sql stable security definer set search_path = ''
as $$
  select i.ticket_category_id, sum(i.quantity - i.returned_quantity)
  from app_public.bookings as b
  join app_public.performances as p
    on p.organization_id = b.organization_id and p.id = b.performance_id
  join app_public.booking_items as i
    on i.organization_id = b.organization_id and i.booking_id = b.id
  where b.organization_id = (tickets_of_buyer.event).organization_id
    and p.event_id = (tickets_of_buyer.event).id
    and (
      b.id = tickets_of_buyer.draft_id
      or (
        (
          b.user_id = tickets_of_buyer.user_id
          or b.customer_id = tickets_of_buyer.customer_id
          or b.cart_token_hash = tickets_of_buyer.cart_token_hash
        )
        and (
          app_private.is_sold(b.status)
          or (
            b.status in ('pending_payment', 'fraud_hold', 'pending_approval')
            and b.expires_at > now()
          )
        )
      )
    )
    and i.item_type in ('seat', 'admission')
  group by i.ticket_category_id
$$;

comment on function app_private.tickets_of_buyer(app_public.events, uuid, uuid, bytea, uuid) is
  'How many tickets of an event one buyer has, by category: whoever has the same account, the same '
  'address, or the same cart.';
