-- A venue that closes and an event that comes to it wait for each other: the lock conflicts with
-- that of lock_venue, which the foreign key's own does not.
create or replace function app_hidden.tg_events__check_venue()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_status app_public.venue_status;
begin
  select v.status into v_status
  from app_public.venues as v
  where v.organization_id = new.organization_id and v.id = new.venue_id
  for share;
  if v_status in ('closed', 'archived') or (new.status = 'published' and v_status <> 'active') then
    raise exception 'The venue is in status %.', v_status
      using errcode = 'LMVEN', detail = new.venue_id::text,
        hint = 'Closed and archived venues take no events; only active ones let them be published.';
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_events__check_venue() is
  'Raises LMVEN for an event at a venue that does not take it.';

create or replace trigger _200_check_venue
  before insert or update of venue_id on app_public.events
  for each row execute function app_hidden.tg_events__check_venue();

create or replace trigger _200_check_venue_of_published
  before update of status on app_public.events
  for each row when (new.status = 'published' and old.status is distinct from new.status)
  execute function app_hidden.tg_events__check_venue();
