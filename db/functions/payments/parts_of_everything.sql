-- Also of tickets that were used, and of what the terms had let the organization keep.
create or replace function app_private.parts_of_everything(booking app_public.bookings)
returns setof app_private.refund_part
language sql stable security definer set search_path = ''
as $$
  select
    u.booking_item_id, u.ticket_id,
    case when u.ticket_id is null then u.is_live else t.status in ('valid', 'used') end,
    u.price_cents, u.service_fee_cents, u.processing_fee_cents, u.tax_cents, u.commission_cents,
    u.unit_no
  from app_private.refund_units(parts_of_everything.booking) as u
  left join app_public.tickets as t
    on t.organization_id = (parts_of_everything.booking).organization_id and t.id = u.ticket_id
  where u.price_cents + u.service_fee_cents + u.processing_fee_cents + u.tax_cents > 0
    or case when u.ticket_id is null then u.is_live else t.status in ('valid', 'used') end
$$;

comment on function app_private.parts_of_everything(app_public.bookings) is
  'All that is left of a sale.';
