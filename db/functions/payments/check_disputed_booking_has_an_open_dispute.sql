create or replace function app_private.check_disputed_booking_has_an_open_dispute()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'disputed_booking_has_an_open_dispute', b.organization_id, b.id, 'no dispute of it is open'
  from app_public.bookings as b
  where b.status = 'disputed'
    and not exists (
      select from app_public.disputes as d
      where d.organization_id = b.organization_id and d.booking_id = b.id
        and d.status in ('needs_response', 'under_review')
    )
$$;

comment on function app_private.check_disputed_booking_has_an_open_dispute() is
  'A booking that is disputed, and none of its disputes is open.';
