create or replace function app_public.create_virtual_event(
  organization_id uuid, title text, slug text, timezone text, description text default null,
  currency text default null, sales_start timestamptz default null,
  sales_end timestamptz default null, tax_rate_id uuid default null,
  idempotency_key text default null
)
returns app_public.events
language sql volatile set search_path = ''
as $$
  select app_public.create_event(
    create_virtual_event.organization_id, null, create_virtual_event.title,
    create_virtual_event.slug, create_virtual_event.description, create_virtual_event.currency,
    create_virtual_event.sales_start, create_virtual_event.sales_end,
    create_virtual_event.tax_rate_id, '{}', create_virtual_event.idempotency_key,
    'virtual', create_virtual_event.timezone
  )
$$;

comment on function app_public.create_virtual_event(
  uuid, text, text, text, text, text, timestamptz, timestamptz, uuid, text
) is
  'A new draft of an event that takes place online only; its dates need no seating plan. Needs '
  'events.manage. Raises LMNFD, LMRGT, LMINP, LMSLG, LMCUR, LMTZN, LMIDK.';
grant execute on function app_public.create_virtual_event(
  uuid, text, text, text, text, text, timestamptz, timestamptz, uuid, text
) to lml_user;
