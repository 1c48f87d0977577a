--! Previous: sha1:dfec730adc229b8b6634d0e8c496e2047c89a1e9
--! Hash: sha1:de6126712825d14821f4d2c4b82a77c6994edf9e
--! Message: Batches that are asked for once

--! split: 1000-functions-events-complete_performances.sql
-- Whoever works on an event or a performance at this moment keeps it: the next sweep comes soon.
create or replace function app_private.complete_performances(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  update app_public.performances as p
  set status = 'completed'
  where p.id = any (array(
    select p.id
    from app_public.performances as p
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where p.status = 'scheduled' and e.status = 'published'
      and coalesce(p.ends_at, p.starts_at) <= now()
      -- An end that nobody told is a day later.
      and (p.ends_at is not null or p.starts_at <= now() - interval '1 day')
    order by coalesce(p.ends_at, p.starts_at)
    limit complete_performances.batch_limit
    for no key update of p skip locked
  ));
  get diagnostics v_count = row_count;
  update app_public.events as e
  set status = 'completed', completed_at = now()
  where e.id in (
    select e.id
    from app_public.events as e
    where e.status = 'published'
      and exists (
        select from app_public.performances as p
        where p.organization_id = e.organization_id and p.event_id = e.id
          and p.status = 'completed'
      )
      and not exists (
        select from app_public.performances as p
        where p.organization_id = e.organization_id and p.event_id = e.id
          and p.status in ('scheduled', 'postponed')
      )
    for no key update skip locked
  );
  return v_count;
end
$$;

comment on function app_private.complete_performances(integer) is
  'Ends performances that are over, and events whose last one is; returns how many performances.';
grant execute on function app_private.complete_performances(integer) to lml_worker;

--! split: 1001-functions-bookings-complete_bookings.sql
-- A performance is looked at until nothing of it is left to complete, and then never again.
create or replace function app_private.complete_bookings(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_count integer;
begin
  select * into v_performance
  from app_public.performances as p
  where p.status = 'completed' and p.bookings_completed_at is null
  order by p.starts_at
  limit 1
  for no key update skip locked;
  if not found then
    return 0;
  end if;
  -- Who still owes, or waits for an answer, has not been there: that is for people to look at.
  -- An array is asked for once: a plan may ask a subquery again, which locks the next batch then.
  update app_public.bookings as b
  set status = 'completed'
  where b.id = any (array(
    select b.id
    from app_public.bookings as b
    where b.organization_id = v_performance.organization_id
      and b.performance_id = v_performance.id
      and b.status = 'confirmed'
    order by b.id
    limit complete_bookings.batch_limit
    for no key update
  ));
  get diagnostics v_count = row_count;
  if v_count < complete_bookings.batch_limit then
    update app_public.performances as p
    set bookings_completed_at = now()
    where p.id = v_performance.id;
  end if;
  return greatest(v_count, 1);
end
$$;

comment on function app_private.complete_bookings(integer) is
  'Completes the next bookings of performances that are over; returns 0 when it is done.';
grant execute on function app_private.complete_bookings(integer) to lml_worker;

--! split: 1002-functions-payments-remind_of_disputes.sql
create or replace function app_private.remind_of_disputes(batch_limit integer default 100)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_dispute app_public.disputes;
  v_count integer := 0;
begin
  for v_dispute in
    update app_public.disputes as d
    set reminded_at = now()
    where d.id = any (array(
      select d.id from app_public.disputes as d
      where d.reminded_at is null
        and d.status in ('warning_needs_response', 'needs_response')
        and d.evidence_due_at <= now() + interval '3 days'
      order by d.evidence_due_at
      limit remind_of_disputes.batch_limit
      for no key update skip locked
    ))
    returning *
  loop
    v_count := v_count + 1;
    if v_dispute.evidence_due_at > now() and not exists (
      select from app_public.dispute_responses as r
      where r.organization_id = v_dispute.organization_id and r.dispute_id = v_dispute.id
        and r.status <> 'refused'
    ) then
      perform app_private.mail_dispute(v_dispute, 'dispute_evidence_due');
    end if;
  end loop;
  return v_count;
end
$$;

comment on function app_private.remind_of_disputes(integer) is
  'Reminds staff, three days before, of disputes that nobody has answered; returns how many it '
  'looked at, 0 when it is done.';
grant execute on function app_private.remind_of_disputes(integer) to lml_worker;
