"""Party 3, the national platform: residents, reservations, applications, recorded awards; never a purchase."""
