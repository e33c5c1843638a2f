select *, case when pct_deviation > 50 then 'spike' else 'drop' end as kind
from traffic
where window_end > (select now from clock) - interval '10 minutes'
  and (pct_deviation > 50 or (pct_deviation < -50 and window_end <= (select now from clock)))
