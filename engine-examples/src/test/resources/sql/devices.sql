select
  device_type,
  count(distinct user_id) as unique_users,
  count(distinct session_id) as sessions,
  count(*) as total_events,
  ratio2(sum(time_on_page), count(time_on_page))::double as avg_time_on_page,
  count(*) filter (event_type = 'purchase') as purchases,
  ratio2(100 * count(*) filter (event_type = 'purchase'), count(distinct session_id)) as conversion_rate
from clickstream
group by device_type
