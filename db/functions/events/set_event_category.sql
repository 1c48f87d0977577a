create or replace function app_public.set_event_category(
  slug text, name text, description text default null, parent_slug text default null
)
returns app_public.event_categories
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_category app_public.event_categories;
  v_parent_id uuid;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_platform_role('support');
  if set_event_category.parent_slug is not null then
    -- Two levels: a search for the wider kind finds the narrower ones. Two people at once could
    -- make a third one.
    lock table app_public.event_categories in share row exclusive mode;
    select c.id into v_parent_id
    from app_public.event_categories as c
    where c.slug = set_event_category.parent_slug and c.parent_id is null;
    if not found then
      raise exception 'There is no such category, or it has a wider one itself.'
        using errcode = 'LMINP', detail = 'parent_slug';
    end if;
    if exists (
      select from app_public.event_categories as c
      join app_public.event_categories as narrower on narrower.parent_id = c.id
      where c.slug = set_event_category.slug
    ) then
      raise exception 'This category has narrower ones, so it has no wider one.'
        using errcode = 'LMINP', detail = 'parent_slug';
    end if;
  end if;
  insert into app_public.event_categories as c (slug, name, description, parent_id)
  values (
    set_event_category.slug, set_event_category.name, set_event_category.description, v_parent_id
  )
  on conflict on constraint event_categories_slug_is_unique do update
  set name = excluded.name, description = excluded.description, parent_id = excluded.parent_id
  returning * into v_category;
  return v_category;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_event_category(text, text, text, text) is
  'Adds a kind of events, or renames the one with this slug. For the platform''s support. '
  'Raises LMAUT, LMRGT, LMINP.';
grant execute on function app_public.set_event_category(text, text, text, text) to lml_user;
