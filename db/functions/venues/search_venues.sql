-- The caller's own rows: who may see a venue finds it.
create or replace function app_public.search_venues(
  query text default null, city text default null, country text default null,
  venue_type app_public.venue_type default null, amenities text[] default '{}',
  accessibility_features text[] default '{}', near_latitude numeric default null,
  near_longitude numeric default null, within_km numeric default null
)
returns setof app_public.venues
language sql stable set search_path = ''
as $$
  select v.*
  from app_public.venues as v
  cross join lateral (
    -- Half of the squared chord on a sphere of radius 1, which needs no extension.
    select 6371.0088 * 2 * asin(least(1, sqrt(
      sin(radians((v.latitude - search_venues.near_latitude)::float8) / 2) ^ 2
      + cos(radians(v.latitude::float8)) * cos(radians(search_venues.near_latitude::float8))
        * sin(radians((v.longitude - search_venues.near_longitude)::float8) / 2) ^ 2
    ))) as km
  ) as distance
  where v.status <> 'archived'
    and (
      coalesce(search_venues.query, '') = ''
      or strpos(lower(v.name), lower(search_venues.query)) > 0
      or strpos(lower(v.city), lower(search_venues.query)) > 0
    )
    and (search_venues.city is null or lower(v.city) = lower(search_venues.city))
    and (search_venues.country is null or v.country = upper(search_venues.country))
    and (search_venues.venue_type is null or v.venue_type = search_venues.venue_type)
    and v.amenities @> coalesce(search_venues.amenities, '{}')
    and v.accessibility_features @> coalesce(search_venues.accessibility_features, '{}')
    and (
      search_venues.near_latitude is null
      or search_venues.near_longitude is null
      or distance.km <= coalesce(search_venues.within_km, 50)
    )
  order by
    case when search_venues.near_latitude is not null then distance.km end nulls last,
    lower(v.name), v.id
$$;

comment on function app_public.search_venues(
  text, text, text, app_public.venue_type, text[], text[], numeric, numeric, numeric
) is
  'Venues that the caller may see, by a part of their name or city, place, kind and what they '
  'offer; the nearest first when a point is given (within 50 km unless said otherwise).';
grant execute on function app_public.search_venues(
  text, text, text, app_public.venue_type, text[], text[], numeric, numeric, numeric
) to lml_anonymous, lml_user;
