-- For policies of what belongs to a booking, which ask it once per query, as
-- "= any ((select app_hidden.own_booking_ids())::uuid[])", and without the policies of bookings,
-- which would be opened in every list that has such rows. One array, because a function that
-- returns a set is entered anew for each row.
create or replace function app_hidden.own_booking_ids()
returns uuid[]
language sql stable security definer set search_path = ''
as $$
  select array(
    select b.id
    from app_public.bookings as b
    where b.user_id = (select s.user_id from app_private.current_session as s)
    union all
    select b.id
    from app_public.bookings as b
    where b.cart_token_hash = (select app_hidden.current_cart_hash())
  )
$$;

comment on function app_hidden.own_booking_ids() is
  'The bookings of the signed-in user, or of the cart token.';
grant execute on function app_hidden.own_booking_ids() to lml_anonymous, lml_user;
