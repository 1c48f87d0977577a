-- An event that ever had a rule, or a price or category for members, says so in its own row: sales
-- of all others do not look.
create or replace function app_hidden.tg__note_price_rules()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_new jsonb := to_jsonb(new);
begin
  update app_public.events as e
  set has_price_rules = true
  from app_public.ticket_categories as c
  where c.organization_id = new.organization_id
    and c.id = coalesce(v_new ->> 'ticket_category_id', v_new ->> 'id')::uuid
    and e.organization_id = c.organization_id
    and e.id = c.event_id
    and not e.has_price_rules;
  return null;
end
$$;

comment on function app_hidden.tg__note_price_rules() is
  'Tells an event that its prices are more than a row.';

create or replace trigger _500_note_price_rules
  after insert or update of audience on app_public.ticket_category_prices
  for each row when (new.audience = 'member')
  execute function app_hidden.tg__note_price_rules();
create or replace trigger _500_note_price_rules
  after insert on app_public.pricing_rules
  for each row execute function app_hidden.tg__note_price_rules();
create or replace trigger _500_note_price_rules
  after insert or update of requires_membership on app_public.ticket_categories
  for each row when (new.requires_membership)
  execute function app_hidden.tg__note_price_rules();
