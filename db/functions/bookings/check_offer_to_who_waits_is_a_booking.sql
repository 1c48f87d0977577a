create or replace function app_private.check_offer_to_who_waits_is_a_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'offer_to_who_waits_is_a_booking', w.organization_id, w.id,
    format('it is %s, and its booking %s', w.status, b.status)
  from app_public.waiting_list_entries as w
  join app_public.bookings as b on b.organization_id = w.organization_id and b.id = w.booking_id
  where b.performance_id <> w.performance_id
    or w.status = 'taken' and b.confirmed_at is null
    -- A job settles what has run out, a minute later unless it has much to do.
    or w.status in ('gathering', 'offered')
      and coalesce(b.expires_at, b.updated_at) < now() - interval '1 hour'
$$;

comment on function app_private.check_offer_to_who_waits_is_a_booking() is
  'Offers to who waits that are no open bookings of their date, or none that was sold.';
