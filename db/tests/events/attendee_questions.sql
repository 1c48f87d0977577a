-- If this fails, organizers do not learn who comes, or are told what is no answer.
select plan(28);

select tests.create_theatre();
select tests.create_theatre('rival');
create function tests.category(name text)
returns uuid
language sql stable security definer set search_path = ''
return (select id from app_public.ticket_categories as c
  where c.event_id = tests.id('theatre.event') and c.name = category.name);
grant execute on function tests.category(text) to public;
create function tests.answer(ticket text, answers jsonb)
returns text
language sql volatile
as $$ select (app_public.set_ticket_attendee(tests.id(ticket), 'Ada', answers => answers)).first_name $$;
grant execute on function tests.answer(text, jsonb) to public;
select tests.sell('sale', 'theatre', 1, 1, 13);
select tests.keep('ticket', (select id from app_public.tickets where seat_no = 1));
select tests.keep('balcony', (select id from app_public.tickets where seat_no = 13));

select tests.sign_in('theatre manager');
select tests.keep('meal', (app_public.save_attendee_question(
  tests.id('theatre.event'), 'Meal', 'choice', array['fish', 'vegan'], true,
  tests.category('I')
)).id);
select tests.keep('age', (app_public.save_attendee_question(
  tests.id('theatre.event'), 'Age', 'number'
)).id);
select tests.keep('member', (app_public.save_attendee_question(
  tests.id('theatre.event'), 'Member', 'yes_no'
)).id);
select tests.keep('name', (app_public.save_attendee_question(
  tests.id('theatre.event'), 'Nickname'
)).id);
select tests.refused(statement, code, why)
from (values
  ($$ select app_public.save_attendee_question(tests.id('theatre.event'), '') $$, 'LMINP', 'no words'),
  ($$ select app_public.save_attendee_question(tests.id('theatre.event'), 'x', 'choice') $$, 'LMINP',
    'nothing to choose from'),
  ($$ select app_public.save_attendee_question(tests.id('theatre.event'), 'x', 'text', '{a}') $$,
    'LMINP', 'choices of a text'),
  ($$ select app_public.save_attendee_question(tests.id('theatre.event'), 'x', 'choice', '{a,null}') $$,
    'LMINP', 'null to choose'),
  ($$ select app_public.save_attendee_question(
    tests.id('theatre.event'), 'x', ticket_category_id => uuidv7()) $$, 'LMNFD', 'no such category'),
  ($$ select app_public.save_attendee_question(
    tests.id('theatre.event'), 'x', question_id => uuidv7()) $$, 'LMNFD', 'no such question'),
  ($$ select app_public.save_attendee_question(tests.id('rival.event'), 'x') $$, 'LMNFD',
    'another tenant''s event')
) as r (statement, code, why);
select tests.sign_in('theatre staff');
select tests.refused(
  $$ select app_public.retire_attendee_question(tests.id('meal')) $$, 'LMRGT', 'staff asks nothing'
);
select tests.as_guest(1);
select is(tests.visible('app_public.attendee_questions'), '4', 'buyers see what is asked');

-- Answers.
select tests.refused(
  format('select tests.answer(%L, %L)', a.ticket, jsonb_build_object(a.key, a.value)), 'LMINP', a.why
)
from (values
  ('ticket', tests.id('meal')::text, 'meat', 'what cannot be chosen'),
  ('ticket', tests.id('meal')::text, '', 'nothing'),
  ('ticket', 'Meal', 'fish', 'to no question'),
  ('ticket', tests.id('age')::text, 'old', 'no number'),
  ('balcony', tests.id('age')::text, '', 'no number at all'),
  ('balcony', tests.id('member')::text, 'perhaps', 'neither yes nor no'),
  ('balcony', tests.id('name')::text, ' ', 'a blank'),
  ('balcony', tests.id('meal')::text, 'fish', 'to what others are asked')
) as a (ticket, key, value, why);
select tests.refused(
  $$ select tests.answer('ticket', '{}') $$, 'LMINP', 'what must be answered is missing'
);
select is(
  tests.answer('ticket', jsonb_build_object(
    tests.id('meal'), 'vegan', tests.id('age'), '41.5', tests.id('member'), 'true'
  )),
  'Ada', 'good answers are taken'
);
select is(tests.answer('balcony', '{}'), 'Ada', 'others need not answer');
select tests.refused(
  $$ select app_public.attendee_list(tests.id('theatre.performance')) $$, '42501',
  'buyers do not read the list'
);
select tests.sign_in('theatre viewer');
select tests.refused(
  $$ select app_public.attendee_list(tests.id('theatre.performance')) $$, 'LMRGT',
  'nor does everybody else'
);
select tests.sign_in('theatre staff');
select is(
  (select string_agg(format('%s %s %s %s', a.seat, a.first_name, a.answers, a.unanswered), '; ')
    from app_public.attendee_list(tests.id('theatre.performance')) as a),
  'Stalls, A, 1  {"Age": "41.5", "Meal": "vegan", "Member": "true"} 0; Balcony, A, 1  {} 0',
  'staff does, without names'
);
select tests.sign_in('theatre support');
select is(
  (select string_agg(a.first_name, ', ')
    from app_public.attendee_list(tests.id('theatre.performance')) as a),
  'Ada, Ada', 'which are for whoever may read them'
);
select is(tests.answer('ticket', '{}'), 'Ada', 'staff may leave a question open');
select is(
  (select sum(unanswered) from app_public.attendee_list(tests.id('theatre.performance'))),
  1::bigint, 'which the list says'
);
select tests.sign_in('theatre manager');
select is(
  (app_public.save_attendee_question(
    tests.id('theatre.event'), 'Dinner', 'choice', array['fish'], question_id => tests.id('meal')
  )).is_required,
  false, 'a question changes'
);
select app_public.retire_attendee_question(tests.id('age'));
select tests.as_guest(1);
select is(
  tests.answer('ticket', jsonb_build_object(tests.id('age'), 'x', tests.id('meal'), 'fish')),
  'Ada', 'what is asked no more is not looked at'
);
