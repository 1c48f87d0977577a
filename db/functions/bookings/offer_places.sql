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
  -- Whoever wants a place that is being offered waits for the end of all of these.
  c_offers_max constant integer := 20;
  v_category app_public.ticket_categories := offer_places.category;
  v_after uuid := '00000000-0000-0000-0000-000000000000';
  v_left integer;
  v_entry app_public.waiting_list_entries;
  v_taken integer;
  v_offered uuid[] := '{}';
  v_gathers boolean := app_private.waiting_offer_time((offer_places.sale).organization_id)
    < make_interval(secs => (offer_places.sale).hold_seconds_max);
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
  while v_left > 0 and cardinality(v_offered) < c_offers_max loop
    select * into v_entry
    from app_public.waiting_list_entries as w
    where w.organization_id = (offer_places.sale).organization_id
      and w.performance_id = (offer_places.sale).performance_id
      and w.status in ('waiting', 'gathering')
      and w.is_accessible = offer_places.accessible
      and coalesce(w.ticket_category_id = v_category.id, true)
      and w.quantity between v_category.min_per_transaction
        and coalesce(v_category.max_per_transaction, w.quantity)
      and (
        w.quantity - w.gathered <= v_left or v_gathers and w.times_passed >= c_passed
      )
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
      v_offered := v_offered || v_entry.id;
    end if;
  end loop;
  -- At the end, and for each entry a few times only: a long list would be written for every offer.
  update app_public.waiting_list_entries as w
  set times_passed = w.times_passed
    + (select count(*) from unnest(v_offered) as o (id) where o.id > w.id)
  where w.organization_id = (offer_places.sale).organization_id
    and w.performance_id = (offer_places.sale).performance_id
    and w.status = 'waiting'
    and w.is_accessible = offer_places.accessible
    and coalesce(w.ticket_category_id = v_category.id, true)
    and w.times_passed < c_passed
    and w.id < v_offered[cardinality(v_offered)]
    and w.ended_at is null;
  return cardinality(v_offered);
end
$$;

comment on function app_private.offer_places(
  app_private.sale, app_public.ticket_categories, boolean
) is
  'Offers the free places of a category to whoever waits for them; returns how many offers. As '
  'these are few at a time, it is asked again until there are none.';
