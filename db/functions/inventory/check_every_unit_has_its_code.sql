create or replace function app_private.check_every_unit_has_its_code()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'every_unit_has_its_code', s.organization_id, s.add_on_id,
    format('%s in all, codes for %s', s.total, c.codes)
  from app_private.add_on_counters as s
  cross join lateral (
    select count(*) as all_codes, count(*) filter (where c.booking_item_id is null or exists (
      select from app_public.booking_items as i
      join app_private.add_on_claims as l
        on l.organization_id = i.organization_id and l.booking_id = i.booking_id
        and l.add_on_id = i.add_on_id
      where i.organization_id = c.organization_id and i.id = c.booking_item_id
        and c.unit_no <= i.quantity - i.returned_quantity
    )) as codes
    from app_private.add_on_codes as c
    where c.organization_id = s.organization_id and c.add_on_id = s.add_on_id
  ) as c
  where c.all_codes > 0 and s.total <> c.codes
$$;

comment on function app_private.check_every_unit_has_its_code() is
  'A stock with codes that has more units than codes, or fewer.';
