create or replace function app_public.cancellation_terms(performance_id uuid)
returns setof app_public.cancellation_term
language sql stable security definer set search_path = ''
as $$
  select w.*
  from app_hidden.visible_performance(cancellation_terms.performance_id) as p
  cross join lateral app_private.cancellation_windows_of(
    app_private.cancellation_policy_of(p.organization_id, p.id), p.id
  ) as w
$$;

comment on function app_public.cancellation_terms(uuid) is
  E'@behavior -filter -orderBy\n'
  'What buyers of a performance get back when they cancel, and until when: the terms of who buys '
  'now. No rows: tickets are not taken back.';
grant execute on function app_public.cancellation_terms(uuid) to lml_anonymous, lml_user;
