"""Stand-ins for the outside: real HTTP servers that speak a provider's protocol, and are told how to misbehave."""
