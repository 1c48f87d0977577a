create or replace function app_public.set_cancellation_policy(
  organization_id uuid, days_before integer[], percentages numeric[],
  event_id uuid default null, refunds_service_fees boolean default false,
  refunds_processing_fees boolean default false
)
returns app_public.cancellation_policies
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_policy app_public.cancellation_policies;
  v_event app_public.events;
  v_constraint text;
  v_column text;
begin
  if set_cancellation_policy.event_id is null then
    perform app_private.lock_organization(
      set_cancellation_policy.organization_id, 'organization.manage'
    );
  else
    v_event := app_private.lock_event(set_cancellation_policy.event_id, 'events.manage');
    if v_event.organization_id <> set_cancellation_policy.organization_id then
      raise exception 'There is no such event, or it is not yours.' using errcode = 'LMNFD';
    end if;
  end if;
  perform app_private.require_cancellation_windows(
    set_cancellation_policy.days_before, set_cancellation_policy.percentages
  );
  select * into v_policy
  from app_public.cancellation_policies as c
  where c.organization_id = set_cancellation_policy.organization_id
    and c.event_id is not distinct from set_cancellation_policy.event_id
  order by c.version desc limit 1;
  -- Saying the same again makes no new version.
  if v_policy.refunds_service_fees = set_cancellation_policy.refunds_service_fees
    and v_policy.refunds_processing_fees = set_cancellation_policy.refunds_processing_fees
    and not exists (
      (
        select w.days_before, w.percentage from app_public.cancellation_windows as w
        where w.organization_id = v_policy.organization_id and w.policy_id = v_policy.id
      )
      except
      select d, p::numeric(7, 4) from unnest(days_before, percentages) as n (d, p)
    )
    and cardinality(days_before) = (
      select count(*) from app_public.cancellation_windows as w
      where w.organization_id = v_policy.organization_id and w.policy_id = v_policy.id
    )
  then
    return v_policy;
  end if;
  insert into app_public.cancellation_policies (
    organization_id, event_id, version, refunds_service_fees, refunds_processing_fees, created_by
  )
  values (
    set_cancellation_policy.organization_id, set_cancellation_policy.event_id,
    coalesce(v_policy.version, 0) + 1, set_cancellation_policy.refunds_service_fees,
    set_cancellation_policy.refunds_processing_fees, app_hidden.current_user_id()
  )
  returning * into v_policy;
  insert into app_public.cancellation_windows (policy_id, organization_id, days_before, percentage)
  select v_policy.id, v_policy.organization_id, n.d, n.p
  from unnest(set_cancellation_policy.days_before, set_cancellation_policy.percentages)
    as n (d, p);
  return v_policy;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_cancellation_policy(
  uuid, integer[], numeric[], uuid, boolean, boolean
) is
  'Sets the terms on which tickets are taken back from now on: until so many days before the '
  'start, so much is returned; without windows, nothing. Of one event, with events.manage, or of '
  'all others, with organization.manage. Bookings keep the terms they were bought under. '
  'Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.set_cancellation_policy(
  uuid, integer[], numeric[], uuid, boolean, boolean
) to lml_user;
