-- A bank listens once, and only until it wants to.
create or replace function app_private.require_answerable(dispute app_public.disputes)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_detail text := case
    when (require_answerable.dispute).status not in ('warning_needs_response', 'needs_response')
      then (require_answerable.dispute).status::text
    when (require_answerable.dispute).evidence_due_at < now() then 'late'
    when exists (
      select from app_public.dispute_responses as r
      where r.organization_id = (require_answerable.dispute).organization_id
        and r.dispute_id = (require_answerable.dispute).id and r.status <> 'refused'
    ) then 'answered'
  end;
begin
  if v_detail is not null then
    raise exception 'The dispute takes no answer: %.', v_detail
      using errcode = 'LMDSP', detail = v_detail;
  end if;
end
$$;

comment on function app_private.require_answerable(app_public.disputes) is
  'Raises LMDSP when a dispute was answered, is over, or its time is.';
