"""The papers that go with a round itself: notice, host's script, invitations, records for signature."""
