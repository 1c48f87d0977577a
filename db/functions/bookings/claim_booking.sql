-- Whoever has the mail is whom the booking is for: it becomes theirs, and no longer belongs to the
-- device that made it.
create or replace function app_public.claim_booking(token text)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer := app_private.require_buyer();
  v_hash bytea := app_hidden.hash_token(claim_booking.token);
  v_booking app_public.bookings;
begin
  perform app_hidden.refuse_impersonator();
  select b.* into v_booking
  from app_private.payment_links as l
  join app_public.bookings as b on b.organization_id = l.organization_id and b.id = l.booking_id
  where l.token_hash = v_hash and l.used_at is null and l.expires_at > now()
  for no key update of b;
  update app_private.payment_links as l
  set used_at = now()
  where l.token_hash = v_hash and l.used_at is null and v_booking.user_id is null;
  if v_booking.id is null or not found then
    raise exception 'This link is unknown, was used, or is too old.'
      using errcode = 'LMTOK', hint = 'Ask for a new one with request_booking_link.';
  end if;
  update app_public.bookings as b
  set user_id = v_buyer.user_id, cart_token_hash = v_buyer.cart_token_hash
  where b.id = v_booking.id
  returning * into v_booking;
  return app_private.masked_booking(app_private.reprice_for_member(v_booking));
end
$$;

comment on function app_public.claim_booking(text) is
  'Makes a booking yours, with the token of the mail about it, once; then '
  'pay with payment_session. A cart, as of an offer to who waited, has the prices of your '
  'membership where they are better. '
  'For accounts, and guests by cart token. Raises LMTOK, LMSES, LMCRT, LMIMP.';
grant execute on function app_public.claim_booking(text) to lml_anonymous, lml_user;
