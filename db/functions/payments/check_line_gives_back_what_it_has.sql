create or replace function app_private.check_line_gives_back_what_it_has()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'line_gives_back_what_it_has', l.organization_id, l.id,
    format(
      'service fee %s of %s, processing fee %s of %s, tax %s of %s', i.service_fee,
      l.service_fee_cents, i.processing_fee, l.processing_fee_cents, i.tax, l.tax_cents
    )
  from app_public.booking_items as l
  cross join lateral (
    select
      sum(i.service_fee_cents) as service_fee, sum(i.processing_fee_cents) as processing_fee,
      sum(i.tax_cents) as tax
    from app_public.refund_items as i
    where i.organization_id = l.organization_id and i.booking_item_id = l.id
  ) as i
  where i.service_fee > l.service_fee_cents or i.processing_fee > l.processing_fee_cents
    or i.tax > l.tax_cents
$$;

comment on function app_private.check_line_gives_back_what_it_has() is
  'A line that gives back more fees or tax than it has.';
