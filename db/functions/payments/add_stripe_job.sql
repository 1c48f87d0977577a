create or replace function app_private.add_stripe_job(
  purpose text, subject_id uuid, delay interval
)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.add_keyed_job(
    replace(add_stripe_job.purpose, '.', '__'),
    jsonb_build_object(
      split_part(add_stripe_job.purpose, '.', 1) || '_id', add_stripe_job.subject_id
    ),
    add_stripe_job.purpose || ':' || add_stripe_job.subject_id,
    add_stripe_job.delay
  )
$$;

comment on function app_private.add_stripe_job(text, uuid, interval) is
  'Has a call made later: refund.create of a refund is the task refund__create with its refund_id.';
