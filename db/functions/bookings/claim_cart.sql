-- Whoever sends both tokens has both rights: those of the cart become those of the account. What is
-- paid for stays with the cart's token, which may have been shared.
create or replace function app_public.claim_cart()
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_cart_hash bytea := app_hidden.current_cart_hash();
  v_count integer;
begin
  perform app_hidden.refuse_impersonator();
  update app_public.bookings as b
  set user_id = v_user_id, cart_token_hash = null
  where b.id in (
    select b.id from app_public.bookings as b
    where b.cart_token_hash = v_cart_hash
      and b.user_id is null
      and b.status in ('draft', 'pending_approval', 'pending_payment')
    order by b.id
    for no key update
  );
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_public.claim_cart() is
  'Makes the unpaid bookings of the request''s cart token the signed-in user''s; '
  'returns how many. Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_public.claim_cart() to lml_user;
