"""Accounts of staff and who is signed in: passwords, second factors, passkeys, sessions."""
