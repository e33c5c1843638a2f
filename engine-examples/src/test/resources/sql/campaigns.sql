select
  utm_source, utm_medium, utm_campaign,
  count(distinct user_id) as unique_users,
  count(distinct session_id) as sessions,
  count(*) filter (event_type = 'purchase') as conversions,
  ratio2(100 * count(*) filter (event_type = 'purchase'), count(distinct session_id)) as conversion_rate_pct,
  ratio2(sum(time_on_page), count(time_on_page))::double as avg_time_on_page
from clickstream
where utm_source is not null
group by utm_source, utm_medium, utm_campaign
