create or replace function app_public.retire_attendee_question(question_id uuid)
returns app_public.attendee_questions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_question app_public.attendee_questions;
begin
  perform app_private.lock_event(
    (
      select q.event_id from app_public.attendee_questions as q
      where q.id = retire_attendee_question.question_id
    ),
    'events.manage'
  );
  update app_public.attendee_questions as q
  set retired_at = coalesce(q.retired_at, now())
  where q.id = retire_attendee_question.question_id
  returning * into v_question;
  return v_question;
end
$$;

comment on function app_public.retire_attendee_question(uuid) is
  'Asks a question no more; its answers stay. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.retire_attendee_question(uuid) to lml_user;
