"""Papers that leave the shop: documents drawn from models, without any outside call."""
