create or replace function app_private.overtake_stripe_calls(purpose text, subject_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  with overtaken as (
    update app_private.stripe_calls as c
    set status = 'overtaken', ended_at = now()
    where c.subject_id = overtake_stripe_calls.subject_id
      and c.purpose = overtake_stripe_calls.purpose
      and c.ended_at is null
    returning c.*
  )
  -- Nothing is left to ask for somebody who was erased, and Stripe may have made them known.
  select app_private.forget_stripe_customer(o.organization_id, o.subject_id, null)
  from overtaken as o
  where o.purpose = 'stripe_customer.create'
    and not exists (select from app_private.stripe_customers as c where c.id = o.subject_id)
$$;

comment on function app_private.overtake_stripe_calls(text, uuid) is
  'Closes calls of which nothing is left to ask, as an event told what came of them, or as whom '
  'they are about was erased.';
grant execute on function app_private.overtake_stripe_calls(text, uuid) to lml_worker;
