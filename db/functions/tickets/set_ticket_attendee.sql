create or replace function app_public.set_ticket_attendee(
  ticket_id uuid, first_name text default null, last_name text default null,
  email text default null, phone text default null, answers jsonb default '{}'
)
returns app_public.ticket_attendees
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets := app_private.lock_held_ticket(set_ticket_attendee.ticket_id);
  v_attendee app_public.ticket_attendees;
  v_constraint text;
  v_column text;
begin
  if not app_hidden.has_performance_permission(
    v_ticket.organization_id, v_ticket.performance_id, 'tickets.manage'
  ) then
    perform app_private.require_valid_ticket(v_ticket);
    if (
      select coalesce(p.doors_at, p.starts_at) from app_public.performances as p
      where p.organization_id = v_ticket.organization_id
        and p.id = v_ticket.performance_id
        and p.status <> 'postponed'
    ) <= now() then
      perform app_private.raise_ticket_bound('open', 'The doors are open: ask the organizer.');
    end if;
  end if;
  perform app_private.require_answers(v_ticket, set_ticket_attendee.answers);
  insert into app_public.ticket_attendees as a (
    organization_id, performance_id, ticket_id, first_name, last_name, email, phone, answers
  )
  values (
    v_ticket.organization_id, v_ticket.performance_id, v_ticket.id, set_ticket_attendee.first_name,
    set_ticket_attendee.last_name, set_ticket_attendee.email::public.citext,
    set_ticket_attendee.phone, set_ticket_attendee.answers
  )
  on conflict on constraint ticket_attendees_one_per_ticket do update
  set first_name = excluded.first_name, last_name = excluded.last_name, email = excluded.email,
    phone = excluded.phone, answers = excluded.answers
  returning * into v_attendee;
  return v_attendee;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_ticket_attendee(uuid, text, text, text, text, jsonb) is
  'Says who comes with a ticket, in place of what was said before, with texts by id of a question: '
  'what is chosen, true or false, a number. For its holder until the doors open, and for staff '
  'with tickets.manage, who may leave questions open. '
  'Raises LMNFD, LMTUS, LMTVD, LMTRB (the doors are open), LMINP, LMSES, LMCRT.';
grant execute on function app_public.set_ticket_attendee(uuid, text, text, text, text, jsonb)
  to lml_anonymous, lml_user;
