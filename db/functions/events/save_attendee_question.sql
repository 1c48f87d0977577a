create or replace function app_public.save_attendee_question(
  event_id uuid, question text, kind app_public.question_kind default 'text',
  choices text[] default '{}', is_required boolean default false,
  ticket_category_id uuid default null, sort_order integer default 0,
  question_id uuid default null
)
returns app_public.attendee_questions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    save_attendee_question.event_id, 'events.manage'
  );
  v_question app_public.attendee_questions;
  v_constraint text;
  v_column text;
begin
  perform app_private.require_category_of(v_event, save_attendee_question.ticket_category_id);
  if save_attendee_question.question_id is null then
    insert into app_public.attendee_questions (
      organization_id, event_id, is_public, ticket_category_id, question, kind, choices,
      is_required, sort_order
    )
    values (
      v_event.organization_id, v_event.id, v_event.is_public,
      save_attendee_question.ticket_category_id, save_attendee_question.question,
      save_attendee_question.kind, save_attendee_question.choices,
      save_attendee_question.is_required, save_attendee_question.sort_order
    )
    returning * into v_question;
    return v_question;
  end if;
  update app_public.attendee_questions as q
  set question = save_attendee_question.question, kind = save_attendee_question.kind,
    choices = save_attendee_question.choices, is_required = save_attendee_question.is_required,
    ticket_category_id = save_attendee_question.ticket_category_id,
    sort_order = save_attendee_question.sort_order
  where q.id = save_attendee_question.question_id
    and q.organization_id = v_event.organization_id
    and q.event_id = v_event.id
    and q.retired_at is null
  returning * into v_question;
  if v_question.id is null then
    raise exception 'The event has no such question.'
      using errcode = 'LMNFD', detail = 'question_id';
  end if;
  return v_question;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.save_attendee_question(
  uuid, text, app_public.question_kind, text[], boolean, uuid, integer, uuid
) is
  'What an event, or one category of it, asks of whoever comes; with question_id it changes a '
  'question, all of it. Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.save_attendee_question(
  uuid, text, app_public.question_kind, text[], boolean, uuid, integer, uuid
) to lml_user;
