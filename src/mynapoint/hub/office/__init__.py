"""The programme office (事務局): figures as of any day, open data, plan against outcome, how the hub is doing."""
