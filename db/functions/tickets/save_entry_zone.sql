create or replace function app_public.save_entry_zone(
  venue_id uuid, name text, sections text[] default '{}', ticket_categories text[] default '{}'
)
returns app_public.entry_zones
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
  v_zone app_public.entry_zones;
  v_unknown text;
  v_constraint text;
  v_column text;
begin
  select v.organization_id into v_organization_id
  from app_public.venues as v where v.id = save_entry_zone.venue_id;
  perform app_hidden.require_venue_permission(
    v_organization_id, save_entry_zone.venue_id, 'gates.manage'
  );
  -- Misspelled, it would turn everybody away on the evening.
  select z.section into v_unknown
  from unnest(save_entry_zone.sections) as z (section)
  where z.section not in (
    select s.name
    from app_public.layout_sections as s
    join app_public.venue_layouts as l
      on l.organization_id = s.organization_id and l.id = s.layout_id
    where l.organization_id = v_organization_id and l.venue_id = save_entry_zone.venue_id
  )
  limit 1;
  if v_unknown is not null then
    raise exception 'No layout of the venue has a section "%".', left(v_unknown, 100)
      using errcode = 'LMINP', detail = 'sections',
        hint = 'Correct the name, or import the layout first.';
  end if;
  insert into app_public.entry_zones as z (
    organization_id, venue_id, name, sections, ticket_categories
  )
  values (
    v_organization_id, save_entry_zone.venue_id, save_entry_zone.name, save_entry_zone.sections,
    save_entry_zone.ticket_categories
  )
  on conflict on constraint entry_zones_name_is_unique do update
  set sections = excluded.sections, ticket_categories = excluded.ticket_categories
  returning * into v_zone;
  return v_zone;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.save_entry_zone(uuid, text, text[], text[]) is
  'A part of a venue: the sections of the layout, and the ticket categories by name, that enter '
  'through its gates. The same name again changes it. Needs gates.manage. Raises LMNFD, LMRGT, '
  'LMINP, LMAUT, LMSES.';
grant execute on function app_public.save_entry_zone(uuid, text, text[], text[]) to lml_user;
