"""Delivery status notifications: what a sender may ask for (RFC 3461), and the reports (RFC 3464, RFC 6533)."""
