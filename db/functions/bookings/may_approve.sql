create or replace function app_private.may_approve(booking app_public.bookings)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select not app_private.is_for_caller(may_approve.booking)
    and app_hidden.has_performance_permission(
      (may_approve.booking).organization_id, (may_approve.booking).performance_id,
      'bookings.manage'
    )
$$;

comment on function app_private.may_approve(app_public.bookings) is
  'Whether the caller may answer a request to buy: nobody answers their own.';
