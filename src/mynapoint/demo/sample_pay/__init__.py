"""サンプルPay, an invented payment service: its wallet, its pages, and the provider's connector beside them."""
