select
  country, city,
  count(distinct user_id) as unique_users,
  count(distinct session_id) as sessions,
  count(*) as total_events,
  count(*) filter (event_type = 'purchase') as purchases,
  ratio2(100 * count(*) filter (event_type = 'purchase'), count(distinct session_id)) as conversion_rate
from clickstream
group by country, city
