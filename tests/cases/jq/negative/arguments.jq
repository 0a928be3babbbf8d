# a filter
def total(f): reduce .[] as $x (0; . + ($x | f));
.items | total(.price) as $sum | {$sum, name: $name, env: $ENV.HOME, at: (now | todate)}
