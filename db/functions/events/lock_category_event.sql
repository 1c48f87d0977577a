create or replace function app_private.lock_category_event(ticket_category_id uuid)
returns app_public.events
language sql volatile security definer set search_path = ''
as $$
  select app_private.lock_event(
    (
      select c.event_id from app_public.ticket_categories as c
      where c.id = lock_category_event.ticket_category_id
    ),
    'events.manage'
  )
$$;

comment on function app_private.lock_category_event(uuid) is
  'The event of a category, locked, if the caller may change it. Raises LMNFD, LMRGT.';
