-- From what the line has frozen, for whoever sees it. Prices are never changed backwards, so the
-- row that applied when the line got its price is still found.
create or replace function app_public.explain_price(booking_item_id uuid)
returns setof app_public.price_step
language sql stable rows 8 set search_path = ''
as $$
  with line as (
    select
      i.*, b.price_terms,
      coalesce(i.base_price_cents, i.unit_price_cents) as base_cents
    from app_public.booking_items as i
    join app_public.bookings as b on b.organization_id = i.organization_id and b.id = i.booking_id
    where i.id = explain_price.booking_item_id
  ),
  steps as (
    select
      0 as part, 0::bigint as ordinality,
      case
        when i.item_type not in ('seat', 'admission') then 'price'
        when i.price_basis = 'member' then 'member_price'
        when i.price_basis = 'seat' then 'seat_price'
        else 'public_price'
      end as kind,
      null::text as name,
      case when i.price_basis in ('public', 'member') then (
        select p.id
        from app_public.ticket_category_prices as p
        where p.organization_id = i.organization_id
          and p.ticket_category_id = i.ticket_category_id
          and p.audience::text = i.price_basis::text
          and p.price_cents = i.base_cents
          and p.valid_during @> coalesce(i.priced_at, i.created_at)
        limit 1
      ) end as source_id,
      i.base_cents as unit_cents, i.base_cents * i.quantity as amount_cents,
      0::bigint as included_cents
    from line as i
    union all
    select
      1, 2 * r.ordinality + k.no,
      case when k.no = 0 then 'rule' else 'rounding' end, r.name, r.pricing_rule_id, k.cents,
      k.cents * i.quantity, 0
    from line as i
    cross join unnest(i.applied_rules) with ordinality as r
    cross join lateral (values (0, r.amount_cents), (1, r.rounding_cents)) as k (no, cents)
    where k.no = 0 or k.cents <> 0
    union all
    select
      2, 0, 'discount', (
        select r.code::text
        from app_public.discount_redemptions as r
        where r.organization_id = i.organization_id and r.booking_id = i.booking_id
      ), (
        select r.discount_code_id
        from app_public.discount_redemptions as r
        where r.organization_id = i.organization_id and r.booking_id = i.booking_id
      ), null, -i.discount_cents, 0
    from line as i
    where i.discount_cents > 0
    union all
    select 3, f.no, f.kind, f.name, null, null, f.amount, f.included
    from line as i
    cross join lateral (
      values
        (
          1, 'service_fee', null, i.service_fee_cents, i.service_fee_absorbed_cents
        ),
        (2, 'processing_fee', null, i.processing_fee_cents, i.processing_fee_absorbed_cents),
        (3, 'tax', (i.price_terms).tax_jurisdiction, i.tax_cents, i.tax_included_cents)
    ) as f (no, kind, name, amount, included)
    where f.amount > 0 or f.included > 0
  )
  select
    row_number() over (order by s.part, s.ordinality)::integer,
    s.kind::app_public.price_step_kind, s.name, s.source_id, s.unit_cents, s.amount_cents,
    s.included_cents
  from steps as s
  order by s.part, s.ordinality
$$;

comment on function app_public.explain_price(uuid) is
  'How a line of a booking that you may see came to its total: the price, what rules, a code, fees '
  'and taxes made of it. The amounts sum to the total; what is included is part of them.';
grant execute on function app_public.explain_price(uuid) to lml_anonymous, lml_user;
