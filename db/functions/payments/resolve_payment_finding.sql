create or replace function app_public.resolve_payment_finding(finding_id uuid, note text)
returns app_public.payment_findings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_finding app_public.payment_findings;
begin
  select * into v_finding
  from app_public.payment_findings as f
  where f.id = resolve_payment_finding.finding_id
  for no key update;
  -- What belongs to nobody that is known is for the platform's staff, who may close all of them.
  if app_hidden.current_platform_role() is null then
    perform app_hidden.require_permission(v_finding.organization_id, 'payments.manage');
  elsif v_finding.id is null then
    raise exception 'There is no such finding.' using errcode = 'LMNFD';
  end if;
  if coalesce(length(trim(resolve_payment_finding.note)), 0) not between 1 and 2000 then
    raise exception 'Say what was found, and done.' using errcode = 'LMINP', detail = 'note';
  end if;
  if v_finding.resolved_at is not null then
    return v_finding;
  end if;
  update app_public.payment_findings as f
  set resolved_at = now(), resolved_by = v_user_id,
    resolution_note = trim(resolve_payment_finding.note)
  where f.id = v_finding.id
  returning * into v_finding;
  return v_finding;
end
$$;

comment on function app_public.resolve_payment_finding(uuid, text) is
  'Closes a finding with what was found and done; one that is closed stays as it is. It moves no '
  'money. Needs payments.manage, or to be of the platform''s staff. '
  'Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.resolve_payment_finding(uuid, text) to lml_user;
