"""Files from customers, made safe before anything else sees them."""
