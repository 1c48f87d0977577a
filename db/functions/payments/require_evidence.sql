-- The texts among Stripe's fields, within its limits. Files are uploaded at Stripe.
create or replace function app_private.require_evidence(evidence jsonb)
returns void
language plpgsql immutable set search_path = ''
as $$
declare
  c_fields constant text[] := array[
    'access_activity_log', 'billing_address', 'cancellation_policy_disclosure',
    'cancellation_rebuttal', 'customer_email_address', 'customer_name', 'customer_purchase_ip',
    'duplicate_charge_explanation', 'duplicate_charge_id', 'product_description',
    'refund_policy_disclosure', 'refund_refusal_explanation', 'service_date',
    'shipping_address', 'shipping_carrier', 'shipping_date', 'shipping_tracking_number',
    'uncategorized_text'
  ];
  v_field record;
begin
  if jsonb_typeof(require_evidence.evidence) is distinct from 'object'
    or require_evidence.evidence = '{}'
    or length(require_evidence.evidence::text) > 150000
  then
    raise exception 'Evidence is an object of texts, of 150,000 characters at most.'
      using errcode = 'LMINP', detail = 'evidence';
  end if;
  for v_field in select * from jsonb_each(require_evidence.evidence) loop
    if v_field.key <> all (c_fields)
      or jsonb_typeof(v_field.value) <> 'string'
      or length(v_field.value #>> '{}') not between 1 and 20000
    then
      raise exception 'This is no evidence that a bank takes: %.', left(v_field.key, 100)
        using errcode = 'LMINP', detail = left(v_field.key, 100),
          hint = 'Name texts of 1 to 20,000 characters: ' || array_to_string(c_fields, ', ');
    end if;
  end loop;
end
$$;

comment on function app_private.require_evidence(jsonb) is
  'Raises LMINP unless these are texts that Stripe takes as evidence.';
