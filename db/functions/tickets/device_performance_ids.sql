-- A scanner that is lost tells nothing of last year's audience. Whoever is no scanner pays nothing
-- for the question.
create or replace function app_hidden.device_performance_ids()
returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_venue_id uuid := (select app_hidden.device_venue_ids());
begin
  if v_venue_id is null then
    return;
  end if;
  return query
    select p.id
    from app_public.events as e
    join app_public.performances as p
      on p.event_id = e.id and p.organization_id = e.organization_id
    where e.venue_id = v_venue_id
      and app_hidden.closing_time(p.starts_at, p.ends_at) > now() - interval '1 day';
end
$$;

comment on function app_hidden.device_performance_ids() is
  'For policies: what is on at the venue of the scanner that is asking.';
grant execute on function app_hidden.device_performance_ids() to lml_user;
