create or replace function app_public.set_requires_membership(
  ticket_category_id uuid, requires_membership boolean
)
returns app_public.ticket_categories
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_category app_public.ticket_categories;
begin
  perform app_private.lock_category_event(set_requires_membership.ticket_category_id);
  update app_public.ticket_categories as c
  set requires_membership = coalesce(
    set_requires_membership.requires_membership, c.requires_membership
  )
  where c.id = set_requires_membership.ticket_category_id
  returning * into v_category;
  return v_category;
end
$$;

comment on function app_public.set_requires_membership(uuid, boolean) is
  'Whether a category is for members only. Needs events.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.set_requires_membership(uuid, boolean) to lml_user;
