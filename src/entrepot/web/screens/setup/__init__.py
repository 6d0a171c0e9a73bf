"""The set-up of a new reseller: company and sales currency, plans, prices, brand, and a first order as a try-out."""
