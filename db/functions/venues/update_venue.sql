create or replace function app_public.update_venue(
  venue_id uuid, name text default null, slug text default null, description text default null,
  timezone text default null, address jsonb default null, latitude numeric default null,
  longitude numeric default null, venue_type app_public.venue_type default null,
  tier app_public.venue_tier default null, language text default null,
  contact_phone text default null, contact_email text default null,
  contact_website text default null, amenities text[] default null,
  accessibility_features text[] default null, opening_hours jsonb default null,
  images text[] default null, videos text[] default null, social_media jsonb default null
)
returns app_public.venues
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_venue app_public.venues := app_private.lock_venue(update_venue.venue_id, 'venues.manage');
  v_constraint text;
  v_column text;
begin
  update app_public.venues as v
  set name = coalesce(update_venue.name, v.name),
    slug = coalesce(update_venue.slug, v.slug),
    description = nullif(coalesce(update_venue.description, v.description), ''),
    timezone = coalesce(update_venue.timezone, v.timezone),
    address = coalesce(update_venue.address, v.address),
    latitude = coalesce(update_venue.latitude, v.latitude),
    longitude = coalesce(update_venue.longitude, v.longitude),
    venue_type = coalesce(update_venue.venue_type, v.venue_type),
    tier = coalesce(update_venue.tier, v.tier),
    language = nullif(coalesce(update_venue.language, v.language), ''),
    contact_phone = nullif(coalesce(update_venue.contact_phone, v.contact_phone), ''),
    contact_email = nullif(coalesce(update_venue.contact_email, v.contact_email::text), '')
      ::public.citext,
    contact_website = nullif(coalesce(update_venue.contact_website, v.contact_website), ''),
    amenities = coalesce(update_venue.amenities, v.amenities),
    accessibility_features = coalesce(
      update_venue.accessibility_features, v.accessibility_features
    ),
    opening_hours = coalesce(update_venue.opening_hours, v.opening_hours),
    images = coalesce(update_venue.images, v.images),
    videos = coalesce(update_venue.videos, v.videos),
    social_media = coalesce(update_venue.social_media, v.social_media)
  where v.id = v_venue.id
  returning * into v_venue;
  return v_venue;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    perform app_hidden.raise_bad_input('venues_coordinates_are_on_earth', '');
  when unique_violation then
    perform app_hidden.raise_slug_taken(update_venue.slug);
end
$$;

comment on function app_public.update_venue(
  uuid, text, text, text, text, jsonb, numeric, numeric, app_public.venue_type,
  app_public.venue_tier, text, text, text, text, text[], text[], jsonb, text[], text[], jsonb
) is
  'Changes what visitors see of a venue: null leaves a value as it is, an empty text removes it, '
  'and lists and objects are replaced as a whole. Performances keep their instants when the time '
  'zone changes. Needs venues.manage. Raises LMNFD, LMRGT, LMINP, LMSLG, LMTZN.';
grant execute on function app_public.update_venue(
  uuid, text, text, text, text, jsonb, numeric, numeric, app_public.venue_type,
  app_public.venue_tier, text, text, text, text, text[], text[], jsonb, text[], text[], jsonb
) to lml_user;
