"""Party 2, the payment service's connector: its own ledger in, points out, and only points reported."""
