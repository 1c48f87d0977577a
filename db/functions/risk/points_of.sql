create or replace function app_hidden.points_of(severity app_public.fraud_severity)
returns integer
language sql immutable
return case points_of.severity
  when 'low' then 10
  when 'medium' then 25
  when 'high' then 50
  when 'critical' then 100
end;

comment on function app_hidden.points_of(app_public.fraud_severity) is
  'What a rule adds to the score.';
