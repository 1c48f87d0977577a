create or replace function app_private.queue_domain_checks()
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_count integer := 0;
begin
  for v_id in
    select o.id
    from app_public.organizations as o
    join app_public.domain_challenges as c
      on c.organization_id = o.id and c.domain = o.custom_domain
    where o.custom_domain_proven_at is not null or c.missed_count < 7
  loop
    perform app_private.add_job(
      'organization__check_domain', jsonb_build_object('organization_id', v_id)
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.queue_domain_checks() is
  'Has every proven domain looked at again, and for a week those that are yet to be; how many.';
grant execute on function app_private.queue_domain_checks() to lml_worker;
