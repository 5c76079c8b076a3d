"""From the opened boxes to the released report: pages, drawings, the review of remarks, approval."""
