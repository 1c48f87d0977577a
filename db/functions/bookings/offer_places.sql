-- The rule: whoever came first, of those whose number is free. Who was passed by three offers to
-- later ones is passed no more: what is free then is held for them, few by few, until it is enough.
create or replace function app_private.offer_places(
  sale app_private.sale, category app_public.ticket_categories, accessible boolean
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_passed constant integer := 3;
  v_category app_public.ticket_categories := offer_places.category;
  v_after uuid := '00000000-0000-0000-0000-000000000000';
  v_left integer;
  v_entry app_public.waiting_list_entries;
  v_taken integer;
  v_offers integer := 0;
begin
  if not exists (
    select from app_public.waiting_list_entries as w
    where w.organization_id = (offer_places.sale).organization_id
      and w.performance_id = (offer_places.sale).performance_id
      and w.status in ('waiting', 'gathering')
      and w.is_accessible = offer_places.accessible
      and coalesce(w.ticket_category_id = v_category.id, true)
      and w.ended_at is null
  ) then
    return 0;
  end if;
  v_left := app_private.count_places_left(
    offer_places.sale, v_category.id, offer_places.accessible
  );
  while v_left > 0 loop
    select * into v_entry
    from app_public.waiting_list_entries as w
    where w.organization_id = (offer_places.sale).organization_id
      and w.performance_id = (offer_places.sale).performance_id
      and w.status in ('waiting', 'gathering')
      and w.is_accessible = offer_places.accessible
      and coalesce(w.ticket_category_id = v_category.id, true)
      and w.quantity between v_category.min_per_transaction
        and coalesce(v_category.max_per_transaction, w.quantity)
      and (w.quantity - w.gathered <= v_left or w.times_passed >= c_passed)
      -- Who takes any category gets all places of one.
      and (w.status = 'waiting' or exists (
        select from app_public.booking_items as i
        where i.organization_id = w.organization_id and i.booking_id = w.booking_id
          and i.ticket_category_id = v_category.id
      ))
      and w.id > v_after
      and w.ended_at is null
    order by w.id
    limit 1
    for no key update skip locked;
    exit when not found;
    v_after := v_entry.id;
    v_taken := least(v_entry.quantity - v_entry.gathered, v_left);
    v_entry := app_private.hold_for_waiting(v_entry, offer_places.sale, v_category.id, v_taken);
    continue when v_entry.id is null;
    v_left := v_left - v_taken;
    if v_entry.status = 'offered' then
      v_offers := v_offers + 1;
      update app_public.waiting_list_entries as w
      set times_passed = w.times_passed + 1
      where w.organization_id = v_entry.organization_id
        and w.performance_id = v_entry.performance_id
        and w.status = 'waiting'
        and w.is_accessible = v_entry.is_accessible
        and coalesce(w.ticket_category_id = v_category.id, true)
        and w.id < v_entry.id;
    end if;
  end loop;
  return v_offers;
end
$$;

comment on function app_private.offer_places(
  app_private.sale, app_public.ticket_categories, boolean
) is
  'Offers the free places of a category to whoever waits for them; returns how many offers.';
