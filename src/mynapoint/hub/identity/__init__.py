"""Who signed: certificates, residents, challenges, sign-in."""
