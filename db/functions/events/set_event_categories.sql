create or replace function app_private.set_event_categories(
  event app_public.events, slugs text[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if cardinality(set_event_categories.slugs) > 20 or exists (
    select from unnest(set_event_categories.slugs) as s
    where not exists (select from app_public.event_categories as c where c.slug = s)
  ) then
    raise exception 'There is no such category, or there are more than 20.'
      using errcode = 'LMINP', detail = 'categories';
  end if;
  delete from app_public.event_category_links as l
  where l.organization_id = (set_event_categories.event).organization_id
    and l.event_id = (set_event_categories.event).id
    and l.category_id not in (
      select c.id from app_public.event_categories as c
      where c.slug = any (set_event_categories.slugs)
    );
  insert into app_public.event_category_links (
    organization_id, event_id, category_id, is_public
  )
  select
    (set_event_categories.event).organization_id, (set_event_categories.event).id, c.id,
    (set_event_categories.event).is_public
  from app_public.event_categories as c
  where c.slug = any (set_event_categories.slugs)
  on conflict do nothing;
end
$$;

comment on function app_private.set_event_categories(app_public.events, text[]) is
  'The event is in these categories, and in no others. Raises LMINP.';
