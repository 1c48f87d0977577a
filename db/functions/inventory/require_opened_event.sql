-- As though it did not exist: the id of a performance tells nothing without the code. Whoever has a
-- booking there has shown it.
create or replace function app_private.require_opened_event(sale app_private.sale)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if (require_opened_event.sale).event_id not in (select app_hidden.opened_event_ids())
    and not app_hidden.has_performance_permission(
      (require_opened_event.sale).organization_id, (require_opened_event.sale).performance_id,
      'events.read'
    )
  then
    raise exception 'There is no such performance.'
      using errcode = 'LMNFD', detail = (require_opened_event.sale).performance_id::text,
        hint = 'A private event is opened by its access code, as X-Event-Key.';
  end if;
end
$$;

comment on function app_private.require_opened_event(app_private.sale) is
  'Raises LMNFD for a private event that the request does not open.';
