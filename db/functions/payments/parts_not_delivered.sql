create or replace function app_private.parts_not_delivered(
  booking app_public.bookings, parts app_private.refund_part[]
)
returns setof app_private.refund_part
language sql stable security definer set search_path = ''
as $$
  select p.*
  from unnest(parts_not_delivered.parts) as p
  where not exists (
    select from app_public.add_on_deliveries as d
    where d.organization_id = (parts_not_delivered.booking).organization_id
      and d.booking_item_id = p.booking_item_id
  )
$$;

comment on function app_private.parts_not_delivered(
  app_public.bookings, app_private.refund_part[]
) is 'Parts to return without the add-ons that the buyer has got.';
