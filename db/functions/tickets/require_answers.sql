-- Where an organizer asks nothing, answers are free texts. An answer to a question that was retired
-- is kept and not looked at: it was good when it was given.
create or replace function app_private.require_answers(ticket app_public.tickets, answers jsonb)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_bad text;
begin
  if jsonb_typeof(require_answers.answers) is distinct from 'object' or not exists (
    select from app_private.questions_for(require_answers.ticket)
  ) then
    return;
  end if;
  select a.key into v_bad
  from jsonb_each_text(require_answers.answers) as a
  left join app_private.questions_for(require_answers.ticket) as q on q.id::text = a.key
  where q.id is null
    or (q.retired_at is null and not coalesce(app_hidden.is_answer(q, a.value), false))
  order by q.sort_order, q.id
  limit 1;
  if found then
    raise exception 'This is no answer to a question that is asked.'
      using errcode = 'LMINP', detail = v_bad;
  end if;
  if app_hidden.has_performance_permission(
    (require_answers.ticket).organization_id, (require_answers.ticket).performance_id,
    'tickets.manage'
  ) then
    return;
  end if;
  select q.id::text into v_bad
  from app_private.questions_for(require_answers.ticket) as q
  where q.is_required and q.retired_at is null and not require_answers.answers ? q.id::text
  order by q.sort_order, q.id
  limit 1;
  if found then
    raise exception 'A question that must be answered is not.'
      using errcode = 'LMINP', detail = v_bad;
  end if;
end
$$;

comment on function app_private.require_answers(app_public.tickets, jsonb) is
  'Raises LMINP, naming the question, for what is no answer, and for a missing one; staff '
  'may leave questions open.';
