"""The figures of the home pages: reads across packages, each page a constant number of bounded queries.

`reseller`, `provider` and `customer` compose a page; the others hold one subject each. `accounts` is the
page of one account with its terms and holds.
"""
