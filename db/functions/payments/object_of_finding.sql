create or replace function app_private.object_of_finding(finding app_public.payment_findings)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select e.payload #> '{data,object}'
  from app_private.stripe_events as e
  where e.id = any ((object_of_finding.finding).stripe_event_ids)
    and e.payload #>> '{data,object,id}' = (object_of_finding.finding).subject
  order by e.stripe_created_at desc, e.id desc
  limit 1
$$;

comment on function app_private.object_of_finding(app_public.payment_findings) is
  'What Stripe has told last of the object that a finding is about; null: it is not kept any more.';
