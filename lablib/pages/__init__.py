"""The labs as pages, which need neither kernel nor network: small models compute in them."""
