create or replace function app_private.require_category_of(
  event app_public.events, ticket_category_id uuid
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if require_category_of.ticket_category_id is not null and not exists (
    select from app_public.ticket_categories as c
    where c.organization_id = (require_category_of.event).organization_id
      and c.event_id = (require_category_of.event).id
      and c.id = require_category_of.ticket_category_id
  ) then
    raise exception 'The event has no such category.'
      using errcode = 'LMNFD', detail = 'ticket_category_id';
  end if;
end
$$;

comment on function app_private.require_category_of(app_public.events, uuid) is
  'Raises LMNFD when a category is named that an event does not have.';
