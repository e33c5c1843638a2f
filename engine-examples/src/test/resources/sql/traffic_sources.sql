select
  utm_source,
  count(distinct session_id) as sessions,
  ratio2(100 * count(distinct session_id), sum(count(distinct session_id)) over ()) as pct_of_traffic
from clickstream
where utm_source is not null
group by utm_source
