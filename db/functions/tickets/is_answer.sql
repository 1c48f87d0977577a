create or replace function app_hidden.is_answer(
  question app_public.attendee_questions, answer text
)
returns boolean
language sql immutable
return case (is_answer.question).kind
  when 'choice' then is_answer.answer = any ((is_answer.question).choices)
  when 'yes_no' then is_answer.answer in ('true', 'false')
  when 'number' then is_answer.answer ~ '^-?[0-9]{1,15}(\.[0-9]{1,6})?$'
  else btrim(is_answer.answer) <> '' and length(is_answer.answer) <= 2000
end;

comment on function app_hidden.is_answer(app_public.attendee_questions, text) is
  'Whether an answer is one to a question.';
