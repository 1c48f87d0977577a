-- There is no database of places behind this: the number says where its owner is at home, and
-- otherwise a venue whose country is a code says where its visitors probably are.
create or replace function app_private.expected_countries(phone text, performance_id uuid)
returns text[]
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    (
      select array_agg(c.country order by c.country)
      from app_private.calling_codes as c
      where c.prefix = (
        select c.prefix
        from app_private.calling_codes as c
        where starts_with(ltrim(expected_countries.phone, '+'), c.prefix)
        order by length(c.prefix) desc
        limit 1
      )
    ),
    (
      select array[upper(v.address ->> 'country')]
      from app_public.performances as p
      join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
      join app_public.venues as v on v.organization_id = e.organization_id and v.id = e.venue_id
      where p.id = expected_countries.performance_id
        and v.address ->> 'country' ~ '^[A-Za-z]{2}$'
    )
  )
$$;

comment on function app_private.expected_countries(text, uuid) is
  'Countries of a telephone number, or else of the venue; null: unknown.';
