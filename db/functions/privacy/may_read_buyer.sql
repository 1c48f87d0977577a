create or replace function app_private.may_read_buyer(booking app_public.bookings)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select coalesce((may_read_buyer.booking).user_id = app_hidden.current_user_id(), false)
    or coalesce(
      (may_read_buyer.booking).cart_token_hash = app_hidden.current_cart_hash(), false
    )
    or coalesce(
      app_hidden.has_performance_permission(
        (may_read_buyer.booking).organization_id, (may_read_buyer.booking).performance_id,
        'customers.read_names'
      ), false
    )
$$;

comment on function app_private.may_read_buyer(app_public.bookings) is
  'Whether the caller is the buyer of a booking, or may read names where it is for.';
