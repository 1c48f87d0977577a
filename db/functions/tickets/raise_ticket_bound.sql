create or replace function app_private.raise_ticket_bound(reason text, message text)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception '%', raise_ticket_bound.message
    using errcode = 'LMTRB', detail = raise_ticket_bound.reason;
end
$$;

comment on function app_private.raise_ticket_bound(text, text) is 'Raises LMTRB.';
