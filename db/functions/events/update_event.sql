-- Texts and pictures may be changed at any time; what a sale rests on, while there is one; what
-- people have the address of, or seats were made from, before the event is published.
create or replace function app_public.update_event(
  event_id uuid, title text default null, slug text default null,
  description text default null, short_description text default null,
  format app_public.event_format default null, timezone text default null,
  visibility app_public.event_visibility default null, age_restriction integer default null,
  special_requirements text[] default null, images text[] default null,
  banner_url text default null, videos text[] default null, external_links jsonb default null,
  meta_title text default null, meta_description text default null,
  search_keywords text[] default null, tags text[] default null,
  categories text[] default null, sales_start timestamptz default null,
  sales_end timestamptz default null, tickets_per_booking_max integer default null,
  tickets_per_user_max integer default null, blocked_sections text[] default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(update_event.event_id, 'events.manage');
  v_constraint text;
  v_column text;
begin
  if v_event.status <> 'draft'
    and num_nonnulls(
      update_event.slug, update_event.format, update_event.timezone, update_event.blocked_sections
    ) > 0
  then
    raise exception 'Address, format, time zone and blocked sections are settled by publishing.'
      using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  if num_nonnulls(
    update_event.sales_start, update_event.sales_end, update_event.tickets_per_booking_max,
    update_event.tickets_per_user_max, update_event.age_restriction
  ) > 0 then
    perform app_private.require_ongoing_event(v_event);
  end if;
  perform app_hidden.require_timezone(nullif(update_event.timezone, ''));

  update app_public.events as e
  set title = coalesce(update_event.title, e.title),
    slug = coalesce(update_event.slug, e.slug),
    description = nullif(coalesce(update_event.description, e.description), ''),
    short_description = nullif(
      coalesce(update_event.short_description, e.short_description), ''
    ),
    format = coalesce(update_event.format, e.format),
    timezone = nullif(coalesce(update_event.timezone, e.timezone), ''),
    visibility = coalesce(update_event.visibility, e.visibility),
    age_restriction = nullif(coalesce(update_event.age_restriction, e.age_restriction), 0),
    special_requirements = coalesce(
      update_event.special_requirements, e.special_requirements
    ),
    images = coalesce(update_event.images, e.images),
    banner_url = nullif(coalesce(update_event.banner_url, e.banner_url), ''),
    videos = coalesce(update_event.videos, e.videos),
    external_links = coalesce(update_event.external_links, e.external_links),
    meta_title = nullif(coalesce(update_event.meta_title, e.meta_title), ''),
    meta_description = nullif(coalesce(update_event.meta_description, e.meta_description), ''),
    search_keywords = coalesce(update_event.search_keywords, e.search_keywords),
    tags = coalesce(update_event.tags, e.tags),
    sales_start = coalesce(update_event.sales_start, e.sales_start),
    sales_end = nullif(coalesce(update_event.sales_end, e.sales_end), 'infinity'),
    tickets_per_booking_max = coalesce(
      update_event.tickets_per_booking_max, e.tickets_per_booking_max
    ),
    tickets_per_user_max = nullif(
      coalesce(update_event.tickets_per_user_max, e.tickets_per_user_max), 0
    ),
    blocked_sections = coalesce(update_event.blocked_sections, e.blocked_sections)
  where e.id = v_event.id
  returning * into v_event;
  if update_event.categories is not null then
    perform app_private.set_event_categories(v_event, update_event.categories);
  end if;
  return v_event;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    perform app_hidden.raise_slug_taken(update_event.slug);
  when numeric_value_out_of_range then
    raise exception 'A minimum age is at most 120.'
      using errcode = 'LMINP', detail = 'age_restriction';
end
$$;

comment on function app_public.update_event(
  uuid, text, text, text, text, app_public.event_format, text, app_public.event_visibility, integer,
  text[], text[], text, text[], jsonb, text, text, text[], text[], text[], timestamptz,
  timestamptz, integer, integer, text[]
) is
  'Changes an event: null leaves a value as it is; an empty text, 0, or infinity as the end of '
  'sales removes it. '
  'Address, format, time zone and blocked sections only of a draft; terms of the sale until it is '
  'over; texts and pictures always. Categories are given by their slugs. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMINP, LMSLG, LMTZN.';
grant execute on function app_public.update_event(
  uuid, text, text, text, text, app_public.event_format, text, app_public.event_visibility, integer,
  text[], text[], text, text[], jsonb, text, text, text[], text[], text[], timestamptz,
  timestamptz, integer, integer, text[]
) to lml_user;
