-- The booking is locked. Others who draw at the same moment take other codes and wait for nobody.
create or replace function app_private.draw_add_on_codes(item app_public.booking_items)
returns text[]
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_live integer := (draw_add_on_codes.item).quantity
    - (draw_add_on_codes.item).returned_quantity;
  v_wanted integer;
  v_drawn integer;
begin
  if not exists (
    select from app_private.add_on_codes as c
    where c.organization_id = (draw_add_on_codes.item).organization_id
      and c.add_on_id = (draw_add_on_codes.item).add_on_id
  ) then
    return '{}';
  end if;
  select v_live - count(*), count(*) into v_wanted, v_drawn
  from app_private.add_on_codes as c
  where c.organization_id = (draw_add_on_codes.item).organization_id
    and c.booking_item_id = (draw_add_on_codes.item).id
    and c.unit_no <= v_live;
  if v_wanted > 0 then
    with free as materialized (
      select c.id
      from app_private.add_on_codes as c
      where c.organization_id = (draw_add_on_codes.item).organization_id
        and c.add_on_id = (draw_add_on_codes.item).add_on_id
        and c.booking_item_id is null
      order by c.id
      limit v_wanted
      for no key update skip locked
    ),
    numbered as (
      select f.id, v_drawn + row_number() over (order by f.id) as unit_no from free as f
    )
    update app_private.add_on_codes as c
    set booking_item_id = (draw_add_on_codes.item).id, unit_no = n.unit_no, drawn_at = now()
    from numbered as n
    where c.id = n.id;
    get diagnostics v_drawn = row_count;
    if v_drawn < v_wanted then
      perform app_private.raise_few_left(v_drawn);
    end if;
  end if;
  return array(
    select c.code from app_private.add_on_codes as c
    where c.organization_id = (draw_add_on_codes.item).organization_id
      and c.booking_item_id = (draw_add_on_codes.item).id
      and c.unit_no <= v_live
    order by c.unit_no
  );
end
$$;

comment on function app_private.draw_add_on_codes(app_public.booking_items) is
  'The codes of a line of a locked booking, one for each unit, drawn when there are none yet; none '
  'for an add-on without codes. Raises LMFEW (others are drawing the last ones: try again).';
