"""What the assistant can do. Each tool takes the customer from the session and checks ownership itself."""
