create or replace function app_private.place_words(performance_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'venue', nullif(concat_ws(
      ', ', v.name, v.address ->> 'street',
      nullif(concat_ws(' ', v.address ->> 'postal_code', v.address ->> 'city'), ''),
      v.address ->> 'country'
    ), ''),
    'isOnline', e.format <> 'physical',
    'pass', p.pass_name,
    'isPostponed', nullif(p.status = 'postponed', false),
    'dates', (
      select jsonb_agg(
        app_hidden.local_time(date.starts_at, app_hidden.timezone_of(e)) order by date.starts_at
      )
      from app_public.pass_dates as d
      join app_public.performances as date
        on date.organization_id = d.organization_id and date.id = d.performance_id
      where d.organization_id = p.organization_id
        and d.pass_id = p.id
        and date.status <> 'canceled'
    )
  ))
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  left join app_public.venues as v on v.organization_id = e.organization_id and v.id = e.venue_id
  where p.id = place_words.performance_id
$$;

comment on function app_private.place_words(uuid) is
  'What mails say of where a performance is, and of the dates of a pass.';
