create or replace function app_public.resolve_fraud_alert(
  alert_id uuid, resolution app_public.fraud_resolution, note text default null
)
returns app_public.fraud_alerts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_alert app_public.fraud_alerts := app_private.lock_fraud_alert(resolve_fraud_alert.alert_id);
begin
  perform app_private.refuse_own_review(v_alert.booking_id);
  if resolve_fraud_alert.resolution is null then
    raise exception 'What was found is missing.'
      using errcode = 'LMINP', detail = 'resolution';
  end if;
  return app_private.close_fraud_alert(
    v_alert, resolve_fraud_alert.resolution, resolve_fraud_alert.note
  );
end
$$;

comment on function app_public.resolve_fraud_alert(uuid, app_public.fraud_resolution, text) is
  'Ends an investigation: confirmed (resolved) or false_positive (dismissed). Either feeds the '
  'rule''s rate. The booking stays as it is: see approve_fraud_review. Needs risk.manage, '
  'and somebody other than the buyer. '
  'Raises LMNFD, LMRGT, LMALC (it is closed), LMINP, LMAUT, LMSES.';
grant execute on function app_public.resolve_fraud_alert(
  uuid, app_public.fraud_resolution, text
) to lml_user;
