create or replace function app_private.lacks_add_ons(booking app_public.bookings)
returns boolean
language sql volatile security definer set search_path = ''
as $$
  select exists (
    select
    from app_public.booking_items as i
    join app_private.add_on_counters as s
      on s.add_on_id = i.add_on_id and s.organization_id = i.organization_id
    left join app_private.add_on_claims as c
      on c.add_on_id = i.add_on_id
      and c.organization_id = i.organization_id
      and c.booking_id = i.booking_id
    where i.organization_id = (lacks_add_ons.booking).organization_id
      and i.booking_id = (lacks_add_ons.booking).id
      and c.quantity is distinct from i.quantity
  )
$$;

comment on function app_private.lacks_add_ons(app_public.bookings) is
  'Whether a booking has no claim any more to a part of the add-ons on its lines.';
