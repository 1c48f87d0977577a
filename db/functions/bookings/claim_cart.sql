-- Whoever sends both tokens has both rights: those of the cart become those of the account. What is
-- paid for stays with the cart's token, which may have been shared; what is being paid for keeps
-- its price, and what is looked into is looked into as it was checked out. Who may decide about it
-- is asked when they do, so that nobody claims what they let through themselves.
create or replace function app_public.claim_cart()
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_cart_hash bytea := app_hidden.current_cart_hash();
  v_booking_ids uuid[];
  v_booking app_public.bookings;
begin
  perform app_hidden.refuse_impersonator();
  with claimed as (
    update app_public.bookings as b
    set user_id = v_user_id, cart_token_hash = null
    where b.id = any (array(
      select b.id from app_public.bookings as b
      where b.cart_token_hash = v_cart_hash
        and b.user_id is null
        and app_private.is_open(b.status)
      order by b.id
      for no key update
    ))
    returning b.id
  )
  select array_agg(c.id) into v_booking_ids from claimed as c;

  for v_booking in
    select * from app_public.bookings as b where b.id = any (v_booking_ids)
    order by b.id
  loop
    perform app_private.reprice_for_member(v_booking);
  end loop;
  return coalesce(cardinality(v_booking_ids), 0);
end
$$;

comment on function app_public.claim_cart() is
  'Makes the unpaid bookings of the request''s cart token the signed-in user''s, at the prices of '
  'their memberships where those are better; returns how many. Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_public.claim_cart() to lml_user;
