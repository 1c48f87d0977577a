create or replace function app_hidden.tg_events__take_tax_jurisdiction()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.tax_rate_id is null and new.tax_jurisdiction_id is null then
    select v.tax_jurisdiction_id into new.tax_jurisdiction_id
    from app_public.venues as v
    where v.organization_id = new.organization_id and v.id = new.venue_id;
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_events__take_tax_jurisdiction() is
  'A new event without a tax of its own is taxed where its venue is.';

create or replace trigger _100_take_tax_jurisdiction
  before insert on app_public.events
  for each row execute function app_hidden.tg_events__take_tax_jurisdiction();
