-- A new date of a published event is on sale at once, so its venue must be open for it.
create or replace function app_hidden.tg_performances__check_venue()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_status app_public.venue_status;
begin
  select v.status into v_status
  from app_public.events as e
  join app_public.venues as v on v.organization_id = e.organization_id and v.id = e.venue_id
  where e.organization_id = new.organization_id and e.id = new.event_id
    and e.status in ('published', 'postponed')
  for share of v;
  if v_status <> 'active' then
    raise exception 'The venue is in status %.', v_status
      using errcode = 'LMVEN', detail = new.event_id::text;
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_performances__check_venue() is
  'Raises LMVEN for a date of a published event at a venue that is not active.';

create or replace trigger _200_check_venue
  before insert on app_public.performances
  for each row execute function app_hidden.tg_performances__check_venue();
