select
  device_type,
  count(*) filter (did_purchase) as converted_sessions,
  count(*) as sessions,
  ratio2(100 * count(*) filter (did_purchase), count(*)) as conversion_rate_pct
from session_kpi_mv
group by device_type
