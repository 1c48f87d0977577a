create or replace function app_private.overtake_stripe_calls(purpose text, subject_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.stripe_calls as c
  set status = 'overtaken', ended_at = now()
  where c.subject_id = overtake_stripe_calls.subject_id
    and c.purpose = overtake_stripe_calls.purpose
    and c.ended_at is null
$$;

comment on function app_private.overtake_stripe_calls(text, uuid) is
  'Closes calls of which an event told what came, so that nothing is left to ask.';
grant execute on function app_private.overtake_stripe_calls(text, uuid) to lml_worker;
