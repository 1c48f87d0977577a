create or replace function app_private.leads_to(
  door app_private.door, section text, ticket_category_id uuid
)
returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (leads_to.door).has_zone is not true
    or coalesce(leads_to.section = any ((leads_to.door).sections), false)
    or exists (
      select from app_public.ticket_categories as c
      where c.organization_id = (leads_to.door).organization_id
        and c.id = leads_to.ticket_category_id
        and c.name = any ((leads_to.door).ticket_categories)
    );
end
$$;

comment on function app_private.leads_to(app_private.door, text, uuid) is
  'Whether somebody with a ticket for this section and category may go through a door.';
