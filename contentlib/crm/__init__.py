"""Accounts, contacts and opportunities, as the CRM tells them."""
