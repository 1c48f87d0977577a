create or replace function app_hidden.ticketed_event_ids()
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select p.event_id
  from app_public.bookings as b
  join app_public.performances as p
    on p.organization_id = b.organization_id and p.id = b.performance_id
  where (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
    )
    and exists (
      select from app_public.tickets as t
      where t.organization_id = b.organization_id and t.booking_id = b.id
        and t.status in ('valid', 'used')
    )
$$;

comment on function app_hidden.ticketed_event_ids() is
  'The events for which the caller has a ticket that is good.';
grant execute on function app_hidden.ticketed_event_ids() to lml_anonymous, lml_user;
