-- The lock is the buyer's own: two requests of one buyer are counted one after the other, and
-- nobody else waits. Settings of its own would cost a hold more than the question: it is
-- called by functions that have them. The deadline is not among the conditions: where few
-- carts were open when the table was last counted, a plan would read all open carts of the
-- platform by their deadlines.
create or replace function app_private.require_room_for_cart(
  sale app_private.sale, buyer app_private.buyer
)
returns void
language plpgsql volatile
as $$
declare
  -- An assignment costs less than a statement.
  v_is_locked boolean;
  v_open integer;
begin
  if require_room_for_cart.buyer.user_id is null then
    v_is_locked := pg_advisory_xact_lock(
      hashbyteaextended(require_room_for_cart.buyer.cart_token_hash, 0)
    ) is not null;
    select count(*) filter (where b.expires_at > now()) into v_open
    from app_public.bookings as b
    where b.cart_token_hash = require_room_for_cart.buyer.cart_token_hash
      and b.organization_id = require_room_for_cart.sale.organization_id;
  else
    v_is_locked := pg_advisory_xact_lock(
      uuid_hash_extended(require_room_for_cart.buyer.user_id, 0)
    ) is not null;
    select count(*) filter (where b.expires_at > now()) into v_open
    from app_public.bookings as b
    where b.user_id = require_room_for_cart.buyer.user_id
      and b.organization_id = require_room_for_cart.sale.organization_id;
  end if;
  if v_open >= require_room_for_cart.sale.open_carts_max then
    raise exception 'You have % open carts.', v_open
      using errcode = 'LMCRS', detail = v_open::text,
        hint = 'Pay for one, cancel one, or let one run out.';
  end if;
end
$$;

comment on function app_private.require_room_for_cart(app_private.sale, app_private.buyer) is
  'Raises LMCRS when a buyer has too many unpaid bookings.';
