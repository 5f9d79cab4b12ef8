state-good = Met
state-watch = Watch
state-bad = Not met
state-none = Not rated
coverage-title = Units that reported, of all
coverage-units = units reported
figure-missing = No figures yet
target-short = Target
badge-estimated = est.
badge-stale = old
badge-internal = internal
on-track = met
tile-figures = Figures
tile-table = By unit
compare-best = Highest
compare-worst = Lowest
units-count = units
unit = Unit
list-all = All
list-late = Not reported yet
list-late-empty = Every unit reported in time.
list-off-target = Targets off track
list-off-target-empty = No target is off track.
list-corrections = Latest corrections
list-corrections-empty = No corrections yet.
list-moved = Changed since 17:00 yesterday
list-moved-empty = Nothing changed since 17:00 yesterday.
late-units = { $n ->
    [one] 1 unit
   *[other] { $n } units
 }
late-reports = { $n ->
    [one] 1 report
   *[other] { $n } reports
 }
late-more = and { $n } more
late-days = { $n ->
    [one] 1 day late
   *[other] { $n } days late
 }
off-target-count = { $off }/{ $all } targets
