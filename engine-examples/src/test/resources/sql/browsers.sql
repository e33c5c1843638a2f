select
  browser, os,
  count(distinct user_id) as unique_users,
  count(distinct session_id) as sessions,
  ratio2(sum(time_on_page), count(time_on_page))::double as avg_time_on_page
from clickstream
group by browser, os
