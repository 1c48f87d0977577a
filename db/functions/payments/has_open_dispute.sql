create or replace function app_private.has_open_dispute(intent app_public.payment_intents)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_public.disputes as d
    where d.organization_id = (has_open_dispute.intent).organization_id
      and d.payment_intent_id = (has_open_dispute.intent).id
      and d.status in ('needs_response', 'under_review')
  )
$$;

comment on function app_private.has_open_dispute(app_public.payment_intents) is
  'Whether a bank has taken a payment back, and has not decided yet.';
