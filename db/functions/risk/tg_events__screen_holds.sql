create or replace function app_hidden.tg_events__screen_holds()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform from app_public.organizations as o where o.id = new.organization_id for key share;
  new.screens_holds := app_private.screens_holds_of(new.organization_id);
  return new;
end
$$;

comment on function app_hidden.tg_events__screen_holds() is
  'A new event begins with the rules that are there.';

create or replace trigger _200_screen_holds
  before insert on app_public.events
  for each row execute function app_hidden.tg_events__screen_holds();
