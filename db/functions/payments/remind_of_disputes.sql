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
