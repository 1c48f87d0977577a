create or replace function app_private.scan_result_of(code text)
returns app_public.scan_result
language plpgsql immutable set search_path = ''
as $$
begin
  return case scan_result_of.code
    when 'LMTUS' then 'already_scanned'
    when 'LMTVD' then 'canceled'
    when 'LMTFO' then 'wrong_event'
    when 'LMTPD' then 'wrong_event'
    when 'LMTEX' then 'expired'
    when 'LMTWG' then 'wrong_gate'
    when 'LMTDP' then 'disputed'
    else 'invalid'
  end;
end
$$;

comment on function app_private.scan_result_of(text) is 'The result that a code is the reason of.';
