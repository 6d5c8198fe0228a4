"""The register of payment services: providers, services, search."""
