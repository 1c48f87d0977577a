-- So that nobody's mailbox is flooded through us, whoever asks from wherever.
create or replace function app_private.may_mail(recipient text, templates text[])
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_last timestamptz;
  v_count integer;
begin
  -- Two requests at once for one mailbox wait for each other here.
  perform pg_advisory_xact_lock(hashtextextended('mail to ' || lower(may_mail.recipient), 0));
  select max(e.created_at), count(*) into v_last, v_count
  from app_private.outgoing_emails as e
  where e.recipient operator(public.=) may_mail.recipient::public.citext
    and e.created_at > now() - interval '1 day'
    and e.template = any (may_mail.templates);
  return v_count < 10 and coalesce(v_last < now() - interval '1 minute', true);
end
$$;

comment on function app_private.may_mail(text, text[]) is
  'Whether a mailbox may get one more of these: one a minute, ten a day.';
