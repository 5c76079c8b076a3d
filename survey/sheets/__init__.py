"""What an office fills in: Excel workbooks in. Bytes to plain values; no file, store or page is known here."""
