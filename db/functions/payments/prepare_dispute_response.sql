create or replace function app_private.prepare_dispute_response(response_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'dispute', d.stripe_dispute_id,
    'is_acceptance', r.is_acceptance,
    'evidence', r.evidence,
    'idempotency_key', 'dispute_response:' || r.id,
    'may_be_forgotten', r.created_at < now() - interval '23 hours',
    'organization_id', r.organization_id,
    'metadata', jsonb_build_object('lml_dispute_response_id', r.id)
  )
  from app_public.dispute_responses as r
  join app_public.disputes as d
    on d.organization_id = r.organization_id and d.id = r.dispute_id
  where r.id = prepare_dispute_response.response_id and r.status = 'pending'
$$;

comment on function app_private.prepare_dispute_response(uuid) is
  'What to answer to a dispute at Stripe; null when there is nothing left to answer.';
grant execute on function app_private.prepare_dispute_response(uuid) to lml_worker;
