create or replace function app_private.price_terms_of(performance_id uuid)
returns app_public.price_terms
language sql stable security definer set search_path = ''
as $$
  select row(
    e.currency, e.service_fee_percentage, e.service_fee_fixed_cents, e.processing_fee_percentage,
    e.processing_fee_fixed_cents, e.commission_percentage,
    case when j.id is null then e.tax_percentage else coalesce(t.percentage, 0) end,
    e.absorbs_service_fees, e.absorbs_processing_fees, coalesce(j.prices_include_tax, false),
    j.name
  )::app_public.price_terms
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  left join app_public.tax_jurisdictions as j
    on j.organization_id = e.organization_id and j.id = e.tax_jurisdiction_id
  left join app_public.tax_rates as t
    on t.organization_id = j.organization_id
    and t.tax_jurisdiction_id = j.id
    and t.valid_during @> now()
  where p.id = price_terms_of.performance_id
$$;

comment on function app_private.price_terms_of(uuid) is
  'The fees and the tax of a performance, as they are now.';
