-- A wrong guess must stay counted, so whoever calls this answers it, and raises nothing.
create or replace function app_private.find_discount_code(
  sale app_private.sale, code text, buyer app_private.buyer
)
returns app_public.discount_codes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_guesses_max constant integer := 20;
  c_period constant interval := interval '15 minutes';
  v_ip_address text := current_setting('lml.ip_address', true);
  v_asker text := coalesce(
    case when pg_input_is_valid(v_ip_address, 'inet')
      then app_private.client_network(v_ip_address::inet)::text
    end,
    (find_discount_code.buyer).user_id::text,
    encode((find_discount_code.buyer).cart_token_hash, 'hex'),
    'somebody'
  );
  v_attempt app_private.discount_attempts;
  v_code app_public.discount_codes;
begin
  select * into v_attempt
  from app_private.discount_attempts as a
  where a.asker = v_asker and a.started_at > now() - c_period;
  if v_attempt.attempts >= c_guesses_max then
    raise exception 'These are too many codes that are none.'
      using errcode = 'LMRTE',
        detail = ceil(extract(epoch from v_attempt.started_at + c_period - now()))::text,
        hint = 'Try again after so many seconds.';
  end if;
  select * into v_code
  from app_public.discount_codes as c
  where c.organization_id = (find_discount_code.sale).organization_id
    and c.event_id = (find_discount_code.sale).event_id
    and c.code operator(public.=) trim(find_discount_code.code)::public.citext;
  if not found then
    insert into app_private.discount_attempts as a (asker)
    values (v_asker)
    on conflict on constraint discount_attempts_pkey do update
    set started_at = case
        when a.started_at <= now() - c_period then excluded.started_at else a.started_at
      end,
      attempts = case when a.started_at <= now() - c_period then 1 else a.attempts + 1 end;
  end if;
  return v_code;
end
$$;

comment on function app_private.find_discount_code(app_private.sale, text, app_private.buyer) is
  'A code of an event, or null, which is counted as a guess. Raises LMRTE after too many.';
