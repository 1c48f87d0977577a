create or replace function app_private.check_dispute_is_settled()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'dispute_is_settled', d.organization_id, d.id,
    format('it is %s, %s of %s is lost, the booking is %s', d.status, d.lost_cents,
      d.counted_cents, b.status)
  from app_public.disputes as d
  join app_public.bookings as b on b.organization_id = d.organization_id and b.id = d.booking_id
  where d.status in ('needs_response', 'under_review')
      and b.status in ('confirmed', 'partially_paid', 'completed')
    or d.status = 'lost' and (d.lost_cents, d.charged_fee_cents)
      is distinct from (d.counted_cents, d.fee_cents)
$$;

comment on function app_private.check_dispute_is_settled() is
  'An open dispute whose booking is not disputed, or a lost one that was not charged.';
